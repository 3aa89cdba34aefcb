//! Finds the commits that added a blob, and the missing objects that a history refers to.

use std::collections::HashMap;

use bstr::BString;
use rayon::prelude::*;

use super::range::RevisionRange;
use super::signature::commit_ref;
use super::{History, People};
use crate::findings::CommitRef;
use crate::git::commit::RawCommit;
use crate::git::history::changes::{HistoryChange, MAX_PATHS, changes};
use crate::git::history::commit_graph::{CommitGraph, CommitNode};
use crate::git::history::connectivity::MissingObjects;
use crate::git::history::names::{NamedObject, ObjectNames, stash_commits};
use crate::git::history::pruned_trees::{EMPTY, PrunedTreeId, PrunedTrees};
use crate::git::history::store::Store;
use crate::git::history::tree_graph::{Traced, TreeGraph};
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
    /// The traced names; their indices follow those of the objects.
    pub names: Vec<BString>,
    /// How each traced object is reachable.
    pub reachability: Vec<Reachability>,
    pub failures: Vec<Failure>,
    /// The number of the stash that a commit belongs to.
    stashes: HashMap<usize, usize>,
}

/// How an object is reachable.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reachability {
    /// Through a commit's tree.
    Tree,
    /// The object is the commit itself.
    Commit(usize),
    /// Through a ref or a tag that names it, or a tree that contains it at `path`.
    Named { by: String, path: Option<BString> },
    /// From no commit, ref or tag in the database.
    Unreachable,
    /// Not by its own id, or not in the requested range.
    OutOfRange,
}

/// Commits and references that a reader came across.
#[derive(Default)]
pub(super) struct Discovered {
    pub commits: Vec<RawCommit>,
    pub names: Vec<NamedObject>,
    pub people: People,
}

/// Reads all trees, given what is traced.
pub(super) type ReadTrees<'s> = dyn for<'t> Fn(Traced<'t>) -> TreeGraph + 's;

/// Of the names of files and folders, those that contain findings.
pub type SelectNames<'s> = dyn Fn(&[BString]) -> Vec<BString> + 's;

impl History {
    /// Traces objects through these commits, and the names that `select_names` selects; and finds
    /// missing objects.
    pub(super) fn trace(
        &self,
        traced: &[String],
        select_names: &SelectNames<'_>,
        discovered: Discovered,
        read_trees: &ReadTrees<'_>,
    ) -> Trace<'_> {
        let ids: Vec<Option<ObjectId>> =
            traced.iter().map(|id| ObjectId::from_hex(id.as_bytes())).collect();
        // Text that is not an id is never found.
        let nothing = self.store.format.hash(&[]);
        let objects: Vec<ObjectId> = ids.iter().map(|id| id.unwrap_or(nothing)).collect();
        let mut graph = read_trees(Traced { objects: &objects, names: &[] });
        let names = select_names(&graph.suspect_names);
        if !names.is_empty() {
            graph = read_trees(Traced { objects: &objects, names: &names });
        }
        let mut failures = graph.failures.clone();
        failures.extend(self.missing(&discovered, &graph, read_trees));
        let commits = CommitGraph::new(discovered.commits);
        let mut pruned_trees =
            PrunedTrees::new(&graph, self.store.len(), traced.len() + names.len());
        let tree = |commit: &CommitNode| self.store.locate(&commit.tree);
        let trees: Vec<Option<u32>> = commits.list().par_iter().map(tree).collect();
        let root = |tree: Option<u32>| tree.map_or(EMPTY, |tree| pruned_trees.prune(tree));
        let roots: Vec<PrunedTreeId> = trees.into_iter().map(root).collect();
        let head = self.refs.head.and_then(|id| commits.position(id));
        let stashes = stash_commits(&self.refs.stashes, &commits);
        let object_names = ObjectNames::new(self.refs.names.iter().chain(&discovered.names));
        let mut trace = Trace {
            history: self,
            commits,
            changes: Vec::new(),
            head,
            at_head: Vec::new(),
            names,
            reachability: Vec::new(),
            failures,
            stashes,
        };
        trace.compare(&pruned_trees, &roots);
        trace.reachability =
            reachability_of(&ids, &mut pruned_trees, &trace.commits, &object_names, &self.store);
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
            let traced = Traced { objects: &unexplained, names: &[] };
            missing.explain(&unexplained, &read_trees(traced), &self.store);
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

    /// The stash that a commit belongs to, as git names it: `stash@{1}`.
    pub fn stash(&self, position: usize) -> Option<String> {
        self.stashes.get(&position).map(|number| format!("stash@{{{number}}}"))
    }

    /// Whether a commit's parents are missing from a shallow clone.
    pub fn is_shallow_boundary(&self, position: usize) -> bool {
        self.history.missing_parts.shallow.contains(&self.commits.list()[position].id)
    }

    /// Keeps what the commits of a range added and removed. Returns the number of these commits.
    pub fn select(&mut self, range: &RevisionRange) -> usize {
        let chosen = range.select(&self.commits);
        self.changes.retain(|change| chosen[change.commit]);
        for reachability in &mut self.reachability {
            let is_selected =
                matches!(reachability, Reachability::Commit(commit) if chosen[*commit]);
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
    pruned_trees: &mut PrunedTrees<'_>,
    commits: &CommitGraph,
    names: &ObjectNames,
    store: &Store,
) -> Vec<Reachability> {
    let reachability = |(index, id): (usize, &Option<ObjectId>)| {
        if let Some(commit) = id.and_then(|id| commits.position(id)) {
            return Reachability::Commit(commit);
        }
        if pruned_trees.reached(index) {
            return Reachability::Tree;
        }
        let name = id.and_then(|id| names.get(&id));
        name.map_or(Reachability::Unreachable, |by| Reachability::Named { by, path: None })
    };
    let mut all: Vec<Reachability> = ids.iter().enumerate().map(reachability).collect();
    // A ref or a tag may refer to a tree.
    let mut unreachable = all.iter().filter(|one| **one == Reachability::Unreachable).count();
    for object in names.objects() {
        if unreachable == 0 {
            break;
        }
        let Some(tree) = store.locate(&object) else { continue };
        let root = pruned_trees.prune(tree);
        for change in changes(pruned_trees, 0, Vec::new(), root).unwrap_or_default() {
            let found = change.after.and_then(|index| all.get_mut(index));
            if let Some(found) = found.filter(|found| **found == Reachability::Unreachable) {
                let by = names.get(&object).unwrap_or_default();
                *found = Reachability::Named { by, path: Some(change.path) };
                unreachable -= 1;
            }
        }
    }
    all
}
