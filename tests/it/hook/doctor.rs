//! The doctor's diagnosis in each situation, in real repositories with the real git.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;
use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};

const BINARY: &str = env!("CARGO_BIN_EXE_keysieve");

/// A repository with one commit that has a secret: an old one proves nothing.
fn repository() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("sub/old.env", secret(1));
    repository.commit("one");
    repository
}

fn keysieve(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = repository.command(BINARY, folder);
    command.args(arguments).env("PATH", path()).output().unwrap()
}

/// PATH without an installed keysieve.
fn path() -> std::ffi::OsString {
    let folders = std::env::var_os("PATH").unwrap();
    let without = |folder: &PathBuf| !folder.join("keysieve").exists();
    std::env::join_paths(std::env::split_paths(&folders).filter(without)).unwrap()
}

/// The doctor's JSON; its output for people is the same, with this exit code.
fn doctor_in(repository: &TempRepo, folder: &Path, more: &[&str], code: i32) -> Value {
    let human = keysieve(repository, folder, &[&["hook", "doctor"], more].concat());
    assert_eq!(human.status.code(), Some(code), "{}", all_output(&human));
    let sum = ["\nProtected.\n", "\nNot protected.\n", "\nUnknown.\n"][code as usize];
    assert!(all_output(&human).ends_with(sum), "{}", all_output(&human));
    let json =
        keysieve(repository, folder, &[&["hook", "doctor", "--format", "json"], more].concat());
    assert_eq!(json.status.code(), Some(code));
    let report: Value = serde_json::from_slice(&json.stdout).unwrap();
    let protected = [Value::Bool(true), Value::Bool(false), Value::Null];
    assert_eq!(report["protected"], protected[code as usize]);
    for check in report["checks"].as_array().unwrap() {
        assert!(
            all_output(&human).contains(check["message"].as_str().unwrap()),
            "{check} {}",
            all_output(&human)
        );
    }
    report
}

fn doctor(repository: &TempRepo, code: i32) -> Value {
    doctor_in(repository, &repository.path(), &[], code)
}

fn install(repository: &TempRepo) {
    let output = keysieve(repository, &repository.path(), &["hook", "install"]);
    assert!(output.status.success(), "{}", all_output(&output));
}

/// A hook that git runs.
fn hook(repository: &TempRepo, path: &str, text: &str) -> PathBuf {
    let hook = repository.path().join(path);
    write_script(&hook, text);
    hook
}

#[test]
fn without_a_hook_nothing_is_tried() {
    let repository = repository();
    let report = doctor(&repository, 1);
    assert_eq!((&report["kind"], &report["proof"]), (&"nothing".into(), &"not-tried".into()));
}

#[test]
fn ours_blocks_the_fake_secret_and_leaves_no_trace() {
    let repository = repository();
    install(&repository);
    let before = repository.git(&["count-objects", "-v"]);
    let report = doctor(&repository, 0);
    assert_eq!((&report["kind"], &report["proof"]), (&"ours".into(), &"blocked".into()));
    assert_eq!(report["binary"]["version"], env!("CARGO_PKG_VERSION"));
    assert_eq!(report["hooks_path"]["scope"], Value::Null);
    assert_eq!(repository.git(&["count-objects", "-v"]), before);
    assert_eq!(repository.git(&["status", "--short"]), "");

    // From a subfolder, and before the first commit.
    doctor_in(&repository, &repository.path().join("sub"), &[], 0);
    let empty = TempRepo::new();
    install(&empty);
    doctor(&empty, 0);
}

#[test]
fn every_stage_has_its_own_proof() {
    let repository = repository();
    for stage in ["commit-msg", "pre-push"] {
        doctor_in(&repository, &repository.path(), &["--stage", stage], 1);
        let output =
            keysieve(&repository, &repository.path(), &["hook", "install", "--stage", stage]);
        assert!(output.status.success());
        let report = doctor_in(&repository, &repository.path(), &["--stage", stage], 0);
        assert_eq!(report["stage"], stage);
    }
}

#[test]
fn another_hook_is_judged_by_what_it_does() {
    let repository = repository();
    let path = ".git/hooks/pre-commit";
    hook(&repository, path, "#!/bin/sh\nexit 0\n");
    assert_eq!(doctor(&repository, 1)["kind"], "foreign");
    install(&repository);
    let report = doctor(&repository, 0);
    assert_eq!((&report["kind"], &report["proof"]), (&"chained".into(), &"blocked".into()));

    hook(&repository, path, &format!("#!/usr/bin/env bash\n'{BINARY}' hook run\n"));
    let report = doctor(&repository, 0);
    assert_eq!((&report["kind"], &report["binary"]), (&"foreign".into(), &Value::Null));
    // It blocks everything, for its own reasons.
    hook(&repository, path, "#!/bin/sh\nprintf 'no \\033[31mtests\\n'\nexit 1\n");
    let report = doctor(&repository, 2);
    assert_eq!(report["proof"], "unclear");
    let why = report["checks"].as_array().unwrap().last().unwrap()["message"].as_str().unwrap();
    assert!(why.contains("exit code 1") && why.contains("tests"), "{why}");
}

