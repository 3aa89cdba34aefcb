//! Repositories in a repository.

use keysieve::audit::Options;
use keysieve::report::Outcome;

use crate::support::audited::{audited, audited_with, summary};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

fn with_a_submodule() -> TempRepo {
    let repository = TempRepo::new();
    repository.git_in(repository.home(), &["init", "--quiet", "-b", "main", "library"]);
    let library = repository.home().join("library");
    std::fs::write(library.join("a.env"), format!("TOKEN={}\n", localstack_auth_token(1))).unwrap();
    repository.git_in(&library, &["add", "--all"]);
    repository.git_in(&library, &["commit", "--quiet", "-m", "Add"]);
    repository.git_in(&library, &["rm", "--quiet", "a.env"]);
    repository.git_in(&library, &["commit", "--quiet", "-m", "Remove"]);
    let allow = ["-c", "protocol.file.allow=always"];
    let add = ["submodule", "--quiet", "add", "--name", "lib/one", "../library", "vendor/library"];
    let url = library.display().to_string();
    let add = add.map(|word| if word == "../library" { url.as_str() } else { word });
    repository.git(&[&allow[..], &add[..]].concat());
    repository.commit("Add a submodule");
    repository
}

fn recursive() -> Options {
    Options { recurse_submodules: true, ..Options::default() }
}

#[test]
fn a_submodule_is_noted_and_audited_where_that_is_asked() {
    let repository = with_a_submodule();
    let report = audited(&repository.path());
    assert_eq!(report.outcome(), Outcome::Clean);
    let [note] = &report.coverage.notes[..] else { panic!("{report:?}") };
    assert!(note.contains("1 submodule skipped"), "{note}");

    let report = audited_with(&repository.path(), &recursive()).unwrap();
    assert_eq!(summary(&report), ["vendor/library/a.env:1 +Add -Remove"]);
    assert_eq!(report.coverage.notes, [] as [&str; 0]);
}

#[test]
fn a_submodule_that_is_not_here_is_a_failure() {
    let repository = with_a_submodule();
    repository.git_in(repository.home(), &["clone", "--quiet", "tree", "clone"]);
    let clone = repository.home().join("clone");
    assert_eq!(audited(&clone).outcome(), Outcome::Clean);
    let report = audited_with(&clone, &recursive()).unwrap();
    assert_eq!(report.outcome(), Outcome::Incomplete);
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    assert_eq!(failure.name, "submodule vendor/library");
    assert!(failure.reason.contains("git submodule update --init"), "{failure:?}");
}

/// `git rm` leaves the repository, whose `core.worktree` then names a folder that does not exist.
#[test]
fn a_removed_submodule_is_audited() {
    let repository = with_a_submodule();
    repository.git(&["rm", "--quiet", "-f", "vendor/library"]);
    repository.commit("Remove the submodule");
    let report = audited_with(&repository.path(), &recursive()).unwrap();
    assert_eq!(summary(&report), ["lib/one/a.env:1 +Add -Remove"], "{:?}", report.coverage);
    let git_dir = repository.path().join(".git/modules/lib/one");
    assert_eq!(summary(&audited(&git_dir)), ["a.env:1 +Add -Remove"]);
}

/// `git add` of a folder with a repository writes no `.gitmodules`.
#[test]
fn a_repository_in_the_work_tree_without_gitmodules_is_a_submodule() {
    let repository = with_a_submodule();
    let library = repository.home().join("library").display().to_string();
    repository.git(&["clone", "--quiet", &library, "embedded"]);
    repository.git(&["rm", "--quiet", "--cached", ".gitmodules"]);
    std::fs::remove_file(repository.path().join(".gitmodules")).unwrap();
    repository.git(&["-c", "advice.addEmbeddedRepo=false", "add", "--all"]);
    let report = audited(&repository.path());
    assert_eq!(report.outcome(), Outcome::Clean);
    let [note] = &report.coverage.notes[..] else { panic!("{report:?}") };
    assert!(note.contains("2 submodules skipped"), "{note}");
    let report = audited_with(&repository.path(), &recursive()).unwrap();
    let found = ["embedded/a.env:1 +Add -Remove", "lib/one/a.env:1 +Add -Remove"];
    assert_eq!(summary(&report), found, "{:?}", report.coverage);
}

#[test]
#[cfg(unix)]
fn a_link_out_of_the_work_tree_is_no_submodule() {
    let repository = with_a_submodule();
    let outside = repository.home().join("library");
    repository.git(&["clone", "--quiet", &outside.display().to_string(), "embedded"]);
    repository.git(&["-c", "advice.addEmbeddedRepo=false", "add", "embedded"]);
    std::fs::remove_dir_all(repository.path().join("embedded")).unwrap();
    std::os::unix::fs::symlink(&outside, repository.path().join("embedded")).unwrap();
    let report = audited_with(&repository.path(), &recursive()).unwrap();
    assert_eq!(summary(&report), ["vendor/library/a.env:1 +Add -Remove"]);
}
