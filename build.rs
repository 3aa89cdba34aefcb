//! Checks the built-in catalogue (`patterns/*.toml`) and embeds it as bytes (postcard), so that no
//! pattern file is parsed at run time.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo and writes to OUT_DIR"
)]

use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// The crate's own rule types and checks, compiled into the build script.
#[allow(dead_code)]
#[path = "src/rules"]
mod rules {
    mod bytes;
    pub mod check;
    pub mod cross_check;
    mod embedded;
    mod fact_groups;
    mod prefix_pattern;
    mod regex_shape;
    mod rule;
    pub mod schema;
    pub mod toml_error;
    mod vocabulary;
    pub use bytes::{is_token_byte, is_word_byte};
    pub use rule::*;
}

use rules::Rule;

fn main() {
    println!("cargo::rerun-if-changed=patterns");
    println!("cargo::rerun-if-changed=src/rules");
    let mut rules: Vec<Rule> = Vec::new();
    for file in pattern_files() {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| refuse(&file, &error));
        let stem = file.file_stem().and_then(|stem| stem.to_str());
        match rules::check::check_file(&text, stem) {
            Ok(checked) => rules.extend(checked),
            Err(error) => refuse(&file, &error),
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
        refuse(Path::new("patterns"), &format!("two rules have the id {}", pair[0].id));
    }
    if let Err(error) = rules::cross_check::cross_check(&rules) {
        refuse(Path::new("patterns"), &error);
    }
    let bytes = postcard::to_stdvec(&rules).expect("rules can be serialized");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("catalogue.bin"), bytes).expect("OUT_DIR can be written");
    println!("cargo::rerun-if-changed=model");
    let trees = fs::read_to_string("model/generic.txt").expect("model/generic.txt can be read");
    fs::write(out.join("model.rs"), model(&trees)).expect("OUT_DIR can be written");
    let words = fs::read_to_string("model/words.txt").expect("model/words.txt can be read");
    fs::write(out.join("language.rs"), language(&words)).expect("OUT_DIR can be written");
}

/// A node of the model's table: feature, threshold or what a leaf adds, and the places of what
/// follows above the threshold and up to it, for a leaf its own.
type Node = (usize, f32, [usize; 2]);

/// The trees of `model/generic.txt` as one table: a line `base NUMBER`, then for each tree a line
/// `tree` and its nodes in preorder, `FEATURE THRESHOLD RIGHT` (the right child's place in the
/// tree) or `leaf VALUE`.
fn model(trees: &str) -> String {
    let number = |text: &str| text.parse::<f32>().expect("model/generic.txt: a number");
    let (mut base, mut roots, mut nodes) = (0.0, Vec::new(), Vec::<Node>::new());
    for line in trees.lines().filter(|line| !line.starts_with('#')) {
        let at = nodes.len();
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["base", value] => base = number(value),
            ["tree"] => roots.push(at),
            ["leaf", value] => nodes.push((0, number(value), [at, at])),
            [feature, threshold, right] => {
                let feature = feature.parse().expect("model/generic.txt: a feature's number");
                let right: usize = right.parse().expect("model/generic.txt: a node's place");
                let right = roots.last().expect("model/generic.txt: a tree first") + right;
                nodes.push((feature, number(threshold), [right, at + 1]));
            }
            _ => panic!("model/generic.txt: {line:?} is no line of it"),
        }
    }
    let deepest = roots.iter().map(|&root| depth(&nodes, root)).max().unwrap_or(0);
    let node = |(feature, value, next): &Node| {
        format!("Node {{ feature: {feature}, value: {value:?}, next: {next:?} }}")
    };
    format!(
        "const BASE: f32 = {base:?};\nconst STEPS: usize = {deepest};\n\
         static ROOTS: [u16; {}] = {roots:?};\nstatic NODES: [Node; {}] = [{}];\n",
        roots.len(),
        nodes.len(),
        nodes.iter().map(node).collect::<Vec<_>>().join(", ")
    )
}

/// Steps from the node at that place to its deepest leaf.
fn depth(nodes: &[Node], at: usize) -> usize {
    let (_, _, next) = nodes[at];
    if next == [at, at] {
        return 0;
    }
    1 + next.map(|child| depth(nodes, child)).into_iter().max().unwrap_or(0)
}

/// What `engine/generic/language.rs` knows of words: a Bloom filter of the dictionary, and how
/// much oftener than by chance a letter follows another, in sixteenths of a bit.
fn language(words: &str) -> String {
    const BITS: usize = 1 << 18;
    let mut dictionary = vec![0u64; BITS / 64];
    let mut pairs = [[1.0f64; 26]; 26];
    for word in words.lines() {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, b| {
            (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        for bit in [(hash >> 40) as usize % BITS, (hash >> 16) as usize % (1 << 24) % BITS] {
            dictionary[bit / 64] |= 1 << (bit % 64);
        }
        for two in word.as_bytes().windows(2) {
            pairs[usize::from(two[0] - b'a')][usize::from(two[1] - b'a')] += 1.0;
        }
    }
    let total: f64 = pairs.iter().flatten().sum();
    let bits = pairs
        .iter()
        .flatten()
        .map(|count| (16.0 * (count / total * 676.0).log2()).round().clamp(-127.0, 127.0) as i8);
    format!(
        "static DICTIONARY: [u64; {}] = {dictionary:?};\nstatic BIGRAMS: [i8; 676] = {:?};\n",
        dictionary.len(),
        bits.collect::<Vec<_>>(),
    )
}

/// The catalogue's files, sorted; `names.toml` is vocabulary, not a provider.
fn pattern_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("patterns")
        .expect("patterns/ stands beside Cargo.toml")
        .map(|entry| entry.expect("patterns/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| !path.ends_with("names.toml"))
        .collect();
    files.sort();
    files
}

fn refuse(file: &Path, why: &dyn std::fmt::Display) -> ! {
    eprintln!("{}: {why}", file.display());
    process::exit(1)
}
