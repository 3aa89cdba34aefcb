//! What an object database lacks, told before its objects are read.
//!
//! libgit2 passes over a missing alternate and a pack without its index (or the other way
//! round) without a word; here they are failures.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use git2::Repository;

use crate::source::{Coverage, Failure};

/// git follows alternates of alternates this far (`odb.c` in git and in libgit2).
const DEEPEST_ALTERNATE: usize = 5;

/// What an object database is made of.
#[derive(Default)]
pub struct Database {
    /// Its `objects` folders: its own and its alternates.
    pub folders: Vec<PathBuf>,
    /// Notes on shallow and partial clones; failures for alternates and packs that are not
    /// there.
    pub lacks: Coverage,
}

impl Database {
    pub fn of(repository: &Repository) -> Database {
        let mut database = Database::default();
        database.lacks.notes.extend(shallow(repository));
        database.lacks.notes.extend(partial(repository));
        database.add(repository.commondir().join("objects"), 0);
        database
    }

    /// An `objects` folder and its alternates.
    fn add(&mut self, objects: PathBuf, depth: usize) {
        if self.folders.contains(&objects) {
            return;
        }
        self.lacks.failures.extend(halves(&objects.join("pack")));
        let file = objects.join("info/alternates");
        match fs::read(&file) {
            Ok(listed) => {
                for line in listed.lines().filter(|line| !line.is_empty() && line[0] != b'#') {
                    match alternate(&objects, line, depth) {
                        Ok(folder) => self.add(folder, depth + 1),
                        Err(failure) => self.lacks.failures.push(failure),
                    }
                }
            }
            Err(why) if why.kind() == ErrorKind::NotFound => {}
            Err(why) => self.lacks.failures.push(Failure::new(shown(&file), why)),
        }
        self.folders.push(objects);
    }
}

fn shallow(repository: &Repository) -> Option<String> {
    repository.is_shallow().then(|| {
        let file = fs::read(repository.commondir().join("shallow")).unwrap_or_default();
        let mut ends: Vec<&str> = file.lines().filter_map(|line| line.to_str().ok()).collect();
        ends.sort_unstable();
        let (first, more) = (ends.first().unwrap_or(&"its oldest commit"), ends.len());
        let others = if more > 1 { format!(" and {} others", more - 1) } else { String::new() };
        format!(
            "shallow clone: history before {first}{others} is not here; fetch it with \
             `git fetch --unshallow`"
        )
    })
}

fn partial(repository: &Repository) -> Option<String> {
    let config = repository.config().ok()?;
    let promised = config.get_string("extensions.partialclone").is_ok() || {
        let mut found = false;
        let entries = config.entries(Some(r"^remote\..*\.promisor$")).ok()?;
        entries.for_each(|entry| found |= entry.value().is_ok_and(|value| value == "true")).ok()?;
        found
    };
    promised.then(|| {
        "partial clone: objects that were not fetched are not here; fetch them with \
         `git fetch --refetch --no-filter`"
            .to_owned()
    })
}

/// The folder that a line of `alternates` names.
fn alternate(objects: &Path, line: &[u8], depth: usize) -> Result<PathBuf, Failure> {
    let fails = |why: &str| Err(Failure::new(format!("alternate {}", line.as_bstr()), why));
    let Ok(path) = line.to_path() else {
        return fails("its path is not readable on this system");
    };
    let folder = objects.join(path);
    if !folder.is_dir() {
        fails(
            "its folder is missing, and objects with it; put it back, or correct \
             objects/info/alternates",
        )
    } else if depth >= DEEPEST_ALTERNATE {
        fails("it is nested too deep; git itself does not read it")
    } else if line[0] != b'.' && !path.is_absolute() {
        fails("relative paths are read only if they begin with a dot")
    } else {
        Ok(folder)
    }
}

/// Packs without an index, their own or one that they share, and indexes without a pack.
fn halves(packs: &Path) -> Vec<Failure> {
    let Ok(entries) = fs::read_dir(packs) else { return Vec::new() };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter_map(|file| lonely(&file)).collect()
}

fn lonely(file: &Path) -> Option<Failure> {
    let (other, why) = match file.extension()?.to_str()? {
        "pack" => ("idx", "it has no index; make one with `git index-pack`"),
        "idx" => ("pack", "its pack is missing; restore it from another clone"),
        _ => return None,
    };
    let is_pack = file.file_name()?.to_str()?.starts_with("pack-");
    (is_pack && !file.with_extension(other).exists() && !is_indexed_jointly(file))
        .then(|| Failure::new(shown(file), why))
}

/// Whether the folder's `multi-pack-index` names the index of this pack.
fn is_indexed_jointly(pack: &Path) -> bool {
    let joint = fs::read(pack.with_file_name("multi-pack-index")).unwrap_or_default();
    let index = pack.with_extension("idx");
    let name = index.file_name().unwrap_or_default().as_encoded_bytes();
    pack != index && memchr::memmem::find(&joint, name).is_some()
}

/// The last three parts of a path: as long as `objects/pack/pack-….idx`.
pub(super) fn shown(file: &Path) -> String {
    let parts: Vec<_> = file.components().collect();
    let tail: PathBuf = parts[parts.len().saturating_sub(3)..].iter().collect();
    tail.display().to_string()
}
