//! From the changes of a history to intervals: how long a path held a credential.
//!
//! A commit *opens* an interval where it holds more copies of a credential at a path than
//! any of its parents does, and *closes* one where it holds fewer than some parent does. So
//! a file that is edited five hundred times round its secret is one interval, a secret that
//! comes back is a second, and a rename is a close here and an open there.
//!
//! A close ends the intervals whose opening commit it descends from: all of them if no copy
//! is left, else as many as copies went, the latest opened first. What HEAD still holds is
//! open, even where some branch has closed it.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use bstr::{BStr, BString, ByteSlice};

use super::leaks::Leak;
use crate::findings::Fingerprint;
use crate::source::history::{HistoryChange, Trace};

/// One credential at one path, from commit to commit.
#[derive(Clone, Debug)]
pub struct Interval {
    pub path: BString,
    /// Which finding of which leak the opening commit brought.
    pub leak: usize,
    pub finding: usize,
    /// The leak and the finding in it that the latest version of it has, which says whether it
    /// is allowed.
    pub latest: (usize, usize),
    /// Places of commits in topological order.
    pub opened: usize,
    pub closed: Option<usize>,
    pub at_head: bool,
}

/// All intervals of the changes that a trace met.
pub fn intervals(leaks: &[Leak], trace: &Trace<'_>) -> Vec<Interval> {
    let mut intervals = Intervals {
        leaks,
        trace,
        list: Vec::new(),
        allowing: leaks
            .iter()
            .flat_map(|leak| &leak.findings)
            .any(|found| !found.1.allows.is_empty()),
        held: HashMap::new(),
        descents: RefCell::default(),
    };
    for change in &trace.changes {
        intervals.change(change);
    }
    intervals.mark_head();
    intervals.list
}

struct Intervals<'a> {
    leaks: &'a [Leak],
    trace: &'a Trace<'a>,
    list: Vec<Interval>,
    /// Some version has an inline allow: only then does it matter which is the latest.
    allowing: bool,
    /// The intervals of a credential at a path, in the order of their opening.
    held: HashMap<(&'a BStr, Fingerprint), Vec<usize>>,
    /// Answers already found: a commit that touches a thousand paths asks them all alike.
    descents: RefCell<HashMap<(usize, usize), bool>>,
}

impl<'a> Intervals<'a> {
    fn change(&mut self, change: &'a HistoryChange) {
        let after = change.after.map(|leak| self.copies(leak)).unwrap_or_default();
        let mut before: BTreeMap<Fingerprint, usize> = BTreeMap::new();
        for &leak in &change.before {
            for (credential, copies) in self.copies(leak) {
                let most = before.entry(credential).or_default();
                *most = copies.len().max(*most);
            }
        }
        for (&credential, copies) in &after {
            let more = copies.len().saturating_sub(before.get(&credential).copied().unwrap_or(0));
            self.open(change, credential, &copies[copies.len() - more..]);
        }
        for (credential, most) in before {
            let left = after.get(&credential).map_or(0, Vec::len);
            if left < most {
                self.close(change, credential, left, most - left);
            }
        }
        let Some(leak) = change.after.filter(|_| self.allowing) else { return };
        for (credential, copies) in &after {
            self.renew(change, *credential, leak, copies);
        }
    }

    /// What goes on has a later version. Where branches leave more intervals open than there
    /// are copies, nothing tells which is which, and each stays as it was.
    fn renew(
        &mut self,
        change: &HistoryChange,
        credential: Fingerprint,
        leak: usize,
        copies: &[usize],
    ) {
        let Some(held) = self.held.get(&(change.path.as_bstr(), credential)) else { return };
        let open = |&at: &usize| {
            let interval = &self.list[at];
            interval.closed.is_none() && self.descends(change.commit, interval.opened)
        };
        let going_on: Vec<usize> = held.iter().copied().filter(open).collect();
        if going_on.len() == copies.len() {
            for (at, &copy) in going_on.into_iter().zip(copies) {
                self.list[at].latest = (leak, copy);
            }
        }
    }

    /// A leak's credentials, each with its findings by span.
    fn copies(&self, leak: usize) -> BTreeMap<Fingerprint, Vec<usize>> {
        let mut copies: BTreeMap<Fingerprint, Vec<usize>> = BTreeMap::new();
        for (at, (finding, _)) in self.leaks[leak].findings.iter().enumerate() {
            copies.entry(finding.fingerprint).or_default().push(at);
        }
        copies
    }

    fn open(&mut self, change: &'a HistoryChange, credential: Fingerprint, findings: &[usize]) {
        let Some(leak) = change.after else { return };
        for &finding in findings {
            let place = (change.path.as_bstr(), credential);
            self.held.entry(place).or_default().push(self.list.len());
            let (path, opened) = (change.path.clone(), change.commit);
            let latest = (leak, finding);
            let (closed, at_head) = (None, false);
            let interval = Interval { path, leak, finding, latest, opened, closed, at_head };
            self.list.push(interval);
        }
    }

    fn close(&mut self, change: &HistoryChange, credential: Fingerprint, left: usize, gone: usize) {
        let Some(held) = self.held.get(&(change.path.as_bstr(), credential)) else { return };
        let most = if left == 0 { usize::MAX } else { gone };
        let open = |&at: &usize| {
            let interval = &self.list[at];
            interval.closed.is_none() && self.descends(change.commit, interval.opened)
        };
        let closing: Vec<usize> = held.iter().rev().copied().filter(open).take(most).collect();
        for at in closing {
            self.list[at].closed = Some(change.commit);
        }
    }

    fn descends(&self, young: usize, old: usize) -> bool {
        let mut known = self.descents.borrow_mut();
        *known.entry((young, old)).or_insert_with(|| self.trace.descends(young, old))
    }

    /// Marks what HEAD's tree holds. Where a branch apart from HEAD closed it, it is opened
    /// again.
    fn mark_head(&mut self) {
        let Some(head) = self.trace.head else { return };
        for (path, leak) in &self.trace.at_head {
            for (credential, copies) in self.copies(*leak) {
                let Some(held) = self.held.get(&(path.as_bstr(), credential)) else { continue };
                let mut ours = held.clone();
                ours.retain(|&at| self.descends(head, self.list[at].opened));
                let list = &mut self.list;
                // The open ones first, the latest opened first among equals.
                ours.sort_by_key(|&at| (list[at].closed.is_some(), Reverse(at)));
                let open = ours.iter().filter(|&&at| list[at].closed.is_none()).count();
                // What HEAD holds now decides, whatever a branch apart from it says.
                if self.allowing && open == copies.len() {
                    for (&at, &copy) in ours[..open].iter().rev().zip(&copies) {
                        list[at].latest = (*leak, copy);
                    }
                }
                for &at in ours.iter().take(open.max(copies.len())) {
                    list[at].closed = None;
                    list[at].at_head = true;
                }
            }
        }
    }
}
