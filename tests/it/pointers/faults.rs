//! Contents that do not match their pointers, are not text, are long or are elsewhere.

use std::fs;

use keysieve::audit::{Options, ReadMode};
use keysieve::report::Outcome;
use keysieve::source::SkippedKind;

use super::{content, json, object, oid, pointer, put, store};
use crate::support::audited::{agreed, audited_with};
use crate::support::guarded::{assert_clean, assert_found, guarded, locations, secret};
use crate::support::repository::TempRepo;

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
