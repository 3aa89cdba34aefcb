//! The delta reader: packs as git stores them, looked at only where versions differ.
//!
//! [`walk()`] makes each version once, from its base;
//! [`Versions`] says what of it is inherited, what is looked at, what is handed on. Loose
//! objects, and whatever a pack cannot give, are read one by one from the store. Commits tell
//! their trees and parents on the way; trees are walked afterwards, by [`Trees`].

mod budget;
mod judge;
mod table;
mod trees;
mod versions;
mod walk;

use std::collections::BTreeSet;
use std::sync::Mutex;

pub use budget::Budget;
use budget::{LARGE, Lane};
pub use judge::Judge;
use rayon::prelude::*;

use super::apart::Gathered;
use super::graph::{Graph, Learnt, Surveyor};
use super::trace::Met;
use super::{History, Trace, lock, unusable};
use crate::git::OdbError;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::odb::ReadObject;
use crate::source::{Coverage, Progress};
use trees::Trees;
use versions::Versions;
use walk::walk;

/// Neighbours in a pack share delta bases: a thread takes so many at a time.
pub const CHUNK: usize = 256;

/// Looks at the blobs of a history, and at the messages of its commits and annotated tags.
pub struct DeltaReader<'h> {
    history: &'h History,
    manner: Manner,
    budget: Budget,
    met: Mutex<Met>,
    /// Trees that stand in no pack.
    trees: Mutex<Vec<ObjectId>>,
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
        let (met, trees) = (Mutex::default(), Mutex::default());
        DeltaReader { history, manner, budget, met, trees }
    }

    /// Looks at everything, on the threads of the current rayon pool. What was covered.
    pub fn read(&self, judge: &dyn Judge, progress: &dyn Progress) -> Coverage {
        let store = &self.history.store;
        let mut apart: BTreeSet<ObjectId> =
            store.rootless().chain(store.first_loose_ids()).collect();
        progress.begin(self.to_visit() + apart.len() as u64);
        let mut all =
            Gathered { coverage: self.history.lacks.coverage.clone(), ..Default::default() };
        for pack in 0..store.packs.len() {
            let lost = self.pack(pack, &mut all, judge, progress);
            apart.extend(lost);
        }
        let apart: Vec<ObjectId> = apart.into_iter().collect();
        all.add(self.apart(&apart, judge, progress));
        let mut coverage = all.coverage;
        coverage.failures.extend(store.failures.iter().cloned());
        coverage.failures.extend(store.damaged_spares());
        coverage.failures.extend(store.told(all.unread));
        *lock(&self.met) = all.met;
        *lock(&self.trees) = all.trees;
        coverage.sorted()
    }

    /// Follows wanted objects, given by their ids in hexadecimal, through all commits that
    /// were read, whether a ref reaches them or not.
    pub fn trace(&self, wanted: &[String]) -> Trace<'h> {
        let met = std::mem::take(&mut *lock(&self.met));
        self.history.trace(wanted, met, &|wanted| self.survey(wanted))
    }

    /// One pack; the objects that it could not give.
    fn pack(
        &self,
        number: usize,
        all: &mut Gathered,
        judge: &dyn Judge,
        progress: &dyn Progress,
    ) -> Vec<ObjectId> {
        let store = &self.history.store;
        let pack = &store.packs[number];
        let kinds = [ObjectKind::Blob, ObjectKind::Commit, ObjectKind::Tag];
        let roots = kinds.into_iter().flat_map(|kind| pack.forest.roots(kind)).collect();
        let whole = self.manner == Manner::Whole;
        let counts = &|entry| store.counts(number, entry);
        let versions = Versions { pack, judge, progress, whole, counts };
        let mut lost = Vec::new();
        for gathered in walk(pack, roots, &versions, &self.budget) {
            let versions::Gathered { coverage, met, unread, .. } = gathered;
            all.add(Gathered { coverage, met, unread, ..Gathered::default() });
            lost.extend(gathered.lost);
        }
        lost
    }

    /// Objects that no pack could give, one by one.
    fn apart(&self, ids: &[ObjectId], judge: &dyn Judge, progress: &dyn Progress) -> Gathered {
        let chunk = |ids: &[ObjectId]| {
            let mut gathered = Gathered::default();
            for id in ids {
                let (read, lane) = self.read_apart(id);
                let visit = |blob: &crate::blob::Blob<'_>| judge.whole(blob);
                match read {
                    Ok((kind, bytes)) => gathered.look(id, Ok((kind, &bytes)), &visit),
                    Err(why) => gathered.look(id, Err(why), &visit),
                }
                drop(lane);
                progress.step();
            }
            gathered
        };
        let chunks: Vec<Gathered> = ids.par_chunks(CHUNK).map(chunk).collect();
        let mut all = Gathered::default();
        chunks.into_iter().for_each(|gathered| all.add(gathered));
        all
    }

    /// An object; with the lane where it is large.
    fn read_apart(&self, id: &ObjectId) -> (ReadObject, Option<Lane<'_>>) {
        let (store, largest) = (&self.history.store, self.budget.largest);
        match store.read(id, largest.min(LARGE)) {
            Err(OdbError::TooLarge) if largest > LARGE => {
                let lane = self.budget.lane();
                (store.read(id, largest), Some(lane))
            }
            read => (read, None),
        }
    }

    fn survey(&self, wanted: &[ObjectId]) -> Graph {
        let store = &self.history.store;
        let surveyor = Surveyor::new(store, wanted);
        let mut apart = lock(&self.trees).clone();
        let (mut learnt, mut failures) = (Vec::new(), Vec::new());
        let budget = Budget::new(u64::MAX, self.budget.held);
        for (number, pack) in store.packs.iter().enumerate() {
            let trees = Trees { number, store, surveyor: &surveyor };
            for grown in walk(pack, pack.forest.roots(ObjectKind::Tree), &trees, &budget) {
                learnt.push(grown.learnt);
                failures.extend(grown.failures);
                apart.extend(grown.lost);
            }
        }
        let mut rest = Learnt::default();
        for id in apart {
            let read = store.read(&id, u64::MAX);
            match read.map(|(_, bytes)| surveyor.tree(&bytes, None, &mut rest)) {
                Ok(Some(note)) => {
                    store.locate(&id).into_iter().for_each(|tree| rest.keep(tree, &note));
                }
                Ok(None) => failures.push(unusable("tree", &id, Surveyor::MALFORMED)),
                Err(why) => failures.push(unusable("tree", &id, why)),
            }
        }
        learnt.push(rest);
        surveyor.graph(learnt, failures)
    }

    /// Blobs, commits and tags in packs.
    fn to_visit(&self) -> u64 {
        let is_visited =
            |kind| matches!(kind, Some(ObjectKind::Blob | ObjectKind::Commit | ObjectKind::Tag));
        let packs = self.history.store.packs.iter();
        let of = |pack: &crate::git::pack::Pack| {
            (0..pack.index.len()).filter(|&at| is_visited(pack.forest.kind(at))).count()
        };
        packs.map(|pack| of(pack) as u64).sum()
    }
}
