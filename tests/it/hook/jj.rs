//! jj runs no hooks, so a hook does not protect a jj repository.

use crate::support;

use std::fs;
use std::path::Path;

use support::repository::{TempRepo, all_output};

fn keysieve(repository: &TempRepo, folder: &Path, arguments: &[&str], code: i32) -> String {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), folder);
    let output = command.args(arguments).output().unwrap();
    assert_eq!(output.status.code(), Some(code), "{}", all_output(&output));
    all_output(&output)
}

#[test]
fn a_colocated_repository_is_not_protected_by_its_hook() {
    let repository = TempRepo::new();
    fs::create_dir_all(repository.path().join(".jj/repo")).unwrap();
    let top = repository.path();
    let said = keysieve(&repository, &top, &["hook", "install"], 0);
    assert!(said.contains("jj runs no hooks"), "{said}");
    let sub = top.join("sub");
    fs::create_dir(&sub).unwrap();
    for folder in [&top, &sub] {
        let said = keysieve(&repository, folder, &["hook", "doctor"], 1);
        assert!(said.contains("FAIL    this is a jj repository"), "{said}");
        // Git's own commits are still checked.
        assert!(said.contains("a fake secret was blocked"), "{said}");
        assert!(said.ends_with("Not protected.\n"), "{said}");
    }
    let json = keysieve(&repository, &top, &["hook", "doctor", "--format", "json"], 1);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["jj"], &json["protected"]), (&true.into(), &false.into()));
}

#[test]
fn a_workspace_without_git_has_no_hooks_at_all() {
    let repository = TempRepo::new();
    let workspace = repository.path().join("workspace");
    fs::create_dir_all(workspace.join(".jj/repo")).unwrap();
    fs::create_dir_all(workspace.join("sub")).unwrap();
    for folder in [&workspace, &workspace.join("sub")] {
        let said = keysieve(&repository, folder, &["hook", "doctor"], 1);
        assert!(said.contains("this is a jj repository"), "{said}");
        let json = keysieve(&repository, folder, &["hook", "doctor", "--format", "json"], 1);
        let json: serde_json::Value = serde_json::from_str(&json).unwrap();
        assert_eq!((&json["jj"], &json["protected"]), (&true.into(), &false.into()));
        let said = keysieve(&repository, folder, &["hook", "install"], 2);
        assert!(said.contains("jj runs no hooks"), "{said}");
    }
    // A git repository within a workspace is one of git.
    let within = workspace.join("within");
    fs::create_dir(&within).unwrap();
    repository.git_in(&within, &["init", "--quiet"]);
    keysieve(&repository, &within, &["hook", "install"], 0);
    keysieve(&repository, &within, &["hook", "doctor"], 0);
}
