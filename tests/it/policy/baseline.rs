//! `.keysieve-baseline.toml`.

use std::fs;

use serde_json::Value;

use super::{locations, notes, report, run};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

const FILE: &str = ".keysieve-baseline.toml";
const WRITE: [&str; 6] = ["baseline", "create", "--owner", "Ann", "--now", "2026-01-01T00:00:00Z"];

/// A report as of that day.
fn on(repository: &TempRepo, day: &str, arguments: &[&str]) -> (Value, i32) {
    report(repository, &[arguments, &["--now", &format!("{day}T12:00:00Z")]].concat())
}

fn fingerprint(repository: &TempRepo) -> String {
    let (json, _) = report(repository, &["scan", "--no-baseline"]);
    json["credentials"][0]["fingerprint"].as_str().unwrap().to_owned()
}

fn text(repository: &TempRepo) -> String {
    fs::read_to_string(repository.path().join(FILE)).unwrap()
}

fn entry(repository: &TempRepo, fields: &str) {
    let id = fingerprint(repository);
    repository.write(FILE, format!("version = 1\n[credential.{id}]\n{fields}\n"));
}

#[test]
fn the_first_day_accepts_all_of_it_for_a_time() {
    let repository = TempRepo::new();
    for seed in 1..=40 {
        repository.write(format!("d{}/f", seed % 7), "");
        repository.write(format!("d{}/{seed}", seed % 7), secret(seed));
    }
    repository.write("again", secret(1));
    repository.commit("all");
    let output = run(&repository, &WRITE);
    assert!(output.status.success(), "{}", all_output(&output));
    let first = text(&repository);
    assert!(first.contains("expires = 2026-01-31") && first.contains("expires = 2026-06-30"));
    let ids: Vec<&str> = first.lines().filter(|line| line.starts_with("[credential.")).collect();
    assert!(ids.len() == 40 && ids.is_sorted(), "{first}");
    for arguments in [&["scan"][..], &["scan", "d1"], &["audit"]] {
        let (json, code) = on(&repository, "2026-01-02", arguments);
        assert_eq!((code, json["outcome"].as_str(), notes(&json)), (0, Some("clean"), vec![]));
    }
    let again = run(&repository, &WRITE);
    assert_eq!(again.status.code(), Some(2), "a baseline is not overwritten");
    let update = run(&repository, &[&["baseline", "update"], &WRITE[2..]].concat());
    assert!(update.status.success(), "{}", all_output(&update));
    assert_eq!(text(&repository), first, "an update of nothing changes nothing");
}

#[test]
fn lines_move_and_files_too_but_a_new_place_fails() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    run(&repository, &WRITE);
    let day = "2026-01-02";
    repository.write("a", format!("\n\n{}", secret(1)));
    assert_eq!(on(&repository, day, &["scan"]).1, 0);
    fs::rename(repository.path().join("a"), repository.path().join("b")).unwrap();
    assert_eq!(on(&repository, day, &["scan"]).1, 0, "a rename");
    repository.write("c", secret(1));
    let (json, code) = on(&repository, day, &["scan"]);
    assert_eq!((locations(&json), code), (vec!["b:3".to_owned(), "c:1".to_owned()], 1));
    fs::remove_file(repository.path().join("c")).unwrap();
    repository.write("a", secret(1));
    let (json, code) = on(&repository, day, &["scan", "b"]);
    assert_eq!(
        (locations(&json), code),
        (vec!["b:3".to_owned()], 1),
        "no rename: a is still there"
    );
    assert!(notes(&json)[0].contains("does not cover b ("), "{json}");
    let update = [&["baseline", "update"], &WRITE[2..]].concat();
    run(&repository, &update);
    assert_eq!(on(&repository, day, &["scan"]).1, 0);
    // Another secret at the old location is another secret.
    repository.write("a", secret(2));
    assert_eq!(on(&repository, day, &["scan"]).1, 1);
}

