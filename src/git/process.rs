//! The `git` executable's plumbing commands: where a hook runs, they can read every format of
//! index, refs and objects.
//!
//! Slower than a library by the start of a process. Only reading commands are run on a user's
//! repository: no lock is taken, no index refreshed, nothing fetched, and no configured program is
//! started.

pub mod cat_file;
mod pipe;

use std::ffi::{OsStr, OsString};
use std::io::{self, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

use super::environment::{ALTERNATES, GitEnvironment};
use super::object_id::ObjectId;
use crate::foreign::foreign;
use pipe::Pipe;

/// Runs git for one repository.
pub struct Git {
    environment: GitEnvironment,
}

/// Git could not be run, or failed.
#[derive(Debug, thiserror::Error)]
pub enum GitError {
    #[error("cannot run git: {0}; check that the git executable is on PATH")]
    Run(#[from] io::Error),
    #[error("`git {command}` failed: {}; check that `git status` works here", foreign(message))]
    Failed { command: String, message: String },
    #[error(
        "`git {command}` produced no output for {seconds} s and was stopped; check that it \
         finishes when you run it yourself"
    )]
    TimedOut { command: String, seconds: f32 },
}

impl Git {
    pub fn new(environment: &GitEnvironment) -> Git {
        Git { environment: environment.clone() }
    }

    /// What git writes; git must succeed.
    pub fn read(&self, arguments: &[&str]) -> Result<Vec<u8>, GitError> {
        self.read_with(arguments, b"")
    }

    /// What git writes when it is given `input`; git must succeed.
    pub fn read_with(&self, arguments: &[&str], input: &[u8]) -> Result<Vec<u8>, GitError> {
        self.read_from(arguments, io::Cursor::new(input.to_vec()))
    }

    /// The same for input that is read while git runs.
    pub fn read_from(
        &self,
        arguments: &[&str],
        input: impl Read + Send + 'static,
    ) -> Result<Vec<u8>, GitError> {
        let output = self.output(arguments, input)?;
        if output.status.success() {
            return Ok(output.stdout);
        }
        let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        Err(GitError::Failed { command: name(arguments), message })
    }

    /// A single line that git writes; `None` if it fails.
    pub fn query(&self, arguments: &[&str]) -> Result<Option<String>, GitError> {
        let output = self.output(arguments, io::empty())?;
        let line = String::from_utf8_lossy(&output.stdout).trim_end().to_owned();
        Ok(output.status.success().then_some(line))
    }

    /// The id of the object that a revision names; `None` if git cannot resolve it.
    pub fn object_id(&self, revision: &str) -> Result<Option<ObjectId>, GitError> {
        let output =
            self.query(&["rev-parse", "--verify", "--quiet", "--end-of-options", revision])?;
        // The last line: `--end-of-options` is repeated by some versions of git.
        Ok(output.and_then(|output| ObjectId::from_hex(output.lines().last()?.as_bytes())))
    }

    /// The version of the git on `PATH`: major and minor.
    pub fn version() -> Option<(u32, u32)> {
        let git = Git::new(&GitEnvironment::from_folder(Path::new(".")));
        let version = git.query(&["version"]).ok()??;
        let mut numbers = version.strip_prefix("git version ")?.split('.');
        Some((numbers.next()?.parse().ok()?, numbers.next()?.parse().ok()?))
    }

    /// The path of a file in the git directory.
    pub fn path(&self, name: &str) -> Result<PathBuf, GitError> {
        let path = self.read(&["rev-parse", "--git-path", name])?;
        let path = String::from_utf8_lossy(&path);
        Ok(self.environment.folder.join(path.trim_end_matches('\n')))
    }

