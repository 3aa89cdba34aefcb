//! The documents are correct about the rules, the commands, the configuration and the report.
//!
//! `KEYSIEVE_OVERWRITE=1 cargo test --test it documents` rewrites the generated ones, docs/rules.md
//! and docs/config.schema.json.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::process::Command;

use keysieve::rules::catalogue::Catalogue;
use serde_json::Value;

use crate::support;

use support::tokens::localstack_auth_token;

#[test]
fn the_changelog_names_every_rule() {
    let changelog = document("CHANGELOG.md");
    let catalogue = Catalogue::built_in();
    let ids = catalogue.rules().iter().map(|rule| format!("`{}`", rule.id));
    let missing: Vec<String> = ids.filter(|id| !changelog.contains(id)).collect();
    assert!(missing.is_empty(), "CHANGELOG.md does not name {}", missing.join(", "));
}

#[test]
fn the_page_of_all_rules_is_current() {
    is_current("docs/rules.md", &String::from_utf8(list_rules("markdown")).unwrap());
}

/// Numbers of rules and providers in the README, wherever they are.
#[test]
fn the_readme_counts_rules_and_providers() {
    let catalogue = Catalogue::built_in();
    let providers: BTreeSet<&str> = catalogue.rules().iter().map(|rule| &*rule.provider).collect();
    let readme = document("README.md");
    let words: Vec<&str> = readme.split_whitespace().collect();
    let mut seen = BTreeSet::new();
    for pair in words.windows(2) {
        let is_mark = |letter: char| !letter.is_alphanumeric() && letter != ',';
        let number = pair[0].trim_matches(is_mark).replace(',', "").parse::<usize>();
        let noun = pair[1].trim_matches(|letter: char| !letter.is_alphanumeric());
        let count = match noun {
            "rules" => catalogue.rules().len(),
            "providers" => providers.len(),
            _ => continue,
        };
        let Ok(number) = number else { continue };
        assert_eq!(number, count, "README.md: {} {}", pair[0], pair[1]);
        seen.insert(noun);
    }
    assert_eq!(seen.len(), 2, "README.md has the number of rules and of providers");
}

#[test]
fn the_schema_of_the_configuration_is_current_and_knows_every_key() {
    let schema = config(&["schema"], Path::new("."));
    assert!(schema.status.success());
    let schema = String::from_utf8(schema.stdout).unwrap();
    is_current("docs/config.schema.json", &schema);
    let schema: Value = serde_json::from_str(&schema).unwrap();
    let page = document("docs/configuration.md");
    let tables = schema["$defs"].as_object().unwrap().values().chain([&schema]);
    let keys = tables.filter_map(|table| table["properties"].as_object());
    let keys: Vec<String> = keys.flat_map(|keys| keys.keys().cloned()).collect();
    assert!(keys.len() >= 25 && keys.contains(&"key-env".to_owned()), "{keys:?}");
    for key in keys {
        let written = [format!("`{key}`"), format!("[{key}]")];
        let is_described = written.iter().any(|written| page.contains(written));
        assert!(is_described, "docs/configuration.md lacks {key}");
    }
    assert!(!schema.to_string().contains("null"), "TOML has no null");
}

#[test]
fn the_examples_of_the_configuration_are_valid() {
    let page = document("docs/configuration.md");
    let examples: Vec<&str> =
        page.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next()).collect();
    assert!(examples.len() >= 3);
    for example in examples {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("example.toml");
        fs::write(&file, example).unwrap();
        let file = file.to_str().unwrap();
        let output = config(&["show", "--config", file], folder.path());
        let stderr = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{example}{stderr}");
    }
}

fn config(arguments: &[&str], folder: &Path) -> std::process::Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.env_remove("KEYSIEVE_CONFIG").env("XDG_CONFIG_HOME", folder);
    command.arg("config").args(arguments).current_dir(folder).output().unwrap()
}

