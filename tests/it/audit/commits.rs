//! Which commit introduced a credential, and which removed it.

use keysieve::findings::{HistorySource, OccurrenceSource};

use crate::support::audited::{audited, summary_of};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

#[test]
fn a_deleted_secret_is_found_with_its_commits() {
    let repository = TempRepo::new();
    let token = localstack_auth_token(1);
    repository.write("deploy/ci.env", format!("# CI\nTOKEN={token}\n"));
    repository.git(&["add", "--all"]);
    let date = "2024-05-06T07:08:09+05:30";
    repository.git(&["commit", "--quiet", "-m", "Add CI\n\nAt last.", "--date", date]);
    let added = repository.git(&["rev-parse", "HEAD"]);
    repository.git(&["rm", "--quiet", "deploy/ci.env"]);
    repository.commit("Remove CI");

    let report = audited(&repository.path());
    let [credential] = &report.credentials[..] else { panic!("{report:?}") };
    let [occurrence] = &credential.occurrences[..] else { panic!("{credential:?}") };
    assert_eq!(occurrence.path.as_ref().unwrap(), "deploy/ci.env");
    assert_eq!((occurrence.region.start.line, occurrence.region.start.column), (2, 7));
    let OccurrenceSource::History(HistorySource { introduced, removed, at_head, .. }) =
        &occurrence.source
    else {
        panic!()
    };
    let introduced = introduced.as_ref().unwrap();
    assert_eq!(introduced.id, added);
    assert_eq!(introduced.date, date);
    assert_eq!(introduced.author, "A. Tester");
    assert_eq!(introduced.email, "tester@example.com");
    assert_eq!(introduced.summary, "Add CI");
    assert_eq!(removed.as_ref().unwrap().summary, "Remove CI");
    assert!(!at_head);
}

#[test]
fn edits_around_a_secret_are_one_occurrence_and_a_reintroduction_is_another() {
    let repository = TempRepo::new();
    let token = localstack_auth_token(2);
    for edit in 0..5 {
        repository.write("a.env", format!("EDIT={edit}\n{}TOKEN={token}\n", "\n".repeat(edit)));
        repository.commit(&format!("Edit {edit}"));
    }
    assert_eq!(summary_of(&repository.path()), ["a.env:2 +Edit 0 @HEAD"]);

    repository.write("a.env", "EDIT=5\n");
    repository.commit("Remove");
    repository.write("a.env", format!("TOKEN={token}\n"));
    repository.commit("Bring back");
    let summary = summary_of(&repository.path());
    assert_eq!(summary, ["a.env:1 +Bring back @HEAD", "a.env:2 +Edit 0 -Remove"]);
}

#[test]
fn what_only_a_merge_adds_is_found() {
    let repository = TempRepo::new();
    repository.write("a.env", "A=1\n");
    repository.commit("Base");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("a.env", "A=2\n");
    repository.commit("Side");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("a.env", "A=3\n");
    repository.commit("Main");
    assert!(!repository.try_git(&["merge", "--quiet", "side"]).status.success());
    repository.write("a.env", format!("A=4\nTOKEN={}\n", localstack_auth_token(3)));
    repository.commit("Merge side");
    assert_eq!(summary_of(&repository.path()), ["a.env:2 +Merge side @HEAD"]);
}

#[test]
fn a_merge_introduces_nothing_that_a_parent_has_and_removes_what_it_drops() {
    let repository = TempRepo::new();
    repository.write("base", "");
    repository.commit("Base");
    for (branch, seed) in [("one", 4), ("two", 5)] {
        repository.git(&["switch", "--quiet", "-c", branch, "main"]);
        repository.write(branch, format!("TOKEN={}\n", localstack_auth_token(seed)));
        repository.commit(&format!("Add {branch}"));
    }
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "-m", "Octopus", "one", "two"]);
    assert_eq!(summary_of(&repository.path()), ["one:1 +Add one @HEAD", "two:1 +Add two @HEAD"]);

    repository.git(&["switch", "--quiet", "-c", "three"]);
    repository.write("three", format!("TOKEN={}\n", localstack_auth_token(6)));
    repository.commit("Add three");
    repository.git(&["switch", "--quiet", "main"]);
    repository.git(&["merge", "--quiet", "--no-ff", "-s", "ours", "-m", "Leave out", "three"]);
    let summary = summary_of(&repository.path());
    assert_eq!(
        summary,
        ["one:1 +Add one @HEAD", "three:1 +Add three -Leave out", "two:1 +Add two @HEAD"]
    );
}

