//! A pool of libgit2 repository handles, one for each reading thread.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, Once};

use git2::{Error, Repository};

use super::lock;

/// Handles on one repository, as many as threads have needed at the same time.
pub struct Handles {
    git_dir: PathBuf,
    idle: Mutex<Vec<Repository>>,
}

impl Handles {
    /// Opens the repository at or above `path`.
    pub fn open(path: &Path) -> Result<Handles, Error> {
        configure();
        let repository = Repository::discover(path)?;
        let git_dir = repository.path().to_owned();
        Ok(Handles { git_dir, idle: Mutex::new(vec![repository]) })
    }

    /// The git directory.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// Calls `work` with an idle handle, or with a new one if none is idle.
    pub fn with<T>(&self, work: impl FnOnce(&Repository) -> Result<T, Error>) -> Result<T, Error> {
        let idle = lock(&self.idle).pop();
        let repository = match idle {
            Some(repository) => repository,
            None => Repository::open(&self.git_dir)?,
        };
        let result = work(&repository);
        lock(&self.idle).push(repository);
        result
    }
}

/// The object format in the configuration of the repository at or above `path`, even if it cannot
/// be opened.
pub fn object_format(path: &Path) -> Option<String> {
    let git_dir = Repository::discover_path(path, std::iter::empty::<&Path>()).ok()?;
    let config = git2::Config::open(&git_dir.join("config")).ok()?;
    config.get_string("extensions.objectformat").ok()
}

/// Settings of libgit2 for the whole process.
fn configure() {
    static CONFIGURED: Once = Once::new();
    CONFIGURED.call_once(|| {
        // Each object is read once: a cache would only use memory.
        git2::opts::enable_caching(false);
        // SAFETY: libgit2 keeps the list in a static without a lock. `Once` lets one thread write
        // it, and no repository is opened before.
        let set = unsafe { git2::opts::set_extensions(&["partialclone"]) };
        // If this fails, partial clones are refused when they are opened.
        let _ = set;
    });
}