#[test]
fn every_field_of_the_list_of_rules_is_described() {
    let list: Value = serde_json::from_slice(&list_rules("json")).unwrap();
    assert_eq!(list.as_array().unwrap().len(), Catalogue::built_in().rules().len());
    let mut fields = BTreeSet::new();
    gather_fields(&list, &mut fields);
    assert!(fields.contains("within"), "{fields:?}");
    let description = document("docs/json.md");
    let (_, description) = description.split_once("# The list of rules").unwrap();
    for field in fields {
        assert!(description.contains(&format!("`{field}`")), "docs/json.md lacks `{field}`");
    }
}

#[test]
fn every_fact_of_the_catalogue_is_described() {
    let description = document("docs/json.md");
    for rule in Catalogue::built_in().rules() {
        for fact in keysieve::engine::fact_names(rule) {
            assert!(description.contains(&format!("`{fact}`")), "docs/json.md lacks `{fact}`");
        }
    }
}

#[test]
fn the_costs_of_guessing_are_correct() {
    let page = document("docs/fingerprints.md");
    let published = 2f64.powi(40);
    for (letters, length, candidates) in
        [(62f64, 10, "763,000"), (16.0, 10, "1"), (95.0, 8, "6,030"), (36.0, 8, "3")]
    {
        let values = letters.powi(length);
        let shown: f64 = candidates.replace(',', "").parse().unwrap();
        assert!((values / published / shown - 1.0).abs() < 0.15, "{letters}^{length}");
        let row = format!("{letters}^{length}, 2^{:.1} | {candidates} candidate", values.log2());
        assert!(page.contains(&row.replace(".0 ", " ")), "{row}");
    }
}

/// Each `keysieve …` of a block of commands is one that the binary understands.
#[test]
fn the_commands_in_the_documents_are_real() {
    let mut seen = 0;
    let pages = fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("docs")).unwrap();
    let pages = pages.map(|page| format!("docs/{}", page.unwrap().file_name().to_str().unwrap()));
    let pages = pages.filter(|page| page.ends_with(".md") && page != "docs/rules.md");
    for page in pages.chain(["README.md".to_owned()]) {
        let text = document(&page);
        let mut language = None;
        for line in text.lines().map(str::trim) {
            if let Some(fence) = line.strip_prefix("```") {
                language = language.is_none().then_some(fence);
                continue;
            }
            let command = match language {
                Some("sh") => line.strip_prefix("keysieve "),
                Some("yaml") => line.strip_prefix("- run: keysieve "),
                Some("console") => line.strip_prefix("$ keysieve "),
                _ => None,
            };
            let Some(command) = command else { continue };
            let mut words = words(command);
            words.push("--help".to_owned());
            let output =
                Command::new(env!("CARGO_BIN_EXE_keysieve")).args(&words).output().unwrap();
            let printed = String::from_utf8_lossy(&output.stderr);
            assert!(output.status.success(), "{page}: keysieve {command}: {printed}");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// The words of a command, with the quotes that these pages use; a comment or a pipe ends it. What
/// is in brackets is optional.
fn words(command: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut quoted = false;
    let mut brackets = 0;
    for letter in command.chars() {
        match letter {
            '[' => brackets += 1,
            ']' => brackets -= 1,
            _ if brackets > 0 => {}
            '"' => quoted = !quoted,
            ' ' if !quoted => words.push(String::new()),
            letter => words.last_mut().unwrap().push(letter),
        }
    }
    let is_end = |word: &String| ["#", "|", ">", "||", "&&"].contains(&word.as_str());
    let end = words.iter().position(is_end).unwrap_or(words.len());
    words.into_iter().take(end).filter(|word| !word.is_empty()).collect()
}

fn list_rules(format: &str) -> Vec<u8> {
    let mut command = Command::new(env!("CARGO_BIN_EXE_keysieve"));
    command.args(["rules", "list", "--format", format]).output().unwrap().stdout
}

#[test]
fn every_field_of_the_json_report_is_described() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("token"), localstack_auth_token(1)).unwrap();
    let allow = "keysieve:allow localstack-auth-token a test value";
    let allowed = format!("{} {allow}", localstack_auth_token(2));
    fs::write(folder.path().join("allowed"), allowed).unwrap();
    // Two halves of a pair, joined here so that this file is not a leak itself.
    let pair = ["AKIA", "U4QJ7D5TZK3WGC2N aws_secret_key=eCVuayCsyX1lP6OchUk0"].concat();
    fs::write(folder.path().join("pair"), [&pair, "kyaetpKK8OF4F5DhR2ig"].concat()).unwrap();
    // Where there is a path that nobody can read, the report has a failure too.
    let paths: &[&str] = if cfg!(target_os = "linux") { &[".", "/proc/self/mem"] } else { &["."] };
    let output = Command::new(env!("CARGO_BIN_EXE_keysieve"))
        .args(["scan", "--format", "json"])
        .args(paths)
        .current_dir(folder.path())
        .output()
        .unwrap();
    let mut fields = BTreeSet::new();
    gather_fields(&serde_json::from_slice(&output.stdout).unwrap(), &mut fields);
    assert!(fields.contains("column") && fields.contains("related"), "{fields:?}");
    assert!(fields.contains("suppression"), "{fields:?}");
    let description = document("docs/json.md");
    for field in fields {
        assert!(description.contains(&format!("`{field}`")), "docs/json.md lacks `{field}`");
    }
}

