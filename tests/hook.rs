//! What the hook does, how it comes and goes, and that it leaves what is not ours alone.

// A failed unwrap is a failed test.
#![allow(clippy::unwrap_used)]

mod support;

use std::fs;
use std::path::{Path, PathBuf};

use keysieve::hook::script::{line, text};
use keysieve::hook::{Installed, Uninstalled, install, uninstall};
use support::repository::{TempRepo, said};

/// A hooks folder that is not there yet, and the path of the hook in it.
fn folder_to_be() -> (tempfile::TempDir, PathBuf, PathBuf) {
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("not/there/yet");
    let hook = folder.join("pre-commit");
    (home, folder, hook)
}

#[test]
fn installing_twice_is_once_and_uninstalling_leaves_nothing() {
    let (_home, folder, hook) = folder_to_be();
    let binary = Path::new("/opt/keysieve");
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::NotThere(hook.clone()));
    assert!(!folder.exists());
    assert_eq!(install(&folder, binary).unwrap(), Installed::Created(hook.clone()));
    assert_eq!(install(&folder, binary).unwrap(), Installed::Unchanged(hook.clone()));
    assert_eq!(fs::read(&hook).unwrap(), text(binary));

    let moved = Path::new("/usr/bin/keysieve");
    assert_eq!(install(&folder, moved).unwrap(), Installed::Replaced(hook.clone()));
    assert_eq!(fs::read(&hook).unwrap(), text(moved));
    fs::write(folder.join("pre-push"), "#!/bin/sh\n").unwrap();
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::Removed(hook.clone()));
    assert_eq!(uninstall(&folder).unwrap(), Uninstalled::NotThere(hook));
    let left: Vec<_> = fs::read_dir(&folder).unwrap().map(|e| e.unwrap().file_name()).collect();
    assert_eq!(left, ["pre-push"]);
}

#[cfg(unix)]
#[test]
fn the_run_bit_is_set_and_set_again() {
    use std::os::unix::fs::PermissionsExt;
    let (_home, folder, hook) = folder_to_be();
    let mode = || hook.metadata().unwrap().permissions().mode() & 0o777;
    install(&folder, Path::new("/opt/keysieve")).unwrap();
    assert_eq!(mode(), 0o755);
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o644)).unwrap();
    let again = install(&folder, Path::new("/opt/keysieve")).unwrap();
    assert_eq!((again, mode()), (Installed::Replaced(hook.clone()), 0o755));
}

/// Nothing is done at the hook's path, and the line to add is told.
fn assert_foreign(folder: &Path, hook: &Path) {
    let binary = Path::new("/opt/key sieve");
    let before = hook.symlink_metadata().unwrap().modified().unwrap();
    let Installed::Foreign(foreign) = install(folder, binary).unwrap() else { panic!() };
    assert_eq!(foreign.path, hook);
    assert_eq!(foreign.line, "'/opt/key sieve' hook run || exit $?");
    assert_eq!(uninstall(folder).unwrap(), Uninstalled::Foreign(hook.into()));
    assert_eq!(hook.symlink_metadata().unwrap().modified().unwrap(), before);
    assert_eq!(fs::read_dir(folder).unwrap().count(), 1, "nothing is left beside it");
}

#[test]
fn what_is_not_ours_is_left_alone() {
    let (_home, folder, hook) = folder_to_be();
    fs::create_dir_all(&folder).unwrap();
    let ours = text(Path::new("/opt/key sieve"));
    for theirs in
        [&b"#!/bin/sh\nmake lint\n"[..], b"", b"\xff", &[&ours, &b"\nlint\n"[..]].concat()]
    {
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

/// A stand-in for keysieve that says with what it was called, and ends with 3.
#[cfg(unix)]
fn stand_in(path: &Path) {
    use std::os::unix::fs::PermissionsExt;
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, "#!/bin/sh\necho \"called with: $*\"\nexit 3\n").unwrap();
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
}

#[cfg(unix)]
#[test]
fn the_hook_runs_the_binary_at_whatever_path() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let repository = TempRepo::new();
    let folder = repository.path().join(".git/hooks");
    let names: [&[u8]; 5] = [b"plain", b"two words", b"it's", b"$(x)`y`\\\"\n", b"no utf-8 \xff"];
    for name in names {
        let binary = repository.home().join(OsStr::from_bytes(name)).join("keysieve");
        stand_in(&binary);
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
    assert!(said(&commit).contains("called with: hook run"), "{}", said(&commit));
}

#[cfg(unix)]
#[test]
fn a_binary_that_is_gone_is_looked_for_on_the_path_and_else_blocks() {
    let repository = TempRepo::new();
    let folder = repository.path().join(".git/hooks");
    install(&folder, &repository.home().join("gone")).unwrap();
    let run = |path: &Path| {
        let mut command = repository.command("/bin/sh", &repository.path());
        command.arg(folder.join("pre-commit")).env("PATH", path).output().unwrap()
    };
    let blocked = run(Path::new("/nowhere"));
    assert_eq!(blocked.status.code(), Some(2));
    assert!(said(&blocked).contains("git commit --no-verify"), "{}", said(&blocked));
    assert!(said(&blocked).contains("install keysieve"), "{}", said(&blocked));

    let programs = repository.home().join("programs");
    stand_in(&programs.join("keysieve"));
    let found = run(&programs);
    assert_eq!(found.status.code(), Some(3));
    assert!(said(&found).contains("called with: hook run"), "{}", said(&found));
}
