//! A server that receives pushes, with the real git: bare repositories whose hooks run keysieve.
#![cfg(unix)]

mod documented;
mod policy;
mod timeout;

use crate::support;

use std::fs;
use std::path::PathBuf;
use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output, write_script};
use support::tokens::localstack_auth_token as token;

/// A clone, and beside it the bare repository `server.git` that it pushes to.
struct Server {
    clone: TempRepo,
}

impl Server {
    /// A server that runs keysieve at a stage, with more options.
    fn new(stage: &str, options: &str) -> Server {
        Server::with(&[], stage, options)
    }

    /// A server and a clone with these options of `git init`.
    fn with(init: &[&str], stage: &str, options: &str) -> Server {
        let init = [&["init", "--quiet", "-b", "main"], init].concat();
        let clone = TempRepo::with(&init);
        let bare = [&init[..], &["--bare", "server.git"]].concat();
        clone.git_in(clone.home(), &bare);
        clone.git(&["remote", "add", "origin", "../server.git"]);
        let server = Server { clone };
        server.hook(stage, options);
        server
    }

    fn path(&self) -> PathBuf {
        self.clone.home().join("server.git")
    }

    /// Makes keysieve the server's only hook.
    fn hook(&self, stage: &str, options: &str) {
        let hooks = self.path().join("hooks");
        let _ = fs::remove_dir_all(&hooks);
        let (hook, keysieve) = (hooks.join(stage), env!("CARGO_BIN_EXE_keysieve"));
        let script =
            format!("#!/bin/sh\nexec '{keysieve}' hook run --stage {stage} {options} \"$@\"\n");
        write_script(&hook, script);
    }

    fn push(&self, arguments: &[&str]) -> Output {
        self.clone.try_git(&[&["push", "--quiet", "origin"], arguments].concat())
    }

    /// The server must take it, and the hook print nothing.
    fn assert_accepts(&self, arguments: &[&str]) {
        let output = self.push(arguments);
        assert!(output.status.success(), "{arguments:?}: {}", all_output(&output));
        assert_eq!(all_output(&output), "", "{arguments:?}");
    }

    /// The server must reject it and print these words.
    fn assert_rejects(&self, arguments: &[&str], words: &[&str]) -> String {
        let output = self.push(arguments);
        let text = all_output(&output);
        assert!(!output.status.success(), "{arguments:?} passed: {text}");
        words.iter().for_each(|word| assert!(text.contains(word), "{arguments:?} {word}: {text}"));
        assert!(!text.contains("ls-f"), "{text}");
        text
    }

    /// Adds a commit with a file.
    fn commit(&self, path: &str, content: impl AsRef<[u8]>) {
        self.clone.write(path, content);
        self.clone.commit(&format!("add {path}"));
    }
}

