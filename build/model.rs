//! Embeds the trained model, `model/generic.txt`, as binary data that
//! `src/engine/generic/model.rs` reads as a constant.
//!
//! All numbers are little-endian. The file begins with the base (f32), the steps of the deepest
//! tree (u16) and the number of trees (u16); then follow the index of each tree's root (u16) and
//! the nodes: value (f32), indices of the children above and up to the threshold (u16 each),
//! feature (u8).

use std::path::Path;
use std::{fs, iter};

/// Where the model is.
pub const FILE: &str = "model/generic.txt";

/// The features that the engine computes, in its order.
const FEATURES: &[&str] = {
    macro_rules! features {
        ($($(#[$doc:meta])* $name:ident,)+) => { &[$(stringify!($name),)+] };
    }
    include!("../src/engine/generic/features/list.rs")
};

/// The model, as in the file.
#[derive(Default)]
struct Model {
    features: Vec<String>,
    base: f32,
    roots: Vec<u16>,
    nodes: Vec<Node>,
}

/// A node of a tree; a leaf is its own child twice.
struct Node {
    feature: u8,
    /// The threshold; of a leaf, what it adds.
    value: f32,
    /// Indices of the nodes that follow above the threshold and up to it.
    next: [u16; 2],
}

/// Writes `model.bin`. The error describes what is wrong with the model.
pub fn write(out: &Path) -> Result<(), String> {
    println!("cargo::rerun-if-changed=model");
    println!("cargo::rerun-if-changed=build");
    println!("cargo::rerun-if-changed=src/engine/generic/features/list.rs");
    let text = fs::read_to_string(FILE).map_err(|error| error.to_string())?;
    let model = read(&text)?;
    check_features(&model.features)?;
    fs::write(out.join("model.bin"), bytes(&model)).map_err(|error| error.to_string())
}

/// Reads the lines: `feature NAME` for each feature, `base NUMBER`, then for each tree `tree` and
/// its nodes in preorder, `FEATURE THRESHOLD RIGHT` (the index of the right child in its tree) or
/// `leaf VALUE`.
fn read(text: &str) -> Result<Model, String> {
    let mut model = Model::default();
    for (line, text) in (1..).zip(text.lines()).filter(|(_, text)| !text.starts_with('#')) {
        read_line(&mut model, text).ok_or_else(|| format!("line {line}: cannot read {text:?}"))?;
    }
    Ok(model)
}

fn read_line(model: &mut Model, line: &str) -> Option<()> {
    let index = u16::try_from(model.nodes.len()).ok()?;
    match line.split(' ').collect::<Vec<_>>()[..] {
        ["feature", name] => model.features.push(name.to_owned()),
        ["base", value] => model.base = value.parse().ok()?,
        ["tree"] => model.roots.push(index),
        ["leaf", value] => {
            let value = value.parse().ok()?;
            model.nodes.push(Node { feature: 0, value, next: [index, index] });
        }
        [feature, threshold, right] => {
            let right: u16 = right.parse().ok()?;
            model.nodes.push(Node {
                feature: feature.parse().ok().filter(|&it| usize::from(it) < FEATURES.len())?,
                value: threshold.parse().ok()?,
                next: [model.roots.last()? + right, index + 1],
            });
        }
        _ => return None,
    }
    Some(())
}

/// The model must have been trained on the features that the engine computes.
fn check_features(trained: &[String]) -> Result<(), String> {
    let trained = trained.iter().map(|name| Some(name.as_str())).chain(iter::repeat(None));
    let computed = FEATURES.iter().map(|name| Some(*name)).chain([None]);
    match (0..).zip(trained.zip(computed)).find(|(_, (trained, computed))| trained != computed) {
        None => Ok(()),
        Some((number, (trained, computed))) => {
            let name = |name: Option<&str>| name.unwrap_or("missing").to_owned();
            Err(format!(
                "feature {number} is {} here and {} in src/engine/generic/features/list.rs; train \
                 the model again (model/train.py) or undo the change to the list",
                name(trained),
                name(computed)
            ))
        }
    }
}

fn bytes(model: &Model) -> Vec<u8> {
    let Model { base, roots, nodes, .. } = model;
    let steps = roots.iter().map(|&root| depth(nodes, root)).max().unwrap_or(0);
    let mut bytes = base.to_le_bytes().to_vec();
    bytes.extend(steps.to_le_bytes());
    bytes.extend((roots.len() as u16).to_le_bytes());
    bytes.extend(roots.iter().flat_map(|root| root.to_le_bytes()));
    for Node { feature, value, next } in nodes {
        bytes.extend(value.to_le_bytes());
        bytes.extend(next.iter().flat_map(|index| index.to_le_bytes()));
        bytes.push(*feature);
    }
    bytes
}

/// Steps from a node to the deepest leaf below it.
fn depth(nodes: &[Node], node: u16) -> u16 {
    let next = nodes[usize::from(node)].next;
    if next == [node, node] {
        return 0;
    }
    1 + next.map(|child| depth(nodes, child)).into_iter().max().unwrap_or(0)
}
