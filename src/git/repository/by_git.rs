//! What the `git` executable says of a repository that libgit2 cannot open, or whose references
//! are not in files.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};
use git2::ErrorCode;

use super::{
    GitEnvironment, GitRepository, OpenError, PathSetting, Reference, ReferenceReader, Search,
};
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::{Git, GitError};

/// Opens a repository that libgit2 `refused`.
pub fn open(
    environment: &GitEnvironment,
    search: Search,
    refused: git2::Error,
) -> Result<GitRepository, OpenError> {
    // Git would search the folders around this one.
    if refused.code() == ErrorCode::NotFound && search == Search::Here {
        return Err(OpenError::NotFound);
    }
    let git = Git::new(environment);
    let facts = ["rev-parse", "--absolute-git-dir", "--git-common-dir", "--show-object-format"];
    let facts = git.read(&facts).map_err(|error| explain(&refused, &error))?;
    let facts: Vec<&[u8]> = facts.lines().collect();
    let unexpected = || OpenError::Unsupported("git describes it in an unknown way".to_owned());
    let &[git_dir, common_dir, format] = &facts[..] else { return Err(unexpected()) };
    let git_dir = git_dir.to_path().map_err(|_| unexpected())?.to_owned();
    let common_dir = common_dir.to_path().map_err(|_| unexpected())?;
    let format = match format {
        b"sha1" => ObjectFormat::Sha1,
        b"sha256" => ObjectFormat::Sha256,
        other => return Err(OpenError::ObjectFormat(other.to_str_lossy().into_owned())),
    };
    Ok(GitRepository {
        common_dir: super::folder_of(&environment.folder).join(common_dir),
        work_tree: work_tree(environment, &git, &git_dir),
        git_dir,
        format,
        environment: environment.clone(),
        library: None,
        references: ReferenceReader::Git,
    })
}

/// Inside of the git directory git names no work tree: then it is the folder around it.
fn work_tree(environment: &GitEnvironment, git: &Git, git_dir: &Path) -> Option<PathBuf> {
    if let Some(top) = &environment.work_tree {
        return Some(environment.folder.join(top));
    }
    match git.query(&["rev-parse", "--show-toplevel"]) {
        Ok(Some(top)) if !top.is_empty() => Some(PathBuf::from(top)),
        _ => {
            let is_bare = git.query(&["rev-parse", "--is-bare-repository"]).ok().flatten();
            let around = git_dir.parent().filter(|_| git_dir.ends_with(".git"));
            around.filter(|_| is_bare.as_deref() == Some("false")).map(Path::to_owned)
        }
    }
}

/// Git's message is the better one, since users can ask git.
fn explain(refused: &git2::Error, error: &GitError) -> OpenError {
    let GitError::Failed { message, .. } = error else {
        return match refused.code() {
            ErrorCode::NotFound => OpenError::NotFound,
            _ => OpenError::Unsupported(format!("{}; {error}", refused.message())),
        };
    };
    if let Some(path) = untrusted(message) {
        return OpenError::Ownership { path };
    }
    let unknown_format = message.split("invalid value for 'extensions.objectformat': ").nth(1);
    if let Some(format) = unknown_format {
        return OpenError::ObjectFormat(format.lines().next().unwrap_or("?").to_owned());
    }
    match refused.code() {
        ErrorCode::NotFound => OpenError::NotFound,
        _ => OpenError::Unsupported(message.clone()),
    }
}

/// The argument of `git config --add safe.directory` that git recommends, quoted for a shell.
fn untrusted(message: &str) -> Option<String> {
    let advice = message.split_once("git config --global --add safe.directory ")?.1;
    Some(advice.lines().next()?.to_owned())
}

pub fn references(git: &Git) -> Result<Vec<Reference>, String> {
    let format = "--format=%(objectname) %(symref) %(refname)";
    let listed = git.read(&["for-each-ref", format]).map_err(|error| error.to_string())?;
    let plain = |line: &[u8]| {
        let (id, name) = line.split_once_str(" ")?;
        let name = name.strip_prefix(b" ")?;
        Some(Reference { name: BString::from(name), id: ObjectId::from_hex(id)? })
    };
    Ok(listed.lines().filter_map(plain).collect())
}

/// The ids that a reference had, the latest first; its id if it has no reflog.
pub fn reflog(git: &Git, name: &str) -> Vec<ObjectId> {
    let walk = ["log", "--walk-reflogs", "--format=%H", name, "--"];
    let listed = git.read(&walk).unwrap_or_default();
    let ids: Vec<ObjectId> = listed.lines().filter_map(ObjectId::from_hex).collect();
    match ids.is_empty() {
        true => git.object_id(name).ok().flatten().into_iter().collect(),
        false => ids,
    }
}

pub fn head(git: &Git) -> Result<Option<ObjectId>, String> {
    let message = |error: GitError| error.to_string();
    let head = git.object_id("HEAD").map_err(message)?;
    if head.is_none() {
        // If HEAD refers to neither a branch nor a commit, this is not the first commit.
        git.read(&["symbolic-ref", "--quiet", "HEAD"]).map_err(message)?;
    }
    Ok(head)
}

pub fn path_setting(git: &Git, name: &str) -> Result<Option<PathSetting>, String> {
    let scoped = ["config", "--show-scope", "--null", "--type=path", "--get", name];
    let scoped = git.query(&scoped).map_err(|error| error.to_string())?;
    let Some(scoped) = scoped else { return Ok(None) };
    let (scope, path) = scoped.split_once('\0').unwrap_or_default();
    let is_shared = matches!(scope, "system" | "global");
    Ok(Some(PathSetting { path: PathBuf::from(path.trim_end_matches('\0')), is_shared }))
}

pub fn settings(git: &Git, pattern: &str) -> Option<Vec<(String, String)>> {
    let listed = git.query(&["config", "--null", "--get-regexp", pattern]).ok()??;
    let setting = |entry: &str| {
        let (name, value) = entry.split_once('\n').unwrap_or((entry, "true"));
        (name.to_owned(), value.to_owned())
    };
    Some(listed.split('\0').filter(|entry| !entry.is_empty()).map(setting).collect())
}
