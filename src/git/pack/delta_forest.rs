//! Which entry is a delta against which: a forest whose roots are stored whole.

use rayon::prelude::*;

use super::{EntryHeader, EntryType, PackIndex};
use crate::git::object::ObjectKind;

/// No entry.
pub const NONE: u32 = u32::MAX;

/// Bases and children of a pack's entries. Entries are numbered by offset.
pub struct DeltaForest {
    /// The inflated size of each entry: of the object at a root, otherwise of the instructions.
    sizes: Vec<u64>,
    header_lengths: Vec<u8>,
    parents: Vec<u32>,
    /// The kind of the root, for entries that have one.
    kinds: Vec<Option<ObjectKind>>,
    /// Children of an entry: `children[starts[entry]..starts[entry + 1]]`, those with the
    /// fewest descendants first.
    starts: Vec<u32>,
    children: Vec<u32>,
}

impl DeltaForest {
    /// Links deltas to their bases. Some entries have no root, and their [`DeltaForest::kind`] is
    /// `None`: those without a header, deltas against an object that is not in this pack or against
    /// themselves (only ref-deltas can be), and all deltas against these.
    pub fn new(index: &PackIndex, headers: Vec<Option<EntryHeader>>) -> DeltaForest {
        let base = |entry: u32, header: &EntryHeader| match header.entry_type {
            EntryType::Whole(_) => None,
            EntryType::OfsDelta(distance) => index.before(entry, distance),
            EntryType::RefDelta(id) => index.find(&id),
        };
        let parent = |(entry, header): (u32, &Option<EntryHeader>)| {
            header.as_ref().and_then(|header| base(entry, header)).unwrap_or(NONE)
        };
        let numbered = (0..headers.len() as u32).into_par_iter().zip(&headers);
        let parents: Vec<u32> = numbered.map(parent).collect();
        let (starts, children) = by_parent(&parents);
        let mut forest = DeltaForest {
            sizes: headers.iter().map(|header| header.map_or(0, |header| header.size)).collect(),
            header_lengths: headers.iter().map(|header| header.map_or(0, |h| h.length)).collect(),
            kinds: vec![None; parents.len()],
            parents,
            starts,
            children,
        };
        let order = forest.grow(&headers);
        forest.sort_children(&order);
        forest
    }

    /// Assigns a kind to every entry that has a root. Returns those entries, parents first.
    fn grow(&mut self, headers: &[Option<EntryHeader>]) -> Vec<u32> {
        let mut order = Vec::with_capacity(headers.len());
        for (entry, header) in (0..).zip(headers) {
            if let Some(EntryHeader { entry_type: EntryType::Whole(kind), .. }) = header {
                self.kinds[entry as usize] = Some(*kind);
                order.push(entry);
            }
        }
        let mut done = 0;
        while let Some(&entry) = order.get(done) {
            done += 1;
            for child in self.starts[entry as usize]..self.starts[entry as usize + 1] {
                let child = self.children[child as usize];
                // A damaged child has no header, and no parent either.
                self.kinds[child as usize] = self.kinds[entry as usize];
                order.push(child);
            }
        }
        order
    }

    /// A walk that visits the largest subtree last can release the parent before it, so that it
    /// never holds more than about log2 of the tree's entries.
    fn sort_children(&mut self, order: &[u32]) {
        let mut descendants = vec![1u32; self.parents.len()];
        for &entry in order.iter().rev() {
            let parent = self.parents[entry as usize];
            if parent != NONE {
                descendants[parent as usize] += descendants[entry as usize];
            }
        }
        for &entry in order {
            let (start, end) = (self.starts[entry as usize], self.starts[entry as usize + 1]);
            self.children[start as usize..end as usize]
                .sort_unstable_by_key(|&child| (descendants[child as usize], child));
        }
    }

    /// The roots of a kind, by offset.
    pub fn roots(&self, kind: ObjectKind) -> Vec<u32> {
        let is_root = |&entry: &u32| self.parent(entry) == NONE && self.kind(entry) == Some(kind);
        (0..self.parents.len() as u32).filter(is_root).collect()
    }

    /// The base of a delta that has a root; [`NONE`] for all others.
    pub fn parent(&self, entry: u32) -> u32 {
        self.parents[entry as usize]
    }

