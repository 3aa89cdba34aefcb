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

/// Trees after which most values are given up.
const FIRST: usize = 40;

/// Log-odds below which a value is given up after the [`FIRST`] trees. Of 9,000 values in seven
/// source trees and of the labelled cases, none that all trees together held for even unlikely
/// stood below -2.9 then; three in four stand below this.
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
