//! However git stores a history, each reader reads it the same.

use std::fs;
use std::path::PathBuf;

use keysieve::report::Outcome;

use crate::support::audited::{agreed, summary};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

/// A file that grows around a secret, which is added, moved and removed; and the remains of a
/// reset.
fn lively() -> TempRepo {
    let repository = TempRepo::new();
    for number in 0..6 {
        grow(&repository, number);
    }
    repository.write("lost.env", format!("TOKEN={}\n", localstack_auth_token(77)));
    repository.commit("Lose");
    repository.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    repository
}

fn grow(repository: &TempRepo, number: u64) {
    let line = format!("a line of text, number {number}\n");
    let token = localstack_auth_token(number / 3);
    let text = format!("{}TOKEN={token}\n{}", line.repeat(50), "the end\n".repeat(80));
    repository.write(format!("dir{}/file", number % 2), text);
    repository.write("other", format!("{number}\n"));
    repository.commit(&format!("Commit {number}"));
}

/// Checks that the history is the same as before `change`.
fn is_unmoved_by(change: impl Fn(&TempRepo)) {
    let repository = lively();
    let before = summary(&agreed(&repository.path()));
    assert!(before.len() > 4, "{before:?}");
    change(&repository);
    let report = agreed(&repository.path());
    assert_eq!(report.coverage.failures, []);
    assert_eq!(summary(&report), before);
}

fn files(repository: &TempRepo, extension: &str) -> Vec<PathBuf> {
    let folder = fs::read_dir(repository.path().join(".git/objects/pack")).unwrap();
    let files = folder.map(|entry| entry.unwrap().path());
    files.filter(|file| file.extension().is_some_and(|kind| kind == extension)).collect()
}

#[test]
fn one_pack_and_loose_objects() {
    is_unmoved_by(|repository| {
        repository.git(&["repack", "-adfq"]);
    });
}

#[test]
fn cruft_packs() {
    is_unmoved_by(|repository| {
        repository.git(&["reflog", "expire", "--expire=now", "--all"]);
        repository.git(&["repack", "--cruft", "-dq"]);
        assert_eq!(files(repository, "mtimes").len(), 1);
    });
}

#[test]
fn kept_packs() {
    is_unmoved_by(|repository| {
        repository.git(&["repack", "-dq"]);
        for pack in files(repository, "pack") {
            fs::write(pack.with_extension("keep"), "").unwrap();
        }
        repository.git(&["repack", "-Adq"]);
    });
}

#[test]
fn deltas_with_named_bases() {
    is_unmoved_by(|repository| {
        repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    });
}

#[test]
fn old_indexes() {
    is_unmoved_by(|repository| {
        repository.git(&["-c", "pack.indexVersion=1", "repack", "-Adfq"]);
    });
}

#[test]
fn a_shared_index() {
    let repository = TempRepo::new();
    for number in 0..6 {
        grow(&repository, number);
        repository.git(&["repack", "-dq"]);
    }
    let before = summary(&agreed(&repository.path()));
    repository.git(&["multi-pack-index", "write"]);
    assert_eq!(summary(&agreed(&repository.path())), before);
    files(&repository, "idx").iter().for_each(|index| fs::remove_file(index).unwrap());
    assert_eq!(summary(&agreed(&repository.path())), before);
}

#[test]
fn a_commit_graph_next_to_the_packs() {
    is_unmoved_by(|repository| {
        repository.git(&["repack", "-dq"]);
        repository.git(&["commit-graph", "write", "--reachable"]);
    });
}

#[test]
fn alternates() {
    let repository = lively();
    repository.git(&["repack", "-dq"]);
    repository.git_in(repository.home(), &["clone", "--quiet", "--shared", "tree", "shared"]);
    let borrowed = summary(&agreed(&repository.home().join("shared")));
    assert_eq!(borrowed, summary(&agreed(&repository.path())));
}

/// git's own commands follow replacements and grafts; the audit reports everything as it is stored.
#[test]
fn replaced_and_grafted_objects_are_reported_as_stored() {
    let repository = lively();
    let before = summary(&agreed(&repository.path()));
    let parent = repository.git(&["rev-parse", "HEAD~4"]);
    repository.write("replacement", format!("TOKEN={}\n", localstack_auth_token(50)));
    let blob = repository.git(&["hash-object", "-w", "replacement"]);
    let replaced = repository.git(&["rev-parse", "HEAD~5:other"]);
    repository.git(&["replace", &replaced, &blob]);
    let grafts = repository.path().join(".git/info/grafts");
    fs::create_dir_all(grafts.parent().unwrap()).unwrap();
    let head = repository.git(&["rev-parse", "HEAD"]);
    fs::write(grafts, format!("{head} {parent}\n")).unwrap();
    let report = agreed(&repository.path());
    let mut expected = before;
    expected.push(format!("{blob}:1 in ref refs/replace/{replaced}"));
    expected.sort();
    assert_eq!(summary(&report), expected);
    let [grafts, replace] = &report.coverage.notes[..] else { panic!("{report:?}") };
    assert!(grafts.starts_with("1 commit has grafted parents"), "{grafts}");
    assert!(replace.starts_with("1 object has a replacement"), "{replace}");
}

