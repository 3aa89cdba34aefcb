//! Repositories of another user, and those that git opens only if they are named.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{KEYSIEVE, assert_exits, keysieve, leaky};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

/// A program that another user runs in a folder; `None` if that is not possible.
struct Stranger {
    repository: TempRepo,
    keysieve: PathBuf,
}

impl Stranger {
    /// The repository belongs to the user of the tests, so it must be another user who reads it.
    fn new() -> Option<Stranger> {
        let repository = TempRepo::new();
        leaky(&repository);
        repository.git_in(repository.home(), &["clone", "--quiet", "--bare", "tree", "bare.git"]);
        let open = fs::Permissions::from_mode(0o755);
        fs::set_permissions(repository.home(), open).unwrap();
        let keysieve = repository.home().join("keysieve");
        fs::copy(KEYSIEVE, &keysieve).unwrap();
        let stranger = Stranger { repository, keysieve };
        let can = stranger.command("true", &stranger.repository.path()).output();
        if !can.is_ok_and(|output| output.status.success()) {
            eprintln!("skipped: setpriv cannot drop to another user here");
            return None;
        }
        Some(stranger)
    }

    fn command(&self, program: impl AsRef<Path>, folder: &Path) -> Command {
        let mut command = self.repository.command("setpriv", folder);
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups"]).arg(program.as_ref());
        command
    }

    fn keysieve(&self, folder: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
        let mut command = self.command(&self.keysieve, folder);
        command.args(arguments).envs(variables.iter().copied()).output().unwrap()
    }
}

fn trusting(value: &str) -> [(&str, &str); 3] {
    [
        ("GIT_CONFIG_COUNT", "1"),
        ("GIT_CONFIG_KEY_0", "safe.directory"),
        ("GIT_CONFIG_VALUE_0", value),
    ]
}

#[test]
fn safe_directory_in_every_form_that_git_accepts() {
    let Some(stranger) = Stranger::new() else { return };
    let top = fs::canonicalize(stranger.repository.path()).unwrap();
    let home = top.parent().unwrap().display().to_string();
    let exact = top.display().to_string();
    let below = format!("{home}/*");
    let slash = format!("{exact}/");
    for value in ["*", &exact, &below, &slash, "."] {
        let variables = trusting(value);
        let mut git = stranger.command("git", &top);
        let by_git = git.args(["rev-parse", "--git-dir"]).envs(variables).output().unwrap();
        let output = stranger.keysieve(&top, &["audit"], &variables);
        match by_git.status.success() {
            true => assert_exits(&output, 1, &["a.env"]),
            false => assert_exits(&output, 2, &["safe.directory"]),
        }
        // Git has accepted these since 2.46.
        if value != "." && value != slash {
            let since = stranger.keysieve(&top, &["scan", "--since", "HEAD~1"], &variables);
            assert_eq!(since.status.success(), by_git.status.success(), "{value}");
        }
    }
}

#[test]
fn the_advice_helps() {
    let Some(stranger) = Stranger::new() else { return };
    let top = stranger.repository.path();
    let bare = stranger.repository.home().join("bare.git");
    fs::create_dir(top.join("sub")).unwrap();
    // The stranger's own configuration.
    let config = stranger.repository.global_config();
    for (folder, path) in
        [(&top, "."), (&top.join("sub"), ".."), (&bare, "."), (&top, "../bare.git")]
    {
        let _ = fs::remove_file(&config);
        let refused = stranger.keysieve(folder, &["audit", path], &[]);
        assert_exits(&refused, 2, &["belongs to another user"]);
        let text = all_output(&refused).split_whitespace().collect::<Vec<_>>().join(" ");
        let advice =
            text.split('`').find(|part| part.starts_with("git config")).unwrap().to_owned();
        let mut follow = stranger.repository.command("sh", folder);
        assert!(follow.args(["-c", &advice]).status().unwrap().success(), "{advice}");
        let mut config = fs::metadata(&config).unwrap().permissions();
        config.set_mode(0o644);
        fs::set_permissions(stranger.repository.global_config(), config).unwrap();
        assert_exits(&stranger.keysieve(folder, &["audit", path], &[]), 1, &["a.env"]);
    }
}

#[test]
fn the_hook_is_closed_in_a_repository_of_another_user() {
    let Some(stranger) = Stranger::new() else { return };
    let output = stranger.keysieve(&stranger.repository.path(), &["hook", "run"], &[]);
    assert_exits(&output, 2, &["safe.directory"]);
}

#[test]
fn a_bare_repository_that_git_opens_only_if_it_is_named() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.write("c.env", secret(2));
    repository.commit("Add another");
    repository.git_in(repository.home(), &["clone", "--quiet", "--bare", "tree", "bare.git"]);
    fs::write(repository.global_config(), "[safe]\n\tbareRepository = explicit\n").unwrap();
    let bare = repository.home().join("bare.git");
    let run = |arguments: &[&str]| keysieve(&repository, &bare, arguments);
    assert_exits(&run(&["audit"]), 1, &["a.env"]);
    assert_exits(&run(&["scan", "--since", "HEAD~1"]), 1, &["c.env"]);
    assert_exits(&run(&["scan", "--since", "HEAD~1", "--policy-from", "HEAD~1"]), 1, &["c.env"]);
    assert_exits(&run(&["audit", "HEAD~1..HEAD"]), 1, &["c.env"]);
}

#[test]
fn a_work_tree_elsewhere() {
    let repository = TempRepo::new();
    leaky(&repository);
    let elsewhere = repository.home().join("elsewhere");
    fs::create_dir(&elsewhere).unwrap();
    fs::write(elsewhere.join("new.env"), secret(2)).unwrap();
    repository.git(&["config", "core.worktree", elsewhere.to_str().unwrap()]);
    repository.git(&["add", "--all"]);
    let top = repository.path();
    assert_exits(&keysieve(&repository, &top, &["audit"]), 1, &["a.env"]);
    assert_exits(&keysieve(&repository, &top, &["hook", "run"]), 1, &["new.env"]);
    assert_exits(&keysieve(&repository, &top, &["scan", "--since", "HEAD~1"]), 0, &[]);
}
