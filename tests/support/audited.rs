//! Runs the audit on a test's repository and tells what it says in short lines.

use std::path::Path;

use keysieve::audit::{Options, audit};
use keysieve::engine::Engine;
use keysieve::findings::{CommitRef, FingerprintKey, Occurrence, Place};
use keysieve::policy::Policy;
use keysieve::report::Report;
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::Silent;

/// What the audit says of the repository at or above `path`.
pub fn audited(path: &Path) -> Report {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    audit(path, Options::default(), &engine, &Policy::default(), &Silent).unwrap()
}

/// A report's occurrences, sorted: `path:line +summary -summary @HEAD`, where `+` brought it
/// in and `-` took it out. An object without a path shows its id.
pub fn told(report: &Report) -> Vec<String> {
    let all = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    let mut told: Vec<String> = all.map(tell).collect();
    told.sort();
    told
}

/// As [`told`], of a repository in which everything could be looked at.
pub fn told_of(path: &Path) -> Vec<String> {
    let report = audited(path);
    assert_eq!(report.coverage.failures, []);
    told(&report)
}

fn tell(occurrence: &Occurrence) -> String {
    let Place::History { blob, introduced, removed, at_head } = &occurrence.place else {
        panic!("an audit tells of a history");
    };
    let path = occurrence.path.as_ref().map_or(blob.clone(), |path| path.to_string());
    let summary = |sign: &str, commit: &Option<CommitRef>| {
        commit.as_ref().map(|commit| format!(" {sign}{}", commit.summary)).unwrap_or_default()
    };
    let head = if *at_head { " @HEAD" } else { "" };
    let (from, to) = (summary("+", introduced), summary("-", removed));
    format!("{path}:{}{from}{to}{head}", occurrence.region.start.line)
}
