//! Files of git's own folder that hold lines: `shallow`, `MERGE_HEAD`, `info/grafts`.

use std::io;
use std::path::Path;

/// The bytes of such a file; `None` where there is none.
pub fn read(file: &Path) -> io::Result<Option<Vec<u8>>> {
    match std::fs::read(file) {
        Ok(bytes) => Ok(Some(bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}
