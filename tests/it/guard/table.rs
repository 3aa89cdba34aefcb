//! Every way to make a commit, with every format of git's index, refs and ids: the installed hook
//! blocks what adds a credential and passes the rest.
#![cfg(unix)]

use crate::support;

use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::{Output, Stdio};

use support::guarded::{assert_clean, assert_found, guarded, listing, secret};
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

/// A repository with files in two folders, one of them with an old secret, and our hook. `shape`
/// gives it its format.
struct Form {
    name: &'static str,
    init: &'static [&'static str],
    shape: fn(&TempRepo),
}

const FORMS: [Form; 9] = [
    Form { name: "as git makes it", init: &[], shape: |_| {} },
    Form { name: "index version 4", init: &[], shape: version_4 },
    Form { name: "split index", init: &[], shape: split },
    Form { name: "sparse checkout", init: &[], shape: sparse_checkout },
    Form { name: "sparse index", init: &[], shape: sparse_index },
    Form { name: "untracked cache", init: &[], shape: untracked_cache },
    Form { name: "SHA-256", init: &["--object-format=sha256"], shape: |_| {} },
    Form { name: "reftable", init: &["--ref-format=reftable"], shape: |_| {} },
    Form {
        name: "reftable and SHA-256",
        init: &["--ref-format=reftable", "--object-format=sha256"],
        shape: |_| {},
    },
];

fn version_4(repository: &TempRepo) {
    repository.git(&["config", "index.version", "4"]);
    repository.git(&["update-index", "--index-version", "4"]);
}

fn split(repository: &TempRepo) {
    repository.git(&["config", "core.splitIndex", "true"]);
    // Keeps entries in both parts.
    repository.git(&["config", "splitIndex.maxPercentChange", "90"]);
    repository.git(&["update-index", "--split-index"]);
}

fn sparse_checkout(repository: &TempRepo) {
    repository.git(&["sparse-checkout", "set", "--cone", "--no-sparse-index", "in"]);
}

fn sparse_index(repository: &TempRepo) {
    repository.git(&["sparse-checkout", "set", "--cone", "--sparse-index", "in"]);
}

fn untracked_cache(repository: &TempRepo) {
    repository.git(&["config", "core.untrackedCache", "true"]);
    repository.git(&["config", "core.fsmonitor", "true"]);
    repository.git(&["-c", "core.fsmonitor=false", "status"]);
    repository.git(&["config", "core.fsmonitor", "false"]);
}

impl Form {
    /// `None`, with a message, if this git does not support the format.
    fn repository(&self) -> Option<TempRepo> {
        let init = [&["init", "--quiet", "-b", "main"], self.init].concat();
        let Some(repository) = TempRepo::try_with(&init) else {
            eprintln!("SKIPPED: this git makes no repository of the form {}", self.name);
            return None;
        };
        let lines: String = (0..40).map(|line| format!("{line}\n")).collect();
        repository.write("in/a", &lines);
        repository.write("in/b", "b\n");
        repository.write("in/sub/c", "c\n");
        repository.write("in/old", secret(90));
        repository.write("out/deep/d", secret(91));
        repository.write("out/e", "e\n");
        repository.commit("base");
        (self.shape)(&repository);
        let output = keysieve(&repository, &["hook", "install"]);
        assert!(output.status.success(), "{}: {}", self.name, all_output(&output));
        Some(repository)
    }
}

fn keysieve(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.args(arguments).env_remove("PRE_COMMIT").output().unwrap()
}

/// A way to make a commit, and its outcome.
type Way = fn(&TempRepo);

const WAYS: [(&str, Way); 14] = [
    ("commit", staged),
    ("commit --all", all),
    ("commit --patch", patch),
    ("commit --only", only),
    ("commit --amend", amend),
    ("commit --allow-empty", empty),
    ("rebase", rebase),
    ("cherry-pick", cherry_pick),
    ("merge", merge),
    ("worktree", worktree),
    ("submodule", submodule),
    ("symbolic link", link),
    ("rename and delete", rename),
    ("HEAD moved under the index", moved_head),
];

/// One thread per format: git takes most of the time.
#[test]
fn every_way_in_every_form() {
    std::thread::scope(|scope| {
        for form in &FORMS {
            scope.spawn(move || {
                for (name, way) in WAYS {
                    if let Some(repository) = form.repository() {
                        eprintln!("{}: {name}", form.name);
                        way(&repository);
                    }
                }
            });
        }
    });
}

