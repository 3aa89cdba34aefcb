//! The temporary repository of the proof: one commit with the files at the top of the work tree
//! and those of hook managers, and git's hooks as in the real repository.
//!
//! It borrows the real one's objects and has no history, so it takes the same time in a repository
//! of any size.

use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use bstr::{BString, ByteSlice};

use crate::git::Git;
use crate::hook::configured::HookSetting;
use crate::report::output::sink::own_file;

/// The longest time that a hook may take.
pub(super) const LIMIT: Duration = Duration::from_secs(120);

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

/// The most files that are taken from the top of HEAD.
const FILES: usize = 1000;

/// Settings that keep the repository's and the user's from interfering.
const SETTINGS: [(&str, &str); 8] = [
    ("user.name", "keysieve"),
    ("user.email", "keysieve@localhost"),
    ("commit.gpgSign", "false"),
    ("core.fsmonitor", "false"),
    ("gc.auto", "0"),
    ("maintenance.auto", "false"),
    ("push.gpgSign", "false"),
    ("merge.verifySignatures", "false"),
];

/// A temporary repository with the hooks of a real one.
pub(super) struct TestRepository {
    folder: tempfile::TempDir,
    hooks: PathBuf,
    settings: Vec<HookSetting>,
    /// The option of `git init` for the hash of object ids.
    object_format: String,
}

impl TestRepository {
    /// One with the hooks of this folder and those of the settings, all of the section `hook`.
    pub(super) fn new(
        git: &Git,
        top: &Path,
        hooks: &Path,
        settings: &[HookSetting],
    ) -> io::Result<TestRepository> {
        let format = git.query(&["rev-parse", "--show-object-format"]).map_err(io::Error::other)?;
        let made = TestRepository {
            folder: tempfile::tempdir()?,
            hooks: hooks.to_owned(),
            settings: settings.to_vec(),
            object_format: format!("--object-format={}", format.as_deref().unwrap_or("sha1")),
        };
        made.init(git)?;
        // A repository without a commit has no such files; if they cannot be read, the hooks run
        // without them.
        if made.copy_head(git).is_err() {
            made.git(&["read-tree", "--empty"])?;
        }
        made.copy_managers(top)?;
        made.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", "keysieve"])?;
        Ok(made)
    }

    pub(super) fn top(&self) -> PathBuf {
        self.folder.path().join("tree")
    }

    /// A path next to the work tree.
    pub(super) fn beside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Adds an empty repository as the remote `origin`.
    pub(super) fn add_remote(&self) -> io::Result<()> {
        let remote = self.beside("remote.git");
        let remote = remote.to_string_lossy();
        self.git(&["init", "--quiet", "--bare", "--template=", &self.object_format, &remote])?;
        self.git(&["remote", "add", "origin", &remote])
    }

    fn init(&self, git: &Git) -> io::Result<()> {
        fs::create_dir(self.top())?;
        let branch = git.query(&["symbolic-ref", "--quiet", "--short", "HEAD"]);
        let branch = branch.map_err(io::Error::other)?;
        let branch = format!("--initial-branch={}", branch.as_deref().unwrap_or("main"));
        self.git(&["init", "--quiet", "--template=", &self.object_format, &branch])?;
        let objects = git.path("objects").map_err(io::Error::other)?;
        let objects = fs::canonicalize(objects)?;
        for folder in [".git/info", ".git/objects/info"] {
            fs::create_dir_all(self.top().join(folder))?;
        }
        own_file(&self.top().join(".git/info/exclude"), "/node_modules\n")?;
        let alternates = self.top().join(".git/objects/info/alternates");
        own_file(&alternates, &format!("{}\n", objects.to_string_lossy()))
    }

    /// The regular files at the top of HEAD, and those of husky.
    fn copy_head(&self, git: &Git) -> io::Result<()> {
        let mut listed = git.read(&["ls-tree", "-z", "HEAD"]).map_err(io::Error::other)?;
        if listed.split(|&byte| byte == 0).any(|entry| entry.ends_with(b"\t.husky")) {
            let husky = git.read(&["ls-tree", "-r", "-z", "--full-tree", "HEAD", ".husky"]);
            listed.extend(husky.map_err(io::Error::other)?);
        }
        let is_file = |entry: &&[u8]| entry.starts_with(b"100");
        let files = listed.split_inclusive(|&byte| byte == 0).filter(is_file).take(FILES);
        let files: Vec<u8> = files.flatten().copied().collect();
        self.git_with(&["update-index", "-z", "--index-info"], &files)?;
        self.git(&["checkout-index", "--quiet", "--all"])
    }

