//! `.keysieve.toml`: what is enabled, what fails, what is excluded, and which file sets it.

use std::fs;
use std::process::Output;

use serde_json::Value;

use super::{locations, notes, report, run};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::tokens::localstack_auth_token as token;

const FILE: &str = ".keysieve.toml";

/// A line with a secret of medium confidence: a password in a URL.
fn unsure() -> String {
    ["ftp://ann:", "Yq7xT2mWn4", "@files.example.org/x\n"].concat()
}

/// What the binary prints with these variables set.
fn run_with(repository: &TempRepo, variables: &[(&str, &str)], arguments: &[&str]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.env_remove("KEYSIEVE_FINGERPRINT_KEY").envs(variables.iter().copied());
    command.args(arguments).args(["--format", "json"]).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", all_output(output)))
}

#[test]
fn an_error_has_its_line_and_a_suggestion() {
    let repository = TempRepo::new();
    repository.write("a", "nothing\n");
    for (wrong, line, expected) in [
        ("fial-on = 1", 1, "unknown key `fial-on`; did you mean `fail-on`?"),
        ("\n[fail-on]\nconfidance = \"high\"", 3, "did you mean `confidence`?"),
        (
            "[fail-on]\nhook = \"hihg\"",
            2,
            "one of low, medium, high, certain; did you mean `high`?",
        ),
        ("fail-on = \"high\"", 1, "expected a table"),
        ("honor-ignore-comments = \"yes\"", 1, "expected a boolean"),
        ("[rules]\ndisable = [\"jwt\",\n\"genric-key\"]", 3, "did you mean `generic-key`?"),
        ("[rules]\ndisable = [\"nothing-*\"]", 2, "unknown rule `nothing-*`"),
        ("[[exclude]]\npaths = [\"a\", \"b[\"]\nreason = \"r\"", 2, "invalid glob: "),
        ("[[exclude]]\npaths = [\"a\"]\nreason = \" \"", 3, "`reason` is empty"),
        ("[[exclude]]\npaths = [\"a\"]", 1, "missing field `reason`"),
        ("decode-depth = 4", 1, "between 0 and 3"),
        ("generic-threshold = 0.2", 1, "between 0.5 and 1"),
        ("[limits]\nmax-file-size = 0", 2, "(MB)"),
        ("patterns = [\"../x.toml\"]", 1, "relative to the root"),
        ("[fingerprint]\nkey = \"k\"\nkey-env = \"K\"", 3, "not both"),
        ("[rules\n", 1, ""),
    ] {
        repository.write(FILE, wrong);
        repository.git(&["add", "--all"]);
        for (arguments, file) in [(&["scan"][..], FILE), (&["hook", "run"], ":.keysieve.toml")] {
            let output = run(&repository, arguments);
            let stderr = String::from_utf8_lossy(&output.stderr);
            assert_eq!(output.status.code(), Some(2), "{wrong}: {}", all_output(&output));
            assert!(stderr.contains(&format!("error: {file}:{line}: ")), "{wrong}: {stderr}");
            assert!(stderr.contains(expected), "{wrong}: {stderr}");
        }
    }
}

#[test]
fn a_message_shows_no_value() {
    let repository = TempRepo::new();
    for wrong in ["fingerprint = \"hunter2hunter2\"", "decode-depth = \"hunter2hunter2\""] {
        repository.write(FILE, wrong);
        let output = run(&repository, &["scan"]);
        assert_eq!(output.status.code(), Some(2));
        assert!(!all_output(&output).contains("hunter2"), "{}", all_output(&output));
    }
}

#[test]
fn rules_are_off_and_on_and_have_another_severity() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    let found = |config: &str| {
        repository.write(FILE, config);
        let (json, code) = report(&repository, &["scan"]);
        let first = &json["credentials"][0];
        let text = |field: &str| first[field].as_str().unwrap_or_default().to_owned();
        (text("rule"), text("severity"), code)
    };
    let rule = "localstack-auth-token";
    let own = |severity: &str, code| (rule.to_owned(), severity.to_owned(), code);
    assert_eq!(found(""), own("high", 1));
    let off = found("[rules]\ndisable = [\"localstack-*\"]");
    assert_ne!(off.0, rule, "{off:?}");
    let only = "[rules]\ndisable = [\"*\"]\nenable = [\"localstack-auth-token\"]";
    assert_eq!(found(only), own("high", 1));
    let low = "[rules.severity]\n\"localstack-*\" = \"medium\"\nlocalstack-auth-token = \"low\"";
    assert_eq!(found(low), own("low", 1));
    assert_eq!(found(&format!("[fail-on]\nseverity = \"medium\"\n{low}")), own("low", 0));
}

