//! The delta reader compared with a plain scan of every object.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

mod boundaries;
mod damage;
mod history;
mod readers;
mod repositories;
#[path = "../support/mod.rs"]
mod support;
