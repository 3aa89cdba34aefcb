//! Every place of every finding. Nothing of it went through the output filter.

use std::collections::BTreeMap;

use bstr::BString;

use super::intervals::{Interval, intervals};
use super::leaks::{Leak, Spot};
use crate::findings::{CommitRef, Effect, Finding, Occurrence, Place, Setting};
use crate::foreign::foreign_path;
use crate::source::history::{Range, Reached, Trace};
use crate::source::{Coverage, Failure};

/// The findings of all leaks, each with an occurrence for each of its places, and what the
/// walk over the commits could not read.
pub fn of<'h>(
    leaks: &[Leak],
    trace: impl FnOnce(&[String]) -> Trace<'h>,
    range: Option<&Range>,
) -> (Vec<(Finding, Occurrence)>, Coverage) {
    let wanted: Vec<String> = leaks.iter().map(|leak| leak.object.clone()).collect();
    let mut trace = trace(&wanted);
    let notes = range.map(|range| {
        let chosen = trace.select(range);
        let range = foreign_path(&range.said);
        match chosen {
            0 => format!("no commits in {range}: nothing to report"),
            1 => format!("limited to 1 commit in {range}"),
            more => format!("limited to {more} commits in {range}"),
        }
    });
    let mut teller = Teller { leaks, trace: &trace, commits: BTreeMap::new() };
    let committed = intervals(leaks, &trace);
    let mut told: Vec<_> = committed.iter().map(|interval| teller.interval(interval)).collect();
    for (leak, reached) in trace.reached.iter().enumerate() {
        match *reached {
            Reached::Tree | Reached::Elsewhere => {}
            Reached::Commit(commit) => told.extend(teller.nameless(leak, Some(commit))),
            Reached::Never => told.extend(teller.nameless(leak, None)),
        }
    }
    let unread = teller.commits.into_values().filter_map(Result::err);
    let failures = trace.failures.iter().cloned().chain(unread).collect();
    let notes = notes.into_iter().collect();
    (told, Coverage { failures, notes, ..Coverage::default() })
}

struct Teller<'a> {
    leaks: &'a [Leak],
    trace: &'a Trace<'a>,
    commits: BTreeMap<usize, Result<CommitRef, Failure>>,
}

impl Teller<'_> {
    fn interval(&mut self, interval: &Interval) -> (Finding, Occurrence) {
        let path = interval.path.clone();
        let place = Place::History {
            blob: self.leaks[interval.leak].object.clone(),
            introduced: self.commit(interval.opened),
            removed: interval.closed.and_then(|commit| self.commit(commit)),
            at_head: interval.at_head,
        };
        let (finding, mut occurrence) =
            self.tell(interval.leak, interval.finding, Some(path), place);
        let (leak, latest) = interval.latest;
        occurrence.allows = self.leaks[leak].findings[latest].1.allows.clone();
        (finding, occurrence)
    }

    /// The findings of an object that no path leads to: a message, or a blob that no commit
    /// reaches.
    fn nameless(&mut self, leak: usize, commit: Option<usize>) -> Vec<(Finding, Occurrence)> {
        let place = Place::History {
            blob: self.leaks[leak].object.clone(),
            introduced: commit.and_then(|commit| self.commit(commit)),
            removed: None,
            at_head: false,
        };
        let findings = 0..self.leaks[leak].findings.len();
        findings.map(|finding| self.tell(leak, finding, None, place.clone())).collect()
    }

    fn tell(
        &self,
        leak: usize,
        finding: usize,
        path: Option<BString>,
        place: Place,
    ) -> (Finding, Occurrence) {
        let (finding, spot) = self.leaks[leak].findings[finding].clone();
        let Spot { region, partners, allows } = spot;
        let Finding { span, encoding, .. } = finding;
        let occurrence = Occurrence {
            path,
            region,
            span,
            encoding,
            place,
            partners,
            allows,
            suppression: None,
            effect: Effect::default(),
            setting: Setting::default(),
            excerpt: None,
        };
        (finding, occurrence)
    }

    fn commit(&mut self, place: usize) -> Option<CommitRef> {
        let trace = self.trace;
        let commit = self.commits.entry(place).or_insert_with(|| trace.commit(place));
        commit.as_ref().ok().cloned()
    }
}