#[test]
fn what_is_revoked_or_false_never_fails_again() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    for (fields, reason) in [
        (
            "disposition = \"revoked\"\ndate = 2026-01-01\nevidence = \"ticket 7\"",
            "revoked on 2026-01-01: ticket 7",
        ),
        ("disposition = \"false-positive\"\nrule = \"an-old-rule\"", "false positive"),
        ("disposition = \"test-value\"\nreason = \"made up\"", "test value: made up"),
    ] {
        entry(&repository, fields);
        repository.write("deep/new", secret(1));
        repository.git(&["add", "--all"]);
        for arguments in [&["scan"][..], &["hook", "run"]] {
            let (json, code) = report(&repository, arguments);
            assert_eq!(code, 0, "{json}");
            assert_eq!(locations(&json), [format!("a:1={reason}"), format!("deep/new:1={reason}")]);
        }
        let output = run(&repository, &["scan", "--format", "sarif"]);
        let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
        let suppression = &sarif["runs"][0]["results"][0]["suppressions"][0];
        assert_eq!(
            (&suppression["kind"], &suppression["justification"]),
            (&"external".into(), &reason.into())
        );
        assert_eq!(report(&repository, &["scan", "--no-baseline"]).1, 1);
    }
    entry(&repository, "disposition = \"test-value\"\npaths = [\"a\"]");
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!(
        (locations(&json), code),
        (vec!["a:1=test value".to_owned(), "deep/new:1".to_owned()], 1)
    );
}

#[test]
fn time_runs_out_with_two_weeks_of_warning_and_never_in_the_hook() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "."]);
    entry(
        &repository,
        "disposition = \"accepted\"\nreason = \"r\"\nowner = \"Ann\"\n\
         expires = 2026-03-31\npaths = [\"a\"]",
    );
    repository.git(&["add", "."]);
    for (day, code, noted) in [
        ("2026-03-16", 0, None),
        ("2026-03-17", 0, Some("(14 days left)")),
        ("2026-03-31", 0, Some("(0 days left)")),
        ("2026-04-01", 1, Some("acceptance by Ann expired on 2026-03-31")),
    ] {
        let (json, found) = on(&repository, day, &["scan"]);
        assert_eq!(found, code, "{day}: {json}");
        assert_eq!(notes(&json).len(), usize::from(noted.is_some()), "{day}: {json}");
        assert!(noted.is_none_or(|noted| notes(&json)[0].ends_with(noted)), "{day}: {json}");
        assert_eq!(on(&repository, day, &["hook", "run"]).1, 0, "{day}");
    }
    let check = |day: &str| run(&repository, &["baseline", "check", "--now", day]);
    assert_eq!(check("2026-03-20T00:00:00Z").status.code(), Some(0));
    assert_eq!(check("2026-04-01T00:00:00Z").status.code(), Some(1));
    repository.git(&["rm", "--quiet", "--force", "a"]);
    let stale = check("2026-03-01T00:00:00Z");
    assert_eq!(stale.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&stale.stdout).contains("stale"), "{}", all_output(&stale));
    run(&repository, &[&["baseline", "update", "--prune"], &WRITE[2..]].concat());
    assert!(!text(&repository).contains("[credential"), "{}", text(&repository));
}

#[test]
fn an_error_in_the_file_has_its_line() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "."]);
    let id = "0123456789";
    for (wrong, line, expected) in [
        ("version = 2", 1, "this keysieve reads `version = 1`"),
        ("", 1, "`version = 1` is missing"),
        ("version = 1\nversion = 1", 2, "not valid TOML: duplicate key"),
        ("version = 1\n[credentials.x]", 2, "did you mean `credential`?"),
        ("version = 1\n[credential.xyz]\nrule = 1", 2, "ten hexadecimal digits"),
        (
            "version = 1\n[credential.0123456789]\ndisposition = \"acepted\"",
            3,
            "did you mean `accepted`?",
        ),
        ("version = 1\n[credential.0123456789]\nrule = \"x\"", 2, "missing key `disposition`"),
        (
            "version = 1\n[credential.0123456789]\ndisposition = \"accepted\"\nexpire = 2026-01-01",
            4,
            "did you mean `expires`?",
        ),
        (
            "version = 1\n[credential.0123456789]\ndisposition = \"revoked\"\ndate = \"soon\"",
            4,
            "must be a date such as",
        ),
        (
            "version = 1\n[credential.0123456789]\ndisposition = \"revoked\"\npaths = [\"a\"]",
            4,
            "expected one of rule, disposition, date, evidence",
        ),
        ("version = 1\nkey = \"our own secret\"", 2, "never put the key itself here"),
        ("version = 1\nhistory = 1", 2, "must be true or false"),
        ("version = 1\n<<<<<<< ours", 2, "not valid TOML"),
    ] {
        repository.write(FILE, wrong);
        repository.git(&["add", "."]);
        for arguments in [&["scan"][..], &["hook", "run"], &["baseline", "check"]] {
            let output = run(&repository, arguments);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{id} {wrong}");
            assert!(stderr.contains(&format!("{FILE}:{line}: ")), "{wrong}: {stderr}");
            assert!(stderr.contains(expected), "{wrong}: {stderr}");
        }
    }
}

