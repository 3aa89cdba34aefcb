//! No output contains a secret or a file of the machine.

use std::collections::BTreeSet;
use std::io::Write;
use std::process::{Output, Stdio};

use base64::prelude::*;
use keysieve::rules::catalogue::Catalogue;
use serde_json::Value;

use super::support::FORMATS;
use super::support::repository::{TempRepo, all_output};
use super::support::tokens::{localstack_auth_token as token, password, short_password};

pub fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Output {
    with_input(repository, arguments, b"")
}

pub fn with_input(repository: &TempRepo, arguments: &[&str], input: &[u8]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.env_remove("KEYSIEVE_FINGERPRINT_KEY").env_remove("PRE_COMMIT");
    command.args(arguments).stdin(Stdio::piped());
    let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    // It may have exited without reading.
    let _ = child.stdin.take().unwrap().write_all(input);
    child.wait_with_output().unwrap()
}

/// A secret, and its form in a file.
struct Planted {
    kind: &'static str,
    /// The text of a file in which it is found.
    content: String,
    /// What no output may contain: all forms of it, or their lines.
    hidden: Vec<String>,
    /// What is written to the other locations, each in one line.
    copies: Vec<String>,
}

fn planted() -> Vec<Planted> {
    let one = |kind, content: String, forms: &[String]| Planted {
        kind,
        content,
        hidden: forms.to_vec(),
        copies: forms.to_vec(),
    };
    let (token, password, short) = (token(1), password(), short_password());
    let encoded = BASE64_STANDARD.encode(&password);
    let escaped: String = password.bytes().map(|byte| format!("\\u{byte:04x}")).collect();
    let percent: String = password.bytes().map(|byte| format!("%{byte:02X}")).collect();
    let catalogue = Catalogue::built_in();
    let key = catalogue.get("privatekey-rsa").unwrap().examples[0].replace("<>", "");
    let is_body = |line: &&str| {
        line.len() >= 16 && line.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
    };
    let lines: Vec<String> =
        key.lines().map(str::trim).filter(is_body).map(str::to_owned).collect();
    assert!(lines.len() > 2, "{key}");
    vec![
        one("token", format!("LOCALSTACK_AUTH_TOKEN={token}"), std::slice::from_ref(&token)),
        one("password", format!("DB_PASSWORD=\"{password}\""), std::slice::from_ref(&password)),
        one("short", format!("postgres://app:{short}@db.acme.io/x"), std::slice::from_ref(&short)),
        one("base64", format!("DB_PASSWORD=\"{encoded}\""), &[password.clone(), encoded]),
        one("escaped", format!("{{\"db_password\": \"{escaped}\"}}"), &[password.clone(), escaped]),
        one(
            "percent",
            format!("postgres://app:{percent}@db.acme.io/x"),
            &[password.clone(), percent],
        ),
        Planted { kind: "key", content: key, copies: vec![lines[1].clone()], hidden: lines },
    ]
}

/// A repository with copies of a secret everywhere a repository can contain text.
fn repository(planted: &Planted, copy: &str) -> TempRepo {
    let repository = TempRepo::new();
    let is_path = planted.kind != "short" && !copy.contains(['\\', '%', '/']);
    repository.write("README", "one\n");
    repository.commit("base");
    repository.git(&["tag", "base"]);
    if is_path {
        repository.git(&["switch", "--quiet", "-c", &format!("topic-{copy}")]);
    }
    repository.write("config.env", format!("{} # {copy} {copy}\n", planted.content));
    repository.write("other.txt", format!("{copy} {} {copy}\n", token(2)));
    let path = if is_path { format!("d-{copy}/f-{copy}.env") } else { "d/f.env".to_owned() };
    repository.write(&path, format!("LOCALSTACK_AUTH_TOKEN={}\n", token(3)));
    repository.write("skipped/x", format!("{}\n", token(4)));
    let reason = copy.replace('\\', "\\\\");
    let exclude =
        format!("[[exclude]]\npaths = [\"skipped/**\"]\nreason = \"has {reason} in it\"\n");
    repository.write(".keysieve.toml", exclude);
    let suppressed = format!(
        "# keysieve:allow localstack-auth-token a test of {copy} here\nkey = \"{}\"\n",
        token(5)
    );
    repository.write("suppressed.py", suppressed);
    repository.git(&["add", "--all"]);
    let author = format!("A {copy} B <x-{copy}@example.com>");
    let message = format!("Add {copy} here");
    repository.git(&["commit", "--quiet", "--no-verify", "--author", &author, "-m", &message]);
    if is_path {
        repository.git(&["tag", &format!("v-{copy}")]);
        repository.git(&["update-ref", &format!("refs/remotes/origin/r-{copy}"), "HEAD"]);
    }
    repository
}

