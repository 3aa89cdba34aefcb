//! A push that takes too long to scan has a stated result.

use super::Server;
use crate::support;

use support::guarded::secret;
use support::repository::all_output;

/// No machine scans anything in this time.
const LIMIT: &str = "--time-limit 0.000001";

#[test]
fn a_push_that_takes_too_long_is_rejected() {
    for stage in ["pre-receive", "update"] {
        let server = Server::new(stage, LIMIT);
        server.commit("clean", "clean\n");
        server.assert_rejects(&["main"], &["the time limit of", "--time-limit"]);
        server.hook(stage, "--time-limit 600");
        server.assert_accepts(&["main"]);
        server.hook(stage, "--time-limit 0");
        server.commit("leak", secret(1));
        server.assert_rejects(&["main"], &["leak:1:23"]);
    }
}

#[test]
fn it_may_be_allowed_with_a_warning() {
    let server = Server::new("pre-receive", &format!("{LIMIT} --on-timeout allow"));
    server.commit("leak", secret(1));
    let output = server.push(&["main"]);
    let shown = all_output(&output);
    assert!(output.status.success(), "{shown}");
    assert!(shown.contains("not scanned completely within the time limit"), "{shown}");
    assert!(!shown.contains("No secrets found") && !shown.contains("change no files"), "{shown}");
}

#[test]
fn a_time_limit_ends_every_stage() {
    let server = Server::new("pre-receive", "");
    server.clone.write("leak", secret(1));
    server.clone.git(&["add", "leak"]);
    let mut command = server.clone.command(env!("CARGO_BIN_EXE_keysieve"), &server.clone.path());
    let output = command.args(["hook", "run", "--time-limit", "0.000001"]).output().unwrap();
    assert_ne!(output.status.code(), Some(0), "{}", all_output(&output));
}
