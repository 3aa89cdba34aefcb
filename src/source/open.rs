//! The one opener of files outside the git directory (see [`own_files`] for those inside).
//!
//! What a repository supplies ([`content`], [`of_tree`]) is opened only if it is a regular file of
//! its work tree: no device, no named pipe, no symbolic link out of the tree. What the user names
//! ([`named`]) may be a link or a pipe. Policy files have a size limit, and opening a file never
//! blocks. `clippy.toml` forbids `std::fs::read` and the like everywhere else.
//!
//! [`own_files`]: crate::git::own_files

use std::fs::{self, File, FileType, OpenOptions};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The size limit of policy files: configuration, patterns, ignore rules, baseline.
pub const LIMIT: u64 = 16 << 20;

/// The size limit of other files that are read whole: a report to import, a sample, a message.
pub const LARGE_LIMIT: u64 = 512 << 20;

/// How long a pipe that the user names may produce nothing.
const PATIENCE: Duration = Duration::from_secs(10);

/// Why a file is not read. No message quotes its content.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    #[error("no such file")]
    Missing,
    #[error("it is a dangling symbolic link")]
    Dangling,
    #[error("it is a symbolic link that points outside the work tree and is not followed")]
    Outside,
    #[error("it is {0}, not a regular file")]
    NotRegular(&'static str),
    #[error("it is larger than the limit of {} MB", .0 >> 20)]
    TooLarge(u64),
    #[error("it is not UTF-8")]
    NotText,
    #[error("nothing was written to this pipe for {} s", PATIENCE.as_secs())]
    Silent,
    #[error(transparent)]
    Io(#[from] io::Error),
}

/// Opens a file to be scanned, without following symbolic links. Costs one `fstat` in addition to
/// the `open`. Returns the file and its length.
pub fn content(path: &Path) -> Result<(File, u64), OpenError> {
    let file = options(Links::Refused).open(path)?;
    let metadata = file.metadata()?;
    regular(metadata.file_type())?;
    Ok((file, metadata.len()))
}

/// Reads a policy file of the tree whose top is `top`. Symbolic links that stay inside are
/// followed. `None` if there is no such file.
pub fn of_tree(top: &Path, below: &Path) -> Result<Option<Vec<u8>>, OpenError> {
    let Some(path) = resolved(top, below)? else { return Ok(None) };
    let (file, length) = content(&path)?;
    limited(file, length, LIMIT).map(Some)
}

/// Reads a regular file of any folder, such as one that an agent is about to change. Symbolic
/// links are not followed.
pub fn plain(path: &Path) -> Result<Vec<u8>, OpenError> {
    let (file, length) = content(path)?;
    limited(file, length, LIMIT)
}

/// Reads a policy file that the user names. Symbolic links are followed, and a pipe such as
/// `/dev/stdin` is read up to the limit.
pub fn named(path: &Path) -> Result<Vec<u8>, OpenError> {
    named_up_to(path, LIMIT)
}

/// The same with another limit, for files other than policy.
pub fn named_up_to(path: &Path, limit: u64) -> Result<Vec<u8>, OpenError> {
    let metadata = fs::metadata(path).map_err(not_found)?;
    if !is_stream(metadata.file_type()) {
        regular(metadata.file_type())?;
    }
    let file = options(Links::Followed).open(path).map_err(not_found)?;
    let metadata = file.metadata()?;
    if is_stream(metadata.file_type()) {
        // A pipe without a path in the file system has a writer or has had one.
        let may_be_unwritten = is_fifo(metadata.file_type()) && fs::canonicalize(path).is_ok();
        return stream(file, may_be_unwritten, limit);
    }
    regular(metadata.file_type())?;
    limited(file, metadata.len(), limit)
}

/// [`named`] as text.
pub fn named_text(path: &Path) -> Result<String, OpenError> {
    String::from_utf8(named(path)?).map_err(|_| OpenError::NotText)
}

/// What kind of file it is, if not a regular one.
pub fn kind(kind: FileType) -> &'static str {
    #[cfg(unix)]
    {
        use std::os::unix::fs::FileTypeExt;
        if kind.is_fifo() {
            return "a named pipe";
        }
        if kind.is_socket() {
            return "a socket";
        }
        if kind.is_char_device() || kind.is_block_device() {
            return "a device";
        }
    }
    match kind {
        kind if kind.is_dir() => "a folder",
        kind if kind.is_symlink() => "a symbolic link",
        _ => "a special file",
    }
}