/// All texts that a run writes: as they are and, for JSON, decoded.
fn texts(output: &Output) -> Vec<String> {
    let mut texts = vec![all_output(output), String::from_utf8_lossy(&output.stdout).into_owned()];
    if let Ok(json) = serde_json::from_slice::<Value>(&output.stdout) {
        strings(&json, &mut texts);
    }
    texts
}

fn strings(json: &Value, found: &mut Vec<String>) {
    match json {
        Value::String(text) => found.push(text.clone()),
        Value::Array(list) => list.iter().for_each(|one| strings(one, found)),
        Value::Object(fields) => fields.iter().for_each(|(key, value)| {
            found.push(key.clone());
            strings(value, found);
        }),
        _ => {}
    }
}

fn assert_hidden(planted: &Planted, is_path: bool, what: &str, texts: &[String]) {
    for text in texts {
        for form in &planted.hidden {
            let is_left = text.contains(form.as_str());
            assert!(!is_left, "{} of {is_path}: {form} in {what}:\n{text}", planted.kind);
        }
    }
}

#[test]
fn no_report_contains_a_secret_of_the_run_wherever_it_is_repeated() {
    for planted in planted() {
        for copy in &planted.copies {
            let repository = repository(&planted, copy);
            for task in [&["scan"][..], &["audit"], &["scan", "--since", "base"]] {
                for format in FORMATS {
                    let output = keysieve(&repository, &[task, &["--format", format]].concat());
                    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
                    assert_hidden(&planted, true, &format!("{task:?} {format}"), &texts(&output));
                }
            }
            let base = ["scan", "--policy-from", "base", "--format", "json"];
            let output = keysieve(&repository, &base);
            assert_hidden(&planted, true, "--policy-from", &texts(&output));
        }
    }
}

#[test]
fn no_hook_contains_a_secret_wherever_it_is_repeated() {
    for planted in planted() {
        for copy in &planted.copies {
            let repository = repository(&planted, copy);
            // Everything is staged as if it were new; the remote branch has it.
            repository.git(&["reset", "--quiet", "--soft", "base"]);
            for format in FORMATS {
                let output = keysieve(&repository, &["hook", "run", "--format", format]);
                assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
                assert_hidden(&planted, true, &format!("hook {format}"), &texts(&output));
            }
            let call = serde_json::json!({
                "hook_event_name": "PreToolUse",
                "tool_name": "Write",
                "tool_input": {
                    "file_path": format!("d/{}", if planted.kind == "short" { "x" } else { copy }),
                    "content": format!("{}\n{}\n", planted.content, token(6)),
                },
            });
            let call = call.to_string();
            let output =
                with_input(&repository, &["hook", "run", "--stage", "agent"], call.as_bytes());
            assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
            assert_hidden(&planted, true, "agent", &texts(&output));
        }
    }
}

#[test]
fn no_baseline_contains_a_secret() {
    for planted in planted() {
        for copy in &planted.copies {
            let repository = repository(&planted, copy);
            let reason = format!("known {copy} x");
            for verb in ["create", "update", "check"] {
                let accept = ["--owner", copy.as_str(), "--reason", &reason, "--history"];
                let arguments = match verb {
                    "check" => vec!["baseline", verb],
                    _ => [&["baseline", verb][..], &accept].concat(),
                };
                let output = keysieve(&repository, &arguments);
                assert_ne!(output.status.code(), Some(2), "{}", all_output(&output));
                let file = repository.path().join(".keysieve-baseline.toml");
                let file = std::fs::read_to_string(file).unwrap();
                let texts = [texts(&output), vec![file]].concat();
                assert_hidden(&planted, true, verb, &texts);
            }
            // What is accepted is baselined in the next run: paths without their secrets are
            // recognized.
            for task in ["scan", "audit"] {
                let output = keysieve(&repository, &[task, "--format", "json"]);
                assert_eq!(
                    output.status.code(),
                    Some(0),
                    "{task} {}: {}",
                    planted.kind,
                    all_output(&output)
                );
            }
            // Also if people wrote one into the file.
            let file = repository.path().join(".keysieve-baseline.toml");
            let text = std::fs::read_to_string(&file).unwrap();
            let toml = copy.replace('\\', "\\\\");
            let text = text.replace(
                "disposition = \"accepted\"\nreason = \"",
                &format!("disposition = \"accepted\"\nreason = \"{toml} "),
            );
            std::fs::write(&file, text).unwrap();
            for format in FORMATS {
                let output = keysieve(&repository, &["scan", "--format", format]);
                assert_hidden(&planted, true, "a baseline's reason", &texts(&output));
            }
        }
    }
}

