//! The delta reader against a plain look at every object.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

mod damage;
mod history;
mod look;
mod repositories;
mod seams;
#[path = "../support/mod.rs"]
mod support;
