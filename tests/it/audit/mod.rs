//! The audit, on real repositories made by the real git.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]

mod commits;
mod damage;
mod kept;
mod layouts;
mod objects;
mod ranges;
mod reports;
mod storage;
mod submodules;
