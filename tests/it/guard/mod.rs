//! What the guard passes and what it blocks, in real repositories with the real git.

mod closed;
mod faults;
mod names;
mod random;
mod range;
mod table;

use crate::support;

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use keysieve::git::GitEnvironment;
use keysieve::guard::guard;
use keysieve::policy::Policy;
use keysieve::source::Silent;
use support::guarded::{
    assert_clean, assert_found, engine, guarded, locations, secret, try_guarded,
};
use support::repository::{TempRepo, all_output, conflict};
use support::tokens::localstack_auth_token as token;

#[test]
fn the_index_is_scanned_and_not_the_work_tree() {
    let repository = TempRepo::new();
    repository.write("only-in-tree", "a\n");
    repository.write("only-in-index", secret(1));
    repository.git(&["add", "."]);
    repository.write("only-in-tree", secret(2));
    repository.write("only-in-index", "a\n");
    assert_found(&guarded(&repository), &["only-in-index:1"]);
}

#[test]
fn of_a_patch_only_the_staged_hunks_count() {
    let repository = TempRepo::new();
    let lines: String = (0..40).map(|line| format!("{line}\n")).collect();
    repository.write("file", &lines);
    repository.commit("lines");
    repository.write("file", format!("{}{lines}{}", secret(1), secret(2)));
    for (answers, expected) in [("n\ny\n", "file:41"), ("y\nn\n", "file:1")] {
        let mut command = repository.command("git", &repository.path());
        let mut add = command
            .args(["add", "-p"])
            .stdin(Stdio::piped())
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        add.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        assert!(add.wait().unwrap().success());
        assert_found(&guarded(&repository), &[expected]);
        repository.git(&["reset", "--quiet"]);
    }
}

#[test]
fn all_of_a_first_commit_is_new() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.write("deep/er/b", format!("\n{}", secret(2)));
    repository.write("c.bin", [b"\0\x01\0".as_slice(), secret(3).as_bytes()].concat());
    repository.git(&["add", "."]);
    let report = guarded(&repository);
    assert_found(&report, &["a:1", "deep/er/b:2"]);
    assert_eq!((report.coverage.blobs, report.coverage.binary), (2, 1));
}

#[test]
fn large_files_are_scanned_in_parts_and_their_hash_is_verified() {
    let repository = TempRepo::new();
    let text = "0123456789abcde\n".repeat((17 << 20) / 16);
    repository.write("long", format!("{text}{}", secret(1)));
    repository.write("binary", [b"\0\x01\0".as_slice(), text.as_bytes()].concat());
    repository.git(&["add", "."]);
    let report = guarded(&repository);
    assert_found(&report, &[&format!("long:{}", (17 << 16) + 1)]);
    assert_eq!((report.coverage.blobs, report.coverage.binary), (1, 1));
    let object = |name: &str| {
        let id = repository.git(&["rev-parse", name]);
        repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])
    };
    let (long, binary) = (object(":long"), object(":binary"));
    fs::remove_file(&binary).unwrap();
    fs::copy(long, binary).unwrap();
    let report = guarded(&repository);
    let failures: Vec<&str> = report.coverage.failures.iter().map(|it| &it.name[..]).collect();
    assert_eq!(failures, ["binary"]);
}

#[test]
fn an_empty_change_is_clean_and_noted() {
    let repository = TempRepo::new();
    let nothing = ["nothing is staged: nothing to scan"];
    assert_eq!(guarded(&repository).coverage.notes, nothing);
    repository.write("a", secret(1));
    repository.write("b", "b");
    repository.commit("old secret");
    repository.write("b", secret(2));
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.notes, nothing);
}

#[test]
fn a_change_that_only_deletes_is_clean_and_noted() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.write("b", "b");
    repository.commit("old secret");
    repository.git(&["rm", "--quiet", "a"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.notes, ["the staged changes add no content: nothing to scan"]);
}

#[test]
fn a_moved_or_kept_secret_is_not_new() {
    let repository = TempRepo::new();
    repository.write("renamed", secret(1));
    repository.write("from", secret(2));
    repository.write("to", "to\n");
    repository.write("edited", secret(3));
    repository.write("mode", secret(4));
    repository.commit("old secrets");

    repository.git(&["mv", "renamed", "new name"]);
    repository.write("new name", format!("edited too\n{}", secret(1)));
    repository.write("from", "from\n");
    repository.write("to", secret(2));
    repository.write("edited", format!("\n{}", secret(3)));
    repository.git(&["add", "--all"]);
    repository.git(&["update-index", "--chmod=+x", "mode"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.blobs, 4, "a file that only changed its mode is not scanned");

    repository.write("edited", format!("{}{}", secret(3), secret(5)));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["edited:2"]);
}

