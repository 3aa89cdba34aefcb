//! What a push sends to this remote, with the real git: two remotes, URLs, tracking refs that are
//! out of date, tags, trees.
#![cfg(unix)]

mod input;
mod objects;
mod random;

use crate::support;

use std::fs;
use std::path::Path;
use std::process::Output;

use bstr::ByteSlice;
use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};

/// A repository whose pre-push hook passes on what git passes to it. `main` has a secret, and the
/// bare repositories `corp.git` and `public.git` are its remotes.
fn with_two_remotes() -> TempRepo {
    let repository = TempRepo::new();
    for name in ["corp", "public"] {
        let bare = format!("{name}.git");
        repository.git_in(repository.home(), &["init", "--quiet", "--bare", "-b", "main", &bare]);
        repository.git(&["remote", "add", name, &format!("../{bare}")]);
    }
    write_hook(&repository.path().join(".git/hooks/pre-push"), "--stage pre-push \"$@\"");
    repository.write("old", secret(1));
    repository.commit("old secret");
    repository
}

/// A hook that runs keysieve with these arguments.
fn write_hook(hook: &Path, arguments: &str) {
    let keysieve = env!("CARGO_BIN_EXE_keysieve");
    write_script(hook, format!("#!/bin/sh\nexec '{keysieve}' hook run {arguments}\n"));
}

/// The same, with the secret already in `corp`.
fn with_a_secret_in_corp() -> TempRepo {
    let repository = with_two_remotes();
    repository.git(&["push", "--quiet", "--no-verify", "corp", "main"]);
    repository
}

/// Pushes; the hook must block it and print these words.
fn assert_blocked(repository: &TempRepo, arguments: &[&str], words: &[&str]) -> Output {
    let output = repository.try_git(&[&["push"], arguments].concat());
    let text = all_output(&output);
    assert!(!output.status.success(), "{arguments:?} passed: {text}");
    words.iter().for_each(|word| assert!(text.contains(word), "{arguments:?} {word}: {text}"));
    assert!(!text.contains("ls-f"), "{text}");
    output
}

/// Pushes; the hook must let it pass and print nothing.
fn assert_passes(repository: &TempRepo, arguments: &[&str]) {
    let output = repository.try_git(&[&["push", "--quiet"], arguments].concat());
    assert!(output.status.success(), "{arguments:?}: {}", all_output(&output));
    assert_eq!(all_output(&output), "", "{arguments:?}");
}

#[test]
fn what_another_remote_has_is_new_to_this_one() {
    let repository = with_a_secret_in_corp();
    assert_blocked(&repository, &["public", "main"], &["old:1:23", "these commits add"]);
    assert_blocked(&repository, &["../public.git", "main"], &["old:1:23"]);
    repository.write("new", "new\n");
    repository.commit("new");
    assert_passes(&repository, &["corp", "main", "main:topic"]);
    assert_blocked(&repository, &["public", "main:topic"], &["old:1:23"]);
    repository.git(&["push", "--quiet", "--no-verify", "public", "main"]);
    assert_passes(&repository, &["public", "main:topic"]);
}

#[test]
fn a_push_from_a_linked_worktree_or_a_folder_is_the_same() {
    let repository = with_a_secret_in_corp();
    repository.git(&["worktree", "add", "--quiet", "-b", "linked", "../linked"]);
    let linked = repository.home().join("linked");
    let push = |folder: &Path, remote: &str, branch: &str| {
        let arguments = ["push", "--quiet", remote, branch];
        repository.command("git", folder).args(arguments).output().unwrap()
    };
    fs::create_dir(repository.path().join("folder")).unwrap();
    for (folder, branch) in [(linked, "linked"), (repository.path().join("folder"), "main")] {
        let known = push(&folder, "corp", &format!("{branch}:from-{branch}"));
        assert!(known.status.success(), "{}", all_output(&known));
        let new = push(&folder, "public", branch);
        assert!(!new.status.success() && all_output(&new).contains("old:1:23"), "{new:?}");
    }
}

#[test]
fn a_url_that_a_remote_is_fetched_from_is_that_remote() {
    let repository = with_a_secret_in_corp();
    assert_passes(&repository, &["../corp.git", "main:topic"]);
    assert_passes(&repository, &["../corp.git/", "main:other"]);
    repository.git(&["config", "url.../corp.insteadOf", "corp:"]);
    assert_passes(&repository, &["corp:.git", "main:third"]);
    // To a URL without a remote only git's lines count.
    repository.git(&["push", "--quiet", "--no-verify", "../public.git", "main"]);
    repository.git(&["remote", "remove", "public"]);
    repository.write("new", "new\n");
    repository.commit("new");
    assert_passes(&repository, &["../public.git", "main"]);
    assert_blocked(&repository, &["../public.git", "main:topic"], &["old:1:23"]);
}

#[test]
fn a_remote_that_is_pushed_to_another_url_is_another_one() {
    let repository = with_a_secret_in_corp();
    repository.git(&["config", "remote.corp.pushUrl", "../public.git"]);
    assert_blocked(&repository, &["corp", "main"], &["old:1:23"]);
    repository.git(&["config", "remote.corp.pushUrl", "../corp.git/"]);
    assert_passes(&repository, &["corp", "main:topic"]);
}

