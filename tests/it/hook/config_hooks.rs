//! Config hooks, with a git that runs them: the one that KEYSIEVE_TEST_GIT names, or else the one
//! on PATH. With an older git these tests are skipped, and say so.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use super::{git_version, skip};
use serde_json::Value;
use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

const BINARY: &str = env!("CARGO_BIN_EXE_keysieve");

/// A repository of a git that runs config hooks.
struct Configured {
    repository: TempRepo,
    /// PATH, with that git first.
    path: std::ffi::OsString,
}

impl Configured {
    /// `None`, with a message, if there is no such git.
    fn new() -> Option<Configured> {
        let named = std::env::var_os("KEYSIEVE_TEST_GIT").map(PathBuf::from);
        let git = named.clone().unwrap_or_else(|| "git".into());
        if git_version(&git) < (2, 54) {
            assert!(named.is_none(), "KEYSIEVE_TEST_GIT runs no config hooks");
            skip("git is older than 2.54; KEYSIEVE_TEST_GIT may name another one");
            return None;
        }
        let folder = git.parent().map(Path::to_owned).unwrap_or_default();
        let folders = std::env::var_os("PATH").unwrap();
        let others = std::env::split_paths(&folders).filter(|one| !one.join("keysieve").exists());
        let path = std::env::join_paths([folder].into_iter().chain(others)).unwrap();
        let configured = Configured { repository: TempRepo::new(), path };
        configured.repository.write("old.env", secret(1));
        configured.repository.commit("one");
        Some(configured)
    }

    fn command(&self, program: &str) -> Command {
        let mut command = self.repository.command(program, &self.repository.path());
        command.env("PATH", &self.path);
        command
    }

    /// Runs git; it must succeed.
    fn git(&self, arguments: &[&str]) {
        let output = self.command("git").args(arguments).output().unwrap();
        assert!(output.status.success(), "git {arguments:?}: {}", all_output(&output));
    }

    fn keysieve(&self, arguments: &[&str], code: i32) -> String {
        let output = self.command(BINARY).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{arguments:?}: {}", all_output(&output));
        all_output(&output)
    }

    /// The doctor's JSON, which has this exit code.
    fn doctor(&self, more: &[&str], code: i32) -> Value {
        let arguments = [&["hook", "doctor", "--format", "json"], more].concat();
        let output = self.command(BINARY).args(arguments).output().unwrap();
        assert_eq!(output.status.code(), Some(code), "{}", all_output(&output));
        serde_json::from_slice(&output.stdout).unwrap()
    }

    /// Stages a secret and tries to commit it.
    fn commit_secret(&self) -> Output {
        self.repository.write("new.env", secret(2));
        self.git(&["add", "--all"]);
        self.command("git").args(["commit", "--quiet", "-m", "two"]).output().unwrap()
    }

    /// A config hook of any scope.
    fn configure(&self, scope: &str, name: &str, event: &str, command: &str) {
        self.git(&["config", scope, &format!("hook.{name}.command"), command]);
        self.git(&["config", scope, "--add", &format!("hook.{name}.event"), event]);
    }
}

fn states(report: &Value) -> Vec<String> {
    let hooks = report["config_hooks"].as_array().unwrap().iter();
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    hooks.map(|hook| ["scope", "name", "state"].map(|key| text(&hook[key])).join(" ")).collect()
}

/// The messages of the doctor.
fn messages(report: &Value) -> String {
    let checks = report["checks"].as_array().unwrap().iter();
    checks.map(|check| format!("{}\n", check["message"].as_str().unwrap())).collect()
}