    /// The object's kind; `None` for entries without a root.
    pub fn kind(&self, entry: u32) -> Option<ObjectKind> {
        self.kinds[entry as usize]
    }

    /// The inflated size of the entry: of the object at a root, otherwise of the instructions.
    pub fn size(&self, entry: u32) -> u64 {
        self.sizes[entry as usize]
    }

    pub fn header_length(&self, entry: u32) -> u8 {
        self.header_lengths[entry as usize]
    }

    /// Deltas against this entry, those with the fewest descendants first.
    pub fn children(&self, entry: u32) -> &[u32] {
        let (start, end) = (self.starts[entry as usize], self.starts[entry as usize + 1]);
        &self.children[start as usize..end as usize]
    }

    pub fn len(&self) -> u32 {
        self.parents.len() as u32
    }

    pub fn is_empty(&self) -> bool {
        self.parents.is_empty()
    }
}

/// Counting sort of entries by their parent.
fn by_parent(parents: &[u32]) -> (Vec<u32>, Vec<u32>) {
    let mut starts = vec![0u32; parents.len() + 1];
    for &parent in parents.iter().filter(|&&parent| parent != NONE) {
        starts[parent as usize + 1] += 1;
    }
    for entry in 1..starts.len() {
        starts[entry] += starts[entry - 1];
    }
    let mut next = starts.clone();
    let mut children = vec![0; starts[parents.len()] as usize];
    for (entry, &parent) in (0..).zip(parents) {
        if parent != NONE {
            children[next[parent as usize] as usize] = entry;
            next[parent as usize] += 1;
        }
    }
    (starts, children)
}

#[cfg(test)]
mod tests {
    use super::super::index::tests::{id, written};
    use super::*;
    use crate::git::object_id::ObjectFormat;

    /// Entries at the offsets 100, 200, …, with the ids 1, 2, ….
    fn forest(links: &[Option<EntryType>]) -> DeltaForest {
        let entries: Vec<_> =
            (1..=links.len() as u8).map(|n| (id(n), u64::from(n) * 100, 0)).collect();
        let index = PackIndex::parse(&written(&entries), ObjectFormat::Sha1).unwrap();
        let header = |entry_type: &Option<EntryType>| {
            entry_type.map(|entry_type| EntryHeader { entry_type, size: 9, length: 2 })
        };
        DeltaForest::new(&index, links.iter().map(header).collect())
    }

    const BLOB: Option<EntryType> = Some(EntryType::Whole(ObjectKind::Blob));

    #[test]
    fn deltas_are_linked_to_their_roots_the_smallest_subtree_first() {
        let ofs_delta = |distance| Some(EntryType::OfsDelta(distance));
        let ref_delta = Some(EntryType::RefDelta(id(1)));
        let forest = forest(&[BLOB, ofs_delta(100), ofs_delta(100), ofs_delta(300), ref_delta]);
        assert_eq!(forest.children(0), [3, 4, 1]);
        assert_eq!(forest.children(1), [2]);
        assert_eq!((forest.kind(2), forest.parent(2)), (Some(ObjectKind::Blob), 1));
        assert_eq!(forest.roots(ObjectKind::Blob), [0]);
        assert_eq!(forest.roots(ObjectKind::Tree), [] as [u32; 0]);
    }

    #[test]
    fn entries_without_a_root_have_no_kind() {
        let ring = forest(&[Some(EntryType::RefDelta(id(2))), Some(EntryType::RefDelta(id(1)))]);
        assert_eq!((ring.kind(0), ring.kind(1)), (None, None));
        let own = forest(&[Some(EntryType::RefDelta(id(1))), Some(EntryType::OfsDelta(0))]);
        assert_eq!((own.kind(0), own.kind(1)), (None, None));
        let orphans =
            forest(&[Some(EntryType::RefDelta(id(9))), None, Some(EntryType::OfsDelta(100)), BLOB]);
        let kinds: Vec<_> = (0..4).map(|entry| orphans.kind(entry)).collect();
        assert_eq!(kinds, [None, None, None, Some(ObjectKind::Blob)]);
        let nowhere =
            forest(&[BLOB, Some(EntryType::OfsDelta(50)), Some(EntryType::OfsDelta(1 << 40))]);
        assert_eq!((nowhere.kind(1), nowhere.kind(2)), (None, None));
    }
}