/// Our own readers list what is staged, which is faster than git.
#[test]
fn no_form_needs_the_git_executable() {
    for form in &FORMS {
        let Some(repository) = form.repository() else { continue };
        repository.write("in/b", secret(1));
        repository.git(&["add", "in/b"]);
        let report = guarded(&repository);
        assert_found(&report, &["in/b:1"]);
        assert_eq!(report.coverage.notes, [] as [&str; 0], "{}", form.name);
    }
}

/// A commit, or another command that makes one, is blocked for these locations only, and nothing
/// is written.
#[track_caller]
fn blocked(repository: &TempRepo, folder: &Path, arguments: &[&str], locations: &[&str]) {
    let mut command = repository.command("git", folder);
    let output = command.args(arguments).env("GIT_EDITOR", "true").output().unwrap();
    assert!(!output.status.success(), "{arguments:?} passed: {}", all_output(&output));
    let printed = all_output(&output);
    for location in locations {
        assert!(printed.contains(&format!("{location}:")), "{arguments:?}, {location}: {printed}");
    }
    let count = match locations.len() {
        1 => "1 credential in ".to_owned(),
        more => format!("{more} credentials in "),
    };
    assert!(printed.contains(&count), "{arguments:?}: {printed}");
}

#[track_caller]
fn passes(repository: &TempRepo, arguments: &[&str]) {
    let mut command = repository.command("git", &repository.path());
    let output = command.args(arguments).env("GIT_EDITOR", "true").output().unwrap();
    assert!(output.status.success(), "{arguments:?}: {}", all_output(&output));
}

fn staged(repository: &TempRepo) {
    let top = repository.path();
    repository.write("in/b", secret(1));
    repository.write("in/new/f", format!("\n{}", secret(2)));
    repository.git(&["add", "in/b", "in/new/f"]);
    repository.write("in/b", "b, but not staged\n");
    blocked(repository, &top, &["commit", "-m", "x"], &["in/b:1", "in/new/f:2"]);
    repository.write("in/new/f", "f\n");
    repository.git(&["add", "in"]);
    passes(repository, &["commit", "--quiet", "-m", "x"]);
    repository.write("in/new/f", secret(3));
    repository.git(&["add", "in/new/f"]);
    blocked(repository, &top, &["commit", "-m", "x"], &["in/new/f:1"]);
}

fn all(repository: &TempRepo) {
    repository.write("in/b", secret(1));
    repository.write("in/untracked", secret(2));
    blocked(repository, &repository.path(), &["commit", "-am", "x"], &["in/b:1"]);
    repository.write("in/b", "other\n");
    repository.write("in/old", format!("one more line\n{}", secret(90)));
    passes(repository, &["commit", "--quiet", "-am", "x"]);
}

fn patch(repository: &TempRepo) {
    let a = fs::read_to_string(repository.path().join("in/a")).unwrap();
    repository.write("in/a", format!("{}{a}{}", secret(1), secret(2)));
    for (answers, expected) in [("n\ny\n", "in/a:41"), ("y\nn\n", "in/a:1")] {
        let mut command = repository.command("git", &repository.path());
        command.args(["commit", "-p", "-m", "x"]).stdin(Stdio::piped());
        let mut commit = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        commit.stdin.take().unwrap().write_all(answers.as_bytes()).unwrap();
        let output = commit.wait_with_output().unwrap();
        assert!(!output.status.success(), "{}", all_output(&output));
        assert!(all_output(&output).contains(&format!("{expected}:")), "{}", all_output(&output));
        assert!(all_output(&output).contains("1 credential in "), "{}", all_output(&output));
    }
}

fn only(repository: &TempRepo) {
    let top = repository.path();
    repository.write("in/b", secret(1));
    repository.git(&["add", "in/b"]);
    repository.write("in/sub/c", secret(2));
    blocked(repository, &top, &["commit", "-m", "x", "--only", "in/sub/c"], &["in/sub/c:1"]);
    blocked(repository, &top.join("in/sub"), &["commit", "-m", "x", "c"], &["in/sub/c:1"]);
    blocked(
        repository,
        &top,
        &["commit", "-m", "x", "--include", "in/sub/c"],
        &["in/b:1", "in/sub/c:1"],
    );
    repository.write("in/sub/c", "other\n");
    passes(repository, &["commit", "--quiet", "-m", "x", "--only", "in/sub/c"]);
}

