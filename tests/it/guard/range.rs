//! What a range of commits adds, as in a pull request check, with the real git.

use crate::support;

use std::fs;
use std::process::Output;

use keysieve::findings::{HistorySource, OccurrenceSource};
use keysieve::git::GitEnvironment;
use keysieve::guard::{GuardError, guard_range};
use keysieve::policy::Policy;
use keysieve::report::Report;
use keysieve::source::Silent;
use support::guarded::{assert_clean, assert_found, engine, secret};
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

fn try_since(repository: &TempRepo, base: &str) -> Result<Report, GuardError> {
    let environment = GitEnvironment::from_folder(&repository.path());
    guard_range(&environment, base, "HEAD", &engine(), &Policy::default(), &Silent)
}

fn since(repository: &TempRepo, base: &str) -> Report {
    try_since(repository, base).unwrap()
}

/// A branch `topic` on a `main` that contains an old secret.
fn topic() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("old", secret(1));
    repository.write("kept", "kept\n");
    repository.commit("old secret");
    repository.git(&["switch", "--quiet", "-c", "topic"]);
    repository
}

/// `path: summary of the introducing commit > of the removing one, or ! if present at HEAD`.
fn stories(report: &Report) -> Vec<String> {
    let occurrences = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    let mut stories: Vec<_> = occurrences
        .map(|occurrence| {
            let OccurrenceSource::History(HistorySource { introduced, removed, at_head, .. }) =
                &occurrence.source
            else {
                panic!("{occurrence:?}")
            };
            let path = occurrence.path.clone().unwrap_or_else(|| "message".into());
            let until = removed.as_ref().map_or("", |commit| &commit.summary);
            let now = if *at_head { "!" } else { "" };
            format!("{path}: {} > {until}{now}", introduced.as_ref().unwrap().summary)
        })
        .collect();
    stories.sort();
    stories
}

#[test]
fn what_a_range_adds_is_found_even_if_it_is_removed_again() {
    let repository = topic();
    repository.write("stays", secret(2));
    repository.write("goes", secret(3));
    repository.commit("add");
    repository.write("stays", format!("edited\n{}", secret(2)));
    repository.commit("edit");
    fs::remove_file(repository.path().join("goes")).unwrap();
    repository.commit("remove");
    let report = since(&repository, "main");
    assert_eq!(stories(&report), ["goes: add > remove", "stays: add > !"]);
    assert_eq!(report.coverage.messages, 3);
    assert_clean(&since(&repository, "HEAD~2"));
}

#[test]
fn what_is_in_the_base_is_not_new() {
    let repository = topic();
    repository.git(&["mv", "old", "moved"]);
    repository.commit("rename");
    repository.write("moved", format!("edited\n{}", secret(1)));
    repository.write("copied", secret(1));
    repository.commit("copy a moved one");
    fs::remove_file(repository.path().join("moved")).unwrap();
    repository.commit("delete");
    assert_clean(&since(&repository, "main"));
    // What is in HEAD's parent but not in the base is new as well.
    repository.write("kept", secret(2));
    repository.commit("new");
    repository.git(&["mv", "kept", "elsewhere"]);
    repository.commit("move the new one");
    assert_eq!(
        stories(&since(&repository, "main")),
        ["elsewhere: move the new one > !", "kept: new > move the new one"]
    );
    assert_clean(&since(&repository, "HEAD~1"));
}

#[test]
fn what_the_base_removed_meanwhile_is_old() {
    let repository = topic();
    repository.write("old", format!("edited\n{}", secret(1)));
    repository.commit("edit");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("old", "cleaned\n");
    repository.commit("clean");
    repository.git(&["switch", "--quiet", "topic"]);
    assert_clean(&since(&repository, "main"));
}

#[test]
fn a_merge_from_the_base_adds_only_its_resolution() {
    let repository = topic();
    repository.write("kept", "topic\n");
    repository.commit("topic");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("kept", "main\n");
    repository.write("theirs", secret(2));
    repository.commit("main");
    repository.git(&["switch", "--quiet", "topic"]);
    assert!(!repository.try_git(&["merge", "--quiet", "main"]).status.success());
    repository.write("kept", "both\n");
    repository.git(&["mv", "theirs", "moved"]);
    repository.commit("merge");
    assert_clean(&since(&repository, "main"));
    repository.write("kept", secret(3));
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "--no-verify", "--amend", "-m", "evil merge"]);
    assert_eq!(stories(&since(&repository, "main")), ["kept: evil merge > !"]);
}

#[test]
fn a_message_is_scanned_and_no_secret_is_shown() {
    let repository = topic();
    let message = format!("use {}", token(4));
    repository.git(&["commit", "--quiet", "--no-verify", "--allow-empty", "-m", &message]);
    let report = since(&repository, "main");
    assert_eq!(stories(&report), ["message: use ls-******** > "]);
    assert!(!format!("{report:?}").contains(&token(4)));
}

