//! Properties of every audit report.

use std::ffi::OsStr;
use std::os::unix::ffi::OsStrExt;

use bstr::ByteSlice;
use keysieve::report::{Report, Task};

use crate::support::audited::{audited, summary};
use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token;

#[test]
fn the_report_is_the_same_on_any_number_of_threads() {
    let repository = TempRepo::new();
    for round in 0..60u64 {
        let token = localstack_auth_token(round % 7);
        let line = if round % 5 == 4 { String::new() } else { format!("TOKEN={token}\n") };
        let path = format!("dir{}/sub{}/a.env", round % 3, round % 4);
        repository.write(&path, format!("ROUND={round}\n{line}"));
        repository.commit(&format!("Round {round}"));
        if round % 10 == 9 {
            repository.git(&["switch", "--quiet", "-c", &format!("branch{round}"), "HEAD~5"]);
        }
    }
    let on = |threads: usize| -> Report {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| audited(&repository.path()))
    };
    let one = on(1);
    assert_eq!(one.task, Task::Audit);
    assert!(summary(&one).len() > 20);
    for threads in [2, 8] {
        assert_eq!(format!("{one:?}"), format!("{:?}", on(threads)));
    }
}

#[test]
fn a_path_that_is_not_utf_8_is_reported_unchanged() {
    let repository = TempRepo::new();
    let name = OsStr::from_bytes(b"caf\xe9/\xff.env");
    repository.write(name, format!("TOKEN={}\n", localstack_auth_token(1)));
    repository.commit("Add");
    let report = audited(&repository.path());
    let path = report.credentials[0].occurrences[0].path.as_ref().unwrap();
    assert_eq!(path.as_bytes(), name.as_bytes());
}

#[test]
fn a_secret_in_a_path_or_an_authors_name_is_not_shown() {
    let repository = TempRepo::new();
    let token = localstack_auth_token(2);
    repository.write(format!("{token}/a.env"), format!("TOKEN={token}\n"));
    repository.git(&["add", "--all"]);
    let author = format!("{token} <{token}@example.com>");
    repository.git(&["commit", "--quiet", "-m", "Add", "--author", &author]);
    let report = audited(&repository.path());
    let commit = repository.git(&["rev-parse", "HEAD"]);
    let mut expected = [
        "ls-********/a.env:1 +Add @HEAD".to_owned(),
        "file-name of ls-********:1 +Add @HEAD".to_owned(),
        // The name and the address.
        format!("identity of {commit}:1 +Add"),
        format!("identity of {commit}:1 +Add"),
    ];
    expected.sort();
    assert_eq!(summary(&report), expected);
    let shown = format!("{report:?}");
    assert!(shown.contains("ls-********@example.com"), "{shown}");
    assert!(!shown.contains(&token[3..]));
}

#[test]
fn odd_dates_and_encodings_are_reported() {
    let repository = TempRepo::new();
    repository.write("a.env", format!("TOKEN={}\n", localstack_auth_token(3)));
    repository.git(&["add", "--all"]);
    let tree = repository.git(&["write-tree"]);
    let tree = format!("tree {tree}\nauthor ");
    let raw = [
        tree.as_bytes(),
        b"J\xfcrgen <j\xfc@example.com> 99999999999999 +9959\n",
        b"committer C <c@example.com> 0 -0000\n\nGr\xfc\xdfe\n",
    ];
    std::fs::write(repository.home().join("commit"), raw.concat()).unwrap();
    let arguments = ["hash-object", "-t", "commit", "-w", "--literally", "../commit"];
    let commit = repository.git(&arguments);
    repository.git(&["update-ref", "HEAD", &commit]);
    let summary = summary(&audited(&repository.path()));
    assert_eq!(summary, ["a.env:1 +Gr\u{fffd}\u{fffd}e @HEAD"]);
}