fn amend(repository: &TempRepo) {
    repository.write("in/b", "more\n");
    passes(repository, &["commit", "--quiet", "-am", "more"]);
    repository.write("in/b", secret(1));
    repository.git(&["add", "in/b"]);
    let arguments = ["commit", "--amend", "--no-edit"];
    blocked(repository, &repository.path(), &arguments, &["in/b:1"]);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "leak"]);
    repository.write("in/b", format!("{}more\n", secret(1)));
    repository.git(&["add", "in/b"]);
    passes(repository, &["commit", "--quiet", "--amend", "--no-edit"]);
}

fn empty(repository: &TempRepo) {
    let output = repository.try_git(&["commit", "--allow-empty", "-m", "x"]);
    assert!(output.status.success(), "{}", all_output(&output));
    assert!(
        all_output(&output).contains("nothing is staged: nothing to scan"),
        "{}",
        all_output(&output)
    );
    repository.git(&["rm", "--quiet", "in/old"]);
    let output = repository.try_git(&["commit", "-m", "x"]);
    assert!(output.status.success(), "{}", all_output(&output));
    assert!(
        all_output(&output).contains("the staged changes add no content"),
        "{}",
        all_output(&output)
    );
}

/// An amended commit during an interactive rebase is scanned like any other.
fn rebase(repository: &TempRepo) {
    for text in ["one\n", "two\n"] {
        repository.write("in/b", text);
        passes(repository, &["commit", "--quiet", "-am", text]);
    }
    let mut command = repository.command("git", &repository.path());
    command.args(["rebase", "--quiet", "-i", "HEAD~2"]);
    let output = command.env("GIT_SEQUENCE_EDITOR", "sed -i '1s/^pick/edit/'").output().unwrap();
    assert!(output.status.success(), "{}", all_output(&output));
    repository.write("in/sub/c", secret(1));
    repository.git(&["add", "in/sub/c"]);
    let arguments = ["commit", "--amend", "--no-edit"];
    blocked(repository, &repository.path(), &arguments, &["in/sub/c:1"]);
    repository.write("in/sub/c", "harmless\n");
    repository.git(&["add", "in/sub/c"]);
    passes(repository, &["commit", "--quiet", "--amend", "--no-edit"]);
    passes(repository, &["rebase", "--continue"]);
    assert_eq!(repository.git(&["show", "HEAD:in/b"]), "two");
}

/// A side branch with a secret in two commits, one of which main has changed too.
fn branches(repository: &TempRepo) {
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("in/sub/c", format!("side\n{}", secret(1)));
    repository.write("in/theirs", secret(2));
    repository.git(&["add", "in"]);
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "side"]);
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("in/sub/c", "main\n");
    passes(repository, &["commit", "--quiet", "-am", "main"]);
}

/// A picked commit is new here.
fn cherry_pick(repository: &TempRepo) {
    branches(repository);
    assert!(!repository.try_git(&["cherry-pick", "side"]).status.success());
    let report = guarded(repository);
    assert!(report.coverage.failures.iter().any(|failure| failure.name == "in/sub/c"));
    repository.write("in/sub/c", format!("both\n{}", secret(1)));
    repository.git(&["add", "in/sub/c"]);
    let locations = ["in/sub/c:2", "in/theirs:1"];
    blocked(repository, &repository.path(), &["commit", "-m", "x"], &locations);
    repository.write("in/sub/c", "both\n");
    repository.git(&["add", "in/sub/c"]);
    repository.git(&["rm", "--quiet", "--cached", "in/theirs"]);
    passes(repository, &["commit", "--quiet", "-m", "x"]);
}

/// What the other side adds is not new.
fn merge(repository: &TempRepo) {
    branches(repository);
    assert!(!repository.try_git(&["merge", "--quiet", "side"]).status.success());
    repository.write("in/sub/c", format!("both\n{}{}", secret(3), secret(1)));
    repository.git(&["add", "in/sub/c"]);
    blocked(repository, &repository.path(), &["commit", "-m", "x"], &["in/sub/c:2"]);
    repository.write("in/sub/c", format!("both\n{}", secret(1)));
    repository.git(&["add", "in/sub/c"]);
    passes(repository, &["commit", "--quiet", "-m", "x"]);
    let parents = repository.git(&["rev-parse", "HEAD^2"]);
    assert_eq!(parents, repository.git(&["rev-parse", "side"]));
}

