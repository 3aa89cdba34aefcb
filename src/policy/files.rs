//! The repository's files that policy is made of, as they stand where it is taken from: in the
//! work tree, in the index or in a commit.

use std::fmt;
use std::sync::Arc;

use bstr::{BStr, ByteSlice};

/// Reads a file by its path below the repository's root; `None` where there is none.
type Read = dyn Fn(&BStr) -> Result<Option<Vec<u8>>, String> + Send + Sync;

/// Files of one place, by path.
#[derive(Clone)]
pub struct Files {
    place: String,
    read: Arc<Read>,
}

impl Files {
    /// `place` is put before a path where a file is named, such as `main:`.
    pub fn new(
        place: impl Into<String>,
        read: impl Fn(&BStr) -> Result<Option<Vec<u8>>, String> + Send + Sync + 'static,
    ) -> Self {
        Files { place: place.into(), read: Arc::new(read) }
    }

    /// The file's name for who reads a message.
    pub fn name(&self, path: &BStr) -> String {
        format!("{}{}", self.place, path.to_str_lossy().escape_debug())
    }

    /// A file's bytes, or why they cannot be had.
    pub fn read(&self, path: &BStr) -> Result<Option<Vec<u8>>, String> {
        (self.read)(path)
    }

    /// A file's text; one that is no UTF-8 cannot be had.
    pub fn text(&self, path: &BStr) -> Result<Option<String>, String> {
        let bytes = self.read(path)?;
        bytes.map(String::from_utf8).transpose().map_err(|_| "it is no UTF-8".to_owned())
    }
}

impl fmt::Debug for Files {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Files").field("place", &self.place).finish_non_exhaustive()
    }
}
