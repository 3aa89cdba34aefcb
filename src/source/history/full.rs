//! The full reader: each blob and each message whole, once.
//!
//! Slow and simple, and it verifies every object's hash: faster readers are compared with it. Trees
//! are read too, for verification and for the objects that they refer to.
//!
//! It reads through `git cat-file`, which shares no code with our own readers. What git cannot read
//! is read from the store, whose errors identify the fault.

use std::sync::Mutex;

use rayon::prelude::*;

use super::delta::CHUNK;
use super::single_objects::ObjectAccumulator;
use super::trace::Discovered;
use super::{History, SelectNames, Trace};
use crate::git::history::lock;
use crate::git::history::tree_graph::{Traced, TreeGraph, TreeReader, TreeScan};
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::{CatFile, Git, OdbError};
use crate::source::{Coverage, Failure, Progress, Source, Visitor};

/// Supplies the blobs of a history, and the messages of its commits and annotated tags.
pub struct FullReader<'h> {
    history: &'h History,
    /// Larger objects are skipped.
    largest: u64,
    discovered: Mutex<Discovered>,
    trees: Mutex<Vec<ObjectId>>,
}

impl<'h> FullReader<'h> {
    pub fn new(history: &'h History, largest: u64) -> Self {
        let (discovered, trees) = (Mutex::default(), Mutex::default());
        FullReader { history, largest, discovered, trees }
    }

    /// Traces objects, given by their ids in hexadecimal, through all commits that were
    /// read, reachable from a ref or not.
    pub fn trace(&self, objects: &[String], select_names: &SelectNames<'_>) -> Trace<'h> {
        let discovered = std::mem::take(&mut *lock(&self.discovered));
        self.history.trace(objects, select_names, discovered, &|traced| self.read_trees(traced))
    }

    /// Reads each of these objects, on the threads of the current pool.
    fn each<T: Default + Send>(
        &self,
        ids: &[ObjectId],
        add_object: impl Fn(&mut T, &ObjectId, Result<(ObjectKind, &[u8]), OdbError>) + Sync,
    ) -> Vec<T> {
        let git = self.history.repository.git();
        let chunk = |running: &mut Option<CatFile>, ids: &[ObjectId]| {
            let mut found = T::default();
            for id in ids {
                match self.object(&git, running, id) {
                    Ok((kind, bytes)) => add_object(&mut found, id, Ok((kind, &bytes))),
                    Err(why) => add_object(&mut found, id, Err(why)),
                }
            }
            found
        };
        ids.par_chunks(CHUNK).map_init(|| None, chunk).collect()
    }

    fn object(
        &self,
        git: &Git,
        running: &mut Option<CatFile>,
        id: &ObjectId,
    ) -> Result<(ObjectKind, Vec<u8>), OdbError> {
        if running.is_none() {
            *running = CatFile::open(git).ok();
        }
        match running.as_mut().map(|git| git.read_up_to(id, self.largest)) {
            Some(Ok(Some(read))) => Ok(read),
            Some(Ok(None)) => Err(OdbError::TooLarge),
            // It may have exited because of this object.
            Some(Err(_)) | None => {
                *running = None;
                self.history.store.read(id, self.largest)
            }
        }
    }

    fn read_trees(&self, traced: Traced<'_>) -> TreeGraph {
        let store = &self.history.store;
        let reader = TreeReader::new(store, traced);
        let read = |(scan, failures): &mut (TreeScan, Vec<Failure>),
                    id: &ObjectId,
                    read: Result<(ObjectKind, &[u8]), OdbError>| {
            match read.map(|(_, bytes)| reader.tree(bytes, None, scan)) {
                Ok(Some(note)) => {
                    store.locate(id).into_iter().for_each(|tree| scan.keep(tree, &note));
                }
                Ok(None) => failures.push(Failure::of_object("tree", id, TreeReader::MALFORMED)),
                Err(why) => failures.push(Failure::of_object("tree", id, why)),
            }
        };
        let found: Vec<(TreeScan, Vec<Failure>)> = self.each(&lock(&self.trees), read);
        let (scan, failures): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        reader.graph(scan, failures.into_iter().flatten().collect())
    }
}

impl Source for FullReader<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let store = &self.history.store;
        let ids = store.ids();
        progress.begin(ids.len() as u64);
        let add_object = |acc: &mut ObjectAccumulator,
                          id: &ObjectId,
                          read: Result<(ObjectKind, &[u8]), OdbError>| {
            acc.add_object(id, read, visit);
            progress.step();
        };
        let mut all = ObjectAccumulator::default();
        self.each(&ids, add_object).into_iter().for_each(|acc| all.add(acc));
        let coverage = self.history.missing_coverage().and(all.coverage);
        let coverage = coverage.and(all.discovered.people.visit(visit));
        let mut coverage = self.history.follow_pointers(coverage, self.largest, visit);
        coverage.failures.extend(store.failures.iter().cloned());
        coverage.failures.extend(store.damaged_shadowed_copies());
        coverage.failures.extend(store.read_failures(all.unread));
        *lock(&self.discovered) = all.discovered;
        *lock(&self.trees) = all.trees;
        coverage.sorted()
    }
}
