//! The content of a file decides whether it is scanned; what is skipped is counted and listed.

use std::fs;
use std::process::Command;

use serde_json::Value;

use crate::support::repository::TempRepo;
use crate::support::tokens::localstack_auth_token as token;

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

fn line(seed: u64) -> String {
    format!("LOCALSTACK_AUTH_TOKEN={}\n", token(seed))
}

fn wide(text: &str, width: usize, is_big: bool) -> Vec<u8> {
    let units: Vec<u32> = match width {
        2 => text.encode_utf16().map(u32::from).collect(),
        _ => text.chars().map(u32::from).collect(),
    };
    let bytes = |unit: u32| match is_big {
        true => unit.to_be_bytes()[4 - width..].to_vec(),
        false => unit.to_le_bytes()[..width].to_vec(),
    };
    units.into_iter().flat_map(bytes).collect()
}

fn json(command: &mut Command) -> Value {
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Paths of all occurrences, sorted; ids for objects without a path.
fn paths(report: &Value) -> Vec<String> {
    let credentials = report["credentials"].as_array().unwrap();
    let all = credentials.iter().flat_map(|one| one["occurrences"].as_array().unwrap());
    let mut paths: Vec<String> = all.map(|one| one["path"].as_str().unwrap().to_owned()).collect();
    paths.sort();
    paths
}

/// Contents that are counted as binary, by file name.
fn contents() -> Vec<(&'static str, Vec<u8>)> {
    let russian = |seed| format!("пароль для входа\nключ доступа: {}", line(seed));
    vec![
        (
            "env-0",
            [b"HOME=/home/me\0".to_vec(), line(1).trim().into(), b"\0A=b\0".to_vec()].concat(),
        ),
        ("early-nul", [b"text\0 and ".to_vec(), line(2).into()].concat()),
        ("first-byte-nul", [b"\0".to_vec(), line(8).into()].concat()),
        ("utf-16-without-a-mark", wide(&russian(3), 2, false)),
        ("utf-16-be-without-a-mark", wide(&russian(4), 2, true)),
        ("utf-16-with-a-mark", wide(&format!("\u{feff}{}", russian(5)), 2, false)),
        ("utf-32", wide(&russian(6), 4, false)),
        ("utf-32-be-with-a-mark", wide(&format!("\u{feff}{}", line(7)), 4, true)),
    ]
}

#[test]
fn text_in_any_encoding_is_scanned_by_every_source() {
    let repository = TempRepo::new();
    let mut names: Vec<&str> = Vec::new();
    for (name, content) in contents() {
        repository.write(name, content);
        names.push(name);
    }
    names.sort_unstable();
    let run = |arguments: &[&str]| {
        let mut command = repository.command(KEYSIEVE, &repository.path());
        json(command.args(arguments).args(["--format", "json"]))
    };
    repository.git(&["add", "--all"]);
    assert_eq!(paths(&run(&["hook", "run"])), names, "the index");
    repository.commit("all");
    assert_eq!(paths(&run(&["scan"])), names, "the work tree");
    assert_eq!(paths(&run(&["audit"])), names, "loose objects");
    repository.git(&["gc", "--quiet"]);
    assert_eq!(paths(&run(&["audit"])), names, "a pack");
    for reader in ["whole", "full"] {
        assert_eq!(paths(&run(&["audit", "--history-reader", reader])), names, "{reader}");
    }
    repository.git(&["commit", "--quiet", "--allow-empty", "-m", "before", "--amend"]);
    for (name, content) in contents() {
        let mut command = repository.command("sh", &repository.path());
        fs::write(repository.home().join("input"), &content).unwrap();
        let script = format!("{KEYSIEVE} scan - --format json < ../input");
        let report = json(command.args(["-c", &script]));
        assert_eq!(report["credentials"].as_array().unwrap().len(), 1, "{name}");
    }
}

#[test]
fn lines_and_columns_in_wide_text_are_those_of_the_text() {
    let folder = tempfile::tempdir().unwrap();
    let text = format!("один\nдва {}", line(1));
    fs::write(folder.path().join("file"), wide(&text, 4, false)).unwrap();
    let report = json(Command::new(KEYSIEVE).arg("scan").arg(folder.path()).args(["-f", "json"]));
    let location = &report["credentials"][0]["occurrences"][0];
    assert_eq!(
        (location["start"]["line"].as_u64(), location["start"]["column"].as_u64()),
        (Some(2), Some(27))
    );
    assert_eq!(location["encoding"].as_str(), Some("utf-32"));
}

fn skipped(report: &Value) -> Vec<(String, String)> {
    let all = report["coverage"]["skipped"].as_array().unwrap();
    let text = |one: &Value, key: &str| one[key].as_str().unwrap().to_owned();
    all.iter().map(|one| (text(one, "kind"), text(one, "name"))).collect()
}

#[test]
fn what_is_skipped_is_counted_by_kind_and_listed_by_name() {
    let repository = TempRepo::new();
    let pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:4d7a214614ab\nsize 12\n";
    repository.write("large.bin", pointer);
    repository.write("image", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    repository.write("excluded/file", line(1));
    repository.write("long", "x".repeat(3 << 20));
    repository.write(
        ".keysieve.toml",
        "[limits]\nmax-file-size = 1\n[[exclude]]\npaths = [\"excluded/**\"]\nreason = \"a test\"\n",
    );
    repository.git(&["add", "--all"]);
    let of = |kind: &str, name: &str| (kind.to_owned(), name.to_owned());
    let mut scan = repository.command(KEYSIEVE, &repository.path());
    let report = json(scan.args(["scan", "--format", "json"]));
    let expected = [
        of("binary", "image"),
        of("pointer", "large.bin"),
        of("oversized", "long"),
        of("excluded", "excluded/file"),
    ];
    assert_eq!(skipped(&report), expected);
    let coverage = &report["coverage"];
    let counts =
        ["binary", "pointers", "oversized", "excluded"].map(|kind| coverage[kind].as_u64());
    assert_eq!(counts, [Some(1); 4]);
    let shown = |arguments: &[&str]| {
        let mut command = repository.command(KEYSIEVE, &repository.path());
        let output = command.args(arguments).args(["--format", "human"]).output().unwrap();
        String::from_utf8(output.stdout).unwrap()
    };
    let quiet = shown(&["scan"]);
    assert!(quiet.contains("1 binary file skipped") && quiet.contains("1 pointer file"), "{quiet}");
    assert!(!quiet.contains("image"), "{quiet}");
    for name in ["image", "large.bin", "long", "excluded/file"] {
        let verbose = shown(&["scan", "--verbose"]);
        assert!(verbose.contains(name), "{verbose}");
    }
    let hook = shown(&["hook", "run", "-v"]);
    assert!(hook.contains("image") && hook.contains("large.bin"), "{hook}");
    repository.commit("all");
    let audit = shown(&["audit", "-v"]);
    for name in ["image", "large.bin"] {
        let id = repository.git(&["rev-parse", &format!("HEAD:{name}")]);
        assert!(audit.contains(&id), "{audit}");
    }
}
