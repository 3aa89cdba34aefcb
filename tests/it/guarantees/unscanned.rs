//! Nothing is reported clean that was not scanned.

use std::fs;
use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// Runs keysieve at the top of the work tree, for at most twenty seconds.
pub fn run(repository: &TempRepo, arguments: &[&str]) -> Output {
    run_in(repository, &repository.path(), arguments)
}

pub fn run_in(repository: &TempRepo, folder: &Path, arguments: &[&str]) -> Output {
    let mut command = repository.command("timeout", folder);
    command.args(["20", KEYSIEVE]).args(arguments).output().unwrap()
}

/// Paths of all occurrences of a report in JSON, sorted.
pub fn paths(output: &Output) -> Vec<String> {
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    let credentials = report["credentials"].as_array().unwrap();
    let all = credentials.iter().flat_map(|one| one["occurrences"].as_array().unwrap());
    let mut paths: Vec<String> = all.map(|one| one["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths
}

fn scanned(repository: &TempRepo) -> Vec<String> {
    let output = run(repository, &["scan", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
    paths(&output)
}

/// A repository in a folder of the work tree that tracks a file which it ignores.
fn nested(repository: &TempRepo, folder: &str, seed: u64) {
    let folder_path = repository.path().join(folder);
    fs::create_dir_all(&folder_path).unwrap();
    repository.git_in(&folder_path, &["init", "--quiet", "-b", "main"]);
    fs::write(folder_path.join(".gitignore"), ".env\nskipped\n").unwrap();
    fs::write(folder_path.join(".env"), secret(seed)).unwrap();
    fs::write(folder_path.join("skipped"), secret(seed + 100)).unwrap();
    repository.git_in(&folder_path, &["add", "--force", ".env", ".gitignore"]);
    repository.git_in(&folder_path, &["commit", "--quiet", "-m", "nested"]);
}

#[test]
fn what_a_nested_repository_tracks_is_scanned_even_where_it_ignores_it() {
    let repository = TempRepo::new();
    repository.write("file", "text\n");
    repository.commit("top");
    nested(&repository, "a folder/nested", 1);
    assert_eq!(scanned(&repository), ["a folder/nested/.env"]);
}

#[test]
fn what_a_submodule_tracks_is_scanned_in_every_layout() {
    let repository = TempRepo::new();
    repository.write("file", "text\n");
    repository.commit("top");
    // The old layout: its repository is in the work tree.
    nested(&repository, "old", 1);
    nested(&repository, "new", 2);
    let allowed = ["-c", "protocol.file.allow=always"];
    for name in ["old", "new"] {
        let url = format!("./{name}");
        let add = ["submodule", "--quiet", "add", &url, name];
        repository.git(&[&allowed[..], &add].concat());
    }
    repository.git(&["submodule", "--quiet", "absorbgitdirs", "new"]);
    assert!(repository.path().join("new/.git").is_file());
    assert!(repository.path().join("old/.git").is_dir());
    assert_eq!(scanned(&repository), ["new/.env", "old/.env"]);
    // The superproject ignores the folder of one.
    repository.write(".gitignore", "new/\n");
    assert_eq!(scanned(&repository), ["new/.env", "old/.env"]);
}

#[test]
fn a_git_entry_that_leads_nowhere_hides_nothing() {
    for is_top in [true, false] {
        let outer = TempRepo::new();
        outer.write("file", "text\n");
        outer.commit("outer");
        let folder = if is_top { outer.home().join("apart") } else { outer.path().join("inner") };
        for entry in ["a file", "an empty folder", "elsewhere"] {
            fs::create_dir(&folder).unwrap();
            match entry {
                "a file" => fs::write(folder.join(".git"), "gitdir: ../nowhere\n").unwrap(),
                "an empty folder" => fs::create_dir(folder.join(".git")).unwrap(),
                _ => {
                    outer.git_in(&folder, &["init", "--quiet"]);
                    let elsewhere = outer.home().join("elsewhere");
                    fs::create_dir_all(&elsewhere).unwrap();
                    let elsewhere = elsewhere.to_string_lossy();
                    outer.git_in(&folder, &["config", "core.worktree", &elsewhere]);
                }
            }
            fs::write(folder.join(".gitignore"), ".env\n").unwrap();
            fs::write(folder.join(".env"), secret(1)).unwrap();
            let from = if is_top { folder.clone() } else { outer.path() };
            let output = run_in(&outer, &from, &["scan", "--format", "json"]);
            assert_eq!(output.status.code(), Some(1), "{entry}: {}", all_output(&output));
            let expected = if is_top { ".env" } else { "inner/.env" };
            assert_eq!(paths(&output), [expected], "{entry}");
            assert!(
                all_output(&output).contains("no ignore rules were applied"),
                "{}",
                all_output(&output)
            );
            fs::remove_dir_all(&folder).unwrap();
        }
    }
}

#[test]
#[cfg(unix)]
fn a_tracked_file_that_cannot_be_read_is_incomplete() {
    use std::os::unix::fs::PermissionsExt;
    let repository = TempRepo::new();
    repository.write(".gitignore", "private/\n");
    repository.write("private/.env", secret(1));
    repository.git(&["add", "--force", "."]);
    let folder = repository.path().join("private");
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o000)).unwrap();
    // Root can enter every folder, so another user has to try.
    let is_root = fs::read_dir(&folder).is_ok();
    let output = if is_root {
        for path in [repository.home().to_owned(), repository.path()] {
            fs::set_permissions(path, fs::Permissions::from_mode(0o755)).unwrap();
        }
        let mut command = repository.command("setpriv", &repository.path());
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", KEYSIEVE, "scan"]);
        command.env("GIT_CONFIG_COUNT", "1").env("GIT_CONFIG_KEY_0", "safe.directory");
        command.env("GIT_CONFIG_VALUE_0", "*").output().unwrap()
    } else {
        run(&repository, &["scan"])
    };
    fs::set_permissions(&folder, fs::Permissions::from_mode(0o755)).unwrap();
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
    assert!(all_output(&output).contains("private"), "{}", all_output(&output));
}

#[test]
#[cfg(unix)]
fn a_named_path_that_cannot_be_scanned_is_an_error() {
    let repository = TempRepo::new();
    repository.write("file", "text\n");
    let made = repository.command("mkfifo", &repository.path()).arg("pipe").status().unwrap();
    assert!(made.success());
    for (path, word) in [("pipe", "named pipe"), ("/dev/zero", "device"), ("missing", "missing")] {
        let output = run(&repository, &["scan", path]);
        assert_eq!(output.status.code(), Some(2), "{path}: {}", all_output(&output));
        assert!(all_output(&output).contains(word), "{path}: {}", all_output(&output));
    }
    // In a folder they are counted and change nothing.
    let output = run(&repository, &["scan", "--format", "human"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
}

#[test]
fn a_named_file_that_is_skipped_is_listed() {
    let repository = TempRepo::new();
    repository.write("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    repository.write("dir/other", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let output = run(&repository, &["scan", "image", "dir", "--format", "human"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    assert!(
        all_output(&output).contains("image") && !all_output(&output).contains("other"),
        "{}",
        all_output(&output)
    );
}

#[test]
fn a_folder_outside_of_git_has_its_own_policy() {
    let repository = TempRepo::new();
    let folder = repository.home().join("plain");
    fs::create_dir_all(folder.join("sub")).unwrap();
    fs::write(folder.join("sub/excluded"), secret(1)).unwrap();
    fs::write(folder.join("found"), secret(2)).unwrap();
    let config = "[[exclude]]\npaths = [\"/sub/**\"]\nreason = \"a test\"\n";
    fs::write(folder.join(".keysieve.toml"), config).unwrap();
    for (from, path) in [(folder.clone(), "."), (repository.home().to_owned(), "plain")] {
        let output = run_in(&repository, &from, &["scan", path, "--format", "json"]);
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        assert_eq!(paths(&output), ["found"]);
    }
    let report: Value = serde_json::from_slice(
        &run_in(&repository, &folder, &["scan", ".", "--format", "json"]).stdout,
    )
    .unwrap();
    let fingerprint = report["credentials"][0]["fingerprint"].as_str().unwrap();
    let baseline = format!(
        "version = 1\nkey = \"public\"\n\n[credential.{fingerprint}]\nrule = \
         \"localstack-auth-token\"\ndisposition = \"test-value\"\nreason = \"r\"\npaths = [\"found\"]\n"
    );
    fs::write(folder.join(".keysieve-baseline.toml"), baseline).unwrap();
    let output = run_in(&repository, &folder, &["scan", ".", "--format", "human"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    // With several folders none applies, and a note says so.
    let other = repository.home().join("other");
    fs::create_dir(&other).unwrap();
    fs::write(other.join(".keysieve.toml"), config).unwrap();
    let home = repository.home().to_owned();
    let output = run_in(&repository, &home, &["scan", "plain", "other", "--format", "human"]);
    assert!(all_output(&output).contains("was not read"), "{}", all_output(&output));
}
