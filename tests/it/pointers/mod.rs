//! Pointer files of Git LFS and git-annex: their content is scanned where it is on this machine.

mod faults;
mod history;
mod stores;

use std::fs;
use std::path::PathBuf;

use keysieve::blob::ObjectPart;
use keysieve::report::Report;
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::audited::agreed;
use crate::support::guarded::{assert_clean, assert_found, guarded, secret};
use crate::support::repository::TempRepo;

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

fn oid(content: &[u8]) -> String {
    Sha256::digest(content).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The pointer file of Git LFS for a content.
fn pointer(content: impl AsRef<[u8]>) -> String {
    let (oid, size) = (oid(content.as_ref()), content.as_ref().len());
    format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize {size}\n")
}

/// Where Git LFS has a content below a folder.
fn object(content: impl AsRef<[u8]>) -> PathBuf {
    let oid = oid(content.as_ref());
    PathBuf::from("objects").join(&oid[..2]).join(&oid[2..4]).join(oid)
}

fn put(file: PathBuf, content: impl AsRef<[u8]>) {
    fs::create_dir_all(file.parent().unwrap()).unwrap();
    fs::write(file, content).unwrap();
}

/// Stores a content as `git add` does under Git LFS.
fn store(repository: &TempRepo, content: impl AsRef<[u8]>) {
    put(repository.path().join(".git/lfs").join(object(&content)), content);
}

/// A repository whose only file is a pointer to a stored secret in line 2, staged.
fn with_secret() -> TempRepo {
    let repository = TempRepo::new();
    let content = content(1);
    store(&repository, &content);
    repository.write("data/settings", pointer(&content));
    repository.git(&["add", "--all"]);
    repository
}

fn content(seed: u64) -> String {
    format!("a first line\n{}", secret(seed))
}

fn parts(report: &Report) -> Vec<ObjectPart> {
    let occurrences = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    occurrences.map(|occurrence| occurrence.part).collect()
}

fn run(repository: &TempRepo, arguments: &[&str]) -> (Option<i32>, String) {
    let output = repository.command(KEYSIEVE, &repository.path()).args(arguments).output().unwrap();
    (output.status.code(), String::from_utf8(output.stdout).unwrap())
}

fn json(repository: &TempRepo, arguments: &[&str]) -> Value {
    let (_, text) = run(repository, &[arguments, &["--format", "json"]].concat());
    serde_json::from_str(&text).unwrap()
}

#[test]
fn the_content_of_a_staged_pointer_is_scanned() {
    let repository = with_secret();
    let report = guarded(&repository);
    assert_found(&report, &["data/settings:2"]);
    assert_eq!(parts(&report), [ObjectPart::PointedContent]);
    assert_eq!((report.coverage.pointers, report.coverage.blobs), (0, 2));
    assert!(report.coverage.skipped.is_empty(), "{:?}", report.coverage);
}

#[test]
fn what_the_previous_content_had_does_not_block_a_commit() {
    let repository = with_secret();
    repository.commit("old");
    let longer = format!("{}another line\n", content(1));
    store(&repository, &longer);
    repository.write("data/settings", pointer(&longer));
    repository.git(&["add", "--all"]);
    assert_clean(&guarded(&repository));
    let leak = format!("{longer}{}", secret(2));
    store(&repository, &leak);
    repository.write("data/settings", pointer(&leak));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["data/settings:4"]);
}

#[test]
fn every_command_scans_the_content() {
    let repository = with_secret();
    assert_eq!(run(&repository, &["hook", "run"]).0, Some(1), "the index");
    assert_eq!(run(&repository, &["scan"]).0, Some(1), "the work tree");
    repository.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", "one"]);
    assert_eq!(run(&repository, &["audit"]).0, Some(1), "the history");
    let base = repository.git(&["hash-object", "-t", "tree", "-w", "/dev/null"]);
    let base = repository.git(&["commit-tree", &base, "-m", "base"]);
    assert_eq!(run(&repository, &["scan", "--since", &base]).0, Some(1), "a range");
    let line = format!(
        "refs/heads/main {} refs/heads/main {}\n",
        repository.git(&["rev-parse", "HEAD"]),
        "0".repeat(40)
    );
    fs::write(repository.home().join("lines"), line).unwrap();
    let script = format!("{KEYSIEVE} hook run --stage pre-push < ../lines");
    let push = repository.command("sh", &repository.path()).args(["-c", &script]).output().unwrap();
    assert_eq!(push.status.code(), Some(1), "a push");
    // A sub-folder is in the same repository.
    assert_eq!(run(&repository, &["scan", "data"]).0, Some(1), "a folder");
}

#[test]
fn a_report_names_the_part_in_every_format() {
    let repository = with_secret();
    repository.commit("one");
    let report = json(&repository, &["audit"]);
    let occurrence = &report["credentials"][0]["occurrences"][0];
    assert_eq!(occurrence["part"], "pointed-content");
    assert_eq!(
        (&occurrence["path"], &occurrence["start"]["line"]),
        (&"data/settings".into(), &2.into())
    );
    for arguments in [&["audit", "--format", "human"][..], &["scan", "--format", "human"]] {
        let (_, human) = run(&repository, arguments);
        assert!(human.contains("(Git LFS or git-annex content)"), "{human}");
    }
    let (_, sarif) = run(&repository, &["scan", "--format", "sarif"]);
    let sarif: Value = serde_json::from_str(&sarif).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains("pointer file of Git LFS or git-annex"), "{message}");
    assert_eq!(result["properties"]["part"], "pointed-content");
    // A finding in a file itself has no such field.
    let plain = TempRepo::new();
    plain.write("file", secret(1));
    let report = json(&plain, &["scan"]);
    assert!(report["credentials"][0]["occurrences"][0].get("part").is_none());
}

#[test]
fn a_content_that_is_not_here_is_counted_in_a_note() {
    let repository = TempRepo::new();
    for seed in 1..=2 {
        repository.write(format!("file-{seed}"), pointer(content(seed)));
    }
    repository.git(&["add", "--all"]);
    let report = guarded(&repository);
    assert_clean(&report);
    assert_eq!(report.coverage.pointers, 2);
    let names: Vec<String> =
        report.coverage.skipped.iter().map(|skipped| skipped.name.to_string()).collect();
    assert_eq!(names, ["file-1", "file-2"]);
    let note = "2 Git LFS files are not on this machine, only their pointers: their content was \
                not scanned; to fetch it, run `git lfs fetch";
    assert!(report.coverage.notes[0].starts_with(note), "{:?}", report.coverage.notes);
    let (code, shown) = run(&repository, &["hook", "run"]);
    assert_eq!(code, Some(0));
    assert!(shown.contains("run `git lfs fetch`"), "{shown}");
    repository.commit("one");
    let (_, shown) = run(&repository, &["audit", "--format", "human"]);
    assert!(shown.contains("run `git lfs fetch --all`"), "{shown}");
    let (_, shown) = run(&repository, &["scan", "--format", "human"]);
    assert!(shown.contains("2 Git LFS files") && shown.contains("fetch`"), "{shown}");
    assert_eq!(agreed(&repository.path()).coverage.pointers, 2);
}

/// git-lfs reads such a pointer as well.
#[test]
fn white_space_around_a_pointer_is_ignored() {
    let repository = with_secret();
    repository.write("data/settings", format!("\n{}\n\n", pointer(content(1))));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["data/settings:2"]);
}
