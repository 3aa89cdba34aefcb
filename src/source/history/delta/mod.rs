//! The delta reader: reads packs as git stores them and scans only what differs between versions.
//!
//! `walk` builds each version once, from its base; `BlobVisitor` decides what is inherited,
//! what is scanned and what is passed on. Loose objects, and whatever cannot be read from a pack,
//! are read one by one from the store. Commits are collected on the way; trees are walked
//! afterwards, by `TreeVisitor`.

mod blob_visitor;
mod budget;
mod detector;
mod tree_visitor;
mod walk;
mod work_queue;

use std::collections::BTreeSet;
use std::sync::Mutex;

pub use budget::Budget;
use budget::{LARGE, LargePermit};
pub use detector::Detector;
use rayon::prelude::*;

use super::single_objects::ObjectAccumulator;
use super::trace::Discovered;
use super::{History, SelectNames, Trace};
use crate::blob::Blob;
use crate::git::OdbError;
use crate::git::history::lock;
use crate::git::history::tree_graph::{Traced, TreeGraph, TreeReader, TreeScan};
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::odb::ObjectResult;
use crate::source::{Coverage, Failure, Progress};
use blob_visitor::{BlobAccumulator, BlobVisitor};
use tree_visitor::TreeVisitor;
use walk::walk;

/// Adjacent objects in a pack share delta bases: a thread takes this many at a time.
pub const CHUNK: usize = 256;

/// Scans the blobs of a history, and the messages of its commits and annotated tags.
pub struct DeltaReader<'h> {
    history: &'h History,
    mode: ScanMode,
    budget: Budget,
    discovered: Mutex<Discovered>,
    /// Trees that are in no pack.
    trees: Mutex<Vec<ObjectId>>,
}

/// How much of a version is scanned if its base was scanned before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ScanMode {
    /// Only what the delta changes.
    Changes,
    /// All of it, on the same walk: to measure what that costs.
    Whole,
}

impl<'h> DeltaReader<'h> {
    pub fn new(history: &'h History, mode: ScanMode, budget: Budget) -> Self {
        let (discovered, trees) = (Mutex::default(), Mutex::default());
        DeltaReader { history, mode, budget, discovered, trees }
    }

    /// Scans everything, on the threads of the current rayon pool. Returns what was covered.
    pub fn read(&self, detector: &dyn Detector, progress: &dyn Progress) -> Coverage {
        let store = &self.history.store;
        let mut ids: BTreeSet<ObjectId> = store.rootless().chain(store.first_loose_ids()).collect();
        progress.begin(self.to_visit() + ids.len() as u64);
        let mut all =
            ObjectAccumulator { coverage: self.history.missing_coverage(), ..Default::default() };
        for pack in 0..store.packs.len() {
            let lost = self.pack(pack, &mut all, detector, progress);
            ids.extend(lost);
        }
        let ids: Vec<ObjectId> = ids.into_iter().collect();
        all.add(self.single_objects(&ids, detector, progress));
        let visit = |blob: &Blob<'_>| detector.whole(blob);
        let coverage = all.coverage.and(all.discovered.people.visit(&visit));
        let mut coverage = self.history.follow_pointers(coverage, self.budget.largest, &visit);
        coverage.failures.extend(store.failures.iter().cloned());
        coverage.failures.extend(store.damaged_shadowed_copies());
        coverage.failures.extend(store.read_failures(all.unread));
        *lock(&self.discovered) = all.discovered;
        *lock(&self.trees) = all.trees;
        coverage.sorted()
    }

