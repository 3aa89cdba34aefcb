//! Paths by globs, with the meaning that they have in a `.gitignore`.

use std::path::Path;

use bstr::{BStr, ByteSlice};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs that count from one folder of a repository.
#[derive(Clone, Debug)]
pub struct Globs {
    /// As they are written.
    written: Vec<String>,
    matcher: Gitignore,
}

impl Globs {
    /// Reads globs, or says which of them is none and why.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        // Git takes an open `[` as it stands; it is a slip far oftener than a name.
        builder.allow_unclosed_class(false);
        let mut written = Vec::new();
        for (at, glob) in globs.into_iter().enumerate() {
            if glob.trim().is_empty() || glob.starts_with('#') {
                return Err((at, "it names no path".to_owned()));
            }
            let added = builder.add_line(None, glob);
            added.map_err(|why| (at, said(&why)))?;
            written.push(glob.to_owned());
        }
        let matcher = builder.build().map_err(|why| (0, said(&why)))?;
        Ok(Globs { written, matcher })
    }

    /// The globs as they are written.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// What the globs say of a file, by its path below their folder or by a folder that it is
    /// in: that they name it, that they take it out again (`!`), or nothing.
    pub fn names(&self, path: &BStr) -> Option<bool> {
        let path = path.to_path_lossy();
        let path: &Path = path.as_ref();
        if path.has_root() {
            return None;
        }
        match self.matcher.matched_path_or_any_parents(path, false) {
            Match::None => None,
            Match::Ignore(_) => Some(true),
            Match::Whitelist(_) => Some(false),
        }
    }
}

/// The reason alone: the glob stands in the file, under the line that is told.
fn said(why: &ignore::Error) -> String {
    match why {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}