#[test]
fn what_a_branch_took_out_is_still_at_head() {
    let repository = TempRepo::new();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(7)));
    repository.commit("Add");
    repository.git(&["switch", "--quiet", "-c", "clean"]);
    repository.git(&["rm", "--quiet", "a.env"]);
    repository.commit("Clean");
    assert_eq!(summary_of(&repository.path()), ["a.env:1 +Add -Clean"]);
    repository.git(&["switch", "--quiet", "main"]);
    assert_eq!(summary_of(&repository.path()), ["a.env:1 +Add @HEAD"]);
}

#[test]
fn the_same_secret_added_on_two_branches_is_removed_from_both_at_once() {
    let repository = TempRepo::new();
    repository.write("base", "");
    repository.commit("Base");
    repository.git(&["switch", "--quiet", "-c", "side"]);
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(8)));
    repository.commit("Add on side");
    repository.git(&["switch", "--quiet", "main"]);
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(8)));
    repository.commit("Add on main");
    repository.git(&["merge", "--quiet", "-m", "Merge", "side"]);
    let both = ["a.env:1 +Add on main @HEAD", "a.env:1 +Add on side @HEAD"];
    assert_eq!(summary_of(&repository.path()), both);
    repository.git(&["rm", "--quiet", "a.env"]);
    repository.commit("Remove");
    let both = ["a.env:1 +Add on main -Remove", "a.env:1 +Add on side -Remove"];
    assert_eq!(summary_of(&repository.path()), both);
}

#[test]
fn a_rename_is_a_new_place() {
    let repository = TempRepo::new();
    repository.write("old/a.env", format!("TOKEN={}\n", localstack_auth_token(9)));
    repository.commit("Add");
    repository.git(&["mv", "old", "new"]);
    repository.commit("Rename");
    let summary = summary_of(&repository.path());
    assert_eq!(summary, ["new/a.env:1 +Rename @HEAD", "old/a.env:1 +Add -Rename"]);
}

#[test]
fn each_path_and_each_line_is_an_occurrence_of_one_credential() {
    let repository = TempRepo::new();
    let token = localstack_auth_token(10);
    repository.write("a.env", format!("TOKEN={token}\n"));
    repository.write("b/a.env", format!("TOKEN={token}\n"));
    repository.commit("Add");
    repository.write("a.env", format!("TOKEN={token}\nOTHER=1\nAGAIN={token}\n"));
    repository.commit("Repeat");
    let summary = ["a.env:1 +Add @HEAD", "a.env:3 +Repeat @HEAD", "b/a.env:1 +Add @HEAD"];
    assert_eq!(summary_of(&repository.path()), summary);
    assert_eq!(audited(&repository.path()).credentials.len(), 1);

    repository.write("a.env", format!("TOKEN={token}\n"));
    repository.commit("Once is enough");
    let summary = summary_of(&repository.path());
    assert_eq!(summary[..2], ["a.env:1 +Add @HEAD", "a.env:3 +Repeat -Once is enough"]);
}

#[test]
fn a_file_that_becomes_a_folder_and_back_closes_and_opens() {
    let repository = TempRepo::new();
    let token = localstack_auth_token(11);
    repository.write("key", &token);
    repository.commit("File");
    repository.git(&["rm", "--quiet", "key"]);
    repository.write("key/a", &token);
    repository.commit("Folder");
    let summary = summary_of(&repository.path());
    assert_eq!(summary, ["key/a:1 +Folder @HEAD", "key:1 +File -Folder"]);
}