/// The path with links resolved, which must be below `top`.
fn resolved(top: &Path, below: &Path) -> Result<Option<PathBuf>, OpenError> {
    let path = top.join(below);
    // Most folders have no such file: one call instead of one for each folder of the path.
    if fs::symlink_metadata(&path).is_err_and(|why| is_missing(&why)) {
        return Ok(None);
    }
    let resolved = match fs::canonicalize(&path) {
        Ok(resolved) => resolved,
        Err(why) if is_missing(&why) => {
            return match fs::symlink_metadata(&path) {
                Ok(_) => Err(OpenError::Dangling),
                Err(_) => Ok(None),
            };
        }
        Err(why) => return Err(why.into()),
    };
    let top = fs::canonicalize(top)?;
    // The git directory is not part of the work tree, and holds uncommitted files.
    let is_inside = resolved
        .strip_prefix(&top)
        .is_ok_and(|below| !below.iter().any(|part| part.eq_ignore_ascii_case(".git")));
    match is_inside {
        true => {
            let metadata = fs::symlink_metadata(&resolved)?;
            match metadata.is_dir() {
                true => Ok(Some(resolved)),
                // Even opening a device may have an effect.
                false => regular(metadata.file_type()).map(|()| Some(resolved)),
            }
        }
        false => Err(OpenError::Outside),
    }
}

fn is_missing(why: &io::Error) -> bool {
    matches!(why.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn not_found(why: io::Error) -> OpenError {
    if is_missing(&why) { OpenError::Missing } else { OpenError::Io(why) }
}

fn regular(found: FileType) -> Result<(), OpenError> {
    if found.is_file() { Ok(()) } else { Err(OpenError::NotRegular(kind(found))) }
}

#[derive(PartialEq, Eq)]
enum Links {
    Followed,
    Refused,
}

/// `O_CLOEXEC` is set by the standard library.
#[expect(clippy::disallowed_methods, reason = "this is the one opener of files")]
fn options(links: Links) -> OpenOptions {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        let links = if links == Links::Refused { libc::O_NOFOLLOW } else { 0 };
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY | links);
    }
    #[cfg(not(unix))]
    let _ = links;
    options
}

#[cfg(unix)]
fn is_stream(found: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.is_fifo() || found.is_char_device()
}

#[cfg(not(unix))]
fn is_stream(_found: FileType) -> bool {
    false
}

#[cfg(unix)]
fn is_fifo(found: FileType) -> bool {
    use std::os::unix::fs::FileTypeExt;
    found.is_fifo()
}

#[cfg(not(unix))]
fn is_fifo(_found: FileType) -> bool {
    false
}

