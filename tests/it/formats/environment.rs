//! Git's environment variables: every command reads what git reads.

use std::fs;
use std::path::{Path, PathBuf};

use super::{KEYSIEVE, assert_exits, keysieve, keysieve_with, leaky};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output, write_script};

/// A bare repository whose hook of this name audits it, and a clone with a secret to push.
fn server(hook: &str, command: &str) -> (TempRepo, PathBuf) {
    let repository = TempRepo::new();
    repository.git_in(repository.home(), &["init", "--quiet", "--bare", "server.git"]);
    let server = repository.home().join("server.git");
    let script = server.join("hooks").join(hook);
    write_script(&script, format!("#!/bin/sh\nexec {KEYSIEVE} {command}\n"));
    repository.git(&["update-index", "--refresh"]);
    repository.write("clean", "text\n");
    repository.commit("clean");
    repository.git(&["remote", "add", "origin", server.to_str().unwrap()]);
    (repository, server)
}

#[test]
#[cfg(unix)]
fn an_audit_in_a_quarantine_finds_what_is_pushed() {
    let (repository, server) = server("pre-receive", "audit .");
    let push = || repository.try_git(&["push", "origin", "main"]);
    let clean = push();
    assert!(clean.status.success(), "{}", all_output(&clean));
    leaky(&repository);
    let refused = push();
    assert!(!refused.status.success(), "{}", all_output(&refused));
    assert!(all_output(&refused).contains("a.env"), "{}", all_output(&refused));
    for command in ["audit", &format!("audit {}", server.display())] {
        let script = format!("#!/bin/sh\nexec {KEYSIEVE} {command}\n");
        fs::write(server.join("hooks/pre-receive"), script).unwrap();
        assert!(!push().status.success(), "{command}");
    }
    // From elsewhere `GIT_DIR=.` leads to no repository, or to another one.
    let other = TempRepo::new();
    for folder in [Path::new("/"), &other.path().join(".git")] {
        let (folder, audited) = (folder.display(), server.display());
        let script = format!("#!/bin/sh\ncd {folder} && exec {KEYSIEVE} audit {audited}\n");
        fs::write(server.join("hooks/pre-receive"), script).unwrap();
        assert!(!push().status.success(), "{folder}");
    }
    assert_exits(&keysieve(&repository, &server, &["audit"]), 0, &[]);
}

#[test]
#[cfg(unix)]
fn an_audit_of_another_repository_ignores_the_variables_and_reports_it() {
    let other = TempRepo::new();
    leaky(&other);
    let command = format!("audit {}", other.path().display());
    let (repository, _) = server("post-receive", &command);
    let push = repository.try_git(&["push", "origin", "main"]);
    let text = all_output(&push);
    assert!(text.contains("a.env") && text.contains("GIT_DIR: ignored"), "{text}");
}

/// The object folder of the second repository has the secret; that of the first is not used.
#[test]
fn an_object_directory() {
    let (plain, leak) = (TempRepo::new(), TempRepo::new());
    plain.write("b", "text\n");
    plain.commit("clean");
    leaky(&leak);
    let objects = leak.path().join(".git/objects");
    let audit = |folder: &Path, arguments: &[&str], variables: &[(&str, &Path)]| {
        keysieve_with(&plain, folder, arguments, variables)
    };
    let alternates = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", objects.as_path())];
    let output = audit(&plain.path(), &["audit"], &alternates);
    assert_exits(&output, 1, &["a.env"]);
    // The folder does not have what HEAD refers to.
    let directory = [("GIT_OBJECT_DIRECTORY", objects.as_path())];
    assert_exits(&audit(&plain.path(), &["audit"], &directory), 2, &["a.env", "missing"]);
    // `git -C` uses the variables as well if the current folder is not in a repository.
    let named = plain.path().display().to_string();
    let output = audit(plain.home(), &["audit", &named], &alternates);
    assert_exits(&output, 1, &["a.env"]);
    let absent = [("GIT_ALTERNATE_OBJECT_DIRECTORIES", Path::new("/absent"))];
    assert_exits(&audit(&plain.path(), &["audit"], &absent), 2, &["missing"]);
}

#[test]
fn a_separate_git_directory() {
    let repository = TempRepo::new();
    leaky(&repository);
    let git_dir = repository.home().join("elsewhere");
    fs::rename(repository.path().join(".git"), &git_dir).unwrap();
    repository.write("new.env", secret(2));
    repository.write("ignored.env", secret(3));
    repository.write(".gitignore", "*.env\n");
    let variables = [("GIT_DIR", git_dir.as_path()), ("GIT_WORK_TREE", repository.path().leak())];
    let run = |folder: &Path, arguments: &[&str]| {
        keysieve_with(&repository, folder, arguments, &variables)
    };
    let mut add = repository.command("git", &repository.path());
    add.args(["add", "--force", "new.env"]).envs(variables);
    assert!(add.status().unwrap().success());
    let top = repository.path();
    assert_exits(&run(&top, &["audit"]), 1, &["a.env"]);
    assert_exits(&run(&top, &["scan"]), 1, &["new.env"]);
    assert_exits(&run(&top, &["hook", "run"]), 1, &["new.env"]);
    assert_exits(&run(&top, &["scan", "--since", "HEAD~2"]), 0, &[]);
    assert_exits(&run(&top, &["baseline", "create", "--owner", "team"]), 0, &[]);
    assert!(top.join(".keysieve-baseline.toml").exists());
    assert_exits(&run(&top, &["baseline", "check"]), 0, &[]);
    assert_exits(&run(&top, &["scan"]), 0, &[]);
    // From elsewhere the work tree is what the variables name.
    let output = run(repository.home(), &["audit"]);
    assert_exits(&output, 1, &["a.env"]);
}