#[test]
fn rebases_squashes_and_clones_leave_it_whole() {
    let repository = TempRepo::new();
    repository.write("z", "z");
    repository.commit("base");
    repository.write("a", secret(1));
    repository.commit("one");
    repository.write("a", format!("x\n{}", secret(1)));
    repository.commit("two");
    let history = [&WRITE[..], &["--history"]].concat();
    assert!(run(&repository, &history).status.success());
    repository.commit("baseline");
    assert_eq!(on(&repository, "2026-01-02", &["audit"]).1, 0);
    repository.git(&["reset", "--quiet", "--soft", "HEAD~3"]);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "squashed"]);
    repository.git(&["gc", "--quiet", "--prune=now"]);
    let (json, code) = on(&repository, "2026-01-02", &["audit", "HEAD~1..HEAD"]);
    assert_eq!(code, 0, "{json}");
}

#[test]
fn the_hook_takes_the_baseline_of_the_index() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "."]);
    run(&repository, &WRITE);
    let (json, code) = on(&repository, "2026-01-02", &["hook", "run"]);
    let expected =
        format!("{FILE} is not staged and is ignored; run `git add .keysieve-baseline.toml`");
    assert_eq!((code, notes(&json)), (1, vec![expected]));
    repository.git(&["add", "."]);
    fs::remove_file(repository.path().join(FILE)).unwrap();
    let (json, code) = on(&repository, "2026-01-02", &["hook", "run"]);
    assert_eq!((code, notes(&json)), (0, vec![]), "{json}");
    assert!(locations(&json)[0].starts_with("a:1=accepted until"), "{json}");
    repository.write("sub/b", "");
    let sub = repository.path().join("sub");
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &sub);
    assert_eq!(command.args(["hook", "run"]).output().unwrap().status.code(), Some(0));
    repository.write("c", secret(1));
    repository.git(&["add", "c"]);
    assert_eq!(on(&repository, "2026-01-02", &["hook", "run"]).1, 1, "a new location");
}

#[test]
fn a_history_is_pruned_by_its_history() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.write("b", secret(2));
    repository.commit("one");
    repository.git(&["rm", "--quiet", "a"]);
    repository.git(&["mv", "b", "c"]);
    repository.commit("two");
    run(&repository, &[&WRITE[..], &["--history"]].concat());
    let first = text(&repository);
    assert!(first.contains("key = \"public\"\nhistory = true\n"), "{first}");
    let update = [&["baseline", "update", "--prune"], &WRITE[2..]].concat();
    run(&repository, &update);
    assert_eq!(text(&repository), first, "what is only in the history is not stale");
    assert_eq!(run(&repository, &["baseline", "check"]).status.code(), Some(1), "expired");
    let check = ["baseline", "check", "--now", "2026-01-02T00:00:00Z"];
    assert_eq!(run(&repository, &check).status.code(), Some(0));
}

#[test]
fn an_update_refreshes_paths_and_prunes_only_on_request() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.write("b", secret(1));
    repository.write("gone", secret(2));
    repository.commit("one");
    run(&repository, &WRITE);
    repository.git(&["mv", "b", "c"]);
    repository.git(&["rm", "--quiet", "gone"]);
    repository.commit("two");
    let update = [&["baseline", "update"], &WRITE[2..]].concat();
    let output = run(&repository, &update);
    assert!(
        all_output(&output).contains("stale; use --prune to remove it"),
        "{}",
        all_output(&output)
    );
    assert!(
        all_output(&output).contains("1 new location, 1 past location."),
        "{}",
        all_output(&output)
    );
    let listed = "paths = [\n  \"a\",\n  \"c\",\n]\npast = [\"b\"]\n";
    assert!(text(&repository).contains(listed), "{}", text(&repository));
    let day = "2026-01-02";
    assert_eq!(on(&repository, day, &["audit"]).1, 0, "it stood at b");
    // After a move, a copy is not a move.
    repository.write("d", secret(1));
    assert_eq!(on(&repository, day, &["scan"]).1, 1);
    fs::rename(repository.path().join("d"), repository.path().join("b")).unwrap();
    assert_eq!(on(&repository, day, &["scan"]).1, 1, "and a location of the past is a new one");
    fs::remove_file(repository.path().join("b")).unwrap();
    run(&repository, &[&update[..], &["--prune"]].concat());
    let left = text(&repository);
    assert_eq!((left.matches("[credential.").count(), left.contains(listed)), (1, true), "{left}");
    // A value for tests follows its moves, is not copied, and does not come to hold everywhere.
    entry(&repository, "disposition = \"test-value\"\npaths = [\"tests/x\"]");
    run(&repository, &update);
    assert!(text(&repository).contains("paths = [\"tests/x\"]\n"), "{}", text(&repository));
    fs::remove_file(repository.path().join("c")).unwrap();
    run(&repository, &update);
    let moved = "paths = [\"a\"]\npast = [\"tests/x\"]\n";
    assert!(text(&repository).contains(moved), "{}", text(&repository));
}

