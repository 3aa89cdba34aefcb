//! Installing, running and uninstalling the hook, without touching other hooks.

mod agent;
mod binary;
mod config_hooks;
mod doctor;
mod framework;
mod global;
mod jj;
mod location;
mod merges;
mod stages;

use crate::support;

use std::fs;
use std::path::{Path, PathBuf};

use keysieve::hook::script;
use keysieve::hook::{HookError, Installed, Manager, Stage, Uninstalled};
use support::repository::{TempRepo, all_output, write_script};

/// The version of a git.
fn git_version(git: &Path) -> (u32, u32) {
    let output = std::process::Command::new(git).arg("version").output().expect("git runs");
    let text = String::from_utf8_lossy(&output.stdout).replace("git version ", "");
    let mut numbers = text.trim().split('.').map(|number| number.parse().unwrap_or(0));
    (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0))
}

/// Whether the git on PATH runs config hooks; a test without them is then skipped.
fn git_runs_config_hooks() -> bool {
    let runs = git_version(Path::new("git")) >= (2, 54);
    if runs {
        skip("the git on PATH runs config hooks");
    }
    runs
}

/// Prints why a test is skipped. The test runner hides what the macros print.
fn skip(why: &str) {
    use std::io::Write;
    let _ = writeln!(std::io::stderr(), "skipped: {why}");
}

// All tests use the pre-commit hook unless they name another.
fn install(folder: &Path, binary: &Path) -> Result<Installed, HookError> {
    keysieve::hook::install(folder, Stage::PreCommit, binary)
}

fn uninstall(folder: &Path) -> Result<Uninstalled, HookError> {
    keysieve::hook::uninstall(folder, Stage::PreCommit)
}

fn text(binary: &Path) -> bstr::BString {
    script::text(Stage::PreCommit, binary)
}

fn line(binary: &Path) -> bstr::BString {
    script::line(Stage::PreCommit, binary)
}

/// A hooks folder that does not exist yet, and the path of the hook in it.
fn folder_to_be() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("not/there/yet");
    let hook = folder.join("pre-commit");
    (home, folder, hook)
}

#[test]
fn installing_twice_changes_nothing_and_uninstalling_leaves_nothing() {
    let (_home, folder, hook) = folder_to_be();
    let binary = Path::new("/opt/keysieve");
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::NotInstalled(hook.clone()));
    assert!(!folder.exists());
    assert_eq!(install(&folder, binary).unwrap(), Installed::Created(hook.clone()));
    assert_eq!(install(&folder, binary).unwrap(), Installed::Unchanged(hook.clone()));
    assert_eq!(fs::read(&hook).unwrap(), text(binary));

    let moved = Path::new("/usr/bin/keysieve");
    assert_eq!(install(&folder, moved).unwrap(), Installed::Replaced(hook.clone()));
    assert_eq!(fs::read(&hook).unwrap(), text(moved));
    fs::write(folder.join("pre-push"), "#!/bin/sh\n").unwrap();
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::Removed(hook.clone()));
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::NotInstalled(hook));
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["pre-push"]);
}

#[cfg(unix)]
#[test]
fn the_hook_is_made_executable_again() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, folder, hook) = folder_to_be();
    let mode = || hook.metadata().unwrap().permissions().mode() & 0o777;
    install(&folder, Path::new("/opt/keysieve")).unwrap();
    assert_eq!(mode(), 0o755);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let again = install(&folder, Path::new("/opt/keysieve")).unwrap();
    assert_eq!((again, mode()), (Installed::Replaced(hook.clone()), 0o755));
}

/// The existing file is unchanged, and the line to add is printed.
fn assert_foreign(folder: &Path, hook: &Path) {
    let binary = Path::new("/opt/key sieve");
    let before = hook.symlink_metadata().unwrap().modified().unwrap();
    let Installed::Foreign(foreign) = install(folder, binary).unwrap() else { panic!() };
    assert_eq!(foreign.path, hook);
    assert_eq!(foreign.line, "'/opt/key sieve' hook run || exit $?");
    assert_eq!(uninstall(folder).unwrap(), Uninstalled::Foreign(hook.into()));
    assert_eq!(hook.symlink_metadata().unwrap().modified().unwrap(), before);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "no temporary file is left");
}

