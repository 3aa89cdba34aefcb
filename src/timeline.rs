//! How long a path contains a credential: which commits introduced and removed it, and whether it
//! is still present.
//!
//! A commit *introduces* a credential at a path if it has more copies of it there than any of its
//! parents, and *removes* one if it has fewer than some parent. So a file that is edited five
//! hundred times around its secret is one interval, a secret that comes back is a second, and a
//! rename is a removal here and an introduction there.
//!
//! A removal ends the intervals whose introducing commit it descends from: all of them if no copy
//! is left, else as many as copies were removed, the latest introduced first.

use std::cell::RefCell;
use std::cmp::Reverse;
use std::collections::{BTreeMap, HashMap};

use bstr::BStr;

use crate::findings::{CommitRef, Fingerprint, HistorySource};
use crate::source::Failure;

/// One credential at one path, from commit to commit. Commits are numbered in topological order.
#[derive(Clone, Debug)]
pub struct Interval<'a, F> {
    pub path: &'a BStr,
    /// The finding in the version that introduced it.
    pub first: F,
    /// The finding in the latest version, whose suppression comments apply to all versions.
    pub latest: F,
    pub introduced: usize,
    pub removed: Option<usize>,
    pub at_head: bool,
}

/// What a commit changes at a path.
pub struct PathChange<'a, F> {
    pub path: &'a BStr,
    pub commit: usize,
    /// The most copies of each credential that a parent has.
    pub before: BTreeMap<Fingerprint, usize>,
    /// The copies that the commit has, by span.
    pub after: BTreeMap<Fingerprint, Vec<F>>,
}

/// The intervals of a history, made change by change.
pub struct Timeline<'a, F> {
    intervals: Vec<Interval<'a, F>>,
    /// The intervals of a credential at a path, in the order of their introduction.
    by_credential: HashMap<(&'a BStr, Fingerprint), Vec<usize>>,
    /// Some version has a suppression comment: only then does it matter which is the latest.
    follows_latest: bool,
    descends: Box<dyn Fn(usize, usize) -> bool + 'a>,
    /// Known answers: a commit that touches a thousand paths asks the same for each of them.
    descents: RefCell<HashMap<(usize, usize), bool>>,
}

impl<'a, F: Copy> Timeline<'a, F> {
    /// `descends` says whether its first commit is its second one or descends from it.
    pub fn new(follows_latest: bool, descends: impl Fn(usize, usize) -> bool + 'a) -> Self {
        Timeline {
            intervals: Vec::new(),
            by_credential: HashMap::new(),
            follows_latest,
            descends: Box::new(descends),
            descents: RefCell::default(),
        }
    }

    pub fn into_intervals(self) -> Vec<Interval<'a, F>> {
        self.intervals
    }

    /// Adds a change; changes come in topological order.
    pub fn add(&mut self, change: PathChange<'a, F>) {
        let PathChange { path, commit, before, after } = change;
        for (&credential, copies) in &after {
            let more = copies.len().saturating_sub(before.get(&credential).copied().unwrap_or(0));
            self.introduce(path, commit, credential, &copies[copies.len() - more..]);
        }
        for (credential, most) in before {
            let left = after.get(&credential).map_or(0, Vec::len);
            if left < most {
                self.remove(path, commit, credential, left, most - left);
            }
        }
        if self.follows_latest {
            for (credential, copies) in &after {
                self.update_latest(path, commit, *credential, copies);
            }
        }
    }

    fn introduce(&mut self, path: &'a BStr, commit: usize, credential: Fingerprint, copies: &[F]) {
        for &copy in copies {
            let (first, latest) = (copy, copy);
            self.by_credential.entry((path, credential)).or_default().push(self.intervals.len());
            let (introduced, removed, at_head) = (commit, None, false);
            self.intervals.push(Interval { path, first, latest, introduced, removed, at_head });
        }
    }

    fn remove(
        &mut self,
        path: &'a BStr,
        commit: usize,
        credential: Fingerprint,
        left: usize,
        gone: usize,
    ) {
        let most = if left == 0 { usize::MAX } else { gone };
        let open = self.open(path, commit, credential);
        for index in open.into_iter().rev().take(most) {
            self.intervals[index].removed = Some(commit);
        }
    }

    /// What stays has a later version. If branches leave more intervals open than there are
    /// copies, it is unknown which is which, and each keeps its version.
    fn update_latest(
        &mut self,
        path: &'a BStr,
        commit: usize,
        credential: Fingerprint,
        copies: &[F],
    ) {
        let open = self.open(path, commit, credential);
        if open.len() == copies.len() {
            for (index, &copy) in open.into_iter().zip(copies) {
                self.intervals[index].latest = copy;
            }
        }
    }

    /// The open intervals that the commit knows of, in the order of their introduction.
    fn open(&self, path: &'a BStr, commit: usize, credential: Fingerprint) -> Vec<usize> {
        let indices = self.by_credential.get(&(path, credential)).into_iter().flatten().copied();
        let is_open = |&index: &usize| {
            let interval = &self.intervals[index];
            interval.removed.is_none() && self.descends(commit, interval.introduced)
        };
        indices.filter(is_open).collect()
    }

    fn descends(&self, young: usize, old: usize) -> bool {
        let mut cache = self.descents.borrow_mut();
        *cache.entry((young, old)).or_insert_with(|| (self.descends)(young, old))
    }

    /// Marks the copies of a credential that HEAD's tree has at a path. An interval that ended on
    /// a branch which HEAD does not contain is open again.
    pub fn mark_head(
        &mut self,
        head: usize,
        path: &'a BStr,
        credential: Fingerprint,
        copies: &[F],
    ) {
        let Some(indices) = self.by_credential.get(&(path, credential)) else { return };
        let mut ours = indices.clone();
        ours.retain(|&index| self.descends(head, self.intervals[index].introduced));
        let intervals = &mut self.intervals;
        // The open ones first, the latest introduced first among equals.
        ours.sort_by_key(|&index| (intervals[index].removed.is_some(), Reverse(index)));
        let open = ours.iter().filter(|&&index| intervals[index].removed.is_none()).count();
        // HEAD's version is the latest, whatever a branch that it does not contain has.
        if self.follows_latest && open == copies.len() {
            for (&index, &copy) in ours[..open].iter().rev().zip(copies) {
                intervals[index].latest = copy;
            }
        }
        for &index in ours.iter().take(open.max(copies.len())) {
            intervals[index].removed = None;
            intervals[index].at_head = true;
        }
    }

    /// Marks the open intervals of the credentials that are present at their path.
    pub fn mark_present(&mut self, mut is_present: impl FnMut(&BStr, Fingerprint) -> bool) {
        for ((path, credential), indices) in &self.by_credential {
            let mut open = indices.clone();
            open.retain(|&index| self.intervals[index].removed.is_none());
            if !open.is_empty() && is_present(path, *credential) {
                open.into_iter().for_each(|index| self.intervals[index].at_head = true);
            }
        }
    }
}

