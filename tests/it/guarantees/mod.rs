//! The guarantees of `SECURITY.md`: no output contains a secret, nothing is reported clean that
//! was not scanned, and nothing in a repository can steer, hang or exhaust keysieve.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]

use crate::support;

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
