//! Small repositories that take endless time and memory if all their paths are listed: a tree that
//! contains the next one ten times, level after level.

use std::io::Write;
use std::process::{Command, Output, Stdio};

use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// Levels of the trap: ten to this power paths lead to its file.
const LEVELS: usize = 12;

/// Runs keysieve with 3 GiB of address space and two minutes of CPU time, of which it needs little.
fn run(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command("sh", &repository.path());
    command.args(["-c", "ulimit -v 3145728 && ulimit -t 120 && exec \"$@\"", "sh", KEYSIEVE]);
    command.args(arguments).args(["--threads", "2"]).output().unwrap()
}

fn fed(mut command: Command, input: &str) -> String {
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(input.as_bytes()).unwrap();
    String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap().trim().to_owned()
}

fn git(repository: &TempRepo, arguments: &[&str]) -> Command {
    let mut command = repository.command("git", &repository.path());
    command.args(arguments);
    command
}

/// The id of the trap's tree, whose file has this content.
fn trap(repository: &TempRepo, content: &str) -> String {
    let blob = fed(git(repository, &["hash-object", "-w", "--stdin"]), content);
    let mut tree = fed(git(repository, &["mktree"]), &format!("100644 blob {blob}\tfile\n"));
    for _ in 0..LEVELS {
        let entries: String = (0..10).map(|n| format!("040000 tree {tree}\t{n}\n")).collect();
        tree = fed(git(repository, &["mktree"]), &entries);
    }
    tree
}

/// Commits the trap in addition to the existing files, without checking it out. The commit before
/// is `main~1`.
fn commit(repository: &TempRepo, tree: &str) {
    let blob = fed(git(repository, &["hash-object", "-w", "--stdin"]), &secret(7));
    let entries = format!("040000 tree {tree}\ttrap\n100644 blob {blob}\tleak\n");
    let root = fed(git(repository, &["mktree"]), &entries);
    let commit = repository.git(&["commit-tree", &root, "-p", "main", "-m", "trap"]);
    repository.git(&["update-ref", "refs/heads/main", &commit]);
}

fn trapped(content: &str) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("file", "text\n");
    repository.commit("before");
    let tree = trap(&repository, content);
    commit(&repository, &tree);
    repository
}

#[test]
fn a_range_that_adds_the_trap_is_scanned() {
    let repository = trapped("harmless\n");
    let since = ["scan", "--since", "main~1", "--format", "json"];
    for arguments in [&since[..], &[&since[..], &["--policy-from", "main~1"]].concat()] {
        let output = run(&repository, arguments);
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        assert!(all_output(&output).contains("\"leak\""), "{}", all_output(&output));
    }
    // Also used for the policy.
    let output = run(&repository, &["scan", "--since", "main~1", "--policy-from", "main"]);
    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
}

#[test]
fn a_secret_in_the_trap_is_reported_as_more_places_than_can_be_listed() {
    let repository = trapped(&secret(9));
    let output = run(&repository, &["scan", "--since", "main~1", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
    let commit = repository.git(&["rev-parse", "main"]);
    assert!(all_output(&output).contains(&format!("commit {commit}")), "{}", all_output(&output));
    let output = run(&repository, &["audit", "--format", "json"]);
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
}

#[test]
fn a_commit_that_removes_the_trap_is_scanned() {
    let repository = trapped(&secret(9));
    // It is not in the index: the next commit removes it.
    repository.write("new", secret(3));
    repository.git(&["read-tree", "main~1"]);
    repository.git(&["add", "new"]);
    let output = run(&repository, &["hook", "run", "--format", "json"]);
    assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
}

#[test]
fn a_push_of_the_trap_is_scanned() {
    let repository = trapped("harmless\n");
    let (local, none) = (repository.git(&["rev-parse", "main"]), "0".repeat(40));
    let mut command = repository.command("sh", &repository.path());
    let script = "ulimit -v 3145728 && ulimit -t 120 && exec \"$@\"";
    command.args(["-c", script, "sh", KEYSIEVE, "hook", "run", "--stage", "pre-push"]);
    command.args(["--threads", "2", "--format", "json"]);
    let line = format!("refs/heads/main {local} refs/heads/main {none}\n");
    let text = fed(command, &line);
    assert!(text.contains("\"leak\""), "{text}");
}