/// Old tools wrote the mode of a folder with a leading zero.
#[test]
fn modes_with_leading_zeros() {
    let repository = TempRepo::new();
    repository.write("dir/a.env", format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.commit("Plain");
    let tree = repository.git(&["rev-parse", "HEAD:dir"]);
    let id: Vec<u8> =
        (0..20).map(|index| u8::from_str_radix(&tree[2 * index..][..2], 16).unwrap()).collect();
    let padded = [&b"040000 old\0"[..], &id].concat();
    repository.write("padded", padded);
    let tree = repository.git(&["hash-object", "-w", "--literally", "-t", "tree", "padded"]);
    let commit = repository.git(&["commit-tree", &tree, "-p", "HEAD", "-m", "Padded"]);
    repository.git(&["update-ref", "refs/heads/padded", &commit]);
    let expected = ["dir/a.env:1 +Plain -Padded", "old/a.env:1 +Padded"];
    let report = agreed(&repository.path());
    assert!(summary(&report).contains(&expected[1].to_owned()), "{report:?}");
    repository.git(&["repack", "-adq"]);
    assert!(summary(&agreed(&repository.path())).contains(&expected[1].to_owned()));
}

#[test]
fn the_empty_tree_need_not_be_there() {
    let repository = TempRepo::new();
    repository.git(&["commit", "--quiet", "--allow-empty", "-m", "Nothing"]);
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let file = repository.path().join(".git/objects").join(&tree[..2]).join(&tree[2..]);
    let _ = fs::remove_file(file);
    assert_eq!(agreed(&repository.path()).outcome(), Outcome::Clean);
}

/// A missing object is reported with the object that refers to it, for each kind of reference.
#[test]
fn a_missing_object_is_reported_with_what_refers_to_it() {
    let repository = lively();
    repository.git(&["tag", "-a", "-m", "A tag", "v1", "HEAD~1"]);
    let id = |name: &str| repository.git(&["rev-parse", name]);
    let tag = id("v1");
    let (blob, tree) = (id("HEAD:other"), id("HEAD~1:dir0"));
    let (root, parent) = (id("HEAD^{tree}"), id("HEAD~1"));
    for (id, kind, by) in [
        (&blob, "blob", "(`other` in tree ".to_owned()),
        (&tree, "tree", "(`dir0` in tree ".to_owned()),
        (&root, "tree", "(referenced by commit ".to_owned()),
        (&parent, "commit", "(parent of commit ".to_owned()),
        (&tag, "object", "(referenced by ref refs/tags/v1)".to_owned()),
    ] {
        let file = repository.path().join(".git/objects").join(&id[..2]).join(&id[2..]);
        let aside = repository.home().join("aside");
        fs::rename(&file, &aside).unwrap();
        let report = agreed(&repository.path());
        assert_eq!(report.outcome(), Outcome::Incomplete);
        let failure = report.coverage.failures.iter().find(|f| f.name == format!("{kind} {id}"));
        let failure = failure.unwrap_or_else(|| panic!("{kind} {id}: {report:?}"));
        assert!(failure.reason.contains(&by), "{by}: {failure:?}");
        fs::rename(&aside, &file).unwrap();
    }
}

/// Its content is unknown: the history is not reported as clean.
#[test]
fn a_folder_of_loose_objects_that_cannot_be_listed_is_reported() {
    let repository = lively();
    let objects = repository.path().join(".git/objects");
    let folder = (0..=u8::MAX).map(|first| objects.join(format!("{first:02x}")));
    let free = folder.into_iter().find(|folder| !folder.exists()).unwrap();
    fs::write(&free, "no folder").unwrap();
    let report = agreed(&repository.path());
    let name = format!("objects/{}", free.file_name().unwrap().display());
    let [failure] = &report.coverage.failures[..] else { panic!("{:?}", report.coverage) };
    assert!(failure.name.ends_with(&name), "{failure:?}");
    assert_eq!(report.outcome(), Outcome::Incomplete);
}
