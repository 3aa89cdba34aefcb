//! Proves that a hook works: a fake secret, committed in a temporary clone that has the same hooks,
//! must be blocked.
//!
//! The clone shares the repository's objects and checks out only the files at its top and those
//! of hook managers; nothing is written in the repository. Other hooks run too, as in every
//! commit, but in the clone.

use std::fs;
use std::io::{self, Read};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use bstr::ByteSlice;

use super::Stage;
use crate::git::Git;
use crate::report::output::sink::own_file;

/// The longest time that a hook may take.
const LIMIT: Duration = Duration::from_secs(120);

/// The file with the fake secret. A report that names it proves that keysieve blocked it.
const PLANTED: &str = "keysieve-doctor-plants-this.txt";

/// Configuration files of hook managers, which are copied from the work tree.
const MANAGERS: [&str; 7] = [
    ".pre-commit-config.yaml",
    "lefthook.yml",
    "lefthook.yaml",
    ".lefthook.yml",
    "lefthook-local.yml",
    "package.json",
    ".keysieve.toml",
];

/// Options of the preparing steps.
const NO_HOOKS: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

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

/// Commits or pushes a fake secret and checks whether it is blocked.
pub(super) fn plant(git: &Git, current_folder: &Path, hooks: &Path, stage: Stage) -> Proof {
    match try_planting(git, current_folder, hooks, stage) {
        Ok(proof) => proof,
        Err(error) => Proof::Unclear(error.to_string()),
    }
}

fn try_planting(git: &Git, current_folder: &Path, hooks: &Path, stage: Stage) -> io::Result<Proof> {
    let folder = tempfile::tempdir()?;
    let clone = Clone { top: folder.path().join("clone") };
    let top = git.query(&["rev-parse", "--show-toplevel"]).map_err(io::Error::other)?;
    let top = top.map_or_else(|| current_folder.to_owned(), Into::into);
    clone.make(&top)?;
    clone.git(&["config", "core.hooksPath", &hooks.to_string_lossy()])?;
    let token = token();
    let (code, output) = match stage {
        Stage::PreCommit => {
            clone.stage(&token)?;
            clone.run(&["commit", "--quiet", "-m", "planted by keysieve"])?
        }
        Stage::CommitMsg => {
            let message = format!("planted by keysieve\n\n{PLANTED}\n{token}\n");
            clone.run(&["commit", "--quiet", "--allow-empty", "-m", &message])?
        }
        Stage::PrePush => {
            clone.stage(&token)?;
            clone.git(&["commit", "--quiet", "--no-verify", "-m", "planted by keysieve"])?;
            let remote = folder.path().join("remote.git");
            let remote = remote.to_string_lossy();
            clone.git(&["init", "--quiet", "--bare", &remote])?;
            clone.run(&["push", "--quiet", &remote, "HEAD:refs/heads/planted"])?
        }
    };
    Ok(judged(code, &output, stage))
}

/// Judges the output: it shows who blocked the secret.
fn judged(code: Option<i32>, output: &str, stage: Stage) -> Proof {
    let expected = match stage {
        Stage::CommitMsg => "contains a credential",
        Stage::PreCommit | Stage::PrePush => PLANTED,
    };
    match code {
        None => Proof::Unclear(format!("no result after {} seconds", LIMIT.as_secs())),
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

/// A fake token, joined here so that no file of ours contains it.
fn token() -> String {
    ["ls-", "fAKeToKe-", "1111-1111-1111-", "eXamPle1", "4fbe"].concat()
}

struct Clone {
    top: std::path::PathBuf,
}

impl Clone {
    fn make(&self, top: &Path) -> io::Result<()> {
        let (from, to) = (top.to_string_lossy(), self.top.to_string_lossy());
        let mut clone = bare_git();
        clone.args(NO_HOOKS);
        clone.args(["clone", "--quiet", "--shared", "--no-checkout", "--template=", &from, &to]);
        // A repository without a commit is cloned too; if that fails, a new one is created.
        if !clone.stdin(Stdio::null()).output()?.status.success() {
            let made = bare_git().args(["init", "--quiet", "--template=", &to]).output()?;
            if !made.status.success() {
                return Err(io::Error::other(made.stderr.to_str_lossy().trim().to_owned()));
            }
        }
        for (name, value) in [("user.name", "keysieve"), ("user.email", "keysieve@localhost")] {
            self.git(&["config", name, value])?;
        }
        self.git(&["config", "commit.gpgSign", "false"])?;
        // The files at the top, where hook managers look for their configuration.
        self.git(&["config", "core.sparseCheckout", "true"])?;
        fs::create_dir_all(self.top.join(".git/info"))?;
        own_file(&self.top.join(".git/info/sparse-checkout"), "/*\n!/*/\n/.husky/\n")?;
        let _ = self.git(&["checkout", "--quiet"]);
        own_file(&self.top.join(".git/info/exclude"), "/node_modules\n")?;
        for name in MANAGERS {
            if fs::copy(top.join(name), self.top.join(name)).is_ok() {
                self.git(&["add", "--force", "--sparse", name])?;
            }
        }
        #[cfg(unix)]
        if top.join("node_modules").is_dir() {
            let _ =
                std::os::unix::fs::symlink(top.join("node_modules"), self.top.join("node_modules"));
        }
        Ok(())
    }

    fn stage(&self, token: &str) -> io::Result<()> {
        own_file(&self.top.join(PLANTED), &format!("LOCALSTACK_AUTH_TOKEN={token}\n"))?;
        self.git(&["add", "--force", "--sparse", PLANTED])
    }

    /// A step that must succeed.
    fn git(&self, arguments: &[&str]) -> io::Result<()> {
        let mut command = bare_git();
        command.args(NO_HOOKS).args(arguments).current_dir(&self.top).stdin(Stdio::null());
        let output = command.output()?;
        if output.status.success() {
            return Ok(());
        }
        let message = output.stderr.to_str_lossy().trim().to_owned();
        Err(io::Error::other(format!("`git {}`: {message}", arguments.join(" "))))
    }

    /// Runs git with the hooks: its exit code, `None` if it takes too long, and its output.
    fn run(&self, arguments: &[&str]) -> io::Result<(Option<i32>, String)> {
        let (mut reader, writer) = io::pipe()?;
        let mut command = bare_git();
        command.args(arguments).current_dir(&self.top).stdin(Stdio::null());
        command.stdout(writer.try_clone()?).stderr(writer);
        let mut child = command.spawn()?;
        // It owns the writing ends; reading ends once they are closed.
        drop(command);
        let reading = std::thread::spawn(move || {
            let mut output = Vec::new();
            let _ = reader.read_to_end(&mut output);
            output
        });
        let begin = Instant::now();
        let status = loop {
            if let Some(status) = child.try_wait()? {
                break status;
            }
            if begin.elapsed() > LIMIT {
                child.kill()?;
                child.wait()?;
                // Processes of the hook may still run and keep the pipe open.
                return Ok((None, String::new()));
            }
            std::thread::sleep(Duration::from_millis(10));
        };
        let output = reading.join().unwrap_or_default();
        Ok((Some(status.code().unwrap_or(-1)), output.to_str_lossy().into_owned()))
    }
}

/// Git without the variables that point to another repository.
fn bare_git() -> Command {
    let mut git = Command::new("git");
    const KEPT: [&str; 3] = ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"];
    for (name, _) in std::env::vars_os() {
        let is_git = name.as_encoded_bytes().starts_with(b"GIT_");
        if is_git && !KEPT.iter().any(|kept| name == *kept) {
            git.env_remove(name);
        }
    }
    git
}
