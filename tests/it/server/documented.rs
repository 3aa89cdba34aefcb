//! The scripts of `docs/server.md`, each as the hook of a real bare repository.

use super::Server;
use crate::support;

use std::fs;
use std::path::Path;

use support::guarded::secret;
use support::repository::{all_output, write_script};

/// The shell scripts among the code blocks.
fn scripts() -> Vec<String> {
    let page = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/server.md");
    let page = fs::read_to_string(page).unwrap();
    let blocks = page.split("```sh\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    blocks.filter(|block| block.starts_with("#!/bin/sh\n")).map(str::to_owned).collect()
}

#[test]
fn every_script_accepts_a_clean_push_and_rejects_a_secret() {
    let scripts = scripts();
    assert_eq!(scripts.len(), 5);
    let folder = Path::new(env!("CARGO_BIN_EXE_keysieve")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    for script in scripts {
        let stage = if script.contains("--stage update") { "update" } else { "pre-receive" };
        let server = Server::new(stage, "");
        let hook = server.path().join("hooks").join(stage);
        write_script(&hook, &script);
        let push = || {
            let mut command = server.clone.command("git", &server.clone.path());
            command.env("PATH", &path).args(["push", "--quiet", "origin", "main"]).output().unwrap()
        };
        server.commit("clean", "clean\n");
        let clean = push();
        assert!(clean.status.success(), "{script}{}", all_output(&clean));
        assert_eq!(all_output(&clean), "", "{script}");
        server.commit("leak", secret(1));
        let leak = push();
        let text = all_output(&leak);
        assert!(!leak.status.success() && text.contains("leak:1:23"), "{script}{text}");
        assert!(text.contains("remote: ") && !text.contains("ls-f"), "{text}");
    }
}
