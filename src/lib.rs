//! keysieve finds leaked credentials in a working tree, a git index and a full git history, and
//! shows how to rotate each of them.
//!
//! A byte travels one straight line, and the modules follow it:
//!
//! ```text
//! source ──▶ Blob ──▶ prefilter ──▶ matcher ──▶ Candidate ──▶ checks ──▶ Finding ──▶ policy ──▶ Report ──▶ SARIF · human · JSON
//! ```
//!
//! * [`blob`]: bytes and where they came from.
//! * [`rules`]: what to search for, as data.
//! * [`git`]: git as bytes: objects, packs, the index; the only reader of objects.
//! * [`source`]: where bytes come from: working tree, index, history, standard input.
//! * [`engine`]: how to search: from bytes to judged findings.
//! * [`findings`]: findings, credentials, occurrences; no type contains a secret.
//! * [`policy`]: configuration, suppression comments and the baseline.
//! * `locate`: from findings to occurrences: lines and columns.
//! * `timeline`: the commits that introduced and removed a credential.
//! * [`report`]: output formats and the output filter.
//! * [`foreign`]: texts of the repository within keysieve's own messages.
//! * [`hook`]: the git hooks: installing, diagnosing, their script.
//!
//! `scan`, [`guard`] and `audit` join them: a tree, what a change adds, a history. [`setup`]
//! makes engine and policy from the configuration. [`import`] converts other scanners' rules and
//! baselines.

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
