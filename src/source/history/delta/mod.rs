//! The delta reader: packs as git stores them, looked at only where versions differ.
//!
//! [`Packs`] are opened and verified; [`walk()`] makes each version once, from its base;
//! [`Versions`] says what of it is inherited, what is looked at, what is handed on. Loose
//! objects, and whatever a pack cannot give, are read by the full reader's means.

mod budget;
mod judge;
mod packs;
mod table;
mod versions;
mod walk;

use std::collections::BTreeSet;

use git2::Oid;

pub use budget::Budget;
pub use judge::Judge;

use super::full::FullReader;
use super::pack::{Id, Kind, Pack};
use super::{History, Trace, loose};
use crate::source::{Coverage, Failure, Progress};
use packs::Packs;
use versions::Versions;
use walk::walk;

/// Looks at the blobs of a history, and at the messages of its commits and annotated tags.
pub struct DeltaReader<'h> {
    history: &'h History,
    /// For what stands in no pack.
    full: FullReader<'h>,
    manner: Manner,
    budget: Budget,
}

/// How the reader goes about a version whose base it has looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Looks only at what the delta changes.
    Changes,
    /// Looks at all of it, on the same walk: to measure what that costs.
    Whole,
}

impl<'h> DeltaReader<'h> {
    pub fn new(history: &'h History, manner: Manner, budget: Budget) -> Self {
        let full = FullReader::new(history, budget.largest);
        DeltaReader { history, full, manner, budget }
    }

    /// Looks at everything, on the threads of the current rayon pool. What was covered.
    pub fn read(&self, judge: &dyn Judge, progress: &dyn Progress) -> Coverage {
        let packs = Packs::open(&self.history.folders);
        let mut others: BTreeSet<Id> = packs.rootless().collect();
        let (apart, unlisted) = self.apart(&packs);
        others.extend(apart);
        progress.begin(packs.to_visit() + others.len() as u64);
        let mut coverage = self.history.lacks.clone();
        coverage.failures.extend(packs.failures.iter().cloned().chain(unlisted));
        for (number, pack) in packs.list.iter().enumerate() {
            let (read, lost) =
                self.pack(pack, &|entry| packs.counts(number, entry), judge, progress);
            coverage = coverage.and(read);
            others.extend(lost);
        }
        let others: Vec<Oid> = others.iter().filter_map(|id| Oid::from_bytes(id).ok()).collect();
        coverage.and(self.full.read(&others, &|blob| judge.whole(blob), progress))
    }

    /// Follows wanted objects, given by their ids in hexadecimal, through all commits that
    /// were read, whether a ref reaches them or not.
    pub fn trace(&self, wanted: &[String]) -> Trace<'h> {
        self.full.trace(wanted)
    }

    /// One pack: what was covered, and objects that it could not give.
    fn pack(
        &self,
        pack: &Pack,
        counts: &(dyn Fn(u32) -> bool + Sync),
        judge: &dyn Judge,
        progress: &dyn Progress,
    ) -> (Coverage, Vec<Id>) {
        let kinds = [Kind::Blob, Kind::Commit, Kind::Tag];
        let roots = kinds.into_iter().flat_map(|kind| pack.forest.roots(kind)).collect();
        let whole = self.manner == Manner::Whole;
        let versions = Versions { pack, judge, progress, whole, counts };
        let (mut coverage, mut lost) = (Coverage::default(), Vec::new());
        for gathered in walk(pack, roots, &versions, &self.budget) {
            coverage = coverage.and(gathered.coverage);
            lost.extend(gathered.lost);
            let commits = gathered.commits.iter().filter_map(|id| Oid::from_bytes(id).ok());
            self.full.commits().extend(commits);
        }
        (coverage, lost)
    }

    /// Objects that stand in none of these packs, and why they could not all be listed.
    fn apart(&self, packs: &Packs) -> (Vec<Id>, Option<Failure>) {
        let (ids, unlisted) = if packs.has_old {
            self.history.ids()
        } else {
            (self.history.folders.iter().flat_map(|folder| loose::ids(folder)).collect(), None)
        };
        let is_apart = |id: &Id| !packs.hold(id);
        let damaged = |id: &Oid| self.history.damaged.contains(id);
        let ids = ids.iter().filter(|id| !damaged(id));
        let apart = ids.filter_map(|id| Id::try_from(id.as_bytes()).ok()).filter(is_apart);
        (apart.collect(), unlisted)
    }
}
