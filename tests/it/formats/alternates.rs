//! `objects/info/alternates` as git reads it.

use std::fs;
use std::path::PathBuf;

use super::{assert_exits, keysieve, leaky};
use crate::support::repository::TempRepo;

/// A repository without objects of its own, whose alternates are this text.
fn borrower(repository: &TempRepo, name: &str, alternates: &str) -> PathBuf {
    repository.git_in(repository.home(), &["init", "--quiet", "-b", "main", name]);
    let folder = repository.home().join(name);
    fs::write(folder.join(".git/objects/info/alternates"), alternates).unwrap();
    let head = repository.git(&["rev-parse", "HEAD"]);
    fs::write(folder.join(".git/refs/heads/main"), format!("{head}\n")).unwrap();
    folder
}

fn lender() -> TempRepo {
    let repository = TempRepo::new();
    leaky(&repository);
    repository
}

#[test]
fn quoted_and_relative_lines_and_comments() {
    let repository = lender();
    let objects = repository.path().join(".git/objects");
    let objects = objects.display().to_string();
    let quoted = objects.replace("tree", "tr\\145e");
    for (name, text) in [
        ("plain", format!("# comment\n\n{objects}\n")),
        ("quoted", format!("\"{objects}\"\n")),
        ("escaped", format!("\"{quoted}\"\n")),
        ("slash", format!("{objects}/")),
    ] {
        let folder = borrower(&repository, name, &text);
        repository.git_in(&folder, &["cat-file", "-e", "main"]);
        assert_exits(&keysieve(&repository, &folder, &["audit"]), 1, &["a.env"]);
    }
}

#[test]
fn a_relative_path_needs_no_dot() {
    let repository = lender();
    let folder = borrower(&repository, "near", "below/objects\n");
    let below = folder.join(".git/objects/below");
    fs::create_dir_all(&below).unwrap();
    fs::rename(repository.path().join(".git/objects"), below.join("objects")).unwrap();
    repository.git_in(&folder, &["cat-file", "-e", "main"]);
    assert_exits(&keysieve(&repository, &folder, &["audit"]), 1, &["a.env"]);
}

/// Git reads the sixth alternate in a row, and not the seventh.
#[test]
fn the_depth_is_that_of_git() {
    let repository = lender();
    let mut next = repository.path().join(".git/objects");
    for depth in 1..=7 {
        let text = format!("{}\n", next.display());
        let folder = borrower(&repository, &format!("depth-{depth}"), &text);
        let by_git = repository.command("git", &folder).args(["cat-file", "-e", "main"]).status();
        let output = keysieve(&repository, &folder, &["audit"]);
        match by_git.unwrap().success() {
            true => assert_exits(&output, 1, &["a.env"]),
            false => assert_exits(&output, 2, &["nested too deep; git does not read it either"]),
        }
        assert_eq!(depth <= 6, output.status.code() == Some(1));
        next = folder.join(".git/objects");
    }
}

#[test]
fn alternates_in_a_circle() {
    let repository = lender();
    let own = repository.path().join(".git/objects");
    let folder = borrower(&repository, "other", &format!("{}\n", own.display()));
    let other = folder.join(".git/objects");
    fs::write(own.join("info/alternates"), format!("{}\n", other.display())).unwrap();
    assert_exits(&keysieve(&repository, &folder, &["audit"]), 1, &["a.env"]);
    assert_exits(&keysieve(&repository, &repository.path(), &["audit"]), 1, &["a.env"]);
}
