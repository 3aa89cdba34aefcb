//! The visitor of a pack's trees: what each inherits, and what is parsed.

use super::walk::{PackVisitor, Version, VersionBase};
use crate::git::history::store::Store;
use crate::git::history::tree_graph::{TreeNote, TreeReader, TreeScan};
use crate::git::object_id::ObjectId;
use crate::git::pack::PackError;
use crate::source::Failure;

/// Reads the trees of one pack.
pub struct TreeVisitor<'s> {
    /// The pack's index in the store.
    pub number: usize,
    pub store: &'s Store,
    pub reader: &'s TreeReader<'s>,
}

/// What one thread accumulates.
#[derive(Default)]
pub struct TreeAccumulator {
    pub scan: TreeScan,
    pub failures: Vec<Failure>,
    /// Trees that could not be read from this pack, to be read from elsewhere.
    pub lost: Vec<ObjectId>,
}

impl TreeVisitor<'_> {
    fn id(&self, entry: u32) -> ObjectId {
        self.store.packs[self.number].index.id(entry)
    }
}

impl PackVisitor for TreeVisitor<'_> {
    /// `None` for a malformed tree: nothing is inherited from it.
    type Note = Option<TreeNote>;
    type Local = TreeAccumulator;

    fn version(&self, acc: &mut TreeAccumulator, version: Version<'_, Self::Note>) -> Self::Note {
        let base = match &version.base {
            Some(VersionBase { note: Some(note), copies, .. }) => Some((note, *copies)),
            _ => None,
        };
        let note = self.reader.tree(version.bytes, base, &mut acc.scan);
        if self.store.is_primary_copy(self.number, version.entry) {
            let tree = self.store.number(self.number, version.entry);
            match &note {
                Some(note) => acc.scan.keep(tree, note),
                None => {
                    let id = self.id(version.entry);
                    acc.failures.push(Failure::of_object("tree", &id, TreeReader::MALFORMED));
                }
            }
        }
        note
    }

    fn oversized(&self, acc: &mut TreeAccumulator, entry: u32) -> Self::Note {
        acc.lost.push(self.id(entry));
        None
    }

    fn lost(&self, acc: &mut TreeAccumulator, entry: u32, _why: Option<PackError>) {
        acc.lost.push(self.id(entry));
    }
}
