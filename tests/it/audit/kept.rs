//! Everything that git keeps is scanned, not only the content of files: headers, names, people; and
//! what no branch leads to is called by its name.

use std::io::Write;
use std::process::Stdio;

use crate::support::audited::{agreed, audited, summary};
use crate::support::repository::{TempRepo, all_output};
use crate::support::tokens::localstack_auth_token;

fn with_a_commit() -> TempRepo {
    let repository = TempRepo::new();
    repository.write("base", "base\n");
    repository.commit("Base");
    repository
}

/// The occurrences in a repository in which all readers agree and no output contains the token.
fn summary_without(repository: &TempRepo, tokens: &[String]) -> Vec<String> {
    let report = agreed(&repository.path());
    assert_eq!(report.coverage.failures, []);
    let shown = format!("{report:?}");
    for token in tokens {
        assert!(!shown.contains(&token[3..]), "{shown}");
    }
    summary(&report)
}

/// Stores an object that `git commit` would not make.
fn hash_object(repository: &TempRepo, kind: &str, object: &[u8]) -> String {
    let mut command = repository.command("git", &repository.path());
    command.args(["hash-object", "-t", kind, "-w", "--literally", "--stdin"]);
    let mut git = command.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    git.stdin.take().unwrap().write_all(object).unwrap();
    let output = git.wait_with_output().unwrap();
    assert!(output.status.success(), "{}", all_output(&output));
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

#[test]
fn the_message_of_a_merged_tag_is_in_the_merge() {
    let repository = with_a_commit();
    let token = localstack_auth_token(700);
    repository.git(&["checkout", "--quiet", "-b", "topic"]);
    repository.write("topic", "topic\n");
    repository.commit("Topic");
    // Git keeps only the tags that look signed.
    let signature = "-----BEGIN PGP SIGNATURE-----\n\n-----END PGP SIGNATURE-----";
    let message = format!("Tagged\n\nwith {token}\n{signature}\n");
    repository.git(&["tag", "-a", "signed", "-m", &message]);
    repository.git(&["checkout", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "Merge", "signed"]);
    let tag = repository.git(&["rev-parse", "signed"]);
    repository.git(&["tag", "-d", "signed"]);
    let merge = repository.git(&["rev-parse", "HEAD"]);
    let mut expected = [format!("header of {merge}:8 +Merge"), format!("{tag}:3")];
    expected.sort();
    assert_eq!(summary_without(&repository, &[token]), expected);
}

#[test]
fn an_unknown_header_is_scanned() {
    let repository = with_a_commit();
    let token = localstack_auth_token(701);
    let commit = repository.git(&["cat-file", "commit", "HEAD"]);
    let changed = commit.replacen("\n\n", &format!("\nx-build one\n TOKEN={token}\n\n"), 1);
    let id = hash_object(&repository, "commit", changed.as_bytes());
    repository.git(&["update-ref", "refs/heads/main", &id]);
    assert_eq!(summary_without(&repository, &[token]), [format!("header of {id}:2 +Base")]);
}

#[test]
fn people_are_scanned_and_reported_at_the_oldest_commit() {
    let repository = with_a_commit();
    let [author, tagger] = [702, 703].map(localstack_auth_token);
    let name = format!("user.name={author}");
    for (number, date) in [("2", "2026-02-02T00:00:00Z"), ("1", "2026-02-01T00:00:00Z")] {
        repository.write("file", number);
        repository.git(&["add", "."]);
        let mut command = repository.command("git", &repository.path());
        command.env("GIT_AUTHOR_NAME", &author).env("GIT_COMMITTER_DATE", date);
        let commit = command.args(["commit", "--quiet", "-m", number]).output().unwrap();
        assert!(commit.status.success(), "{name}");
    }
    let mut command = repository.command("git", &repository.path());
    command.env("GIT_COMMITTER_EMAIL", format!("{tagger}@example.com"));
    assert!(command.args(["tag", "-a", "v1", "-m", "One"]).status().unwrap().success());
    let [commit, tag] = ["HEAD", "v1"].map(|name| repository.git(&["rev-parse", name]));
    let mut expected =
        [format!("identity of {commit}:1 +1"), format!("identity of {tag}:1 in tag v1")];
    expected.sort();
    assert_eq!(summary_without(&repository, &[author, tagger]), expected);
}

#[test]
fn names_of_files_and_folders_have_a_life_of_their_own() {
    let repository = with_a_commit();
    let [file, folder] = [704, 705].map(localstack_auth_token);
    repository.write(format!("deep/dump-{file}.txt"), "1\n");
    repository.write(format!("{folder}/a"), "a\n");
    repository.write(format!("{folder}/b"), "b\n");
    repository.commit("Add");
    repository.write(format!("deep/dump-{file}.txt"), "2\n");
    repository.commit("Edit");
    repository.git(&["rm", "--quiet", &format!("deep/dump-{file}.txt")]);
    repository.git(&["commit", "--quiet", "-m", "Remove"]);
    assert_eq!(
        summary_without(&repository, &[file, folder]),
        [
            "file-name of deep/dump-ls-********.txt:1 +Add -Remove",
            "file-name of ls-********:1 +Add @HEAD",
        ]
    );
}

#[test]
fn a_file_whose_name_and_content_leak_is_reported_for_both() {
    let repository = with_a_commit();
    let [name, content] = [706, 707].map(localstack_auth_token);
    repository.write(&name, format!("TOKEN={content}\n"));
    repository.commit("Both");
    repository.git(&["gc", "--quiet"]);
    assert_eq!(
        summary_without(&repository, &[name, content]),
        ["file-name of ls-********:1 +Both @HEAD", "ls-********:1 +Both @HEAD"]
    );
}

#[test]
fn names_of_refs_are_scanned() {
    let repository = with_a_commit();
    let token = localstack_auth_token(708);
    repository.git(&["branch", &format!("rotate/{token}")]);
    let commit = repository.git(&["rev-parse", "HEAD"]);
    assert_eq!(
        summary_without(&repository, &[token]),
        [format!("ref-name of {commit}:1 in ref refs/heads/rotate/ls-********")]
    );
}

#[test]
fn what_only_a_tag_or_another_ref_names_is_not_unreachable() {
    let repository = with_a_commit();
    let tokens = [709, 710, 711, 712].map(localstack_auth_token);
    let object =
        |token: &String| hash_object(&repository, "blob", format!("TOKEN={token}\n").as_bytes());
    let [tagged, nested, named, in_tree] = tokens.each_ref().map(object);
    repository.git(&["tag", "light", &tagged]);
    repository.git(&["tag", "-a", "inner", "-m", "Inner", &nested]);
    repository.git(&["tag", "-a", "outer", "-m", "Outer", "inner"]);
    repository.git(&["tag", "-d", "inner"]);
    repository.git(&["update-ref", "refs/keys/mine", &named]);
    repository.git(&["read-tree", "--empty"]);
    let entry = format!("100644,{in_tree},deep/er/.env");
    repository.git(&["update-index", "--add", "--cacheinfo", &entry]);
    let tree = repository.git(&["write-tree"]);
    repository.git(&["tag", "-a", "tree", "-m", "A tree", &tree]);
    repository.git(&["reset", "--quiet"]);
    let mut expected = [
        format!("{tagged}:1 in tag light"),
        format!("{nested}:1 in tag outer"),
        format!("{named}:1 in ref refs/keys/mine"),
        "deep/er/.env:1 in tag tree".to_owned(),
    ];
    expected.sort();
    assert_eq!(summary_without(&repository, &tokens), expected);
}

#[test]
fn a_tag_message_is_called_by_its_tag() {
    let repository = with_a_commit();
    let token = localstack_auth_token(713);
    repository.git(&["tag", "-a", "v1", "-m", &token]);
    let tag = repository.git(&["rev-parse", "v1"]);
    assert_eq!(summary_without(&repository, &[token]), [format!("{tag}:1 in tag v1")]);
    let report = audited(&repository.path());
    let mut shown = Vec::new();
    report.write(keysieve::report::Format::Human, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("message of tag v1"), "{shown}");
    assert!(!shown.contains("unreachable"), "{shown}");
}

#[test]
fn stashes_are_called_as_git_calls_them() {
    let repository = with_a_commit();
    let tokens = [714, 715, 716, 717].map(localstack_auth_token);
    repository.write("work", format!("TOKEN={}\n", tokens[0]));
    repository.git(&["stash", "push", "--quiet", "--include-untracked"]);
    repository.write("base", format!("TOKEN={}\n", tokens[1]));
    repository.git(&["add", "base"]);
    repository.write("base", format!("TOKEN={}\n", tokens[2]));
    repository.git(&["stash", "push", "--quiet", "-m", &format!("with {}", tokens[3])]);
    let stash = repository.git(&["rev-parse", "stash@{0}"]);
    let head = repository.git(&["rev-parse", "--short", "HEAD"]);
    let mut expected = [
        "base:1 +On main: with ls-******** in stash@{0}".to_owned(),
        format!("base:1 +index on main: {head} Base in stash@{{0}}"),
        format!("work:1 +untracked files on main: {head} Base in stash@{{1}}"),
        format!("{stash}:1 +On main: with ls-******** in stash@{{0}}"),
    ];
    expected.sort();
    assert_eq!(summary_without(&repository, &tokens), expected);
}

#[test]
fn a_stash_removes_nothing_from_the_branch() {
    let repository = with_a_commit();
    let token = localstack_auth_token(718);
    repository.write("a.env", format!("TOKEN={token}\n"));
    repository.commit("Add");
    repository.git(&["checkout", "--quiet", "-b", "other"]);
    repository.write("a.env", "nothing\n");
    repository.git(&["stash", "--quiet"]);
    repository.git(&["checkout", "--quiet", "main~1"]);
    assert_eq!(summary_without(&repository, &[token]), ["a.env:1 +Add"]);
}

#[test]
fn at_the_boundary_of_a_shallow_clone_it_was_introduced_then_or_earlier() {
    let repository = with_a_commit();
    let [old, new, message] = [719, 720, 721].map(localstack_auth_token);
    repository.write("old.env", format!("TOKEN={old}\n"));
    repository.commit("Old");
    repository.write("other", "other\n");
    repository.commit(&format!("Middle {message}"));
    repository.write("new.env", format!("TOKEN={new}\n"));
    repository.commit("New");
    let clone = repository.home().join("clone");
    let source = format!("file://{}", repository.path().display());
    let to = clone.to_string_lossy();
    repository.git(&["clone", "--quiet", "--depth=2", &source, &to]);
    let report = agreed(&clone);
    let middle = repository.git(&["rev-parse", "HEAD~1"]);
    let mut expected = [
        "new.env:1 +New @HEAD".to_owned(),
        "old.env:1 <Middle ls-******** @HEAD".to_owned(),
        format!("{middle}:1 +Middle ls-********"),
    ];
    expected.sort();
    assert_eq!(summary(&report), expected);
    let mut shown = Vec::new();
    report.write(keysieve::report::Format::Json, &mut shown).unwrap();
    let shown = String::from_utf8(shown).unwrap();
    assert!(shown.contains("\"introduced\": null"), "{shown}");
    assert!(shown.contains("\"introduced_by\""), "{shown}");
}
