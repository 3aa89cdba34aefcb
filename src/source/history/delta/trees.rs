//! The visitor of a pack's trees: what of each is inherited, what is parsed.

use super::walk::{Base, Version, Visit};
use crate::git::object_id::ObjectId;
use crate::git::pack::PackError;
use crate::source::Failure;
use crate::source::history::graph::{Learnt, Surveyor, TreeNote};
use crate::source::history::store::Store;
use crate::source::history::unusable;

/// Reads the trees of one pack.
pub struct Trees<'s> {
    /// Which of the store's packs it is.
    pub number: usize,
    pub store: &'s Store,
    pub surveyor: &'s Surveyor<'s>,
}

/// What one thread gathers.
#[derive(Default)]
pub struct Grown {
    pub learnt: Learnt,
    pub failures: Vec<Failure>,
    /// Trees that this pack could not give, to be read from elsewhere.
    pub lost: Vec<ObjectId>,
}

impl Trees<'_> {
    fn id(&self, entry: u32) -> ObjectId {
        self.store.packs[self.number].index.id(entry)
    }
}

impl Visit for Trees<'_> {
    /// `None` for a malformed tree: nothing is inherited from it.
    type Note = Option<TreeNote>;
    type Local = Grown;

    fn version(&self, grown: &mut Grown, version: Version<'_, Self::Note>) -> Self::Note {
        let base = match &version.base {
            Some(Base { note: Some(note), copies, .. }) => Some((note, *copies)),
            _ => None,
        };
        let note = self.surveyor.tree(version.bytes, base, &mut grown.learnt);
        if self.store.counts(self.number, version.entry) {
            let tree = self.store.number(self.number, version.entry);
            match &note {
                Some(note) => grown.learnt.keep(tree, note),
                None => {
                    let id = self.id(version.entry);
                    grown.failures.push(unusable("tree", &id, Surveyor::MALFORMED));
                }
            }
        }
        note
    }

    fn oversized(&self, grown: &mut Grown, entry: u32) -> Self::Note {
        grown.lost.push(self.id(entry));
        None
    }

    fn lost(&self, grown: &mut Grown, entry: u32, _why: Option<PackError>) {
        grown.lost.push(self.id(entry));
    }
}
