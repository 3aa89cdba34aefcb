//! The binary that an installed hook runs: one that stays, found with any PATH.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};
use support::tokens::localstack_auth_token as token;

const BINARY: &str = env!("CARGO_BIN_EXE_keysieve");

/// A copy of the binary below the repository's home.
fn copied(repository: &TempRepo, path: &str) -> PathBuf {
    let copy = repository.home().join(path);
    fs::create_dir_all(copy.parent().unwrap()).unwrap();
    fs::copy(BINARY, &copy).unwrap();
    copy
}

fn run(repository: &TempRepo, binary: &Path, arguments: &[&str]) -> Output {
    repository.command(binary, &repository.path()).args(arguments).output().unwrap()
}

#[test]
fn a_binary_that_will_be_deleted_is_not_installed() {
    let repository = TempRepo::new();
    let hook = repository.path().join(".git/hooks/pre-commit");
    for path in [
        ".cache/uv/archive-v0/zOmCyBsK1ZJ4/bin/keysieve",
        ".npm/_npx/1f2e3d/node_modules/keysieve/bin/keysieve",
        ".cache/pipx/0a1b2c/bin/keysieve",
        "pip-build-env-x1y2/overlay/bin/keysieve",
        ".cache/pre-commit/repoab12/rustenv-default/bin/keysieve",
        ".cache/prek/hooks/rust-ab12/bin/keysieve",
        "cargo-installAb12cD/release/keysieve",
    ] {
        let binary = copied(&repository, path);
        for arguments in [&["hook", "install"][..], &["hook", "install", "--global", "--yes"]] {
            let output = run(&repository, &binary, arguments);
            assert_eq!(output.status.code(), Some(2), "{path}: {}", all_output(&output));
            for words in ["cargo install --locked --git", "--binary PATH"] {
                assert!(all_output(&output).contains(words), "{}", all_output(&output));
            }
        }
        assert!(!hook.exists() && !repository.global_config().exists());
        let output = run(&repository, &binary, &["hook", "install", "--binary", BINARY]);
        assert!(output.status.success(), "{}", all_output(&output));
        assert!(fs::read_to_string(&hook).unwrap().contains(BINARY));
        fs::remove_file(&hook).unwrap();
    }
    // A cache elsewhere.
    let binary = copied(&repository, "elsewhere/x/keysieve");
    let mut command = repository.command(&binary, &repository.path());
    command.args(["hook", "install"]).env("UV_CACHE_DIR", repository.home().join("elsewhere"));
    assert_eq!(command.output().unwrap().status.code(), Some(2));
    assert!(!hook.exists());
}

#[test]
fn the_named_binary_must_be_keysieve() {
    let repository = TempRepo::new();
    for other in ["/bin/true", "/nowhere/keysieve", "/bin"] {
        let output = run(&repository, BINARY.as_ref(), &["hook", "install", "--binary", other]);
        assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
        assert!(!repository.path().join(".git/hooks/pre-commit").exists());
    }
    copied(&repository, "tree/bin/keysieve");
    let output =
        run(&repository, BINARY.as_ref(), &["hook", "install", "--binary", "bin/keysieve"]);
    assert!(output.status.success(), "{}", all_output(&output));
    let text = fs::read_to_string(repository.path().join(".git/hooks/pre-commit")).unwrap();
    let absolute = repository.path().join("bin/keysieve");
    assert!(text.contains(absolute.to_str().unwrap()), "{text}");
}

/// Git as an app with a graphical interface starts it: a short PATH and no other variables.
fn from_app(repository: &TempRepo, arguments: &[&str]) -> Output {
    let git = Command::new("sh").args(["-c", "command -v git"]).output().unwrap();
    let git = String::from_utf8(git.stdout).unwrap();
    let mut command = Command::new("env");
    command.args(["-i", "PATH=/usr/bin:/bin"]);
    for who in ["AUTHOR", "COMMITTER"] {
        command.arg(format!("GIT_{who}_NAME=A"));
        command.arg(format!("GIT_{who}_EMAIL=a@example.com"));
    }
    command.arg(git.trim()).args(arguments).current_dir(repository.path()).output().unwrap()
}

