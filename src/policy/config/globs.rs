//! Globs with the meaning that they have in a `.gitignore`.

use std::path::Path;

use bstr::{BStr, ByteSlice};
use ignore::Match;
use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Globs relative to one folder of a repository.
#[derive(Clone, Debug)]
pub struct Globs {
    /// As written in the file.
    written: Vec<String>,
    matcher: Gitignore,
}

impl Globs {
    /// Parses globs. The error has the index of an invalid one and the reason.
    pub fn new<'g>(globs: impl IntoIterator<Item = &'g str>) -> Result<Self, (usize, String)> {
        let mut builder = GitignoreBuilder::new("");
        // Git takes an unclosed `[` literally; it is far more often a typo than a name.
        builder.allow_unclosed_class(false);
        let mut written = Vec::new();
        for (index, glob) in globs.into_iter().enumerate() {
            if glob.trim().is_empty() || glob.starts_with('#') {
                return Err((index, "it matches no path".to_owned()));
            }
            let added = builder.add_line(None, glob);
            added.map_err(|why| (index, reason(&why)))?;
            written.push(glob.to_owned());
        }
        let matcher = builder.build().map_err(|why| (0, reason(&why)))?;
        Ok(Globs { written, matcher })
    }

    /// The globs as written in the file.
    pub fn written(&self) -> &[String] {
        &self.written
    }

    /// Whether the globs match a file, by its path below their folder or by one of its parents:
    /// `Some(false)` if a glob with `!` excludes it again, `None` if no glob matches.
    pub fn matches(&self, path: &BStr) -> Option<bool> {
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

/// The reason without the glob, which the reader finds in the reported line.
fn reason(why: &ignore::Error) -> String {
    match why {
        ignore::Error::Glob { err, .. } => err.clone(),
        other => other.to_string(),
    }
}