#[test]
fn of_a_merge_only_the_resolution_is_new() {
    let repository = conflict();
    repository.write("both", format!("main and side\n{}", secret(1)));
    repository.git(&["add", "both"]);
    assert_clean(&guarded(&repository));

    repository.write("both", format!("main and side\n{}{}", secret(1), secret(3)));
    repository.write("ours", secret(2));
    repository.git(&["add", "both", "ours"]);
    assert_found(&guarded(&repository), &["both:3", "ours:1"]);
    repository.git(&["rm", "--quiet", "--cached", "theirs"]);
    assert_found(&guarded(&repository), &["both:3"]);
}

#[test]
fn a_merge_that_takes_one_side_has_nothing_of_its_own() {
    let repository = conflict();
    repository.git(&["checkout", "--theirs", "both"]);
    repository.git(&["add", "both"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.blobs, 0);
}

#[test]
fn an_intent_to_add_is_not_part_of_the_commit() {
    let repository = TempRepo::new();
    repository.write("intended", secret(1));
    repository.git(&["add", "-N", "intended"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.notes, ["nothing is staged: nothing to scan"]);
    repository.write("empty", "");
    repository.git(&["add", "empty"]);
    assert_eq!(guarded(&repository).coverage.blobs, 1);
}

#[cfg(unix)]
#[test]
fn paths_are_bytes() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let names: [&[u8]; 4] = [b"a b'c\"d", b"e\nf", b"g\xff\xfe", "ß $(h)".as_bytes()];
    let repository = TempRepo::new();
    for (seed, name) in (1..).zip(names) {
        repository.write(OsStr::from_bytes(name), secret(seed));
    }
    repository.git(&["add", "."]);
    let report = guarded(&repository);
    let mut paths: Vec<&[u8]> = report
        .credentials
        .iter()
        .map(|credential| &credential.occurrences[0].path.as_ref().unwrap()[..])
        .collect();
    paths.sort();
    assert_eq!(paths, names);
}

#[cfg(unix)]
#[test]
fn the_target_of_a_symbolic_link_is_scanned() {
    let repository = TempRepo::new();
    std::os::unix::fs::symlink(token(1), repository.path().join("link")).unwrap();
    repository.git(&["add", "link"]);
    assert_found(&guarded(&repository), &["link:1"]);
}

#[cfg(unix)]
#[test]
fn a_path_that_changes_its_kind_has_both_sides() {
    let repository = TempRepo::new();
    repository.write("file", secret(1));
    repository.write("folder/file", secret(2));
    repository.commit("old secrets");
    fs::remove_file(repository.path().join("file")).unwrap();
    std::os::unix::fs::symlink(token(1), repository.path().join("file")).unwrap();
    fs::remove_dir_all(repository.path().join("folder")).unwrap();
    repository.write("folder", format!("{}{}", secret(3), secret(2)));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["folder:1"]);
}

/// A repository with another as a submodule, committed.
fn with_submodule() -> TempRepo {
    let repository = TempRepo::new();
    let other = repository.home().join("other");
    repository.git_in(repository.home(), &["init", "--quiet", "-b", "main", "other"]);
    repository.git_in(&other, &["commit", "--quiet", "--allow-empty", "-m", "one"]);
    let other = other.to_str().unwrap();
    let allow = "protocol.file.allow=always";
    repository.git(&["-c", allow, "submodule", "--quiet", "add", other, "sub"]);
    repository.commit("submodule");
    repository
}

