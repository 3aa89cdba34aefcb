//! What is baselined or suppressed does not fail, and nothing else is hidden by it: in real
//! repositories, by the real binary.

use crate::support;

mod aliases;
mod baseline;
mod config;
mod foreign;
mod import;
mod inline;
mod merge;
mod revision;
mod year;

use std::process::Output;

use serde_json::Value;
use support::repository::TempRepo;

/// What the binary prints at the top of a repository's work tree.
fn run(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.env_remove("KEYSIEVE_FINGERPRINT_KEY");
    command.args(arguments).output().unwrap()
}

/// A JSON report and the exit code.
fn report(repository: &TempRepo, arguments: &[&str]) -> (Value, i32) {
    let output = run(repository, &[arguments, &["--format", "json"]].concat());
    let stderr = String::from_utf8_lossy(&output.stderr);
    let json = serde_json::from_slice(&output.stdout);
    (json.unwrap_or_else(|_| panic!("{stderr}")), output.status.code().unwrap())
}

/// `path:line` of each location, followed by `=reason` if it is suppressed.
fn locations(report: &Value) -> Vec<String> {
    let credentials = report["credentials"].as_array().unwrap();
    let locations = credentials.iter().flat_map(|found| found["occurrences"].as_array().unwrap());
    let mut list: Vec<String> = locations
        .map(|location| {
            let reason = location["suppression"]["reason"].as_str();
            let reason = reason.map(|reason| format!("={reason}")).unwrap_or_default();
            let path = location["path"].as_str().unwrap();
            format!("{path}:{}{reason}", location["start"]["line"])
        })
        .collect();
    list.sort();
    list
}

fn notes(report: &Value) -> Vec<String> {
    let notes = report["coverage"]["notes"].as_array().unwrap();
    notes.iter().map(|note| note.as_str().unwrap().to_owned()).collect()
}
