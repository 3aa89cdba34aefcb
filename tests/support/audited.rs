//! Runs the audit on a test's repository and summarizes the report in short lines.

use std::path::Path;

use keysieve::audit::{AuditError, Options, ReadMode, audit};
use keysieve::blob::ObjectPart;
use keysieve::engine::Engine;
use keysieve::findings::{CommitRef, FingerprintKey, HistorySource, Occurrence, OccurrenceSource};
use keysieve::policy::Policy;
use keysieve::report::Report;
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::Silent;
use keysieve::source::history::RangeSyntax;

/// The audit report of the repository at or above `path`.
pub fn audited(path: &Path) -> Report {
    audited_with(path, &Options::default()).unwrap()
}

pub fn audited_with(path: &Path, options: &Options) -> Result<Report, AuditError> {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    // The files of the git directory are tested in the module `local`.
    let options = &Options { local: None, ..options.clone() };
    audit(path, options, &engine, &Policy::default(), &Silent)
}

/// As [`audited`]; all readers must agree.
pub fn agreed(path: &Path) -> Report {
    let [delta, whole, full] = [ReadMode::Delta, ReadMode::Whole, ReadMode::Full].map(|reader| {
        let options = Options { reader, ..Options::default() };
        audited_with(path, &options).unwrap()
    });
    assert_eq!(format!("{delta:?}"), format!("{full:?}"));
    assert_eq!(format!("{whole:?}"), format!("{full:?}"));
    delta
}

/// As [`audited`], for these revisions.
pub fn ranged(path: &Path, revisions: &str) -> Report {
    let range = RangeSyntax { revisions: Some(revisions.to_owned()), ..RangeSyntax::default() };
    audited_with(path, &Options { range, ..Options::default() }).unwrap()
}

/// A report's occurrences, sorted: `path:line +summary -summary @HEAD`, with `+` for the commit
/// that introduced it, `<` for the oldest one of a shallow clone and `-` for the one that removed it.
/// An object without a path is shown by its id.
pub fn summary(report: &Report) -> Vec<String> {
    let all = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    let mut summary: Vec<String> = all.map(summarize).collect();
    summary.sort();
    summary
}

/// As [`summary`], for a repository in which everything could be scanned.
pub fn summary_of(path: &Path) -> Vec<String> {
    let report = audited(path);
    assert_eq!(report.coverage.failures, []);
    summary(&report)
}

fn summarize(occurrence: &Occurrence) -> String {
    let OccurrenceSource::History(history) = &occurrence.source else {
        panic!("an audit reports a history");
    };
    let HistorySource { blob, introduced, introduced_by, removed, at_head, named_by, .. } = history;
    let path = occurrence.path.as_ref().map_or(blob.clone(), |path| path.to_string());
    let part = match occurrence.part {
        ObjectPart::Content | ObjectPart::PointedContent | ObjectPart::Message => String::new(),
        part => format!("{} of ", part.as_str()),
    };
    let summary = |sign: &str, commit: &Option<CommitRef>| {
        commit.as_ref().map(|commit| format!(" {sign}{}", commit.summary)).unwrap_or_default()
    };
    let head = if *at_head { " @HEAD" } else { "" };
    let (from, to) = (summary("+", introduced), summary("-", removed));
    let earlier = summary("<", introduced_by);
    let name = named_by.as_ref().map(|name| format!(" in {name}")).unwrap_or_default();
    let line = occurrence.region.start.line;
    format!("{part}{path}:{line}{from}{earlier}{to}{head}{name}")
}