#[test]
fn the_hooks_work_with_the_path_of_an_app() {
    let repository = TempRepo::new();
    repository.git_in(repository.home(), &["init", "--quiet", "--bare", "origin.git"]);
    repository.git(&["remote", "add", "origin", "../origin.git"]);
    for stage in ["pre-commit", "pre-merge-commit", "pre-applypatch", "commit-msg", "pre-push"] {
        let output = run(&repository, BINARY.as_ref(), &["hook", "install", "--stage", stage]);
        assert!(output.status.success(), "{}", all_output(&output));
    }
    let passes = |arguments: &[&str]| {
        let output = from_app(&repository, arguments);
        assert!(output.status.success(), "{arguments:?}: {}", all_output(&output));
    };
    let blocks = |arguments: &[&str], words: &str| {
        let output = from_app(&repository, arguments);
        assert!(!output.status.success(), "{arguments:?}: {}", all_output(&output));
        assert!(all_output(&output).contains(words), "{arguments:?}: {}", all_output(&output));
    };
    repository.write("fine", "fine\n");
    passes(&["add", "."]);
    passes(&["commit", "--quiet", "-m", "one"]);
    passes(&["push", "--quiet", "origin", "HEAD"]);
    repository.write("leak.env", secret(1));
    passes(&["add", "."]);
    blocks(&["commit", "-m", "two"], "this commit adds a credential");
    passes(&["commit", "--quiet", "--no-verify", "-m", "two"]);
    blocks(&["push", "origin", "HEAD"], "these commits add a credential");
    let message = format!("use {}", token(2));
    blocks(&["commit", "--allow-empty", "-m", &message], "the commit message contains");

    passes(&["format-patch", "-1", "--quiet", "-o", ".."]);
    passes(&["reset", "--quiet", "--hard", "HEAD~1"]);
    blocks(&["am", "../0001-two.patch"], "adds a credential");
}

#[test]
fn a_clean_merge_and_a_patch_pass() {
    let repository = TempRepo::new();
    for stage in ["pre-merge-commit", "pre-applypatch"] {
        let output = run(&repository, BINARY.as_ref(), &["hook", "install", "--stage", stage]);
        assert!(output.status.success(), "{}", all_output(&output));
        let output = run(&repository, BINARY.as_ref(), &["hook", "doctor", "--stage", stage]);
        assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    }
    repository.write("one", "one\n");
    repository.commit("one");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("side", "side\n");
    repository.commit("side");
    repository.git(&["format-patch", "-1", "--quiet", "-o", ".."]);
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "merge", "side"]);
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    repository.git(&["am", "--quiet", "../0001-side.patch"]);
}

#[test]
fn the_pre_push_hook_passes_gits_arguments() {
    let repository = TempRepo::new();
    repository.write("one", "one\n");
    repository.commit("one");
    let binary = repository.home().join("bin/keysieve");
    write_script(&binary, "#!/bin/sh\nprintf '<%s>' \"$@\"; cat\n");
    repository.git_in(repository.home(), &["init", "--quiet", "--bare", "a $b 'c'.git"]);
    repository.git(&["remote", "add", "other", "../a $b 'c'.git"]);
    let folder = repository.path().join(".git/hooks");
    fs::create_dir_all(&folder).unwrap();
    for (number, theirs) in ["", "#!/bin/sh -eu\n", "#!/usr/bin/env bash\n"].iter().enumerate() {
        let hook = folder.join("pre-push");
        if !theirs.is_empty() {
            write_script(&hook, theirs);
        }
        keysieve::hook::install(&folder, keysieve::hook::Stage::PrePush, &binary).unwrap();
        let branch = format!("main:refs/heads/{number}");
        let push = repository.try_git(&["push", "other", &branch]);
        let expected = "<hook><run><--stage><pre-push><other><../a $b 'c'.git>refs/heads/main";
        assert!(all_output(&push).contains(expected), "{}", all_output(&push));
        fs::remove_file(hook).unwrap();
    }
}
