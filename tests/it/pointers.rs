//! Pointer files of Git LFS and git-annex: their content is scanned where it is on this machine.

use std::fs;
use std::path::PathBuf;

use keysieve::audit::{Options, ReadMode};
use keysieve::blob::ObjectPart;
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_range;
use keysieve::policy::Policy;
use keysieve::report::{Outcome, Report};
use keysieve::source::history::History;
use keysieve::source::{Silent, SkippedKind};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::support::audited::{agreed, audited_with, summary};
use crate::support::guarded::{assert_clean, assert_found, engine, guarded, locations, secret};
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

#[test]
fn an_audit_follows_a_content_through_its_commits() {
    let repository = with_secret();
    repository.commit("first");
    repository.git(&["mv", "data/settings", "moved"]);
    repository.commit("second");
    store(&repository, "clean\n");
    repository.write("moved", pointer("clean\n"));
    repository.commit("third");
    let expected = ["data/settings:2 +first -second", "moved:2 +second -third"];
    assert_eq!(summary(&agreed(&repository.path())), expected);
    repository.git(&["gc", "--quiet"]);
    let report = agreed(&repository.path());
    assert_eq!(summary(&report), expected);
    assert_eq!(parts(&report), [ObjectPart::PointedContent; 2]);
    // Two pointer files, two contents.
    assert_eq!((report.coverage.blobs, report.coverage.pointers), (4, 0));
    assert_eq!(report.coverage.failures, []);
}

#[test]
fn a_content_of_several_pointers_is_scanned_once_and_reported_for_each() {
    let repository = TempRepo::new();
    let content = content(1);
    store(&repository, &content);
    repository.write("one", pointer(&content));
    repository.write("two", pointer(&content));
    // Another blob that names the same content.
    repository.write("three", pointer(&content).replace('\n', "\r\n"));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["one:2", "three:2", "two:2"]);
    assert_eq!(guarded(&repository).coverage.blobs, 4);
    repository.commit("all");
    let report = agreed(&repository.path());
    assert_eq!(locations(&report), ["one:2", "three:2", "two:2"]);
    assert_eq!(report.coverage.blobs, 3);
    let scanned = json(&repository, &["scan"]);
    assert_eq!(scanned["credentials"][0]["occurrences"].as_array().unwrap().len(), 3);
    assert_eq!(scanned["coverage"]["blobs"], 4);
}

#[test]
fn a_range_has_the_commits_that_add_and_remove_a_content() {
    let repository = TempRepo::new();
    repository.write("file", "a\n");
    repository.commit("base");
    store(&repository, content(1));
    repository.write("file", pointer(content(1)));
    repository.commit("add");
    repository.write("file", "b\n");
    repository.commit("remove");
    let environment = GitEnvironment::from_folder(&repository.path());
    let ranged = |from: &str| {
        guard_range(&environment, from, "HEAD", &engine(), &Policy::default(), &Silent).unwrap()
    };
    assert_eq!(summary(&ranged("HEAD~2")), ["file:2 +add -remove"]);
    assert_clean(&ranged("HEAD~1"));
}

#[test]
fn a_content_that_does_not_match_its_pointer_is_a_failure() {
    let wrong = content(1);
    let cases: [(&str, Vec<u8>); 3] = [
        ("another size", b"short".to_vec()),
        ("another content", vec![b'x'; wrong.len()]),
        ("a folder", Vec::new()),
    ];
    for (what, stored) in cases {
        let repository = TempRepo::new();
        let file = repository.path().join(".git/lfs").join(object(&wrong));
        match stored.is_empty() {
            true => fs::create_dir_all(file).unwrap(),
            false => put(file, stored),
        }
        repository.write("file", pointer(&wrong));
        repository.git(&["add", "--all"]);
        let report = guarded(&repository);
        assert_eq!(report.outcome(), Outcome::Incomplete, "{what}");
        let [failure] = &report.coverage.failures[..] else { panic!("{what}: {report:?}") };
        assert_eq!(failure.name, "file");
        assert!(failure.reason.contains(&oid(wrong.as_bytes())), "{}", failure.reason);
        assert!(failure.reason.contains("git lfs fsck"), "{}", failure.reason);
        assert_eq!(report.coverage.pointers, 0, "{what}");
        repository.commit("one");
        assert_eq!(agreed(&repository.path()).coverage.failures.len(), 1, "{what}");
    }
}

