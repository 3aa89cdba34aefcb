//! The JSON report conforms to `docs/report.schema.json`.

use std::fs;

use serde_json::Value;

use crate::support;

use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::schema::{self, assert_valid};
use support::tokens::localstack_auth_token as token;

/// `KEYSIEVE_OVERWRITE=1 cargo test --test it report_schema` writes it again.
#[test]
fn the_schema_is_current_and_describes_every_field() {
    let current = keysieve::report::json::schema().unwrap();
    if std::env::var_os("KEYSIEVE_OVERWRITE").is_some() {
        fs::write(schema::file(), &current).unwrap();
    }
    let written = fs::read_to_string(schema::file()).unwrap_or_default();
    assert!(written == current, "docs/report.schema.json is not current");
    let schema: Value = serde_json::from_str(&current).unwrap();
    let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    let tables: Vec<_> = tables.filter_map(|table| table["properties"].as_object()).collect();
    let page = fs::read_to_string(schema::file().with_file_name("json.md")).unwrap();
    for name in tables.iter().flat_map(|table| table.keys()) {
        assert!(page.contains(&format!("`{name}`")), "docs/json.md lacks `{name}`");
    }
    assert!(tables.iter().map(|table| table.len()).sum::<usize>() > 60);
}

#[test]
fn reports_of_every_task_are_valid() {
    let repository = TempRepo::new();
    repository.write("kept", "kept\n");
    repository.write("old", secret(1));
    repository.commit("base");
    repository.git(&["switch", "--quiet", "-c", "change"]);
    let comment = "keysieve:allow localstack-auth-token a test value";
    repository.write("tests/allowed", format!("{} # {comment}\n", token(2)));
    // Two halves of a pair, joined here so that this file is not a leak itself.
    let pair = ["AKIA", "U4QJ7D5TZK3WGC2N aws_secret_key=eCVuayCsyX1lP6OchUk0"].concat();
    repository.write("pair", [&pair, "kyaetpKK8OF4F5DhR2ig\n"].concat());
    repository.write(".keysieve.toml", "[rules]\ndisable = [\"asana-*\"]\n");
    repository.write("binary", b"\0\0\0");
    repository.commit("add");
    repository.git(&["rm", "--quiet", "pair"]);
    repository.git(&["commit", "--quiet", "-m", "remove"]);
    repository.write("new", secret(3));
    repository.git(&["add", "new"]);
    let tracked = report(&repository, &["scan"]);
    assert_eq!(tracked["task"], "scan");
    let staged = report(&repository, &["hook", "run"]);
    assert_eq!((&staged["task"], &staged["outcome"]), (&"staged".into(), &"found".into()));
    let history = report(&repository, &["audit"]);
    assert!(history.to_string().contains("\"removed\":{"), "{history:#}");
    let range = report(&repository, &["scan", "--since", "main", "--policy-from", "main"]);
    let pending = range["policy"]["pending"].as_array().unwrap();
    assert!(pending.iter().any(|one| one["kind"] == "inline"), "{range:#}");
    assert!(range.to_string().contains("\"related\":["), "{range:#}");
    // A folder's configuration that cannot be read makes a report incomplete.
    repository.write("sub/.keysieve.toml", "unknown = 1\n");
    repository.write("sub/leak", secret(4));
    repository.git(&["add", "sub"]);
    let faulty = report(&repository, &["scan"]);
    assert_eq!(faulty["outcome"], "incomplete");
    assert!(!faulty["coverage"]["failures"].as_array().unwrap().is_empty(), "{faulty:#}");
}

/// The JSON report of a command, checked against the schema.
#[track_caller]
fn report(repository: &TempRepo, arguments: &[&str]) -> Value {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    let output = command.args(arguments).args(["--format", "json"]).output().unwrap();
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|error| panic!("{error}: {}", all_output(&output)));
    assert_valid(&report);
    report
}
