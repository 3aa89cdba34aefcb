//! The `objects` folders that a repository reads from: its own, and those that
//! `info/alternates` names (gitrepository-layout(5)).

use std::collections::HashSet;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::git::own_files;

/// How deep git follows alternates of alternates (`odb_add_alternate_recursively` in its `odb.c`):
/// it reads the sixth in a row, and not what that one names.
const MAX_DEPTH: usize = 5;

/// Object folders, alternates first, without repetitions.
#[derive(Debug, Default)]
pub struct ObjectFolders {
    pub folders: Vec<PathBuf>,
    /// Alternates that cannot be read, and whose objects are therefore missing.
    pub errors: Vec<AlternatesError>,
    /// With links resolved.
    visited: HashSet<PathBuf>,
}

/// Why an alternate cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AlternatesError {
    #[error("{}: {why}", file.display())]
    Read { file: PathBuf, why: io::Error },
    #[error("alternate {line}: {why}")]
    Unusable { line: BString, why: &'static str },
}

/// The reason for an alternate that does not exist.
const ABSENT: &str = "its folder is missing; restore it or correct objects/info/alternates";

impl ObjectFolders {
    /// An `objects` folder and its alternates.
    pub fn new(objects: PathBuf) -> ObjectFolders {
        let mut found = ObjectFolders::default();
        found.add(objects, 0);
        found
    }

    /// Adds a folder with its alternates, as in `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub fn with(mut self, objects: PathBuf) -> ObjectFolders {
        if objects.is_dir() {
            self.add(objects, 1);
        } else {
            let line = BString::from(objects.as_os_str().as_encoded_bytes());
            self.errors.push(AlternatesError::Unusable { line, why: ABSENT });
        }
        self
    }

    /// `depth` is 0 for a repository's own folder, 1 for those that it names.
    fn add(&mut self, objects: PathBuf, depth: usize) {
        let resolved = objects.canonicalize().unwrap_or_else(|_| objects.clone());
        if !self.visited.insert(resolved) {
            return;
        }
        let file = objects.join("info/alternates");
        match own_files::read(&file) {
            Ok(listed) => {
                for entry in entries(&listed, b'\n') {
                    match entry.and_then(|path| alternate(&objects, path, depth)) {
                        Ok(folder) => self.add(folder, depth + 1),
                        Err((line, why)) => {
                            self.errors.push(AlternatesError::Unusable { line, why });
                        }
                    }
                }
            }
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            Err(why) => self.errors.push(AlternatesError::Read { file, why }),
        }
        self.folders.push(objects);
    }
}

/// An alternate as it is written, and why it cannot be read.
type Unusable = (BString, &'static str);

/// The folder that an entry names. A relative path starts at the `objects` folder.
fn alternate(objects: &Path, path: PathBuf, depth: usize) -> Result<PathBuf, Unusable> {
    let folder = objects.join(&path);
    let line = || BString::from(path.as_os_str().as_encoded_bytes());
    if !folder.is_dir() {
        Err((line(), ABSENT))
    } else if depth > MAX_DEPTH {
        Err((line(), "it is nested too deep; git does not read it either"))
    } else {
        Ok(folder)
    }
}

/// The paths in a list (`parse_alternates` in git's `odb.c`): one between two separators, or a C
/// string in quotes; `#` begins a comment.
pub fn entries(listed: &[u8], separator: u8) -> impl Iterator<Item = Result<PathBuf, Unusable>> {
    let mut rest = listed;
    std::iter::from_fn(move || {
        while !rest.is_empty() {
            let (entry, after) = first_entry(rest, separator);
            rest = after;
            if !entry.is_empty() {
                let path = entry.to_path().map(Path::to_owned);
                return Some(
                    path.map_err(|_| (entry.into(), "its path is not valid on this system")),
                );
            }
        }
        None
    })
}

/// The first entry, empty for a comment, and what follows its separator.
fn first_entry(listed: &[u8], separator: u8) -> (Vec<u8>, &[u8]) {
    let end = memchr::memchr(separator, listed).unwrap_or(listed.len());
    let (entry, end) = match listed[0] {
        b'#' => (Vec::new(), end),
        // Broken quotes are part of a plain path.
        b'"' => unquoted(listed).unwrap_or_else(|| (listed[..end].to_vec(), end)),
        _ => (listed[..end].to_vec(), end),
    };
    (entry, listed.get(end + 1..).unwrap_or_default())
}

/// A C string (`unquote_c_style` in git's `quote.c`) and the length of its source.
fn unquoted(source: &[u8]) -> Option<(Vec<u8>, usize)> {
    let mut text = Vec::new();
    let mut at = 1;
    loop {
        let byte = *source.get(at)?;
        at += 1;
        match byte {
            b'"' => return Some((text, at)),
            b'\\' => {
                let escaped = *source.get(at)?;
                at += 1;
                text.push(match escaped {
                    b'a' => 7,
                    b'b' => 8,
                    b'f' => 12,
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'v' => 11,
                    b'\\' | b'"' => escaped,
                    b'0'..=b'3' => {
                        let digits = source.get(at - 1..at + 2)?;
                        at += 2;
                        u8::from_str_radix(digits.to_str().ok()?, 8).ok()?
                    }
                    _ => return None,
                });
            }
            byte => text.push(byte),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_of_alternates_is_read_as_git_reads_it() {
        let list = b"# comment\n/plain\n\n\"/in \\\"quotes\\\"\\303\\244\\n\"\n\"/broken\nbelow\n";
        let paths: Vec<PathBuf> = entries(list, b'\n').flatten().collect();
        let expected = ["/plain", "/in \"quotes\"\u{e4}\n", "\"/broken", "below"];
        assert_eq!(paths, expected.map(PathBuf::from));
        let paths: Vec<PathBuf> = entries(b"/a:\"/b:c\":", b':').flatten().collect();
        assert_eq!(paths, ["/a", "/b:c"].map(PathBuf::from));
    }
}
