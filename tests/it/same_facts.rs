//! Every example and non-example of the catalogue is reported with the facts that
//! `tests/support/facts.tsv` records: rule, position, encoding, severity, confidence, fingerprint and
//! so on. If a change of them is intended, `KEYSIEVE_OVERWRITE=1 cargo test --test it same_facts`
//! rewrites the table.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::process::Command;

use keysieve::engine::examples::SPLIT_MARKER;
use keysieve::rules::catalogue::Catalogue;
use serde_json::Value;
use sha2::{Digest, Sha256};

/// At least this percentage of the table's texts must still be in the catalogue.
const MIN_MATCHED: usize = 95;

/// The columns after the id of the text.
const COLUMNS: [&str; 13] = [
    "rule",
    "start",
    "end",
    "encoding",
    "severity",
    "confidence",
    "validation",
    "level",
    "legacy",
    "redacted",
    "fingerprint",
    "facts",
    "related",
];

/// The findings of each text by the text's id. A text without findings has no rows.
type Table = BTreeMap<String, BTreeSet<String>>;

#[test]
fn examples_are_reported_with_the_recorded_facts() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/support/facts.tsv");
    let texts = texts();
    let reported = reported(&texts);
    if std::env::var_os("KEYSIEVE_OVERWRITE").is_some() {
        fs::write(&path, to_text(&reported)).unwrap();
    }
    let recorded = recorded(&fs::read_to_string(path).unwrap());
    let matched: Vec<_> = recorded.iter().filter(|(id, _)| texts.contains_key(*id)).collect();
    assert!(
        matched.len() * 100 >= recorded.len() * MIN_MATCHED,
        "only {} of the {} recorded texts are in the catalogue",
        matched.len(),
        recorded.len()
    );
    let differences: Vec<String> = matched
        .into_iter()
        .filter(|&(id, findings)| *findings != reported[id])
        .map(|(id, findings)| difference(&texts[id], findings, &reported[id]))
        .collect();
    assert!(
        differences.is_empty(),
        "the facts of {} texts changed (columns: {}). If that is intended, rewrite the table with \
         KEYSIEVE_OVERWRITE=1.\n\n{}",
        differences.len(),
        COLUMNS.join(", "),
        differences.join("\n\n")
    );
}

/// The examples and non-examples of the catalogue by their ids: where each comes from, and its text.
fn texts() -> BTreeMap<String, (String, String)> {
    let mut texts = BTreeMap::new();
    for rule in Catalogue::built_in().rules() {
        let examples = rule.examples.iter().map(|text| ("example", text));
        let non_examples = rule.non_examples.iter().map(|text| ("non-example", text));
        for (kind, text) in examples.chain(non_examples) {
            let text = text.replace(SPLIT_MARKER, "");
            let origin = (format!("{kind} of {}", rule.id), text.clone());
            texts.entry(hash(&text, 16)).or_insert(origin);
        }
    }
    texts
}

/// The findings of the current program, which scans a file per text.
fn reported(texts: &BTreeMap<String, (String, String)>) -> Table {
    let folder = tempfile::tempdir().unwrap();
    for (id, (_, text)) in texts {
        fs::write(folder.path().join(id), text).unwrap();
    }
    let output = Command::new(env!("CARGO_BIN_EXE_keysieve"))
        .args(["scan", "--format", "json", "--min-confidence", "low", "--no-repo-config"])
        .args(["--now", "2026-01-01T00:00:00Z", "."])
        .current_dir(folder.path())
        .env("XDG_CONFIG_HOME", "/nowhere")
        .env_remove("KEYSIEVE_CONFIG")
        .env_remove("KEYSIEVE_FINGERPRINT_KEY")
        .output()
        .unwrap();
    let errors = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(1), "{errors}");
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let mut table: Table = texts.keys().map(|id| (id.clone(), BTreeSet::new())).collect();
    for credential in list(&report["credentials"]) {
        for occurrence in list(&credential["occurrences"]) {
            let findings = table.get_mut(word(&occurrence["path"])).unwrap();
            findings.insert(row(credential, occurrence));
        }
    }
    table
}

/// An occurrence as a row of the table, without the id of its text.
fn row(credential: &Value, occurrence: &Value) -> String {
    let facts = list(&credential["facts"])
        .iter()
        .map(|fact| format!("{}/{}", word(&fact["fact"]), hash(word(&fact["value"]), 8)));
    let related = list(&occurrence["related"]).iter().map(|related| {
        let (start, end) = (position(&related["start"]), position(&related["end"]));
        format!("{}/{start}-{end}", word(&related["fact"]))
    });
    let fields: [String; COLUMNS.len()] = [
        word(&credential["rule"]).to_owned(),
        position(&occurrence["start"]),
        position(&occurrence["end"]),
        word(&occurrence["encoding"]).to_owned(),
        word(&credential["severity"]).to_owned(),
        word(&credential["confidence"]).to_owned(),
        word(&credential["validation"]).to_owned(),
        occurrence["level"].as_str().unwrap_or("-").to_owned(),
        if credential["legacy"] == true { "legacy" } else { "-" }.to_owned(),
        word(&credential["redacted"]).to_owned(),
        word(&credential["fingerprint"]).to_owned(),
        joined(facts),
        joined(related),
    ];
    fields.join("\t")
}

/// The table's file: a row per finding, or `-` for a text without findings.
fn to_text(table: &Table) -> String {
    let mut lines = vec![
        "# How the examples and non-examples of the catalogue are reported: tests/it/same_facts.rs"
            .to_owned(),
        "# compares and writes this. A text is named by the start of its SHA-256, and so are the values"
            .to_owned(),
        "# of facts. A text with `-` has no findings.".to_owned(),
        format!("text\t{}", COLUMNS.join("\t")),
    ];
    for (id, findings) in table {
        lines.extend(findings.iter().map(|row| format!("{id}\t{row}")));
        if findings.is_empty() {
            lines.push(format!("{id}\t-"));
        }
    }
    lines.join("\n") + "\n"
}

fn recorded(text: &str) -> Table {
    let mut table = Table::new();
    for line in text.lines().filter(|line| !line.starts_with('#')).skip(1) {
        let (id, row) = line.split_once('\t').unwrap();
        let findings = table.entry(id.to_owned()).or_default();
        if row != "-" {
            findings.insert(row.to_owned());
        }
    }
    table
}

/// What changed in a text: recorded rows with `-`, reported ones with `+`. The text is shown too: it
/// is in the catalogue.
fn difference(
    (origin, text): &(String, String),
    recorded: &BTreeSet<String>,
    reported: &BTreeSet<String>,
) -> String {
    let mut lines = vec![format!("{origin}: {text:?}")];
    lines.extend(recorded.difference(reported).map(|row| format!("- {row}")));
    lines.extend(reported.difference(recorded).map(|row| format!("+ {row}")));
    lines.join("\n")
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

#[track_caller]
fn word(value: &Value) -> &str {
    value.as_str().unwrap()
}

fn position(value: &Value) -> String {
    format!("{}:{}", value["line"], value["column"])
}

fn joined(parts: impl Iterator<Item = String>) -> String {
    let mut parts: Vec<String> = parts.collect();
    parts.sort_unstable();
    if parts.is_empty() { "-".to_owned() } else { parts.join(" ") }
}

/// The first digits of a text's SHA-256.
fn hash(text: &str, digits: usize) -> String {
    let digest: String = Sha256::digest(text).iter().map(|byte| format!("{byte:02x}")).collect();
    digest[..digits].to_owned()
}
