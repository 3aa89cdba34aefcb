//! Names, headers and people that a change adds are scanned as its content is.

use crate::support;

use keysieve::git::GitEnvironment;
use keysieve::guard::guard_range;
use keysieve::policy::Policy;
use keysieve::report::Report;
use keysieve::source::Silent;
use support::guarded::{assert_clean, engine, guarded};
use support::repository::TempRepo;
use support::tokens::localstack_auth_token as token;

fn since(repository: &TempRepo, base: &str) -> Report {
    let environment = GitEnvironment::from_folder(&repository.path());
    guard_range(&environment, base, "HEAD", &engine(), &Policy::default(), &Silent).unwrap()
}

/// `part: path` of each occurrence, sorted.
fn parts(report: &Report) -> Vec<String> {
    let occurrences = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    let part = |occurrence: &keysieve::findings::Occurrence| {
        let path = occurrence.path.clone().unwrap_or_default();
        format!("{}: {path}", occurrence.part.as_str())
    };
    let mut parts: Vec<String> = occurrences.map(part).collect();
    parts.sort();
    parts
}

fn with_a_leaky_name(seed: u64) -> TempRepo {
    let repository = TempRepo::new();
    repository.write(format!("in/{}.txt", token(seed)), "1\n");
    repository.commit("Add");
    repository
}

#[test]
fn a_range_is_blamed_for_the_names_that_it_adds() {
    let repository = with_a_leaky_name(1);
    let folder = format!("{}/deep", token(2));
    repository.write(format!("{folder}/a"), "a\n");
    repository.write(format!("{folder}/b"), "b\n");
    repository.write(format!("in/{}.txt", token(1)), "2\n");
    repository.commit("More");
    assert_eq!(parts(&since(&repository, "HEAD~1")), ["file-name: ls-********"]);
    let shown = format!("{:?}", since(&repository, "HEAD~1"));
    assert!(!shown.contains(&token(2)[3..]), "{shown}");
}

#[test]
fn a_renamed_folder_does_not_bring_new_names() {
    let repository = with_a_leaky_name(3);
    repository.git(&["mv", "in", "out"]);
    repository.commit("Move");
    assert_clean(&since(&repository, "HEAD~1"));
}

#[test]
fn a_range_is_blamed_for_headers_and_people() {
    let repository = TempRepo::new();
    repository.write("a", "a\n");
    repository.commit("Base");
    let author = format!("{} <a@example.com>", token(4));
    repository.git(&["commit", "--quiet", "--allow-empty", "-m", "By", "--author", &author]);
    assert_eq!(parts(&since(&repository, "HEAD~1")), ["identity: "]);
}

#[test]
fn a_staged_file_is_blamed_for_its_name_once() {
    let repository = with_a_leaky_name(5);
    repository.write(format!("in/{}.txt", token(5)), "2\n");
    repository.git(&["add", "."]);
    assert_clean(&guarded(&repository));
    repository.write(format!("in/{}.txt", token(6)), "new\n");
    repository.git(&["add", "."]);
    assert_eq!(parts(&guarded(&repository)), ["file-name: in/ls-********.txt"]);
}

/// A secret where git writes a time.
#[test]
fn a_range_is_blamed_for_what_git_would_not_write_in_a_header() {
    let repository = TempRepo::new();
    repository.write("a", "a\n");
    repository.commit("Base");
    let tree = repository.git(&["rev-parse", "HEAD^{tree}"]);
    let parent = repository.git(&["rev-parse", "HEAD"]);
    let (author, committer) = (format!("A <a@b> {} +0000", token(7)), "A <a@b> 1 +0000");
    repository.write(
        "commit",
        format!("tree {tree}\nparent {parent}\nauthor {author}\ncommitter {committer}\n\nm\n"),
    );
    let commit = repository.git(&["hash-object", "-t", "commit", "-w", "--literally", "commit"]);
    repository.git(&["update-ref", "HEAD", &commit]);
    assert_eq!(parts(&since(&repository, "HEAD~1")), ["header: "]);
}
