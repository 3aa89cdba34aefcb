//! A damaged repository: the damage is reported, the rest is scanned, nothing panics.

use std::fs;
use std::path::{Path, PathBuf};

use keysieve::report::Outcome;
use keysieve::source::Failure;

use crate::support::audited::{agreed, audited, summary};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

fn with_two_secrets() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.write("dir/b.env", format!("TOKEN={}\n", localstack_auth_token(2)));
    repository.commit("Add");
    repository
}

fn loose(repository: &TempRepo, name: &str) -> (String, PathBuf) {
    let id = repository.git(&["rev-parse", name]);
    let file = repository.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
    (id, file)
}

/// Overwrites a file that git made read-only.
fn overwrite(file: &Path, bytes: &[u8]) {
    fs::remove_file(file).unwrap();
    fs::write(file, bytes).unwrap();
}

fn the_failure(report: &keysieve::report::Report) -> &Failure {
    assert_eq!(report.outcome(), Outcome::Incomplete);
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    failure
}

#[test]
fn a_corrupt_loose_object_is_named_wherever_its_bytes_are_flipped() {
    let repository = with_two_secrets();
    let (id, file) = loose(&repository, "HEAD:a.env");
    let whole = fs::read(&file).unwrap();
    let mut failures = 0;
    for offset in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[offset] ^= 0x55;
        overwrite(&file, &bytes);
        let report = audited(&repository.path());
        if report.outcome() == Outcome::Found {
            // The bits of the header or the trailer that zlib ignores.
            assert_eq!(summary(&report).len(), 2, "flipped at {offset} of {}", whole.len());
            continue;
        }
        failures += 1;
        assert_eq!(the_failure(&report).name, format!("object {id}"));
        assert!(the_failure(&report).reason.contains("git fsck"));
        assert_eq!(summary(&report), ["dir/b.env:1 +Add @HEAD"]);
    }
    assert!(failures >= whole.len() - 8, "{failures} of {}", whole.len());
    // libgit2 reads some of these forever.
    for end in 0..whole.len() {
        overwrite(&file, &whole[..end]);
        assert_eq!(the_failure(&audited(&repository.path())).name, format!("object {id}"));
    }
}

#[test]
fn a_damaged_commit_or_tree_is_named() {
    let repository = with_two_secrets();
    for name in ["HEAD", "HEAD:", "HEAD:dir"] {
        let (id, file) = loose(&repository, name);
        let whole = fs::read(&file).unwrap();
        for end in [0, 1, 10, whole.len() / 2, whole.len() - 1] {
            overwrite(&file, &whole[..end]);
            let report = audited(&repository.path());
            assert_eq!(the_failure(&report).name, format!("object {id}"));
            assert_eq!(report.credentials.len(), 2);
        }
        overwrite(&file, &whole);
    }
}

#[test]
fn no_flipped_byte_of_a_pack_hides_a_secret_in_silence() {
    let repository = with_two_secrets();
    repository.git(&["repack", "-adq"]);
    let (pack, _) = pack(&repository);
    let whole = fs::read(&pack).unwrap();
    for offset in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[offset] ^= 0x55;
        overwrite(&pack, &bytes);
        let report = audited(&repository.path());
        let is_reported = report.outcome() == Outcome::Incomplete || summary(&report).len() == 2;
        assert!(is_reported, "flipped at {offset}: {report:?}");
    }
}

#[test]
fn an_object_with_anothers_content_is_named() {
    let repository = with_two_secrets();
    let (id, file) = loose(&repository, "HEAD:a.env");
    let (_, other) = loose(&repository, "HEAD:dir/b.env");
    overwrite(&file, &fs::read(other).unwrap());
    assert_eq!(the_failure(&audited(&repository.path())).name, format!("object {id}"));
}

#[test]
fn a_missing_tree_is_named_by_the_walk() {
    let repository = with_two_secrets();
    let (id, file) = loose(&repository, "HEAD:dir");
    let (blob, _) = loose(&repository, "HEAD:dir/b.env");
    fs::remove_file(file).unwrap();
    let report = audited(&repository.path());
    assert_eq!(the_failure(&report).name, format!("tree {id}"));
    let mut expected = ["a.env:1 +Add @HEAD".to_owned(), format!("{blob}:1")];
    expected.sort();
    assert_eq!(summary(&report), expected);
}

