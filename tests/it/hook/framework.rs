//! `keysieve hook run` as the pre-commit framework runs it.

use crate::support;

use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output};

/// A repository that contains an old secret.
fn repository() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("old", secret(1));
    repository.write("other", "other\n");
    repository.commit("old secret");
    repository
}

/// `keysieve hook run` with these variables.
fn hook_run(repository: &TempRepo, variables: &[(&str, &str)]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    for name in ["PRE_COMMIT", "PRE_COMMIT_FROM_REF", "PRE_COMMIT_TO_REF"] {
        command.env_remove(name);
    }
    command.args(["hook", "run"]).envs(variables.iter().copied()).output().unwrap()
}

/// Checks the exit code, and that the output contains all these words.
fn assert_prints(output: &Output, code: i32, words: &[&str]) {
    assert_eq!(output.status.code(), Some(code), "{}", all_output(output));
    for word in words {
        assert!(all_output(output).contains(word), "{word}: {}", all_output(output));
    }
}

const FRAMEWORK: (&str, &str) = ("PRE_COMMIT", "1");

#[test]
fn all_tracked_files_are_scanned_if_nothing_is_staged() {
    let repository = repository();
    repository.write("untracked", secret(2));
    let all = ["nothing is staged: scanned all tracked files", "old:1:23", "2 files"];
    assert_prints(&hook_run(&repository, &[FRAMEWORK]), 1, &all);
    repository.git(&["rm", "--quiet", "old"]);
    assert_prints(&hook_run(&repository, &[FRAMEWORK]), 0, &["the staged changes add no content"]);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "take out"]);
    assert_prints(&hook_run(&repository, &[FRAMEWORK]), 0, &["scanned all tracked files"]);
    repository.git(&["add", "untracked"]);
    assert_prints(&hook_run(&repository, &[FRAMEWORK]), 1, &["untracked:1:23", "this commit adds"]);
}

#[test]
fn an_empty_commit_scans_nothing() {
    let repository = repository();
    let nothing = ["nothing is staged: nothing to scan"];
    assert_prints(&hook_run(&repository, &[]), 0, &nothing);
    assert_prints(
        &hook_run(&repository, &[FRAMEWORK, ("GIT_INDEX_FILE", ".git/index")]),
        0,
        &nothing,
    );
}

#[test]
fn a_range_has_the_meaning_of_since() {
    let repository = repository();
    repository.write("new", secret(2));
    repository.commit("bring in");
    repository.git(&["rm", "--quiet", "new"]);
    repository.commit("take out");
    let range = |from, to| {
        hook_run(
            &repository,
            &[FRAMEWORK, ("PRE_COMMIT_FROM_REF", from), ("PRE_COMMIT_TO_REF", to)],
        )
    };
    assert_prints(&range("HEAD~2", "HEAD"), 1, &["new:1:23", "these commits add", "removed in"]);
    assert_prints(&range("HEAD~1", "HEAD"), 0, &["No secrets found."]);
    assert_prints(&range("HEAD~2", "HEAD~2"), 0, &["the range contains no commits"]);
    assert_prints(&range("gone", "HEAD"), 2, &["unknown revision `gone`", "git fetch origin"]);
    let half = hook_run(&repository, &[FRAMEWORK, ("PRE_COMMIT_FROM_REF", "HEAD")]);
    assert_prints(&half, 2, &["PRE_COMMIT_TO_REF"]);
}
