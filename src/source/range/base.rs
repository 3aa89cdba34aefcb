//! Resolves the revisions of a range, or names the fetch that is needed.

use std::io;

use super::Commit;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::process::cat_file::MISSING;
use crate::git::tree::walk::TreeWalkError;
use crate::git::{Git, GitEnvironment, GitError, ObjectReader, revision};

/// Why the commits of a range cannot be determined. Nothing was scanned.
#[derive(Debug, thiserror::Error)]
pub enum RangeError {
    #[error(transparent)]
    Git(#[from] GitError),
    #[error(transparent)]
    Trees(#[from] TreeWalkError),
    #[error("cannot open the git repository: {message}; run keysieve inside a repository")]
    Repository { message: String },
    #[error("unknown revision `{name}`{because}; {advice}")]
    Missing { name: String, because: &'static str, advice: String },
    #[error(
        "this shallow clone does not reach back to {name}, so new commits cannot be determined; \
         run `{fetch}`, then try again"
    )]
    ShallowBoundary { name: String, fetch: String },
    #[error("cannot read the boundary of the shallow clone: {0}")]
    Shallow(io::Error),
}

/// The commit that a revision names.
pub fn commit(environment: &GitEnvironment, name: &str) -> Result<ObjectId, RangeError> {
    let git = Git::new(environment);
    if let Err(GitError::Failed { message, .. }) = git.read(&["rev-parse", "--git-dir"]) {
        return Err(RangeError::Repository { message });
    }
    let objects = ObjectReader::open(environment);
    let read = |id: &ObjectId| objects.read(id);
    let resolve = |name: &str| -> Result<Option<ObjectId>, GitError> {
        if name.is_empty() { Ok(None) } else { git.object_id(name) }
    };
    let failed = |message: String| GitError::Failed { command: "rev-parse".to_owned(), message };
    let (base, steps) = revision::split(name);
    let followed = match resolve(base)? {
        Some(id) => match revision::follow(&read, id, steps) {
            // In a shallow clone the steps may lead to commits that were never fetched.
            Err(why) if why.ends_with(MISSING) => return Err(missing(&git, name)?),
            followed => followed.map_err(failed)?,
        },
        None => None,
    };
    let id = match followed {
        Some(id) => Some(id),
        None => resolve(name)?,
    };
    let Some(id) = id else { return Err(missing(&git, name)?) };
    // An object that is not a commit is as good as missing.
    match (revision::peeled(&read, id), objects.read(&id)) {
        (Ok(commit), _) => Ok(commit),
        (Err(why), _) if why.ends_with(MISSING) => Err(missing(&git, name)?),
        (Err(why), Err(_)) => Err(failed(why).into()),
        (Err(_), Ok((ObjectKind::Blob | ObjectKind::Tree, _))) => Err(missing(&git, name)?),
        (Err(why), Ok(_)) => Err(failed(why).into()),
    }
}

/// Refuses a range with a commit whose parents are missing from a shallow clone: all of that commit
/// would count as new.
pub fn refuse_shallow_boundary(
    git: &Git,
    environment: &GitEnvironment,
    commits: &[Commit],
    name: &str,
) -> Result<(), RangeError> {
    let repository = environment.open();
    let repository =
        repository.map_err(|why| RangeError::Repository { message: why.to_string() })?;
    let cut = repository.shallow_boundary().map_err(RangeError::Shallow)?;
    if commits.iter().any(|commit| cut.contains(&commit.id)) {
        let fetch = format!("git fetch --unshallow {}", FetchSource::find(git, name)?.remote);
        return Err(RangeError::ShallowBoundary { name: name.to_owned(), fetch });
    }
    Ok(())
}

fn missing(git: &Git, name: &str) -> Result<RangeError, GitError> {
    let shown = name.to_owned();
    if name.is_empty() || name.bytes().all(|byte| byte == b'0') {
        let advice = "give a branch, a tag or a commit id, such as origin/main".to_owned();
        return Ok(RangeError::Missing { name: shown, because: "", advice });
    }
    let shallow = git.query(&["rev-parse", "--is-shallow-repository"])?.as_deref() == Some("true");
    let because = if shallow { " in this shallow clone" } else { "" };
    let deepen = if shallow { "--unshallow " } else { "" };
    let advice = match FetchSource::find(git, name)? {
        FetchSource { remote, branch: None } if ObjectId::from_hex(name.as_bytes()).is_some() => {
            format!("run `git fetch {deepen}{remote} {name}`, then try again")
        }
        FetchSource { remote, branch: Some(branch) } => {
            let tracking = format!("{remote}/{branch}");
            let then = match tracking == name {
                true => "try again".to_owned(),
                false => format!("use {tracking} instead"),
            };
            let spec = shell_word(&format!("+refs/heads/{branch}:refs/remotes/{tracking}"));
            format!("run `git fetch {deepen}{remote} {spec}`, then {then}")
        }
        FetchSource { remote, branch: None } if shallow => {
            format!("run `git fetch --unshallow {remote}`, then try again")
        }
        FetchSource { .. } => "`git log --all --oneline` lists all commits".to_owned(),
    };
    Ok(RangeError::Missing { name: shown, because, advice })
}

/// Where a missing revision can be fetched from.
struct FetchSource {
    remote: String,
    /// `None` if the name is an id or is relative to another commit, such as `HEAD~3`.
    branch: Option<String>,
}

impl FetchSource {
    fn find(git: &Git, name: &str) -> Result<FetchSource, GitError> {
        let known = git.query(&["remote"])?.unwrap_or_default();
        let remotes: Vec<&str> = known.lines().collect();
        let name = name.strip_prefix("refs/remotes/").unwrap_or(name);
        let tracked = remotes.iter().find_map(|remote| {
            let branch = name.strip_prefix(remote)?.strip_prefix('/')?;
            Some((*remote, branch))
        });
        let first = remotes.first().copied().unwrap_or("origin");
        let usual = if remotes.contains(&"origin") { "origin" } else { first };
        let (remote, branch) = tracked.unwrap_or((usual, name));
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(branch);
        let is_plain = ObjectId::from_hex(name.as_bytes()).is_none()
            && name != "HEAD"
            && !branch.is_empty()
            && !branch.contains(['~', '^', ':', '@', '{', '*', '?', '[', '\\', ' ']);
        Ok(FetchSource { remote: remote.to_owned(), branch: is_plain.then(|| branch.to_owned()) })
    }
}

/// One word for a shell, quoted if necessary.
fn shell_word(word: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"+:/._-".contains(&byte);
    if word.bytes().all(is_plain) {
        word.to_owned()
    } else {
        format!("'{}'", word.replace('\'', r"'\''"))
    }
}
