//! The hooks of all stages, as the real git runs them.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::{Output, Stdio};

use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

/// A repository with a bare one as `origin`, to which `main` was pushed.
fn with_origin() -> TempRepo {
    let repository = TempRepo::new();
    repository.git_in(repository.home(), &["init", "--quiet", "--bare", "origin.git"]);
    repository.git(&["remote", "add", "origin", "../origin.git"]);
    repository.write("old", secret(1));
    repository.commit("old secret");
    repository.git(&["push", "--quiet", "origin", "main"]);
    repository
}

fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.args(arguments).env_remove("PRE_COMMIT").output().unwrap()
}

fn install(repository: &TempRepo, stage: &str) {
    let output = keysieve(repository, &["hook", "install", "--stage", stage]);
    assert!(output.status.success(), "{}", all_output(&output));
}

fn assert_blocked(repository: &TempRepo, arguments: &[&str], words: &[&str]) {
    let output = repository.try_git(arguments);
    assert!(!output.status.success(), "{arguments:?} passed: {}", all_output(&output));
    words
        .iter()
        .for_each(|word| assert!(all_output(&output).contains(word), "{}", all_output(&output)));
    assert!(!all_output(&output).contains("ls-f"), "{}", all_output(&output));
}

#[test]
fn a_push_is_blocked_only_for_what_it_adds() {
    let repository = with_origin();
    install(&repository, "pre-push");
    repository.git(&["push", "--quiet", "origin", "main"]);
    repository.write("old", format!("edited\n{}", secret(1)));
    repository.commit("edit");
    repository.git(&["push", "--quiet", "origin", "main", "main:new"]);

    repository.git(&["switch", "--quiet", "-c", "topic"]);
    repository.write("leak", secret(2));
    repository.commit("add it");
    repository.git(&["rm", "--quiet", "leak"]);
    repository.commit("remove it");
    let words = ["leak:1:23", "add it", "removed in", "these commits add"];
    assert_blocked(&repository, &["push", "origin", "topic"], &words);
    assert_blocked(&repository, &["push", "origin", "topic:main"], &words);
    assert_blocked(&repository, &["push", "origin", "main", "HEAD~1:refs/heads/x"], &["leak:1:23"]);
    repository.git(&["push", "--quiet", "origin", "main", ":new"]);
    repository.git(&["push", "--quiet", "--no-verify", "origin", "topic"]);
    repository.git(&["push", "--quiet", "origin", "topic:main"]);
}

#[test]
fn a_tags_message_and_a_commits_are_pushed_too() {
    let repository = with_origin();
    install(&repository, "pre-push");
    repository.git(&["tag", "-a", "v1", "-m", "harmless"]);
    repository.git(&["push", "--quiet", "origin", "v1"]);
    repository.git(&["tag", "-a", "v2", "-m", &format!("use {}", token(3))]);
    assert_blocked(&repository, &["push", "origin", "v2"], &["message of tag v2:1:5"]);
    let message = format!("use {}", token(4));
    repository.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", &message]);
    assert_blocked(&repository, &["push", "origin", "main"], &["message of commit", "ls-********"]);
    repository.git(&["tag", "tree", "HEAD^{tree}"]);
    assert_blocked(&repository, &["push", "origin", "tree"], &["old:1:23"]);
}

#[test]
fn another_pre_push_hook_gets_its_lines_after_ours() {
    let repository = with_origin();
    let hook = repository.path().join(".git/hooks/pre-push");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    for shebang in ["#!/bin/sh -eu", "#!/bin/bash"] {
        let theirs = format!("{shebang}\necho \"$1\" > seen\ncat >> seen\n");
        fs::write(&hook, &theirs).unwrap();
        fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
        install(&repository, "pre-push");
        let seen = || fs::read_to_string(repository.path().join("seen")).unwrap();
        repository.git(&["push", "--quiet", "origin", "main:b$x", "main:refs/heads/c"]);
        let id = repository.git(&["rev-parse", "main"]);
        let none = "0".repeat(40);
        let line = |name| format!("refs/heads/main {id} refs/heads/{name} {none}\n");
        assert_eq!(seen(), format!("origin\n{}{}", line("b$x"), line("c")));
        repository.git(&["push", "--quiet", "origin", "main:b$x"]);
        assert_eq!(seen(), "origin\n");
        repository.git(&["push", "--quiet", "origin", ":b$x", ":c"]);
        let output = keysieve(&repository, &["hook", "uninstall", "--stage", "pre-push"]);
        assert!(output.status.success(), "{}", all_output(&output));
        assert_eq!(fs::read_to_string(&hook).unwrap(), theirs);
    }
}

