//! Objects that a history refers to but does not contain.

use std::collections::{BTreeMap, HashSet};

use rayon::prelude::*;

use super::names::{NamedBy, NamedObject};
use super::store::Store;
use super::tree_graph::{EdgeTarget, TreeGraph};
use crate::git::commit::RawCommit;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::repository::{Reference, fetch_advice};
use crate::git::tree::EntryKind;
use crate::git::{Failure, GitRepository};

/// The missing objects, by id, each with its kind and a description of what refers to it.
pub struct MissingObjects(BTreeMap<ObjectId, (&'static str, String)>);

/// The objects that a repository's refs refer to. Read before objects are listed, so that commits
/// added during the audit are not reported as missing.
#[derive(Default)]
pub struct Refs {
    pub names: Vec<NamedObject>,
    /// The stashes, the latest first.
    pub stashes: Vec<ObjectId>,
    /// The commit of HEAD; `None` if HEAD's branch has no commits yet.
    pub head: Option<ObjectId>,
}

impl Refs {
    /// What could not be read is in the failures.
    pub fn read(repository: &GitRepository) -> (Refs, Vec<Failure>) {
        let named = |reference: Reference| NamedObject {
            by: NamedBy::Ref(reference.name),
            id: reference.id,
        };
        let mut failures = Vec::new();
        let names = match repository.references() {
            Ok(references) => references.into_iter().map(named).collect(),
            Err(why) => {
                failures.push(Failure::new("references", why));
                Vec::new()
            }
        };
        let (stashes, head) = (repository.stashes(), repository.head().ok().flatten());
        (Refs { names, stashes, head }, failures)
    }
}

/// More missing objects than this are reported as one failure.
const MAX_EXPLAINED: usize = 20;
/// The number of objects that such a failure names.
const MAX_NAMED: usize = 3;
/// Commits that are checked at a time.
const BATCH: usize = 512;

impl MissingObjects {
    /// Checks every object that commits, trees and `names` refer to. The parents of `shallow`
    /// commits are expected to be missing.
    pub fn find(
        store: &Store,
        commits: &[RawCommit],
        names: &[&NamedObject],
        graph: &TreeGraph,
        shallow: &HashSet<ObjectId>,
    ) -> MissingObjects {
        let mut missing = MissingObjects(BTreeMap::new());
        // Usually nothing is missing, which a batch of lookups shows.
        let is_missing = |commits: &[RawCommit]| {
            let trees = commits.iter().map(|commit| commit.tree);
            let parents = commits.iter().flat_map(|commit| &commit.parents).copied();
            let mut ids = trees.chain(parents).collect();
            store.keep_absent(&mut ids);
            !ids.is_empty()
        };
        let commits = commits.par_chunks(BATCH).filter(|commits| is_missing(commits));
        let commits: Vec<&[RawCommit]> = commits.collect();
        let empty_tree = store.format.object(ObjectKind::Tree, b"");
        for commit in commits.into_iter().flatten() {
            let id = commit.id;
            if store.locate(&commit.tree).is_none() && commit.tree != empty_tree {
                missing.add(commit.tree, "tree", || format!("referenced by commit {id}"));
            }
            if shallow.contains(&commit.id) {
                continue;
            }
            for parent in commit.parents.iter().filter(|parent| store.locate(parent).is_none()) {
                missing.add(*parent, "commit", || format!("parent of commit {id}"));
            }
        }
        for NamedObject { by, id } in
            names.iter().copied().filter(|named| store.locate(&named.id).is_none())
        {
            missing.add(*id, "object", || format!("referenced by {by}"));
        }
        for (id, kind) in &graph.missing {
            missing.add(*id, if *kind == EntryKind::Tree { "tree" } else { "blob" }, String::new);
        }
        missing
    }

    /// If several objects refer to it, the least description is kept.
    fn add(&mut self, id: ObjectId, kind: &'static str, by: impl Fn() -> String) {
        let known = self.0.entry(id).or_insert_with(|| (kind, by()));
        if known.1.is_empty() || by() < known.1 {
            known.1 = by();
        }
    }

    /// The first objects that only trees refer to; which trees is not known yet.
    pub fn unexplained(&self) -> Vec<ObjectId> {
        let first = self.0.iter().take(MAX_EXPLAINED);
        first.filter(|(_, (_, by))| by.is_empty()).map(|(id, _)| *id).collect()
    }

    /// Adds the trees that refer to missing objects, from a graph in which these were traced.
    pub fn explain(&mut self, traced: &[ObjectId], graph: &TreeGraph, store: &Store) {
        for tree in graph.trees() {
            for edge in graph.edges(tree) {
                let EdgeTarget::Traced(position) = edge.target else { continue };
                let Some(id) = traced.get(position as usize) else { continue };
                let Some((kind, _)) = self.0.get(id) else { continue };
                let by = || format!("`{}` in tree {}", graph.name(edge.name), store.id(tree));
                self.add(*id, kind, by);
            }
        }
    }

    /// As failures: one for each of a few, one in all for many or for those of a partial clone,
    /// which are expected.
    pub fn failures(&self, is_partial: bool, is_part_unknown: bool) -> Vec<Failure> {
        if self.0.is_empty() {
            return Vec::new();
        }
        if self.0.len() <= MAX_EXPLAINED && !is_partial {
            return self.0.iter().map(|(id, missing)| one(id, missing)).collect();
        }
        let named = self.0.iter().take(MAX_NAMED);
        let named = named.map(|(id, (kind, by))| format!("{kind} {id} ({by})"));
        let mut named = named.collect::<Vec<_>>().join(", ");
        if self.0.len() > MAX_NAMED {
            named += &format!(" and {} others", self.0.len() - MAX_NAMED);
        }
        let count = self.0.len();
        let (objects, are, were) = match count {
            1 => ("object", "is", "was"),
            _ => ("objects", "are", "were"),
        };
        let failure = if is_partial {
            let why =
                format!("{count} {objects} {were} never fetched: {named}; {}", fetch_advice());
            Failure::new("partial clone", why)
        } else {
            let cause =
                if is_part_unknown { ", possibly in a pack that cannot be read" } else { "" };
            let why = format!(
                "{count} {objects} {are} missing{cause}: {named}; `git fsck --full` lists them all. \
                 Fetch them again or restore them from another clone"
            );
            Failure::new("object database", why)
        };
        vec![failure]
    }
}

fn one(id: &ObjectId, (kind, by): &(&'static str, String)) -> Failure {
    let why = format!(
        "object is missing ({by}); run `git fsck --full`, then fetch it again or restore it from \
         another clone"
    );
    Failure::new(format!("{kind} {id}"), why)
}