#[test]
fn an_empty_range_is_clean_and_noted() {
    let repository = topic();
    let report = since(&repository, "main");
    assert_clean(&report);
    assert_eq!(report.coverage.notes, ["the range contains no commits: nothing to scan"]);
}

#[test]
fn every_format_of_repository_is_read() {
    for init in [&["--object-format=sha256"][..], &["--ref-format=reftable"]] {
        let init = [&["init", "--quiet", "-b", "main"], init].concat();
        let repository = TempRepo::with(&init);
        repository.write("a", "a\n");
        repository.commit("base");
        repository.write("ü a\tb", secret(1));
        repository.commit("secret");
        assert_found(&since(&repository, "HEAD~1"), &["ü a\tb:1"]);
    }
}

#[test]
fn a_missing_object_is_a_failure() {
    let repository = topic();
    repository.write("gone", "gone\n");
    repository.commit("gone");
    let id = repository.git(&["rev-parse", ":gone"]);
    fs::remove_file(repository.path().join(".git/objects").join(&id[..2]).join(&id[2..])).unwrap();
    let report = since(&repository, "main");
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    assert_eq!(failure.name, format!("blob {id}"));
}

/// keysieve at the top of a repository.
fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Output {
    let keysieve = env!("CARGO_BIN_EXE_keysieve");
    repository.command(keysieve, &repository.path()).args(arguments).output().unwrap()
}

/// A clone with these arguments of `git clone`, as a test repository.
fn cloned(origin: &TempRepo, options: &[&str]) -> TempRepo {
    let clone = TempRepo::new();
    fs::remove_dir_all(clone.path()).unwrap();
    let url = format!("file://{}", origin.path().display());
    let arguments = [&["clone", "--quiet"], options, &[&url, "tree"]].concat();
    clone.git_in(clone.home(), &arguments);
    clone
}

#[test]
fn in_a_shallow_clone_the_printed_fetch_helps() {
    let origin = topic();
    let base = origin.git(&["rev-parse", "main"]);
    origin.write("new", secret(2));
    origin.commit("new");
    origin.write("newer", "newer\n");
    origin.commit("newer");
    for name in ["origin/main", "main", &base, "HEAD~2"] {
        let clone = cloned(&origin, &["--depth=1", "--branch=topic"]);
        let output = keysieve(&clone, &["scan", "--since", name]);
        let output_text = all_output(&output);
        assert_eq!(output.status.code(), Some(2), "{output_text}");
        assert!(output_text.contains("in this shallow clone"), "{output_text}");
        let command = output_text.split('`').find(|part| part.starts_with("git fetch")).unwrap();
        let fetch: Vec<&str> = command.split(' ').skip(1).collect();
        clone.git(&fetch);
        let name = if name == "main" { "origin/main" } else { name };
        let output = keysieve(&clone, &["scan", "--since", name, "--format", "human"]);
        assert_eq!(output.status.code(), Some(1), "{command}: {}", all_output(&output));
        assert!(all_output(&output).contains("new:1:23"), "{}", all_output(&output));
    }
}

#[test]
fn for_a_base_outside_a_shallow_clone_the_printed_fetch_helps() {
    let origin = topic();
    origin.write("new", secret(2));
    origin.commit("new");
    origin.write("newer", "newer\n");
    origin.commit("newer");
    let clone = cloned(&origin, &["--depth=1", "--branch=topic", "--no-single-branch"]);
    let output = keysieve(&clone, &["scan", "--since", "origin/main"]);
    assert_eq!(output.status.code(), Some(2), "{}", all_output(&output));
    assert!(
        all_output(&output).contains("`git fetch --unshallow origin`"),
        "{}",
        all_output(&output)
    );
    clone.git(&["fetch", "--unshallow", "origin"]);
    assert_found(&since(&clone, "origin/main"), &["new:1"]);
}

#[test]
fn an_invalid_base_is_an_error() {
    let repository = topic();
    let zeros = "0".repeat(40);
    for (name, advice) in [
        ("", "such as origin/main"),
        (&zeros, "such as origin/main"),
        ("--all", "`git fetch origin +refs/heads/--all"),
        ("a;b", "'+refs/heads/a;b:"),
        ("main:old", "git log --all"),
        ("nowhere", "`git fetch origin +refs/heads/nowhere:refs/remotes/origin/nowhere`"),
    ] {
        let error = try_since(&repository, name).unwrap_err().to_string();
        assert!(error.contains("unknown revision") && error.contains(advice), "{error}");
    }
    fs::remove_dir_all(repository.path().join(".git")).unwrap();
    let error = try_since(&repository, "main").unwrap_err().to_string();
    assert!(error.contains("run keysieve inside a repository"), "{error}");
}