impl<F> Interval<'_, F> {
    /// The source of an occurrence in an object of the history.
    pub fn source<R>(&self, object: &str, commits: &mut CommitReader<R>) -> HistorySource
    where
        R: Fn(usize) -> Result<CommitRef, Failure>,
    {
        HistorySource {
            introduced: commits.get(self.introduced),
            removed: self.removed.and_then(|commit| commits.get(commit)),
            at_head: self.at_head,
            ..HistorySource::of_object(object)
        }
    }
}

/// Reads each commit of a history once.
pub struct CommitReader<R> {
    read: R,
    commits: BTreeMap<usize, Result<CommitRef, Failure>>,
}

impl<R: Fn(usize) -> Result<CommitRef, Failure>> CommitReader<R> {
    pub fn new(read: R) -> Self {
        CommitReader { read, commits: BTreeMap::new() }
    }

    /// The commit of that number; `None` if it cannot be read.
    pub fn get(&mut self, number: usize) -> Option<CommitRef> {
        let commit = self.commits.entry(number).or_insert_with(|| (self.read)(number));
        commit.as_ref().ok().cloned()
    }

    /// The commits that could not be read.
    pub fn into_failures(self) -> impl Iterator<Item = Failure> {
        self.commits.into_values().filter_map(Result::err)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FingerprintKey;

    /// A change of a file with one secret: the copies that the parent and the commit have.
    fn change(commit: usize, before: usize, after: &[u8]) -> PathChange<'static, u8> {
        let secret = FingerprintKey::new(b"").fingerprint(b"x");
        let before = BTreeMap::from([(secret, before)]);
        let after = BTreeMap::from([(secret, after.to_vec())]);
        PathChange { path: BStr::new("a"), commit, before, after }
    }

    fn intervals(changes: Vec<PathChange<'static, u8>>) -> Vec<(u8, u8, usize, Option<usize>)> {
        // Commit 9 is on a branch of its own.
        let mut timeline = Timeline::new(true, |young, old| young == old || young != 9);
        changes.into_iter().for_each(|change| timeline.add(change));
        let interval = |it: Interval<'_, u8>| (it.first, it.latest, it.introduced, it.removed);
        timeline.into_intervals().into_iter().map(interval).collect()
    }

    #[test]
    fn an_interval_lasts_from_its_introduction_to_its_removal() {
        let edited = vec![change(0, 0, &[1]), change(1, 1, &[2]), change(2, 1, &[])];
        assert_eq!(intervals(edited), [(1, 2, 0, Some(2))]);
        let back = vec![change(0, 0, &[1]), change(1, 1, &[]), change(2, 0, &[3])];
        assert_eq!(intervals(back), [(1, 1, 0, Some(1)), (3, 3, 2, None)]);
        let copied = vec![change(0, 0, &[1]), change(1, 1, &[2, 3]), change(2, 2, &[4])];
        assert_eq!(intervals(copied), [(1, 4, 0, None), (3, 3, 1, Some(2))]);
    }

    #[test]
    fn a_branch_removes_only_what_it_contains() {
        let removed = vec![change(0, 0, &[1]), change(9, 1, &[])];
        assert_eq!(intervals(removed), [(1, 1, 0, None)]);
    }
}