#[test]
fn a_push_is_scanned_in_its_quarantine() {
    let server = Server::new("pre-receive", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    server.commit("deep/leak", secret(1));
    server.clone.git(&["rm", "--quiet", "deep/leak"]);
    server.clone.commit("remove it");
    let words = [
        "remote: keysieve: push rejected: it contains a credential",
        "deep/leak:1:23",
        "added in commit",
        "removed in",
        "Nothing of this push was stored",
        "git rebase -i",
        "Ask the maintainers",
    ];
    let text = server.assert_rejects(&["main"], &words);
    assert!(!text.contains("keysieve baseline") && !text.contains("doctor"), "{text}");
    assert!(text.lines().all(|line| line.len() < 90), "{text}");
    // Nothing of it is on the server.
    let leak = server.clone.git(&["rev-parse", "HEAD~1:deep/leak"]);
    let find = server.clone.command("git", &server.path()).args(["cat-file", "-e", &leak]).status();
    assert!(!find.unwrap().success());
}

#[test]
fn a_pack_in_quarantine_is_read() {
    let server = Server::new("pre-receive", "");
    server.clone.git_in(&server.path(), &["config", "receive.unpackLimit", "1"]);
    server.commit("large", "a line\n".repeat(1000));
    server.assert_accepts(&["main"]);
    // A thin pack: the version is a delta against an object that the server has.
    server.commit("large", "a line\n".repeat(1000) + &secret(1));
    server.assert_rejects(&["main"], &["large:1001:23"]);
}

#[test]
fn what_only_hidden_refs_have_is_new() {
    let server = Server::new("none", "");
    server.commit("old", secret(1));
    server.assert_accepts(&["main:refs/hidden/main"]);
    server.clone.git_in(&server.path(), &["config", "receive.hideRefs", "refs/hidden"]);
    server.hook("pre-receive", "");
    server.assert_rejects(&["main"], &["old:1:23"]);
}

#[test]
fn what_a_ref_of_the_server_has_is_not_new() {
    let server = Server::new("pre-receive", "");
    server.commit("old", secret(1));
    server.hook("none", "");
    server.assert_accepts(&["main"]);
    server.hook("pre-receive", "");
    server.commit("new", "new\n");
    server.assert_accepts(&["main", "main:topic", "HEAD~1:refs/heads/old"]);
    server.commit("leak", secret(2));
    server.assert_rejects(&["main:other"], &["leak:1:23"]);
    // Deletions send nothing.
    server.assert_accepts(&[":topic", ":old"]);
    server.assert_accepts(&["HEAD~1:refs/heads/topic"]);
    let text = server.assert_rejects(&[":topic", "main"], &["leak:1:23"]);
    assert!(!text.contains("old:1"), "{text}");
}

#[test]
fn every_object_of_a_push_is_scanned() {
    let server = Server::new("pre-receive", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    let clone = &server.clone;
    clone.git(&["tag", "-a", "v1", "-m", &format!("use {}", token(2))]);
    server.assert_rejects(&["v1"], &["message of tag v1:1:5"]);
    clone.write("leak", secret(3));
    clone.git(&["add", "leak"]);
    let tree = clone.git(&["write-tree"]);
    clone.git(&["tag", "tree", &tree]);
    clone.git(&["tag", "blob", &format!("{tree}:leak")]);
    server.assert_rejects(&["tree"], &["leak:1:23"]);
    server.assert_rejects(&["blob"], &["tag blob:1:23", "recreate the tag"]);
}

#[test]
fn every_format_of_repository_is_read() {
    for init in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let server = Server::with(init, "pre-receive", "");
        server.commit("clean", "clean\n");
        server.assert_accepts(&["main"]);
        server.commit("leak", secret(1));
        server.assert_rejects(&["main"], &["leak:1:23"]);
    }
}

#[test]
fn a_shallow_clone_pushes_what_it_adds() {
    let server = Server::new("none", "");
    server.commit("old", secret(1));
    server.commit("newer", "newer\n");
    server.assert_accepts(&["main"]);
    server.hook("pre-receive", "");
    let clone = &server.clone;
    let url = format!("file://{}", server.path().display());
    clone.git_in(clone.home(), &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let shallow = clone.home().join("shallow");
    let push = |content: &str| {
        fs::write(shallow.join("file"), content).unwrap();
        clone.git_in(&shallow, &["add", "file"]);
        clone.git_in(&shallow, &["commit", "--quiet", "-m", "file"]);
        clone.command("git", &shallow).args(["push", "--quiet"]).output().unwrap()
    };
    let clean = push("clean\n");
    assert!(clean.status.success(), "{}", all_output(&clean));
    let leak = push(&secret(2));
    assert!(!leak.status.success() && all_output(&leak).contains("file:1:23"));
}

#[test]
fn the_update_hook_judges_each_ref() {
    let server = Server::new("update", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    server.clone.git(&["switch", "--quiet", "-c", "leaking"]);
    server.commit("leak", secret(1));
    let words = ["leak:1:23", "What was sent stays on the server", "hook declined"];
    server.assert_rejects(&["leaking", "main:fine"], &words);
    let refs = server.clone.git_in(&server.path(), &["for-each-ref", "--format=%(refname)"]);
    assert_eq!(refs, "refs/heads/fine\nrefs/heads/main");
    server.assert_accepts(&[":fine"]);
}

#[test]
fn the_hook_may_name_whom_to_ask() {
    let server = Server::new("pre-receive", "--contact 'write to security@acme.example'");
    server.commit("leak", secret(1));
    server.assert_rejects(&["main"], &["For an exception: write to security@acme.example."]);
}

#[test]
fn input_that_is_not_from_git_is_an_error() {
    let server = Server::new("pre-receive", "");
    let run = |arguments: &[&str]| {
        let mut command = server.clone.command(env!("CARGO_BIN_EXE_keysieve"), &server.path());
        command.args(["hook", "run", "--stage"]).args(arguments).output().unwrap()
    };
    for (arguments, word) in [
        (&["pre-receive"][..], "there is no input"),
        (&["update", "refs/heads/main"], "needs REF OLD NEW"),
        (&["update", "refs/heads/main", "old", "new"], "must be object ids"),
    ] {
        let output = run(arguments);
        assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
        assert!(all_output(&output).contains(word), "{word}: {}", all_output(&output));
    }
}

#[test]
fn what_a_pointer_file_refers_to_is_elsewhere() {
    let server = Server::new("pre-receive", "");
    let oid = "4d7a21".repeat(10) + "beef";
    let pointer =
        format!("version https://git-lfs.github.com/spec/v1\noid sha256:{oid}\nsize 12345\n");
    server.commit("large", pointer);
    let output = server.push(&["main"]);
    let text = all_output(&output);
    assert!(output.status.success() && text.contains("content of 1 pointer file not"), "{text}");
    assert!(!text.contains("git lfs"), "{text}");
}

#[test]
fn the_contact_repeats_no_secret() {
    let contact = format!("--contact 'post to {}'", token(9));
    let server = Server::new("pre-receive", &contact);
    server.commit("leak", secret(1));
    server.assert_rejects(&["main"], &["post to ls-********"]);
}
