//! The names of files and folders as texts to be scanned: `dump-<token>.sql` is a leak, too.
//!
//! Each name is scanned by itself: what is next to it in a path has nothing to do with it.

use std::collections::HashSet;
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};

use super::Visitor;
use crate::blob::{Blob, ObjectPart, Provenance};
use crate::git::tree::may_contain_id;

/// Passes the last name of a path to `visit` if it may contain a credential.
pub fn visit_name(
    path: &BStr,
    provenance: impl FnOnce(BString) -> Provenance,
    visit: &Visitor<'_>,
) {
    let name = path.rsplit_str("/").next().unwrap_or_default();
    if may_contain_id(name) {
        visit(&Blob::whole(name, provenance(path.to_owned())).as_part(ObjectPart::FileName));
    }
}

/// Visits the names in many paths, that of each folder once.
#[derive(Default)]
pub struct PathNames(Mutex<HashSet<BString>>);

impl PathNames {
    /// Passes the names in a file's path that may contain a credential to `visit`.
    pub fn visit(&self, path: &BStr, provenance: fn(BString) -> Provenance, visit: &Visitor<'_>) {
        let mut start = 0;
        for slash in path.find_iter("/") {
            let folder = path[..slash].as_bstr();
            if may_contain_id(&path[start..slash]) && self.is_new(folder) {
                visit_name(folder, provenance, visit);
            }
            start = slash + 1;
        }
        visit_name(path, provenance, visit);
    }

    fn is_new(&self, folder: &BStr) -> bool {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        !seen.contains(folder) && seen.insert(folder.to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_name_of_a_folder_is_visited_once() {
        let (names, visited) = (PathNames::default(), Mutex::new(Vec::new()));
        let visit = |blob: &Blob<'_>| {
            let name = blob.provenance.name();
            visited.lock().expect("no panic").push((BString::from(blob.bytes), name));
        };
        for path in ["a-Long-folder-name/b", "c/a-Long-folder-name/a-Long-file-name", "short/x"] {
            names.visit(path.into(), Provenance::WorkTree, &visit);
            names.visit(path.into(), Provenance::WorkTree, &visit);
        }
        let visited = visited.into_inner().expect("no panic");
        let visited: Vec<String> =
            visited.iter().map(|(name, path)| format!("{name} {path}")).collect();
        let folder = "a-Long-folder-name";
        let file = "a-Long-file-name c/a-Long-folder-name/a-Long-file-name".to_owned();
        let expected =
            [format!("{folder} {folder}"), format!("{folder} c/{folder}"), file.clone(), file];
        assert_eq!(visited, expected);
    }
}
