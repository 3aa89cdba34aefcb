//! keysieve finds leaked credentials in a working tree, a git index and a whole git history,
//! and says how each is rotated.
//!
//! A byte travels one straight line, and the modules stand along it:
//!
//! ```text
//! source ──▶ Blob ──▶ triggers ──▶ matcher ──▶ Candidate ──▶ checks ──▶ Finding ──▶ policy ──▶ Report ──▶ SARIF · human · JSON
//! ```
//!
//! * [`blob`]: bytes and where they came from.
//! * [`rules`]: what we look for, as data.
//! * [`git`]: git as bytes: objects, packs, the index; the one reader of objects.
//! * [`source`]: where bytes come from: working tree, index, history, standard input.
//! * [`engine`]: how we look: from bytes to judged findings.
//! * [`findings`]: what we found: findings, credentials, occurrences; nothing holds a secret.
//! * [`policy`]: what is already known or allowed.
//! * [`report`]: how we tell.
//! * [`foreign`]: texts of the repository among keysieve's own words.
//! * [`hook`]: the pre-commit hook's place and text.
//!
//! `scan`, [`guard`] and `audit` join them: a tree, what a change adds, a history. [`setup`]
//! makes engine and policy of what is configured. [`import`] brings in the rules of others, and
//! what they know.

pub mod audit;
pub mod blob;
pub mod engine;
pub mod findings;
pub mod foreign;
pub mod git;
pub mod guard;
pub mod hook;
pub mod import;
mod locate;
pub mod policy;
pub mod report;
pub mod rules;
pub mod scan;
pub mod setup;
pub mod source;
mod timeline;
