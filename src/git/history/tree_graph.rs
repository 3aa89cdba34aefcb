//! The graph of all trees of a history, each read once.
//!
//! Of each tree the graph keeps the subtrees and the traced objects. Trees are stored as deltas,
//! like blobs: an entry inside a copied range was already parsed in the base and is inherited; only
//! the others are parsed and looked up in the [`Store`]. Referenced objects that do not exist are
//! missing.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::Mutex;

use bstr::BString;

use super::lock;
use super::store::Store;
use crate::git::Failure;
use crate::git::object_id::{IdMap, ObjectId};
use crate::git::pack::delta::Copy;
use crate::git::tree::{EntryKind, TreeEntry, may_contain_id};

/// A name in a tree that leads to a subtree or a traced object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub name: NameId,
    pub target: EdgeTarget,
}

/// The number of a name among all names of edges.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NameId(u32);

/// What a name refers to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EdgeTarget {
    /// A tree, by its number in the store.
    Tree(u32),
    /// A traced object, as an index into the list of traced objects.
    Traced(u32),
}

/// The edges of all trees.
pub struct TreeGraph {
    /// The range of a tree's edges in `edges`, by its number in the store.
    rows: Vec<Range<u32>>,
    edges: Vec<Edge>,
    names: Vec<BString>,
    /// Objects that trees refer to but that do not exist, by id.
    pub missing: Vec<(ObjectId, EntryKind)>,
    /// The distinct names of files and folders that may contain an id or a token, sorted.
    pub suspect_names: Vec<BString>,
    /// Trees that could not be read.
    pub failures: Vec<Failure>,
}

/// Follows the name of an edge that leads to a traced name and not to a traced object: git allows no
/// such byte in a name.
pub const NAME_MARK: u8 = 0;

/// What is traced through all trees. Each is identified by its index: objects first, then names.
#[derive(Clone, Copy, Default)]
pub struct Traced<'t> {
    pub objects: &'t [ObjectId],
    /// Names of files and folders.
    pub names: &'t [BString],
}

impl TreeGraph {
    pub fn edges(&self, tree: u32) -> &[Edge] {
        let Range { start, end } = self.rows[tree as usize];
        &self.edges[start as usize..end as usize]
    }

    pub fn name(&self, name: NameId) -> &BString {
        &self.names[name.0 as usize]
    }

    /// Every tree with edges.
    pub fn trees(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.rows).filter(|(_, row)| !row.is_empty()).map(|(tree, _)| tree)
    }
}

/// Reads trees, on several threads.
pub struct TreeReader<'s> {
    store: &'s Store,
    /// Indices of traced objects.
    traced: IdMap<u32>,
    /// Indices of traced names.
    traced_names: HashMap<&'s [u8], u32>,
    empty_tree: ObjectId,
    names: Mutex<HashMap<BString, NameId>>,
    missing: Mutex<HashMap<ObjectId, EntryKind>>,
}

/// What one thread reads from trees.
#[derive(Default)]
pub struct TreeScan {
    /// Trees by their numbers in the store, each with the number of its edges.
    trees: Vec<(u32, u32)>,
    edges: Vec<Edge>,
    /// Referenced blobs that are not looked up yet.
    named: Vec<ObjectId>,
    suspect_names: HashSet<BString>,
}

impl TreeScan {
    /// Keeps the edges of a tree.
    pub fn keep(&mut self, tree: u32, note: &TreeNote) {
        self.trees.push((tree, note.edges.len() as u32));
        self.edges.extend(note.edges.iter().map(|(_, edge)| *edge));
    }
}

/// Blobs that are looked up at a time.
const BATCH: usize = 512;

/// What deltas against a tree may inherit from it.
#[derive(Default)]
pub struct TreeNote {
    /// The start of each entry, and the end of the last one.
    bounds: Vec<u32>,
    /// Edges with the indices of their entries, in order.
    edges: Vec<(u32, Edge)>,
}

impl TreeNote {
    /// An empty note with the capacity for a tree like `base`.
    fn like(base: &TreeNote) -> TreeNote {
        let room = |length: usize| length + 4;
        TreeNote {
            bounds: Vec::with_capacity(room(base.bounds.len())),
            edges: Vec::with_capacity(room(base.edges.len())),
        }
    }

