//! Every format and environment of git, for every command that reads a repository.

#![allow(clippy::unwrap_used, reason = "clippy takes only #[test] functions for tests")]

mod alternates;
mod arguments;
mod environment;
mod extensions;
mod files;
mod ownership;
mod writers;

use std::path::Path;
use std::process::{Command, Output};

use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

pub const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// Runs keysieve in a folder.
fn keysieve(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> Output {
    keysieve_with(repository, folder, arguments, &[])
}

/// The same with variables.
fn keysieve_with(
    repository: &TempRepo,
    folder: &Path,
    arguments: &[&str],
    variables: &[(&str, &Path)],
) -> Output {
    let mut command = command(repository, folder);
    command.args(arguments).envs(variables.iter().copied()).output().unwrap()
}

fn command(repository: &TempRepo, folder: &Path) -> Command {
    let mut command = repository.command(KEYSIEVE, folder);
    command.env_remove("PRE_COMMIT").env_remove("KEYSIEVE_FINGERPRINT_KEY");
    command
}

/// The exit code of a run, which prints all of these words.
fn assert_exits(output: &Output, code: i32, words: &[&str]) {
    let text = all_output(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    let words_only = text.split_whitespace().collect::<Vec<_>>().join(" ");
    for word in words {
        assert!(words_only.contains(word), "{word}: {text}");
    }
}

/// A repository whose first commit adds a secret and whose second removes it; a third commit is on
/// top.
fn leaky(repository: &TempRepo) {
    repository.write("a.env", secret(1));
    repository.commit("Add");
    repository.git(&["rm", "--quiet", "a.env"]);
    repository.commit("Remove");
    repository.write("b", "text\n");
    repository.commit("Go on");
}

/// Every command reads this repository, which has the commits of [`leaky`]: nothing in it is
/// unreadable, and the hook blocks a secret.
fn assert_usable(repository: &TempRepo) {
    let top = repository.path();
    let run = |arguments: &[&str]| keysieve(repository, &top, arguments);
    assert_exits(&run(&["audit"]), 1, &["a.env"]);
    assert_exits(&run(&["audit", "HEAD~1..HEAD"]), 0, &[]);
    assert_exits(&run(&["audit", "main"]), 1, &["a.env"]);
    assert_exits(&run(&["scan"]), 0, &[]);
    assert_exits(&run(&["scan", "--since", "HEAD~1"]), 0, &[]);
    assert_exits(&run(&["scan", "--since", "HEAD~2"]), 0, &[]);
    assert_exits(&run(&["baseline", "create", "--owner", "team"]), 0, &[]);
    assert_exits(&run(&["baseline", "check"]), 0, &[]);
    std::fs::remove_file(top.join(".keysieve-baseline.toml")).unwrap();
    let clean = run(&["hook", "run"]);
    assert_exits(&clean, 0, &[]);
    repository.write("new.env", secret(2));
    repository.git(&["add", "--force", "new.env"]);
    assert_exits(&run(&["hook", "run"]), 1, &["new.env"]);
    assert_exits(&run(&["scan"]), 1, &["new.env"]);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "new"]);
    assert_exits(&run(&["scan", "--since", "HEAD~1"]), 1, &["new.env"]);
}
