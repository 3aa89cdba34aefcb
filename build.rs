//! Checks the built-in catalogue (`patterns/*.toml`), the word lists of `patterns/generic/` and the
//! model, and embeds them, so that nothing of them is parsed at run time.

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
    mod prefix_pattern;
    mod regex_shape;
    mod rule;
    pub mod schema;
    pub mod toml_error;
    pub mod word_list;
    pub use bytes::{is_token_byte, is_word_byte};
    pub use prefix_pattern::PrefixStep;
    pub use rule::*;
}

#[path = "build/catalogue.rs"]
mod catalogue;
#[path = "build/dictionary.rs"]
mod dictionary;
#[path = "build/lexicon.rs"]
mod lexicon;
#[path = "build/model.rs"]
mod model;

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
    if let Err(error) = rules::check::cross_check::cross_check(&rules) {
        refuse(Path::new("patterns"), &error);
    }
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    catalogue::write(&rules, &out);
    model::write(&out).unwrap_or_else(|why| refuse(Path::new(model::FILE), &why));
    dictionary::write(&out);
    lexicon::write(&out).unwrap_or_else(|(file, why)| refuse(&file, &why));
}

/// The catalogue's files, sorted; `names.toml` is vocabulary, not a provider.
fn pattern_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("patterns")
        .expect("patterns/ is next to Cargo.toml")
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
