//! The full reader: each blob and each message whole, once.
//!
//! Slow and plain, and it verifies every object's hash: it is what faster readers are
//! measured against. Trees are read too, for that sake and for what they name.
//!
//! It reads through libgit2, which is nobody's relative here. libgit2 has been seen to crash on
//! a damaged pack, and to read a damaged loose object without end: where our own look at the
//! store has found damage, libgit2 is kept away, and objects come one by one from the store.

use std::borrow::Cow;
use std::sync::{Mutex, OnceLock};

use git2::Odb;
use rayon::prelude::*;

use super::apart::Gathered;
use super::graph::{Graph, Learnt, Surveyor};
use super::objects::{self, CHUNK};
use super::store::StoreError;
use super::trace::Met;
use super::{History, Trace, lock, unusable};
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::source::{Coverage, Failure, Progress, Source, Visitor};

/// Hands out the blobs of a history, and the messages of its commits and annotated tags.
pub struct FullReader<'h> {
    history: &'h History,
    /// Larger objects are passed over.
    largest: u64,
    /// Whether libgit2 may read.
    is_sound: OnceLock<bool>,
    met: Mutex<Met>,
    trees: Mutex<Vec<ObjectId>>,
}

impl<'h> FullReader<'h> {
    pub fn new(history: &'h History, largest: u64) -> Self {
        let (met, trees) = (Mutex::default(), Mutex::default());
        FullReader { history, largest, is_sound: OnceLock::new(), met, trees }
    }

    /// Follows wanted objects, given by their ids in hexadecimal, through all commits that
    /// were read, whether a ref reaches them or not.
    pub fn trace(&self, wanted: &[String]) -> Trace<'h> {
        let met = std::mem::take(&mut *lock(&self.met));
        self.history.trace(wanted, met, &|wanted| self.survey(wanted))
    }

    fn is_sound(&self) -> bool {
        let store = &self.history.store;
        let lacks_nothing = self.history.lacks.coverage.failures.is_empty();
        let is_sound = || lacks_nothing && store.is_for_libgit2() && store.is_loose_sound();
        *self.is_sound.get_or_init(is_sound)
    }

    /// Each of these objects, on the threads of the current pool.
    fn each<T: Default + Send>(
        &self,
        ids: &[ObjectId],
        look: impl Fn(&mut T, &ObjectId, Result<(ObjectKind, &[u8]), StoreError>) + Sync,
    ) -> Vec<T> {
        let chunk = |ids: &[ObjectId]| {
            let mut found = T::default();
            let mut read = |odb: Option<&Odb<'_>>| {
                for id in ids {
                    match self.object(odb, id) {
                        Ok((kind, bytes)) => look(&mut found, id, Ok((kind, &bytes))),
                        Err(why) => look(&mut found, id, Err(why)),
                    }
                }
            };
            if self.is_sound() {
                let lent = self.history.handles.with(|repository| {
                    let odb = repository.odb()?;
                    read(Some(&odb));
                    Ok(())
                });
                // Without a handle there is still the store.
                if lent.is_err() {
                    read(None);
                }
            } else {
                read(None);
            }
            found
        };
        ids.par_chunks(CHUNK).map(chunk).collect()
    }

    fn object(
        &self,
        odb: Option<&Odb<'_>>,
        id: &ObjectId,
    ) -> Result<(ObjectKind, Cow<'static, [u8]>), StoreError> {
        let Some(odb) = odb else {
            return self.history.store.read(id, self.largest).map(|(kind, b)| (kind, b.into()));
        };
        let read = |id: &ObjectId| {
            let object = odb.read(git2::Oid::from_bytes(id.as_bytes())?)?;
            Ok((object.kind(), object.data().to_vec()))
        };
        let (kind, bytes) = read(id).map_err(StoreError::Git)?;
        let kind = ObjectKind::named(kind.str()).ok_or(StoreError::Missing)?;
        if kind != ObjectKind::Tree && bytes.len() as u64 > self.largest {
            return Err(StoreError::TooLarge);
        }
        Ok((kind, bytes.into()))
    }

    fn survey(&self, wanted: &[ObjectId]) -> Graph {
        let store = &self.history.store;
        let surveyor = Surveyor::new(store, wanted);
        let read = |(learnt, failures): &mut (Learnt, Vec<Failure>),
                    id: &ObjectId,
                    read: Result<(ObjectKind, &[u8]), StoreError>| {
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
        let (ids, unlisted) = match self.is_sound() {
            true => objects::ids(&self.history.handles),
            false => (store.ids(), None),
        };
        progress.begin(ids.len() as u64);
        let look = |gathered: &mut Gathered,
                    id: &ObjectId,
                    read: Result<(ObjectKind, &[u8]), StoreError>| {
            gathered.look(id, read, visit);
            progress.step();
        };
        let mut all = Gathered::default();
        self.each(&ids, look).into_iter().for_each(|gathered| all.add(gathered));
        let mut coverage = self.history.lacks.coverage.clone().and(all.coverage);
        coverage.failures.extend(store.failures.iter().cloned().chain(unlisted));
        coverage.failures.extend(store.damaged_spares());
        coverage.failures.extend(store.told(all.unread));
        *lock(&self.met) = all.met;
        *lock(&self.trees) = all.trees;
        coverage.and(Coverage::default())
    }
}
