//! What is missing from an object database, reported before its objects are read.
//!
//! libgit2 silently ignores a missing alternate, a pack without an index and an index without a
//! pack; here they are failures.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::ByteSlice;

use super::connectivity::Refs;
use super::names::{NamedBy, NamedObject};
use crate::git::object_id::ObjectId;
use crate::git::odb::alternates::AlternatesError;
use crate::git::{Failure, GitRepository, own_files};

/// The object folders of a repository, and what is missing in them.
#[derive(Default)]
pub struct ObjectStorage {
    /// Its `objects` folders: its own and its alternates.
    pub folders: Vec<PathBuf>,
    pub missing_parts: MissingParts,
}

/// What is found to be missing from a repository before any object is read.
#[derive(Default)]
pub struct MissingParts {
    /// Notes on shallow clones, grafts and replacements.
    pub notes: Vec<String>,
    pub failures: Vec<Failure>,
    /// The oldest commits of a shallow clone, whose parents are missing.
    pub shallow: HashSet<ObjectId>,
    /// Whether this is a partial clone: objects are fetched when they are needed.
    pub is_partial: bool,
    /// Whether this is only a part of a repository, whose other objects are not expected.
    pub is_excerpt: bool,
    /// Packs without an index and indexes without a pack, unless a `git gc` is just writing or
    /// removing these files.
    suspects: Vec<PathBuf>,
}

/// How long a pack may exist without its index, or an index without its pack, while git works.
const GRACE: Duration = Duration::from_millis(100);

impl MissingParts {
    /// Reports the orphan files that are still orphans.
    pub fn recheck_orphans(&mut self) {
        if !self.suspects.is_empty() {
            std::thread::sleep(GRACE);
            let suspects = std::mem::take(&mut self.suspects);
            self.failures.extend(suspects.iter().filter_map(|file| orphan(file)));
        }
    }
}

impl ObjectStorage {
    pub fn inspect(repository: &GitRepository, refs: &Refs) -> ObjectStorage {
        let mut storage = ObjectStorage::default();
        let missing_parts = &mut storage.missing_parts;
        // If it cannot be read, parents are missing that should not be.
        missing_parts.shallow = repository.shallow_boundary().unwrap_or_default();
        missing_parts.is_partial = repository.is_partial();
        let notes = [shallow(&missing_parts.shallow), grafts(repository), replacements(refs)];
        missing_parts.notes.extend(notes.into_iter().flatten());
        let found = repository.object_folders();
        let failures = found.errors.iter().map(|error| match error {
            AlternatesError::Read { file, why } => Failure::new(display_path(file), why),
            AlternatesError::Unusable { line, why } => {
                Failure::new(format!("alternate {line}"), why)
            }
        });
        storage.missing_parts.failures.extend(failures);
        let suspects = found.folders.iter().flat_map(|objects| orphan_files(&objects.join("pack")));
        storage.missing_parts.suspects.extend(suspects);
        storage.folders = found.folders;
        storage
    }
}

fn shallow(ends: &HashSet<ObjectId>) -> Option<String> {
    let first = ends.iter().min()?;
    let more = ends.len() - 1;
    let others = if more > 0 { format!(" and {more} others") } else { String::new() };
    Some(format!(
        "shallow clone: history before {first}{others} is missing; fetch it with `git fetch \
         --unshallow`"
    ))
}

fn grafts(repository: &GitRepository) -> Option<String> {
    let file = own_files::read_if_exists(&repository.common_dir.join("info/grafts")).ok()??;
    let grafts = file.lines().filter(|line| !line.is_empty() && line[0] != b'#').count();
    (grafts > 0).then(|| {
        let commits = if grafts == 1 { "commit has" } else { "commits have" };
        format!("{grafts} {commits} grafted parents (info/grafts); original parents are shown")
    })
}

fn replacements(refs: &Refs) -> Option<String> {
    let is_replacement = |named: &&NamedObject| matches!(&named.by, NamedBy::Ref(name) if name.starts_with(b"refs/replace/"));
    let replaced = refs.names.iter().filter(is_replacement).count();
    (replaced > 0).then(|| {
        let objects =
            if replaced == 1 { "object has a replacement" } else { "objects have replacements" };
        format!(
            "{replaced} {objects} (refs/replace); both versions were scanned, and original parents \
             are shown"
        )
    })
}

/// Packs without an index of their own or in a `multi-pack-index`, and indexes without a pack.
fn orphan_files(packs: &Path) -> Vec<PathBuf> {
    let Ok(entries) = fs::read_dir(packs) else { return Vec::new() };
    let files = entries.filter_map(|entry| Some(entry.ok()?.path()));
    files.filter(|file| orphan(file).is_some()).collect()
}

fn orphan(file: &Path) -> Option<Failure> {
    let (other, why) = match file.extension()?.to_str()? {
        "pack" => ("idx", "it has no index; create one with `git index-pack`"),
        "idx" => ("pack", "its pack file is missing; restore it from another clone"),
        _ => return None,
    };
    let is_pack = file.file_name()?.to_str()?.starts_with("pack-");
    (is_pack && file.exists() && !file.with_extension(other).exists() && !is_indexed_jointly(file))
        .then(|| Failure::new(display_path(file), why))
}

/// Whether the folder's `multi-pack-index` contains this pack.
fn is_indexed_jointly(pack: &Path) -> bool {
    let shared_index =
        own_files::read_if_exists(&pack.with_file_name("multi-pack-index")).ok().flatten();
    let shared_index = shared_index.unwrap_or_default();
    let index = pack.with_extension("idx");
    let name = index.file_name().unwrap_or_default().as_encoded_bytes();
    pack != index && memchr::memmem::find(&shared_index, name).is_some()
}

/// The last three components of a path: enough for `objects/pack/pack-….idx`.
pub(super) fn display_path(file: &Path) -> String {
    let parts: Vec<_> = file.components().collect();
    let tail: PathBuf = parts[parts.len().saturating_sub(3)..].iter().collect();
    tail.display().to_string()
}
