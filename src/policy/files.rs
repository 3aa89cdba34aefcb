//! The repository's policy files, as they are in the work tree, in the index or in a commit.

use std::fmt;
use std::sync::Arc;

use bstr::{BStr, ByteSlice};

/// Reads a file by its path below the repository's root; `None` if there is no such file.
type Read = dyn Fn(&BStr) -> Result<Option<Vec<u8>>, String> + Send + Sync;

/// Files of one work tree, index or commit, by path.
#[derive(Clone)]
pub struct PolicyFiles {
    prefix: String,
    read: Arc<Read>,
}

impl PolicyFiles {
    /// `prefix` is the start of file names in messages, such as `main:`.
    pub fn new(
        prefix: impl Into<String>,
        read: impl Fn(&BStr) -> Result<Option<Vec<u8>>, String> + Send + Sync + 'static,
    ) -> Self {
        PolicyFiles { prefix: prefix.into(), read: Arc::new(read) }
    }

    /// The name of the file in messages.
    pub fn name(&self, path: &BStr) -> String {
        format!("{}{}", self.prefix, path.to_str_lossy().escape_debug())
    }

    /// The bytes of a file, or why it cannot be read.
    pub fn read(&self, path: &BStr) -> Result<Option<Vec<u8>>, String> {
        (self.read)(path)
    }

    /// The text of a file; it must be UTF-8.
    pub fn text(&self, path: &BStr) -> Result<Option<String>, String> {
        let bytes = self.read(path)?;
        bytes.map(String::from_utf8).transpose().map_err(|_| "it is not UTF-8".to_owned())
    }
}

impl fmt::Debug for PolicyFiles {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PolicyFiles").field("prefix", &self.prefix).finish_non_exhaustive()
    }
}
