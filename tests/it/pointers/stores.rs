//! Where contents are: folders of Git LFS and git-annex, and what these programs write.

use std::fs;
use std::path::PathBuf;

use serde_json::Value;

use super::{KEYSIEVE, content, json, object, oid, pointer, put, run, with_secret};
use crate::support::audited::{agreed, summary};
use crate::support::guarded::{assert_found, guarded, locations};
use crate::support::repository::TempRepo;

#[test]
fn linked_work_trees_and_submodules_use_the_common_folder() {
    let repository = with_secret();
    repository.commit("one");
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home().join("linked");
    let scan = |folder: &PathBuf, arguments: &[&str]| {
        repository.command(KEYSIEVE, folder).args(arguments).output().unwrap().status.code()
    };
    for command in ["scan", "audit"] {
        assert_eq!(scan(&linked, &[command]), Some(1), "{command}");
    }
    fs::write(linked.join("more"), pointer(content(1))).unwrap();
    repository.git_in(&linked, &["add", "--all"]);
    assert_eq!(scan(&linked, &["hook", "run"]), Some(1), "hook");
    // The content is only in the submodule's own repository.
    let outer = TempRepo::new();
    let url = repository.path();
    outer.git(&[
        "-c",
        "protocol.file.allow=always",
        "submodule",
        "--quiet",
        "add",
        url.to_str().unwrap(),
        "sub",
    ]);
    put(outer.path().join(".git/modules/sub/lfs").join(object(content(1))), content(1));
    let report = json(&outer, &["scan"]);
    let paths: Vec<&Value> = report["credentials"][0]["occurrences"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| &one["path"])
        .collect();
    assert_eq!(paths, ["sub/data/settings"]);
    outer.commit("with a submodule");
    let report = json(&outer, &["audit", "--recurse-submodules"]);
    assert_eq!(report["credentials"][0]["occurrences"][0]["path"], "sub/data/settings");
}

#[test]
fn contents_are_also_found_in_borrowed_and_configured_folders() {
    let repository = with_secret();
    repository.commit("one");
    let (from, to) = (repository.path(), repository.home().join("clone"));
    let (from, to) = (from.to_str().unwrap(), to.to_str().unwrap());
    repository.git(&["clone", "--quiet", "--shared", from, to]);
    let audit = |folder: &str| {
        repository.command(KEYSIEVE, folder.as_ref()).arg("audit").output().unwrap().status.code()
    };
    assert_eq!(audit(to), Some(1), "borrowed");
    let bare = repository.home().join("bare.git");
    repository.git(&["clone", "--quiet", "--mirror", from, bare.to_str().unwrap()]);
    assert_eq!(audit(bare.to_str().unwrap()), Some(0));
    put(bare.join("lfs").join(object(content(1))), content(1));
    assert_eq!(audit(bare.to_str().unwrap()), Some(1), "bare");
    let lfs = repository.path().join(".git/lfs");
    fs::rename(&lfs, repository.home().join("elsewhere")).unwrap();
    assert_eq!(audit(from), Some(0));
    let elsewhere = repository.home().join("elsewhere");
    repository.git(&["config", "lfs.storage", elsewhere.to_str().unwrap()]);
    assert_eq!(audit(from), Some(1), "configured");
    fs::rename(&elsewhere, repository.path().join(".git/inside")).unwrap();
    repository.git(&["config", "lfs.storage", "inside"]);
    assert_eq!(audit(from), Some(1), "configured, relative");
}

/// A key of git-annex for a content.
fn key(content: &str) -> String {
    format!("SHA256E-s{}--{}.env", content.len(), oid(content.as_bytes()))
}

#[test]
fn git_annex_files_are_followed_unlocked_and_locked() {
    for folders in ["Xx/9j", "0a1/b2c"] {
        let repository = TempRepo::new();
        let (content, key) = (content(1), key(&content(1)));
        let below = format!("annex/objects/{folders}/{key}/{key}");
        put(repository.path().join(".git").join(&below), &content);
        repository.write("unlocked", format!("/annex/objects/{key}\n"));
        #[cfg(unix)]
        {
            repository.write("folder/plain", "text\n");
            let target = format!("../.git/{below}");
            std::os::unix::fs::symlink(target, repository.path().join("folder/locked")).unwrap();
        }
        repository.git(&["add", "--all"]);
        let expected: &[&str] =
            if cfg!(unix) { &["folder/locked:2", "unlocked:2"] } else { &["unlocked:2"] };
        assert_found(&guarded(&repository), expected);
        let report = json(&repository, &["scan"]);
        let found = report["credentials"][0]["occurrences"].as_array().unwrap();
        assert_eq!(found.len(), expected.len(), "the work tree");
        repository.commit("one");
        assert_eq!(locations(&agreed(&repository.path())), expected);
        fs::remove_dir_all(repository.path().join(".git/annex")).unwrap();
        let (code, shown) = run(&repository, &["scan", "--format", "human"]);
        assert_eq!(code, Some(0));
        assert!(shown.contains("run `git annex get`"), "{shown}");
    }
}

/// Against git-lfs itself, where it is installed.
#[test]
fn what_git_lfs_writes_is_read() {
    let repository = TempRepo::new();
    if !repository.try_git(&["lfs", "install", "--local"]).status.success() {
        return;
    }
    repository.git(&["lfs", "track", "*.env"]);
    repository.write("leak.env", content(1));
    repository.git(&["add", "--all"]);
    assert!(repository.git(&["show", ":leak.env"]).starts_with("version https://git-lfs"));
    assert_found(&guarded(&repository), &["leak.env:2"]);
    repository.commit("one");
    assert_eq!(summary(&agreed(&repository.path())), ["leak.env:2 +one @HEAD"]);
    // The work tree has the content, and then only the pointer.
    let scanned = || json(&repository, &["scan"])["credentials"][0]["occurrences"][0].clone();
    assert!(scanned().get("part").is_none());
    repository.write("leak.env", pointer(content(1)));
    assert_eq!(scanned()["part"], "pointed-content");
}

/// Against git-annex itself, where it is installed.
#[test]
fn what_git_annex_writes_is_read() {
    let repository = TempRepo::new();
    if !repository.try_git(&["annex", "init", "--quiet"]).status.success() {
        return;
    }
    for name in ["locked.env", "unlocked.env"] {
        repository.write(name, content(1));
        repository.git(&["annex", "add", "--quiet", name]);
    }
    repository.git(&["annex", "unlock", "--quiet", "unlocked.env"]);
    repository.git(&["add", "unlocked.env"]);
    let expected = ["locked.env:2", "unlocked.env:2"];
    assert_found(&guarded(&repository), &expected);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "one"]);
    let report = agreed(&repository.path());
    assert_eq!(locations(&report), expected);
    assert_eq!(report.coverage.pointers, 0);
    let report = json(&repository, &["scan"]);
    assert_eq!(report["credentials"][0]["occurrences"].as_array().unwrap().len(), 2);
    // What git-annex protects can be removed.
    repository.git(&["annex", "drop", "--quiet", "--force", "locked.env", "unlocked.env"]);
}
