//! `--policy-from`: a change cannot approve itself.

use serde_json::Value;

use super::{locations, notes, report, run};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::tokens::localstack_auth_token as token;

const FILE: &str = ".keysieve.toml";
const BASELINE: &str = ".keysieve-baseline.toml";
const FROM: [&str; 2] = ["--policy-from", "main"];
const SINCE: [&str; 3] = ["scan", "--since", "main"];

/// A repository on a branch `change` that came of `main`, which has the files.
fn changing(files: &[(&str, &str)]) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("kept", "kept\n");
    for (path, text) in files {
        repository.write(path, text);
    }
    repository.commit("base");
    repository.git(&["switch", "--quiet", "-c", "change"]);
    repository
}

fn pending_changes(report: &Value) -> Vec<String> {
    let all = report["policy"]["pending"].as_array().unwrap();
    let text = |one: &Value, field: &str| one[field].as_str().unwrap().to_owned();
    all.iter().map(|one| format!("{}: {}", text(one, "kind"), text(one, "change"))).collect()
}

/// The check of a pull request, and a scan of everything.
fn both(repository: &TempRepo) -> [(Value, i32); 2] {
    [&SINCE[..], &["scan"]].map(|command| report(repository, &[command, &FROM].concat()))
}

#[test]
fn changes_to_the_configuration_are_ignored_and_listed() {
    let repository = changing(&[(FILE, "[fail-on]\nconfidence = \"medium\"\n")]);
    repository.write("new/a", secret(1));
    repository.write(
        FILE,
        "[rules]\ndisable = [\"*\"]\n[[exclude]]\npaths = [\"new/\"]\nreason = \"ours\"\n",
    );
    repository.write("new/.keysieve.toml", "[rules]\ndisable = [\"localstack-*\"]\n");
    repository.commit("a change");
    assert_eq!(report(&repository, &SINCE).1, 0, "by its own policy it passes");
    for (json, code) in both(&repository) {
        assert_eq!((locations(&json), code), (vec!["new/a:1".to_owned()], 1), "{json}");
        assert_eq!(json["policy"]["revision"], "main");
        assert_eq!(json["policy"]["commit"], repository.git(&["rev-parse", "main"]));
        let expected = [
            "config: adds exclude = new/ (ours)",
            "config: adds rules.disable = *",
            "config: removes fail-on.confidence = medium",
            "config: adds rules.disable = localstack-*",
        ];
        assert_eq!(pending_changes(&json), expected);
        assert!(
            notes(&json).contains(
                &"ignored until merged: .keysieve.toml adds exclude = new/ (ours)".to_owned()
            ),
            "{json}"
        );
    }
    // An invalid file is not an error: it is ignored.
    repository.write(FILE, "nonsense");
    let (json, code) = report(&repository, &["scan", "--policy-from", "main"]);
    assert_eq!(code, 1);
    assert!(pending_changes(&json)[0].starts_with("config: cannot be read: "), "{json}");
    // Main's configuration is used, and nothing is listed if nothing differs.
    repository.git(&["branch", "--force", "main", "change"]);
    repository.git(&["checkout", "--quiet", "--", FILE]);
    let (json, code) = report(&repository, &["scan", "--policy-from", "main"]);
    assert_eq!((code, pending_changes(&json)), (0, vec![]));
}

#[test]
fn a_baseline_entry_of_the_change_is_ignored() {
    let repository = changing(&[("old", &secret(2))]);
    let write = ["baseline", "create", "--owner", "Ann", "--now", "2026-01-01T00:00:00Z"];
    assert!(run(&repository, &write).status.success());
    repository.commit("known");
    repository.git(&["branch", "--force", "main", "change"]);
    repository.write("new", secret(1));
    let update = [&["baseline", "update"], &write[2..]].concat();
    assert!(run(&repository, &update).status.success());
    repository.commit("new and accepted at once");
    let at = ["--now", "2026-01-02T00:00:00Z"];
    assert_eq!(report(&repository, &[&["scan"][..], &at].concat()).1, 0);
    let (json, code) = report(&repository, &[&["scan"][..], &FROM, &at].concat());
    assert_eq!(code, 1, "{json}");
    assert_eq!(
        locations(&json).iter().filter(|location| !location.contains('=')).count(),
        1,
        "{json}"
    );
    let pending = pending_changes(&json);
    assert_eq!(pending.len(), 1, "{pending:?}");
    assert!(pending[0].contains("(localstack-auth-token) as accepted until"), "{pending:?}");
    assert!(!repository.git(&["show", &format!("main:{BASELINE}")]).is_empty());
}

