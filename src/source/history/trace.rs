//! Finds the commits that added a blob, and the missing objects that a history refers to.

use bstr::BString;
use rayon::prelude::*;

use super::History;
use super::range::RevisionRange;
use super::signature::commit_ref;
use crate::findings::CommitRef;
use crate::git::commit::RawCommit;
use crate::git::history::changes::{HistoryChange, MAX_PATHS, changes};
use crate::git::history::commit_graph::{CommitGraph, CommitNode};
use crate::git::history::connectivity::{MissingObjects, NamedObject};
use crate::git::history::pruned_trees::{EMPTY, PrunedTreeId, PrunedTrees};
use crate::git::history::tree_graph::TreeGraph;
use crate::git::object_id::ObjectId;
use crate::source::Failure;

/// Where traced objects appear in a history. Commits are identified by their positions in
/// topological order, traced objects by their indices in the list of traced objects.
pub struct Trace<'h> {
    history: &'h History,
    commits: CommitGraph,
    /// Every change of a traced blob, by commit, then by path.
    pub changes: Vec<HistoryChange>,
    /// The commit of HEAD.
    pub head: Option<usize>,
    /// Paths of traced blobs in HEAD's tree.
    pub at_head: Vec<(BString, usize)>,
    /// How each traced object is reachable.
    pub reachability: Vec<Reachability>,
    pub failures: Vec<Failure>,
}

/// How an object is reachable.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// Through a commit's tree.
    Tree,
    /// The object is the commit itself.
    Commit(usize),
    /// From no commit in the database.
    Unreachable,
    /// Not by its own id, or not in the requested range.
    OutOfRange,
}

/// Commits and references that a reader came across.
#[derive(Default)]
pub(super) struct Discovered {
    pub commits: Vec<RawCommit>,
    pub names: Vec<NamedObject>,
}

/// Reads all trees, given the traced objects.
pub(super) type ReadTrees<'s> = dyn Fn(&[ObjectId]) -> TreeGraph + 's;

impl History {
    /// Traces objects through these commits, and finds missing objects.
    pub(super) fn trace(
        &self,
        traced: &[String],
        discovered: Discovered,
        read_trees: &ReadTrees<'_>,
    ) -> Trace<'_> {
        let ids: Vec<Option<ObjectId>> =
            traced.iter().map(|id| ObjectId::from_hex(id.as_bytes())).collect();
        // Text that is not an id is never found.
        let nothing = self.store.format.hash(&[]);
        let known: Vec<ObjectId> = ids.iter().map(|id| id.unwrap_or(nothing)).collect();
        let graph = read_trees(&known);
        let mut failures = graph.failures.clone();
        failures.extend(self.missing(&discovered, &graph, read_trees));
        let commits = CommitGraph::new(discovered.commits);
        let mut pruned_trees = PrunedTrees::new(&graph, self.store.len(), traced.len());
        let tree = |commit: &CommitNode| self.store.locate(&commit.tree);
        let trees: Vec<Option<u32>> = commits.list().par_iter().map(tree).collect();
        let root = |tree: Option<u32>| tree.map_or(EMPTY, |tree| pruned_trees.prune(tree));
        let roots: Vec<PrunedTreeId> = trees.into_iter().map(root).collect();
        let head = self.refs.head.and_then(|id| commits.position(id));
        let (changes, at_head, reachability) = (Vec::new(), Vec::new(), Vec::new());
        let mut trace =
            Trace { history: self, commits, changes, head, at_head, reachability, failures };
        trace.compare(&pruned_trees, &roots);
        trace.reachability = reachability_of(&ids, &pruned_trees, &trace.commits);
        trace
    }

    fn missing(
        &self,
        discovered: &Discovered,
        graph: &TreeGraph,
        read_trees: &ReadTrees<'_>,
    ) -> Vec<Failure> {
        if self.missing_parts.is_excerpt {
            return Vec::new();
        }
        let names: Vec<&NamedObject> = self.refs.names.iter().chain(&discovered.names).collect();
        let mut missing = MissingObjects::find(
            &self.store,
            &discovered.commits,
            &names,
            graph,
            &self.missing_parts.shallow,
        );
        let unexplained = missing.unexplained();
        if !unexplained.is_empty() {
            missing.explain(&unexplained, &read_trees(&unexplained), &self.store);
        }
        missing.failures(self.missing_parts.is_partial, self.store.is_part_unknown)
    }
}

impl Trace<'_> {
    /// Whether the commit `young` is `old` or descends from it.
    pub fn descends(&self, young: usize, old: usize) -> bool {
        self.commits.descends(young, old)
    }

    /// The commit as a report shows it, with its texts unchanged.
    pub fn commit(&self, position: usize) -> Result<CommitRef, Failure> {
        let id = self.commits.list()[position].id;
        let read = self.history.store.read(&id, u64::MAX);
        let (_, bytes) = read.map_err(|why| Failure::of_object("commit", &id, why))?;
        Ok(commit_ref(id, &bytes))
    }

    /// Keeps what the commits of a range added and removed. Returns the number of these commits.
    pub fn select(&mut self, range: &RevisionRange) -> usize {
        let chosen = range.select(&self.commits);
        self.changes.retain(|change| chosen[change.commit]);
        for reachability in &mut self.reachability {
            let is_selected =
                matches!(*reachability, Reachability::Commit(commit) if chosen[commit]);
            if !is_selected {
                *reachability = Reachability::OutOfRange;
            }
        }
        chosen.into_iter().filter(|chosen| *chosen).count()
    }

    fn compare(&mut self, pruned_trees: &PrunedTrees<'_>, roots: &[PrunedTreeId]) {
        let of = |position: usize| {
            let parents = &self.commits.list()[position].parents;
            let before = parents.iter().map(|&parent| roots[parent]).collect();
            changes(pruned_trees, position, before, roots[position])
        };
        let all: Vec<_> = (0..roots.len()).into_par_iter().map(of).collect();
        for (position, changes) in all.into_iter().enumerate() {
            match changes {
                Some(changes) => self.changes.extend(changes),
                None => self.failures.push(self.too_many(position)),
            }
        }
        if let Some(head) = self.head {
            let changes = changes(pruned_trees, head, Vec::new(), roots[head]).unwrap_or_default();
            self.at_head = changes
                .into_iter()
                .filter_map(|change| Some((change.path, change.after?)))
                .collect();
        }
    }

    fn too_many(&self, position: usize) -> Failure {
        let what = format!("commit {}", self.commits.list()[position].id);
        let why = format!(
            "changes more than {MAX_PATHS} paths with findings, which are not reported; inspect \
             its tree with `git ls-tree`"
        );
        Failure::new(what, why)
    }
}

fn reachability_of(
    ids: &[Option<ObjectId>],
    pruned_trees: &PrunedTrees<'_>,
    commits: &CommitGraph,
) -> Vec<Reachability> {
    let reachability = |(index, id): (usize, &Option<ObjectId>)| {
        let commit = id.and_then(|id| commits.position(id));
        match commit {
            Some(commit) => Reachability::Commit(commit),
            None if pruned_trees.reached(index) => Reachability::Tree,
            None => Reachability::Unreachable,
        }
    };
    ids.iter().enumerate().map(reachability).collect()
}