#[test]
fn a_message_is_scanned_without_its_comments() {
    let repository = with_origin();
    install(&repository, "commit-msg");
    let empty = ["commit", "--quiet", "--allow-empty"];
    let secret = format!("\nuse {}", token(5));
    assert_blocked(
        &repository,
        &[&empty[..], &["-m", &secret]].concat(),
        &["COMMIT_EDITMSG:1:5", "1 credential in 1 location"],
    );
    // Without an editor git keeps what looks like a comment.
    let comment = format!("one\n\n# {}", token(5));
    assert_blocked(&repository, &[&empty[..], &["-m", &comment]].concat(), &["EDITMSG:3:3"]);
    // With one, git's own comments say what it removes; a hook cannot see `--cleanup`.
    let edit_with = |editor: &str, text: &str, options: &[&str]| {
        let mut command = repository.command("git", &repository.path());
        fs::write(repository.home().join("text"), text).unwrap();
        command.args(empty).args(options).env("GIT_EDITOR", editor);
        command.output().unwrap()
    };
    let above = "above() { cat ../text \"$1\" > ../all; cp ../all \"$1\"; }; above";
    let edit = |text: &str| edit_with(above, text, &[]);
    assert!(edit(&comment).status.success(), "{}", all_output(&edit(&comment)));
    for kept in ["--cleanup=whitespace", "--cleanup=verbatim"] {
        assert!(!edit_with(above, &comment, &[kept]).status.success(), "{kept}");
    }
    assert!(!edit_with("cat ../text >", &comment, &[]).status.success(), "nothing says so");
    let cut = "# ------------------------ >8 ------------------------";
    let below = format!("two\n{cut}\n{}\n", token(5));
    assert!(!edit(&below).status.success(), "git leaves it in");
    repository.git(&["config", "commit.cleanup", "scissors"]);
    let add = format!("add() {{ echo '{}' >> \"$1\"; sed -i 1s/^/two/ \"$1\"; }}; add", token(5));
    let output = edit_with(&add, "", &[]);
    assert!(output.status.success(), "{}", all_output(&output));
    assert!(!repository.git(&["log", "-1", "--format=%B"]).contains("ls-"));
    repository.git(&["config", "--unset", "commit.cleanup"]);
    assert!(!edit(&format!("{}\n{cut}\n", token(5))).status.success());
    repository.git(&["config", "core.commentChar", ";"]);
    assert!(!edit(&comment).status.success());
    assert!(edit(&comment.replace('#', ";")).status.success());
    repository.git(&["config", "commit.cleanup", "whitespace"]);
    assert!(!edit(&comment.replace('#', ";")).status.success());
}

#[test]
fn input_that_is_not_from_git_is_an_error() {
    let repository = with_origin();
    let no_file = keysieve(&repository, &["hook", "run", "--stage", "commit-msg"]);
    assert_eq!(no_file.status.code(), Some(2));
    assert!(all_output(&no_file).contains("needs FILE"), "{}", all_output(&no_file));
    let gone = keysieve(&repository, &["hook", "run", "--stage", "commit-msg", "gone"]);
    assert_eq!(gone.status.code(), Some(2));
    assert!(
        all_output(&gone).contains("cannot read the message file gone"),
        "{}",
        all_output(&gone)
    );
    // No lines, as from a hook manager that does not pass them on.
    let push = ["hook", "run", "--stage", "pre-push"];
    let kept = keysieve(&repository, &push);
    assert_eq!(kept.status.code(), Some(2));
    assert!(all_output(&kept).contains("must pass it on"), "{}", all_output(&kept));
    // No lines from git: everything is up to date.
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    let nothing =
        command.args(push).arg("--verbose").env_remove("PRE_COMMIT").stdin(Stdio::piped());
    let nothing = nothing.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let nothing = nothing.wait_with_output().unwrap();
    assert_eq!(nothing.status.code(), Some(0));
    assert!(all_output(&nothing).contains("nothing is pushed"), "{}", all_output(&nothing));
}

#[test]
fn a_verbose_commits_diff_is_not_part_of_its_message() {
    let repository = with_origin();
    install(&repository, "commit-msg");
    repository.write("old", "taken out\n");
    let mut command = repository.command("git", &repository.path());
    let editor = "sed -i 1s/^/subject/";
    let commit = command.args(["commit", "--quiet", "-a", "-v"]).env("GIT_EDITOR", editor);
    let output = commit.output().unwrap();
    assert!(output.status.success(), "{}", all_output(&output));
}

#[test]
fn the_framework_names_the_range_or_the_branch_of_a_push() {
    let repository = with_origin();
    repository.write("leak", secret(2));
    repository.commit("add it");
    let run = |variables: &[(&str, &str)]| {
        let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        command.args(["hook", "run", "--stage", "pre-push"]).env("PRE_COMMIT", "1");
        command.envs(variables.iter().copied()).output().unwrap()
    };
    for variables in [
        &[("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", "HEAD")][..],
        &[("PRE_COMMIT_LOCAL_BRANCH", "refs/heads/main")],
        &[],
    ] {
        let output = run(variables);
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        assert!(all_output(&output).contains("leak:1:23"), "{}", all_output(&output));
    }
    repository.git(&["rm", "--quiet", "leak"]);
    repository.commit("remove it");
    repository.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    repository.git(&["tag", "-a", "v1", "-m", &format!("use {}", token(6))]);
    let tag = repository.git(&["rev-parse", "v1"]);
    let range = [("PRE_COMMIT_FROM_REF", "HEAD~1"), ("PRE_COMMIT_TO_REF", &tag)];
    for variables in [&range[..], &[("PRE_COMMIT_LOCAL_BRANCH", "refs/tags/v1")]] {
        let output = run(variables);
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        assert!(all_output(&output).contains("message of tag v1:1:5"), "{}", all_output(&output));
    }
}
