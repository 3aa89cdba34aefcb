//! What exists only in this clone: the files of the git directory beside its objects.

mod ci_checkouts;
mod places;
mod reports;
mod unusual;

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

/// A repository with one commit that contains no secret.
fn clean() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("readme", "Hello.\n");
    repository.commit("Start");
    repository
}

/// Writes a file below a folder, with its folders.
fn plant(folder: &Path, path: &str, text: impl AsRef<[u8]>) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

/// Appends to a file of the git directory.
fn append(folder: &Path, path: &str, text: &str) {
    let before = fs::read_to_string(folder.join(path)).unwrap_or_default();
    plant(folder, path, before + text);
}

/// `keysieve audit` in a folder, without the variables of a CI system.
fn audit(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> Output {
    audit_with(repository, folder, arguments, &[])
}

fn audit_with(
    repository: &TempRepo,
    folder: &Path,
    arguments: &[&str],
    variables: &[(&str, &str)],
) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), folder);
    for name in ["GITHUB_TOKEN", "CI_JOB_TOKEN", "SYSTEM_ACCESSTOKEN", "GITHUB_ACTIONS", "CI"] {
        command.env_remove(name);
    }
    command.arg("audit").args(arguments).envs(variables.iter().copied()).output().unwrap()
}

/// The JSON report, with the exit code.
fn json(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> (Value, i32) {
    let arguments = [&["--format", "json"], arguments].concat();
    let output = audit(repository, folder, &arguments);
    let report = serde_json::from_slice(&output.stdout);
    let report = report.unwrap_or_else(|_| panic!("{}", all_output(&output)));
    (report, output.status.code().unwrap())
}

/// `path:line kind` of all occurrences with source `local`, sorted.
fn local(report: &Value) -> Vec<String> {
    let credentials = report["credentials"].as_array().unwrap().iter();
    let all = credentials.flat_map(|credential| credential["occurrences"].as_array().unwrap());
    let mut local: Vec<String> = all
        .filter(|occurrence| occurrence["source"] == "local")
        .map(|occurrence| {
            let path = occurrence["path"].as_str().unwrap();
            let kind = occurrence["kind"].as_str().unwrap();
            format!("{path}:{} {kind}", occurrence["start"]["line"])
        })
        .collect();
    local.sort();
    local
}

fn notes(report: &Value) -> Vec<&str> {
    report["coverage"]["notes"]
        .as_array()
        .unwrap()
        .iter()
        .map(|note| note.as_str().unwrap())
        .collect()
}

/// A credential in the file of the git directory that every clone has.
fn with_a_token_in_the_config() -> TempRepo {
    let repository = clean();
    append(&repository.path(), ".git/config", &format!("# {}", secret(1)));
    repository
}
