//! Outlines: of each tree, only what leads to wanted blobs.
//!
//! Nearly every tree of a history leads to none, and most of the others lead to the same
//! ones. So each tree is read once, whatever number of commits share it, and outlines that
//! are alike are one: comparing a commit with its parents is comparing numbers, until
//! something that matters differs. Memory: an id and a number for each tree, and an outline
//! for each distinct constellation of wanted blobs.

use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};

use bstr::BString;
use git2::{Error, ObjectType, Oid, Repository};

use super::{lock, unreadable};
use crate::source::Failure;

/// Number of an outline. Which outline has which number depends on the threads' timing;
/// only whether two are equal means anything.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OutlineId(u32);

/// A tree that leads to no wanted blob.
pub const EMPTY: OutlineId = OutlineId(0);

/// What a name of an outline stands for.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Node {
    /// A wanted blob, by its place among the wanted.
    Blob(usize),
    Tree(OutlineId),
}

/// Names that lead to wanted blobs, sorted.
pub type Outline = Arc<[(BString, Node)]>;

const SHARDS: usize = 64;

/// The outlines of all trees met so far. Shared by the threads.
pub struct Outlines<'h> {
    /// Objects that are not to be read.
    damaged: &'h HashSet<Oid>,
    wanted: HashMap<Oid, usize>,
    reached: Vec<AtomicBool>,
    known: Vec<Mutex<HashMap<Oid, OutlineId>>>,
    distinct: Mutex<Distinct>,
    failures: Mutex<Vec<Failure>>,
}

#[derive(Default)]
struct Distinct {
    numbers: HashMap<Outline, OutlineId>,
    list: Vec<Outline>,
}

/// A tree whose subtrees are being outlined.
struct Unfinished {
    id: Oid,
    /// Its name in the tree above.
    name: BString,
    found: Vec<(BString, Node)>,
    subtrees: Vec<(BString, Oid)>,
}

impl<'h> Outlines<'h> {
    /// Outlines for wanted objects; `None` stands for one that is not looked for in trees.
    pub fn new(wanted: &[Option<Oid>], damaged: &'h HashSet<Oid>) -> Self {
        let reached = wanted.iter().map(|_| AtomicBool::new(false)).collect();
        let wanted =
            wanted.iter().enumerate().filter_map(|(place, id)| Some(((*id)?, place))).collect();
        let known = (0..SHARDS).map(|_| Mutex::default()).collect();
        let mut distinct = Distinct::default();
        distinct.number(Vec::new());
        let distinct = Mutex::new(distinct);
        Outlines { damaged, wanted, reached, known, distinct, failures: Mutex::default() }
    }

    /// The outline of the tree `root`. A tree that cannot be read leads nowhere and is a
    /// failure.
    pub fn of(&self, repository: &Repository, root: Oid) -> OutlineId {
        if let Some(known) = self.known(root) {
            return known;
        }
        // A stack of its own: trees of a hostile repository nest deeper than a thread's.
        let mut above = Vec::new();
        let mut tree = self.open(repository, root, BString::default());
        loop {
            if let Some((name, id)) = tree.subtrees.pop() {
                match self.known(id) {
                    Some(known) => tree.add(name, known),
                    None => {
                        let subtree = self.open(repository, id, name);
                        above.push(std::mem::replace(&mut tree, subtree));
                    }
                }
                continue;
            }
            let (id, name) = (tree.id, tree.name);
            let outline = self.close(id, tree.found);
            match above.pop() {
                None => return outline,
                Some(parent) => tree = parent,
            }
            tree.add(name, outline);
        }
    }

    /// The outline of that number.
    pub fn get(&self, id: OutlineId) -> Outline {
        lock(&self.distinct).list[id.0 as usize].clone()
    }

    /// Whether some tree led to the wanted blob.
    pub fn reached(&self, wanted: usize) -> bool {
        self.reached[wanted].load(Ordering::Relaxed)
    }

    /// Trees that could not be read, in any order.
    pub fn failures(&self) -> Vec<Failure> {
        lock(&self.failures).clone()
    }

    /// A tree that could not be looked at.
    pub fn unread(&self, tree: Oid, why: &Error) -> OutlineId {
        lock(&self.failures).push(unreadable("tree", tree, why));
        EMPTY
    }

    fn open(&self, repository: &Repository, id: Oid, name: BString) -> Unfinished {
        let entries = if self.damaged.contains(&id) {
            Default::default()
        } else {
            self.entries(repository, id).unwrap_or_else(|why| {
                self.unread(id, &why);
                Default::default()
            })
        };
        let (found, subtrees) = entries;
        Unfinished { id, name, found, subtrees }
    }

    /// Wanted blobs and subtrees of one tree.
    #[allow(clippy::type_complexity, reason = "two lists, named by its only caller")]
    fn entries(
        &self,
        repository: &Repository,
        id: Oid,
    ) -> Result<(Vec<(BString, Node)>, Vec<(BString, Oid)>), Error> {
        let (mut found, mut subtrees) = (Vec::new(), Vec::new());
        for entry in repository.find_tree(id)?.iter() {
            match entry.kind() {
                Some(ObjectType::Tree) => subtrees.push((entry.name_bytes().into(), entry.id())),
                Some(ObjectType::Blob) => {
                    if let Some(&wanted) = self.wanted.get(&entry.id()) {
                        self.reached[wanted].store(true, Ordering::Relaxed);
                        found.push((entry.name_bytes().into(), Node::Blob(wanted)));
                    }
                }
                _ => {}
            }
        }
        Ok((found, subtrees))
    }

    fn close(&self, tree: Oid, found: Vec<(BString, Node)>) -> OutlineId {
        let outline = if found.is_empty() { EMPTY } else { lock(&self.distinct).number(found) };
        lock(self.shard(tree)).insert(tree, outline);
        outline
    }

    fn known(&self, tree: Oid) -> Option<OutlineId> {
        lock(self.shard(tree)).get(&tree).copied()
    }

    fn shard(&self, tree: Oid) -> &Mutex<HashMap<Oid, OutlineId>> {
        let last = tree.as_bytes().last().copied().unwrap_or_default();
        &self.known[usize::from(last) % SHARDS]
    }
}

impl Unfinished {
    fn add(&mut self, name: BString, outline: OutlineId) {
        if outline != EMPTY {
            self.found.push((name, Node::Tree(outline)));
        }
    }
}

impl Distinct {
    fn number(&mut self, mut names: Vec<(BString, Node)>) -> OutlineId {
        names.sort_unstable();
        let outline: Outline = names.into();
        if let Some(&number) = self.numbers.get(&outline) {
            return number;
        }
        let number = OutlineId(u32::try_from(self.list.len()).expect("fewer outlines than trees"));
        self.list.push(outline.clone());
        self.numbers.insert(outline, number);
        number
    }
}