/// A line is cut to some bytes around a secret, and a reason to some hundred bytes.
#[test]
fn a_cut_leaves_no_part_of_a_secret() {
    let (secret, other) = (password(), token(1));
    for padding in 146..164 {
        let repository = TempRepo::new();
        repository.write("a.env", format!("DB_PASSWORD=\"{secret}\"\n"));
        let around = format!("{}{secret}{}", "z ".repeat(200), "y".repeat(padding));
        let after = format!("{}{secret}{}", "y".repeat(padding), " z".repeat(200));
        repository.write("b.txt", format!("{around} {other} {after}\n"));
        let output = keysieve(&repository, &["scan", "--format", "human"]);
        let shown = all_output(&output);
        for length in 4..secret.len() {
            let (begin, end) = (&secret[..length], &secret[secret.len() - length..]);
            assert!(!shown.contains(begin) && !shown.contains(end), "{padding}: {shown}");
        }
    }
}

/// Special characters are written differently in each language.
#[test]
fn a_secret_is_hidden_however_it_is_escaped() {
    let parts = ["tR7\"x&", "q9/Lw2m"];
    let secret = parts.concat();
    let json = secret.replace('"', "\\\"");
    let xml = secret.replace('&', "&amp;").replace('"', "&quot;");
    let percent = secret.replace('"', "%22").replace('&', "%26").replace('/', "%2F");
    let repository = TempRepo::new();
    repository.write("a.env", format!("DB_PASSWORD='{secret}'\n"));
    for (name, form) in [("b", &secret), ("c", &json), ("d", &xml), ("e", &percent)] {
        repository.write(name, format!("{form} {} {form}\n", token(1)));
    }
    repository.commit(&format!("Add {secret} and {xml} and {percent}"));
    let report = keysieve(&repository, &["scan", "--format", "json"]);
    assert!(all_output(&report).contains("generic-password"), "{}", all_output(&report));
    for arguments in [&["scan", "--format", "human"][..], &["audit", "--format", "json"]] {
        for text in texts(&keysieve(&repository, arguments)) {
            assert!(!text.contains("Lw2m"), "{text}");
        }
    }
}

#[test]
fn a_suppression_comment_may_repeat_the_secret_of_its_own_line() {
    let repository = TempRepo::new();
    let secret = token(1);
    let line =
        format!("k = \"{secret}\" # keysieve:allow localstack-auth-token old {secret}x {secret}\n");
    repository.write("a.py", line);
    let generic = password();
    repository.write(
        "b.py",
        format!("password = \"{generic}\" # keysieve:allow generic-password was {generic}\n"),
    );
    for format in FORMATS {
        let output = keysieve(&repository, &["scan", "--format", format]);
        for text in texts(&output) {
            assert!(!text.contains(&secret) && !text.contains(&generic), "{text}");
        }
    }
}

#[test]
fn the_text_of_keysieve_itself_is_never_changed() {
    let keys = |json: &Value| {
        fn keys(json: &Value, found: &mut BTreeSet<String>) {
            match json {
                Value::Array(list) => list.iter().for_each(|one| keys(one, found)),
                Value::Object(fields) => fields.iter().for_each(|(key, value)| {
                    found.insert(key.clone());
                    keys(value, found);
                }),
                _ => {}
            }
        }
        let mut found = BTreeSet::new();
        keys(json, &mut found);
        found
    };
    let report = |words: &[&str]| {
        let repository = TempRepo::new();
        let lines: Vec<String> =
            words.iter().map(|word| format!("postgres://app:{word}@db.acme.io/x\n")).collect();
        repository.write("src/main/credentials/a.txt", lines.concat());
        repository.commit("message");
        let human =
            keysieve(&repository, &["audit", "--min-confidence", "low", "--format", "human"]);
        let json = keysieve(&repository, &["audit", "--min-confidence", "low", "--format", "json"]);
        let sarif =
            keysieve(&repository, &["audit", "--min-confidence", "low", "--format", "sarif"]);
        (
            String::from_utf8(human.stdout).unwrap(),
            serde_json::from_slice::<Value>(&json.stdout).unwrap(),
            serde_json::from_slice::<Value>(&sarif.stdout).unwrap(),
        )
    };
    let words = [
        "credential",
        "credentials",
        "confidence",
        "description",
        "occurrences",
        "history",
        "main",
        "message",
        "results",
        "password",
        "Rotate",
        "Looked",
        "partialFingerprints",
        "severity",
        "messages",
        "connection",
    ];
    let (human, json, sarif) = report(&words);
    let (_, usual, usual_sarif) = report(&["tR7xq9", "Lw2mQ8r"]);
    assert_eq!(keys(&json), keys(&usual));
    assert_eq!(keys(&sarif), keys(&usual_sarif));
    let texts = |json: &Value| {
        let one = &json["credentials"][0];
        ["rule", "name", "description", "rotate"].map(|field| one[field].clone())
    };
    assert_eq!(texts(&json), texts(&usual), "{json}");
    assert!(json["credentials"].as_array().unwrap().len() >= 10, "{json}");
    assert!(human.contains("Scanned 1 blob and 1 commit or tag message"), "{human}");
    for line in ["confidence", "Rotate it: ", "introduced in"] {
        assert!(human.contains(line), "{line}: {human}");
    }
    // Short words stay in paths.
    assert!(human.contains("src/main/"), "{human}");
}

