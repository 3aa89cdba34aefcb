//! `keysieve baseline merge`, run by the real git as its merge driver.

use std::fs;

use super::run;
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

const FILE: &str = ".keysieve-baseline.toml";
const DAY: &str = "2026-01-02T00:00:00Z";

fn baseline(repository: &TempRepo, verb: &str, owner: &str) {
    let output = run(repository, &["baseline", verb, "--owner", owner, "--now", DAY]);
    assert!(output.status.success(), "{}", all_output(&output));
}

/// A repository whose git merges baselines as docs/baseline.md describes.
fn repository() -> TempRepo {
    let repository = TempRepo::new();
    let driver = format!("'{}' baseline merge %O %A %B", env!("CARGO_BIN_EXE_keysieve"));
    repository.git(&["config", "merge.keysieve.driver", &driver]);
    repository.write(".gitattributes", format!("{FILE} merge=keysieve\n"));
    repository
}

fn text(repository: &TempRepo) -> String {
    fs::read_to_string(repository.path().join(FILE)).unwrap()
}

/// Commits `ours` on main and `theirs` on a branch, then merges that.
fn merge(repository: &TempRepo, ours: impl Fn(), theirs: impl Fn()) -> std::process::Output {
    repository.commit("base");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    theirs();
    repository.commit("theirs");
    repository.git(&["switch", "--quiet", "main"]);
    ours();
    repository.commit("ours");
    repository.try_git(&["merge", "--no-edit", "side"])
}

#[test]
fn both_sides_add_and_git_needs_nobody() {
    for seeds in [[5, 6], [6, 5], [7, 8], [9, 10]] {
        let repository = repository();
        repository.write("a", secret(1));
        baseline(&repository, "create", "Ann");
        let add = |seed: u64| {
            repository.write(format!("f{seed}"), secret(seed));
            repository.write(format!("again{seed}"), secret(1));
            baseline(&repository, "update", "Ann");
        };
        let merged = merge(&repository, || add(seeds[0]), || add(seeds[1]));
        assert!(merged.status.success(), "{}", all_output(&merged));
        let text = text(&repository);
        assert_eq!(text.matches("[credential.").count(), 3, "{text}");
        let ids: Vec<&str> = text.lines().filter(|line| line.starts_with("[cred")).collect();
        assert!(ids.is_sorted(), "{text}");
        let check = run(&repository, &["scan", "--now", DAY]);
        assert!(check.status.success(), "{}", all_output(&check));
    }
}

#[test]
fn two_first_baselines_are_one() {
    let repository = repository();
    repository.write("a", secret(1));
    let write = |seed: u64| {
        repository.write(format!("f{seed}"), secret(seed));
        baseline(&repository, "create", "Ann");
    };
    let merged = merge(&repository, || write(2), || write(3));
    assert!(merged.status.success(), "{}", all_output(&merged));
    assert_eq!(text(&repository).matches("[credential.").count(), 3);
    // Of the one credential that both accepted: the earlier expiry.
    assert!(run(&repository, &["scan", "--now", DAY]).status.success());
}

#[test]
fn what_the_sides_say_differently_is_decided_by_people() {
    let repository = repository();
    repository.write("a", secret(1));
    repository.write("b", secret(2));
    baseline(&repository, "create", "Ann");
    let first = text(&repository);
    let say = |fields: &str| {
        let (before, _) = first.split_once("disposition").unwrap();
        let (_, after) = first.split_once("\n\n[credential").unwrap();
        let (_, after) = after.split_once("\n\n[credential").unwrap();
        repository.write(FILE, format!("{before}{fields}\n\n[credential{after}"));
    };
    let merged = merge(
        &repository,
        || say("disposition = \"false-positive\"\nreason = \"a hash\""),
        || say("disposition = \"revoked\"\ndate = 2026-01-02\nevidence = \"ticket 7\""),
    );
    assert_eq!(merged.status.code(), Some(1), "{}", all_output(&merged));
    let message = "one side has false-positive, the other revoked";
    assert!(all_output(&merged).contains(message), "{}", all_output(&merged));
    let text = text(&repository);
    assert!(text.contains("<<<<<<< ours\n[credential.") && text.contains(">>>>>>> theirs\n"));
    assert_eq!(text.matches("[credential.").count(), 3, "{text}");
    // With conflicts it is not a baseline.
    assert_eq!(run(&repository, &["scan", "--now", DAY]).status.code(), Some(2));
}

#[test]
fn what_cannot_be_merged_is_not_lost() {
    let repository = repository();
    repository.write("a", secret(1));
    baseline(&repository, "create", "Ann");
    let broken = "version = 1\n[credential.0123456789]\ndisposition = \"acepted\"\n";
    let merged = merge(
        &repository,
        || {
            repository.write("b", secret(2));
            baseline(&repository, "update", "Ann");
        },
        || repository.write(FILE, broken),
    );
    assert_eq!(merged.status.code(), Some(1), "{}", all_output(&merged));
    assert!(all_output(&merged).contains("did you mean `accepted`?"), "{}", all_output(&merged));
    let text = text(&repository);
    assert!(text.contains(broken) && text.matches("[credential.").count() == 3, "{text}");
}
