//! What reports show of the files of the git directory, and what is left out of them.

use serde_json::Value;

use super::{audit, clean, json, local, notes, plant, with_a_token_in_the_config};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::schema::assert_valid;
use crate::support::tokens::localstack_auth_token as token;

/// A repository whose file, message and reflogs contain one token, and whose hook contains another.
fn with_both() -> TempRepo {
    let repository = clean();
    repository.write("a.env", secret(1));
    repository.commit(&format!("Use {}", secret(1)));
    plant(&repository.path(), ".git/hooks/pre-push", secret(2));
    repository
}

fn human(repository: &TempRepo, arguments: &[&str]) -> (String, i32) {
    let arguments = [&["--format", "human"], arguments].concat();
    let output = audit(repository, &repository.path(), &arguments);
    let shown = all_output(&output);
    assert!(!(1..9).any(|seed| shown.contains(&token(seed))), "{shown}");
    (shown, output.status.code().unwrap())
}

fn sarif(repository: &TempRepo, arguments: &[&str]) -> (Value, i32) {
    let arguments = [&["--format", "sarif"], arguments].concat();
    let output = audit(repository, &repository.path(), &arguments);
    let report = serde_json::from_slice(&output.stdout).unwrap();
    (report, output.status.code().unwrap())
}

fn uris(report: &Value) -> Vec<&str> {
    let results = report["runs"][0]["results"].as_array().unwrap().iter();
    let location = "/locations/0/physicalLocation/artifactLocation/uri";
    results.map(|result| result.pointer(location).unwrap().as_str().unwrap()).collect()
}

#[test]
fn a_section_of_their_own_follows_what_is_in_commits() {
    let repository = with_both();
    let (shown, code) = human(&repository, &[]);
    let (in_commits, only_here) =
        shown.split_once("Only in this clone (not pushed, not in any commit):").unwrap();
    assert!(in_commits.contains("a.env:1") && in_commits.contains(".git/logs/HEAD"), "{shown}");
    assert!(only_here.contains(".git/hooks/pre-push:1") && !only_here.contains("a.env"), "{shown}");
    assert!(in_commits.find("a.env:1") < in_commits.find(".git/logs/HEAD"), "{shown}");
    assert!(only_here.contains("in this clone (hook)"), "{shown}");
    assert!(only_here.contains("files of the git directory"), "{shown}");
    assert_eq!(code, 1);
}

#[test]
fn a_credential_only_in_this_clone_fails() {
    let repository = with_a_token_in_the_config();
    let (shown, code) = human(&repository, &[]);
    assert!(shown.starts_with("Only in this clone"), "{shown}");
    assert_eq!(code, 1);
}

#[test]
fn the_json_report_has_its_source() {
    let repository = with_both();
    let (report, _) = json(&repository, &repository.path(), &[]);
    assert_valid(&report);
    let found = local(&report);
    assert!(found.contains(&".git/hooks/pre-push:1 hook".to_owned()), "{found:?}");
    assert!(found.contains(&".git/logs/HEAD:2 reflog".to_owned()), "{found:?}");
    assert_eq!(report["credentials"].as_array().unwrap().len(), 2, "one for each value");
}

#[test]
fn sarif_has_them_on_request_only() {
    let repository = with_both();
    let (report, code) = sarif(&repository, &[]);
    assert!(uris(&report).iter().all(|uri| !uri.starts_with(".git/")), "{report:#}");
    assert_eq!(code, 1);
    let notes = report.pointer("/runs/0/invocations/0/toolExecutionNotifications").unwrap();
    assert!(notes.to_string().contains("results in files of the git directory omitted"), "{notes}");
    let rules = report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap();
    assert_eq!(rules.len(), 1);

    let (all, code) = sarif(&repository, &["--sarif-local"]);
    assert!(uris(&all).contains(&".git/hooks/pre-push"), "{all:#}");
    assert!(uris(&all).len() > uris(&report).len());
    assert!(!all.to_string().contains("omitted"), "{all:#}");
    assert_eq!(code, 1);

    let repository = with_a_token_in_the_config();
    let output = audit(&repository, &repository.path(), &["-f", "sarif"]);
    assert!(String::from_utf8_lossy(&output.stderr).contains("only in this clone; SARIF has no"));
    let (report, _) = sarif(&repository, &[]);
    assert_eq!(uris(&report), [""; 0]);
    assert_eq!(report["runs"][0]["tool"]["driver"]["rules"].as_array().unwrap().len(), 0);
}