#[test]
fn other_hooks_are_not_changed() {
    let (_home, folder, hook) = folder_to_be();
    fs::create_dir_all(&folder).unwrap();
    let ours = text(Path::new("/opt/key sieve"));
    for theirs in [
        &b"#!/usr/bin/env python3\nlint()\n"[..],
        b"",
        b"\xff",
        &[&ours, &b"\nlint\n"[..]].concat(),
    ] {
        fs::write(&hook, theirs).unwrap();
        assert_foreign(&folder, &hook);
        assert_eq!(fs::read(&hook).unwrap(), theirs);
    }
    fs::remove_file(&hook).unwrap();
    fs::create_dir(&hook).unwrap();
    assert_foreign(&folder, &hook);
}

#[cfg(unix)]
#[test]
fn a_symbolic_link_is_not_ours_wherever_it_leads() {
    let (home, folder, hook) = folder_to_be();
    fs::create_dir_all(&folder).unwrap();
    let target = home.path().join("target");
    std::os::unix::fs::symlink(&target, &hook).unwrap();
    assert_foreign(&folder, &hook);
    fs::write(&target, text(Path::new("/opt/keysieve"))).unwrap();
    assert_foreign(&folder, &hook);
}

#[test]
fn what_cannot_be_written_is_an_error_that_names_the_hook() {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("file");
    fs::write(&folder, "").unwrap();
    let error = install(&folder, Path::new("/opt/keysieve")).unwrap_err().to_string();
    assert!(error.contains("file/pre-commit"), "{error}");
}

/// A replacement for keysieve that prints its arguments and exits with 3.
#[cfg(unix)]
fn fake_binary(path: &Path) {
    write_script(path, "#!/bin/sh\necho \"called with: $*\"\nexit 3\n");
}

#[cfg(unix)]
#[test]
fn the_hook_runs_the_binary_at_any_path() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let repository = TempRepo::new();
    let folder = repository.path().join(".git/hooks");
    let names: [&[u8]; 5] = [b"plain", b"two words", b"it's", b"$(x)`y`\\\"\n", b"no utf-8 \xff"];
    for name in names {
        let binary = repository.home().join(OsStr::from_bytes(name)).join("keysieve");
        fake_binary(&binary);
        install(&folder, &binary).unwrap();
        assert_hook_calls(&repository);
        uninstall(&folder).unwrap();

        let theirs = [b"#!/bin/sh\n", &line(&binary)[..], b"\nexit 0\n"].concat();
        fs::write(folder.join("pre-commit"), theirs).unwrap();
        let chmod = repository.command("chmod", &folder).args(["+x", "pre-commit"]).status();
        assert!(chmod.unwrap().success());
        assert_hook_calls(&repository);
        fs::remove_file(folder.join("pre-commit")).unwrap();
    }
}

#[cfg(unix)]
fn assert_hook_calls(repository: &TempRepo) {
    let commit = repository.try_git(&["commit", "--allow-empty", "-m", "one"]);
    assert!(!commit.status.success());
    assert!(all_output(&commit).contains("called with: hook run"), "{}", all_output(&commit));
}

#[cfg(unix)]
#[test]
fn a_missing_binary_is_searched_on_the_path_or_else_blocks() {
    let repository = TempRepo::new();
    let folder = repository.path().join(".git/hooks");
    install(&folder, &repository.home().join("gone")).unwrap();
    let run = |path: &Path| {
        let mut command = repository.command("/bin/sh", &repository.path());
        command.arg(folder.join("pre-commit")).env("PATH", path).output().unwrap()
    };
    let blocked = run(Path::new("/nowhere"));
    assert_eq!(blocked.status.code(), Some(2));
    assert!(all_output(&blocked).contains("git commit --no-verify"), "{}", all_output(&blocked));
    assert!(all_output(&blocked).contains("install keysieve"), "{}", all_output(&blocked));

    let programs = repository.home().join("programs");
    fake_binary(&programs.join("keysieve"));
    let found = run(&programs);
    assert_eq!(found.status.code(), Some(3));
    assert!(all_output(&found).contains("called with: hook run"), "{}", all_output(&found));
}

/// Another hook in a repository, run by git.
#[cfg(unix)]
fn theirs(repository: &TempRepo, name: &str, text: &[u8]) -> PathBuf {
    use std::os::unix::fs::PermissionsExt;
    let hook = repository.path().join(".git/hooks").join(name);
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, text).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o750)).unwrap();
    hook
}

/// A replacement for keysieve that prints its arguments and input, and exits with that code.
#[cfg(unix)]
fn fake_binary_that_exits(path: &Path, code: u8) {
    fake_binary(path);
    fs::write(path, format!("#!/bin/sh\necho \"called with: $*\"\nexit {code}\n")).unwrap();
}

