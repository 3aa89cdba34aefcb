//! What a commit changes among traced blobs, against all its parents.

use bstr::{BString, ByteSlice};

use super::pruned_trees::{EMPTY, PrunedNode, PrunedTreeId, PrunedTrees};

/// A path at which a commit and one of its parents differ in traced blobs.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct HistoryChange {
    /// The commit's position in topological order.
    pub commit: usize,
    /// Relative to the repository's root.
    pub path: BString,
    /// The parents' traced blobs at this path, as indices into the list of traced objects.
    pub before: Vec<usize>,
    /// The commit's own traced blob.
    pub after: Option<usize>,
}

/// A commit with more paths than this is a trap, such as a tree that contains itself ten times in
/// each of its folders.
pub const MAX_PATHS: usize = 1_000_000;

/// A folder's trees on all sides.
struct FolderTrees {
    path: BString,
    before: Vec<PrunedTreeId>,
    after: PrunedTreeId,
}

/// The changes of one commit, by path; `None` if there are more than [`MAX_PATHS`].
///
/// A tree that is the same in all parents is skipped. A tree that is the same in only some of them
/// is compared: a merge may drop what one side added.
pub fn changes(
    pruned_trees: &PrunedTrees<'_>,
    commit: usize,
    before: Vec<PrunedTreeId>,
    after: PrunedTreeId,
) -> Option<Vec<HistoryChange>> {
    let mut changes = Vec::new();
    let mut folders = vec![FolderTrees { path: BString::default(), before, after }];
    while let Some(folder) = folders.pop() {
        if folder.is_settled() {
            continue;
        }
        for (path, before, after) in folder.names(pruned_trees) {
            let is_same = !before.is_empty() && before.iter().all(|side| *side == after);
            if is_same || (after.is_none() && before.iter().all(Option::is_none)) {
                continue;
            }
            let blobs: Vec<usize> = before.iter().filter_map(|side| blob(*side)).collect();
            let trees: Vec<PrunedTreeId> = before.iter().map(|side| tree(*side)).collect();
            if !blobs.is_empty() || blob(after).is_some() {
                let path = path.clone();
                changes.push(HistoryChange { commit, path, before: blobs, after: blob(after) });
            }
            folders.push(FolderTrees { path, before: trees, after: tree(after) });
        }
        if changes.len() + folders.len() > MAX_PATHS {
            return None;
        }
    }
    changes.sort();
    Some(changes)
}

impl FolderTrees {
    fn is_settled(&self) -> bool {
        let mut sides = self.before.iter();
        if self.before.is_empty() { self.after == EMPTY } else { sides.all(|&s| s == self.after) }
    }

    /// Every name on any side, with what each side has there.
    fn names(
        &self,
        pruned_trees: &PrunedTrees<'_>,
    ) -> Vec<(BString, Vec<Option<PrunedNode>>, Option<PrunedNode>)> {
        let after = pruned_trees.get(self.after);
        let before: Vec<_> = self.before.iter().map(|&side| pruned_trees.get(side)).collect();
        let sides = before.iter().chain([&after]);
        let mut names: Vec<&BString> = sides.flat_map(|side| side.iter().map(|(n, _)| n)).collect();
        names.sort_unstable();
        names.dedup();
        let node_at = |pruned_tree: &[(BString, PrunedNode)], name: &BString| {
            let found = pruned_tree.binary_search_by(|(other, _)| other.cmp(name)).ok();
            found.map(|position| pruned_tree[position].1)
        };
        let row = |name: &BString| {
            let before = before.iter().map(|side| node_at(side, name)).collect();
            (join(&self.path, name), before, node_at(&after, name))
        };
        names.into_iter().map(row).collect()
    }
}

fn blob(side: Option<PrunedNode>) -> Option<usize> {
    match side {
        Some(PrunedNode::Blob(traced)) => Some(traced),
        _ => None,
    }
}

fn tree(side: Option<PrunedNode>) -> PrunedTreeId {
    match side {
        Some(PrunedNode::Tree(pruned_tree)) => pruned_tree,
        _ => EMPTY,
    }
}

fn join(folder: &BString, name: &BString) -> BString {
    if folder.is_empty() {
        return name.clone();
    }
    [folder.as_bytes(), b"/", name.as_bytes()].concat().into()
}