/// Two repositories share a folder: `scan` reports what either of them tracks.
#[test]
fn a_second_repository_in_the_same_folder() {
    let repository = TempRepo::new();
    repository.write(".gitignore", "*.env\n");
    repository.commit("first");
    repository.write("mine.env", secret(1));
    repository.git(&["init", "--quiet", "--bare", "../second"]);
    let second = repository.home().join("second");
    let variables = [("GIT_DIR", second.as_path()), ("GIT_WORK_TREE", repository.path().leak())];
    let mut add = repository.command("git", &repository.path());
    assert!(add.args(["add", "-f", "mine.env"]).envs(variables).status().unwrap().success());
    let run = |variables: &[(&str, &Path)]| {
        keysieve_with(&repository, &repository.path(), &["scan"], variables)
    };
    assert_exits(&run(&[]), 0, &[]);
    assert_exits(&run(&variables), 1, &["mine.env"]);
}

/// A relative index is in the top of the work tree, wherever git starts.
#[test]
fn an_index_file() {
    let repository = TempRepo::new();
    repository.write("sub/b", "text\n");
    repository.write(".gitignore", "*.env\n");
    repository.commit("clean");
    repository.write("a.env", secret(1));
    fs::copy(repository.path().join(".git/index"), repository.path().join("other")).unwrap();
    let variables = [("GIT_INDEX_FILE", Path::new("other"))];
    let mut add = repository.command("git", &repository.path());
    add.args(["add", "--force", "a.env"]).envs(variables);
    assert!(add.status().unwrap().success());
    for folder in [repository.path(), repository.path().join("sub")] {
        let run = |arguments: &[&str]| keysieve_with(&repository, &folder, arguments, &variables);
        assert_exits(&run(&["hook", "run"]), 1, &["a.env"]);
    }
    let scan = |variables: &[(&str, &Path)]| {
        keysieve_with(&repository, &repository.path(), &["scan"], variables)
    };
    assert_exits(&scan(&variables), 1, &["a.env"]);
    assert_exits(&scan(&[]), 0, &[]);
}

#[test]
fn a_git_directory_that_does_not_exist() {
    let repository = TempRepo::new();
    leaky(&repository);
    let variables = [("GIT_DIR", Path::new("/absent"))];
    let run =
        |arguments: &[&str]| keysieve_with(&repository, &repository.path(), arguments, &variables);
    assert_exits(&run(&["audit"]), 2, &["/absent"]);
    assert_exits(&run(&["hook", "run"]), 2, &["/absent"]);
    assert_exits(&run(&["scan", "--since", "HEAD~1"]), 2, &["/absent"]);
}

#[test]
fn a_linked_work_tree_with_variables_as_in_its_hooks() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.git(&["worktree", "add", "--quiet", "--detach", "../linked", "HEAD~2"]);
    let linked = repository.home().join("linked");
    let git_dir = repository.path().join(".git/worktrees/linked");
    let variables = [("GIT_DIR", git_dir.as_path())];
    let run = |arguments: &[&str]| keysieve_with(&repository, &linked, arguments, &variables);
    assert_exits(&run(&["audit", "-f", "json"]), 1, &["\"at_head\": true"]);
    assert_exits(&run(&["hook", "run"]), 0, &[]);
    assert_exits(&run(&["scan"]), 1, &["a.env"]);
}

/// The pushed history ends where the shallow clone's does, which is known only during the push.
#[test]
#[cfg(unix)]
fn an_audit_of_a_push_from_a_shallow_clone() {
    let (repository, server) = server("pre-receive", "audit . --format human");
    repository.git(&["push", "--quiet", "origin", "main"]);
    leaky(&repository);
    let url = format!("file://{}", repository.path().display());
    repository.git_in(repository.home(), &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let shallow = repository.home().join("shallow");
    repository.git_in(&server, &["config", "receive.shallowUpdate", "true"]);
    fs::write(shallow.join("c"), "more\n").unwrap();
    repository.git_in(&shallow, &["add", "c"]);
    repository.git_in(&shallow, &["commit", "--quiet", "-m", "more"]);
    let server = server.display().to_string();
    let mut push = repository.command("git", &shallow);
    let push = push.args(["push", &server, "main:refs/heads/shallow"]).output().unwrap();
    assert!(push.status.success(), "{}", all_output(&push));
    assert!(all_output(&push).contains("shallow clone"), "{}", all_output(&push));
}

/// The policy's revision is one of the audited repository.
#[test]
fn a_policy_from_a_revision_of_another_repository() {
    let (other, here) = (TempRepo::new(), TempRepo::new());
    leaky(&other);
    other.git(&["tag", "only-there"]);
    here.write("b", "text\n");
    here.commit("clean");
    let git_dir = here.path().join(".git");
    let variables = [("GIT_DIR", git_dir.as_path())];
    let named = other.path().display().to_string();
    let arguments = ["audit", &named, "--policy-from", "only-there"];
    let output = keysieve_with(&here, &here.path(), &arguments, &variables);
    assert_exits(&output, 1, &["a.env", "GIT_DIR: ignored"]);
}
