//! Every layout of a repository: bare, linked, shared, shallow, partial, empty.

use std::fs;

use keysieve::audit::{AuditError, Options, audit};
use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::policy::Policy;
use keysieve::report::Outcome;
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::Silent;

use crate::support::audited::{agreed, audited, audited_with, ranged, summary, summary_of};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

const EXPECTED: [&str; 1] = ["a.env:1 +Add -Remove"];

/// A secret that was added and removed; a third commit is on top.
fn leaky() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.commit("Add");
    repository.git(&["rm", "--quiet", "a.env"]);
    repository.commit("Remove");
    repository.write("b", "");
    repository.commit("Go on");
    repository
}

fn error_at(path: &std::path::Path) -> String {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    let result = audit(path, &Options::default(), &engine, &Policy::default(), &Silent);
    let error: AuditError = result.map(|report| format!("{report:?}")).unwrap_err();
    error.to_string()
}

#[test]
fn a_repository_is_found_from_a_folder_inside_it() {
    let repository = leaky();
    repository.write("deep/er/file", "");
    assert_eq!(summary_of(&repository.path().join("deep/er")), EXPECTED);
    assert_eq!(summary_of(&repository.path().join(".git")), EXPECTED);
}

#[test]
fn a_bare_repository() {
    let repository = leaky();
    repository.git_in(repository.home(), &["clone", "--quiet", "--bare", "tree", "bare"]);
    assert_eq!(summary_of(&repository.home().join("bare")), EXPECTED);
}

#[test]
fn a_linked_worktree_has_a_head_of_its_own() {
    let repository = leaky();
    repository.git(&["worktree", "add", "--quiet", "--detach", "../linked", "HEAD~2"]);
    assert_eq!(summary_of(&repository.home().join("linked")), ["a.env:1 +Add @HEAD"]);
    assert_eq!(summary_of(&repository.path()), EXPECTED);
}

#[test]
fn a_git_file_leads_to_the_repository() {
    let repository = leaky();
    let moved = repository.home().join("elsewhere.git");
    fs::rename(repository.path().join(".git"), &moved).unwrap();
    repository.write(".git", format!("gitdir: {}\n", moved.display()));
    assert_eq!(summary_of(&repository.path()), EXPECTED);
}

#[test]
fn alternates_are_read_and_missing_ones_are_a_failure() {
    let repository = leaky();
    repository.git_in(repository.home(), &["clone", "--quiet", "--shared", "tree", "shared"]);
    let shared = repository.home().join("shared");
    assert_eq!(summary_of(&shared), EXPECTED);

    fs::rename(repository.path(), repository.home().join("gone")).unwrap();
    let report = audited(&shared);
    assert_eq!(report.outcome(), Outcome::Incomplete);
    let failure = &report.coverage.failures[0];
    assert!(failure.name.starts_with("alternate "), "{failure:?}");
    assert!(failure.reason.contains("missing"), "{failure:?}");
}

#[test]
fn a_relative_alternate_is_read() {
    let repository = leaky();
    repository.git_in(repository.home(), &["init", "--quiet", "other"]);
    let other = repository.home().join("other");
    let alternates = other.join(".git/objects/info/alternates");
    fs::write(&alternates, "../../../tree/.git/objects\n").unwrap();
    assert_eq!(summary_of(&other), EXPECTED);
}

#[test]
fn an_empty_repository_is_clean() {
    let repository = TempRepo::new();
    let report = audited(&repository.path());
    assert_eq!(report.outcome(), Outcome::Clean);
    assert_eq!(report.coverage.blobs, 0);
}

#[test]
fn a_shallow_clone_is_noted() {
    let repository = leaky();
    let url = format!("file://{}", repository.path().display());
    let clone = ["clone", "--quiet", "--depth=2", &url, "shallow"];
    repository.git_in(repository.home(), &clone);
    let report = audited(&repository.home().join("shallow"));
    assert_eq!(report.outcome(), Outcome::Clean);
    let removed = repository.git(&["rev-parse", "HEAD^"]);
    let [note] = &report.coverage.notes[..] else { panic!("{report:?}") };
    assert!(note.contains(&removed) && note.contains("git fetch --unshallow"), "{note}");

    let whole = ["fetch", "--quiet", "--unshallow"];
    repository.git_in(&repository.home().join("shallow"), &whole);
    assert_eq!(summary_of(&repository.home().join("shallow")), EXPECTED);
}