#[test]
fn the_global_installation_guards_a_repository_that_exists() {
    let Some(all) = Configured::new() else { return };
    let before = "[user]\n\tname = X\n";
    fs::write(all.repository.global_config(), before).unwrap();
    let config = || fs::read_to_string(all.repository.global_config()).unwrap();
    let install = ["hook", "install", "--global"];
    let said = all.keysieve(&install, 2);
    assert!(said.contains("hook.keysieve.event = pre-applypatch"), "{said}");
    assert!(said.contains("existing ones too") && said.contains("older than 2.54"), "{said}");
    assert_eq!(config(), before);
    assert_eq!(all.doctor(&[], 1)["kind"], "nothing");

    let install = [&install[..], &["--yes"]].concat();
    let said = all.keysieve(&install, 0);
    assert!(said.contains("git runs the hook in all your repositories"), "{said}");
    let installed = config();
    assert!(all.keysieve(&install, 0).contains("already in your git config"));
    assert_eq!(config(), installed);
    let commit = all.commit_secret();
    assert!(all_output(&commit).contains("this commit adds a credential"), "{commit:?}");
    assert_eq!(commit.status.code(), Some(1));

    for stage in ["pre-commit", "pre-merge-commit", "pre-applypatch"] {
        let report = all.doctor(&["--stage", stage], 0);
        assert_eq!(states(&report), ["global keysieve runs"], "{stage}");
        assert_eq!((&report["kind"], &report["proof"]), (&"nothing".into(), &"blocked".into()));
        assert_eq!(report["config_binary"]["version"], env!("CARGO_PKG_VERSION"));
        let said = all.keysieve(&["hook", "install", "--stage", stage], 0);
        assert!(said.contains("git already runs keysieve here: config hook `keysieve`"), "{said}");
        assert!(!all.repository.path().join(".git/hooks").join(stage).exists());
    }
    for stage in ["commit-msg", "pre-push"] {
        all.doctor(&["--stage", stage], 1);
        all.keysieve(&[&install[..], &["--stage", stage]].concat(), 0);
        all.doctor(&["--stage", stage], 0);
        all.keysieve(&["hook", "uninstall", "--global", "--stage", stage], 0);
        assert_eq!(config(), installed);
    }
    all.keysieve(&["hook", "uninstall", "--global", "--stage", "pre-applypatch"], 0);
    all.doctor(&["--stage", "pre-applypatch"], 1);
    all.doctor(&[], 0);
    let said = all.keysieve(&["hook", "uninstall", "--global"], 0);
    assert!(said.contains("Removed hook.keysieve.command"), "{said}");
    assert_eq!(config(), before);
    all.doctor(&[], 1);
    all.keysieve(&["hook", "uninstall", "--global"], 0);
}

#[test]
fn the_path_of_the_binary_is_quoted_for_the_shell() {
    let Some(all) = Configured::new() else { return };
    let binary = all.repository.home().join("it's $x `y`/keysieve");
    fs::create_dir(binary.parent().unwrap()).unwrap();
    fs::copy(BINARY, &binary).unwrap();
    let binary = binary.to_str().unwrap();
    all.keysieve(&["hook", "install", "--global", "--yes", "--binary", binary], 0);
    assert_eq!(all.doctor(&[], 0)["config_binary"]["path"], binary);
    assert_eq!(all.commit_secret().status.code(), Some(1));
    all.keysieve(&["hook", "install", "--global", "--yes"], 0);
    assert_eq!(all.doctor(&[], 0)["config_binary"]["path"], BINARY);

    fs::rename(binary, all.repository.home().join("gone")).unwrap();
    all.keysieve(&["hook", "install", "--global", "--yes", "--binary", binary], 2);
    all.git(&["config", "--global", "hook.keysieve.command", "/gone/keysieve hook run"]);
    let report = all.doctor(&[], 1);
    assert!(messages(&report).contains("it blocks everything: /gone/keysieve"), "{report}");
}

