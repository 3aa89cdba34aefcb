//! Every place beside the objects in which a token can be, each with a token of its own.

use std::fs;

use super::{clean, json, local, plant};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, write_script};
use crate::support::tokens::localstack_auth_token as token;

/// Files below the work tree, and the kind that each is reported as.
const PLACES: [(&str, &str); 77] = [
    (".git/config.worktree", "config"),
    (".git/config~", "config"),
    (".git/config.lock", "config"),
    (".git/modules/lib/config", "config"),
    (".git/modules/lib/COMMIT_EDITMSG", "message"),
    (".git/modules/lib/logs/HEAD", "reflog"),
    (".git/modules/a/b/config", "config"),
    (".git/modules/lib/modules/inner/config", "config"),
    (".git/logs/HEAD", "reflog"),
    (".git/logs/refs/heads/main", "reflog"),
    (".git/logs/refs/heads/test/examples", "reflog"),
    (".git/logs/refs/stash", "reflog"),
    (".git/FETCH_HEAD", "fetch-head"),
    (".git/packed-refs", "refs"),
    (".git/refs/heads/broken", "refs"),
    (".git/description", "other"),
    (".git/info/exclude", "other"),
    (".git/info/attributes", "other"),
    (".git/info/sparse-checkout", "other"),
    (".git/info/refs", "other"),
    (".git/hooks/pre-commit", "hook"),
    (".git/hooks/update.sample", "hook"),
    (".git/hooks/lib/helper.sh", "hook"),
    (".git/COMMIT_EDITMSG", "message"),
    (".git/MERGE_MSG", "message"),
    (".git/SQUASH_MSG", "message"),
    (".git/TAG_EDITMSG", "message"),
    (".git/NOTES_EDITMSG", "message"),
    (".git/EDIT_DESCRIPTION", "message"),
    (".git/addp-hunk-edit.diff", "message"),
    (".git/ADD_EDIT.patch", "message"),
    (".git/.COMMIT_EDITMSG.swp", "message"),
    (".git/COMMIT_EDITMSG.save", "message"),
    (".git/COMMIT_EDITMSG~", "message"),
    (".git/worktrees/linked/COMMIT_EDITMSG", "message"),
    (".git/worktrees/linked/config.worktree", "config"),
    (".git/worktrees/linked/logs/HEAD", "reflog"),
    (".git/worktrees/linked/rebase-merge/message", "rebase"),
    (".git/rebase-merge/patch", "rebase"),
    (".git/rebase-merge/message", "rebase"),
    (".git/rebase-merge/git-rebase-todo", "rebase"),
    (".git/rebase-apply/patch", "rebase"),
    (".git/rebase-apply/0001", "rebase"),
    (".git/rebase-apply/final-commit", "rebase"),
    (".git/sequencer/todo", "rebase"),
    (".git/BISECT_RUN", "rebase"),
    (".git/BISECT_LOG", "rebase"),
    (".git/rr-cache/0123456789012345678901234567890123456789/preimage", "rerere"),
    (".git/rr-cache/0123456789012345678901234567890123456789/postimage", "rerere"),
    (".git/lfs/objects/ab/cd/abcd", "lfs"),
    (".git/lfs/incomplete/abcd", "lfs"),
    (".git/lfs/tmp/abcd", "lfs"),
    (".git/lfs/cache/locks/refs/heads/main/verifiable", "lfs"),
    (".git/annex/objects/1a/2b/SHA256E-s70--ab.env/SHA256E-s70--ab.env", "annex"),
    (".git/annex/journal/remote.log", "annex"),
    (".git/annex/creds/0123", "annex"),
    (".git/git-crypt/keys/default", "other"),
    (".git/gitbutler/state.toml", "other"),
    (".git/sl/store/requires", "other"),
    (".git/svn/.metadata", "other"),
    (".git/filter-repo/analysis/path-all-sizes.txt", "other"),
    (".git/filter-repo/commit-map", "other"),
    (".git/subtree-cache/1/map", "other"),
    (".git/branches/origin", "other"),
    (".git/remotes/origin", "other"),
    (".git/gc.log", "other"),
    (".git/gitk.cache", "other"),
    (".git/shallow.bak", "other"),
    (".git/unheard-of/folder/file", "other"),
    (".git/objects/info/http-alternates", "other"),
    (".git/objects/info/packs", "other"),
    (".git/objects/pack/pack-0.promisor", "other"),
    (".git/objects/pack/pack-0.keep", "other"),
    (".git/objects/notes.txt", "other"),
    (".jj/repo/config.toml", "jj"),
    (".jj/repo/op_store/operations/0123", "jj"),
    (".jj/repo/op_heads/heads/0123", "jj"),
];

