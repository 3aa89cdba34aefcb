//! The id that a rule had before it was renamed still works everywhere a rule is named.

use super::*;

const PATTERNS: &str = r#"
[provider]
name    = "Nimbus Cloud"
rotate  = "https://docs.nimbus.test/rotate"
runbook = ["Create a new key.", "Revoke the old key."]

[[rule]]
id          = "nimbus-auth-token"
aliases     = ["nimbus-token", "nimbus-key"]
since       = "1"
name        = "Nimbus auth token"
description = "Acts as its owner."
severity    = "high"
confidence  = "high"
anchors     = ["nmb_"]
regex       = '\b(?<secret>nmb_[0-9a-z]{24})\b'
examples    = ["nmb_<>4k7q9x2m8v3c6z1p5w0t7r2y"]
"#;

/// A token of the rule; joined here so that this file is not a leak.
fn nimbus(seed: u8) -> String {
    ["nmb_4k7q9x2m8v3c6z1p5w", &format!("0t7r2{seed}")].concat()
}

fn repository(config: &str) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("nimbus.toml", PATTERNS);
    repository.write(".keysieve.toml", format!("patterns = [\"nimbus.toml\"]\n{config}"));
    repository.write("a.py", format!("key = \"{}\"\n", nimbus(1)));
    repository
}

#[test]
fn a_rule_is_found_by_its_former_id() {
    let repository = repository("");
    let shown = |id| run(&repository, &["rules", "show", id, "--patterns", "nimbus.toml"]);
    let by_id = shown("nimbus-auth-token");
    assert!(by_id.status.success(), "{}", String::from_utf8_lossy(&by_id.stderr));
    assert_eq!(shown("nimbus-token").stdout, by_id.stdout);
    assert_eq!(shown("nimbus").status.code(), Some(2));
}

#[test]
fn a_configuration_may_name_the_former_id() {
    let credentials = |config: &str| {
        let (report, code) = report(&repository(config), &["scan"]);
        let credentials = report["credentials"].as_array().unwrap().iter();
        let rules = credentials.map(|one| (one["rule"].clone(), one["severity"].clone()));
        (rules.collect::<Vec<_>>(), code)
    };
    let found = |severity: &str| (vec![("nimbus-auth-token".into(), severity.into())], 1);
    assert_eq!(credentials(""), found("high"));
    assert_eq!(credentials("[rules]\ndisable = [\"nimbus-token\", \"generic-*\"]\n"), (vec![], 0));
    let enabled = "[rules]\ndisable = [\"nimbus-auth-token\"]\nenable = [\"nimbus-key\"]\n";
    assert_eq!(credentials(enabled), found("high"));
    assert_eq!(credentials("[rules.severity]\nnimbus-key = \"low\"\n"), found("low"));
    // A pattern is compared with the ids of now.
    let output = run(&repository("[rules]\ndisable = [\"nimbus-tok*\"]\n"), &["scan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("unknown rule `nimbus-tok*`"));
}

#[test]
fn the_configuration_of_a_folder_may_name_the_former_id() {
    let repository = repository("");
    repository.write("sub/.keysieve.toml", "[rules]\ndisable = [\"nimbus-token\"]\n");
    repository.write("sub/b.py", format!("key = \"{}\"\n", nimbus(2)));
    assert_eq!(locations(&report(&repository, &["scan"]).0), ["a.py:1"]);
}

#[test]
fn a_suppression_comment_may_name_the_former_id() {
    let repository = repository("");
    let comment = |id: &str| format!("key = \"{}\" # keysieve:allow {id} a fixture\n", nimbus(1));
    for (id, code) in [("nimbus-auth-token", 0), ("nimbus-token", 0), ("nimbus", 1)] {
        repository.write("a.py", comment(id));
        assert_eq!(report(&repository, &["scan"]).1, code, "{id}");
    }
}

/// An entry is matched by its fingerprint, so that the id of its rule is only a hint.
#[test]
fn a_baseline_entry_may_name_the_former_id() {
    let repository = repository("");
    let create = run(&repository, &["baseline", "create", "--owner", "Ann"]);
    assert!(create.status.success(), "{}", String::from_utf8_lossy(&create.stderr));
    let file = repository.path().join(".keysieve-baseline.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    repository.write(".keysieve-baseline.toml", text.replace("nimbus-auth-token", "nimbus-token"));
    assert_eq!(report(&repository, &["scan"]).1, 0);
}
