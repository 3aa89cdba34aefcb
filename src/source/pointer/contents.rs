//! What pointer files of one repository refer to, as far as it is on this machine.
//!
//! Git LFS has it in `lfs/objects` of the common git directory, of the repositories that it
//! borrows objects from, or of the folder that `lfs.storage` names (git-lfs-config(5)). Git-annex
//! has it in `annex/objects`, two folders deep; which two depends on the repository's version and
//! settings, so all are listed.

use std::collections::{BTreeSet, HashMap};
use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use super::{Pointer, PointerStore};
use crate::git::odb::alternates::ObjectFolders;
use crate::git::{Git, GitEnvironment, own_files};

/// Folders between `annex/objects` and the folder of a key.
const ANNEX_DEPTH: usize = 2;

/// The stored contents of one repository. Nothing is read before the first pointer is followed.
pub struct ContentStorage {
    environment: GitEnvironment,
    /// Folders with an `objects` folder of Git LFS.
    lfs: OnceLock<Vec<PathBuf>>,
    /// The folder that the configuration names instead.
    configured_lfs: OnceLock<Option<PathBuf>>,
    /// The files of git-annex by their keys.
    annex: OnceLock<HashMap<String, PathBuf>>,
    common_dir: OnceLock<Option<PathBuf>>,
    followed: Mutex<BTreeSet<String>>,
}

impl ContentStorage {
    /// Those of the repository of an environment.
    pub fn of(environment: &GitEnvironment) -> ContentStorage {
        ContentStorage {
            environment: environment.clone(),
            lfs: OnceLock::new(),
            configured_lfs: OnceLock::new(),
            annex: OnceLock::new(),
            common_dir: OnceLock::new(),
            followed: Mutex::default(),
        }
    }

    /// The oids and keys whose content a pointer led to, sorted: it was scanned, or counted as
    /// binary, oversized or as a failure.
    pub fn followed(&self) -> Vec<String> {
        self.followed.lock().unwrap_or_else(PoisonError::into_inner).iter().cloned().collect()
    }

    /// Opens what a pointer refers to; `None` if it is not on this machine.
    pub(super) fn open(&self, pointer: &Pointer) -> io::Result<Option<File>> {
        let Some(name) = &pointer.name else { return Ok(None) };
        let file = match pointer.store {
            PointerStore::GitLfs => self.open_lfs(name),
            PointerStore::GitAnnex => {
                self.annex().get(name).map_or(Ok(None), |file| own_files::open_if_exists(file))
            }
        };
        if !matches!(file, Ok(None)) {
            self.followed.lock().unwrap_or_else(PoisonError::into_inner).insert(name.clone());
        }
        file
    }

    /// The configuration is read by git, and only if the content is in no usual folder.
    fn open_lfs(&self, oid: &str) -> io::Result<Option<File>> {
        let below = Path::new("objects").join(&oid[..2]).join(&oid[2..4]).join(oid);
        for folder in self.lfs() {
            if let Some(file) = own_files::open_if_exists(&folder.join(&below))? {
                return Ok(Some(file));
            }
        }
        match self.configured_lfs() {
            Some(folder) => own_files::open_if_exists(&folder.join(below)),
            None => Ok(None),
        }
    }

    fn lfs(&self) -> &[PathBuf] {
        self.lfs.get_or_init(|| {
            let Some(common_dir) = self.common_dir() else { return Vec::new() };
            let borrowed = ObjectFolders::new(common_dir.join("objects")).folders;
            let borrowed = borrowed.iter().filter_map(|folder| Some(folder.parent()?.join("lfs")));
            [common_dir.join("lfs")].into_iter().chain(borrowed).collect()
        })
    }

    fn configured_lfs(&self) -> Option<&Path> {
        let configured = self.configured_lfs.get_or_init(|| {
            let get = ["config", "--get", "lfs.storage"];
            let folder = Git::new(&self.environment).query(&get).ok()??;
            (!folder.is_empty()).then_some(self.common_dir()?.join(folder))
        });
        configured.as_deref()
    }

    fn annex(&self) -> &HashMap<String, PathBuf> {
        self.annex.get_or_init(|| {
            let mut found = HashMap::new();
            if let Some(common_dir) = self.common_dir() {
                add_keys(&common_dir.join("annex/objects"), ANNEX_DEPTH, &mut found);
            }
            found
        })
    }

    /// The git directory that linked work trees share; `None` if there is no repository.
    fn common_dir(&self) -> Option<&Path> {
        let open = || Some(self.environment.open().ok()?.common_dir);
        self.common_dir.get_or_init(open).as_deref()
    }
}

/// Adds the keys below a folder: each is a folder with a file of the same name.
fn add_keys(folder: &Path, depth: usize, found: &mut HashMap<String, PathBuf>) {
    let Ok(entries) = fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        if !entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            continue;
        }
        if depth > 0 {
            add_keys(&entry.path(), depth - 1, found);
        } else if let Ok(key) = entry.file_name().into_string() {
            found.insert(key, entry.path().join(entry.file_name()));
        }
    }
}