    /// Takes the entries `first..last` of `base`, which are at `pos` here.
    fn inherit(&mut self, base: &TreeNote, first: usize, last: usize, pos: usize) {
        let (position, from) = (self.bounds.len() as u32, base.bounds[first]);
        let shifted = base.bounds[first..last].iter().map(|bound| bound - from + pos as u32);
        self.bounds.extend(shifted);
        let (first, last) = (first as u32, last as u32);
        let begin = base.edges.partition_point(|(entry, _)| *entry < first);
        let of_these = base.edges[begin..].iter().take_while(|(entry, _)| *entry < last);
        self.edges.extend(of_these.map(|(entry, edge)| (entry - first + position, *edge)));
    }
}

impl<'s> TreeReader<'s> {
    /// The reason for trees that [`TreeReader::tree`] refuses.
    pub const MALFORMED: &'static str = "malformed tree object";

    /// Keeps edges to what is traced, and to subtrees.
    pub fn new(store: &'s Store, traced: Traced<'s>) -> Self {
        let first_name = traced.objects.len() as u32;
        TreeReader {
            store,
            traced: traced.objects.iter().copied().zip(0..).collect(),
            traced_names: traced.names.iter().map(|name| &name[..]).zip(first_name..).collect(),
            empty_tree: store.format.object(crate::git::object::ObjectKind::Tree, b""),
            names: Mutex::default(),
            missing: Mutex::default(),
        }
    }

    /// Reads a tree, given its base's note and what is copied from the base; `None` if it is
    /// malformed.
    pub fn tree(
        &self,
        bytes: &[u8],
        base: Option<(&TreeNote, &[Copy])>,
        scan: &mut TreeScan,
    ) -> Option<TreeNote> {
        let length = u32::try_from(bytes.len()).ok()?;
        let (inherited, mut copies) = base.unwrap_or((&EMPTY_NOTE, &[]));
        let mut note = TreeNote::like(inherited);
        let mut pos = 0;
        while pos < bytes.len() {
            while copies.first().is_some_and(|copy| copy.end() <= pos) {
                copies = &copies[1..];
            }
            if let Some((first, last)) =
                copies.first().and_then(|copy| copied(inherited, copy, pos))
            {
                note.inherit(inherited, first, last, pos);
                pos += (inherited.bounds[last] - inherited.bounds[first]) as usize;
                continue;
            }
            let entry = TreeEntry::parse(&bytes[pos..], self.store.format)?;
            if let Some(target) = self.target(&entry, scan) {
                let edge = Edge { name: self.name(entry.name), target };
                note.edges.push((note.bounds.len() as u32, edge));
            }
            if may_contain_id(entry.name)
                && let Some(edge) = self.suspect_name(entry.name, scan)
            {
                note.edges.push((note.bounds.len() as u32, edge));
            }
            note.bounds.push(pos as u32);
            pos += entry.length;
        }
        note.bounds.push(length);
        Some(note)
    }

    fn target(&self, entry: &TreeEntry<'_>, scan: &mut TreeScan) -> Option<EdgeTarget> {
        let id = ObjectId::new(entry.id)?;
        match entry.kind {
            EntryKind::Submodule => return None,
            EntryKind::Tree => match self.store.locate(&id) {
                Some(number) => return Some(EdgeTarget::Tree(number)),
                None => self.miss(id, EntryKind::Tree),
            },
            EntryKind::Blob => {
                scan.named.push(id);
                if scan.named.len() == BATCH {
                    self.look_up(scan);
                }
            }
        }
        self.traced.get(&id).map(|&position| EdgeTarget::Traced(position))
    }

    /// Notes a name that may contain an id. Returns the edge to it if it is traced.
    fn suspect_name(&self, name: &[u8], scan: &mut TreeScan) -> Option<Edge> {
        if !scan.suspect_names.contains(bstr::BStr::new(name)) {
            scan.suspect_names.insert(name.into());
        }
        let target = EdgeTarget::Traced(*self.traced_names.get(name)?);
        Some(Edge { name: self.name(&[name, &[NAME_MARK]].concat()), target })
    }

    /// Checks whether the referenced blobs exist.
    fn look_up(&self, scan: &mut TreeScan) {
        self.store.keep_absent(&mut scan.named);
        scan.named.drain(..).for_each(|id| self.miss(id, EntryKind::Blob));
    }

    fn miss(&self, id: ObjectId, kind: EntryKind) {
        // Git does not store this one.
        if id != self.empty_tree {
            lock(&self.missing).insert(id, kind);
        }
    }

    fn name(&self, name: &[u8]) -> NameId {
        let mut names = lock(&self.names);
        if let Some(&name) = names.get(bstr::BStr::new(name)) {
            return name;
        }
        let number = NameId(names.len() as u32);
        names.insert(name.into(), number);
        number
    }

