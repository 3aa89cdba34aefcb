//! If the guard cannot scan, it reports that and blocks: it fails closed.

use crate::support;

use std::fs;
use std::path::PathBuf;

use keysieve::git::GitEnvironment;
use keysieve::report::{Outcome, Report};
use support::guarded::{assert_clean, assert_found, guarded, locations, secret, try_guarded};
use support::repository::{TempRepo, conflict};
use support::tokens::localstack_auth_token as token;

/// The only failure.
fn failure(report: &Report) -> (&str, &str) {
    assert_eq!(report.outcome(), Outcome::Incomplete);
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    (&failure.name, &failure.reason)
}

/// Why the guard could not scan at all.
fn refusal(repository: &TempRepo) -> String {
    let environment = GitEnvironment::from_folder(&repository.path());
    try_guarded(repository, &environment).unwrap_err().to_string()
}

#[test]
fn an_unmerged_path_is_a_failure() {
    let repository = conflict();
    let report = guarded(&repository);
    let (what, why) = failure(&report);
    assert_eq!(what, "both");
    assert!(why.contains("resolve the conflict, then `git add`"), "{why}");
}

#[test]
fn the_named_index_file_counts() {
    let repository = TempRepo::new();
    repository.write("file", secret(1));
    repository.git(&["add", "file"]);
    fs::rename(repository.path().join(".git/index"), repository.path().join(".git/other")).unwrap();
    let named = |file: &str| GitEnvironment {
        index_file: Some(file.into()),
        ..GitEnvironment::from_folder(&repository.path())
    };
    assert_found(&try_guarded(&repository, &named(".git/other")).unwrap(), &["file:1"]);
    let error = try_guarded(&repository, &named(".git/missing")).unwrap_err().to_string();
    assert!(error.contains("missing, which does not exist"), "{error}");
}

#[test]
fn a_secret_in_a_path_is_not_shown() {
    let repository = TempRepo::new();
    let name = format!("dump {}.env", token(1));
    repository.write(&name, secret(1));
    repository.git(&["add", "."]);
    let report = guarded(&repository);
    assert_found(&report, &["dump ls-********.env:1", "dump ls-********.env:1"]);

    let blob = repository.git(&["rev-parse", &format!(":{name}")]);
    fs::remove_file(object(&repository, &blob)).unwrap();
    let report = guarded(&repository);
    assert_eq!(failure(&report).0, "dump ls-********.env");
    assert!(!format!("{report:?}").contains(&token(1)));
}

/// The file of a loose object.
fn object(repository: &TempRepo, id: &str) -> PathBuf {
    repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])
}

#[test]
fn a_missing_or_corrupt_blob_is_a_failure() {
    for corrupt in [false, true] {
        let repository = TempRepo::new();
        repository.write("good", secret(1));
        repository.write("bad", secret(2));
        repository.git(&["add", "."]);
        let id = repository.git(&["rev-parse", ":bad"]);
        let other = repository.git(&["rev-parse", ":good"]);
        fs::remove_file(object(&repository, &id)).unwrap();
        if corrupt {
            fs::copy(object(&repository, &other), object(&repository, &id)).unwrap();
        }
        let report = guarded(&repository);
        assert_eq!(locations(&report), ["good:1"], "the rest is scanned");
        let (what, why) = failure(&report);
        assert_eq!(what, "bad");
        assert!(why.contains(&id) && why.contains("git fsck"), "{why}");
    }
}

#[test]
fn a_parents_missing_blob_is_a_failure_where_it_could_matter() {
    let repository = TempRepo::new();
    repository.write("edited", "before\n");
    repository.commit("before");
    let id = repository.git(&["rev-parse", ":edited"]);
    repository.write("edited", "harmless\n");
    repository.git(&["add", "."]);
    fs::remove_file(object(&repository, &id)).unwrap();
    assert_clean(&guarded(&repository));
    repository.write("edited", secret(1));
    repository.git(&["add", "."]);
    let report = guarded(&repository);
    assert_eq!((failure(&report).0, locations(&report)), ("edited", vec!["edited:1".to_owned()]));
}

#[test]
fn a_broken_head_stops() {
    let repository = TempRepo::new();
    repository.write("file", "file\n");
    repository.commit("file");
    let head = repository.git(&["rev-parse", "HEAD"]);
    fs::remove_file(object(&repository, &head)).unwrap();
    let error = refusal(&repository);
    assert!(
        error.contains("cannot read the parent commits") && error.contains("git fsck"),
        "{error}"
    );
}

#[test]
fn an_index_that_cannot_be_read_stops() {
    let repository = TempRepo::new();
    repository.write("file", secret(1));
    repository.git(&["add", "."]);
    let index = repository.path().join(".git/index");
    let whole = fs::read(&index).unwrap();
    let mut flipped = whole.clone();
    flipped[40] ^= 1;
    for broken in [&flipped[..], &whole[..whole.len() / 2], b"DIRC", b""] {
        fs::write(&index, broken).unwrap();
        let error = refusal(&repository);
        assert!(error.contains("cannot read the index") && error.contains(".git/index"), "{error}");
        assert!(error.contains("git reset"), "{error}");
    }
}

#[test]
fn index_formats_are_read() {
    let repository = TempRepo::new();
    repository.write("in/file", "file\n");
    repository.commit("file");
    repository.write("in/file", secret(1));
    repository.write("in/more", secret(2));
    repository.git(&["add", "."]);
    let expected = ["in/file:1", "in/more:1"];
    for format in [
        &["update-index", "--index-version", "4"][..],
        &["update-index", "--index-version", "2"],
        &["-c", "index.skipHash=true", "update-index", "--force-write-index"],
        &["-c", "core.untrackedCache=true", "status"],
        &["update-index", "--split-index"],
        &["update-index", "--no-split-index"],
    ] {
        repository.git(format);
        assert_found(&guarded(&repository), &expected);
    }
}

#[test]
fn a_split_index_without_its_other_part_stops() {
    let repository = TempRepo::new();
    repository.write("file", secret(1));
    repository.git(&["add", "."]);
    repository.git(&["update-index", "--split-index"]);
    let shared = fs::read_dir(repository.path().join(".git")).unwrap().find_map(|entry| {
        let path = entry.unwrap().path();
        path.to_string_lossy().contains("sharedindex").then_some(path)
    });
    let shared = shared.unwrap();
    let mut bytes = fs::read(&shared).unwrap();
    bytes[20] ^= 1;
    fs::write(&shared, bytes).unwrap();
    assert!(refusal(&repository).contains("checksum mismatch"));
    fs::remove_file(shared).unwrap();
    let error = refusal(&repository);
    assert!(error.contains("shared index is missing") && error.contains("git reset"), "{error}");
}

#[test]
fn an_extension_that_concerns_no_object_is_read_and_an_unknown_one_stops() {
    let repository = TempRepo::new();
    repository.write("file", secret(1));
    repository.git(&["add", "."]);
    repository.git(&["config", "core.repositoryFormatVersion", "1"]);
    repository.git(&["config", "extensions.partialClone", "origin"]);
    let report = guarded(&repository);
    assert_found(&report, &["file:1"]);
    assert_eq!(report.coverage.notes, [] as [&str; 0]);

    repository.git(&["config", "extensions.unheardOf", "true"]);
    let error = refusal(&repository);
    assert!(error.contains("unheardof") && error.contains("`git status`"), "{error}");

    fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let error = refusal(&repository);
    assert!(error.contains("run keysieve inside a repository"), "{error}");
}