/// A repository with a submodule and a linked worktree.
fn with_everything() -> TempRepo {
    let repository = clean();
    for name in ["lib", "a/b", "lib/modules/inner"] {
        let folder = format!(".git/modules/{name}");
        repository.git(&["init", "--quiet", "--bare", &folder]);
    }
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    repository
}

#[test]
fn every_place_is_scanned() {
    let repository = with_everything();
    let top = repository.path();
    let mut expected = Vec::new();
    for (seed, (path, kind)) in PLACES.iter().enumerate() {
        let before = fs::read_to_string(top.join(path)).unwrap_or_default();
        plant(&top, path, format!("{before}# {}", secret(seed as u64 + 1)));
        expected.push(format!("{path}:{} {kind}", before.lines().count() + 1));
    }
    expected.sort();
    let [(report, code), whole, full] = ["delta", "whole", "full"]
        .map(|reader| json(&repository, &top, &["--history-reader", reader]));
    assert_eq!(local(&report), expected);
    assert_eq!(code, 1);
    assert_eq!((&report, &report), (&whole.0, &full.0));
    assert_eq!(report["coverage"]["failures"], serde_json::json!([]));
    let text = report.to_string();
    assert!((0..PLACES.len() as u64).all(|seed| !text.contains(&token(seed + 1))));
}

/// Settings that may contain a token.
#[test]
fn every_setting_is_scanned() {
    let repository = clean();
    let settings = [
        ("remote.a.url", format!("https://user:{}@example.com/a.git", token(1))),
        ("remote.b.token", token(2)),
        (&format!("url.https://{}@example.com/.insteadOf", token(3)), "x:".to_owned()),
        ("http.https://a.example.extraHeader", format!("Authorization: Bearer {}", token(4))),
        ("credential.helper", format!("!f() {{ echo password={}; }}; f", token(5))),
        ("alias.deploy", format!("!curl -H 'X-Token: {}' a.example", token(6))),
        ("branch.main.description", format!("see {}", token(7))),
    ];
    for (name, value) in &settings {
        repository.git(&["config", name, value]);
    }
    let (report, code) = json(&repository, &repository.path(), &[]);
    assert_eq!((local(&report).len(), code), (settings.len(), 1), "{report:#}");
}

/// A message that an interrupted commit leaves, and what `git commit -v` adds to it.
#[test]
fn a_message_of_a_failed_commit_is_scanned() {
    let repository = clean();
    repository.write("a.env", secret(1));
    repository.git(&["add", "--all"]);
    let hook = repository.path().join(".git/hooks/commit-msg");
    write_script(&hook, "#!/bin/sh\nexit 1\n");
    let commit = ["-c", "core.editor=true", "commit", "-v", "-m", "Add", "-e"];
    assert!(!repository.try_git(&commit).status.success());
    let (report, code) = json(&repository, &repository.path(), &[]);
    let found = local(&report);
    assert_eq!(code, 1);
    assert!(found.len() == 1 && found[0].starts_with(".git/COMMIT_EDITMSG:"), "{found:?}");
}

/// What git itself writes contains nothing that looks like a secret.
#[test]
fn a_repository_at_work_is_clean() {
    let repository = clean();
    for branch in ["token", "fix/api-key", "secret", "password"] {
        repository.git(&["switch", "--quiet", "-c", branch]);
        repository.write(branch, branch);
        repository.commit("Rotate the api_key and the password");
        repository.git(&["tag", &format!("{branch}-tag")]);
    }
    repository.git(&["clone", "--quiet", ".", "../clone"]);
    let clone = repository.home().join("clone");
    repository.git_in(&clone, &["fetch", "--quiet", "--all"]);
    repository.git_in(&clone, &["pack-refs", "--all"]);
    repository.git_in(&clone, &["gc", "--quiet"]);
    repository.git_in(&clone, &["commit-graph", "write", "--reachable"]);
    repository.git_in(&clone, &["multi-pack-index", "write", "--bitmap"]);
    for folder in [repository.path(), clone] {
        let (report, code) = json(&repository, &folder, &["--min-confidence", "low"]);
        assert_eq!((local(&report), code), (vec![], 0), "{report:#}");
        let coverage = &report["coverage"];
        assert_eq!((&coverage["binary"], &coverage["special"]), (&0.into(), &0.into()));
        assert!(coverage["local"].as_u64() > Some(5), "{coverage:#}");
    }
}