#[test]
fn a_repository_can_disable_the_hook_and_doctor_shows_how() {
    let Some(all) = Configured::new() else { return };
    all.keysieve(&["hook", "install", "--global", "--yes"], 0);
    for (key, value, expected) in [
        ("hook.keysieve.enabled", "false", "global keysieve disabled"),
        ("hook.keysieve.event", "", "local keysieve reset"),
        ("hook.pre-commit.enabled", "false", "global keysieve event-disabled"),
        ("hook.keysieve.command", "true", "global keysieve runs"),
    ] {
        all.git(&["config", key, value]);
        let report = all.doctor(&[], 1);
        assert_eq!(
            (states(&report), &report["protected"]),
            (vec![expected.to_owned()], &false.into())
        );
        let passed = all.commit_secret();
        assert!(passed.status.success(), "{key}: {}", all_output(&passed));
        all.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
        all.git(&["config", "--unset", key]);
        all.doctor(&[], 0);
    }
    // The hook of the hooks folder still runs.
    all.git(&["config", "hook.keysieve.enabled", "false"]);
    all.keysieve(&["hook", "install"], 0);
    let report = all.doctor(&[], 0);
    assert_eq!((&report["kind"], &report["proof"]), (&"ours".into(), &"blocked".into()));
}

#[test]
fn another_config_hook_is_listed_in_its_order() {
    let Some(all) = Configured::new() else { return };
    all.configure("--global", "lint all", "pre-commit", "echo linted >> ../linted; true");
    let said = all.keysieve(&["hook", "install"], 0);
    assert!(said.contains("Config hooks run before it: `lint all`."), "{said}");
    let report = all.doctor(&[], 0);
    assert_eq!(states(&report), ["global lint all runs"]);
    let order = "git runs them in this order: `lint all`, .git/hooks/pre-commit";
    assert!(messages(&report).contains(order), "{report}");

    all.configure("--local", "guard", "pre-commit", &format!("'{BINARY}' hook run"));
    all.configure("--local", "format", "pre-commit", "true");
    let report = all.doctor(&[], 0);
    let expected = ["global lint all runs", "local guard runs", "local format runs"];
    assert_eq!(states(&report), expected);
    assert!(messages(&report).contains("keysieve runs twice"), "{report}");
    let said = all.keysieve(&["hook", "uninstall"], 0);
    assert!(said.contains("git still runs keysieve here: config hook `guard`"), "{said}");
    let report = all.doctor(&[], 0);
    assert!(messages(&report).contains("after keysieve: `format`; what that stages"), "{report}");
    assert!(all.keysieve(&["hook", "install"], 0).contains("config hook `guard` in the local"));

    // The proof runs other hooks in a repository of its own.
    let linted = fs::read_to_string(all.repository.home().join("linted"));
    assert!(linted.is_err(), "{linted:?}");
    assert_eq!(all.commit_secret().status.code(), Some(1));
}

#[test]
fn a_hook_of_any_kind_is_judged_by_what_it_does() {
    let Some(all) = Configured::new() else { return };
    all.configure("--local", "wrapped", "pre-commit", &format!("test -n x && '{BINARY}' hook run"));
    let report = all.doctor(&[], 0);
    assert_eq!(
        (states(&report), &report["config_binary"]),
        (vec!["local wrapped runs".to_owned()], &Value::Null)
    );
    all.git(&["config", "hook.wrapped.command", "echo no tests; false"]);
    let report = all.doctor(&[], 2);
    assert!(messages(&report).contains("no tests"), "{report}");
    all.git(&["config", "--unset", "hook.wrapped.command"]);
    let report = all.doctor(&[], 2);
    assert!(messages(&report).contains("git cannot read its config hooks: fatal"), "{report}");
}

#[test]
fn a_name_that_is_taken_or_disabled_is_not_protection() {
    let Some(all) = Configured::new() else { return };
    let install = ["hook", "install", "--global", "--yes"];
    all.configure("--global", "keysieve", "pre-commit", "make lint");
    let said = all.keysieve(&install, 2);
    assert!(said.contains("another command; nothing was changed: make lint"), "{said}");
    let said = all.keysieve(&["hook", "uninstall", "--global"], 2);
    assert!(said.contains("nothing was changed: make lint"), "{said}");
    all.git(&["config", "--global", "--remove-section", "hook.keysieve"]);
    all.git(&["config", "--global", "hook.keysieve.enabled", "false"]);
    let said = all.keysieve(&install, 2);
    assert!(said.contains("does not run it: another setting disables it"), "{said}");
}

