//! The one opener of files that a repository supplies or a user names.
//!
//! A repository may hold a link to any file of the machine, a device that never ends, a FIFO that
//! never begins, or a file of any size. What it supplies is opened if it is a regular file, lies
//! in the work tree when all links are followed, and is no larger than such a file needs to be.
//! What the user names may be a link or a pipe, and has a limit too.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read};
use std::path::{Component, Path};

/// Bytes of a file that configures keysieve, at most: configuration, patterns, baseline.
pub const LONGEST_POLICY: u64 = 16 << 20;

/// Bytes of another scanner's report, at most.
pub const LONGEST_REPORT: u64 = 1 << 30;

/// Why a file is not read.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("it is {0} and not a regular file")]
    Special(&'static str),
    #[error("it is a link that leads out of the work tree")]
    LinkOut,
    #[error("it is a link that leads nowhere")]
    LinkToNothing,
    #[error("it is larger than {} MB, the limit for such a file", .0 >> 20)]
    TooLarge(u64),
    #[error("it is not UTF-8")]
    NotText,
    #[error("there is no such file")]
    Missing,
    #[error(transparent)]
    Io(io::Error),
}

impl From<io::Error> for OpenError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::NotFound | io::ErrorKind::NotADirectory => OpenError::Missing,
            _ => OpenError::Io(error),
        }
    }
}

/// Opens content of a work tree: a regular file that is not a link.
pub fn content(path: &Path) -> Result<File, OpenError> {
    let file = without_waiting(path)?;
    let kind = file.metadata()?.file_type();
    if kind.is_file() { Ok(file) } else { Err(OpenError::Special(name_of(kind))) }
}

/// The bytes of a file of a work tree, by its path below the top; `None` where there is none.
/// Links are followed as long as they stay in the work tree.
pub fn read_below(top: &Path, below: &Path, most: u64) -> Result<Option<Vec<u8>>, OpenError> {
    if !below.components().all(|part| matches!(part, Component::Normal(_) | Component::CurDir)) {
        return Err(OpenError::LinkOut);
    }
    let path = top.join(below);
    let found = match fs::canonicalize(&path) {
        Ok(found) => found,
        Err(_) if fs::symlink_metadata(&path).is_ok() => return Err(OpenError::LinkToNothing),
        Err(error) => {
            return match OpenError::from(error) {
                OpenError::Missing => Ok(None),
                error => Err(error),
            };
        }
    };
    if !found.starts_with(fs::canonicalize(top)?) {
        return Err(OpenError::LinkOut);
    }
    up_to(content(&found)?, most).map(Some)
}

/// The bytes of a file that the user names. It may be a link, and a pipe.
pub fn read_named(path: &Path, most: u64) -> Result<Vec<u8>, OpenError> {
    let kind = fs::metadata(path)?.file_type();
    if kind.is_dir() {
        return Err(OpenError::Special(name_of(kind)));
    }
    #[expect(clippy::disallowed_methods, reason = "this is the one opener of files")]
    let file = File::open(path)?;
    up_to(file, most)
}

/// The text of a file that the user names.
pub fn read_named_text(path: &Path, most: u64) -> Result<String, OpenError> {
    String::from_utf8(read_named(path, most)?).map_err(|_| OpenError::NotText)
}

/// What a path is if it is neither a regular file nor a folder.
pub fn special(path: &Path) -> Option<&'static str> {
    let kind = fs::metadata(path).ok()?.file_type();
    (!kind.is_file() && !kind.is_dir()).then(|| name_of(kind))
}

/// Reads a file to its end, unless that is too far.
fn up_to(file: File, most: u64) -> Result<Vec<u8>, OpenError> {
    let mut bytes = Vec::new();
    file.take(most + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > most { Err(OpenError::TooLarge(most)) } else { Ok(bytes) }
}

/// Opens a path that is not a link. A FIFO without a writer does not keep it waiting, a terminal
/// does not become the process's own.
fn without_waiting(path: &Path) -> io::Result<File> {
    #[expect(clippy::disallowed_methods, reason = "this is the one opener of files")]
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NOFOLLOW | libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    options.open(path)
}

fn name_of(kind: fs::FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a FIFO";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    if kind.is_dir() { "a folder" } else { "a link or something else" }
}