#[test]
fn no_error_quotes_a_line_of_a_file() {
    let repository = TempRepo::new();
    repository.write("a", "nothing\n");
    let line = "SECRET_LINE=hunter2horse and more";
    for (name, text) in [
        ("raw.toml", format!("{line}\n")),
        ("value.toml", "[provider]\nname = 1234567\nrotate = \"hunter2horse\"\n".to_owned()),
        ("key.toml", "hunter2horse = \"hunter2horse\"\n".to_owned()),
        (
            "regex.toml",
            String::from(
                "[provider]\nname = \"P\"\nrotate = \"https://example.com\"\n[[rule]]\nid = \"p-x\"\n\
             since = \"1\"\nname = \"N\"\ndescription = \"D\"\nseverity = \"high\"\n\
             confidence = \"high\"\nanchors = [\"hunter2\"]\nregex = '(hunter2horse'\n\
             runbook = [\"r\"]\nexamples = [\"e\"]\n",
            ),
        ),
    ] {
        repository.write(name, &text);
        repository.write(".keysieve.toml", format!("patterns = [\"{name}\"]\n"));
        repository.git(&["add", "--all"]);
        for arguments in [
            &["rules", "check", name][..],
            &["rules", "import", name],
            &["scan", "--patterns", name, "--no-repo-config"],
            &["rules", "list", "--patterns", name],
            &["scan"],
            &["audit"],
            &["hook", "run"],
            &["scan", "--config", name],
            &["scan", "--baseline", name, "--no-repo-config"],
        ] {
            let output = keysieve(&repository, arguments);
            let text = all_output(&output);
            assert_ne!(output.status.code(), Some(0), "{arguments:?} {name}: {text}");
            let shown = ["hunter2", "SECRET_LINE", "1234567"];
            assert!(!shown.iter().any(|part| text.contains(part)), "{arguments:?} {name}: {text}");
        }
    }
    repository.write("raw.toml", format!("\n{line}\n"));
    let output = keysieve(&repository, &["rules", "check", "raw.toml"]);
    assert!(
        all_output(&output).contains("raw.toml: not a pattern file: line 2, column "),
        "{}",
        all_output(&output)
    );
}

#[test]
fn no_error_contains_a_token() {
    let repository = TempRepo::new();
    repository.write("a", "nothing\n");
    repository.commit("one");
    let secret = token(1);
    for arguments in [
        &["scan", secret.as_str()][..],
        &["audit", "--branch", &secret],
        &["scan", "--since", &secret],
        &["scan", "--unknown", &secret],
        &[&secret],
        &["rules", "show", &secret],
        &["rules", "check", &secret],
        &["scan", "--format", &secret],
        &["hook", "run", "--stage", &secret],
        &["baseline", "check", "--baseline", &secret],
        &["scan", "--policy-from", &secret],
        &["scan", "--output", &format!("no/{secret}/x.json")],
        &["config", "show", "--config", &secret],
    ] {
        let output = keysieve(&repository, arguments);
        assert_ne!(output.status.code(), Some(0), "{arguments:?}");
        assert!(!all_output(&output).contains(&secret), "{arguments:?}: {}", all_output(&output));
    }
}

#[test]
fn github_computes_the_hash_of_a_line_itself() {
    let repository = TempRepo::new();
    repository.write("a", format!("{}\n{}\n", token(1), token(1)));
    let output = keysieve(&repository, &["scan", "--format", "sarif"]);
    let sarif: Value = serde_json::from_slice(&output.stdout).unwrap();
    let results = sarif["runs"][0]["results"].as_array().unwrap();
    let keys = |result: &Value| -> BTreeSet<String> {
        result["partialFingerprints"].as_object().unwrap().keys().cloned().collect()
    };
    assert!(
        results.iter().all(|result| keys(result).iter().all(|key| key.starts_with("keysieve/")))
    );
    let both: BTreeSet<String> =
        results.iter().map(|result| result["partialFingerprints"].to_string()).collect();
    assert_eq!(both.len(), 2);
}
