//! All commits of the object database, parents before children.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use crate::git::commit::RawCommit;
use crate::git::object_id::{IdMap, ObjectId};

/// A commit. Its parents are positions in the list of all commits, lower than its own.
pub struct CommitNode {
    pub id: ObjectId,
    pub tree: ObjectId,
    pub parents: Vec<usize>,
    /// Committer's seconds since 1970.
    pub time: i64,
}

/// Commits in topological order. Among commits whose parents are all listed, the earlier comes
/// first, then the lower id: the order is the same on every machine.
pub struct CommitGraph {
    list: Vec<CommitNode>,
    positions: IdMap<usize>,
}

impl CommitGraph {
    /// Sorts commits, without duplicates.
    pub fn new(mut raw: Vec<RawCommit>) -> CommitGraph {
        raw.sort_by_key(|commit| commit.id);
        raw.dedup_by_key(|commit| commit.id);
        CommitGraph::sorted(raw)
    }

    fn sorted(raw: Vec<RawCommit>) -> CommitGraph {
        // Indices into `raw` until the order is known.
        let mut positions: IdMap<usize> = raw.iter().map(|commit| commit.id).zip(0..).collect();
        let parents = |commit: &RawCommit| -> Vec<usize> {
            commit.parents.iter().filter_map(|id| positions.get(id).copied()).collect()
        };
        let parents: Vec<Vec<usize>> = raw.iter().map(parents).collect();
        let order = topological(&raw, &parents);
        let mut position_of = vec![0; raw.len()];
        order.iter().zip(0..).for_each(|(&index, position)| position_of[index] = position);
        positions.values_mut().for_each(|position| *position = position_of[*position]);
        let commit = |(position, index): (usize, usize)| -> CommitNode {
            let RawCommit { id, tree, time, .. } = raw[index];
            let parents = parents[index].iter().map(|&parent| position_of[parent]);
            // A parent that comes later can only be the result of forged ids.
            let parents = parents.filter(|&parent| parent < position).collect();
            CommitNode { id, tree, parents, time }
        };
        let list = order.into_iter().enumerate().map(commit).collect();
        CommitGraph { list, positions }
    }

    /// All of them, parents first.
    pub fn list(&self) -> &[CommitNode] {
        &self.list
    }

    /// The position of a commit in the list.
    pub fn position(&self, id: ObjectId) -> Option<usize> {
        self.positions.get(&id).copied()
    }

    /// For each commit, whether it or a descendant of it is in `from`.
    pub fn reach(&self, from: &[ObjectId]) -> Vec<bool> {
        let mut reached = vec![false; self.list.len()];
        from.iter()
            .filter_map(|id| self.position(*id))
            .for_each(|position| reached[position] = true);
        // Parents come first in the list.
        for position in (0..self.list.len()).rev().filter(|_| !from.is_empty()) {
            if reached[position] {
                self.list[position].parents.iter().for_each(|&parent| reached[parent] = true);
            }
        }
        reached
    }

    /// Whether `old` is `young` or one of its ancestors; both are positions in the list.
    pub fn descends(&self, young: usize, old: usize) -> bool {
        let mut seen = vec![false; (young + 1).saturating_sub(old)];
        let mut pending = vec![young];
        while let Some(index) = pending.pop() {
            if index == old {
                return true;
            }
            // Commits before `old` cannot descend from it.
            if index > old && !std::mem::replace(&mut seen[index - old], true) {
                pending.extend(&self.list[index].parents);
            }
        }
        false
    }
}

/// Indices into `raw`, parents first (Kahn's algorithm), from the indices of each commit's parents.
fn topological(raw: &[RawCommit], parents: &[Vec<usize>]) -> Vec<usize> {
    let mut children = vec![Vec::new(); raw.len()];
    let mut waits = vec![0usize; raw.len()];
    for (index, parents) in parents.iter().enumerate() {
        parents.iter().for_each(|&parent| children[parent].push(index));
        waits[index] = parents.len();
    }
    let entry = |index: usize| Reverse((raw[index].time, raw[index].id, index));
    let mut ready: BinaryHeap<_> =
        (0..raw.len()).filter(|&index| waits[index] == 0).map(entry).collect();
    let mut order = Vec::with_capacity(raw.len());
    while let Some(Reverse((_, _, index))) = ready.pop() {
        order.push(index);
        for &child in &children[index] {
            waits[child] -= 1;
            if waits[child] == 0 {
                ready.push(entry(child));
            }
        }
    }
    // Only forged ids can form a cycle; its commits come last.
    let mut ring: Vec<usize> = (0..raw.len()).filter(|&index| waits[index] > 0).collect();
    ring.sort_by_key(|&index| (raw[index].time, raw[index].id));
    order.extend(ring);
    order
}
