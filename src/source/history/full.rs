//! The full reader: each blob and each message whole, once.
//!
//! Slow and plain, and it verifies every object's hash: it is what faster readers are
//! measured against. Trees are read too, for that sake and for what they name.
//!
//! It reads through `git cat-file`, which shares no code with our own readers. What git cannot
//! read is read from the store, whose errors name the fault.

use std::sync::Mutex;

use rayon::prelude::*;

use super::apart::Gathered;
use super::delta::CHUNK;
use super::graph::{Graph, Learnt, Surveyor};
use super::trace::Met;
use super::{History, Trace, lock, unusable};
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::{CatFile, Git, GitEnvironment, OdbError};
use crate::source::{Coverage, Failure, Progress, Source, Visitor};

/// Hands out the blobs of a history, and the messages of its commits and annotated tags.
pub struct FullReader<'h> {
    history: &'h History,
    /// Larger objects are passed over.
    largest: u64,
    met: Mutex<Met>,
    trees: Mutex<Vec<ObjectId>>,
}

impl<'h> FullReader<'h> {
    pub fn new(history: &'h History, largest: u64) -> Self {
        let (met, trees) = (Mutex::default(), Mutex::default());
        FullReader { history, largest, met, trees }
    }

    /// Follows wanted objects, given by their ids in hexadecimal, through all commits that
    /// were read, whether a ref reaches them or not.
    pub fn trace(&self, wanted: &[String]) -> Trace<'h> {
        let met = std::mem::take(&mut *lock(&self.met));
        self.history.trace(wanted, met, &|wanted| self.survey(wanted))
    }

    /// Each of these objects, on the threads of the current pool.
    fn each<T: Default + Send>(
        &self,
        ids: &[ObjectId],
        look: impl Fn(&mut T, &ObjectId, Result<(ObjectKind, &[u8]), OdbError>) + Sync,
    ) -> Vec<T> {
        let git = Git::new(&GitEnvironment::of_git_dir(self.history.handles.git_dir()));
        let chunk = |running: &mut Option<CatFile>, ids: &[ObjectId]| {
            let mut found = T::default();
            for id in ids {
                match self.object(&git, running, id) {
                    Ok((kind, bytes)) => look(&mut found, id, Ok((kind, &bytes))),
                    Err(why) => look(&mut found, id, Err(why)),
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
            // It may have ended over this object.
            Some(Err(_)) | None => {
                *running = None;
                self.history.store.read(id, self.largest)
            }
        }
    }

    fn survey(&self, wanted: &[ObjectId]) -> Graph {
        let store = &self.history.store;
        let surveyor = Surveyor::new(store, wanted);
        let read = |(learnt, failures): &mut (Learnt, Vec<Failure>),
                    id: &ObjectId,
                    read: Result<(ObjectKind, &[u8]), OdbError>| {
            match read.map(|(_, bytes)| surveyor.tree(bytes, None, learnt)) {
                Ok(Some(note)) => {
                    store.locate(id).into_iter().for_each(|tree| learnt.keep(tree, &note));
                }
                Ok(None) => failures.push(unusable("tree", id, Surveyor::MALFORMED)),
                Err(why) => failures.push(unusable("tree", id, why)),
            }
        };
        let found: Vec<(Learnt, Vec<Failure>)> = self.each(&lock(&self.trees), read);
        let (learnt, failures): (Vec<_>, Vec<_>) = found.into_iter().unzip();
        surveyor.graph(learnt, failures.into_iter().flatten().collect())
    }
}

impl Source for FullReader<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let store = &self.history.store;
        let ids = store.ids();
        progress.begin(ids.len() as u64);
        let look = |gathered: &mut Gathered,
                    id: &ObjectId,
                    read: Result<(ObjectKind, &[u8]), OdbError>| {
            gathered.look(id, read, visit);
            progress.step();
        };
        let mut all = Gathered::default();
        self.each(&ids, look).into_iter().for_each(|gathered| all.add(gathered));
        let mut coverage = self.history.lacks.coverage.clone().and(all.coverage);
        coverage.failures.extend(store.failures.iter().cloned());
        coverage.failures.extend(store.damaged_spares());
        coverage.failures.extend(store.told(all.unread));
        *lock(&self.met) = all.met;
        *lock(&self.trees) = all.trees;
        coverage.sorted()
    }
}
