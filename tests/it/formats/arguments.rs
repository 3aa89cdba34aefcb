//! What the arguments of `audit` select.

use std::fs;

use super::{assert_exits, keysieve, leaky};
use crate::support::guarded::secret;
use crate::support::repository::{TempRepo, all_output};

#[test]
fn a_revision() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.git(&["tag", "v1.0"]);
    repository.git(&["switch", "--quiet", "-c", "topic/one"]);
    repository.write("c.env", secret(2));
    repository.commit("Topic");
    repository.git(&["switch", "--quiet", "main"]);
    let run = |arguments: &[&str]| keysieve(&repository, &repository.path(), arguments);
    let not_in = |arguments: &[&str], word: &str| {
        let output = run(arguments);
        assert!(!all_output(&output).contains(word), "{}", all_output(&output));
        output
    };
    assert_exits(&not_in(&["audit", "main"], "c.env"), 1, &["a.env"]);
    assert_exits(&not_in(&["audit", "HEAD~2"], "c.env"), 1, &["a.env"]);
    assert_exits(&not_in(&["audit", "v1.0..topic/one"], "a.env"), 1, &["c.env"]);
    assert_exits(&run(&["audit", "topic/one"]), 1, &["a.env", "c.env"]);
    assert_exits(&run(&["audit", ".", "topic/one"]), 1, &["a.env", "c.env"]);
    let top = repository.path().display().to_string();
    let elsewhere = keysieve(&repository, repository.home(), &["audit", &top, "HEAD~1..HEAD"]);
    assert_exits(&elsewhere, 0, &[]);
}

#[test]
fn a_path_takes_precedence() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.git(&["branch", "same", "HEAD"]);
    repository.git_in(&repository.path(), &["init", "--quiet", "same"]);
    let output = keysieve(&repository, &repository.path(), &["audit", "same"]);
    assert_exits(&output, 0, &[]);
}

#[test]
fn neither_a_path_nor_a_revision() {
    let repository = TempRepo::new();
    leaky(&repository);
    let run = |arguments: &[&str]| keysieve(&repository, &repository.path(), arguments);
    let words = ["`typo` is neither an existing file or folder nor a revision"];
    assert_exits(&run(&["audit", "typo"]), 2, &words);
    assert_exits(&run(&["audit", "../typo"]), 2, &["../typo does not exist"]);
    assert_exits(&run(&["audit", "main..typo"]), 2, &["unknown revision `typo`"]);
    assert_exits(&run(&["audit", "main", "HEAD"]), 2, &["at most one revision or range"]);
    let plain = tempfile::tempdir().unwrap();
    let output = keysieve(&repository, plain.path(), &["audit", "typo"]);
    assert_exits(&output, 2, &["`typo` does not exist", "not in a git repository"]);
}

#[test]
fn a_file_without_a_history() {
    let repository = TempRepo::new();
    leaky(&repository);
    fs::write(repository.path().join("empty"), "").unwrap();
    let run = |arguments: &[&str]| keysieve(&repository, &repository.path(), arguments);
    for file in ["b", "empty", ".git/HEAD"] {
        assert_exits(&run(&["audit", file]), 2, &["neither a folder nor a git bundle or pack"]);
    }
}

#[test]
fn a_git_file_is_the_repository_that_it_names() {
    let repository = TempRepo::new();
    leaky(&repository);
    repository.git(&["worktree", "add", "--quiet", "--detach", "../linked"]);
    let git_file = repository.home().join("linked/.git").display().to_string();
    let output = keysieve(&repository, repository.home(), &["audit", &git_file]);
    assert_exits(&output, 1, &["a.env"]);
}
