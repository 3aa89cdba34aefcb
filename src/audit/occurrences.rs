//! The occurrences of an audit's findings: one for each interval of commits in which a path
//! contains the credential. Nothing here went through the output filter.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use super::leaks::Leak;
use crate::findings::{Finding, Fingerprint, OccurrenceSource};
use crate::foreign::foreign_path;
use crate::locate::{Hit, Location};
use crate::source::history::{HistoryChange, Reachability, RevisionRange, Trace};
use crate::source::{Coverage, Failure};
use crate::timeline::{CommitReader, Interval, PathChange, Timeline};

/// The findings of all leaks, each with its occurrences, and what the walk over the commits could
/// not read.
pub fn occurrences<'h>(
    leaks: &[Leak],
    trace: impl FnOnce(&[String]) -> Trace<'h>,
    range: Option<&RevisionRange>,
) -> (Vec<Hit>, Coverage) {
    let objects: Vec<String> = leaks.iter().map(|leak| leak.object.clone()).collect();
    let mut trace = trace(&objects);
    let notes = range.map(|range| {
        let chosen = trace.select(range);
        let range = foreign_path(&range.as_written);
        match chosen {
            0 => format!("no commits match {range}: nothing to report"),
            1 => format!("only findings from 1 commit are reported ({range})"),
            more => format!("only findings from {more} commits are reported ({range})"),
        }
    });
    let mut commits = CommitReader::new(|number| trace.commit(number));
    let mut hits = Vec::new();
    for interval in intervals(leaks, &trace) {
        let ObjectFinding { object, finding, location } = interval.first;
        let source = interval.source(object, &mut commits);
        let suppression_comments = interval.latest.location.suppression_comments.clone();
        let location = Location { suppression_comments, ..location.clone() };
        let path = Some(interval.path.to_owned());
        hits.push((finding.clone(), location.occurrence(path, source)));
    }
    for (leak, reached) in leaks.iter().zip(&trace.reachability) {
        let introduced = match *reached {
            Reachability::Tree | Reachability::OutOfRange => continue,
            Reachability::Commit(commit) => commits.get(commit),
            Reachability::Unreachable => None,
        };
        // No path leads to the object: it is a message, or a blob that no commit reaches.
        let blob = leak.object.clone();
        let source = OccurrenceSource::History { blob, introduced, removed: None, at_head: false };
        let hit = |(finding, location): (Finding, Location)| {
            (finding, location.occurrence(None, source.clone()))
        };
        hits.extend(leak.findings.iter().cloned().map(hit));
    }
    let failures: Vec<Failure> =
        trace.failures.iter().cloned().chain(commits.into_failures()).collect();
    let notes = notes.into_iter().collect();
    (hits, Coverage { failures, notes, ..Coverage::default() })
}

/// A finding of an object.
#[derive(Clone, Copy)]
struct ObjectFinding<'a> {
    object: &'a str,
    finding: &'a Finding,
    location: &'a Location,
}

/// The intervals of all changes that a trace met.
fn intervals<'a>(leaks: &'a [Leak], trace: &'a Trace<'_>) -> Vec<Interval<'a, ObjectFinding<'a>>> {
    let mut findings = leaks.iter().flat_map(|leak| &leak.findings);
    let has_comments = findings.any(|(_, location)| !location.suppression_comments.is_empty());
    let mut timeline = Timeline::new(has_comments, |young, old| trace.descends(young, old));
    trace.changes.iter().for_each(|change| timeline.add(path_change(change, leaks)));
    if let Some(head) = trace.head {
        for (path, leak) in &trace.at_head {
            for (credential, copies) in copies(&leaks[*leak]) {
                timeline.mark_head(head, path.as_bstr(), credential, &copies);
            }
        }
    }
    timeline.into_intervals()
}

fn path_change<'a>(
    change: &'a HistoryChange,
    leaks: &'a [Leak],
) -> PathChange<'a, ObjectFinding<'a>> {
    let after = change.after.map(|leak| copies(&leaks[leak])).unwrap_or_default();
    let mut before: BTreeMap<Fingerprint, usize> = BTreeMap::new();
    for &leak in &change.before {
        for (credential, copies) in copies(&leaks[leak]) {
            let most = before.entry(credential).or_default();
            *most = copies.len().max(*most);
        }
    }
    PathChange { path: change.path.as_bstr(), commit: change.commit, before, after }
}

/// A leak's credentials, each with its findings by span.
fn copies(leak: &Leak) -> BTreeMap<Fingerprint, Vec<ObjectFinding<'_>>> {
    let mut copies: BTreeMap<Fingerprint, Vec<ObjectFinding<'_>>> = BTreeMap::new();
    for (finding, location) in &leak.findings {
        let found = ObjectFinding { object: &leak.object, finding, location };
        copies.entry(finding.fingerprint).or_default().push(found);
    }
    copies
}
