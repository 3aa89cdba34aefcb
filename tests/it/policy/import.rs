//! `keysieve baseline import`: each scanner's file, written by hand from its documentation, in a
//! real repository.

use std::fs;

use serde_json::json;
use sha1::Digest;

use super::{locations, report, run};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::tokens::localstack_auth_token as token;

const FILE: &str = ".keysieve-baseline.toml";
const DAY: [&str; 2] = ["--now", "2026-01-01T00:00:00Z"];

/// What the command prints, and its exit code.
fn import(repository: &TempRepo, from: &str, file: &str, more: &[&str]) -> (String, i32) {
    let command = ["baseline", "import", "--from", from, file, "--owner", "Ann"];
    let output = run(repository, &[&command[..], &DAY, more].concat());
    (all_output(&output), output.status.code().unwrap())
}

fn scan(repository: &TempRepo) -> (Vec<String>, i32) {
    let (report, code) = report(repository, &[&["scan"][..], &DAY].concat());
    let open = locations(&report).into_iter().filter(|location| !location.contains('='));
    (open.collect(), code)
}

fn text(repository: &TempRepo) -> String {
    fs::read_to_string(repository.path().join(FILE)).unwrap()
}

fn sha1(secret: &str) -> String {
    sha1::Sha1::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

fn sha256(secret: &str) -> String {
    sha2::Sha256::digest(secret).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[test]
fn gitleaks_entries_are_looked_up_in_their_commits() {
    let repository = TempRepo::new();
    repository.write("old name:1", format!("\n{}", secret(1)));
    repository.write("b", format!("{}{}", secret(2), secret(3)));
    repository.write("gone", secret(4));
    repository.write("two", format!("{} {}", token(5), secret(6)));
    repository.commit("one");
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["mv", "old name:1", "new"]);
    repository.git(&["rm", "--quiet", "gone"]);
    repository.write("b", format!("x\n{}{}", secret(2), secret(3)));
    repository.commit("two");
    let short = &commit[..7];
    let ignore = format!(
        "# rotated in ticket 7,\n# not worth a rewrite\n{commit}:old name:1:a-rule:2\n\n\
         {short}:b:a-rule:1\nb:a-rule:3\n{commit}:gone:a-rule:1\n\
         0123456789abcdef0123456789abcdef01234567:b:a-rule:1\n{short}:b:a-rule:9\n\
         {short}:nowhere:a-rule:1\nb:a-rule:1\n{short}:two:a-rule:1\n"
    );
    repository.write(".gitleaksignore", ignore);
    let (printed, code) = import(&repository, "gitleaks", ".gitleaksignore", &[]);
    assert_eq!(code, 1, "{printed}");
    for expected in [
        "not imported: 0123456:b:1: unknown commit 0123456;",
        &format!(
            "not imported: {short}:b:9: keysieve finds nothing on this line; there are findings on line 1, 2"
        ),
        &format!("not imported: {short}:nowhere:1: no such file in that commit"),
        "not imported: b:1: keysieve finds nothing on this line; there are findings on line 2, 3",
        &format!("not imported: {short}:two:1: 2 secrets are on this line"),
        "Credentials found only in the history: 1; the baseline now covers the history.",
        "4 of 9 entries imported: 4 credentials (4 new)",
    ] {
        assert!(printed.contains(expected), "{expected}: {printed}");
    }
    let text = text(&repository);
    assert!(text.contains("reason = \"rotated in ticket 7, not worth a rewrite\""), "{text}");
    assert!(text.contains("reason = \"imported from .gitleaksignore\"\nowner = \"Ann\""), "{text}");
    assert!(text.contains("history = true\n") && text.contains("expires = 2026-01-31"), "{text}");
    let open = ["two:1", "two:1"].map(str::to_owned).to_vec();
    assert_eq!(scan(&repository), (open, 1), "the file that was moved is known");
    fs::remove_file(repository.path().join("two")).unwrap();
    assert_eq!(scan(&repository).1, 0);
    // Another secret at an old location is not.
    repository.write("b", format!("x\n{}{}", secret(2), secret(9)));
    assert_eq!(scan(&repository), (vec!["b:3".to_owned()], 1));
}

#[test]
fn a_report_of_gitleaks_is_its_baseline() {
    let repository = TempRepo::new();
    repository.write("a", format!("x\n\n{}", secret(1)));
    repository.write("sub/b", secret(2));
    repository.write("c", secret(3));
    repository.commit("all");
    let found = |file: &str, line: usize, shown: &str, commit: &str| {
        json!({"RuleID": "r", "Description": "d", "StartLine": line, "EndLine": line,
               "Match": shown, "Secret": shown, "File": file, "Commit": commit,
               "Fingerprint": format!("{commit}:{file}:r:{line}"), "Tags": []})
    };
    let squashed = "89abcdef".repeat(5);
    let report = json!([
        found("a", 1, &token(1), ""),
        found("sub/b", 1, &token(2), &squashed),
        found("c", 1, "REDACTED", ""),
        found("c", 1, &token(4), ""),
    ]);
    repository.write("report.json", report.to_string());
    let (printed, code) = import(&repository, "gitleaks", "report.json", &["--as", "test-value"]);
    assert_eq!(code, 1, "{printed}");
    let lost = "not imported: c:1: keysieve finds a different secret there";
    assert!(printed.contains(lost) && printed.contains("3 of 4 entries"), "{printed}");
    for seed in 1..=4 {
        assert!(!printed.contains(&token(seed)) && !text(&repository).contains(&token(seed)));
    }
    fs::remove_file(repository.path().join("report.json")).unwrap();
    assert_eq!(scan(&repository), (vec![], 0));
    assert_eq!(text(&repository).matches("disposition = \"test-value\"").count(), 3);
    // Under the other name of the scanner the file is the same.
    repository.write("report.json", report.to_string());
    assert_eq!(import(&repository, "betterleaks", "report.json", &[]).1, 1);
}

#[test]
fn betterleaks_names_secrets_by_their_digest() {
    let repository = TempRepo::new();
    repository.write("old", secret(1));
    repository.commit("one");
    fs::remove_file(repository.path().join("old")).unwrap();
    repository.write("a", secret(2));
    repository.write("b", secret(2));
    repository.write("c", secret(3));
    repository.commit("two");
    let (one, two) = (sha256(&token(1)), sha256(&token(2)));
    let unknown = sha256("no such");
    repository.write(".betterleaksignore", format!("# both\n{two}\n{one}\n{unknown}\n"));
    let (printed, code) = import(&repository, "betterleaks", ".betterleaksignore", &[]);
    assert_eq!(code, 1, "{printed}");
    let lost = "not imported: the digest on line 4: keysieve does not find this secret";
    assert!(printed.contains(lost) && printed.contains("2 of 3 entries"), "{printed}");
    assert_eq!(scan(&repository), (vec!["c:1".to_owned()], 1));
    let text = text(&repository);
    assert!(text.contains("past = [\"old\"]") && text.contains("history = true"), "{text}");
    let finding = json!({"schema_version": "1", "finding": {"rule_id": "r",
        "match": {"value": "REDACTED", "fingerprint": sha256(&token(3))},
        "location": {"path": "c", "start_line": 7}, "attributes": {"git.sha": ""}}});
    let summary = json!({"schema_version": "1", "scan": {"state": "complete"}});
    repository.write("r.jsonl", format!("{finding}\n{summary}\n"));
    let (printed, code) = import(&repository, "betterleaks", "r.jsonl", &[]);
    assert_eq!(code, 0, "{printed}");
    assert_eq!(scan(&repository).1, 0);
}

#[test]
fn detect_secrets_digests_are_confirmed() {
    let repository = TempRepo::new();
    repository.write("a", format!("moved\ndown\n{}", secret(1)));
    repository.write("b", secret(2));
    repository.write("moved", secret(3));
    repository.write("copy/1", secret(4));
    repository.write("copy/2", secret(4));
    let letters: String = (10..18).map(|seed| token(seed)[3..].replace('-', "")).collect();
    let body = format!("MIIEpAIBAAKCAQEA{letters}");
    let key = |dashes: &str| {
        format!(
            "{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{body}\n{dashes}END RSA PRIVATE KEY{dashes}\n"
        )
    };
    repository.write("key.pem", key("-----"));
    let entry = |kind: &str, line: usize, secret: &str| {
        json!({"type": kind, "filename": "", "hashed_secret": sha1(secret), "is_verified": false,
               "line_number": line})
    };
    let mut no_secret = entry("Secret Keyword", 9, &token(2));
    no_secret["is_secret"] = false.into();
    let baseline = json!({"version": "1.5.0", "plugins_used": [], "filters_used": [], "results": {
        "a": [entry("Secret Keyword", 1, &token(1))],
        "b": [no_secret, entry("Secret Keyword", 1, "another that was there")],
        "was-here": [entry("Base64 High Entropy String", 4, &token(3))],
        "copied": [entry("Base64 High Entropy String", 4, &token(4))],
        "key.pem": [entry("Private Key", 1, "BEGIN RSA PRIVATE KEY")],
        "other.pem": [entry("Private Key", 1, "BEGIN RSA PRIVATE KEY")],
    }, "generated_at": "2026-01-01T00:00:00Z"});
    repository.write(".secrets.baseline", baseline.to_string());
    repository.commit("all");
    let (printed, code) = import(&repository, "detect-secrets", ".secrets.baseline", &[]);
    assert_eq!(code, 1, "{printed}");
    for expected in [
        "not imported: b:1: keysieve finds a different secret there",
        "not imported: copied:4: it was moved or copied to copy/1, copy/2",
        "not imported: other.pem:1: keysieve finds nothing in this file",
        "4 of 7 entries",
    ] {
        assert!(printed.contains(expected), "{expected}: {printed}");
    }
    let text = text(&repository);
    assert!(text.contains("disposition = \"false-positive\""), "{text}");
    assert!(
        text.contains("paths = [\"moved\"]") && text.contains("paths = [\"key.pem\"]"),
        "{text}"
    );
    fs::remove_file(repository.path().join(".secrets.baseline")).unwrap();
    let open = ["copy/1:1", "copy/2:1"].map(str::to_owned).to_vec();
    assert_eq!(scan(&repository), (open, 1));
}

#[test]
fn kingfisher_lists_locations() {
    for version in [1, 2] {
        let repository = TempRepo::new();
        repository.write("src/it's.rs", format!("x\n{}", secret(1)));
        repository.write("deploy.env", secret(2));
        let text = match version {
            1 => "ExactFindings:\n  matches:\n  - filepath: 'tree/src/it''s.rs'\n    \
                  fingerprint: '389162583612032034'\n    linenum: 2\n    \
                  lastupdated: Mon, 14 Jul 2025 10:17:56 -0700\n  - filepath: deploy.env\n    \
                  fingerprint: 056876f00ffd0622\n    linenum: 3\n"
                .to_owned(),
            _ => "version: 2\nfingerprint_algorithm: kingfisher-v1\nrepositories:\n\
                  - id: git://example.com/scm/SEC/payments\n  findings:\n  - path: src/it's.rs\n    \
                  fingerprint: '389162583612032034'\n    rule_id: kingfisher.x.1\n    line: 2\n    \
                  first_seen_at: 2026-08-11T17:17:42.123456Z\n    \
                  last_updated_at: 2026-08-11T17:17:42.123456Z\n  - path: deploy.env\n    \
                  fingerprint: '1'\n    rule_id: kingfisher.x.1\n    line: 3\n"
                .to_owned(),
        };
        repository.write("baseline.yml", text);
        let (printed, code) = import(&repository, "kingfisher", "baseline.yml", &[]);
        assert_eq!(code, 1, "{printed}");
        let lost = "not imported: deploy.env:3: keysieve finds nothing on this line; there are findings on line 1";
        assert!(printed.contains(lost) && printed.contains("1 of 2 entries"), "{printed}");
        assert_eq!(scan(&repository), (vec!["deploy.env:1".to_owned()], 1));
    }
}

#[test]
fn trufflehog_reports_are_lines_of_json() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.commit("one");
    let commit = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["mv", "a", "b"]);
    repository.write("c", format!("x\n{}", secret(2)));
    repository.commit("two");
    let absolute = fs::canonicalize(repository.path().join("c")).unwrap();
    let git = json!({"SourceMetadata": {"Data": {"Git": {"commit": commit, "file": "a", "line": 1,
        "email": "x", "timestamp": "t"}}}, "DetectorName": "X", "Verified": true, "Raw": token(1)});
    let file = json!({"SourceMetadata": {"Data": {"Filesystem": {"file": absolute, "line": 1}}},
        "DetectorName": "X", "Verified": false, "Raw": token(2)});
    let log = json!({"level": "info-0", "msg": "finished scanning"});
    repository.write("found.jsonl", format!("{git}\n{log}\n{file}\n"));
    let (printed, code) =
        import(&repository, "trufflehog", "found.jsonl", &["--reason", "old ones"]);
    assert_eq!(code, 0, "{printed}");
    assert!(printed.contains("2 of 2 entries imported: 2 credentials (2 new)"), "{printed}");
    assert!(text(&repository).contains("reason = \"old ones\""));
    fs::remove_file(repository.path().join("found.jsonl")).unwrap();
    assert_eq!(scan(&repository), (vec![], 0));
    // A second import adds nothing.
    repository.write("found.jsonl", format!("{git}\n{file}\n"));
    let before = text(&repository);
    let (printed, code) = import(&repository, "trufflehog", "found.jsonl", &[]);
    assert!(printed.contains("(0 new) and 0 new locations"), "{printed}");
    assert_eq!((text(&repository), code), (before, 0));
}

#[test]
fn a_file_of_another_format_is_an_error_with_its_line() {
    let repository = TempRepo::new();
    repository.write("x", "");
    for (from, file, expected) in [
        ("gitleaks", "a:b:3\nnot an entry", "line 2 is not COMMIT:PATH:RULE:LINE"),
        ("gitleaks", "{}", "expected a list of findings"),
        ("betterleaks", "[{}]", "finding 1 has no file"),
        ("detect-secrets", "results: 1", "not valid JSON (line 1)"),
        ("detect-secrets", "{}", "missing key `results`"),
        ("kingfisher", "version: 2\nrepositories:\n- secret: x", "line 3 has an unknown key"),
        ("kingfisher", "version: 2\n", "missing key `repositories` or `ExactFindings`"),
        ("trufflehog", "{\"level\":\"info\"}\nFound verified", "line 2 is not JSON"),
    ] {
        repository.write("entries", file);
        let (printed, code) = import(&repository, from, "entries", &[]);
        assert_eq!(code, 2, "{from}: {printed}");
        assert!(printed.contains(expected), "{from}: {printed}");
        assert!(!repository.path().join(FILE).exists());
    }
}
