//! One entry of another scanner's file.

use super::Digest;

/// An entry of another scanner's baseline, ignore file or report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignEntry {
    /// Its name in messages: the line of the file, or the location in it.
    pub name: String,
    /// Hexadecimal, seven digits or more.
    pub commit: Option<String>,
    /// Below the top of the repository, with `/`.
    pub path: Option<String>,
    /// From 1.
    pub line: Option<usize>,
    pub digest: Option<Digest>,
    /// Whether the digest is that of the secret. detect-secrets digests only the header of a
    /// private key, which all keys of a kind share.
    pub is_of_secret: bool,
    pub disposition: ForeignDisposition,
    /// The reason that users wrote; empty if there is none.
    pub reason: String,
}

/// The disposition of an entry, as far as the file has one.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ForeignDisposition {
    /// It is triaged.
    Triaged,
    /// It is not a secret.
    NotASecret,
}

impl ForeignEntry {
    /// An entry without details.
    pub(super) fn named(name: impl Into<String>) -> Self {
        ForeignEntry {
            name: name.into(),
            commit: None,
            path: None,
            line: None,
            digest: None,
            is_of_secret: true,
            disposition: ForeignDisposition::Triaged,
            reason: String::new(),
        }
    }

    /// An entry for a path and a line, which are its name.
    pub(super) fn at(path: &str, line: Option<usize>, commit: Option<String>) -> Self {
        let path = path.trim_start_matches("./").to_owned();
        let suffix = line.map(|line| format!(":{line}")).unwrap_or_default();
        let short = commit.as_ref().and_then(|commit| commit.get(..7));
        let prefix = short.map(|commit| format!("{commit}:")).unwrap_or_default();
        let name = format!("{prefix}{path}{suffix}");
        ForeignEntry { commit, path: Some(path), line, ..ForeignEntry::named(name) }
    }
}

/// A commit id, full or abbreviated, if it is one.
pub(super) fn commit(word: &str) -> Option<String> {
    let is_id = (7..=64).contains(&word.len()) && word.bytes().all(|one| one.is_ascii_hexdigit());
    is_id.then(|| word.to_ascii_lowercase())
}