#[test]
fn a_suppression_comment_is_honored_if_the_revision_suppresses_the_same_credential() {
    let allowed = |seed| format!("{} # keysieve:allow localstack-auth-token r\n", token(seed));
    let repository =
        changing(&[("a", &allowed(1)), ("moving", &allowed(2)), ("swapped", &allowed(3))]);
    assert_eq!(report(&repository, &["scan"]).1, 0);
    // A comment that moves to another line or file is honored; with a copy, another secret or a
    // new one it is ignored.
    repository.write("a", format!("\n\n{}", allowed(1)));
    repository.git(&["mv", "moving", "moved"]);
    repository.write("copied", allowed(1));
    repository.write("swapped", allowed(4));
    repository.write("new", allowed(5));
    repository.commit("a change");
    assert_eq!(report(&repository, &["scan"]).1, 0);
    let (json, code) = report(&repository, &[&["scan"][..], &FROM].concat());
    let expected = ["a:3=r", "copied:1", "moved:1=r", "new:1", "swapped:1"];
    assert_eq!((locations(&json), code), (expected.map(str::to_owned).to_vec(), 1));
    let lines: Vec<String> = json["policy"]["pending"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| format!("{}:{}", one["path"].as_str().unwrap(), one["line"]))
        .collect();
    assert_eq!(lines, ["copied:1", "new:1", "swapped:1"]);
    let (json, code) = report(&repository, &[&SINCE[..], &FROM].concat());
    assert_eq!((locations(&json), code), (vec!["new:1".to_owned(), "swapped:1".to_owned()], 1));
    repository.git(&["switch", "--quiet", "--detach", "main"]);
    assert_eq!(report(&repository, &[&["scan"][..], &FROM].concat()).1, 0);
}

#[test]
fn no_repo_config_ignores_all_settings_of_the_repository() {
    let allow = format!("{} # keysieve:allow localstack-auth-token r\n", token(1));
    let repository = changing(&[("a", &allow), ("b", &secret(2)), ("c/d", &secret(3))]);
    assert!(run(&repository, &["baseline", "create", "--owner", "Ann"]).status.success());
    repository.write(FILE, "[[exclude]]\npaths = [\"c\"]\nreason = \"r\"\n");
    repository.git(&["add", "--all"]);
    for command in [&["scan"][..], &["audit"]] {
        assert_eq!(report(&repository, command).1, 0);
        let (json, code) = report(&repository, &[command, &["--no-repo-config"]].concat());
        assert_eq!((locations(&json).len(), code), (3, 1), "{json}");
    }
}

#[test]
fn a_revision_that_is_missing_stops_with_what_to_fetch() {
    let repository = changing(&[]);
    repository.git(&["remote", "add", "origin", "https://git.example/x.git"]);
    for command in [&["scan"][..], &["audit"], &["hook", "run"]] {
        let output = run(&repository, &[command, &["--policy-from", "origin/trunk"]].concat());
        assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
        let expected = "run `git fetch origin +refs/heads/trunk:refs/remotes/origin/trunk`";
        assert!(all_output(&output).contains(expected), "{}", all_output(&output));
    }
}

#[test]
fn the_hook_takes_a_revisions_policy_too() {
    let repository = changing(&[(FILE, "[[exclude]]\npaths = [\"old/\"]\nreason = \"r\"\n")]);
    repository.write("old/a", secret(1));
    repository.git(&["add", "--all"]);
    assert_eq!(report(&repository, &[&["hook", "run"][..], &FROM].concat()).1, 0);
    repository.write("new/a", secret(2));
    repository.write(FILE, "[[exclude]]\npaths = [\"new/\"]\nreason = \"r\"\n");
    repository.git(&["add", "--all"]);
    let (json, code) = report(&repository, &[&["hook", "run"][..], &FROM].concat());
    assert_eq!((locations(&json), code), (vec!["new/a:1".to_owned()], 1));
    assert_eq!(pending_changes(&json).len(), 2, "{json}");
}
