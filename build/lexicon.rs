//! Checks the word lists of `patterns/generic/` and embeds them as constants, which
//! `src/rules/lexicon.rs` reads, and with their examples for the tests.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use crate::rules::word_list::{Entry, WordList, check_lists};

/// Where the lists are.
const FOLDER: &str = "patterns/generic";

/// Writes `lexicon.rs` and `lexicon_entries.rs`. The error names the file and what is wrong in it.
pub fn write(out: &Path) -> Result<(), (PathBuf, String)> {
    let mut entries: Vec<(PathBuf, Entry)> = Vec::new();
    for file in files() {
        let text = fs::read_to_string(&file).map_err(|why| (file.clone(), why.to_string()))?;
        let checked = check_lists(&text).map_err(|why| (file.clone(), why.to_string()))?;
        for entry in checked {
            let mut known = entries.iter().filter(|(_, known)| known.list == entry.list);
            if let Some((other, _)) = known.find(|(other, _)| *other != file) {
                let list = entry.list.as_str();
                return Err((file, format!("{list} is already a list of {}", other.display())));
            }
            entries.push((file.clone(), entry));
        }
    }
    fs::write(out.join("lexicon.rs"), lists(&entries)?).expect("OUT_DIR can be written");
    fs::write(out.join("lexicon_entries.rs"), table(&entries)).expect("OUT_DIR can be written");
    Ok(())
}

fn files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir(FOLDER)
        .expect("patterns/generic can be listed")
        .map(|entry| entry.expect("patterns/generic can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .collect();
    files.sort();
    files
}

/// A constant for each list, all lists in the order of [`WordList`], and the calls' arguments.
fn lists(entries: &[(PathBuf, Entry)]) -> Result<String, (PathBuf, String)> {
    let mut code = String::new();
    for list in WordList::ALL {
        let of_list = entries.iter().filter(|(_, entry)| entry.list == *list);
        let words: Vec<&String> = of_list.flat_map(|(_, entry)| &entry.words).collect();
        if words.is_empty() {
            let why = format!("no file has a table [[generic.{}]]", list.as_str());
            return Err((PathBuf::from(FOLDER), why));
        }
        writeln!(code, "pub const {}: &[&str] = &{words:?};", constant(*list)).expect("a String");
    }
    let constants: Vec<String> = WordList::ALL.iter().map(|list| constant(*list)).collect();
    let count = constants.len();
    writeln!(code, "pub static LISTS: [&[&str]; {count}] = [{}];", constants.join(", "))
        .expect("a String");
    let sorted: Vec<String> = WordList::ALL.iter().map(|list| sorted(entries, *list)).collect();
    writeln!(code, "pub static SORTED: [&[&str]; {count}] = [{}];", sorted.join(", "))
        .expect("a String");
    let calls = entries.iter().filter_map(|(_, entry)| Some((&entry.words, entry.secret?)));
    code.push_str("pub static ARGUMENTS: &[(&str, Argument)] = &[\n");
    for (word, secret) in calls.flat_map(|(words, secret)| words.iter().map(move |it| (it, secret)))
    {
        let (position, kind) = (secret.position, secret.kind);
        writeln!(
            code,
            "({word:?}, Argument {{ position: {position}, kind: NameKind::{kind:?} }}),"
        )
        .expect("a String");
    }
    code.push_str("];\n");
    Ok(code)
}

/// The words of a list for a binary search that ignores letter case: by length, then by letters.
fn sorted(entries: &[(PathBuf, Entry)], list: WordList) -> String {
    let of_list = entries.iter().filter(|(_, entry)| entry.list == list);
    let mut words: Vec<&String> = of_list.flat_map(|(_, entry)| &entry.words).collect();
    words.sort_by_key(|word| (word.len(), word.to_ascii_lowercase()));
    format!("&{words:?}")
}

fn constant(list: WordList) -> String {
    list.as_str().replace('-', "_").to_ascii_uppercase()
}

/// All entries with their examples.
fn table(entries: &[(PathBuf, Entry)]) -> String {
    let mut code = String::from("static ENTRIES: &[BuiltIn] = &[\n");
    for (file, entry) in entries {
        let Entry { list, words, example, non_example, .. } = entry;
        let file = file.display().to_string();
        writeln!(
            code,
            "BuiltIn {{ file: {file:?}, list: WordList::{list:?}, words: &{words:?}, \
             example: {example:?}, non_example: {non_example:?} }},"
        )
        .expect("a String");
    }
    code.push_str("];\n");
    code
}
