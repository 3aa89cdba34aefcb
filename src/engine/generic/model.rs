//! The trained model: a sum of small decision trees over the features.
//!
//! Its nodes come from `model/generic.txt`, which `model/train.py` writes and `build.rs`
//! embeds.

use super::features::COUNT;

include!(concat!(env!("OUT_DIR"), "/model.rs"));

/// A node of a tree; all trees stand in one table, each node's left child right behind it.
struct Node {
    /// Index of the feature that is asked; [`LEAF`] for none.
    feature: u8,
    /// What goes left is at most this; of a leaf what it adds.
    value: f32,
    /// Place of the right child.
    right: u16,
}

const LEAF: u8 = u8::MAX;

const _: () = assert!(COUNT < LEAF as usize);

/// Probability that a value with these features is a secret, as far as the training cases tell.
pub fn probability(features: &[f32; COUNT]) -> f32 {
    let sum: f32 = ROOTS.iter().map(|&root| leaf(root, features)).sum();
    1.0 / (1.0 + (-(BASE + sum)).exp())
}

fn leaf(root: u16, features: &[f32; COUNT]) -> f32 {
    let mut at = usize::from(root);
    loop {
        let node = &NODES[at];
        if node.feature == LEAF {
            return node.value;
        }
        let left = features[usize::from(node.feature)] <= node.value;
        at = if left { at + 1 } else { usize::from(node.right) };
    }
}
