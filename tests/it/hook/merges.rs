//! The hooks that git runs for commits that `git commit` does not make.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};

/// A repository that runs keysieve as a hook, with these options. `side` adds a file with a secret, which is old.
fn with_side(hook: &str, options: &str) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("file", "one\n");
    repository.commit("one");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("side", secret(1));
    repository.commit("side");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("main", "main\n");
    repository.commit("main");
    let hook = repository.path().join(".git/hooks").join(hook);
    let keysieve = env!("CARGO_BIN_EXE_keysieve");
    let script = format!("#!/bin/sh\nexec '{keysieve}' hook run {options} \"$@\"\n");
    write_script(&hook, script);
    repository
}

fn assert_blocked(output: &Output, word: &str) {
    let text = all_output(output);
    assert!(!output.status.success() && text.contains(word), "{word}: {text}");
}

#[test]
fn a_merge_is_blocked_only_for_what_no_parent_has() {
    // As a hook of the configuration, one command may be that of several events.
    for options in ["--stage pre-merge-commit", ""] {
        merge_side(&with_side("pre-merge-commit", options));
    }
}

fn merge_side(repository: &TempRepo) {
    let merge = ["merge", "--quiet", "--no-edit", "side"];
    let output = repository.try_git(&merge);
    assert!(output.status.success(), "{}", all_output(&output));
    repository.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    // A hook that runs before ours adds to the merge.
    let hook = repository.path().join(".git/hooks/pre-merge-commit");
    let script = fs::read_to_string(&hook).unwrap();
    fs::write(&hook, script.replacen('\n', "\ncp ../key . && git add key\n", 1)).unwrap();
    fs::write(repository.home().join("key"), secret(2)).unwrap();
    assert_blocked(&repository.try_git(&merge), "key:1:23");
}

#[test]
fn a_patch_that_is_applied_is_scanned() {
    let repository = with_side("pre-applypatch", "--stage pre-applypatch");
    let patch = repository.git(&["format-patch", "--stdout", "-1", "side"]);
    fs::write(repository.home().join("patch"), patch + "\n").unwrap();
    assert_blocked(&repository.try_git(&["am", "--quiet", "../patch"]), "side:1:23");
}