    /// Traces objects, given by their ids in hexadecimal, through all commits that were
    /// read, reachable from a ref or not.
    pub fn trace(&self, objects: &[String], select_names: &SelectNames<'_>) -> Trace<'h> {
        let discovered = std::mem::take(&mut *lock(&self.discovered));
        self.history.trace(objects, select_names, discovered, &|traced| self.read_trees(traced))
    }

    /// Reads one pack. Returns the objects that could not be read from it.
    fn pack(
        &self,
        number: usize,
        all: &mut ObjectAccumulator,
        detector: &dyn Detector,
        progress: &dyn Progress,
    ) -> Vec<ObjectId> {
        let store = &self.history.store;
        let pack = &store.packs[number];
        let kinds = [ObjectKind::Blob, ObjectKind::Commit, ObjectKind::Tag];
        let roots = kinds.into_iter().flat_map(|kind| pack.forest.roots(kind)).collect();
        let scan_whole = self.mode == ScanMode::Whole;
        let is_primary = &|entry| store.is_primary_copy(number, entry);
        let visitor = BlobVisitor { pack, detector, progress, scan_whole, is_primary };
        let mut lost = Vec::new();
        for acc in walk(pack, roots, &visitor, &self.budget) {
            let BlobAccumulator { coverage, discovered, unread, .. } = acc;
            all.add(ObjectAccumulator {
                coverage,
                discovered,
                unread,
                ..ObjectAccumulator::default()
            });
            lost.extend(acc.lost);
        }
        lost
    }

    /// Reads objects one by one that no pack could supply.
    fn single_objects(
        &self,
        ids: &[ObjectId],
        detector: &dyn Detector,
        progress: &dyn Progress,
    ) -> ObjectAccumulator {
        let chunk = |ids: &[ObjectId]| {
            let mut acc = ObjectAccumulator::default();
            for id in ids {
                let (read, permit) = self.read_single(id);
                let visit = |blob: &Blob<'_>| detector.whole(blob);
                match read {
                    Ok((kind, bytes)) => acc.add_object(id, Ok((kind, &bytes)), &visit),
                    Err(why) => acc.add_object(id, Err(why), &visit),
                }
                drop(permit);
                progress.step();
            }
            acc
        };
        let chunks: Vec<ObjectAccumulator> = ids.par_chunks(CHUNK).map(chunk).collect();
        let mut all = ObjectAccumulator::default();
        chunks.into_iter().for_each(|acc| all.add(acc));
        all
    }

    /// Reads an object; if it is large, with the permit for that.
    fn read_single(&self, id: &ObjectId) -> (ObjectResult, Option<LargePermit<'_>>) {
        let (store, largest) = (&self.history.store, self.budget.largest);
        match store.read(id, largest.min(LARGE)) {
            Err(OdbError::TooLarge) if largest > LARGE => {
                let permit = self.budget.large_permit();
                (store.read(id, largest), Some(permit))
            }
            read => (read, None),
        }
    }

    fn read_trees(&self, traced: Traced<'_>) -> TreeGraph {
        let store = &self.history.store;
        let reader = TreeReader::new(store, traced);
        let mut ids = lock(&self.trees).clone();
        let (mut scans, mut failures) = (Vec::new(), Vec::new());
        let budget = Budget::new(u64::MAX, self.budget.cache_limit);
        for (number, pack) in store.packs.iter().enumerate() {
            let visitor = TreeVisitor { number, store, reader: &reader };
            for acc in walk(pack, pack.forest.roots(ObjectKind::Tree), &visitor, &budget) {
                scans.push(acc.scan);
                failures.extend(acc.failures);
                ids.extend(acc.lost);
            }
        }
        let mut rest = TreeScan::default();
        for id in ids {
            let read = store.read(&id, u64::MAX);
            match read.map(|(_, bytes)| reader.tree(&bytes, None, &mut rest)) {
                Ok(Some(note)) => {
                    store.locate(&id).into_iter().for_each(|tree| rest.keep(tree, &note));
                }
                Ok(None) => failures.push(Failure::of_object("tree", &id, TreeReader::MALFORMED)),
                Err(why) => failures.push(Failure::of_object("tree", &id, why)),
            }
        }
        scans.push(rest);
        reader.graph(scans, failures)
    }

    /// Blobs, commits and tags in packs.
    fn to_visit(&self) -> u64 {
        let is_visited =
            |kind| matches!(kind, Some(ObjectKind::Blob | ObjectKind::Commit | ObjectKind::Tag));
        let packs = self.history.store.packs.iter();
        let count = |pack: &crate::git::pack::Pack| {
            (0..pack.index.len()).filter(|&entry| is_visited(pack.forest.kind(entry))).count()
        };
        packs.map(|pack| count(pack) as u64).sum()
    }
}