#[test]
fn merges_and_patches_are_checked_too() {
    let Some(all) = Configured::new() else { return };
    all.keysieve(&["hook", "install", "--global", "--yes"], 0);
    all.repository.git(&["switch", "--quiet", "-c", "side"]);
    all.repository.write("side.env", secret(2));
    all.repository.commit("two");
    let patch = all.repository.git(&["format-patch", "-1", "-o", "..", "--quiet"]);
    assert_eq!(patch, "");
    all.repository.git(&["switch", "--quiet", "main"]);
    let am = all.command("git").args(["am", "../0001-two.patch"]).output().unwrap();
    assert!(!am.status.success(), "{}", all_output(&am));
    assert!(all_output(&am).contains("adds a credential"), "{}", all_output(&am));
}

#[test]
fn a_push_passes_its_remote_to_the_config_hook() {
    let Some(all) = Configured::new() else { return };
    all.keysieve(&["hook", "install", "--global", "--yes", "--stage", "pre-push"], 0);
    let home = all.repository.home();
    all.repository.git_in(home, &["init", "--quiet", "--bare", "origin.git"]);
    all.git(&["remote", "add", "origin", "../origin.git"]);
    all.git(&["push", "--quiet", "--no-verify", "origin", "main"]);
    all.repository.write("fine", "fine\n");
    all.repository.commit("two");
    all.git(&["push", "--quiet", "origin", "main"]);
    let message = format!("use {}", token(3));
    all.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", &message]);
    let push = all.command("git").args(["push", "origin", "main"]).output().unwrap();
    assert!(!push.status.success(), "{}", all_output(&push));
    assert!(all_output(&push).contains("message of commit"), "{}", all_output(&push));
}

#[test]
fn a_config_hook_runs_whatever_the_hooks_path_is() {
    let Some(all) = Configured::new() else { return };
    all.git(&["config", "--global", "core.hooksPath", "/dev/null"]);
    all.keysieve(&["hook", "install", "--global", "--yes"], 0);
    let report = all.doctor(&[], 0);
    assert_eq!((&report["kind"], &report["proof"]), (&"nothing".into(), &"blocked".into()));
    assert_eq!(all.commit_secret().status.code(), Some(1));
}

#[test]
fn a_setting_that_only_this_repository_includes_is_tested_too() {
    let Some(all) = Configured::new() else { return };
    let included = all.repository.home().join("included");
    let command = format!("'{BINARY}' hook run");
    let text = format!("[hook \"mine\"]\n\tcommand = {command}\n\tevent = pre-commit\n");
    fs::write(&included, text).unwrap();
    let condition = format!("includeIf.gitdir:{}/.path", all.repository.path().display());
    all.git(&["config", "--global", &condition, included.to_str().unwrap()]);
    let report = all.doctor(&[], 0);
    assert_eq!(
        (states(&report), &report["proof"]),
        (vec!["global mine runs".to_owned()], &"blocked".into())
    );
}

#[test]
fn a_template_of_an_older_git_is_mentioned() {
    let Some(all) = Configured::new() else { return };
    let folder = all.repository.home().join("template");
    keysieve::hook::install(&folder.join("hooks"), Default::default(), Path::new(BINARY)).unwrap();
    all.git(&["config", "--global", "init.templateDir", folder.to_str().unwrap()]);
    let said = all.keysieve(&["hook", "install", "--global", "--yes"], 0);
    assert!(said.contains("run keysieve twice"), "{said}");
    all.keysieve(&["hook", "uninstall", "--global"], 0);
    assert!(!folder.join("hooks/pre-commit").exists());
}
