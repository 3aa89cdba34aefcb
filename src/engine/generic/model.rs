//! The trained model: a sum of small decision trees over the features.
//!
//! Its nodes come from `model/generic.txt`, which `model/train.py` writes and `build/model.rs`
//! turns into bytes. The compiler reads these into a table, so nothing is parsed at run time.

use super::features::COUNT;

/// `model.bin`: the layout is described in `build/model.rs`.
const BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/model.bin"));
/// Bytes of the parts of a file of that layout.
const HEADER: usize = 8;
const ROOT: usize = 2;
const NODE: usize = 9;

/// Log-odds before any tree is asked.
const BASE: f32 = f32::from_bits(u32::from_le_bytes(bytes_at(0)));
/// Steps from a root to the deepest leaf.
const STEPS: usize = u16_at(4) as usize;
const TREES: usize = u16_at(6) as usize;

/// Index of each tree's root.
static ROOTS: [u16; TREES] = {
    let mut roots = [0; TREES];
    let mut tree = 0;
    while tree < TREES {
        roots[tree] = u16_at(HEADER + tree * ROOT);
        tree += 1;
    }
    roots
};

/// The nodes of all trees.
static NODES: [Node; (BYTES.len() - HEADER - TREES * ROOT) / NODE] = {
    let mut nodes = [Node { feature: 0, value: 0.0, next: [0, 0] }; _];
    let mut index = 0;
    while index < nodes.len() {
        let offset = HEADER + TREES * ROOT + index * NODE;
        nodes[index] = Node {
            value: f32::from_bits(u32::from_le_bytes(bytes_at(offset))),
            next: [u16_at(offset + 4), u16_at(offset + 6)],
            feature: BYTES[offset + 8],
        };
        index += 1;
    }
    nodes
};

/// A node of a tree.
#[derive(Clone, Copy)]
struct Node {
    /// Index of the feature that is compared.
    feature: u8,
    /// The threshold: what is at most this goes left. Of a leaf, what it adds.
    value: f32,
    /// Indices of the right and of the left child; a leaf leads to itself.
    next: [u16; 2],
}

const _: () = assert!(COUNT <= u8::MAX as usize + 1);

const fn u16_at(offset: usize) -> u16 {
    u16::from_le_bytes(bytes_at(offset))
}

const fn bytes_at<const N: usize>(offset: usize) -> [u8; N] {
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        bytes[index] = BYTES[offset + index];
        index += 1;
    }
    bytes
}

/// Trees after which most values are rejected.
const FIRST_TREES: usize = 30;

/// Log-odds below which a value is rejected after the [`FIRST_TREES`]. Of 39,000 values, labelled,
/// generated and of 22 source trees, none that all trees together give [`super::LOW_THRESHOLD`] has
/// less than -4.15 then; more than two in five of all have less than this. `model/train.py` prints it.
const REJECTED: f32 = -4.3;

/// Probability that a value with these features is a secret, according to the model; of a value
/// rejected after the first trees, the probability that these give.
pub fn probability(features: &[f32; COUNT]) -> f32 {
    let sum = |roots: &[u16]| roots.iter().map(|&root| leaf(root, features)).sum::<f32>();
    let (first, others) = ROOTS.split_at(FIRST_TREES.min(ROOTS.len()));
    let mut odds = BASE + sum(first);
    if odds >= REJECTED {
        odds += sum(others);
    }
    1.0 / (1.0 + (-odds).exp())
}

/// What the leaf of a tree adds. Always takes as many steps as the deepest tree needs: the
/// processor could not predict a branch that ends earlier.
fn leaf(root: u16, features: &[f32; COUNT]) -> f32 {
    let mut node = &NODES[usize::from(root)];
    for _ in 0..STEPS {
        let left = features[usize::from(node.feature)] <= node.value;
        node = &NODES[usize::from(node.next[usize::from(left)])];
    }
    node.value
}
