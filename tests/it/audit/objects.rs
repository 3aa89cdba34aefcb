//! Every object in the database is scanned, however it got there.

use std::fs;

use crate::support::audited::{audited, summary, summary_of};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

fn with_a_commit() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("base", "base\n");
    repository.commit("Base");
    repository
}

#[test]
fn a_stash_is_scanned() {
    let repository = with_a_commit();
    repository.write("base", format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.git(&["stash", "--quiet"]);
    let summary = summary_of(&repository.path());
    assert!(summary[0].starts_with("base:1 +WIP on main"), "{summary:?}");
    assert_eq!(summary.len(), 1);
}

#[test]
fn objects_only_in_a_reflog_are_scanned() {
    let repository = with_a_commit();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(2)));
    repository.commit("Oops");
    repository.git(&["reset", "--quiet", "--hard", "HEAD^"]);
    assert_eq!(summary_of(&repository.path()), ["a.env:1 +Oops"]);

    repository.write("b.env", format!("TOKEN={}\n", localstack_auth_token(3)));
    repository.commit("Once more");
    repository.git(&["rm", "--quiet", "b.env"]);
    repository.write("c", "");
    repository.git(&["add", "c"]);
    repository.git(&["commit", "--quiet", "--amend", "-m", "Amended"]);
    assert_eq!(summary_of(&repository.path()), ["a.env:1 +Oops", "b.env:1 +Once more"]);
}

#[test]
fn a_blob_that_no_commit_reaches_is_named_by_its_id() {
    let repository = with_a_commit();
    repository.write("a.env", format!("\nTOKEN={}\n", localstack_auth_token(4)));
    let id = repository.git(&["hash-object", "-w", "a.env"]);
    assert_eq!(summary_of(&repository.path()), [format!("{id}:2")]);
    // A tree alone is not a commit.
    repository.git(&["add", "a.env"]);
    repository.git(&["write-tree"]);
    assert_eq!(summary_of(&repository.path()), [format!("{id}:2")]);
}

#[test]
fn messages_are_scanned_and_never_shown_raw() {
    let repository = with_a_commit();
    let [first, second] = [5, 6].map(localstack_auth_token);
    repository.write("a.env", format!("TOKEN={first}\n"));
    repository.commit(&format!("Use {first}"));
    repository.git(&["tag", "-a", "v1", "-m", &format!("Version 1\n\nwith {second}")]);
    let report = audited(&repository.path());
    let [commit, tag] = ["HEAD", "v1"].map(|name| repository.git(&["rev-parse", name]));
    let mut expected = [
        "a.env:1 +Use ls-******** @HEAD".to_owned(),
        format!("{commit}:1 +Use ls-********"),
        format!("{tag}:3 in tag v1"),
    ];
    expected.sort();
    assert_eq!(summary(&report), expected);
    let shown = format!("{report:?}");
    assert!(!shown.contains(&first[3..]) && !shown.contains(&second[3..]));
}

#[test]
fn loose_and_packed_objects_give_the_same() {
    let repository = TempRepo::new();
    let filler: String = (0..2000).map(|line| format!("line {line} of a long file\n")).collect();
    for edit in 0..10 {
        let token = localstack_auth_token(100 + edit / 5);
        repository.write("a.env", format!("{filler}EDIT={edit}\nTOKEN={token}\n"));
        repository.commit(&format!("Edit {edit}"));
    }
    let loose = format!("{:?}", audited(&repository.path()));
    assert!(loose.contains("blobs: 10,"), "{loose}");
    repository.git(&["repack", "-adfq", "--depth=50"]);
    let packed = format!("{:?}", audited(&repository.path()));
    assert_eq!(loose, packed);

    // In a pack, loose and in another pack: still counted once.
    repository.write("b.env", "B=1\n");
    repository.commit("Loose");
    let before = audited(&repository.path());
    let all = repository.git(&["rev-list", "--all", "--objects", "--no-object-names"]);
    let pack = repository.path().join(".git/objects/pack/pack");
    fs::write(repository.home().join("ids"), all + "\n").unwrap();
    let mut command = repository.command("git", &repository.path());
    let ids = fs::File::open(repository.home().join("ids")).unwrap();
    let status = command.args(["pack-objects", "-q"]).arg(pack).stdin(ids).output().unwrap().status;
    assert!(status.success());
    assert_eq!(format!("{before:?}"), format!("{:?}", audited(&repository.path())));
    repository.git(&["multi-pack-index", "write"]);
    assert_eq!(format!("{before:?}"), format!("{:?}", audited(&repository.path())));
}

#[test]
fn binary_blobs_are_counted() {
    let repository = with_a_commit();
    repository
        .write("image", [b"\x01\0\0".as_slice(), localstack_auth_token(7).as_bytes()].concat());
    repository.commit("Add an image");
    let report = audited(&repository.path());
    assert_eq!(summary(&report), [""; 0]);
    let coverage = report.coverage;
    assert_eq!((coverage.blobs, coverage.messages, coverage.binary), (1, 2, 1));
}

#[test]
fn submodules_and_links_are_no_trouble() {
    let repository = with_a_commit();
    let commit = repository.git(&["rev-parse", "HEAD"]);
    let link = format!("/{}", localstack_auth_token(8));
    std::os::unix::fs::symlink(&link, repository.path().join("link")).unwrap();
    repository.git(&["add", "link"]);
    let module = format!("160000,{},module", commit.replace('0', "1"));
    repository.git(&["update-index", "--add", "--cacheinfo", &module]);
    repository.git(&["commit", "--quiet", "-m", "Link"]);
    assert_eq!(summary_of(&repository.path()), ["link:1 +Link @HEAD"]);
}
