//! Real repositories, packed by the real git in many ways: both readers agree on each.

use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};

use keysieve::source::history::History;
use keysieve::source::history::delta::{Budget, ScanMode};

use super::history::Writer;
use super::readers::{LARGEST, Scanner, examples};
use super::support::random::Random;
use super::support::repository::TempRepo;

/// Checks that all ways to read the repository find and cover the same. Returns the number of
/// objects with findings.
fn agree(scanner: &Scanner, repository: &Path, about: &str) -> usize {
    let (expected, covered) = scanner.one_by_one(repository);
    assert_eq!(covered.failures, [], "{about}");
    let ample = || Budget::new(LARGEST, 64 << 20);
    // Nothing is cached: every version is rebuilt for each of its children.
    let scant = || Budget::new(LARGEST, 0);
    for (threads, mode, budget) in [
        (1, ScanMode::Changes, ample()),
        (1, ScanMode::Changes, scant()),
        (3, ScanMode::Changes, ample()),
        (3, ScanMode::Changes, scant()),
        (2, ScanMode::Whole, ample()),
    ] {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        let (found, coverage) = pool.install(|| scanner.by_delta(repository, mode, budget));
        let about = format!("{about}, {mode:?} on {threads} threads");
        for (id, findings) in &expected {
            assert_eq!(found.get(id), Some(findings), "{about}: {id}");
        }
        assert_eq!(found.len(), expected.len(), "{about}");
        assert_eq!(coverage, covered, "{about}");
    }
    expected.len()
}

fn repack(repository: &TempRepo, depth: usize, window: usize) {
    let (depth, window) = (format!("--depth={depth}"), format!("--window={window}"));
    repository.git(&["repack", "-adfq", &depth, &window]);
}

#[test]
fn packs_of_every_depth_are_read_alike() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    for (seed, depth, window) in [(1, 1, 10), (2, 50, 10), (3, 250, 50), (4, 4095, 250)] {
        let repository = TempRepo::new();
        let mut random = Random(seed * 0x9e37_79b9);
        let mut writer = Writer::new(&mut random, &examples, 4);
        writer.commit(&repository, 130);
        repack(&repository, depth, window);
        let found = agree(&scanner, &repository.path(), &format!("depth {depth}"));
        assert!(found > 30, "the history holds secrets: {found}");
    }
}

#[test]
fn several_packs_loose_objects_and_alternates_are_one_history() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let repository = TempRepo::new();
    let mut random = Random(0xfeed);
    let mut writer = Writer::new(&mut random, &examples, 3);
    writer.commit(&repository, 40);
    repack(&repository, 50, 10);
    for pack in packs(&repository) {
        std::fs::write(pack.with_extension("keep"), "").unwrap();
    }
    writer.commit(&repository, 40);
    repository.git(&["repack", "-dq"]);
    agree(&scanner, &repository.path(), "two packs");

    // Objects that are in both packs, and some loose ones.
    repository.git(&["repack", "-aq", "--pack-kept-objects"]);
    let blob = repository.path().join("loose");
    for example in examples.iter().take(20) {
        std::fs::write(&blob, [&example[..], b"\n"].concat()).unwrap();
        repository.git(&["hash-object", "-w", "loose"]);
    }
    agree(&scanner, &repository.path(), "objects in two packs");

    // A multi-pack-index in addition to the packs' own indexes.
    repository.git(&["multi-pack-index", "write"]);
    agree(&scanner, &repository.path(), "with a multi-pack-index");

    // Another repository that borrows all objects.
    let borrower = repository.home().join("borrower");
    let (from, to) = (repository.path(), borrower.display().to_string());
    repository.git(&["clone", "-q", "--shared", &from.display().to_string(), &to]);
    agree(&scanner, &borrower, "alternates");
}

/// If packs have lost their own indexes, the shared one is read.
#[test]
fn a_shared_index_is_enough() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let repository = TempRepo::new();
    let mut random = Random(0x1d7);
    let mut writer = Writer::new(&mut random, &examples, 2);
    for _ in 0..3 {
        writer.commit(&repository, 20);
        repository.git(&["repack", "-dq"]);
    }
    let (expected, covered) = scanner.one_by_one(&repository.path());
    repository.git(&["multi-pack-index", "write"]);
    packs(&repository).iter().for_each(|pack| {
        std::fs::remove_file(pack.with_extension("idx")).unwrap();
    });
    let budget = Budget::new(LARGEST, 1 << 20);
    let (found, coverage) = scanner.by_delta(&repository.path(), ScanMode::Changes, budget);
    assert_eq!((found.len(), coverage), (expected.len(), covered));
    assert!(found == expected);
}

#[test]
fn an_index_of_version_1_is_read() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let repository = TempRepo::new();
    let mut random = Random(0x0001d);
    Writer::new(&mut random, &examples, 2).commit(&repository, 20);
    repository.git(&["-c", "pack.indexVersion=1", "repack", "-adfq"]);
    let found = agree(&scanner, &repository.path(), "version 1");
    assert!(found > 0);
}

/// Deltas that refer to their bases by id, as in a pack sent over the wire.
#[test]
fn deltas_with_named_bases_are_followed() {
    let scanner = Scanner::new();
    let examples = examples(&scanner.engine);
    let repository = TempRepo::new();
    let mut random = Random(0x4ef);
    Writer::new(&mut random, &examples, 3).commit(&repository, 40);
    repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    let found = agree(&scanner, &repository.path(), "named bases");
    assert!(found > 10);
}

/// Objects that `git gc` packs, and packs that it replaces, after opening and before reading.
#[test]
fn what_is_packed_meanwhile_is_read_where_it_is_now() {
    let scanner = Scanner::new();
    let repository = TempRepo::new();
    for (index, example) in examples(&scanner.engine).iter().take(40).enumerate() {
        repository.write(format!("file{index}"), example);
        repository.commit("another");
        if index == 20 {
            repository.git(&["repack", "-adq"]);
        }
    }
    let (expected, covered) = scanner.one_by_one(&repository.path());
    let history = History::open(&repository.path()).unwrap();
    repository.git(&["gc", "-q", "--prune=now"]);
    let budget = Budget::new(LARGEST, 1 << 20);
    let (found, coverage) = scanner.in_history(&history, ScanMode::Changes, budget);
    assert_eq!(coverage, covered);
    assert!(found == expected && !found.is_empty());
}

#[test]
fn a_repository_in_use_is_not_damaged() {
    let scanner = Scanner::new();
    let repository = TempRepo::new();
    repository.write("file", "nothing");
    repository.commit("first");
    let is_done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            for round in 0.. {
                repository.write(format!("file{}", round % 7), format!("round {round}"));
                repository.commit("another");
                match round % 3 {
                    0 => drop(repository.git(&["gc", "-q", "--prune=now"])),
                    1 => drop(repository.git(&["repack", "-dq"])),
                    _ => {}
                }
                if is_done.load(Ordering::Relaxed) {
                    break;
                }
            }
        });
        let mut failures = Vec::new();
        for _ in 0..60 {
            let budget = Budget::new(LARGEST, 1 << 20);
            let (_, coverage) = scanner.by_delta(&repository.path(), ScanMode::Changes, budget);
            failures.extend(coverage.failures);
        }
        is_done.store(true, Ordering::Relaxed);
        assert_eq!(failures, []);
    });
}

fn packs(repository: &TempRepo) -> Vec<std::path::PathBuf> {
    let folder = std::fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|kind| kind == "pack")).collect()
}
