//! The hook for future repositories, and that uninstalling leaves no trace.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output};

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
    let repository = TempRepo::new();
    repository.write("README", "one\n");
    repository.commit("one");
    let hook = repository.home().join("my template/hooks/pre-commit");
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    let theirs = "#!/bin/sh\nexit 0\n";
    fs::write(&hook, theirs).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
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