    /// Runs git until it exits or times out.
    fn output(
        &self,
        arguments: &[&str],
        mut input: impl Read + Send + 'static,
    ) -> Result<Output, GitError> {
        let mut child = self.command(arguments).spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // Git writes output while it reads input. If it stops reading, its exit code shows why.
            std::thread::spawn(move || io::copy(&mut input, &mut stdin));
        }
        let (stdout, stderr) = (child.stdout.take(), child.stderr.take());
        let stderr = stderr.map(|stderr| Pipe::new(stderr, self.timeout()));
        let mut output = Output { status: Default::default(), stdout: vec![], stderr: vec![] };
        let read =
            stdout.map(|stdout| Pipe::new(stdout, self.timeout()).read_to_end(&mut output.stdout));
        let ended = read.unwrap_or(Ok(0)).and_then(|_| wait_within(&mut child, self.timeout()));
        match ended {
            Ok(status) => output.status = status,
            Err(why) => {
                kill(&mut child);
                return Err(match why.kind() {
                    io::ErrorKind::TimedOut => self.timed_out(arguments),
                    _ => why.into(),
                });
            }
        }
        // Processes that git started may live on and keep the pipe open: this much output is
        // enough.
        stderr.map(|mut stderr| stderr.read_to_end(&mut output.stderr));
        Ok(output)
    }

    pub(super) fn timeout(&self) -> Duration {
        self.environment.timeout
    }

    fn timed_out(&self, arguments: &[&str]) -> GitError {
        GitError::TimedOut { command: name(arguments), seconds: self.timeout().as_secs_f32() }
    }

    pub(super) fn command(&self, arguments: &[&str]) -> Command {
        let GitEnvironment { folder, git_dir, common_dir, work_tree, index_file, .. } =
            &self.environment;
        let GitEnvironment { object_directory: objects, shallow_file, .. } = &self.environment;
        let alternates = self.environment.alternates_variable();
        let mut command = Command::new("git");
        let working_folder =
            if folder.as_os_str().is_empty() { OsStr::new(".") } else { folder.as_os_str() };
        command
            .args(["--no-pager", "--no-replace-objects", "-c", "core.fsmonitor=false"])
            // The user names the repository, and no command here starts a program that it names.
            .args(["-c", "safe.bareRepository=all"])
            .args(arguments)
            .current_dir(working_folder)
            .env("GIT_OPTIONAL_LOCKS", "0")
            .env("GIT_NO_LAZY_FETCH", "1")
            .env("GIT_ALLOW_PROTOCOL", "none")
            .env("LC_ALL", "C")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.as_os_str().to_owned());
        // A trace would be mixed with git's messages. The configuration can switch on the second kind.
        let is_trace = |name: &OsString| name.as_encoded_bytes().starts_with(b"GIT_TRACE");
        let traces = std::env::vars_os().map(|(name, _)| name).filter(is_trace);
        traces.for_each(|name| {
            command.env_remove(name);
        });
        for name in ["GIT_TRACE2", "GIT_TRACE2_EVENT", "GIT_TRACE2_PERF"] {
            command.env(name, "0");
        }
        let variables = [
            ("GIT_DIR", path(git_dir)),
            ("GIT_COMMON_DIR", path(common_dir)),
            ("GIT_WORK_TREE", path(work_tree)),
            ("GIT_INDEX_FILE", path(index_file)),
            ("GIT_OBJECT_DIRECTORY", path(objects)),
            (ALTERNATES, alternates),
            ("GIT_SHALLOW_FILE", path(shallow_file)),
        ];
        for (name, value) in variables {
            match value {
                Some(value) => command.env(name, value),
                None => command.env_remove(name),
            };
        }
        command
    }
}

/// The name of the command in these arguments.
fn name(arguments: &[&str]) -> String {
    let mut rest = arguments;
    while let ["-c", _, more @ ..] = rest {
        rest = more;
    }
    rest.first().copied().unwrap_or_default().to_owned()
}

/// Waits for a child whose output has ended.
pub(super) fn wait_within(child: &mut Child, timeout: Duration) -> io::Result<ExitStatus> {
    let begin = Instant::now();
    let mut pause = Duration::from_micros(50);
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if begin.elapsed() > timeout {
            return Err(io::ErrorKind::TimedOut.into());
        }
        std::thread::sleep(pause);
        pause = (pause * 2).min(Duration::from_millis(20));
    }
}

/// Kills a child that does not exit by itself.
pub(super) fn kill(child: &mut Child) {
    // It may just have exited.
    let _ = child.kill();
    let _ = child.wait();
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_silent_git_is_stopped() {
        let environment =
            GitEnvironment { timeout: Duration::from_millis(300), ..GitEnvironment::default() };
        let git = Git::new(&environment);
        let begin = Instant::now();
        for hang in ["!sleep 30", "!exec >&- ; sleep 30"] {
            let alias = format!("alias.hang={hang}");
            let error = git.read(&["-c", &alias, "hang"]).expect_err("it hangs");
            assert!(matches!(error, GitError::TimedOut { .. }), "{error}");
        }
        assert!(begin.elapsed() < Duration::from_secs(20));
        let alias = "alias.talk=!for at in 1 2 3 4 5; do echo $at; sleep 0.2; done";
        assert_eq!(git.read(&["-c", alias, "talk"]).expect("it talks"), b"1\n2\n3\n4\n5\n");
    }
}
