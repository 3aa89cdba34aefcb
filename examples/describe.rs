//! Prints the features that the model sees of every named value below the folders, one JSON line
//! each: file, span in bytes, kind of name, value, features, whether it is random under a qualified
//! name. `model/train.py` reads it.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "an example prints what it shows"
)]

use std::io::Write as _;
use std::{env, fs, io};

use ignore::WalkBuilder;
use keysieve::engine::generic::{COUNT, NAMES, described};
use keysieve::engine::structure::assignment::AssignmentReader;
use keysieve::rules::lexicon::Lexicon;

fn main() -> io::Result<()> {
    let lexicon = Lexicon::default();
    let fragments: Vec<String> = lexicon.fragments().collect();
    let mut out = io::BufWriter::new(io::stdout().lock());
    writeln!(out, "{}", serde_json::to_string(NAMES)?)?;
    for folder in env::args_os().skip(1) {
        let mut files: Vec<_> = WalkBuilder::new(folder)
            .standard_filters(false)
            .build()
            .flatten()
            .filter(|entry| entry.file_type().is_some_and(|kind| kind.is_file()))
            .map(ignore::DirEntry::into_path)
            .collect();
        files.sort();
        for file in files {
            let bytes = fs::read(&file)?;
            if bytes.iter().take(8000).any(|&b| b == 0) {
                continue;
            }
            let lower = bytes.to_ascii_lowercase();
            let mut reader = AssignmentReader::default();
            for offset in 0..bytes.len() {
                // As in the engine, one of three letters counts only at the end of a word.
                let counts = |text: &str| {
                    let next = lower.get(offset + text.len());
                    text.len() > 3
                        || !text.ends_with(|b: char| b.is_ascii_alphabetic())
                        || next.is_none_or(|b| !b.is_ascii_alphanumeric())
                };
                let Some(fragment) = fragments
                    .iter()
                    .find(|text| lower[offset..].starts_with(text.as_bytes()) && counts(text))
                else {
                    continue;
                };
                let fragment = offset..offset + fragment.len();
                for found in described(&bytes, fragment, &mut reader, &lexicon, |_| true) {
                    let text = String::from_utf8_lossy(&bytes[found.value.clone()]).into_owned();
                    let values: [f32; COUNT] = found.features.0;
                    let row = (
                        &file,
                        found.value.start,
                        found.value.end,
                        found.kind.as_str(),
                        text,
                        &values[..],
                        found.is_random_secret,
                    );
                    writeln!(out, "{}", serde_json::to_string(&row)?)?;
                }
            }
        }
    }
    out.flush()
}
