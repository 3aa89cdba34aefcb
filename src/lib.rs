//! keysieve finds leaked credentials in a working tree, a git index and a full git history, and
//! shows how to rotate each of them.
//!
//! ```
//! use keysieve::{Outcome, Scanner};
//!
//! # fn main() -> Result<(), keysieve::Error> {
//! let scanner = Scanner::builder().build()?;
//! // Joined here, so that this page is not a leak itself.
//! let line = ["LOCALSTACK_AUTH_TOKEN=ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
//! let report = scanner.scan_bytes("deploy.env", line.as_bytes());
//! assert_eq!(report.outcome(), Outcome::Found);
//! for credential in report.credentials() {
//!     let rule = report.rule(credential);
//!     assert_eq!(rule.name, "LocalStack auth token");
//!     assert_eq!(credential.redacted.to_string(), "ls-********");
//!     assert_eq!(rule.rotate, "https://app.localstack.cloud/workspace/auth-tokens");
//! }
//! # Ok(())
//! # }
//! ```
//!
//! [`Scanner`] also scans paths, staged changes, ranges of commits and full histories. A [`Report`]
//! contains no secret, and nothing is printed: [`Report::write`] writes it as SARIF, JSON or text.
//!
//! # The map
//!
//! A byte travels one straight line, and the modules follow it:
//!
//! ```text
//! source ──▶ Blob ──▶ prefilter ──▶ matcher ──▶ Candidate ──▶ checks ──▶ Finding ──▶ policy ──▶ Report ──▶ SARIF · human · JSON
//! ```
//!
//! * `blob`: bytes and where they came from.
//! * `rules`: what to search for, as data.
//! * `git`: git as bytes: objects, packs, the index; the only reader of objects.
//! * `source`: where bytes come from: working tree, index, history, standard input.
//! * `engine`: how to search: from bytes to judged findings.
//! * `findings`: findings, credentials, occurrences; no type contains a secret.
//! * `policy`: configuration, suppression comments and the baseline.
//! * `locate`: from findings to occurrences: lines and columns.
//! * `timeline`: the commits that introduced and removed a credential.
//! * `report`: output formats and the output filter.
//! * `foreign`: texts of the repository within keysieve's own messages.
//! * `hook`: the git hooks: installing, diagnosing, their script.
//!
//! `scan`, `guard` and `audit` join them: a tree, what a change adds, a history. `setup` makes
//! engine and policy from the configuration. `import` converts other scanners' rules and baselines.
//! `scanner` is the public API.

mod locate;
mod scanner;
mod timeline;

pub use blob::{ObjectPart, Position, Region};
pub use findings::{
    CommitRef, Credential, Excerpt, Fact, Fingerprint, HistorySource, Level, LocalKind, Occurrence,
    OccurrenceSource, Redacted, Suppression, SuppressionKind, Verdict,
};
pub use report::{Format, Outcome, Report};
pub use rules::{Confidence, Rule, Severity};
pub use scanner::{Error, Scanner, ScannerBuilder};
pub use source::{Coverage, Failure, Skipped, SkippedKind};

// Internal: public only for the command line, tests, benchmarks and fuzz targets. Not covered by
// semantic versioning.
#[doc(hidden)]
pub mod audit;
#[doc(hidden)]
pub mod blob;
#[doc(hidden)]
pub mod engine;
#[doc(hidden)]
pub mod findings;
#[doc(hidden)]
pub mod foreign;
#[doc(hidden)]
pub mod git;
#[doc(hidden)]
pub mod guard;
#[doc(hidden)]
pub mod hook;
#[doc(hidden)]
pub mod import;
#[doc(hidden)]
pub mod policy;
#[doc(hidden)]
pub mod report;
#[doc(hidden)]
pub mod rules;
#[doc(hidden)]
pub mod scan;
#[doc(hidden)]
pub mod setup;
#[doc(hidden)]
pub mod source;