#[cfg(unix)]
#[test]
fn an_existing_shell_script_runs_ours_first_and_is_restored() {
    use std::os::unix::fs::PermissionsExt;
    let repository = TempRepo::new();
    let folder = repository.path().join(".git/hooks");
    let binary = repository.home().join("it's here/keysieve");
    let commit = || repository.try_git(&["commit", "--allow-empty", "-m", "one"]);
    for shebang in ["#!/bin/sh", "#!/bin/sh -eu", "#!/usr/bin/env bash"] {
        let before = format!("{shebang}\necho theirs \"${{keysieve-unset}}\"\nexit 7\n");
        let hook = theirs(&repository, "pre-commit", before.as_bytes());
        fake_binary_that_exits(&binary, 0);
        assert_eq!(install(&folder, &binary).unwrap(), Installed::Chained(hook.clone()));
        assert_eq!(install(&folder, &binary).unwrap(), Installed::Unchanged(hook.clone()));
        assert_eq!(hook.metadata().unwrap().permissions().mode() & 0o777, 0o750);
        let output = commit();
        assert!(!output.status.success());
        assert!(
            all_output(&output).contains("called with: hook run\ntheirs unset"),
            "{}",
            all_output(&output)
        );
        let alone = repository.command(&hook, &repository.path()).output().unwrap();
        assert_eq!(alone.status.code(), Some(7));

        fake_binary_that_exits(&binary, 3);
        let output = repository.command(&hook, &repository.path()).output().unwrap();
        assert_eq!(output.status.code(), Some(3));
        assert!(!all_output(&output).contains("theirs"), "{}", all_output(&output));

        fs::remove_file(&binary).unwrap();
        let mut gone = repository.command("/bin/sh", &repository.path());
        let gone = gone.arg(&hook).env("PATH", "/nowhere").output().unwrap();
        assert_eq!(gone.status.code(), Some(2), "{}", all_output(&gone));
        assert!(all_output(&gone).contains("git commit --no-verify"), "{}", all_output(&gone));

        assert_eq!(uninstall(&folder).unwrap(), Uninstalled::Unchained(hook.clone()));
        assert_eq!(fs::read(&hook).unwrap(), before.as_bytes());
        assert_eq!(hook.metadata().unwrap().permissions().mode() & 0o777, 0o750);
        assert_eq!(uninstall(&folder).unwrap(), Uninstalled::Foreign(hook));
    }
}

#[cfg(unix)]
#[test]
fn a_hook_that_git_does_not_run_is_not_changed() {
    use std::os::unix::fs::PermissionsExt;
    let repository = TempRepo::new();
    let hook = theirs(&repository, "pre-commit", b"#!/bin/sh\nexit 0\n");
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    assert!(matches!(
        install(hook.parent().unwrap(), Path::new("/opt/keysieve")).unwrap(),
        Installed::Foreign(_)
    ));
}

#[cfg(unix)]
#[test]
fn a_managed_folder_is_not_changed_and_the_managers_lines_are_printed() {
    let repository = TempRepo::new();
    let pre_commit =
        b"#!/usr/bin/env bash\n# File generated by pre-commit: https://pre-commit.com\nexit 0\n";
    let lefthook = b"#!/bin/sh\ncall_lefthook run \"pre-push\" \"$@\"\n";
    for (name, text, manager, words) in [
        (
            "pre-commit",
            &pre_commit[..],
            "pre-commit",
            ["- id: keysieve", ".pre-commit-config.yaml"],
        ),
        ("pre-push", lefthook, "lefthook", ["run: keysieve hook run", "lefthook.yml"]),
    ] {
        let hook = theirs(&repository, name, text);
        assert_managed(&repository, manager, &words);
        assert_eq!(fs::read(&hook).unwrap(), text);
        assert_eq!(
            fs::read_dir(hook.parent().unwrap())
                .unwrap()
                .filter(|e| { e.as_ref().unwrap().path().extension().is_none() })
                .count(),
            1
        );
        fs::remove_file(hook).unwrap();
    }
    repository.git(&["config", "core.hooksPath", ".husky/_"]);
    assert_managed(
        &repository,
        "husky",
        &["keysieve hook run || exit $?", "to .husky/pre-commit:"],
    );
    assert!(!repository.path().join(".husky").exists());
    assert_eq!(Manager::of(&repository.path().join(".husky")), Some(Manager::Husky));
}

#[cfg(unix)]
fn assert_managed(repository: &TempRepo, manager: &str, words: &[&str]) {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    let output = command.args(["hook", "install"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
    assert!(
        all_output(&output).contains(&format!("{manager} manages the hooks")),
        "{}",
        all_output(&output)
    );
    words
        .iter()
        .for_each(|word| assert!(all_output(&output).contains(word), "{}", all_output(&output)));
}
