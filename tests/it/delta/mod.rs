//! The delta reader compared with a plain scan of every object.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]

mod boundaries;
mod damage;
mod history;
mod readers;
mod repositories;
use crate::support;