fn gather_fields(value: &Value, fields: &mut BTreeSet<String>) {
    match value {
        Value::Object(object) => {
            for (field, value) in object {
                fields.insert(field.clone());
                gather_fields(value, fields);
            }
        }
        Value::Array(values) => values.iter().for_each(|value| gather_fields(value, fields)),
        _ => {}
    }
}

/// The files of this repository that the pages for contributors name in backticks exist.
#[test]
fn the_files_that_contributors_are_sent_to_exist() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut seen = 0;
    for page in [
        "CONTRIBUTING.md",
        "SECURITY.md",
        "benches/README.md",
        "docs/design.md",
        "model/README.md",
        "patterns/README.md",
        "patterns/generic/README.md",
    ] {
        let text = document(page);
        let names = text.split('`').skip(1).step_by(2);
        let is_file = |name: &&str| {
            let folder = name.split_once('/').is_some_and(|(folder, _)| {
                ["benches", "docs", "fuzz", "model", "patterns", "src", "tests"].contains(&folder)
            });
            folder && !name.contains([' ', '<', '*', ','])
        };
        for name in names.filter(is_file) {
            assert!(root.join(name).exists(), "{page} names {name}, which does not exist");
            seen += 1;
        }
    }
    assert!(seen > 20, "{seen}");
}

/// A generated document is what the program prints; with `KEYSIEVE_OVERWRITE` set it is written.
fn is_current(path: &str, generated: &str) {
    if std::env::var_os("KEYSIEVE_OVERWRITE").is_some_and(|value| !value.is_empty()) {
        fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join(path), generated).unwrap();
    }
    assert!(document(path) == generated, "{path} is out of date: run `just generate`");
}

fn document(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).unwrap()
}

/// A test file that no `mod` names is silently not run.
#[test]
fn every_test_file_is_a_module() {
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it")];
    while let Some(folder) = folders.pop() {
        let main = ["mod.rs", "main.rs"].map(|name| folder.join(name));
        let main = fs::read_to_string(main.iter().find(|file| file.exists()).unwrap()).unwrap();
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
            if path.is_dir() {
                folders.push(path);
            } else if matches!(name.as_str(), "mod" | "main") {
                continue;
            }
            assert!(main.contains(&format!("mod {name};")), "no `mod {name};` in {folder:?}");
        }
    }
}
