//! The integration tests, one module a theme. One binary links once instead of thirty times.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

#[path = "../support/mod.rs"]
mod support;

mod audit;
mod blocked;
mod catalogue_rows;
mod cmd;
mod commands;
mod contract;
mod decoding;
mod delta;
mod detection;
mod documents;
mod facts;
mod formats;
mod generic_data;
mod guarantees;
mod guard;
mod hook;
mod import;
mod language;
mod local;
mod mutations;
mod notations;
mod pointers;
mod policy;
mod public_api;
mod push;
mod report_schema;
mod same_facts;
mod scan;
mod server;
mod shown;
mod utf16;
