//! Where the repository's own policy files are read.

use std::path::PathBuf;
use std::sync::Arc;

use bstr::{BStr, ByteSlice};

use crate::git::GitEnvironment;
use crate::policy::files::PolicyFiles;
use crate::source::index::{Staged, file_in_index};
use crate::source::open;

/// Precedes the name of a file in the index, as in `git show`.
const INDEX: &str = ":";

/// The files of a work tree, given its top. `shown` names the top in messages, with a separator
/// at its end; empty for the current folder.
pub fn work_tree(top: PathBuf, shown: &str) -> PolicyFiles {
    PolicyFiles::new(shown, move |path: &BStr| {
        let below = path.to_path().map_err(|_| "its name is not valid UTF-8".to_owned())?;
        open::of_tree(&top, below).map_err(|why| why.to_string())
    })
}

/// The files below one folder of a tree, by their paths from the tree's top.
pub fn below(top: PathBuf, folder: PathBuf) -> PolicyFiles {
    let tree = work_tree(top, "");
    PolicyFiles::new("", move |path: &BStr| {
        let is_below = path.to_path().is_ok_and(|path| path.starts_with(&folder));
        if is_below { tree.read(path) } else { Ok(None) }
    })
}

/// The files of an index, read by the `git` executable.
pub fn index(environment: GitEnvironment) -> PolicyFiles {
    PolicyFiles::new(INDEX, move |path: &BStr| {
        let path = path.to_str().map_err(|_| "its name is not valid UTF-8".to_owned())?;
        file_in_index(&environment, path).map_err(|error| error.to_string())
    })
}

/// The files of an index: what the next commit contains.
pub fn staged(staged: Arc<Staged>) -> PolicyFiles {
    PolicyFiles::new(INDEX, move |path: &BStr| staged.file(path))
}
