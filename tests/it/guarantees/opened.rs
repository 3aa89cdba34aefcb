//! What a repository supplies is opened only if it is a regular file in the work tree.

#![cfg(unix)]

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use super::unscanned::{paths, run};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// A value outside the repository, which no output may show.
const OUTSIDE: &str = "HOST_VALUE = outside-of-the-tree";

/// Files that a repository supplies, and commands that read each.
const FILES: [(&str, &[&str]); 4] = [
    (".keysieve.toml", &["scan"]),
    ("folder/.keysieve.toml", &["scan"]),
    (".keysieve-baseline.toml", &["scan"]),
    ("patterns.toml", &["scan"]),
];

/// A repository whose configuration refers to `patterns.toml`, with a file that causes the folders'
/// files to be read.
fn repository(file: &str) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("folder/file", secret(1));
    if file == "patterns.toml" {
        repository.write(".keysieve.toml", "patterns = [\"patterns.toml\"]\n");
    }
    repository
}

fn fails(repository: &TempRepo, arguments: &[&str], what: &str) {
    let output = run(repository, arguments);
    assert_eq!(output.status.code(), Some(2), "{what}: {}", all_output(&output));
    assert!(!all_output(&output).contains("outside-of"), "{what}: {}", all_output(&output));
}

#[test]
fn links_out_of_the_tree_devices_and_fifos_are_refused() {
    for (file, command) in FILES {
        for kind in ["a link out", "a link to nothing", "a FIFO", "a link to a device"] {
            let repository = repository(file);
            let path = repository.path().join(file);
            fs::write(repository.home().join("host"), OUTSIDE).unwrap();
            match kind {
                "a link out" => symlink(repository.home().join("host"), &path).unwrap(),
                "a link to nothing" => symlink("nothing-here", &path).unwrap(),
                "a FIFO" => fifo(&repository, &path),
                _ => symlink("/dev/zero", &path).unwrap(),
            }
            fails(&repository, command, &format!("{file}, {kind}"));
        }
    }
}

#[test]
fn links_in_the_tree_are_followed_and_sizes_bounded() {
    let repository = repository("");
    repository
        .write("config/keysieve.toml", "[[exclude]]\npaths = [\"folder/\"]\nreason = \"r\"\n");
    symlink("config/keysieve.toml", repository.path().join(".keysieve.toml")).unwrap();
    let output = run(&repository, &["scan"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    let long = fs::File::create(repository.path().join("config/keysieve.toml")).unwrap();
    long.set_len(17 << 20).unwrap();
    fails(&repository, &["scan"], "17 MB of configuration");
}

#[test]
fn what_the_user_names_may_be_a_link_or_a_pipe_and_has_a_limit() {
    let repository = repository("");
    fs::write(repository.home().join("mine.toml"), "[fail-on]\nseverity = \"critical\"\n").unwrap();
    symlink("mine.toml", repository.home().join("link.toml")).unwrap();
    let output = run(&repository, &["scan", "--config", "../link.toml"]);
    assert_ne!(output.status.code(), Some(2), "{}", all_output(&output));
    let mut command = repository.command("sh", &repository.path());
    let script = format!("cat ../mine.toml | timeout 20 {KEYSIEVE} scan --config /dev/stdin");
    let output = command.args(["-c", &script]).output().unwrap();
    assert_ne!(output.status.code(), Some(2), "{}", all_output(&output));
    for arguments in [
        ["scan", "--config", "/dev/zero"],
        ["scan", "--patterns", "/dev/zero"],
        ["scan", "--baseline", "/dev/zero"],
        ["rules", "check", "/dev/zero"],
    ] {
        fails(&repository, &arguments, &format!("{arguments:?}"));
    }
}

#[test]
fn an_invalid_ignore_file_hides_nothing() {
    for kind in ["a FIFO", "a link out", "a link to a device"] {
        for folder in ["", "folder/"] {
            let repository = TempRepo::new();
            repository.write("folder/file", secret(1));
            let path = repository.path().join(format!("{folder}.gitignore"));
            fs::write(repository.home().join("host"), "file\n").unwrap();
            match kind {
                "a FIFO" => fifo(&repository, &path),
                "a link out" => symlink(repository.home().join("host"), &path).unwrap(),
                _ => symlink("/dev/zero", &path).unwrap(),
            }
            let output = run(&repository, &["scan", "--format", "json"]);
            assert_eq!(output.status.code(), Some(1), "{kind}: {}", all_output(&output));
            assert_eq!(paths(&output), ["folder/file"]);
            assert!(
                all_output(&output).contains("no ignore rules were applied"),
                "{}",
                all_output(&output)
            );
        }
    }
}

#[test]
fn an_index_entry_below_a_link_out_of_the_tree_is_not_read() {
    let repository = TempRepo::new();
    repository.write("folder/.env", "text\n");
    repository.write(".gitignore", ".env\n");
    repository.git(&["add", "--force", "."]);
    fs::remove_dir_all(repository.path().join("folder")).unwrap();
    fs::create_dir(repository.home().join("host")).unwrap();
    fs::write(repository.home().join("host/.env"), secret(1)).unwrap();
    symlink(repository.home().join("host"), repository.path().join("folder")).unwrap();
    let output = run(&repository, &["scan", "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
}

#[test]
fn an_agent_call_that_names_a_device_or_a_fifo_ends() {
    let repository = TempRepo::new();
    fifo(&repository, &repository.path().join("pipe"));
    for path in ["pipe", "/dev/zero", "/dev/tty"] {
        let call = format!(
            "{{\"hook_event_name\":\"PreToolUse\",\"tool_name\":\"Edit\",\"tool_input\":\
             {{\"file_path\":\"{path}\",\"old_string\":\"a\",\"new_string\":{:?}}}}}",
            secret(1)
        );
        let mut command = repository.command("timeout", &repository.path());
        command.args(["20", KEYSIEVE, "hook", "run", "--stage", "agent"]);
        let mut child = command.stdin(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        std::io::Write::write_all(&mut child.stdin.take().unwrap(), call.as_bytes()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(2), "{path}: {}", all_output(&output));
        assert!(all_output(&output).contains("LocalStack"), "{path}: {}", all_output(&output));
    }
}

fn fifo(repository: &TempRepo, path: &Path) {
    let made = repository.command("mkfifo", &repository.path()).arg(path).status().unwrap();
    assert!(made.success());
}
