//! What the tests share: real git repositories, fake tokens.

#![allow(clippy::unwrap_used, reason = "what helps a test fails as a test does")]
#![allow(clippy::disallowed_macros, clippy::disallowed_methods, reason = "a test writes files")]

pub mod audited;
pub mod guarded;
pub mod minted;
pub mod notations;
pub mod random;
pub mod repository;
pub mod schema;
pub mod structures;
pub mod syntaxes;
pub mod timed;
pub mod tokens;

/// The formats of a report. Each is tested to contain no secret and to steer no terminal.
pub const FORMATS: [&str; 3] = ["human", "json", "sarif"];
