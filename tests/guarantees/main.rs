//! The guarantees of `SECURITY.md`: no output contains a secret, nothing is reported clean that
//! was not scanned, and nothing in a repository can steer, hang or exhaust keysieve.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

#[path = "../support/mod.rs"]
mod support;

mod bounds;
mod contents;
mod damage;
mod links;
mod opened;
mod printed;
mod steered;
mod traps;
mod unscanned;
mod worktree;
