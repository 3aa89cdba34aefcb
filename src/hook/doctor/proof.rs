//! Proves that a hook works: a fake secret, committed in a temporary repository that has the same
//! hooks, must be blocked.
//!
//! Nothing is written in the repository itself. Other hooks run too, as in every commit, but in
//! the temporary one ([`repository`]).

mod repository;

use std::io;
use std::path::Path;

use crate::git::Git;
use crate::hook::Stage;
use crate::hook::configured::HookSetting;
use crate::report::output::sink::own_file;
use repository::TestRepository;

/// The file with the fake secret. A report that names it proves that keysieve blocked it.
const PLANTED: &str = "keysieve-doctor-plants-this.txt";

/// Result of the proof.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Proof {
    /// There is no hook to try.
    NotTried,
    /// keysieve blocked it; the line of its report.
    Blocked(String),
    /// It was not blocked.
    Passed,
    /// Something else blocked it, or it could not be tried; the message.
    Unclear(String),
}

/// Git's exit code, `None` if it took too long, and its output.
type Attempt = (Option<i32>, String);

/// Commits or pushes a fake secret and checks whether it is blocked, with the hooks of that folder
/// and of the settings.
pub(super) fn plant(
    git: &Git,
    current_folder: &Path,
    hooks: &Path,
    settings: &[HookSetting],
    stage: Stage,
) -> Proof {
    match try_planting(git, current_folder, hooks, settings, stage) {
        Ok((code, output)) => judged(code, &output, stage),
        Err(error) => Proof::Unclear(error.to_string()),
    }
}

fn try_planting(
    git: &Git,
    current_folder: &Path,
    hooks: &Path,
    settings: &[HookSetting],
    stage: Stage,
) -> io::Result<Attempt> {
    let top = git.query(&["rev-parse", "--show-toplevel"]).map_err(io::Error::other)?;
    let top = top.map_or_else(|| current_folder.to_owned(), Into::into);
    let repository = TestRepository::new(git, &top, hooks, settings)?;
    match stage {
        Stage::PreCommit => by_commit(&repository),
        Stage::PreMergeCommit => by_merge(&repository),
        Stage::PreApplypatch => by_patch(&repository),
        Stage::CommitMsg => by_message(&repository),
        Stage::PrePush => by_push(&repository),
    }
}

const MESSAGE: &str = "planted by keysieve";

fn by_commit(repository: &TestRepository) -> io::Result<Attempt> {
    stage(repository, &secret())?;
    repository.run(&["commit", "--quiet", "-m", MESSAGE], &[])
}

fn by_message(repository: &TestRepository) -> io::Result<Attempt> {
    let message = format!("{MESSAGE}\n\n{PLANTED}\n{}\n", token());
    repository.run(&["commit", "--quiet", "--allow-empty", "-m", &message], &[])
}

/// Merges two versions of the file. What neither side has can only come from a merge driver.
fn by_merge(repository: &TestRepository) -> io::Result<Attempt> {
    commit(repository, "theirs\n")?;
    repository.git(&["update-ref", "refs/heads/keysieve-planted", "HEAD"])?;
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    commit(repository, "ours\n")?;
    own_file(&repository.top().join(".git/planted"), &secret())?;
    own_file(&repository.top().join(".git/info/attributes"), &format!("{PLANTED} merge=plant\n"))?;
    let driver = [("merge.plant.driver", "cp .git/planted %A")];
    let merge = ["merge", "--quiet", "--no-ff", "-m", MESSAGE, "keysieve-planted"];
    repository.run(&merge, &driver)
}

fn by_patch(repository: &TestRepository) -> io::Result<Attempt> {
    commit(repository, &secret())?;
    let patch = repository.git_with(&["format-patch", "-1", "--stdout"], b"")?;
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"])?;
    let file = repository.beside("patch");
    own_file(&file, &String::from_utf8_lossy(&patch))?;
    repository.run(&["am", "--quiet", &file.to_string_lossy()], &[])
}

/// The remote has everything but the secret.
fn by_push(repository: &TestRepository) -> io::Result<Attempt> {
    repository.add_remote()?;
    let push = ["push", "--quiet", "origin", "HEAD:refs/heads/planted"];
    repository.git(&[&push[..], &["--no-verify"]].concat())?;
    commit(repository, &secret())?;
    repository.run(&push, &[])
}

fn stage(repository: &TestRepository, text: &str) -> io::Result<()> {
    own_file(&repository.top().join(PLANTED), text)?;
    repository.git(&["add", "--force", PLANTED])
}

/// Commits the file without hooks.
fn commit(repository: &TestRepository, text: &str) -> io::Result<()> {
    stage(repository, text)?;
    repository.git(&["commit", "--quiet", "--no-verify", "-m", MESSAGE])
}

/// Judges the output: it shows who blocked the secret.
fn judged(code: Option<i32>, output: &str, stage: Stage) -> Proof {
    let expected = match stage {
        Stage::CommitMsg => "contains a credential",
        _ => PLANTED,
    };
    match code {
        None => Proof::Unclear(format!("no result after {} seconds", repository::LIMIT.as_secs())),
        Some(0) => Proof::Passed,
        Some(_) if output.contains(expected) && output.contains("LocalStack auth token") => {
            let line = output.lines().find(|line| line.contains("LocalStack auth token"));
            Proof::Blocked(line.unwrap_or_default().trim().to_owned())
        }
        Some(code) => {
            let lines: Vec<&str> = output.lines().filter(|line| !line.trim().is_empty()).collect();
            let last = lines[lines.len().saturating_sub(3)..].join(" / ");
            Proof::Unclear(format!("exit code {code}: {last}"))
        }
    }
}

/// A line of an env file with the fake token.
fn secret() -> String {
    format!("LOCALSTACK_AUTH_TOKEN={}\n", token())
}

/// A fake token, joined here so that no file of ours contains it.
fn token() -> String {
    ["ls-", "fAKeToKe-", "1111-1111-1111-", "eXamPle1", "4fbe"].concat()
}