#[test]
fn a_content_is_classified_and_limited_as_a_file_is() {
    let repository = TempRepo::new();
    let binary = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
    let long = format!("{}{}", "x\n".repeat(1 << 20), secret(1));
    let wide: Vec<u8> = secret(2).encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (name, content) in
        [("binary", &binary), ("long", &long.clone().into_bytes()), ("wide", &wide)]
    {
        store(&repository, content);
        repository.write(name, pointer(content));
    }
    repository.git(&["add", "--all"]);
    let report = guarded(&repository);
    let line = (1 << 20) + 1;
    assert_found(&report, &[&format!("long:{line}"), "wide:1"]);
    let skipped: Vec<(SkippedKind, String)> =
        report.coverage.skipped.iter().map(|one| (one.kind, one.name.to_string())).collect();
    assert_eq!(skipped, [(SkippedKind::Binary, "binary".to_owned())]);
    repository.commit("one");
    let options = |reader| Options { reader, max_blob_size: 1 << 20, ..Options::default() };
    for reader in [ReadMode::Delta, ReadMode::Full] {
        let report = audited_with(&repository.path(), &options(reader)).unwrap();
        assert_eq!(locations(&report), ["wide:1"]);
        let coverage = &report.coverage;
        assert_eq!((coverage.oversized, coverage.binary, coverage.pointers), (1, 1, 0));
        let id = repository.git(&["rev-parse", "HEAD:long"]);
        assert!(coverage.skipped.iter().any(|one| one.name == id), "{:?}", coverage.skipped);
    }
    repository.write(".keysieve.toml", "[limits]\nmax-file-size = 1\n");
    let report = json(&repository, &["scan"]);
    assert_eq!(report["coverage"]["oversized"], 1);
}

#[test]
fn a_content_of_many_parts_is_scanned_to_its_end() {
    let repository = TempRepo::new();
    let content = format!("{}{}", "a line of text\n".repeat(700_000), secret(1));
    store(&repository, &content);
    repository.write("file", pointer(&content));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["file:700001"]);
}

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

#[test]
fn a_pointer_that_leads_elsewhere_is_only_counted() {
    let repository = TempRepo::new();
    put(repository.home().join("outside"), secret(1));
    let head = "version https://git-lfs.github.com/spec/v1\noid sha256:";
    repository.write("lfs", format!("{head}../../../../outside\nsize 1\n"));
    repository.write("annex", "/annex/objects/../../../outside\n");
    repository.write("dots", "/annex/objects/..\n");
    // Pointers are followed once.
    let (inner, deepest) = (pointer(content(1)), content(1));
    store(&repository, &inner);
    store(&repository, &deepest);
    repository.write("nested", pointer(&inner));
    repository.git(&["add", "--all"]);
    let report = guarded(&repository);
    assert_clean(&report);
    let names: Vec<String> =
        report.coverage.skipped.iter().map(|skipped| skipped.name.to_string()).collect();
    assert_eq!(names, ["annex", "dots", "lfs", "nested"]);
    assert_eq!(report.coverage.pointers, 4);
}

#[test]
fn a_history_lists_the_contents_that_its_pointers_led_to() {
    let repository = with_secret();
    store(&repository, "no pointer names this\n");
    repository.write("missing", pointer("it is not here"));
    repository.commit("one");
    let history = History::open(&repository.path()).unwrap();
    let reader = keysieve::source::history::FullReader::new(&history, u64::MAX);
    keysieve::source::Source::visit(&reader, &|_| {}, &Silent);
    assert_eq!(history.pointed().followed(), [oid(content(1).as_bytes())]);
}

#[test]
fn a_content_on_a_remote_counts_as_pushed() {
    let repository = with_secret();
    repository.commit("leak");
    store(&repository, "clean\n");
    repository.write("data/settings", pointer("clean\n"));
    repository.commit("removed");
    repository.git(&["update-ref", "refs/remotes/origin/main", "HEAD"]);
    repository.write("data/settings", pointer(content(1)));
    repository.git(&["add", "--all"]);
    let (code, shown) = run(&repository, &["hook", "run"]);
    assert_eq!(code, Some(1));
    assert!(shown.contains("Already in the history of origin/main"), "{shown}");
}

/// git-lfs reads such a pointer as well.
#[test]
fn white_space_around_a_pointer_is_ignored() {
    let repository = with_secret();
    repository.write("data/settings", format!("\n{}\n\n", pointer(content(1))));
    repository.git(&["add", "--all"]);
    assert_found(&guarded(&repository), &["data/settings:2"]);
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