#[test]
fn kinds_can_be_skipped_and_are_reported() {
    let repository = with_both();
    let (report, _) = json(&repository, &repository.path(), &["--skip-local=hook,config"]);
    let found = local(&report);
    assert!(found.iter().all(|found| !found.ends_with(" hook")) && !found.is_empty(), "{found:?}");
    let [note] = notes(&report)[..] else { panic!("{report:#}") };
    assert!(note.contains("not scanned: config (1), hook ("), "{note}");
    let skipped = report.pointer("/coverage/skipped").unwrap().to_string();
    assert!(skipped.contains(".git/hooks/pre-push"), "{skipped}");

    let repository = with_a_token_in_the_config();
    let (shown, code) = human(&repository, &["--skip-local"]);
    assert!(
        shown.contains("files of the git directory were not scanned (--skip-local)"),
        "{shown}"
    );
    assert_eq!(code, 0);
    let (shown, code) = human(&repository, &["--skip-local=nonsense"]);
    assert!(shown.contains("expected one of config, message"), "{shown}");
    assert_eq!(code, 2);
}

#[test]
fn a_range_of_commits_does_not_contain_them() {
    let repository = with_a_token_in_the_config();
    repository.write("b", "");
    repository.commit("Go on");
    for range in [&["HEAD~1..HEAD"][..], &["--branch", "main"], &["--since", "2020-01-01"]] {
        assert_eq!(human(&repository, range).1, 0);
    }
}

#[test]
fn an_exclusion_applies() {
    let repository = with_a_token_in_the_config();
    let exclude = "[[exclude]]\npaths = [\".git/config\"]\nreason = \"the mirror's token\"\n";
    repository.write(".keysieve.toml", exclude);
    let (shown, code) = human(&repository, &[]);
    assert_eq!(code, 0, "{shown}");
    assert!(shown.contains("1 finding excluded by .git/config"), "{shown}");
}

/// A token in a commit, a copy of it in a message, and one in a hook, which is not a copy.
fn with_a_copy(path: &str, text: &str) -> TempRepo {
    let repository = clean();
    repository.write(path, text);
    repository.commit("Add");
    plant(&repository.path(), ".git/MERGE_MSG", secret(1));
    repository
}

#[test]
fn a_copy_is_judged_like_its_original() {
    let excluded = with_a_copy("fixtures/a.env", &secret(1));
    let exclude = "[[exclude]]\npaths = [\"fixtures/\"]\nreason = \"fakes\"\n";
    excluded.write(".keysieve.toml", exclude);
    let comment =
        format!("{} # keysieve:allow localstack-auth-token a fake\n", secret(1).trim_end());
    let suppressed = with_a_copy("a.env", &comment);
    let baselined = with_a_copy("a.env", &secret(1));
    let create = ["baseline", "create", "--history", "--owner", "me", "--reason", "old"];
    let mut command = baselined.command(env!("CARGO_BIN_EXE_keysieve"), &baselined.path());
    let output = command.args(create).output().unwrap();
    assert!(output.status.success(), "{}", all_output(&output));
    let baseline = std::fs::read_to_string(baselined.path().join(".keysieve-baseline.toml"));
    assert!(!baseline.unwrap().contains(".git/"));
    for repository in [excluded, suppressed, baselined] {
        let (shown, code) = human(&repository, &[]);
        assert_eq!(code, 0, "{shown}");
        plant(&repository.path(), ".git/hooks/pre-push", secret(1));
        let (shown, code) = human(&repository, &[]);
        assert!(code == 1 && shown.contains(".git/hooks/pre-push:1"), "{shown}");
        assert!(!shown.contains("MERGE_MSG:1"), "{shown}");
    }
}

#[test]
fn a_copy_of_a_warning_is_a_warning() {
    let repository = with_a_copy("tests/fixtures/a.env", &secret(1));
    repository.write(".keysieve.toml", "[test-paths]\nfindings = \"warn\"\n");
    let (shown, code) = human(&repository, &[]);
    assert!(code == 0 && shown.contains("MERGE_MSG:1"), "{shown}");
}
