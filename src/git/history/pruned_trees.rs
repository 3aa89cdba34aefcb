//! Pruned trees: of each tree, only what leads to traced blobs.
//!
//! Nearly all trees of a history lead to none, and most of the others lead to the same ones. Equal
//! pruned trees share one id, so that comparing a commit with its parents is comparing numbers
//! until something that matters differs. Memory: a number for each object, and a pruned tree for
//! each distinct set of traced blobs.

use std::collections::HashMap;
use std::sync::Arc;

use bstr::BString;

use super::tree_graph::{EdgeTarget, TreeGraph};

/// The number of a pruned tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct PrunedTreeId(u32);

/// A tree that leads to no traced blob.
pub const EMPTY: PrunedTreeId = PrunedTreeId(0);

/// What a name in a pruned tree refers to.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PrunedNode {
    /// A traced blob, as an index into the list of traced objects.
    Blob(usize),
    Tree(PrunedTreeId),
}

/// Names that lead to traced blobs, sorted.
pub type PrunedTree = Arc<[(BString, PrunedNode)]>;

/// The pruned trees of all requested trees and of their subtrees.
pub struct PrunedTrees<'g> {
    graph: &'g TreeGraph,
    reached: Vec<bool>,
    /// By the tree's number in the store.
    pruned: Vec<PrunedTreeId>,
    numbers: HashMap<PrunedTree, PrunedTreeId>,
    list: Vec<PrunedTree>,
}

const UNKNOWN: PrunedTreeId = PrunedTreeId(u32::MAX);
/// Marks a tree whose subtrees are being pruned. Only forged ids lead back to one.
const BEGUN: PrunedTreeId = PrunedTreeId(u32::MAX - 1);

/// A tree whose subtrees are being pruned.
struct Unfinished {
    tree: u32,
    /// Edges that were followed.
    done: usize,
    found: Vec<(BString, PrunedNode)>,
}

impl<'g> PrunedTrees<'g> {
    /// For the trees of a store with `objects` objects, and this many traced ones.
    pub fn new(graph: &'g TreeGraph, objects: u32, traced_objects: usize) -> Self {
        let mut pruned_trees = PrunedTrees {
            graph,
            reached: vec![false; traced_objects],
            pruned: vec![UNKNOWN; objects as usize],
            numbers: HashMap::new(),
            list: Vec::new(),
        };
        pruned_trees.intern(Vec::new());
        pruned_trees
    }

    /// Prunes a tree, given by its number in the store.
    pub fn prune(&mut self, root: u32) -> PrunedTreeId {
        // An explicit stack: trees of a hostile repository nest deeper than a thread's stack
        // allows.
        let mut stack = vec![];
        let mut pruned_tree = self.open(root, &mut stack);
        while let Some(tree) = stack.last_mut() {
            if let Some(pruned_tree) =
                pruned_tree.take().filter(|pruned_tree| *pruned_tree != EMPTY)
            {
                let edge = self.graph.edges(tree.tree)[tree.done - 1];
                tree.found
                    .push((self.graph.name(edge.name).clone(), PrunedNode::Tree(pruned_tree)));
            }
            let Some(edge) = self.graph.edges(tree.tree).get(tree.done) else {
                let Some(Unfinished { tree, found, .. }) = stack.pop() else { break };
                let number = if found.is_empty() { EMPTY } else { self.intern(found) };
                self.pruned[tree as usize] = number;
                pruned_tree = Some(number);
                continue;
            };
            tree.done += 1;
            match edge.target {
                EdgeTarget::Traced(index) => {
                    self.reached[index as usize] = true;
                    let node = PrunedNode::Blob(index as usize);
                    tree.found.push((self.graph.name(edge.name).clone(), node));
                }
                EdgeTarget::Tree(subtree) => pruned_tree = self.open(subtree, &mut stack),
            }
        }
        pruned_tree.unwrap_or(EMPTY)
    }

    /// The pruned tree if there is one already; otherwise the tree is pushed on the stack.
    fn open(&mut self, tree: u32, stack: &mut Vec<Unfinished>) -> Option<PrunedTreeId> {
        match self.pruned[tree as usize] {
            UNKNOWN => {
                self.pruned[tree as usize] = BEGUN;
                stack.push(Unfinished { tree, done: 0, found: Vec::new() });
                None
            }
            BEGUN => Some(EMPTY),
            pruned => Some(pruned),
        }
    }

    /// The pruned tree with this number.
    pub fn get(&self, id: PrunedTreeId) -> PrunedTree {
        self.list[id.0 as usize].clone()
    }

    /// Whether some tree led to the traced blob.
    pub fn reached(&self, index: usize) -> bool {
        self.reached[index]
    }

    /// The number of a pruned tree; equal ones share it.
    fn intern(&mut self, mut names: Vec<(BString, PrunedNode)>) -> PrunedTreeId {
        names.sort_unstable();
        let pruned_tree: PrunedTree = names.into();
        if let Some(&number) = self.numbers.get(&pruned_tree) {
            return number;
        }
        let number =
            PrunedTreeId(u32::try_from(self.list.len()).expect("fewer pruned trees than trees"));
        self.list.push(pruned_tree.clone());
        self.numbers.insert(pruned_tree, number);
        number
    }
}
