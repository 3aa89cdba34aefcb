//! Which tree names what: all trees of a history, read once, as far as it matters.
//!
//! Of each tree the graph keeps its subtrees and the objects that are wanted. Trees are deltas
//! like blobs: an entry that lies inside a copy was seen in the base, and what it is is
//! inherited; only the others are parsed, and looked up in the [`Store`]. What is named and
//! not there is missing.

use std::collections::HashMap;
use std::sync::Mutex;

use bstr::BString;

use super::id::Id;
use super::lock;
use super::pack::delta::Copy;
use super::store::Store;
use super::tree::{EntryKind, TreeEntry};
use crate::source::Failure;

/// A name in a tree that leads on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Edge {
    pub name: Name,
    pub target: Target,
}

/// Number of a name among all names that lead on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Name(u32);

/// What a name stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// A tree, by its number in the store.
    Tree(u32),
    /// A wanted object, by its place among the wanted.
    Wanted(u32),
}

/// The edges of all trees.
pub struct Graph {
    /// By the tree's number in the store.
    edges: Vec<Box<[Edge]>>,
    names: Vec<BString>,
    /// Objects that trees name and that are not there, by id.
    pub missing: Vec<(Id, EntryKind)>,
    /// Trees that could not be read.
    pub failures: Vec<Failure>,
}

impl Graph {
    pub fn edges(&self, tree: u32) -> &[Edge] {
        &self.edges[tree as usize]
    }

    pub fn name(&self, name: Name) -> &BString {
        &self.names[name.0 as usize]
    }

    /// Every tree that names something.
    pub fn trees(&self) -> impl Iterator<Item = u32> {
        (0..).zip(&self.edges).filter(|(_, edges)| !edges.is_empty()).map(|(tree, _)| tree)
    }
}

/// Reads trees, on several threads.
pub struct Surveyor<'s> {
    store: &'s Store,
    /// Places of wanted objects, by their number in the store.
    wanted: HashMap<u32, u32>,
    /// Places of wanted objects that are not there.
    absent: HashMap<Id, u32>,
    empty_tree: Id,
    names: Mutex<HashMap<BString, Name>>,
    missing: Mutex<HashMap<Id, EntryKind>>,
}

/// What of a tree its deltas may inherit.
#[derive(Default)]
pub struct TreeNote {
    /// Where each entry begins, and where the last one ends.
    bounds: Vec<u32>,
    /// Edges with the places of their entries, in order.
    edges: Vec<(u32, Edge)>,
}

impl TreeNote {
    pub fn edges(&self) -> Box<[Edge]> {
        self.edges.iter().map(|(_, edge)| *edge).collect()
    }

    /// Takes the entries `first..last` of `base`, which stand at `at` here.
    fn inherit(&mut self, base: &TreeNote, first: usize, last: usize, at: usize) {
        let (place, from) = (self.bounds.len() as u32, base.bounds[first]);
        let shifted = base.bounds[first..last].iter().map(|bound| bound - from + at as u32);
        self.bounds.extend(shifted);
        let (first, last) = (first as u32, last as u32);
        let begin = base.edges.partition_point(|(entry, _)| *entry < first);
        let of_these = base.edges[begin..].iter().take_while(|(entry, _)| *entry < last);
        self.edges.extend(of_these.map(|(entry, edge)| (entry - first + place, *edge)));
    }
}

impl<'s> Surveyor<'s> {
    /// Why a tree cannot be read that [`Surveyor::tree`] refuses.
    pub const MALFORMED: &'static str = "it is no list of entries";

    /// Looks for these objects beside subtrees.
    pub fn new(store: &'s Store, wanted: &[Id]) -> Self {
        let mut surveyor = Surveyor {
            store,
            wanted: HashMap::new(),
            absent: HashMap::new(),
            empty_tree: store.format.object(super::pack::Kind::Tree, b""),
            names: Mutex::default(),
            missing: Mutex::default(),
        };
        for (place, id) in (0..).zip(wanted) {
            match store.locate(id) {
                Some(number) => surveyor.wanted.insert(number, place),
                None => surveyor.absent.insert(*id, place),
            };
        }
        surveyor
    }

    /// Reads a tree, given what its base's note and what is copied from the base; `None` where
    /// it is malformed.
    pub fn tree(&self, bytes: &[u8], base: Option<(&TreeNote, &[Copy])>) -> Option<TreeNote> {
        let length = u32::try_from(bytes.len()).ok()?;
        let mut note = TreeNote::default();
        let (inherited, mut copies) = base.unwrap_or((&EMPTY_NOTE, &[]));
        let mut at = 0;
        while at < bytes.len() {
            while copies.first().is_some_and(|copy| copy.end() <= at) {
                copies = &copies[1..];
            }
            if let Some((first, last)) = copies.first().and_then(|copy| copied(inherited, copy, at))
            {
                note.inherit(inherited, first, last, at);
                at += (inherited.bounds[last] - inherited.bounds[first]) as usize;
                continue;
            }
            let entry = TreeEntry::parse(&bytes[at..], self.store.format)?;
            if let Some(target) = self.target(&entry) {
                let edge = Edge { name: self.name(entry.name), target };
                note.edges.push((note.bounds.len() as u32, edge));
            }
            note.bounds.push(at as u32);
            at += entry.length;
        }
        note.bounds.push(length);
        Some(note)
    }