#[test]
fn a_submodule_is_an_entry_without_content() {
    let repository = with_submodule();
    let sub = repository.path().join("sub");
    repository.git_in(&sub, &["commit", "--quiet", "--allow-empty", "-m", "two"]);
    repository.git(&["add", "sub"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!((report.coverage.special, report.coverage.blobs), (1, 0));
}

#[test]
fn the_index_of_a_submodule_is_its_own() {
    let repository = with_submodule();
    let sub = repository.path().join("sub");
    repository.write("sub/file", secret(1));
    repository.git_in(&sub, &["add", "file"]);
    let report = try_guarded(&repository, &GitEnvironment::from_folder(&sub)).unwrap();
    assert_found(&report, &["file:1"]);
    assert_clean(&guarded(&repository));
}

#[test]
fn a_linked_worktree_has_an_index_and_a_merge_of_its_own() {
    let repository = conflict();
    let linked = repository.home().join("linked");
    repository.git(&["worktree", "add", "--quiet", linked.to_str().unwrap(), "side"]);
    fs::write(linked.join("more"), secret(4)).unwrap();
    repository.git_in(&linked, &["add", "more"]);
    let from_below = GitEnvironment::from_folder(&linked);
    assert_found(&try_guarded(&repository, &from_below).unwrap(), &["more:1"]);

    let git_dir = PathBuf::from(repository.git_in(&linked, &["rev-parse", "--git-dir"]));
    let redirected = GitEnvironment { git_dir: Some(git_dir), ..from_below };
    assert_found(&try_guarded(&repository, &redirected).unwrap(), &["more:1"]);
}

/// Set by the hook that `guarding_hook` writes, which runs this test program as the guard.
const CHILD: &str = "KEYSIEVE_TEST_GUARD";

/// Runs the guard in the process's own environment if the hook asks for it; otherwise not a test.
#[test]
fn guard_of_this_process() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let code = match guard(Path::new("."), &engine(), &Policy::default(), &Silent) {
        Ok(report) => {
            eprintln!("locations: {:?}", locations(&report));
            report.outcome() as i32
        }
        Err(error) => {
            eprintln!("{error}");
            2
        }
    };
    std::process::exit(code);
}

#[cfg(unix)]
fn guarding_hook(repository: &TempRepo) {
    use std::os::unix::fs::PermissionsExt;
    let hook = repository.path().join(".git/hooks/pre-commit");
    let this = std::env::current_exe().unwrap();
    let text = format!(
        "#!/bin/sh\n{CHILD}=1 exec '{}' --exact guard::guard_of_this_process --nocapture\n",
        this.display()
    );
    fs::create_dir_all(hook.parent().unwrap()).unwrap();
    fs::write(&hook, text).unwrap();
    fs::set_permissions(&hook, fs::Permissions::from_mode(0o755)).unwrap();
}

/// The guard blocks `git commit` with these arguments, and reports these locations.
#[cfg(unix)]
fn assert_blocked(repository: &TempRepo, folder: &Path, arguments: &[&str], expected: &str) {
    let output = repository.command("git", folder).args(arguments).output().unwrap();
    assert!(!output.status.success(), "{arguments:?} passed");
    assert!(
        all_output(&output).contains(&format!("locations: {expected}")),
        "{}",
        all_output(&output)
    );
}

#[cfg(unix)]
#[test]
fn every_kind_of_commit_is_scanned_as_it_will_be() {
    let repository = TempRepo::new();
    let top = repository.path();
    for name in ["a", "b", "sub/c"] {
        repository.write(name, name);
    }
    repository.commit("base");
    guarding_hook(&repository);
    for (name, seed) in [("a", 1), ("b", 2), ("sub/c", 3)] {
        repository.write(name, secret(seed));
    }
    repository.git(&["add", "b"]);
    assert_blocked(&repository, &top, &["commit", "-m", "staged"], r#"["b:1"]"#);
    assert_blocked(&repository, &top, &["commit", "-am", "all"], r#"["a:1", "b:1", "sub/c:1"]"#);
    assert_blocked(&repository, &top, &["commit", "-m", "only", "--only", "a"], r#"["a:1"]"#);
    assert_blocked(&repository, &top.join("sub"), &["commit", "-m", "only", "c"], r#"["sub/c:1"]"#);
    let git_dir = top.join(".git");
    let elsewhere = ["--git-dir", git_dir.to_str().unwrap(), "--work-tree", top.to_str().unwrap()];
    let commit = [&elsewhere[..], &["commit", "-m", "elsewhere"]].concat();
    assert_blocked(&repository, repository.home(), &commit, r#"["b:1"]"#);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "leak"]);
    repository.write("b", format!("{}b", secret(2)));
    repository.git(&["commit", "--quiet", "-m", "an old leak does not stop", "b"]);

    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home().join("linked");
    fs::write(linked.join("d"), secret(4)).unwrap();
    repository.git_in(&linked, &["add", "d"]);
    assert_blocked(&repository, &linked, &["commit", "-m", "linked"], r#"["d:1"]"#);
}
