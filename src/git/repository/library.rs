//! What libgit2 reads of a repository. It opens no object.

use std::ffi::OsStr;
use std::sync::Once;

use git2::{ConfigLevel, Error, ErrorCode, Repository, RepositoryOpenFlags};

use super::{GitEnvironment, PathSetting, Reference, Search};
use crate::git::object_id::{ObjectFormat, ObjectId};

/// Extensions (`Documentation/config/extensions.adoc` of git 2.56) that libgit2 does not know and
/// that do not concern it here: where references and submodules are, which objects were not
/// fetched, a second kind of ids beside the first. It knows `noop`, `objectFormat`,
/// `preciousObjects`, `relativeWorktrees` and `worktreeConfig`.
const EXTENSIONS: [&str; 5] =
    ["compatobjectformat", "noop-v1", "partialclone", "refstorage", "submodulepathconfig"];

/// Opens the repository that the environment selects.
pub fn open(
    environment: &GitEnvironment,
    search: Search,
) -> Result<(Repository, ObjectFormat), Error> {
    configure();
    let no_ceiling: [&OsStr; 0] = [];
    let mut flags = RepositoryOpenFlags::empty();
    // Adds the variables for the common folder and for configuration files.
    if environment.is_of_process() {
        flags |= RepositoryOpenFlags::FROM_ENV;
    }
    if search == Search::Here {
        flags |= RepositoryOpenFlags::NO_SEARCH;
    }
    let repository = match &environment.git_dir {
        None => Repository::open_ext(super::folder_of(&environment.folder), flags, no_ceiling),
        Some(git_dir) => {
            flags |= RepositoryOpenFlags::NO_SEARCH | RepositoryOpenFlags::NO_DOTGIT;
            Repository::open_ext(environment.folder.join(git_dir), flags, no_ceiling)
        }
    }?;
    let format = match repository.object_format() {
        git2::ObjectFormat::Sha1 => ObjectFormat::Sha1,
        git2::ObjectFormat::Sha256 => ObjectFormat::Sha256,
    };
    Ok((repository, format))
}

/// Settings of libgit2 for the whole process.
fn configure() {
    static CONFIGURED: Once = Once::new();
    CONFIGURED.call_once(|| {
        git2::opts::enable_caching(false);
        // SAFETY: libgit2 keeps the list in a static without a lock. `Once` lets one thread write
        // it, and no repository is opened before.
        let set = unsafe { git2::opts::set_extensions(&EXTENSIONS) };
        // If this fails, git opens repositories with these extensions.
        let _ = set;
    });
}

pub fn references(repository: &Repository) -> Result<Vec<Reference>, String> {
    let plain = |reference: git2::Reference<'_>| {
        let id = ObjectId::new(reference.target()?.as_bytes())?;
        Some(Reference { name: reference.name_bytes().into(), id })
    };
    let all = repository.references().map_err(|error| error.message().to_owned())?;
    Ok(all.flatten().filter_map(plain).collect())
}

/// The ids that a reference had, the latest first; its id if it has no reflog.
pub fn reflog(repository: &Repository, name: &str) -> Vec<ObjectId> {
    let Ok(current) = repository.find_reference(name) else { return Vec::new() };
    let id = |id: git2::Oid| ObjectId::new(id.as_bytes());
    let reflog = repository.reflog(name);
    let mut ids: Vec<ObjectId> =
        reflog.iter().flat_map(|reflog| reflog.iter()).filter_map(|one| id(one.id_new())).collect();
    if ids.is_empty() {
        ids.extend(current.target().and_then(id));
    }
    ids
}

pub fn head(repository: &Repository) -> Result<Option<ObjectId>, String> {
    match repository.head() {
        Ok(head) => Ok(head.target().and_then(|id| ObjectId::new(id.as_bytes()))),
        Err(error) if error.code() == ErrorCode::UnbornBranch => Ok(None),
        Err(error) => Err(error.message().to_owned()),
    }
}

pub fn reference(repository: &Repository, name: &str) -> Option<ObjectId> {
    let found = match name {
        "HEAD" | "@" => repository.head(),
        _ => repository.resolve_reference_from_short_name(name).and_then(|found| found.resolve()),
    };
    ObjectId::new(found.ok()?.target()?.as_bytes())
}

pub fn path_setting(repository: &Repository, name: &str) -> Result<Option<PathSetting>, String> {
    let message = |error: Error| error.message().to_owned();
    let config = repository.config().and_then(|mut config| config.snapshot()).map_err(message)?;
    let is_shared = match config.get_entry(name) {
        Ok(entry) => {
            !matches!(entry.level(), ConfigLevel::Local | ConfigLevel::Worktree | ConfigLevel::App)
        }
        Err(error) if error.code() == ErrorCode::NotFound => return Ok(None),
        Err(error) => return Err(message(error)),
    };
    let path = config.get_path(name).map_err(message)?;
    Ok(Some(PathSetting { path, is_shared }))
}

pub fn settings(repository: &Repository, pattern: &str) -> Option<Vec<(String, String)>> {
    let config = repository.config().and_then(|mut config| config.snapshot()).ok()?;
    let mut found = Vec::new();
    let entries = config.entries(Some(pattern)).ok()?;
    let add = |entry: &git2::ConfigEntry<'_>| {
        let value = entry.value().unwrap_or("true");
        found.extend(entry.name().ok().map(|name| (name.to_owned(), value.to_owned())));
    };
    entries.for_each(add).ok()?;
    Some(found)
}
