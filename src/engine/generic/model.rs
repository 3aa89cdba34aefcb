//! The trained model: a sum of small decision trees over the features.
//!
//! Its nodes come from `model/generic.txt`, which `model/train.py` writes and `build.rs`
//! embeds.

use super::features::COUNT;

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// A node of a tree; all trees stand in one table.
struct Node {
    /// Index of the feature that is asked.
    feature: u8,
    /// What goes left is at most this; of a leaf what it adds.
    value: f32,
    /// Places of the right and of the left child; a leaf leads to itself.
    next: [u16; 2],
}

const _: () = assert!(COUNT <= u8::MAX as usize + 1);

/// Trees after which most values are given up.
const FIRST: usize = 50;

/// Log-odds below which a value is given up after the [`FIRST`] trees. Of 34,000 values, those
/// of the labelled cases and of 23 source trees, none that all trees together hold for even
/// unlikely stands below -3.4 then; three in four stand below this.
const HOPELESS: f32 = -3.6;

/// Probability that a value with these features is a secret, as far as the training cases tell;
/// of one that is hopeless after the first trees, the probability that they gave it.
pub fn probability(features: &[f32; COUNT]) -> f32 {
    let sum = |roots: &[u16]| roots.iter().map(|&root| leaf(root, features)).sum::<f32>();
    let (first, others) = ROOTS.split_at(FIRST.min(ROOTS.len()));
    let mut odds = BASE + sum(first);
    if odds >= HOPELESS {
        odds += sum(others);
    }
    1.0 / (1.0 + (-odds).exp())
}

/// What the tree's leaf adds. Goes as many steps as the deepest tree has, without a branch: where
/// a value turns off cannot be foretold.
fn leaf(root: u16, features: &[f32; COUNT]) -> f32 {
    let mut node = &NODES[usize::from(root)];
    for _ in 0..STEPS {
        let left = features[usize::from(node.feature)] <= node.value;
        node = &NODES[usize::from(node.next[usize::from(left)])];
    }
    node.value
}
