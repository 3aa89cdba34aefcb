//! Real repositories, made by the real git, isolated from the user's configuration.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use super::guarded::secret;

/// A repository with a work tree in a temporary folder, on branch `main`, without commits.
pub struct TempRepo {
    folder: tempfile::TempDir,
}

impl TempRepo {
    pub fn new() -> Self {
        TempRepo::with(&["init", "--quiet", "-b", "main"])
    }

    /// A repository made by this `git init …`.
    pub fn with(init: &[&str]) -> Self {
        TempRepo::try_with(init).unwrap()
    }

    /// A repository made by this `git init …`, if this git can.
    pub fn try_with(init: &[&str]) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let repository = TempRepo { folder };
        fs::create_dir(repository.path()).unwrap();
        repository.try_git(init).status.success().then_some(repository)
    }

    /// The folder that is `HOME` for git; the work tree is in it.
    pub fn home(&self) -> &Path {
        self.folder.path()
    }

    /// The top of the work tree.
    pub fn path(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// Runs git at the top of the work tree; it must succeed. Returns its output, trimmed.
    pub fn git(&self, arguments: &[&str]) -> String {
        self.git_in(&self.path(), arguments)
    }

    /// Runs git in a folder; it must succeed. Returns its output, trimmed.
    pub fn git_in(&self, folder: &Path, arguments: &[&str]) -> String {
        let output = self.command("git", folder).args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", all_output(&output));
        String::from_utf8_lossy(&output.stdout).trim_end().to_owned()
    }

    /// Runs git at the top of the work tree; it may fail.
    pub fn try_git(&self, arguments: &[&str]) -> Output {
        self.command("git", &self.path()).args(arguments).output().unwrap()
    }

    /// A program in a folder, always in the same environment.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>, folder: &Path) -> Command {
        let mut command = Command::new(program);
        for (name, _) in std::env::vars_os() {
            if name.as_encoded_bytes().starts_with(b"GIT_") {
                command.env_remove(name);
            }
        }
        command.current_dir(folder).stdin(Stdio::null()).env("HOME", self.home());
        command.env_remove("XDG_CONFIG_HOME").env_remove("KEYSIEVE_CONFIG");
        command.env("GIT_CONFIG_NOSYSTEM", "1").env("GIT_CONFIG_GLOBAL", self.global_config());
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "A. Tester");
            command.env(format!("GIT_{who}_EMAIL"), "tester@example.com");
            command.env(format!("GIT_{who}_DATE"), "2026-01-02T03:04:05Z");
        }
        command
    }

    /// The user's configuration file; it does not exist until a test writes it.
    pub fn global_config(&self) -> PathBuf {
        self.home().join("global.gitconfig")
    }

    /// Writes a file of the work tree, with its folders.
    pub fn write(&self, path: impl AsRef<Path>, bytes: impl AsRef<[u8]>) {
        let path = self.path().join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, bytes).unwrap();
    }

    /// Commits all of the work tree.
    pub fn commit(&self, message: &str) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--no-verify", "-m", message]);
    }
}

/// Writes a script that can be run, with its folders.
pub fn write_script(path: &Path, text: impl AsRef<[u8]>) {
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
    }
}

/// Both outputs of a program, to print if a test fails.
pub fn all_output(output: &Output) -> String {
    [&output.stdout[..], &output.stderr].concat().iter().map(|&b| char::from(b)).collect()
}

/// A secret on both sides, one more on each, and a conflict.
pub fn conflict() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("both", "base\n");
    repository.write("ours", "ours\n");
    repository.commit("base");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("both", format!("side\n{}", secret(1)));
    repository.write("theirs", secret(2));
    repository.commit("side");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("both", "main\n");
    repository.commit("main");
    assert!(!repository.try_git(&["merge", "--quiet", "side"]).status.success());
    repository
}
