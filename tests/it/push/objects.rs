//! What a push sends besides branches: tags, trees, blobs, headers; and what a partial clone lacks.

use super::{assert_blocked, assert_passes, with_two_remotes, write_hook};
use crate::support;

use std::fs;

use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

/// A repository without a secret.
fn clean() -> TempRepo {
    let repository = with_two_remotes();
    repository.write("old", "clean\n");
    repository.git(&["add", "old"]);
    repository.git(&["commit", "--quiet", "--amend", "-m", "clean"]);
    repository
}

#[test]
fn tags_that_follow_a_branch_are_scanned() {
    let repository = clean();
    repository.git(&["tag", "-a", "v1", "-m", &format!("use {}", token(2))]);
    assert_blocked(&repository, &["--follow-tags", "public", "main"], &["message of tag v1:1:5"]);
    assert_passes(&repository, &["public", "main"]);
    assert_blocked(&repository, &["--tags", "public"], &["message of "]);
    assert_blocked(&repository, &["public", "v1"], &["message of "]);
}

#[test]
fn trees_and_blobs_that_a_ref_refers_to_are_scanned() {
    let repository = clean();
    repository.git(&["tag", "clean-tree", "HEAD^{tree}"]);
    repository.write("deep/er/leak", secret(2));
    repository.git(&["add", "deep"]);
    let tree = repository.git(&["write-tree"]);
    repository.git(&["reset", "--quiet"]);
    repository.git(&["tag", "tree", &tree]);
    repository.git(&["tag", "-a", "annotated", "-m", "of a tree", &tree]);
    repository.git(&["update-ref", "refs/keys/blob", &format!("{tree}:deep/er/leak")]);
    assert_passes(&repository, &["public", "clean-tree"]);
    for name in ["tree", "annotated"] {
        assert_blocked(&repository, &["public", name], &["deep/er/leak:1:23"]);
    }
    let blob = ["ref refs/keys/blob:1:23"];
    assert_blocked(&repository, &["public", "refs/keys/blob"], &blob);
    assert_blocked(&repository, &["--mirror", "public"], &["1 credential in 2 locations"]);
}

#[test]
fn a_merged_tag_and_the_people_are_sent_too() {
    let repository = clean();
    repository.git(&["push", "--quiet", "public", "main"]);
    // What git writes of a signed tag that is merged.
    let commit = repository.git(&["cat-file", "commit", "HEAD"]);
    let header = format!("\nmergetag object 1\n type commit\n \n use {}\n\n", token(3));
    repository.write("commit", commit.replacen("\n\n", &header, 1) + "\n");
    let merge = repository.git(&["hash-object", "-t", "commit", "-w", "--literally", "commit"]);
    let merge = format!("{merge}:refs/heads/merged");
    assert_blocked(&repository, &["public", &merge], &["header of commit"]);
    let author = format!("{} <a@b>", token(4));
    let commit = ["commit", "--quiet", "--allow-empty", "-m", "empty", "--author", &author];
    repository.git(&commit);
    assert_blocked(&repository, &["public", "main"], &["author or committer of commit"]);
}

#[test]
fn the_name_of_a_new_ref_is_sent() {
    let repository = clean();
    assert_passes(&repository, &["public", "main"]);
    let named = format!("main:refs/heads/try/{}", token(5));
    let words = ["name of ref refs/heads/try/ls-********", "a ref whose name does not contain"];
    let blocked = assert_blocked(&repository, &["public", &named], &words);
    assert!(!all_output(&blocked).contains("keysieve:allow"), "{}", all_output(&blocked));
    repository.git(&["push", "--quiet", "--no-verify", "public", &named]);
    repository.write("new", "new\n");
    repository.commit("new");
    assert_passes(&repository, &["public", &named]);
}

/// A partial clone of a repository with two versions of a file, without the older one.
fn partial_clone(origin: &TempRepo) -> TempRepo {
    origin.write("large", "one\n");
    origin.commit("one");
    origin.write("large", "two\n");
    origin.commit("two");
    origin.git(&["config", "uploadpack.allowFilter", "true"]);
    origin.git(&["config", "receive.denyCurrentBranch", "ignore"]);
    let clone = TempRepo::new();
    fs::remove_dir_all(clone.path()).unwrap();
    let url = format!("file://{}", origin.path().display());
    clone.git_in(clone.home(), &["clone", "--quiet", "--filter=blob:none", &url, "tree"]);
    write_hook(&clone.path().join(".git/hooks/pre-push"), "--stage pre-push \"$@\"");
    clone
}

#[test]
fn a_partial_clone_sends_its_origin_only_what_it_has() {
    let origin = TempRepo::new();
    let clone = partial_clone(&origin);
    // Without its tracking ref the clone does not know that the commits are there.
    clone.git(&["update-ref", "-d", "refs/remotes/origin/HEAD"]);
    clone.git(&["update-ref", "-d", "refs/remotes/origin/main"]);
    let output = clone.try_git(&["push", "origin", "main:topic"]);
    let text = all_output(&output);
    assert!(output.status.success(), "{text}");
    assert!(text.contains("origin has them already"), "{text}");
    clone.write("new", secret(2));
    clone.commit("new");
    assert_blocked(&clone, &["origin", "main:other"], &["new:1:23"]);
}

#[test]
fn to_another_remote_a_partial_clone_sends_what_it_lacks() {
    let origin = TempRepo::new();
    let clone = partial_clone(&origin);
    clone.git_in(clone.home(), &["init", "--quiet", "--bare", "public.git"]);
    clone.git(&["remote", "add", "public", "../public.git"]);
    let words = ["could not scan", "git fetch --refetch --no-filter"];
    assert_blocked(&clone, &["public", "main"], &words);
    clone.git(&["fetch", "--quiet", "--refetch", "--no-filter"]);
    assert_passes(&clone, &["public", "main"]);
}