#[test]
fn a_missing_parent_is_named_by_the_walk() {
    let repository = with_two_secrets();
    repository.write("c", "");
    repository.commit("Later");
    let (id, file) = loose(&repository, "HEAD^");
    fs::remove_file(file).unwrap();
    let report = audited(&repository.path());
    assert_eq!(the_failure(&report).name, format!("commit {id}"));
    assert_eq!(summary(&report), ["a.env:1 +Later @HEAD", "dir/b.env:1 +Later @HEAD"]);
}

#[test]
fn a_truncated_pack_is_a_failure() {
    let repository = with_two_secrets();
    repository.git(&["repack", "-adq"]);
    repository.write("loose.env", format!("TOKEN={}\n", localstack_auth_token(3)));
    let blob = repository.git(&["hash-object", "-w", "loose.env"]);
    let (pack, index) = pack(&repository);
    let (whole, whole_index) = (fs::read(&pack).unwrap(), fs::read(&index).unwrap());
    for end in [whole.len() - 1, whole.len() / 2, 40, 12, 5, 0] {
        overwrite(&pack, &whole[..end]);
        let report = audited(&repository.path());
        assert_eq!(report.outcome(), Outcome::Incomplete, "cut at {end}");
        assert!(summary(&report).contains(&format!("{blob}:1")), "cut at {end}: {report:?}");
    }
    overwrite(&pack, &whole);
    for end in [whole_index.len() - 1, whole_index.len() / 2, 1032, 8, 0] {
        overwrite(&index, &whole_index[..end]);
        assert_eq!(audited(&repository.path()).outcome(), Outcome::Incomplete, "cut at {end}");
    }
}

#[test]
fn half_a_pack_is_a_failure() {
    let repository = with_two_secrets();
    repository.git(&["repack", "-adq"]);
    let (pack, index) = pack(&repository);
    let aside = repository.home().join("aside");
    for half in [&pack, &index] {
        fs::rename(half, &aside).unwrap();
        let report = audited(&repository.path());
        assert_eq!(report.outcome(), Outcome::Incomplete);
        let failures = &report.coverage.failures;
        let summary = failures.iter().any(|failure| failure.name.starts_with("objects/pack/pack-"));
        assert!(summary, "{report:?}");
        fs::rename(&aside, half).unwrap();
    }
}

/// A truncated pack is one failure, with the number of its lost objects and some of their names;
/// the rest of it is scanned.
#[test]
fn the_many_objects_of_a_cut_pack_are_one_failure() {
    let repository = with_two_secrets();
    for number in 0..40 {
        // None of these is similar to another: each is stored whole.
        let text: String =
            (0..200).map(|index| format!("{:x}\n", number * 7919 + index * 104_729)).collect();
        repository.write(format!("file{number}"), text);
    }
    repository.commit("More");
    repository.git(&["repack", "-adq"]);
    let (pack, _) = pack(&repository);
    let whole = fs::read(&pack).unwrap();
    overwrite(&pack, &whole[..whole.len() / 2]);
    let report = agreed(&repository.path());
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    assert!(failure.name.starts_with("objects/pack/pack-"), "{failure:?}");
    let why = &failure.reason;
    assert!(why.starts_with("it ends before its last object; "), "{why}");
    assert!(why.contains(" of its objects cannot be read: ") && why.contains(" others"), "{why}");
    assert!(why.contains("git fsck"), "{why}");
    assert!(report.coverage.blobs > 5, "{:?}", report.coverage);
}

fn pack(repository: &TempRepo) -> (PathBuf, PathBuf) {
    let packs = fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
    let mut files = packs.map(|file| file.unwrap().path());
    let pack = files.find(|file| file.extension().is_some_and(|end| end == "pack")).unwrap();
    let index = pack.with_extension("idx");
    (pack, index)
}
