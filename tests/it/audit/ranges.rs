//! A part of a history: revisions, branches, a date.

use keysieve::audit::Options;
use keysieve::source::history::RangeSyntax;

use crate::support::audited::{audited_with, ranged, summary};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

/// Three commits on `main`, each with its own secret, the second also removed by the third; one on
/// `side`, which branches off the first; a blob that is in no commit.
fn branched() -> TempRepo {
    let repository = TempRepo::new();
    let commit = |number: u64, file: &str| {
        repository.write(file, format!("TOKEN={}\n", localstack_auth_token(number)));
        repository.git(&["add", "--all"]);
        let date = format!("2024-0{number}-01T00:00:00Z");
        let output = repository
            .command("git", &repository.path())
            .args(["commit", "--quiet", "-m", &format!("Commit {number}")])
            .env("GIT_COMMITTER_DATE", &date)
            .output();
        assert!(output.unwrap().status.success());
    };
    commit(1, "one.env");
    repository.git(&["branch", "side"]);
    commit(2, "two.env");
    repository.git(&["rm", "--quiet", "two.env"]);
    commit(3, "three.env");
    repository.git(&["switch", "--quiet", "side"]);
    commit(4, "four.env");
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["tag", "-a", "-m", "First", "v1", "HEAD~2"]);
    repository.write("loose", format!("TOKEN={}\n", localstack_auth_token(9)));
    repository.git(&["hash-object", "-w", "loose"]);
    repository
}

const ONE: &str = "one.env:1 +Commit 1 @HEAD";
const TWO: &str = "two.env:1 +Commit 2 -Commit 3";
const TWO_STAYS: &str = "two.env:1 +Commit 2";
const THREE: &str = "three.env:1 +Commit 3 @HEAD";
const FOUR: &str = "four.env:1 +Commit 4";

fn selected(repository: &TempRepo, range: RangeSyntax) -> Vec<String> {
    let options = Options { range, ..Options::default() };
    let report = audited_with(&repository.path(), &options).unwrap();
    assert_eq!(report.coverage.failures, []);
    assert_eq!(
        report.coverage.notes.len(),
        1,
        "the range is reported: {:?}",
        report.coverage.notes
    );
    summary(&report)
}

#[test]
fn revisions_choose_what_one_has_and_the_other_has_not() {
    let repository = branched();
    let whole = repository.git(&["rev-parse", "main~1"]);
    for (range, expected) in [
        ("side..main", vec![THREE, TWO]),
        ("main..side", vec![FOUR]),
        ("main...side", vec![FOUR, THREE, TWO]),
        ("v1..", vec![THREE, TWO]),
        ("..side", vec![FOUR]),
        ("HEAD~1..HEAD", vec![THREE]),
        ("HEAD^..@", vec![THREE]),
        ("main@{0}~1..main^0", vec![THREE]),
        ("v1..main~1", vec![TWO_STAYS]),
        (&format!("{}..main", &whole), vec![THREE]),
        (&format!("{}..main", &whole[..8]), vec![THREE]),
        ("main..main", vec![]),
    ] {
        let report = ranged(&repository.path(), range);
        assert_eq!(summary(&report), expected, "{range}");
        // Again, from a pack.
        repository.git(&["repack", "-dq"]);
    }
}

#[test]
fn branches_and_dates_choose() {
    let repository = branched();
    let branch = |names: &[&str]| RangeSyntax {
        branches: names.iter().map(|&name| name.to_owned()).collect(),
        ..RangeSyntax::default()
    };
    assert_eq!(selected(&repository, branch(&["side"])), [FOUR, ONE]);
    assert_eq!(selected(&repository, branch(&["main", "side"])), [FOUR, ONE, THREE, TWO]);
    assert_eq!(selected(&repository, branch(&["v1"])), [ONE]);
    let march: jiff::Timestamp = "2024-03-01T00:00:00Z".parse().unwrap();
    let since = |since: i64, branch| RangeSyntax { since: Some(since), ..branch };
    let all = selected(&repository, since(march.as_second(), RangeSyntax::default()));
    assert_eq!(all, [FOUR, THREE]);
    let later = selected(&repository, since(march.as_second() + 1, RangeSyntax::default()));
    assert_eq!(later, [FOUR]);
    let both = selected(&repository, since(march.as_second(), branch(&["main"])));
    assert_eq!(both, [THREE]);
}

#[test]
fn a_message_belongs_to_its_commit() {
    let repository = TempRepo::new();
    repository.write("a", "");
    repository.commit(&format!("Use {}", localstack_auth_token(5)));
    repository.write("b", "");
    repository.commit("Go on");
    assert_eq!(ranged(&repository.path(), "HEAD~1..").credentials.len(), 0);
    let range = RangeSyntax { branches: vec!["main".to_owned()], ..RangeSyntax::default() };
    assert_eq!(selected(&repository, range).len(), 1);
}

#[test]
fn an_unknown_revision_is_an_error() {
    let repository = branched();
    for (revisions, named) in [
        ("nowhere..main", "nowhere"),
        ("main..nowhere", "nowhere"),
        ("main:one.env..", "main:one.env"),
        ("main^{tree}..", "main^{tree}"),
        (&format!("{}..", "0".repeat(40)), "0000"),
        ("main~99..main", "main~99"),
    ] {
        let range = RangeSyntax { revisions: Some(revisions.to_owned()), ..Default::default() };
        let options = Options { range, ..Options::default() };
        let error = audited_with(&repository.path(), &options).unwrap_err().to_string();
        assert!(error.contains(&format!("revision `{named}")), "{error}");
    }
}
