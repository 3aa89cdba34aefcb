//! The `objects` folders that a repository reads from: its own, and those that
//! `info/alternates` names (gitrepository-layout(5)).

use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use crate::git::own_files;

/// How deep git follows alternates of alternates (`odb.c` in git and in libgit2).
const MAX_DEPTH: usize = 5;

/// Object folders, alternates first, without repetitions.
#[derive(Debug, Default)]
pub struct ObjectFolders {
    pub folders: Vec<PathBuf>,
    /// Alternates that cannot be read, and whose objects are therefore missing.
    pub errors: Vec<AlternatesError>,
}

/// Why an alternate cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum AlternatesError {
    #[error("{}: {why}", file.display())]
    Read { file: PathBuf, why: io::Error },
    #[error("alternate {line}: {why}")]
    Unusable { line: BString, why: &'static str },
}

impl ObjectFolders {
    /// An `objects` folder and its alternates.
    pub fn new(objects: PathBuf) -> ObjectFolders {
        let mut found = ObjectFolders::default();
        found.add(objects, 0);
        found
    }

    /// Adds a folder with its alternates, as in `GIT_ALTERNATE_OBJECT_DIRECTORIES`.
    pub fn with(mut self, objects: PathBuf) -> ObjectFolders {
        self.add(objects, 0);
        self
    }

    fn add(&mut self, objects: PathBuf, depth: usize) {
        if self.folders.contains(&objects) {
            return;
        }
        let file = objects.join("info/alternates");
        match own_files::read(&file) {
            Ok(listed) => {
                for line in listed.lines().filter(|line| !line.is_empty() && line[0] != b'#') {
                    match alternate(&objects, line, depth) {
                        Ok(folder) => self.add(folder, depth + 1),
                        Err(why) => {
                            self.errors.push(AlternatesError::Unusable { line: line.into(), why });
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

/// The folder in a line of `info/alternates`.
fn alternate(objects: &Path, line: &[u8], depth: usize) -> Result<PathBuf, &'static str> {
    let path = line.to_path().map_err(|_| "its path is not valid on this system")?;
    let folder = objects.join(path);
    if !folder.is_dir() {
        Err("its folder is missing; restore it or correct objects/info/alternates")
    } else if depth >= MAX_DEPTH {
        Err("it is nested too deep; git does not read it either")
    } else if line[0] != b'.' && !path.is_absolute() {
        Err("a relative path must start with a dot")
    } else {
        Ok(folder)
    }
}
