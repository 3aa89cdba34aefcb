//! Files of a git directory that are read as they are: `shallow`, `MERGE_HEAD`, `info/grafts`, an
//! index, an object of Git LFS.
//!
//! A clone does not bring them along: links are followed, and they may have any size. What is not a
//! regular file, such as a named pipe, is refused, and opening it never blocks.

use std::fs::{File, OpenOptions};
use std::io::{self, Read};
use std::path::Path;

/// The bytes of such a file; `None` if it does not exist.
pub fn read_if_exists(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Opens such a file, to be read in parts; `None` if it does not exist.
pub fn open_if_exists(file: &Path) -> io::Result<Option<File>> {
    match open(file) {
        Ok(file) => Ok(Some(file)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// The bytes of such a file. The kind of the error is that of the system.
pub fn read(file: &Path) -> io::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    open(file)?.read_to_end(&mut bytes)?;
    Ok(bytes)
}

fn open(file: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(libc::O_NONBLOCK | libc::O_NOCTTY);
    }
    let file = options.open(file)?;
    if !file.metadata()?.is_file() {
        return Err(io::Error::other("it is not a regular file"));
    }
    Ok(file)
}
