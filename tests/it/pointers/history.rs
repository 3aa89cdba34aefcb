//! Contents in a history, a range and on a remote.

use keysieve::blob::ObjectPart;
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_range;
use keysieve::policy::Policy;
use keysieve::source::Silent;
use keysieve::source::history::History;

use super::{content, json, oid, parts, pointer, run, store, with_secret};
use crate::support::audited::{agreed, summary};
use crate::support::guarded::{assert_clean, assert_found, engine, guarded, locations};
use crate::support::repository::TempRepo;

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