#[test]
fn a_hooks_path_setting_disables_other_hooks() {
    let repository = repository();
    install(&repository);
    repository.git(&["config", "core.hooksPath", "tools/hooks"]);
    let report = doctor(&repository, 1);
    assert_eq!(report["kind"], "nothing");
    assert_eq!(report["hooks_path"]["scope"], "local");
    assert!(report["never_run"][0].as_str().unwrap().ends_with(".git/hooks/pre-commit"));
    install(&repository);
    let report = doctor(&repository, 0);
    assert!(report["hook"].as_str().unwrap().ends_with("tree/tools/hooks/pre-commit"));

    repository.git(&["config", "--unset", "core.hooksPath"]);
    fs::remove_file(repository.path().join(".git/hooks/pre-commit")).unwrap();
    let shared = repository.home().join("shared hooks");
    repository.git(&["config", "--global", "core.hooksPath", shared.to_str().unwrap()]);
    assert_eq!(doctor(&repository, 1)["hooks_path"]["scope"], "global");
    install(&repository);
    assert_eq!(doctor(&repository, 0)["kind"], "ours");
}

#[test]
fn a_linked_worktree_shares_its_hooks() {
    let repository = repository();
    install(&repository);
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home().join("linked");
    let report = doctor_in(&repository, &linked, &[], 0);
    assert_eq!(report["linked_worktree"], true);
    assert!(report["hook"].as_str().unwrap().ends_with("tree/.git/hooks/pre-commit"));
}

#[test]
fn a_hook_that_is_not_executable_does_not_protect() {
    let repository = repository();
    install(&repository);
    let path = repository.path().join(".git/hooks/pre-commit");
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let report = doctor(&repository, 1);
    assert_eq!((&report["kind"], &report["proof"]), (&"no-run-bit".into(), &"not-tried".into()));
}

#[test]
fn the_binary_is_found_as_by_the_hook() {
    let repository = repository();
    let binary = repository.home().join("it's/keysieve");
    fs::create_dir(binary.parent().unwrap()).unwrap();
    fs::copy(BINARY, &binary).unwrap();
    let install = || {
        let mut command = repository.command(&binary, &repository.path());
        assert!(command.args(["hook", "install"]).status().unwrap().success());
    };
    install();
    assert_eq!(doctor(&repository, 0)["binary"]["path"], binary.to_str().unwrap());
    let gone = repository.home().join("gone");
    fs::rename(&binary, &gone).unwrap();
    let report = doctor(&repository, 1);
    assert_eq!((&report["binary"], &report["proof"]), (&Value::Null, &"unclear".into()));

    // Another version still protects.
    let older = format!(
        "#!/bin/sh\n[ \"$1\" = --version ] && echo keysieve 0.0.1 && exit\nexec '{BINARY}' \"$@\"\n"
    );
    fs::write(&binary, older).unwrap();
    fs::set_permissions(&binary, fs::Permissions::from_mode(0o755)).unwrap();
    let report = doctor(&repository, 0);
    assert_eq!(report["binary"]["version"], "0.0.1");
    let says = report["checks"].to_string();
    assert!(says.contains("version 0.0.1, and this is"), "{says}");
}

#[test]
fn a_managed_hook_is_judged_by_what_it_runs() {
    let repository = repository();
    // As written by husky 9.
    hook(&repository, ".husky/_/pre-commit", "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"\n");
    repository.write(
        ".husky/_/h",
        "n=$(basename \"$0\")\ns=$(dirname \"$(dirname \"$0\")\")/$n\n[ ! -f \"$s\" ] && exit 0\nsh -e \"$s\" \"$@\"\n",
    );
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    let report = doctor(&repository, 1);
    assert_eq!((&report["manager"], &report["proof"]), (&"husky".into(), &"passed".into()));
    repository.write(".husky/pre-commit", format!("'{BINARY}' hook run || exit $?\n"));
    assert_eq!(doctor(&repository, 0)["kind"], "managed");
}

#[test]
fn outside_of_a_repository_the_result_is_unknown() {
    let repository = TempRepo::new();
    let output = keysieve(&repository, repository.home(), &["hook", "doctor"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(all_output(&output).contains("git repository"), "{}", all_output(&output));
}