#[test]
fn refs_that_git_lists_outrank_tracking_refs() {
    let repository = with_a_secret_in_corp();
    // The server has purged it: the branch has another history now, or is gone.
    let other = TempRepo::new();
    other.write("clean", "clean\n");
    other.commit("clean");
    let corp = repository.home().join("corp.git").display().to_string();
    other.git(&["push", "--quiet", "--force", &corp, "main"]);
    let words = ["old:1:23", "refs/heads/main on corp is at", "fetch it first"];
    assert_blocked(&repository, &["--force", "corp", "main"], &words);
    repository
        .git_in(&repository.home().join("corp.git"), &["update-ref", "-d", "refs/heads/main"]);
    assert_blocked(&repository, &["corp", "main"], &["old:1:23"]);
}

#[test]
fn tracking_refs_are_found_by_the_fetch_refspecs() {
    let repository = with_a_secret_in_corp();
    repository.git(&["update-ref", "refs/elsewhere/main", "main"]);
    repository.git(&["update-ref", "-d", "refs/remotes/corp/main"]);
    assert_blocked(&repository, &["corp", "main:topic"], &["old:1:23"]);
    let fetch = ["config", "remote.corp.fetch"];
    let set = |refspec| repository.git(&[&fetch[..], &[refspec]].concat());
    set("+refs/heads/*:refs/elsewhere/*");
    assert_passes(&repository, &["corp", "main:topic"]);
    // Local branches do not show what the remote has.
    set("+refs/*:refs/*");
    assert_blocked(&repository, &["corp", "main:other"], &["old:1:23"]);
    // One that both remotes write to is neither's.
    set("+refs/heads/*:refs/elsewhere/*");
    repository.git(&["config", "remote.public.fetch", "+refs/heads/*:refs/elsewhere/*"]);
    assert_blocked(&repository, &["corp", "main:third"], &["old:1:23"]);
    repository.git(&["config", "--unset", "remote.public.fetch"]);
    repository.git(&["config", "--add", "remote.corp.fetch", "^refs/heads/*"]);
    assert_blocked(&repository, &["corp", "main:fourth"], &["old:1:23"]);
}

#[test]
fn without_gits_arguments_only_its_lines_count() {
    let repository = with_a_secret_in_corp();
    write_hook(&repository.path().join(".git/hooks/pre-push"), "--stage pre-push");
    repository.write("new", "new\n");
    repository.commit("new");
    assert_passes(&repository, &["corp", "main"]);
    let words = ["old:1:23", "the remote is unknown", "keysieve hook install --stage pre-push"];
    assert_blocked(&repository, &["corp", "main:topic"], &words);
}

#[test]
fn the_report_leaves_gits_standard_output_alone() {
    let repository = with_two_remotes();
    let output = assert_blocked(&repository, &["--porcelain", "public", "main"], &["old:1:23"]);
    assert!(!String::from_utf8_lossy(&output.stdout).contains("old:1"), "{output:?}");
    repository.git(&["rm", "--quiet", "old"]);
    repository.git(&["commit", "--quiet", "--amend", "--allow-empty", "-m", "clean"]);
    let output = repository.try_git(&["push", "--porcelain", "public", "main"]);
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(output.status.success(), "{}", all_output(&output));
    assert!(stdout.starts_with("To ../public.git\n*\trefs/heads/main"), "{stdout}");
    // A report that is asked for goes where it is asked to.
    write_hook(
        &repository.path().join(".git/hooks/pre-push"),
        "--stage pre-push --format json \"$@\"",
    );
    repository.write("leak", secret(2));
    repository.commit("leak");
    let output = repository.try_git(&["push", "public", "main"]);
    assert!(output.stderr.contains_str("failed to push"), "{}", all_output(&output));
    assert!(all_output(&output).contains("\"path\": \"leak\""), "{}", all_output(&output));
}

/// `GIT_TRACE=1 git push` shows why a push is slow; the hook inherits it.
#[test]
fn a_trace_is_not_taken_for_gits_answers() {
    let repository = with_two_remotes();
    repository.git(&["rm", "--quiet", "old"]);
    repository.git(&["commit", "--quiet", "--amend", "--allow-empty", "-m", "clean"]);
    let push = |variable: &str, branch: &str| {
        let mut push = repository.command("git", &repository.path());
        push.args(["push", "public", branch]).env(variable, "1").output().unwrap()
    };
    for (number, variable) in ["GIT_TRACE", "GIT_TRACE2", "GIT_TRACE_SETUP"].iter().enumerate() {
        let output = push(variable, &format!("main:refs/heads/{number}"));
        assert!(output.status.success(), "{variable}: {}", all_output(&output));
    }
    repository.write("leak", secret(2));
    repository.commit("leak");
    let output = push("GIT_TRACE", "main");
    assert!(!output.status.success() && all_output(&output).contains("leak:1:23"));
}