/// Reads a regular file, which may grow in the meantime.
fn limited(file: File, length: u64, limit: u64) -> Result<Vec<u8>, OpenError> {
    if length > limit {
        return Err(OpenError::TooLarge(limit));
    }
    let mut bytes = Vec::with_capacity(length as usize + 1);
    file.take(limit + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > limit { Err(OpenError::TooLarge(limit)) } else { Ok(bytes) }
}

/// Reads a pipe or a device that was opened without blocking. A named pipe without a writer is at
/// its end at first; a writer may still come.
fn stream(mut file: File, may_be_unwritten: bool, limit: u64) -> Result<Vec<u8>, OpenError> {
    let (mut bytes, mut buffer) = (Vec::new(), vec![0; 64 << 10]);
    let mut last = Instant::now();
    loop {
        let is_silent = match file.read(&mut buffer) {
            Ok(0) => match may_be_unwritten && bytes.is_empty() {
                true => true,
                false => return Ok(bytes),
            },
            Ok(read) => {
                bytes.extend_from_slice(&buffer[..read]);
                last = Instant::now();
                false
            }
            Err(why) if why.kind() == io::ErrorKind::WouldBlock => true,
            Err(why) if why.kind() == io::ErrorKind::Interrupted => false,
            Err(why) => return Err(why.into()),
        };
        if bytes.len() as u64 > limit {
            return Err(OpenError::TooLarge(limit));
        }
        if is_silent && last.elapsed() > PATIENCE {
            return Err(OpenError::Silent);
        }
        if is_silent {
            std::thread::sleep(Duration::from_millis(5));
        }
    }
}

#[cfg(all(test, unix))]
#[expect(clippy::disallowed_methods, reason = "a test makes its files")]
mod tests {
    use std::os::unix::fs::symlink;
    use std::process::Command;

    use super::*;

    fn fifo(path: &Path) {
        assert!(Command::new("mkfifo").arg(path).status().is_ok_and(|status| status.success()));
    }

    #[test]
    fn a_tree_supplies_regular_files_of_its_own_only() {
        let folder = tempfile::tempdir().unwrap();
        let top = folder.path().join("top");
        fs::create_dir(&top).unwrap();
        fs::write(folder.path().join("outside"), "outside").unwrap();
        fs::write(top.join("file"), "inside").unwrap();
        fs::create_dir(top.join(".git")).unwrap();
        fs::write(top.join(".git/config"), "not committed").unwrap();
        symlink("file", top.join("link")).unwrap();
        symlink("../outside", top.join("out")).unwrap();
        symlink("nowhere", top.join("dangling")).unwrap();
        symlink("/dev/zero", top.join("device")).unwrap();
        fifo(&top.join("pipe"));
        let large = File::create(top.join("large")).unwrap();
        large.set_len(LIMIT + 1).unwrap();

        let read = |path: &str| of_tree(&top, Path::new(path));
        assert_eq!(read("file").unwrap().unwrap(), b"inside");
        assert_eq!(read("link").unwrap().unwrap(), b"inside");
        assert!(read("missing").unwrap().is_none());
        assert!(read("file/below").unwrap().is_none());
        assert!(matches!(read("out"), Err(OpenError::Outside)));
        assert!(matches!(read("../outside"), Err(OpenError::Outside)));
        assert!(matches!(read(".git/config"), Err(OpenError::Outside)));
        assert!(matches!(read("dangling"), Err(OpenError::Dangling)));
        assert!(matches!(read("device"), Err(OpenError::Outside)));
        assert!(matches!(read("pipe"), Err(OpenError::NotRegular("a named pipe"))));
        assert!(matches!(read("large"), Err(OpenError::TooLarge(LIMIT))));

        assert!(content(&top.join("link")).is_err());
        assert!(matches!(content(&top.join("pipe")), Err(OpenError::NotRegular(_))));
        assert!(matches!(content(&top), Err(OpenError::NotRegular("a folder"))));
        assert_eq!(content(&top.join("file")).unwrap().1, 6);
    }

    #[test]
    fn the_user_may_name_a_link_or_a_pipe() {
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        fs::write(path("file"), "text").unwrap();
        symlink(path("file"), path("link")).unwrap();
        assert_eq!(named(&path("link")).unwrap(), b"text");
        assert!(matches!(named(&path("missing")), Err(OpenError::Missing)));
        assert!(matches!(named(folder.path()), Err(OpenError::NotRegular("a folder"))));
        assert_eq!(named(Path::new("/dev/null")).unwrap(), b"");
        assert!(matches!(named(Path::new("/dev/zero")), Err(OpenError::TooLarge(LIMIT))));

        fifo(&path("pipe"));
        let pipe = path("pipe");
        let writer = std::thread::spawn(move || {
            std::thread::sleep(Duration::from_millis(50));
            fs::write(pipe, "written late").unwrap();
        });
        assert_eq!(named(&path("pipe")).unwrap(), b"written late");
        writer.join().unwrap();
    }
}