    fn target(&self, entry: &TreeEntry<'_>) -> Option<Target> {
        if entry.kind == EntryKind::Submodule {
            return None;
        }
        let id = Id::new(entry.id)?;
        let Some(number) = self.store.locate(&id) else {
            // git knows it without its being there.
            if id != self.empty_tree {
                lock(&self.missing).insert(id, entry.kind);
            }
            return self.absent.get(&id).map(|&place| Target::Wanted(place));
        };
        match entry.kind {
            EntryKind::Tree => Some(Target::Tree(number)),
            _ => self.wanted.get(&number).map(|&place| Target::Wanted(place)),
        }
    }

    fn name(&self, name: &[u8]) -> Name {
        let mut names = lock(&self.names);
        if let Some(&name) = names.get(bstr::BStr::new(name)) {
            return name;
        }
        let number = Name(names.len() as u32);
        names.insert(name.into(), number);
        number
    }

    /// The graph of all trees, given by their numbers.
    pub fn graph(
        self,
        trees: impl IntoIterator<Item = (u32, Box<[Edge]>)>,
        failures: Vec<Failure>,
    ) -> Graph {
        let mut edges = vec![Box::default(); self.store.len() as usize];
        for (tree, of_it) in trees {
            edges[tree as usize] = of_it;
        }
        let lock = "no thread holds it any more";
        let by_name = self.names.into_inner().expect(lock);
        let mut names = vec![BString::default(); by_name.len()];
        for (name, Name(number)) in by_name {
            names[number as usize] = name;
        }
        let mut missing: Vec<_> = self.missing.into_inner().expect(lock).into_iter().collect();
        missing.sort_unstable_by_key(|(id, _)| *id);
        Graph { edges, names, missing, failures }
    }
}

static EMPTY_NOTE: TreeNote = TreeNote { bounds: Vec::new(), edges: Vec::new() };

/// The base's entries that stand at `at` and lie wholly inside the copy: the first, and the one
/// behind the last.
fn copied(base: &TreeNote, copy: &Copy, at: usize) -> Option<(usize, usize)> {
    let from = u32::try_from(at.checked_sub(copy.start)? + copy.base).ok()?;
    let first = base.bounds.binary_search(&from).ok()?;
    let end = copy.base + copy.length;
    let last = base.bounds.partition_point(|&bound| bound as usize <= end) - 1;
    (first < last).then_some((first, last))
}

#[cfg(test)]
mod tests {
    use super::super::id::Format;
    use super::super::pack::Kind;
    use super::*;

    fn entry(mode: &str, name: &str, id: &Id) -> Vec<u8> {
        [mode.as_bytes(), b" ", name.as_bytes(), b"\0", id.as_bytes()].concat()
    }

    /// Whatever is copied, a tree is read as it would be by itself.
    #[test]
    fn what_is_inherited_is_what_would_be_read() {
        let store = Store::open(&[], Format::Sha1);
        let id = |number: usize| Format::Sha1.object(Kind::Blob, number.to_string().as_bytes());
        let wanted: Vec<Id> = (0..6).map(id).collect();
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
                let new = entry("100644", &"n".repeat(1 + below(9)), &id(below(12)));
                match below(3) {
                    0 if !entries.is_empty() => drop(entries.remove(below(entries.len()))),
                    1 if !entries.is_empty() => {
                        let at = below(entries.len());
                        entries[at] = new;
                    }
                    _ => entries.insert(below(entries.len() + 1), new),
                }
            }
            let bytes = entries.concat();
            let surveyor = Surveyor::new(&store, &wanted);
            let alone = surveyor.tree(&bytes, None).expect("a tree");
            if let Some(base) = &base {
                let note = surveyor.tree(base, None).expect("a tree");
                // Copies at random places, of whatever is equal there.
                let mut copies = Vec::new();
                let mut at = 0;
                while at < bytes.len() && !base.is_empty() {
                    let from = below(base.len());
                    let equal = bytes[at..].iter().zip(&base[from..]).take_while(|(a, b)| a == b);
                    let length = equal.count();
                    if length > 0 {
                        copies.push(Copy { base: from, start: at, length });
                    }
                    at += length.max(1);
                }
                let read = surveyor.tree(&bytes, Some((&note, &copies))).expect("a tree");
                assert_eq!(read.bounds, alone.bounds);
                assert_eq!(read.edges, alone.edges);
            }
            base = Some(bytes);
        }
    }
}
