//! The hook for all repositories with a git that runs no config hooks, and that uninstalling leaves
//! no trace.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::process::Output;

use super::git_runs_config_hooks;
use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};

fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), repository.home());
    command.args(arguments).output().unwrap()
}

fn assert_prints(repository: &TempRepo, arguments: &[&str], code: i32, words: &[&str]) {
    let output = keysieve(repository, arguments);
    assert_eq!(output.status.code(), Some(code), "{}", all_output(&output));
    words
        .iter()
        .for_each(|word| assert!(all_output(&output).contains(word), "{}", all_output(&output)));
}

/// Whether a commit of a secret is blocked in a new clone of the repository.
fn is_guarded(repository: &TempRepo, name: &str) -> bool {
    repository.git_in(repository.home(), &["clone", "--quiet", "tree", name]);
    let clone = repository.home().join(name);
    fs::write(clone.join(".env"), secret(1)).unwrap();
    repository.git_in(&clone, &["add", ".env"]);
    let commit = repository.command("git", &clone).args(["commit", "-m", "x"]).output().unwrap();
    !commit.status.success() && all_output(&commit).contains("adds a credential")
}

#[test]
fn yes_installs_it_and_uninstalling_leaves_no_trace() {
    if git_runs_config_hooks() {
        return;
    }
    let repository = TempRepo::new();
    repository.write("README", "one\n");
    repository.commit("one");
    let before = "[user]\n\tname = X\n";
    fs::write(repository.global_config(), before).unwrap();
    let config = || fs::read_to_string(repository.global_config()).unwrap();
    let template = repository.home().join(".config/keysieve/template");

    let words = ["init.templateDir = ", "hooks/pre-commit", "Nothing was changed. To apply"];
    assert_prints(&repository, &["hook", "install", "--global"], 2, &words);
    assert!(!template.exists() && config() == before);
    assert!(!is_guarded(&repository, "before"));

    let install = ["hook", "install", "--global", "--yes"];
    assert_prints(&repository, &install, 0, &["Installed the hook", "Set init.templateDir"]);
    assert_prints(&repository, &install, 0, &["already installed"]);
    assert!(is_guarded(&repository, "clone"));
    assert!(repository.home().join("clone/.git/info/exclude").is_file());
    let push = [&install[..], &["--stage", "pre-push"]].concat();
    assert_prints(&repository, &push, 0, &["Installed the hook"]);
    // `git init` in an existing repository copies what is missing.
    let old = repository.home().join("before");
    assert!(!old.join(".git/hooks/pre-commit").exists());
    repository.git_in(&old, &["init", "--quiet"]);
    assert!(old.join(".git/hooks/pre-commit").exists());

    let uninstall = ["hook", "uninstall", "--global"];
    assert_prints(&repository, &uninstall, 0, &["Removed the hook", "keep it"]);
    assert!(config().contains("templateDir"), "{}", config());
    let push = [&uninstall[..], &["--stage", "pre-push"]].concat();
    assert_prints(&repository, &push, 0, &["Removed the hook", "Removed init.templateDir"]);
    assert_eq!(config(), before);
    assert!(!repository.home().join(".config/keysieve").exists());
    assert_prints(&repository, &uninstall, 0, &["No hook at"]);
    assert!(!is_guarded(&repository, "after"));
}

#[test]
fn a_users_own_template_is_kept() {
    if git_runs_config_hooks() {
        return;
    }
    let repository = TempRepo::new();
    repository.write("README", "one\n");
    repository.commit("one");
    let hook = repository.home().join("my template/hooks/pre-commit");
    let theirs = "#!/bin/sh\nexit 0\n";
    write_script(&hook, theirs);
    repository.git(&["config", "--global", "init.templateDir", "~/my template"]);
    let config = fs::read(repository.global_config()).unwrap();

    let install = ["hook", "install", "--global", "--yes"];
    assert_prints(&repository, &install, 0, &["now runs keysieve first"]);
    assert!(is_guarded(&repository, "clone"));
    assert_prints(
        &repository,
        &["hook", "uninstall", "--global"],
        0,
        &["previous hook is restored"],
    );
    assert_eq!(fs::read_to_string(&hook).unwrap(), theirs);
    assert_eq!(fs::read(repository.global_config()).unwrap(), config);

    fs::write(&hook, "#!/usr/bin/env python3\n").unwrap();
    assert_prints(&repository, &install, 2, &["nothing was changed"]);
}

#[test]
fn where_all_hooks_are_in_one_folder_the_hook_is_installed_there() {
    if git_runs_config_hooks() {
        return;
    }
    let repository = TempRepo::new();
    repository.write("README", "one\n");
    repository.commit("one");
    let folder = repository.home().join("all hooks");
    repository.git(&["config", "--global", "core.hooksPath", "~/all hooks"]);
    let config = fs::read(repository.global_config()).unwrap();
    let words = ["git runs hooks only from", "all hooks", "Nothing was changed"];
    assert_prints(&repository, &["hook", "install", "--global"], 2, &words);
    assert!(!folder.exists() && !is_guarded(&repository, "before"));

    let install = ["hook", "install", "--global", "--yes"];
    let words = ["Installed the hook", "with a core.hooksPath of their own"];
    assert_prints(&repository, &install, 0, &words);
    assert!(is_guarded(&repository, "clone"));
    assert!(!repository.home().join(".config/keysieve").exists());
    let existing = repository
        .command(env!("CARGO_BIN_EXE_keysieve"), &repository.path())
        .args(["hook", "doctor"])
        .output()
        .unwrap();
    assert_eq!(existing.status.code(), Some(0), "{}", all_output(&existing));
    assert_prints(&repository, &["hook", "uninstall", "--global"], 0, &["Removed the hook"]);
    assert_eq!(fs::read(repository.global_config()).unwrap(), config);
    assert!(!is_guarded(&repository, "after"));

    // A hook of another kind stays, and is not called protection.
    fs::write(folder.join("pre-commit"), "#!/usr/bin/env python3\n").unwrap();
    assert_prints(&repository, &install, 2, &["nothing was changed"]);
}

#[test]
fn a_hooks_path_that_names_no_common_folder_is_not_protection() {
    if git_runs_config_hooks() {
        return;
    }
    let repository = TempRepo::new();
    for value in [".githooks", "/dev/null"] {
        repository.git(&["config", "--global", "core.hooksPath", value]);
        let words = ["core.hooksPath = ", "Nothing was changed"];
        assert_prints(&repository, &["hook", "install", "--global", "--yes"], 2, &words);
        assert!(!repository.home().join(".config/keysieve").exists());
    }
}

#[test]
fn an_old_git_ignores_config_hooks_and_doctor_reports_it() {
    if git_runs_config_hooks() {
        return;
    }
    let repository = TempRepo::new();
    let command = concat!(env!("CARGO_BIN_EXE_keysieve"), " hook run");
    repository.git(&["config", "--global", "hook.keysieve.command", command]);
    repository.git(&["config", "--global", "hook.keysieve.event", "pre-commit"]);
    let doctor = |code| {
        let mut doctor = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        let output = doctor.args(["hook", "doctor"]).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", all_output(&output));
        assert!(all_output(&output).contains("config hooks need 2.54 or newer"), "{output:?}");
    };
    doctor(1);
    let mut install = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    assert!(install.args(["hook", "install"]).status().unwrap().success());
    doctor(0);
    assert_prints(&repository, &["hook", "uninstall", "--global"], 0, &["Removed hook.keysieve"]);
}
