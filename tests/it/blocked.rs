//! The screen of a blocked commit: it is accurate, and its commands work.
#![cfg(unix)]

use crate::support;

use std::process::Output;

use support::guarded::secret;
use support::repository::{TempRepo, all_output};
use support::tokens::localstack_auth_token as token;

/// A repository with the hook, one commit, and a remote that has it.
fn guarded() -> TempRepo {
    let repository = TempRepo::new();
    repository.git_in(repository.home(), &["init", "--quiet", "--bare", "origin.git"]);
    repository.git(&["remote", "add", "origin", "../origin.git"]);
    repository.write("README", "one\n");
    repository.commit("one");
    repository.git(&["push", "--quiet", "origin", "main"]);
    let install = keysieve(&repository, &["hook", "install"], &[]);
    assert!(install.status.success(), "{}", all_output(&install));
    repository
}

fn keysieve(repository: &TempRepo, arguments: &[&str], variables: &[(&str, &str)]) -> Output {
    let mut command = repository.command(env!("CARGO_BIN_EXE_keysieve"), &repository.path());
    command.args(arguments).env_remove("PRE_COMMIT").envs(variables.iter().copied());
    command.output().unwrap()
}

/// Stages a file and commits; the output of the blocked commit.
fn blocked(repository: &TempRepo, path: &str, text: &str) -> String {
    repository.write(path, text);
    repository.git(&["add", "--all", "--force"]);
    let commit = repository.try_git(&["commit", "-m", "two"]);
    assert!(!commit.status.success(), "{}", all_output(&commit));
    all_output(&commit)
}

/// The command below the option of this number.
fn below<'a>(shown: &'a str, option: &str) -> &'a str {
    let mut lines = shown.lines().skip_while(|line| !line.trim_start().starts_with(option)).skip(1);
    lines.find(|line| line.starts_with("       ")).unwrap_or_else(|| panic!("{shown}")).trim()
}

fn run(repository: &TempRepo, command: &str) {
    let folder = std::path::Path::new(env!("CARGO_BIN_EXE_keysieve")).parent().unwrap();
    let path = format!("{}:{}", folder.display(), std::env::var("PATH").unwrap());
    let mut shell = repository.command("/bin/sh", &repository.path());
    let output = shell.args(["-ec", command]).env("PATH", path).output().unwrap();
    assert!(output.status.success(), "{command}: {}", all_output(&output));
}

#[test]
fn a_name_is_not_suppressed_by_a_comment() {
    let repository = guarded();
    let shown = blocked(&repository, &format!("dump-{}.sql", token(1)), "text\n");
    assert!(shown.contains("--> name of dump-ls-********.sql\n"), "{shown}");
    assert!(shown.contains("choose a name without the secret"), "{shown}");
    assert!(shown.contains("A name has no comments, so use option 3."), "{shown}");
    assert!(!shown.contains("keysieve:allow"), "{shown}");
}

#[test]
fn the_first_option_unstages_the_file() {
    let repository = guarded();
    let shown = blocked(&repository, "a b/it's.py", &format!("key = \"{}\"\n", token(1)));
    let command = below(&shown, "1.");
    assert_eq!(command, r"git restore --staged -- 'a b/it'\''s.py'");
    run(&repository, command);
    assert_eq!(repository.git(&["diff", "--cached", "--name-only"]), "");
    assert!(repository.path().join("a b/it's.py").exists());

    repository.git(&["clean", "--quiet", "--force", "-d"]);
    let shown = blocked(&repository, "deploy/.env", &secret(1));
    run(&repository, below(&shown, "1."));
    assert_eq!(repository.git(&["status", "--short", "-uall"]), "?? .gitignore");

    // From a folder below the top.
    repository.git(&["clean", "--quiet", "--force", "-d"]);
    repository.write("sub/x.py", secret(1));
    repository.git(&["add", "sub"]);
    let sub = repository.path().join("sub");
    let commit = repository.command("git", &sub).args(["commit", "-m", "x"]).output().unwrap();
    assert_eq!(below(&all_output(&commit), "1."), "git restore --staged -- :/sub/x.py");

    let first = TempRepo::new();
    let install = keysieve(&first, &["hook", "install"], &[]);
    assert!(install.status.success());
    let shown = blocked(&first, "x.rs", &format!("// {}\n", token(1)));
    run(&first, below(&shown, "1."));
    assert_eq!(first.git(&["status", "--short"]), "?? x.rs");
}