#[test]
fn a_baseline_of_another_key_is_named() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    let with_key = |key: &str, arguments: &[&str]| {
        let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        command.env("KEYSIEVE_FINGERPRINT_KEY", key).args(arguments).output().unwrap()
    };
    let ours = "a key of our own";
    assert!(with_key(ours, &WRITE).status.success());
    repository.commit("all");
    let day = ["--now", "2026-01-02T00:00:00Z"];
    for command in [&["scan"][..], &["audit"], &["baseline", "check"]] {
        let command = [command, &day].concat();
        assert_eq!(with_key(ours, &command).status.code(), Some(0), "{command:?}");
        for key in ["", "another"] {
            let output = with_key(key, &command);
            let message = "was created with the fingerprint key";
            assert_eq!(output.status.code(), Some(2), "{command:?}");
            assert!(all_output(&output).contains(message), "{command:?}: {}", all_output(&output));
            assert!(all_output(&output).contains("set KEYSIEVE_FINGERPRINT_KEY to that key"));
        }
    }
    let update = [&["baseline", "update", "--prune"], &WRITE[2..]].concat();
    let before = text(&repository);
    assert_eq!(with_key("another", &update).status.code(), Some(2));
    assert_eq!(text(&repository), before);
    assert!(!before.contains(ours), "{before}");
    repository.write("b", secret(2));
    repository.git(&["add", "b"]);
    let output = with_key("another", &["hook", "run", "--format", "json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(output.status.code(), Some(1));
    assert!(notes(&report)[0].contains("was created with the fingerprint key"), "{report}");
}

#[test]
fn one_key_sees_one_secret_in_two_repositories() {
    let (one, other) = (TempRepo::new(), TempRepo::new());
    one.write("a", secret(1));
    other.write("deep/b", format!("x\n{}", secret(1)));
    let shown = |repository: &TempRepo, key: &str| {
        let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        command.env("KEYSIEVE_FINGERPRINT_KEY", key).args(["scan", "--format", "json"]);
        let report: Value = serde_json::from_slice(&command.output().unwrap().stdout).unwrap();
        report["credentials"][0]["fingerprint"].as_str().unwrap().to_owned()
    };
    assert_eq!(shown(&one, "ours"), shown(&other, "ours"));
    assert_eq!(shown(&one, ""), shown(&other, ""));
    assert_ne!(shown(&one, "ours"), shown(&other, "theirs"));
    assert_ne!(shown(&one, "ours"), shown(&one, ""));
}

#[test]
fn a_better_rule_takes_over_without_a_new_entry() {
    let repository = TempRepo::new();
    let value = ["nmb_live_", "k7Qf34qY6Nb3wWD25RQ4F5ZR3qa7y3gm1IL9"].concat();
    repository.write("a", format!("nimbus_token = \"{value}\"\n"));
    run(&repository, &WRITE);
    let first = text(&repository);
    assert!(first.contains("rule = \"generic-token\""), "{first}");
    let rule = "[provider]\nname = \"Nimbus\"\nrotate = \"https://nimbus.example/rotate\"\n\
                [[rule]]\nid = \"nimbus-auth-token\"\nsince = \"0.2.0\"\nname = \"Nimbus auth token\"\n\
                description = \"Acts as its owner.\"\nseverity = \"critical\"\nconfidence = \"high\"\n\
                anchors = [\"nmb_\"]\nregex = '\\b(?<secret>nmb_live_[0-9A-Za-z]{36})\\b'\n\
                runbook = [\"Make a new one.\"]\nreferences = [\"https://nimbus.example/ref\"]\n\
                examples = ['nmb_live_<>k7Qf34qY6Nb3wWD25RQ4F5ZR3qa7y3gm1IL9']\n";
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("nimbus.toml");
    fs::write(&file, rule).unwrap();
    let with_rule = ["scan", "--patterns", file.to_str().unwrap()];
    let (json, code) = on(&repository, "2026-01-02", &with_rule);
    assert_eq!((json["credentials"][0]["rule"].as_str(), code), (Some("nimbus-auth-token"), 0));
    repository.write("b", format!("{value}\n"));
    assert_eq!(on(&repository, "2026-01-02", &with_rule).1, 1, "a new location still fails");
}
