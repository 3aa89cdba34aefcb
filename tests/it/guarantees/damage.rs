//! Random damage to any object that a run reads gives exit 2 with the object's id, and does not
//! take long.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Output;

use crate::support::guarded::secret;
use crate::support::random::Random;
use crate::support::repository::{TempRepo, all_output};
use crate::support::timed::Run;

const KEYSIEVE: &str = env!("CARGO_BIN_EXE_keysieve");

/// The arguments of commands that read objects in different ways.
const COMMANDS: [&[&str]; 5] = [
    &["hook", "run", "--format", "json"],
    &["scan", "--since", "main~3", "--format", "json"],
    &["scan", "--since", "main~1", "--policy-from", "main~1", "--format", "json"],
    &["audit", "--format", "json"],
    &["baseline", "create", "--history", "--owner", "O", "--baseline", "/dev/null/not-written"],
];

/// Ways in which a file is damaged at an offset.
const DAMAGES: [fn(&mut Vec<u8>, usize); 4] = [
    |bytes, offset| bytes[offset] ^= 0x55,
    |bytes, offset| bytes.truncate(offset),
    |bytes, offset| bytes[offset..].fill(0),
    |bytes, offset| drop(bytes.drain(offset..(offset + 3).min(bytes.len()))),
];

/// Some commits with folders, versions that make deltas, a tag, and a staged change.
fn repository(is_packed: bool) -> TempRepo {
    let repository = TempRepo::new();
    for number in 0..5 {
        let body = "a line that all versions share\n".repeat(40);
        repository.write("deep/er/file", format!("{body}{number}\n{body}"));
        repository.write(format!("deep/other-{number}"), format!("{number}\n"));
        repository.write("top", format!("{number}{}", secret(number)));
        repository.commit(&format!("commit {number}"));
    }
    repository.git(&["tag", "-a", "-m", "a tag", "v1"]);
    repository.write("deep/er/file", "staged\n".repeat(40));
    repository.write("new", format!("{}\n", secret(99)));
    repository.git(&["add", "--all"]);
    if is_packed {
        repository.git(&["repack", "-q", "-d", "-a", "--depth=50"]);
    }
    repository
}

/// The files that contain objects.
fn object_files(repository: &TempRepo) -> Vec<PathBuf> {
    let objects = repository.path().join(".git/objects");
    let mut files = Vec::new();
    let mut folders = vec![objects];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if (path.extension().is_none_or(|ending| ending == "pack"))
                && !path.ends_with("info/packs")
            {
                files.push(path);
            }
        }
    }
    files.sort();
    files
}

/// Runs keysieve; it must exit in time, without a signal.
fn run(repository: &TempRepo, arguments: &[&str]) -> Output {
    let mut command = repository.command(KEYSIEVE, &repository.path());
    command.args(arguments).args(["--now", "2026-03-01T00:00:00Z"]);
    Run::of(command).into_output()
}

/// The id of a loose object's file; empty for a pack.
fn id_of(file: &Path) -> String {
    let folder = file.parent().unwrap().file_name().unwrap().to_string_lossy().into_owned();
    match folder.len() {
        2 => format!("{folder}{}", file.file_name().unwrap().to_string_lossy()),
        _ => String::new(),
    }
}

/// Whether the text contains an id of 40 digits.
fn names_an_id(text: &str) -> bool {
    text.split(|character: char| !character.is_ascii_hexdigit()).any(|word| word.len() >= 40)
}

fn damage(is_packed: bool, rounds: usize, seed: u64) {
    let repository = repository(is_packed);
    let files = object_files(&repository);
    let sound: Vec<Output> = COMMANDS.iter().map(|command| run(&repository, command)).collect();
    let mut random = Random(seed);
    let mut seen = 0;
    for round in 0..rounds {
        let file = &files[random.below(files.len())];
        let whole = fs::read(file).unwrap();
        let mut bytes = whole.clone();
        DAMAGES[round % DAMAGES.len()](&mut bytes, random.below(whole.len()));
        fs::remove_file(file).unwrap();
        fs::write(file, &bytes).unwrap();
        let index = round / DAMAGES.len() % COMMANDS.len();
        let output = run(&repository, COMMANDS[index]);
        let (text, what) =
            (all_output(&output), format!("round {round}, {:?}, {file:?}", COMMANDS[index]));
        if output.status.code() == Some(2) && (index != 4 || !text.contains("not-written")) {
            let is_named = match id_of(file) {
                id if id.is_empty() => names_an_id(&text) || text.contains("pack-"),
                id => text.contains(&id),
            };
            assert!(is_named, "{what}: {text}");
            seen += 1;
        } else {
            // It was not read, or its content is the same anyway.
            assert_eq!(output.status, sound[index].status, "{what}: {text}");
            let same = index == 4 || text == all_output(&sound[index]);
            assert!(same, "{what}: {text}");
        }
        fs::write(file, &whole).unwrap();
    }
    assert!(seen > rounds / 4, "only {seen} of {rounds} were seen");
}

#[test]
fn damage_to_loose_objects_is_an_error_of_the_object() {
    damage(false, 120, 0x9e37_79b9);
}

#[test]
fn damage_to_packs_is_an_error_of_the_object() {
    damage(true, 120, 0x2545_f491);
}
