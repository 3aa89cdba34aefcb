//! A repository cannot control how its output is shown or read.

use super::printed::keysieve;
use super::support::FORMATS;
use super::support::repository::{TempRepo, all_output};
use super::support::tokens::localstack_auth_token as token;

/// Text that would clear the screen, reverse the direction of writing, and run a workflow command.
const STEERING: &str = "\u{1b}]0;x\u{7}\u{202e}\u{2028}\u{ad}\u{85}\n::error::fake";

/// No byte of the output controls a terminal or a CI system.
fn assert_steady(what: &str, output: &std::process::Output) {
    for bytes in [&output.stdout, &output.stderr] {
        let text = String::from_utf8(bytes.clone()).unwrap();
        let steers = |c: char| {
            c != '\n' && (c.is_control() || "\u{202e}\u{2028}\u{ad}\u{200b}\u{e0041}".contains(c))
        };
        let found = text.chars().find(|&c| steers(c));
        assert!(found.is_none(), "{what}: {found:?} in {text:?}");
        for line in text.lines() {
            assert!(!line.trim_start().starts_with("::"), "{what}: {text}");
            assert!(!line.contains("##["), "{what}: {text}");
        }
    }
}

#[test]
fn reasons_rules_and_names_are_escaped_in_notes_and_errors() {
    let repository = TempRepo::new();
    let toml: String = STEERING.chars().map(|c| format!("\\U{:08X}", u32::from(c))).collect();
    let line: String = STEERING.replace('\n', " ");
    repository.write("skipped/x", format!("{}\n", token(1)));
    repository.write("a.py", format!("k = \"{}\" # keysieve:allow nothing {line}\n", token(2)));
    repository.write(
        "b.py",
        format!("k = \"{}\" # keysieve:allow localstack-auth-token {line}\n", token(3)),
    );
    repository.commit("base");
    repository.git(&["tag", "base"]);
    let output =
        keysieve(&repository, &["baseline", "create", "--owner", "x", "--reason", STEERING]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    let file = repository.path().join(".keysieve-baseline.toml");
    let text = std::fs::read_to_string(&file).unwrap();
    assert!(
        !text.contains(|c: char| c != '\n' && c.is_control()) && !text.contains("\n::"),
        "{text:?}"
    );
    let text = text.replace("rule = \"localstack", &format!("rule = \"{toml}localstack"));
    let text = text.replace("owner = \"x\"", &format!("owner = \"{toml}\""));
    std::fs::write(&file, text.replace("paths = [\"a.py\"", "paths = [\"z.py\"")).unwrap();
    let exclude = format!("[[exclude]]\npaths = [\"skipped/**\"]\nreason = \"{toml}\"\n");
    repository.write(".keysieve.toml", &exclude);
    repository.git(&["add", "--all"]);
    let scans = FORMATS.map(|format| ["scan", "--format", format]);
    let others = [
        &["scan", "--now", "2030-01-01T00:00:00Z", "--format", "human"][..],
        &["scan", "--policy-from", "base", "--format", "human"],
        &["scan", "--policy-from", "base", "--format", "json"],
        &["audit", "--format", "human"],
        &["hook", "run"],
        &["baseline", "check"],
        &["baseline", "check", "--now", "2030-01-01T00:00:00Z"],
        &["config", "show"],
        &["config", "show", "--format", "json"],
    ];
    for arguments in scans.iter().map(|scan| &scan[..]).chain(others) {
        let output = keysieve(&repository, arguments);
        assert_ne!(output.status.code(), Some(2), "{arguments:?}: {}", all_output(&output));
        assert_steady(&format!("{arguments:?}"), &output);
    }
    for (name, text) in [
        (".keysieve.toml", format!("[fingerprint]\nkey-env = \"{toml}\"\n")),
        (".keysieve.toml", format!("[rules]\ndisable = [\"{toml}\"]\n")),
        (".keysieve.toml", format!("\"{toml}\" = 1\n")),
        (".keysieve.toml", format!("patterns = [\"{toml}\"]\n")),
        (
            "p.toml",
            format!(
                "[provider]\nname = \"{toml}\"\nrotate = \"{toml}\"\n[[rule]]\nid = \"{toml}\"\n"
            ),
        ),
    ] {
        repository.write(".keysieve.toml", "patterns = [\"p.toml\"]\n");
        repository.write(name, text);
        for arguments in
            [&["scan"][..], &["rules", "check", "p.toml"], &["rules", "import", "p.toml"]]
        {
            assert_steady(&format!("{name} {arguments:?}"), &keysieve(&repository, arguments));
        }
    }
}

#[test]
#[cfg(unix)]
fn names_of_files_commits_and_branches_are_escaped_in_every_format() {
    let repository = TempRepo::new();
    repository.write("README", "x\n");
    repository.commit("base");
    repository.git(&["tag", "base"]);
    for (seed, name) in [
        "::error::a",
        "b\u{202e}c\u{2028}d\u{ad}.env",
        "e\u{1b}]0;x\u{7}\n::f",
        "::g/##[error]h",
        "\u{e0041}i",
    ]
    .iter()
    .enumerate()
    {
        repository.write(name, format!("::error::x {}\n", token(seed as u64)));
    }
    repository.git(&["add", "--all"]);
    let author = "::a\u{202e}\u{9b}x <::b\u{ad}@example.com>";
    let message = "::error::fake \u{1b}[2J\u{202e}";
    let hook = |format: &str| keysieve(&repository, &["hook", "run", "--format", format]);
    for format in FORMATS {
        let output = hook(format);
        assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
        assert_steady(&format!("hook {format}"), &output);
    }
    repository.git(&["commit", "--quiet", "--author", author, "-m", message]);
    for task in [&["scan"][..], &["audit"], &["scan", "--since", "base"]] {
        for format in FORMATS {
            let output = keysieve(&repository, &[task, &["--format", format]].concat());
            assert_eq!(output.status.code(), Some(1), "{}", all_output(&output));
            assert_steady(&format!("{task:?} {format}"), &output);
        }
    }
    for arguments in [
        &["scan", "\u{1b}]0;x\u{7}"][..],
        &["scan", "no\n::error::x"],
        &["--\u{1b}]0;x\n::error::y"],
        &["audit", "--branch", "\u{202e}"],
        &["rules", "show", "\u{1b}]0;\n::error::x"],
    ] {
        assert_steady(&format!("{arguments:?}"), &keysieve(&repository, arguments));
    }
}

#[test]
fn threads_are_bounded_by_the_machine() {
    let repository = TempRepo::new();
    repository.write("a", "nothing\n");
    let output = keysieve(&repository, &["scan", "--threads", "65535", "--format", "human"]);
    assert_eq!(output.status.code(), Some(0), "{}", all_output(&output));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(stderr.contains("note: --threads 65535 is more than"), "{stderr}");
    let output = keysieve(&repository, &["scan", "--threads", "1", "--format", "human"]);
    assert_eq!(String::from_utf8_lossy(&output.stderr), "");
}

/// The split marker of the catalogue's examples has no meaning in a repository.
#[test]
fn the_split_marker_hides_nothing() {
    let repository = TempRepo::new();
    let (before, after) = ("tR7x", "q9Lw2mKd5H");
    for value in
        [format!("{before}<>{after}"), format!("<>{before}{after}"), format!("{before}{after}<>")]
    {
        for line in [format!("DB_PASSWORD = \"{value}\"\n"), format!("client_secret: '{value}'\n")]
        {
            repository.write("a.yml", &line);
            let output = keysieve(&repository, &["scan", "--format", "human"]);
            let starts = value.starts_with("<>");
            assert!(output.status.code() == Some(1) || starts, "{line}: {}", all_output(&output));
        }
    }
}