#[test]
fn the_second_option_suppresses_it_in_the_files_own_comments() {
    let repository = guarded();
    for (path, text) in [
        ("a.py", format!("\nkey = '{}'\n", token(1))),
        ("b.html", format!("<p>{}</p>\n", token(2))),
        ("c.sql", format!("insert into t values ('{}');\n", token(3))),
        ("d.css", format!("/* {} */\n", token(4))),
        ("LICENSE", format!("{}\n", token(5))),
    ] {
        let shown = blocked(&repository, path, &text);
        let allow = below(&shown, "2.").replace("REASON", "a test value");
        let line = text.lines().position(|line| line.contains("ls-")).unwrap();
        assert!(shown.contains(&format!("above line {}:", line + 1)), "{shown}");
        let mut lines: Vec<&str> = text.lines().collect();
        lines.insert(line, &allow);
        repository.write(path, lines.join("\n") + "\n");
        repository.git(&["add", path]);
        repository.git(&["commit", "--quiet", "-m", "allowed"]);
    }
    let shown = blocked(&repository, "e.json", &format!("{{\"k\": \"{}\"}}\n", token(6)));
    assert!(shown.contains("JSON has no comments"), "{shown}");
}

#[test]
fn the_third_option_accepts_it_in_the_baseline() {
    let repository = guarded();
    for (seed, verb) in [(1, "create"), (2, "update")] {
        let shown = blocked(&repository, &format!("{seed}.json"), &secret(seed));
        let command = below(&shown, "3.");
        assert!(command.contains(&format!("baseline {verb}")), "{command}");
        run(&repository, command);
        run(&repository, below(&shown, "keysieve baseline"));
        repository.git(&["commit", "--quiet", "-m", "accepted"]);
    }
}

#[test]
fn remote_tracking_branches_show_whether_it_was_pushed() {
    let repository = guarded();
    assert!(blocked(&repository, ".env", &secret(1)).contains("Not on any remote-tracking branch"));
    repository.git(&["commit", "--quiet", "--no-verify", "-m", "leak"]);
    repository.git(&["switch", "--quiet", "-c", "topic"]);
    repository.git(&["rm", "--quiet", ".env"]);
    repository.git(&["commit", "--quiet", "-m", "remove"]);
    assert!(blocked(&repository, ".env", &secret(1)).contains("Not on any remote-tracking branch"));
    repository.git(&["push", "--quiet", "origin", "main"]);
    let shown = blocked(&repository, ".env", &secret(1));
    assert!(shown.contains("Already in the history of origin/main. Rotate it."), "{shown}");
    // In the history only, not at the tip of a branch.
    repository.git(&["push", "--quiet", "origin", "topic:main"]);
    let shown = blocked(&repository, ".env", &secret(1));
    assert!(shown.contains("in the history of origin/main"), "{shown}");
    let shown = blocked(&repository, ".env", &(secret(2) + &secret(1)));
    assert!(shown.contains("Not on any remote-tracking branch"), "{shown}");
    assert!(shown.contains("already pushed"), "{shown}");
}

#[test]
fn a_message_is_edited_in_gits_own_copy() {
    let repository = guarded();
    let install = keysieve(&repository, &["hook", "install", "--stage", "commit-msg"], &[]);
    assert!(install.status.success());
    let message = format!("two\n\nuse {}", token(1));
    let commit = repository.try_git(&["commit", "--allow-empty", "-m", &message]);
    assert!(!commit.status.success());
    let shown = all_output(&commit);
    assert!(shown.contains("Choose one:") && !shown.contains("baseline"), "{shown}");
    let command = below(&shown, "1.").replace("git commit", "git commit --allow-empty");
    run(&repository, &format!("export GIT_EDITOR='sed -i 3d'; {command}"));
    assert_eq!(repository.git(&["log", "-1", "--format=%B"]), "two");
}

#[test]
fn colors_follow_the_usual_conventions() {
    let repository = guarded();
    repository.write(".env", secret(1));
    repository.git(&["add", "--all"]);
    let shown = |variables: &[(&str, &str)]| {
        let output = keysieve(&repository, &["hook", "run"], variables);
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    assert!(!shown(&[]).contains('\u{1b}'));
    assert!(shown(&[("CLICOLOR_FORCE", "1")]).contains("\u{1b}[1m"));
    assert!(!shown(&[("NO_COLOR", "1")]).contains('\u{1b}'));
}

/// A command could not repeat the name, and there is no room for a comment.
#[test]
fn a_secret_in_a_name_has_its_own_advice() {
    let repository = guarded();
    let shown = blocked(&repository, &format!("dump-{}.sql", token(1)), "clean\n");
    assert!(shown.contains("name of dump-ls-********.sql"), "{shown}");
    assert!(shown.contains("choose a name without the secret"), "{shown}");
    assert!(!shown.contains("git restore") && !shown.contains("keysieve:allow"), "{shown}");
    let accept = below(&shown, "3.").replace("NAME", "me").replace("REASON", "example");
    run(&repository, &accept);
    repository.git(&["add", "--all"]);
    repository.git(&["commit", "--quiet", "-m", "two"]);
}

#[test]
fn a_file_with_a_secret_in_its_name_too_has_no_command_either() {
    let repository = guarded();
    let shown = blocked(&repository, &format!("dump-{}.env", token(1)), &secret(1));
    assert!(shown.contains("dump-ls-********.env:1"), "{shown}");
    assert!(!shown.contains("git restore"), "{shown}");
}
