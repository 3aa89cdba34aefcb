//! The `git` executable's plumbing: what it reads is always right where a hook runs, in every
//! format of index, refs and objects.
//!
//! Slower than a library by a process's start. It is asked only to read: no lock is taken, no
//! index refreshed, nothing fetched, and no program that the configuration names is started.

use std::ffi::OsStr;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use super::environment::GitEnvironment;
use crate::foreign::foreign;

/// Runs git for one repository.
pub struct Git {
    environment: GitEnvironment,
}

/// Git could not be run, or said no.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("cannot run git: {0}; see that the git executable is on PATH")]
    Run(#[from] io::Error),
    #[error("`git {command}` failed: {}; see that `git status` works here", foreign(said))]
    Failed { command: String, said: String },
}

impl Git {
    pub fn new(environment: &GitEnvironment) -> Git {
        Git { environment: environment.clone() }
    }

    /// What git writes, which must succeed.
    pub fn read(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.read_with(arguments, b"")
    }

    /// What git writes when it is given `input`.
    pub fn read_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        let command = arguments.first().copied().unwrap_or_default().to_owned();
        Err(GitError::Failed { command, said })
    }

    /// A single line that git writes; `None` where it says no.
    pub fn ask(&self, arguments: &[&str]) -> Result<Option<String>, GitError> {
        let output = self.output(arguments, b"")?;
        let line = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(output.status.success().then_some(line))
    }

    /// A file of the repository, wherever git keeps it.
    pub fn path(&self, name: &str) -> Result<PathBuf, GitError> {
        let path = self.read(&["rev-parse", "--git-path", name])?;
        let path = String::from_utf8_lossy(&path);
        Ok(self.environment.folder.join(path.trim_end_matches('\n')))
    }

    fn output(&self, arguments: &[&str], input: &[u8]) -> io::Result<Output> {
        let mut child = self.command(arguments).spawn()?;
        let stdin = child.stdin.take();
        std::thread::scope(|scope| {
            // Git answers while it is still being asked. Where it stops listening its exit
            // code says why.
            scope.spawn(move || stdin.map(|mut stdin| stdin.write_all(input)));
            child.wait_with_output()
        })
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let GitEnvironment { folder, git_dir, work_tree, index_file } = &self.environment;
        let mut command = Command::new("git");
        let here = if folder.as_os_str().is_empty() { OsStr::new(".") } else { folder.as_os_str() };
        command
            .args(["--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false"])
            .args(arguments)
            .current_dir(here)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let variables =
            [("GIT_DIR", git_dir), ("GIT_WORK_TREE", work_tree), ("GIT_INDEX_FILE", index_file)];
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}
