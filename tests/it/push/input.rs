//! Git's lines: withheld by a hook manager, or none because nothing is pushed; and what the
//! pre-commit framework passes on instead.

use super::{assert_blocked, assert_passes, with_a_secret_in_corp, with_two_remotes, write_hook};
use crate::support;

use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};
use support::tokens::localstack_auth_token as token;

/// A hook as a manager that does not pass on the lines.
fn withhold_lines(repository: &TempRepo, comment: &str) {
    let hook = repository.path().join(".git/hooks/pre-push");
    let keysieve = env!("CARGO_BIN_EXE_keysieve");
    let script =
        format!("#!/bin/sh\n# {comment}\n: | '{keysieve}' hook run --stage pre-push \"$@\"\n");
    write_script(&hook, script);
}

#[test]
fn without_lines_only_what_the_remote_has_is_clean() {
    let repository = with_a_secret_in_corp();
    withhold_lines(&repository, "");
    let words = ["git's lines are missing", "main has commits that public does not", "use_stdin"];
    assert_blocked(&repository, &["public", "main"], &words);
    assert_blocked(&repository, &["../public.git", "main"], &["git's lines are missing"]);
    assert_passes(&repository, &["corp", "main"]);
    repository.write("new", "new\n");
    repository.commit("new");
    assert_blocked(&repository, &["corp", "main"], &["main has commits that corp does not"]);
    // The current branch is up to date, but with lefthook another one may be pushed.
    repository.git(&["switch", "--quiet", "-c", "other", "HEAD~1"]);
    assert_passes(&repository, &["corp", "HEAD:main", "--dry-run"]);
    withhold_lines(&repository, "call_lefthook");
    assert_blocked(&repository, &["corp", "main"], &["main has commits that corp does not"]);
}

#[test]
fn git_passes_no_lines_if_everything_is_up_to_date() {
    let repository = with_a_secret_in_corp();
    assert_passes(&repository, &["corp", "main"]);
    repository.git(&["switch", "--quiet", "--detach"]);
    assert_passes(&repository, &["corp", "main"]);
    // What git would reject without asking the hook is not called clean.
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("new", "new\n");
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--amend", "-m", "diverged"]);
    assert_blocked(&repository, &["corp", "main"], &["git has found nothing that it may push"]);
}

/// The hook as the pre-commit framework runs it.
fn framework(repository: &TempRepo, variables: &[(&str, &str)]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.args(["hook", "run", "--stage", "pre-push"]).env("PRE_COMMIT", "1");
    command.envs(variables.iter().copied()).output().unwrap()
}

fn assert_prints(output: &Output, code: i32, word: &str) {
    let text = all_output(output);
    assert_eq!(output.status.code(), Some(code), "{text}");
    assert!(text.contains(word), "{word}: {text}");
}

#[test]
fn the_framework_names_the_remote() {
    let repository = with_a_secret_in_corp();
    let remote = |name| [("PRE_COMMIT_REMOTE_NAME", name), ("PRE_COMMIT_TO_REF", "HEAD")];
    assert_prints(&framework(&repository, &remote("public")), 1, "old:1:23");
    assert_prints(&framework(&repository, &remote("corp")), 0, "pass on one ref of a push");
    let url = |url| [("PRE_COMMIT_REMOTE_URL", url), ("PRE_COMMIT_LOCAL_BRANCH", "main")];
    assert_prints(&framework(&repository, &url("../public.git")), 1, "old:1:23");
    assert_prints(&framework(&repository, &url("../corp.git")), 0, "pass on one ref of a push");
    // Nobody knows the remote: everything is new.
    assert_prints(&framework(&repository, &[("PRE_COMMIT_TO_REF", "HEAD")]), 1, "old:1:23");
    // The beginning of the range is on the remote too.
    repository.write("new", secret(2));
    repository.commit("new");
    let range = [("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")];
    let output = framework(&repository, &range);
    assert_prints(&output, 1, "new:1:23");
    assert!(!all_output(&output).contains("old:1"), "{}", all_output(&output));
    assert_prints(&framework(&repository, &[("PRE_COMMIT_FROM_REF", "HEAD")]), 2, "TO_REF");
    // The framework derives it from the tracking refs of `corp`, but the push goes elsewhere.
    repository.git(&["config", "remote.corp.pushUrl", "../public.git"]);
    let names = [("PRE_COMMIT_REMOTE_NAME", "corp"), ("PRE_COMMIT_REMOTE_URL", "../public.git")];
    assert_prints(&framework(&repository, &[&range[..], &names].concat()), 1, "old:1:23");
}

#[test]
fn a_framework_may_name_a_tag_of_a_tree() {
    let repository = with_two_remotes();
    repository.git(&["tag", "-a", "tree", "-m", &format!("use {}", token(2)), "HEAD^{tree}"]);
    let output = framework(&repository, &[("PRE_COMMIT_TO_REF", "tree")]);
    assert_prints(&output, 1, "old:1:23");
    assert_prints(&output, 1, "message of ");
}

#[test]
fn lines_that_are_not_gits_are_refused() {
    let repository = with_two_remotes();
    write_hook(&repository.path().join(".git/hooks/pre-push"), "--stage pre-receive");
    assert_blocked(&repository, &["corp", "main"], &["is not a line that git passes"]);
}

#[test]
fn the_arguments_of_another_hook_are_refused() {
    let repository = with_two_remotes();
    let run = |arguments: &[&str]| {
        let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        command.args(["hook", "run"]).args(arguments).env_remove("PRE_COMMIT").output().unwrap()
    };
    for (arguments, stage) in [
        (&["corp", "../corp.git"][..], "--stage pre-push"),
        (&["../x.git", "../x.git"], "--stage pre-push"),
        (&[".git/COMMIT_EDITMSG"], "--stage commit-msg"),
    ] {
        assert_prints(&run(arguments), 2, stage);
    }
    // As lint-staged passes names of files.
    assert_prints(&run(&["old", "new"]), 0, "nothing is staged");
}