fn worktree(repository: &TempRepo) {
    repository.git(&["worktree", "add", "--quiet", "../linked"]);
    let linked = repository.home().join("linked");
    fs::write(linked.join("in/b"), secret(1)).unwrap();
    repository.git_in(&linked, &["add", "in/b"]);
    blocked(repository, &linked, &["commit", "-m", "x"], &["in/b:1"]);
    assert_clean(&guarded(repository));
}

fn submodule(repository: &TempRepo) {
    let other = repository.home().join("other");
    let format = repository.git(&["rev-parse", "--show-object-format"]);
    let format = format!("--object-format={format}");
    repository.git_in(repository.home(), &["init", "--quiet", "-b", "main", &format, "other"]);
    repository.git_in(&other, &["commit", "--quiet", "--allow-empty", "-m", "one"]);
    let other = other.to_str().unwrap();
    let allow = "protocol.file.allow=always";
    repository.git(&["-c", allow, "submodule", "--quiet", "add", other, "in/module"]);
    passes(repository, &["commit", "--quiet", "-m", "submodule"]);
    let module = repository.path().join("in/module");
    repository.git_in(&module, &["commit", "--quiet", "--allow-empty", "-m", "two"]);
    repository.git(&["add", "in/module"]);
    let report = guarded(repository);
    assert_clean(&report);
    assert_eq!((report.coverage.special, report.coverage.blobs), (1, 0));
    passes(repository, &["commit", "--quiet", "-m", "pointer"]);
}

fn link(repository: &TempRepo) {
    std::os::unix::fs::symlink(token(1), repository.path().join("in/link")).unwrap();
    repository.git(&["add", "in/link"]);
    blocked(repository, &repository.path(), &["commit", "-m", "x"], &["in/link:1"]);
}

fn rename(repository: &TempRepo) {
    repository.git(&["mv", "in/old", "in/sub/new"]);
    repository.write("in/sub/new", format!("moved\n{}", secret(90)));
    repository.git(&["add", "in/sub/new"]);
    repository.git(&["rm", "--quiet", "in/a"]);
    passes(repository, &["commit", "--quiet", "-m", "x"]);
    repository.write("in/b", secret(90));
    repository.git(&["add", "in/b"]);
    blocked(repository, &repository.path(), &["commit", "-m", "x"], &["in/b:1"]);
}

/// `git reset --soft` leaves an index that differs from HEAD, with nothing checked out.
fn moved_head(repository: &TempRepo) {
    let tree = ["ls-tree", "-r", "HEAD"];
    let before = repository.git(&tree);
    let blob = repository.home().join("blob");
    fs::write(&blob, secret(1)).unwrap();
    let id = repository.git(&["hash-object", "-w", blob.to_str().unwrap()]);
    let index = repository.home().join("index");
    let with = |arguments: &[&str]| {
        let mut command = repository.command("git", &repository.path());
        let output = command.args(arguments).env("GIT_INDEX_FILE", &index).output().unwrap();
        assert!(output.status.success(), "{}", all_output(&output));
        String::from_utf8(output.stdout).unwrap().trim_end().to_owned()
    };
    with(&["read-tree", "HEAD"]);
    with(&["update-index", "--add", "--cacheinfo", &format!("100644,{id},out/deep/leak")]);
    let leak = with(&["commit-tree", "-p", "HEAD", "-m", "leak", &with(&["write-tree"])]);
    repository.git(&["reset", "--quiet", "--hard", &leak]);
    repository.git(&["reset", "--quiet", "--soft", "HEAD~1"]);
    assert_eq!(repository.git(&tree), before);
    let files = listing(&repository.path().join(".git"));
    assert_found(&guarded(repository), &["out/deep/leak:1"]);
    assert_eq!(files, listing(&repository.path().join(".git")));
    blocked(repository, &repository.path(), &["commit", "-m", "x"], &["out/deep/leak:1"]);
}
