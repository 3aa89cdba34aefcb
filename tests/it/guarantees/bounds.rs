//! Nothing hangs, crashes or uses all memory.

#![cfg(unix)]

use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::process::Stdio;

use serde_json::json;

use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};
use crate::support::timed::{Run, fifo, keysieve};

/// Kinds of files that cannot be read to their end.
const ODDITIES: [fn(&Path); 5] = [
    |path| fifo(path),
    |path| symlink("/dev/zero", path).unwrap(),
    |path| symlink("/dev/tty", path).unwrap(),
    |path| drop(std::os::unix::net::UnixListener::bind(path)),
    // Sparse: it uses no space on the disk.
    |path| File::create(path).unwrap().set_len(64 << 30).unwrap(),
];

/// A repository with a secret, and such a file at this path.
fn repository(path: &str, oddity: fn(&Path)) -> TempRepo {
    let repository = TempRepo::new();
    repository.write("folder/key.env", secret(1));
    oddity(&repository.path().join(path));
    repository
}

mod h2_policy_files {
    use super::*;

    #[test]
    fn of_the_repository() {
        for file in [".keysieve.toml", ".keysieve-baseline.toml", "folder/.keysieve.toml"] {
            for oddity in ODDITIES {
                let run = keysieve(&repository(file, oddity), &["scan", "folder"]);
                assert_eq!(run.code(), 2, "{file}: {}", run.all_output());
                assert!(run.all_output().contains(file), "{file}: {}", run.all_output());
            }
        }
    }

    #[test]
    fn patterns_that_the_configuration_names() {
        for oddity in ODDITIES {
            let repository = repository("own.toml", oddity);
            repository.write(".keysieve.toml", "patterns = [\"own.toml\"]\n");
            let run = keysieve(&repository, &["scan", "folder"]);
            assert_eq!(run.code(), 2, "{}", run.all_output());
            assert!(run.all_output().contains("own.toml"), "{}", run.all_output());
        }
    }

    #[test]
    fn that_the_user_names() {
        for option in ["--config", "--patterns", "--baseline"] {
            for oddity in ODDITIES {
                let repository = repository("own.toml", oddity);
                let run = keysieve(&repository, &["scan", "folder", option, "own.toml"]);
                assert_eq!(run.code(), 2, "{option}: {}", run.all_output());
            }
        }
    }

    #[test]
    fn of_other_commands() {
        let commands: [&[&str]; 4] = [
            &["rules", "check", "own.toml"],
            &["rules", "import", "own.toml"],
            &["baseline", "check", "--baseline", "own.toml"],
            &["baseline", "import", "--from", "gitleaks", "--owner", "O", "own.toml"],
        ];
        for command in commands {
            for oddity in ODDITIES {
                let run = keysieve(&repository("own.toml", oddity), command);
                assert_eq!(run.code(), 2, "{command:?}: {}", run.all_output());
            }
        }
    }

    #[test]
    fn a_pipe_that_the_user_names_is_read() {
        let repository = TempRepo::new();
        repository.write("key", secret(1));
        let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
        command.args(["scan", "key", "--config", "/dev/stdin"]).stdin(Stdio::piped());
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let exclude = b"[[exclude]]\npaths = [\"key\"]\nreason = \"a test\"\n";
        child.stdin.take().unwrap().write_all(exclude).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    }

    #[test]
    fn ignore_files() {
        for file in [".gitignore", "folder/.gitignore", ".git/info/exclude"] {
            for oddity in ODDITIES {
                let repository = TempRepo::new();
                repository.write("folder/key.env", secret(1));
                let _ = fs::remove_file(repository.path().join(file));
                fs::create_dir_all(repository.path().join(file).parent().unwrap()).unwrap();
                oddity(&repository.path().join(file));
                let run = keysieve(&repository, &["scan", "folder"]);
                let expected = (1, vec!["folder/key.env:1".to_owned()]);
                assert_eq!((run.code(), run.locations()), expected, "{file}: {}", run.all_output());
                assert!(run.notes().contains(file), "{file}: {}", run.all_output());
            }
        }
    }

    #[test]
    fn what_a_nested_git_is_made_of() {
        for file in [".git", ".git/HEAD", ".git/config", ".git/commondir"] {
            for oddity in &ODDITIES[..4] {
                let repository = TempRepo::new();
                repository.write("nested/key.env", secret(1));
                repository.write("nested/.gitignore", "*.env\n");
                let nested = repository.path().join("nested");
                if file != ".git" {
                    repository.git_in(&nested, &["init", "--quiet"]);
                    let _ = fs::remove_file(nested.join(file));
                }
                oddity(&nested.join(file));
                let run = keysieve(&repository, &["scan", "."]);
                assert_eq!(run.locations(), ["nested/key.env:1"], "{file}: {}", run.all_output());
            }
        }
    }

    #[test]
    fn a_repository_that_a_git_file_leads_to() {
        let repository = TempRepo::new();
        repository.write("nested/key.env", secret(1));
        repository.write("nested/.git", "gitdir: evil\n");
        for folder in ["evil", "nested/evil"] {
            repository.write(Path::new(folder).join("HEAD"), "ref: refs/heads/main\n");
            fifo(&repository.path().join(folder).join("commondir"));
        }
        let run = keysieve(&repository, &["scan", "."]);
        assert_eq!(run.locations(), ["nested/key.env:1"], "{}", run.all_output());
    }

    #[test]
    fn the_list_of_submodules() {
        for oddity in ODDITIES {
            let repository = TempRepo::new();
            repository.write("key", "nothing\n");
            repository.commit("base");
            oddity(&repository.path().join(".gitmodules"));
            let run = keysieve(&repository, &["audit", "--recurse-submodules"]);
            assert!(matches!(run.code(), 0 | 2), "{}", run.all_output());
        }
        let repository = TempRepo::new();
        repository.write("key", "nothing\n");
        repository.commit("base");
        fifo(&repository.path().join("pipe"));
        repository.write(".gitmodules", "[include]\n\tpath = pipe\n");
        let run = keysieve(&repository, &["audit", "--recurse-submodules"]);
        assert!(matches!(run.code(), 0 | 2), "{}", run.all_output());
    }
}

#[test]
fn h3_a_call_of_an_agent_that_names_no_regular_file() {
    for oddity in ODDITIES {
        let repository = repository("odd", oddity);
        for path in ["odd".to_owned(), repository.path().join("odd").display().to_string()] {
            let input = json!({"file_path": path, "old_string": "a", "new_string": secret(2)});
            let call = json!({
                "hook_event_name": "PreToolUse",
                "tool_name": "Edit",
                "cwd": repository.path(),
                "tool_input": input,
            });
            fs::write(repository.home().join("call.json"), call.to_string()).unwrap();
            let mut command =
                repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
            command.args(["hook", "run", "--stage", "agent"]);
            command.stdin(File::open(repository.home().join("call.json")).unwrap());
            let run = Run::of(command);
            assert_eq!(run.code(), 2, "{}", run.all_output());
            assert!(run.all_output().contains("LocalStack auth token"), "{}", run.all_output());
        }
    }
}