#[test]
fn a_shallow_boundary_has_what_it_or_an_earlier_commit_introduced() {
    let repository = TempRepo::new();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(2)));
    repository.commit("Add");
    repository.write("b", "");
    repository.commit("Boundary");
    let url = format!("file://{}", repository.path().display());
    repository.git_in(repository.home(), &["clone", "--quiet", "--depth=1", &url, "shallow"]);
    let summary = summary_of(&repository.home().join("shallow"));
    assert_eq!(summary, ["a.env:1 <Boundary @HEAD"]);
}

#[test]
fn a_partial_clone_counts_and_names_what_was_not_fetched() {
    let repository = leaky();
    repository.git(&["config", "uploadpack.allowFilter", "true"]);
    let blob = repository.git(&["rev-parse", "HEAD~2:a.env"]);
    let url = format!("file://{}", repository.path().display());
    let clone = ["clone", "--quiet", "--filter=blob:none", &url, "partial"];
    repository.git_in(repository.home(), &clone);
    let partial = repository.home().join("partial");
    let report = agreed(&partial);
    assert_eq!(report.outcome(), Outcome::Incomplete);
    assert_eq!(report.coverage.notes, [] as [&str; 0]);
    let [failure] = &report.coverage.failures[..] else { panic!("{report:?}") };
    assert_eq!(failure.name, "partial clone");
    let why = &failure.reason;
    assert!(
        why.starts_with(&format!("1 object was never fetched: blob {blob} (`a.env` in tree ")),
        "{why}"
    );
    assert!(why.contains("--refetch"), "{why}");

    let fetch = ["-c", "maintenance.auto=false", "fetch", "--quiet", "--refetch", "--no-filter"];
    repository.git_in(&partial, &fetch);
    assert_eq!(summary(&agreed(&partial)), EXPECTED);
}

#[test]
fn a_repository_with_sha_256_ids_is_read_like_any_other() {
    let repository = TempRepo::with(&["init", "--quiet", "-b", "main", "--object-format=sha256"]);
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.commit("Add");
    repository.git(&["rm", "--quiet", "a.env"]);
    repository.commit("Remove");
    repository.write("dir/b", "1\n".repeat(2000));
    repository.commit("Go on");
    assert_eq!(summary(&agreed(&repository.path())), EXPECTED);
    repository.git(&["repack", "-adfq"]);
    assert_eq!(summary(&agreed(&repository.path())), EXPECTED);
    repository.git(&["multi-pack-index", "write"]);
    repository.git(&["-c", "repack.useDeltaBaseOffset=false", "repack", "-adfq"]);
    assert_eq!(summary(&agreed(&repository.path())), EXPECTED);
    assert_eq!(summary(&ranged(&repository.path(), "HEAD~2..")), [] as [&str; 0]);
    let first = repository.git(&["rev-parse", "--short=7", "HEAD~2"]);
    assert_eq!(summary(&ranged(&repository.path(), &format!("{first}..main^1"))), [] as [&str; 0]);
}

#[test]
fn a_shallow_clone_is_incomplete_where_that_is_asked() {
    let repository = leaky();
    let url = format!("file://{}", repository.path().display());
    repository.git_in(repository.home(), &["clone", "--quiet", "--depth=2", &url, "shallow"]);
    let shallow = repository.home().join("shallow");
    let options = Options { require_complete: true, ..Options::default() };
    let report = audited_with(&shallow, &options).unwrap();
    assert_eq!(report.outcome(), Outcome::Incomplete);
    repository.git_in(&shallow, &["fetch", "--quiet", "--unshallow"]);
    let report = audited_with(&shallow, &options).unwrap();
    assert_eq!(report.outcome(), Outcome::Found);
}

#[test]
fn a_folder_without_a_repository_is_an_error_with_advice() {
    let folder = tempfile::tempdir().unwrap();
    let text = error_at(folder.path());
    assert!(text.ends_with("not a git repository; to scan a plain folder use `keysieve scan`"));
    let text = error_at(&folder.path().join("absent"));
    assert!(text.ends_with("does not exist"), "{text}");
}
