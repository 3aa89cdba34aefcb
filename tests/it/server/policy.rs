//! By which policy a push is judged: what is pushed must not approve itself.

use super::Server;
use crate::support;

use support::guarded::secret;
use support::repository::all_output;

const EXCLUDE: &str = "[[exclude]]\npaths = [\"fixtures/**\"]\nreason = \"test values\"\n";

/// A file with a secret that a suppression comment suppresses.
fn suppressed(seed: u64) -> String {
    format!("# keysieve:allow localstack-auth-token our sandbox\n{}", secret(seed))
}

#[test]
fn a_push_cannot_exclude_its_own_secret() {
    let server = Server::new("pre-receive", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    server.commit(".keysieve.toml", EXCLUDE);
    server.commit("fixtures/leak", secret(1));
    server.assert_rejects(&["main"], &["fixtures/leak:1:23"]);
    // What an earlier push added counts, for its branch and, on HEAD's branch, for new refs.
    server.assert_accepts(&["HEAD~1:refs/heads/main"]);
    server.clone.git(&["switch", "--quiet", "-c", "topic"]);
    let output = server.push(&["main", "topic"]);
    assert!(output.status.success(), "{}", all_output(&output));
    assert!(all_output(&output).contains("1 finding excluded by"), "{}", all_output(&output));
    server.commit("fixtures/other", secret(2));
    assert!(server.push(&["topic:refs/heads/new"]).status.success());
}

#[test]
fn a_branch_is_judged_by_its_own_policy() {
    let server = Server::new("pre-receive", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    server.clone.git(&["switch", "--quiet", "-c", "topic"]);
    server.commit(".keysieve.toml", EXCLUDE);
    server.assert_accepts(&["topic"]);
    server.commit("fixtures/leak", secret(1));
    assert!(server.push(&["topic"]).status.success());
    server.clone.git(&["switch", "--quiet", "main"]);
    server.commit("fixtures/leak", secret(2));
    server.assert_rejects(&["main"], &["fixtures/leak:1:23"]);
    server.assert_rejects(&["main:new"], &["fixtures/leak:1:23"]);
}

#[test]
fn suppression_comments_and_the_baseline_count_from_the_next_push_on() {
    let server = Server::new("pre-receive", "");
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
    server.commit("leak", suppressed(1));
    server.assert_rejects(&["main"], &["leak:2:23", "comments in the push itself do not count"]);
    // The comment and the secret are there: another branch may have them.
    server.hook("none", "");
    server.assert_accepts(&["main"]);
    server.hook("pre-receive", "");
    server.clone.write("leak", format!("moved\n{}", suppressed(1)));
    server.clone.commit("edit");
    server.assert_accepts(&["main"]);
    server.clone.git(&["checkout", "--quiet", "--orphan", "other"]);
    server.clone.commit("the same files without a history");
    server.assert_accepts(&["other"]);

    server.commit("listed", secret(2));
    server.assert_rejects(&["other"], &["listed:1:23"]);
    let keysieve = env!("CARGO_BIN_EXE_keysieve");
    let mut write = server.clone.command(keysieve, &server.clone.path());
    let output = write.args(["baseline", "create", "--owner", "me", "--reason", "later"]).output();
    let output = output.unwrap();
    assert!(
        server.clone.path().join(".keysieve-baseline.toml").exists(),
        "{}",
        all_output(&output)
    );
    server.clone.git(&["stash", "--quiet", "--include-untracked"]);
    server.clone.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    server.clone.git(&["stash", "pop", "--quiet"]);
    server.clone.commit("baseline");
    server.assert_accepts(&["other"]);
    server.commit("listed", secret(2));
    server.assert_accepts(&["other"]);
}

#[test]
fn the_first_push_is_judged_by_the_servers_own_policy() {
    let server = Server::new("pre-receive", "");
    server.clone.write(".keysieve.toml", EXCLUDE);
    server.commit("fixtures/leak", suppressed(1));
    server.assert_rejects(&["main"], &["fixtures/leak:2:23"]);
    let config = server.clone.home().join("server.toml");
    std::fs::write(&config, EXCLUDE).unwrap();
    server.hook("pre-receive", &format!("--config '{}'", config.display()));
    assert!(server.push(&["main"]).status.success());
}

#[test]
fn a_policy_that_cannot_be_read_can_be_repaired() {
    let server = Server::new("pre-receive", "");
    server.commit(".keysieve.toml", "no toml\n");
    server.assert_accepts(&["main"]);
    server.commit("leak", secret(1));
    server.assert_rejects(&["main"], &["leak:1:23", "cannot be used"]);
    server.clone.git(&["reset", "--quiet", "--hard", "HEAD~1"]);
    server.commit(".keysieve.toml", EXCLUDE);
    let output = server.push(&["main"]);
    assert!(output.status.success(), "{}", all_output(&output));
    server.commit("clean", "clean\n");
    server.assert_accepts(&["main"]);
}

#[test]
fn a_named_revision_or_none_is_the_policy_of_all_refs() {
    let server = Server::new("pre-receive", "--policy-from main");
    server.hook("none", "");
    server.commit(".keysieve.toml", EXCLUDE);
    server.assert_accepts(&["main"]);
    server.hook("pre-receive", "--policy-from main");
    server.clone.git(&["switch", "--quiet", "-c", "topic"]);
    server.commit("fixtures/leak", secret(1));
    assert!(server.push(&["topic"]).status.success());
    server.hook("pre-receive", "--no-repo-config");
    server.commit("fixtures/other", secret(2));
    server.assert_rejects(&["topic"], &["fixtures/other:1:23"]);
}