    /// The graph of all trees.
    pub fn graph(self, scan: Vec<TreeScan>, failures: Vec<Failure>) -> TreeGraph {
        let mut rows = vec![0..0; self.store.len() as usize];
        let mut edges = Vec::with_capacity(scan.iter().map(|scan| scan.edges.len()).sum());
        let mut suspect_names = HashSet::new();
        for mut scan in scan {
            self.look_up(&mut scan);
            suspect_names.extend(std::mem::take(&mut scan.suspect_names));
            let mut start = edges.len() as u32;
            for (tree, count) in scan.trees {
                rows[tree as usize] = start..start + count;
                start += count;
            }
            edges.extend(scan.edges);
        }
        let lock = "no thread holds it any more";
        let by_name = self.names.into_inner().expect(lock);
        let mut names = vec![BString::default(); by_name.len()];
        for (name, NameId(number)) in by_name {
            names[number as usize] = name;
        }
        let mut missing: Vec<_> = self.missing.into_inner().expect(lock).into_iter().collect();
        missing.sort_unstable_by_key(|(id, _)| *id);
        let mut suspect_names: Vec<BString> = suspect_names.into_iter().collect();
        suspect_names.sort_unstable();
        TreeGraph { rows, edges, names, missing, suspect_names, failures }
    }
}

static EMPTY_NOTE: TreeNote = TreeNote { bounds: Vec::new(), edges: Vec::new() };

/// The base's entries at `pos` that are completely inside the copy, from the first to one past the
/// last.
fn copied(base: &TreeNote, copy: &Copy, pos: usize) -> Option<(usize, usize)> {
    let from = u32::try_from(pos.checked_sub(copy.start)? + copy.base).ok()?;
    let first = base.bounds.binary_search(&from).ok()?;
    let end = copy.base + copy.length;
    let last = base.bounds.partition_point(|&bound| bound as usize <= end) - 1;
    (first < last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::git::object::ObjectKind;
    use crate::git::object_id::ObjectFormat;

    fn entry(mode: &str, name: &str, id: &ObjectId) -> Vec<u8> {
        [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat()
    }

    /// Long enough for an id from some size on.
    fn long_name(size: usize) -> BString {
        format!("1{}", "n".repeat(2 * size)).into()
    }

    /// A tree is read the same, whatever is copied.
    #[test]
    fn what_is_inherited_is_what_would_be_read() {
        let store = Store::open(&[], ObjectFormat::Sha1);
        let id = |number: usize| {
            ObjectFormat::Sha1.object(ObjectKind::Blob, number.to_string().as_bytes())
        };
        let traced: Vec<ObjectId> = (0..6).map(id).collect();
        let names: Vec<BString> = vec![long_name(8)];
        let mut random = 0x9e37_79b9_u64;
        let mut below = |limit: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % limit.max(1) as u64) as usize
        };
        let mut entries: Vec<Vec<u8>> = Vec::new();
        let mut base: Option<Vec<u8>> = None;
        for _ in 0..300 {
            for _ in 0..1 + below(3) {
                let new = entry("100644", &long_name(below(10)).to_string(), &id(below(12)));
                match below(3) {
                    0 if !entries.is_empty() => drop(entries.remove(below(entries.len()))),
                    1 if !entries.is_empty() => {
                        let pos = below(entries.len());
                        entries[pos] = new;
                    }
                    _ => entries.insert(below(entries.len() + 1), new),
                }
            }
            let bytes = entries.concat();
            let traced = Traced { objects: &traced, names: &names };
            let (reader, mut scan) = (TreeReader::new(&store, traced), TreeScan::default());
            let alone = reader.tree(&bytes, None, &mut scan).expect("a tree");
            if let Some(base) = &base {
                let note = reader.tree(base, None, &mut scan).expect("a tree");
                // Copies of equal bytes at random positions.
                let mut copies = Vec::new();
                let mut pos = 0;
                while pos < bytes.len() && !base.is_empty() {
                    let from = below(base.len());
                    let equal = bytes[pos..].iter().zip(&base[from..]).take_while(|(a, b)| a == b);
                    let length = equal.count();
                    if length > 0 {
                        copies.push(Copy { base: from, start: pos, length });
                    }
                    pos += length.max(1);
                }
                let base = Some((&note, &copies[..]));
                let read = reader.tree(&bytes, base, &mut scan).expect("a tree");
                assert_eq!(read.bounds, alone.bounds);
                assert_eq!(read.edges, alone.edges);
            }
            base = Some(bytes);
        }
    }
}
