//! Damaged packs and indexes: each is reported as a failure, and none causes a panic or an endless
//! loop.

use std::fs;
use std::path::{Path, PathBuf};

use keysieve::source::Coverage;
use keysieve::source::history::delta::{Budget, ScanMode};

use super::history::Writer;
use super::readers::{LARGEST, Scanner, examples};
use super::support::random::Random;
use super::support::repository::TempRepo;

fn read(scanner: &Scanner, repository: &Path, largest: u64) -> (usize, Coverage) {
    let budget = Budget::new(largest, 1 << 20);
    let (found, coverage) = scanner.by_delta(repository, ScanMode::Changes, budget);
    (found.len(), coverage)
}

fn packed(scanner: &Scanner) -> (TempRepo, PathBuf) {
    let repository = TempRepo::new();
    let examples = examples(&scanner.engine);
    let mut random = Random(0xdead);
    Writer::new(&mut random, &examples, 2).commit(&repository, 30);
    repository.git(&["repack", "-adfq"]);
    let folder = fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    let pack = files.into_iter().find(|file| file.extension().is_some_and(|e| e == "pack"));
    (repository, pack.unwrap())
}

/// Every wrong or missing byte is reported.
#[test]
fn damage_is_reported() {
    let scanner = Scanner::new();
    let (repository, pack) = packed(&scanner);
    let (all, healthy) = read(&scanner, &repository.path(), LARGEST);
    assert_eq!(healthy.failures, []);
    for file in [pack.clone(), pack.with_extension("idx")] {
        let good = fs::read(&file).unwrap();
        fs::remove_file(&file).unwrap();
        let mut random = Random(0x0dd);
        for round in 0..120 {
            let mut bad = good.clone();
            // Headers and trailers are near the start and the end.
            let offset = match round {
                0..32 => round,
                32..64 => good.len() - 1 - (round - 32),
                _ => random.below(good.len()),
            };
            match random.below(4) {
                0 if offset > 0 => bad.truncate(offset),
                _ => bad[offset] ^= 1 << random.below(8),
            }
            fs::write(&file, &bad).unwrap();
            let (found, coverage) = read(&scanner, &repository.path(), LARGEST);
            assert!(!coverage.failures.is_empty(), "{}, byte {offset}", file.display());
            assert!(found <= all, "{}, byte {offset}", file.display());
            let advised = coverage.failures.iter().all(|failure| failure.reason.contains("git "));
            assert!(advised, "{:?}", coverage.failures);
        }
        fs::write(&file, &good).unwrap();
    }
}

/// A pack that is removed while it is read is an error of that pack.
#[test]
fn one_damaged_entry_costs_only_what_hangs_on_it() {
    let scanner = Scanner::new();
    let (repository, pack) = packed(&scanner);
    let (_, healthy) = read(&scanner, &repository.path(), LARGEST);
    let mut bytes = fs::read(&pack).unwrap();
    let last = bytes.len() - 30;
    bytes[last] ^= 0x10;
    fs::remove_file(&pack).unwrap();
    fs::write(&pack, bytes).unwrap();
    let (_, damaged) = read(&scanner, &repository.path(), LARGEST);
    let lost = healthy.blobs + healthy.messages - damaged.blobs - damaged.messages;
    assert!(lost <= 3, "{lost} of {} are lost", healthy.blobs);
    let named = damaged.failures.iter().any(|failure| failure.name.contains("objects/pack/pack-"));
    assert!(named, "{:?}", damaged.failures);
}

#[test]
fn larger_objects_are_skipped_and_counted() {
    let scanner = Scanner::new();
    let repository = TempRepo::new();
    let examples = examples(&scanner.engine);
    let mut random = Random(0xb16);
    Writer::new(&mut random, &examples, 3).commit(&repository, 120);
    repository.git(&["repack", "-adfq"]);
    for largest in [1 << 30, 16_000, 12_000, 9_000, 0] {
        let (expected, covered) = scanner.one_by_one_up_to(&repository.path(), largest);
        let budget = Budget::new(largest, 1 << 20);
        let (found, coverage) = scanner.by_delta(&repository.path(), ScanMode::Changes, budget);
        // Deltas against versions that are not built are failures, each reported.
        let unreported = covered.blobs + covered.messages - coverage.blobs - coverage.messages;
        assert!(unreported == 0 || !coverage.failures.is_empty(), "{largest}: {unreported}");
        for (id, findings) in &found {
            assert_eq!(expected.get(id), Some(findings), "{largest}: {id}");
        }
        if coverage.failures.is_empty() {
            assert_eq!((found.len(), coverage), (expected.len(), covered), "{largest}");
        }
    }
}
