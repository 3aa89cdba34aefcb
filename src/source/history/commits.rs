//! All commits of the object database, parents before children.

use std::cmp::Reverse;
use std::collections::{BinaryHeap, HashMap, HashSet};

use git2::{Error, Oid, Repository};
use rayon::prelude::*;

use super::handles::Handles;
use super::objects::CHUNK;
use super::unreadable;
use crate::source::Failure;

/// A commit; its parents are places in the list of all commits, lower than its own.
pub struct Commit {
    pub id: Oid,
    pub tree: Oid,
    pub parents: Vec<usize>,
}

/// Commits in topological order. Among those whose parents have all come, the earlier
/// committed comes first, then the lower id: the order is the same on every machine.
pub struct Commits {
    list: Vec<Commit>,
    places: HashMap<Oid, usize>,
    pub failures: Vec<Failure>,
}

/// A commit as it was read.
struct Raw {
    id: Oid,
    tree: Oid,
    parents: Vec<Oid>,
    /// Committer's seconds since 1970.
    time: i64,
}

impl Commits {
    /// Reads the commits of these ids. One that cannot be read, or whose parent is not here
    /// although no shallow boundary says so, is a failure.
    pub fn read(handles: &Handles, ids: &[Oid]) -> Commits {
        let read: Vec<Result<Raw, Failure>> =
            ids.par_chunks(CHUNK).flat_map_iter(|ids| chunk(handles, ids)).collect();
        let mut raw = Vec::with_capacity(read.len());
        let mut failures = Vec::new();
        for commit in read {
            match commit {
                Ok(commit) => raw.push(commit),
                Err(failure) => failures.push(failure),
            }
        }
        failures.extend(orphans(&raw));
        Commits::sorted(raw, failures)
    }

    fn sorted(raw: Vec<Raw>, failures: Vec<Failure>) -> Commits {
        let mut commits =
            Commits { list: Vec::with_capacity(raw.len()), places: HashMap::new(), failures };
        for at in topological(&raw) {
            let Raw { id, tree, parents, .. } = &raw[at];
            // A parent that is not here yet never comes: it is missing, or grafts form a ring.
            let parents = parents.iter().filter_map(|id| commits.place(*id)).collect();
            commits.places.insert(*id, commits.list.len());
            commits.list.push(Commit { id: *id, tree: *tree, parents });
        }
        commits
    }

    /// All of them, parents first.
    pub fn list(&self) -> &[Commit] {
        &self.list
    }

    /// Where a commit stands in the list.
    pub fn place(&self, id: Oid) -> Option<usize> {
        self.places.get(&id).copied()
    }

    /// Whether `old` is `young` or one of its ancestors; both are places in the list.
    pub fn descends(&self, young: usize, old: usize) -> bool {
        let mut seen = vec![false; (young + 1).saturating_sub(old)];
        let mut ahead = vec![young];
        while let Some(at) = ahead.pop() {
            if at == old {
                return true;
            }
            // What stands before `old` cannot descend from it.
            if at > old && !std::mem::replace(&mut seen[at - old], true) {
                ahead.extend(&self.list[at].parents);
            }
        }
        false
    }
}

fn chunk(handles: &Handles, ids: &[Oid]) -> Vec<Result<Raw, Failure>> {
    let commits = handles.with(|repository| {
        Ok(ids.iter().map(|&id| raw(repository, id).map_err(|why| failure(id, &why))).collect())
    });
    commits.unwrap_or_else(|why| ids.iter().map(|&id| Err(failure(id, &why))).collect())
}

fn failure(id: Oid, why: &Error) -> Failure {
    unreadable("commit", id, why)
}

fn raw(repository: &Repository, id: Oid) -> Result<Raw, Error> {
    let commit = repository.find_commit(id)?;
    let parents = commit.parent_ids().collect();
    Ok(Raw { id, tree: commit.tree_id(), parents, time: commit.time().seconds() })
}

/// Parents that are named and not here. A shallow clone's oldest commits name none: libgit2
/// reads the boundary as git does.
fn orphans(raw: &[Raw]) -> Vec<Failure> {
    let here: HashSet<Oid> = raw.iter().map(|commit| commit.id).collect();
    let named = raw.iter().flat_map(|child| child.parents.iter().map(move |id| (child.id, *id)));
    let missing = named.filter(|(_, parent)| !here.contains(parent));
    missing
        .map(|(child, parent)| {
            let why = format!(
                "cannot be read, but commit {child} names it as its parent; `git fsck --full` \
                 says more; fetch it again or restore it from another clone"
            );
            Failure::new(format!("commit {parent}"), why)
        })
        .collect()
}

/// Indices of `raw`, parents first (Kahn's algorithm).
fn topological(raw: &[Raw]) -> Vec<usize> {
    let places: HashMap<Oid, usize> = raw.iter().enumerate().map(|(at, c)| (c.id, at)).collect();
    let mut children = vec![Vec::new(); raw.len()];
    let mut waits = vec![0usize; raw.len()];
    for (at, commit) in raw.iter().enumerate() {
        for parent in commit.parents.iter().filter_map(|id| places.get(id)) {
            children[*parent].push(at);
            waits[at] += 1;
        }
    }
    let entry = |at: usize| Reverse((raw[at].time, raw[at].id, at));
    let mut ready: BinaryHeap<_> = (0..raw.len()).filter(|&at| waits[at] == 0).map(entry).collect();
    let mut order = Vec::with_capacity(raw.len());
    while let Some(Reverse((_, _, at))) = ready.pop() {
        order.push(at);
        for &child in &children[at] {
            waits[child] -= 1;
            if waits[child] == 0 {
                ready.push(entry(child));
            }
        }
    }
    // Only grafts can form a ring; its commits come last.
    let mut ring: Vec<usize> = (0..raw.len()).filter(|&at| waits[at] > 0).collect();
    ring.sort_by_key(|&at| (raw[at].time, raw[at].id));
    order.extend(ring);
    order
}