    /// As they are in the work tree: hook managers read them there.
    fn copy_managers(&self, top: &Path) -> io::Result<()> {
        let copies = |name: &&str| fs::copy(top.join(name), self.top().join(name)).is_ok();
        let copied: Vec<&str> = MANAGERS.into_iter().filter(copies).collect();
        if !copied.is_empty() {
            self.git(&[&["add", "--force"], &copied[..]].concat())?;
        }
        #[cfg(unix)]
        if top.join("node_modules").is_dir() {
            let modules = self.top().join("node_modules");
            let _ = std::os::unix::fs::symlink(top.join("node_modules"), modules);
        }
        Ok(())
    }

    /// Runs git without any hook; it must succeed.
    pub(super) fn git(&self, arguments: &[&str]) -> io::Result<()> {
        self.git_with(arguments, b"").map(drop)
    }

    /// Runs git without any hook, with this input; it must succeed. Returns what it writes.
    pub(super) fn git_with(&self, arguments: &[&str], input: &[u8]) -> io::Result<Vec<u8>> {
        let mut command = self.command(arguments, &self.without_hooks());
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        if let Some(mut stdin) = child.stdin.take() {
            // If git does not read it, its exit code shows why.
            let _ = stdin.write_all(input);
        }
        let Output { status, stdout, stderr } = child.wait_with_output()?;
        if status.success() {
            return Ok(stdout);
        }
        let message = stderr.to_str_lossy().trim().to_owned();
        Err(io::Error::other(format!("`git {}`: {message}", arguments.join(" "))))
    }

    /// Runs git with the hooks and these further settings: its exit code, `None` if it takes too
    /// long, and its output.
    pub(super) fn run(
        &self,
        arguments: &[&str],
        settings: &[(&str, &str)],
    ) -> io::Result<(Option<i32>, String)> {
        let (mut reader, writer) = io::pipe()?;
        let mut all = self.with_hooks();
        all.extend(settings.iter().map(|(key, value)| (key.into(), value.into())));
        let mut command = self.command(arguments, &all);
        command.stdin(Stdio::null());
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
            std::thread::sleep(Duration::from_millis(2));
        };
        let output = reading.join().unwrap_or_default();
        Ok((Some(status.code().unwrap_or(-1)), output.to_str_lossy().into_owned()))
    }

    /// The repository's own hooks, in git's order: settings that come last take precedence, so its
    /// scopes may all become one.
    fn with_hooks(&self) -> Vec<(OsString, OsString)> {
        let hooks = [("core.hooksPath".into(), self.hooks.clone().into())];
        let value = |setting: &HookSetting| setting.value.clone().unwrap_or("true".into());
        let ours = self.settings.iter().map(|one| (os(&one.key), os(&value(one))));
        hooks.into_iter().chain(ours).collect()
    }

    fn without_hooks(&self) -> Vec<(OsString, OsString)> {
        let none = [("core.hooksPath".into(), "/dev/null".into())];
        let named = self.settings.iter().filter_map(|one| one.name("event"));
        let off = named.map(|name| {
            let key = [&b"hook."[..], name, b".enabled"].concat();
            (os(&key.into()), "false".into())
        });
        none.into_iter().chain(off).collect()
    }

    /// Git in this repository. Settings are passed in variables, which need no quoting.
    fn command(&self, arguments: &[&str], settings: &[(OsString, OsString)]) -> Command {
        let mut git = bare_git();
        git.args(arguments).current_dir(self.top());
        let fixed = SETTINGS.map(|(key, value)| (OsString::from(key), OsString::from(value)));
        let all = fixed.iter().chain(settings);
        git.env("GIT_CONFIG_COUNT", all.clone().count().to_string());
        for (number, (key, value)) in all.enumerate() {
            git.env(format!("GIT_CONFIG_KEY_{number}"), key);
            git.env(format!("GIT_CONFIG_VALUE_{number}"), value);
        }
        git
    }
}

/// Git without the variables that point to another repository.
fn bare_git() -> Command {
    let mut git = Command::new("git");
    const KEPT: [&str; 4] =
        ["GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM", "GIT_EXEC_PATH"];
    for (name, _) in std::env::vars_os() {
        let is_git = name.as_encoded_bytes().starts_with(b"GIT_");
        if is_git && !KEPT.iter().any(|kept| name == *kept) {
            git.env_remove(name);
        }
    }
    // Pointer files remain pointers.
    git.env("GIT_LFS_SKIP_SMUDGE", "1");
    git
}

fn os(bytes: &BString) -> OsString {
    bytes.to_os_str().map_or_else(|_| bytes.to_str_lossy().into_owned().into(), OsStr::to_owned)
}
