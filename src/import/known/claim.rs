//! What another scanner's file says of one secret.

use super::Digest;

/// An entry of another scanner's baseline, ignore file or report.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    /// How it is named to people: the line of the file, or the place it tells.
    pub name: String,
    /// Hexadecimal, seven digits or more.
    pub commit: Option<String>,
    /// Below the top of the repository, with `/`.
    pub path: Option<String>,
    /// From 1.
    pub line: Option<usize>,
    pub digest: Option<Digest>,
    /// The digest is that of a secret and of no other text. That of a private key is
    /// detect-secrets' of its header, which all keys of a kind share.
    pub is_of_secret: bool,
    pub said: Said,
    /// What people wrote of it; empty where nobody did.
    pub reason: String,
}

/// What is said of a secret, as far as the file says it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Said {
    /// That it is known.
    Known,
    /// That it is no secret.
    NoSecret,
}

impl Claim {
    /// A claim that says nothing yet.
    pub(super) fn named(name: impl Into<String>) -> Self {
        Claim {
            name: name.into(),
            commit: None,
            path: None,
            line: None,
            digest: None,
            is_of_secret: true,
            said: Said::Known,
            reason: String::new(),
        }
    }

    /// At a path and a line, as people are told of it.
    pub(super) fn at(path: &str, line: Option<usize>, commit: Option<String>) -> Self {
        let path = path.trim_start_matches("./").to_owned();
        let line_told = line.map(|line| format!(":{line}")).unwrap_or_default();
        let short = commit.as_ref().and_then(|commit| commit.get(..7));
        let commit_told = short.map(|commit| format!("{commit}:")).unwrap_or_default();
        let name = format!("{commit_told}{path}{line_told}");
        Claim { commit, path: Some(path), line, ..Claim::named(name) }
    }
}

/// A commit's id, whole or shortened, if it is one.
pub(super) fn commit(word: &str) -> Option<String> {
    let is_id = (7..=64).contains(&word.len()) && word.bytes().all(|one| one.is_ascii_hexdigit());
    is_id.then(|| word.to_ascii_lowercase())
}