#[test]
fn what_is_unsure_warns_in_the_hook_and_fails_in_a_scan() {
    let repository = TempRepo::new();
    repository.write("a", unsure());
    repository.git(&["add", "--all"]);
    let effects = |config: &str, more: &[&str]| {
        repository.write(FILE, config);
        repository.git(&["add", "--all"]);
        let one = |command: &[&str]| {
            let (json, code) = report(&repository, &[command, more].concat());
            let found = &json["credentials"][0];
            assert_eq!(found["confidence"], "medium", "{json}");
            assert_eq!(found["level"], found["occurrences"][0]["level"], "{json}");
            assert_eq!(code, i32::from(found["level"] == "error"), "{json}");
            found["level"].as_str().unwrap().to_owned()
        };
        (one(&["scan"]), one(&["hook", "run"]))
    };
    let both = |scan: &str, hook: &str| (scan.to_owned(), hook.to_owned());
    assert_eq!(effects("", &[]), both("error", "warning"));
    assert_eq!(effects("[fail-on]\nhook = \"medium\"", &[]), both("error", "error"));
    assert_eq!(effects("[fail-on]\nconfidence = \"high\"", &[]), both("warning", "warning"));
    assert_eq!(effects("", &["--fail-on", "medium"]), both("error", "error"));
    assert_eq!(effects("", &["--fail-on", "certain"]), both("warning", "warning"));
    let shown = run(&repository, &["hook", "run"]);
    let shown = String::from_utf8_lossy(&shown.stdout).into_owned();
    assert!(shown.contains("warning · medium confidence"), "{shown}");
    assert!(shown.contains("Passed with 1 warning."), "{shown}");
    let sarif = run(&repository, &["scan", "--fail-on", "high", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"][0]["properties"]["level"], "warning");
}

#[test]
fn excluded_paths_are_not_read_and_counted() {
    let repository = TempRepo::new();
    for path in ["kept", "vendor/a", "vendor/deep/b", "lib/vendor/c", "x.lock", "vendor/own/d"] {
        repository.write(path, secret(1));
    }
    repository.write(
        FILE,
        "[[exclude]]\npaths = [\"/vendor/*\", \"!/vendor/own\"]\nreason = \"others' code\"\n\
         [[exclude]]\npaths = [\"*.lock\"]\nreason = \"generated\"\n",
    );
    let expected = ["kept:1", "lib/vendor/c:1", "vendor/own/d:1"];
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!((locations(&json), code), (expected.map(str::to_owned).to_vec(), 1));
    assert_eq!((&json["coverage"]["excluded"], notes(&json)), (&3.into(), vec![]));
    let human = run(&repository, &["scan", "--format", "human"]);
    let human = String::from_utf8_lossy(&human.stdout).into_owned();
    assert!(human.contains("3 files excluded"), "{human}");
    repository.git(&["add", "--all"]);
    let expected_notes = [
        "1 finding excluded by *.lock (FILE: generated)",
        "2 findings excluded by /vendor/*, !/vendor/own (FILE: others' code)",
    ];
    let notes_of = |file: &str| expected_notes.map(|note| note.replace("FILE", file));
    let (json, code) = report(&repository, &["hook", "run"]);
    assert_eq!((locations(&json), code), (expected.map(str::to_owned).to_vec(), 1));
    assert_eq!(notes(&json), notes_of(":.keysieve.toml"));
    repository.commit("all");
    let (json, _) = report(&repository, &["audit"]);
    assert_eq!(locations(&json), expected);
    assert_eq!(notes(&json), notes_of(FILE));
    let (json, _) = report(&repository, &["scan", "--no-repo-config"]);
    assert_eq!(locations(&json).len(), 6, "{json}");
}

#[test]
fn test_paths_are_marked_and_may_warn_or_be_left_out() {
    let repository = TempRepo::new();
    let tests = ["docs/a", "pkg/a_test.go", "tests/fixtures/a", "ours/a"];
    for path in tests.iter().chain(&["src/a", "tests/real/a", "attest/a"]) {
        repository.write(path, secret(1));
    }
    let marked = |findings: &str| {
        repository.write(
            FILE,
            format!(
                "[test-paths]\nfindings = \"{findings}\"\n\
                 paths = [\"ours/\", \"!tests/real/\"]\n"
            ),
        );
        let (json, code) = report(&repository, &["scan"]);
        let occurrences = json["credentials"][0]["occurrences"].as_array().unwrap().clone();
        let of = |marked: bool| -> Vec<String> {
            let some = occurrences.iter().filter(|location| location["test_path"] == marked);
            some.map(|location| {
                format!("{}:{}", location["path"], location["level"]).replace('"', "")
            })
            .collect()
        };
        (of(true), of(false), json["coverage"]["excluded"].as_u64(), code)
    };
    let mut sorted = tests;
    sorted.sort_unstable();
    let all = |effect: &str| sorted.map(|path| format!("{path}:{effect}")).to_vec();
    let others = ["attest/a:error", "src/a:error", "tests/real/a:error"].map(str::to_owned);
    assert_eq!(marked("mark"), (all("error"), others.to_vec(), Some(0), 1));
    assert_eq!(marked("warn"), (all("warning"), others.to_vec(), Some(0), 1));
    assert_eq!(marked("leave-out"), (vec![], others.to_vec(), Some(4), 1));
    repository.write(FILE, "[test-paths]\nfindings = \"warn\"\n");
    assert_eq!(report(&repository, &["scan", "docs"]).1, 0);
    let human = run(&repository, &["scan", "--format", "human"]);
    assert!(all_output(&human).contains("docs/a:1:23  (test path)"), "{}", all_output(&human));
    let sarif = run(&repository, &["scan", "docs", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&sarif.stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["properties"]["testPath"], true);
    assert_eq!(result["level"], "warning");
}

#[test]
fn a_folder_has_a_file_of_its_own() {
    let repository = TempRepo::new();
    for path in ["one/a", "one/gen/a", "one/sub/a", "two/a", "two/gen/a"] {
        repository.write(path, secret(1));
    }
    let exclude = |path: &str| format!("[[exclude]]\npaths = [\"{path}\"]\nreason = \"r\"\n");
    repository.write("one/.keysieve.toml", exclude("/gen"));
    repository.write("one/sub/.keysieve.toml", "[rules]\ndisable = [\"*\"]\n");
    let expected = ["one/a:1", "two/a:1", "two/gen/a:1"];
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!((locations(&json), code), (expected.map(str::to_owned).to_vec(), 1));
    repository.git(&["add", "--all"]);
    let (json, _) = report(&repository, &["hook", "run"]);
    assert_eq!(locations(&json), expected);
    assert_eq!(notes(&json).len(), 2, "{json}");
    // The more specific file wins.
    repository.write("one/.keysieve.toml", "[fail-on]\nconfidence = \"certain\"\n");
    repository.write("one/a", unsure());
    fs::remove_dir_all(repository.path().join("two")).unwrap();
    fs::remove_dir_all(repository.path().join("one/gen")).unwrap();
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!((locations(&json), code), (vec!["one/a:1".to_owned()], 0));
    repository.write("one/sub/.keysieve.toml", "decode-depth = 1");
    let (json, code) = report(&repository, &["scan"]);
    assert_eq!(code, 2, "{json}");
    let why = json["coverage"]["failures"][0]["reason"].as_str().unwrap();
    assert!(why.starts_with("one/sub/.keysieve.toml:1: `decode-depth` applies to"), "{why}");
}

#[test]
fn the_most_specific_layer_wins() {
    let repository = TempRepo::new();
    repository.write("a", unsure());
    let home = repository.home().to_path_buf();
    let write = |path: &str, text: &str| {
        let path = home.join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let fails = |confidence: &str| format!("[fail-on]\nconfidence = \"{confidence}\"\n");
    let code = |variables: &[(&str, &str)], more: &[&str]| {
        let output = run_with(&repository, variables, &[&["scan"], more].concat());
        json(&output);
        output.status.code().unwrap()
    };
    let organization = write("policy.toml", &fails("high"));
    let organization = [("KEYSIEVE_CONFIG", organization.as_str())];
    assert_eq!((code(&[], &[]), code(&organization, &[])), (1, 0));
    write(".config/keysieve/config.toml", &fails("medium"));
    assert_eq!(code(&organization, &[]), 1, "the user's");
    repository.write(FILE, fails("high"));
    assert_eq!(code(&organization, &[]), 0, "the repository's");
    let given = write("given.toml", &fails("medium"));
    assert_eq!(code(&organization, &["--config", &given]), 1, "the one that is named");
    assert_eq!(code(&organization, &["--config", &given, "--fail-on", "high"]), 0);
    assert_eq!(code(&organization, &["--no-repo-config"]), 1, "the user's, once more");
    let missing = run_with(&repository, &[("KEYSIEVE_CONFIG", "/no/such/file")], &["scan"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(all_output(&missing).contains("/no/such/file: no such file"));
}

#[test]
fn the_hook_takes_the_file_of_the_index() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "a"]);
    repository.write(FILE, "[[exclude]]\npaths = [\"a\"]\nreason = \"r\"\n");
    assert_eq!(report(&repository, &["hook", "run"]).1, 1, "it is not added yet");
    repository.git(&["add", FILE]);
    repository.write(FILE, "");
    assert_eq!(report(&repository, &["hook", "run"]).1, 0);
    repository.write("message", secret(1));
    let message = ["hook", "run", "--stage", "commit-msg", "message"];
    assert_eq!(report(&repository, &message).1, 1, "a message has no path");
    let off = "[rules]\ndisable = [\"*\"]\n";
    repository.write(FILE, off);
    assert_eq!(report(&repository, &message).1, 1);
    repository.git(&["add", FILE]);
    assert_eq!(report(&repository, &message).1, 0);
}

#[test]
fn the_fingerprint_key_is_in_a_file_or_a_variable() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    let fingerprint = |variables: &[(&str, &str)]| {
        let json = json(&run_with(&repository, variables, &["scan"]));
        json["credentials"][0]["fingerprint"].as_str().unwrap().to_owned()
    };
    let public = fingerprint(&[]);
    let ours = fingerprint(&[("KEYSIEVE_FINGERPRINT_KEY", "ours")]);
    repository.write(FILE, "[fingerprint]\nkey = \"ours\"\n");
    assert_eq!(fingerprint(&[]), ours);
    assert_ne!(ours, public);
    assert_ne!(fingerprint(&[("KEYSIEVE_FINGERPRINT_KEY", "theirs")]), ours);
    repository.write(FILE, "[fingerprint]\nkey-env = \"ACME_KEY\"\n");
    assert_eq!(fingerprint(&[("ACME_KEY", "ours")]), ours);
    let output = run(&repository, &["scan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(all_output(&output).contains(
        ".keysieve.toml: the environment variable ACME_KEY with the fingerprint key is not set"
    ));
    // A baseline is kept under the same key.
    repository.write(FILE, "[fingerprint]\nkey = \"ours\"\n");
    let write = run(&repository, &["baseline", "create", "--owner", "Ann"]);
    assert!(write.status.success(), "{}", all_output(&write));
    assert_eq!(report(&repository, &["scan"]).1, 0);
}

#[test]
fn pattern_files_limits_and_depth() {
    let repository = TempRepo::new();
    let rule = "[provider]\nname = \"Acme\"\nrotate = \"https://acme.example/keys\"\n\
                runbook = [\"Make another.\"]\n[[rule]]\nid = \"acme-key\"\nsince = \"1\"\n\
                name = \"Acme key\"\ndescription = \"Opens all.\"\nseverity = \"high\"\n\
                confidence = \"high\"\nanchors = [\"acme_\"]\n\
                regex = '''\\b(?<secret>acme_[0-9a-z]{24})\\b'''\n\
                examples = [\"acme_<>q7w3zk5v9x2m4n8b6c1d0f5g\"]\n";
    repository.write("ci/acme.toml", rule);
    repository.write("a", ["acme_", "q7w3zk5v9x2m4n8b6c1d0f5g\n"].concat());
    repository.write(FILE, "patterns = [\"ci/acme.toml\"]\n");
    let (json, _) = report(&repository, &["scan", "a"]);
    assert_eq!(json["credentials"][0]["rule"], "acme-key", "{json}");
    repository.git(&["add", "--all"]);
    fs::remove_file(repository.path().join("ci/acme.toml")).unwrap();
    let (json, _) = report(&repository, &["hook", "run"]);
    assert_eq!(json["credentials"][0]["rule"], "acme-key", "the index's: {json}");
    let output = run(&repository, &["scan"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(all_output(&output).contains("pattern file ci/acme.toml"));

    let encoded = base64_of(&secret(1));
    repository.write("a", format!("{encoded}\n"));
    repository.write(FILE, "");
    assert_eq!(report(&repository, &["scan", "a"]).1, 1);
    repository.write(FILE, "decode-depth = 0\n");
    assert_eq!(report(&repository, &["scan", "a"]).1, 0);
    repository.write(FILE, "[limits]\nmax-file-size = 1\n");
    repository.write("a", "x".repeat(1 << 20) + &secret(1));
    let (json, code) = report(&repository, &["scan", "a"]);
    assert_eq!((code, &json["coverage"]["oversized"]), (0, &1.into()));
}

fn base64_of(text: &str) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(text)
}

/// What is not reported cannot fail: two settings that contradict each other are an error.
#[test]
fn the_minimum_confidence_decides_what_is_reported() {
    let repository = TempRepo::new();
    repository.write("a", secret(1));
    repository.git(&["add", "."]);
    // The checksum makes it certain.
    for (arguments, found) in [
        (&["scan"][..], 1),
        (&["scan", "--min-confidence", "low"], 1),
        (&["scan", "--min-confidence", "certain"], 1),
        (&["hook", "run", "--min-confidence", "certain"], 1),
        (&["scan", "--min-confidence", "low", "--fail-on", "low"], 1),
        (&["scan", "--fail-on", "low"], 1),
    ] {
        let (json, code) = report(&repository, arguments);
        assert_eq!((locations(&json).len(), code), (found, 1), "{arguments:?}");
    }
    let output = run(&repository, &["scan", "--min-confidence", "high", "--fail-on", "medium"]);
    assert_eq!(output.status.code(), Some(2));
    let why = "--fail-on medium is lower than --min-confidence high: ";
    assert!(all_output(&output).contains(why), "{}", all_output(&output));
    repository.write(FILE, "min-confidence = \"high\"\n[fail-on]\nhook = \"certain\"\n");
    repository.git(&["add", "."]);
    assert_eq!(report(&repository, &["scan"]).1, 1);
    for arguments in [&["scan", "--fail-on", "low"][..], &["hook", "run", "--fail-on", "low"]] {
        let output = run(&repository, arguments);
        let why = "--fail-on low is lower than min-confidence = \"high\" (";
        assert_eq!(output.status.code(), Some(2), "{arguments:?}");
        assert!(all_output(&output).contains(why), "{}", all_output(&output));
    }
}

/// A token whose checksum is invalid is of low confidence.
#[test]
fn findings_below_the_minimum_confidence_are_not_reported() {
    let repository = TempRepo::new();
    let token = token(1);
    let wrong = if token.ends_with('0') { "1" } else { "0" };
    repository.write("a", format!("{}{wrong}\n", &token[..token.len() - 1]));
    assert_eq!(locations(&report(&repository, &["scan"]).0).len(), 0);
    let (json, code) = report(&repository, &["scan", "--min-confidence", "low"]);
    assert_eq!((locations(&json).len(), code), (1, 0), "{json}");
    repository.write(FILE, "min-confidence = \"low\"\n");
    assert_eq!(locations(&report(&repository, &["scan"]).0).len(), 1);
    assert_eq!(locations(&report(&repository, &["scan", "--min-confidence", "medium"]).0).len(), 0);
}
