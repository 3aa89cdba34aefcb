//! The occurrences of an audit's findings: one for each interval of commits in which a path
//! contains the credential. Nothing here went through the output filter.

use std::cell::RefCell;
use std::collections::BTreeMap;

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

use super::leaks::Leak;
use crate::blob::ObjectPart;
use crate::engine::Engine;
use crate::findings::{CommitRef, Finding, Fingerprint, HistorySource, OccurrenceSource};
use crate::foreign::foreign_path;
use crate::git::history::tree_graph::NAME_MARK;
use crate::git::object_id::ObjectId;
use crate::locate::{Hit, Location};
use crate::source::history::{
    History, HistoryChange, Reachability, RevisionRange, SelectNames, Trace,
};
use crate::source::{Coverage, Failure};
use crate::timeline::{CommitReader, Interval, PathChange, Timeline};

/// Traces objects and names: a reader's `trace`.
pub type Tracer<'t, 'h> = &'t dyn Fn(&[String], &SelectNames<'_>) -> Trace<'h>;

/// The findings of all leaks and of the names in trees, each with its occurrences, and what the walk
/// over the commits could not read.
pub fn occurrences<'h>(
    mut leaks: Vec<Leak>,
    trace: Tracer<'_, 'h>,
    range: Option<&RevisionRange>,
    engine: &Engine,
) -> (Vec<Hit>, Coverage) {
    let objects: Vec<String> = leaks.iter().map(|leak| leak.object.clone()).collect();
    let in_names = RefCell::new(Vec::new());
    let mut trace = trace(&objects, &|names| {
        let found = leaks_in_names(names, engine);
        let (leaky, leaks): (Vec<BString>, Vec<Leak>) = found.into_iter().unzip();
        in_names.replace(leaks);
        leaky
    });
    leaks.extend(in_names.into_inner());
    let notes = range.map(|range| selected_note(range, trace.select(range)));
    let mut commits = CommitReader::new(|number| trace.commit(number));
    let mut hits = in_commits(&leaks, &trace, &mut commits);
    hits.extend(in_objects(&leaks, &trace, &mut commits));
    let failures: Vec<Failure> =
        trace.failures.iter().cloned().chain(commits.into_failures()).collect();
    let notes = notes.into_iter().collect();
    (hits, Coverage { failures, notes, ..Coverage::default() })
}

/// How many commits a range selects.
fn selected_note(range: &RevisionRange, count: usize) -> String {
    let range = foreign_path(&range.as_written);
    match count {
        0 => format!("no commits match {range}: nothing to report"),
        1 => format!("only findings from 1 commit are reported ({range})"),
        more => format!("only findings from {more} commits are reported ({range})"),
    }
}

/// The findings in files and in their names, one for each interval of commits.
fn in_commits<R>(leaks: &[Leak], trace: &Trace<'_>, commits: &mut CommitReader<R>) -> Vec<Hit>
where
    R: Fn(usize) -> Result<CommitRef, Failure>,
{
    let mut hits = Vec::new();
    for interval in intervals(leaks, trace) {
        let ObjectFinding { object, finding, location } = interval.first;
        let source = history_source(&interval, object, trace, commits);
        let suppression_comments = interval.latest.location.suppression_comments.clone();
        let location = Location { suppression_comments, ..location.clone() };
        let path = interval.path.strip_suffix(&[NAME_MARK]).unwrap_or(interval.path);
        let source = OccurrenceSource::History(source);
        hits.push((finding.clone(), location.occurrence(Some(path.into()), source)));
    }
    hits
}

/// The findings in objects to which no path of a commit leads: messages, and blobs that no commit
/// reaches.
fn in_objects<R>(leaks: &[Leak], trace: &Trace<'_>, commits: &mut CommitReader<R>) -> Vec<Hit>
where
    R: Fn(usize) -> Result<CommitRef, Failure>,
{
    let mut hits = Vec::new();
    for (leak, reached) in leaks.iter().zip(&trace.reachability) {
        let of_object = HistorySource::of_object(&leak.object);
        let (path, source) = match reached {
            Reachability::Tree | Reachability::OutOfRange => continue,
            Reachability::Commit(commit) => {
                let (introduced, named_by) = (commits.get(*commit), trace.stash(*commit));
                (None, HistorySource { introduced, named_by, ..of_object })
            }
            Reachability::Named { by, path } => {
                (path.clone(), HistorySource { named_by: Some(by.clone()), ..of_object })
            }
            Reachability::Unreachable => (None, of_object),
        };
        let source = OccurrenceSource::History(source);
        let hit = |(finding, location): (Finding, Location)| {
            (finding, location.occurrence(path.clone(), source.clone()))
        };
        hits.extend(leak.findings.iter().cloned().map(hit));
    }
    hits
}

/// The names with findings. Each is scanned by itself: names have nothing to do with each other.
fn leaks_in_names(names: &[BString], engine: &Engine) -> Vec<(BString, Leak)> {
    let leak =
        |name: &BString| Some((name.clone(), Leak::in_name(name, ObjectPart::FileName, engine)?));
    names.par_iter().filter_map(leak).collect()
}

/// The findings in the names of refs.
pub fn in_ref_names(history: &History, engine: &Engine) -> Vec<Hit> {
    let hits = |(name, object): (&BStr, &ObjectId)| {
        let leak = Leak::in_name(name, ObjectPart::RefName, engine)?;
        let named_by = Some(format!("ref {name}"));
        let source = HistorySource { named_by, ..HistorySource::of_object(object.to_string()) };
        let source = OccurrenceSource::History(source);
        let hit = move |(finding, location): (Finding, Location)| {
            (finding, location.occurrence(None, source.clone()))
        };
        Some(leak.findings.into_iter().map(hit).collect::<Vec<Hit>>())
    };
    let refs: Vec<(&BStr, &ObjectId)> = history.ref_names().collect();
    refs.into_par_iter().filter_map(hits).flatten().collect()
}

/// Where in the history an interval is.
fn history_source<R>(
    interval: &Interval<'_, ObjectFinding<'_>>,
    object: &str,
    trace: &Trace<'_>,
    commits: &mut CommitReader<R>,
) -> HistorySource
where
    R: Fn(usize) -> Result<CommitRef, Failure>,
{
    let mut source = interval.source(object, commits);
    if source.blob.is_empty() {
        // A name has no object of its own.
        source.blob = source.introduced.as_ref().map(|one| one.id.clone()).unwrap_or_default();
    }
    source.named_by = trace.stash(interval.introduced);
    if trace.is_shallow_boundary(interval.introduced) {
        source.introduced_by = source.introduced.take();
    }
    source
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
    for change in &trace.changes {
        let mut change = path_change(change, leaks);
        // A stash removes nothing: its commits are not on any branch.
        if trace.stash(change.commit).is_some() {
            change.before.retain(|credential, copies| {
                let left = change.after.get(credential).map_or(0, Vec::len);
                *copies = left.min(*copies);
                left > 0
            });
        }
        timeline.add(change);
    }
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
