//! The public API: its names and signatures, and what it does.
//!
//! `KEYSIEVE_OVERWRITE=1 cargo test --test it public_api` rewrites docs/api.txt.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use keysieve::{Confidence, Credential, Error, Format, Level, Outcome, Report, Scanner, Verdict};

use crate::support;

use support::repository::TempRepo;
use support::tokens::localstack_auth_token as token;

const HIDDEN: &str = "#[doc(hidden)]";

#[test]
fn the_list_of_names_is_current() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/api.txt");
    let current = api();
    if std::env::var_os("KEYSIEVE_OVERWRITE").is_some() {
        fs::write(&file, &current).unwrap();
    }
    let written = fs::read_to_string(&file).unwrap_or_default();
    assert_eq!(written, current, "docs/api.txt is not current; set KEYSIEVE_OVERWRITE=1");
}

/// Every exported name with its public fields, variants and methods, as rustfmt lays them out.
fn api() -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut sources = Vec::new();
    read_sources(&root, &mut sources);
    sources.sort();
    let library = fs::read_to_string(root.join("lib.rs")).unwrap();
    let mut exported = exports(&library);
    exported.sort();
    let listed = exported.iter().map(|(name, module)| match module {
        Some(module) => described(name, module, &sources),
        None => format!("mod {name}\n"),
    });
    listed.collect::<Vec<_>>().join("\n")
}

fn read_sources(folder: &Path, sources: &mut Vec<(PathBuf, String)>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            read_sources(&path, sources);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            sources.push((path.clone(), fs::read_to_string(&path).unwrap()));
        }
    }
}

/// The names that the crate's root exports, each with its module; modules that are not hidden have
/// none.
fn exports(library: &str) -> Vec<(String, Option<String>)> {
    let mut exported = Vec::new();
    let code: Vec<&str> =
        library.lines().map(str::trim).filter(|line| !line.starts_with("//")).collect();
    for statement in code.join(" ").split_inclusive(['}', ';']).collect::<String>().split(';') {
        let statement = statement.trim();
        if let Some(used) = statement.strip_prefix("pub use ") {
            let (module, names) = used.split_once("::").unwrap();
            let names = names.trim_matches(['{', '}']).split(',').map(str::trim);
            let names = names.filter(|name| !name.is_empty());
            exported.extend(names.map(|name| (name.to_owned(), Some(module.to_owned()))));
        } else if let Some(module) = statement.strip_prefix("pub mod ") {
            exported.push((module.to_owned(), None));
        } else {
            let is_internal = statement.is_empty()
                || statement.starts_with("mod ")
                || statement.starts_with(HIDDEN);
            assert!(is_internal, "not in docs/api.txt: {statement}");
        }
    }
    exported
}

/// A type: its head, then a line for each public field, variant and method.
fn described(name: &str, module: &str, sources: &[(PathBuf, String)]) -> String {
    let is_definition = |line: &str| {
        let head = line.strip_prefix("pub struct ").or(line.strip_prefix("pub enum "));
        // The enums of rules that have names are written by a macro.
        let head = head.or(line.strip_prefix("    "));
        let rest = head.and_then(|head| head.strip_prefix(name));
        rest.is_some_and(|rest| rest.starts_with([' ', '(']) && rest.ends_with(['{', '}', ';']))
    };
    let defined = |(path, text): &&(PathBuf, String)| {
        let of_module = path.iter().any(|part| part.to_str() == Some(module))
            || path.file_stem().is_some_and(|stem| stem == module);
        (of_module || name == "Failure") && text.lines().any(is_definition)
    };
    let found: Vec<_> = sources.iter().filter(defined).collect();
    let [(_, text)] = found[..] else { panic!("{} definitions of {name}", found.len()) };
    let lines: Vec<&str> = text.lines().collect();
    let start = lines.iter().position(|line| is_definition(line)).unwrap();
    let attributes =
        lines[..start].iter().rev().take_while(|line| line.trim_start().starts_with(['#', '/']));
    let is_open = attributes.clone().any(|line| line.trim() == "#[non_exhaustive]");
    let is_enum = !lines[start].starts_with("pub struct");
    let kind = if is_enum { "enum" } else { "struct" };
    let is_open = if is_open { " (non-exhaustive)" } else { "" };
    let mut listed = format!("{kind} {name}{is_open}\n");
    if let Some((_, variants)) = lines[start].split_once('{').filter(|(_, after)| !after.is_empty())
    {
        let variants = variants.split(',').filter_map(|one| one.split_once('='));
        variants.for_each(|(one, _)| listed.push_str(&format!("  {}\n", one.trim())));
    }
    let fields = if lines[start].ends_with('{') { block(&lines[start..]) } else { &[] };
    let is_member = |line: &str| match is_enum {
        true => line.trim_start().starts_with(char::is_uppercase),
        false => line.starts_with("    pub ") && !line.starts_with("    pub("),
    };
    for member in members(fields, is_member) {
        listed.push_str(&format!("  {}\n", member.trim_end_matches(',')));
    }
    for (index, line) in lines.iter().enumerate() {
        let is_impl = *line == format!("impl {name} {{") || *line == format!("impl {name}<'_> {{");
        if is_impl && lines[index - 1] != HIDDEN {
            for method in members(block(&lines[index..]), |line| line.starts_with("    pub fn ")) {
                listed.push_str(&format!("  {}\n", method.trim_end_matches([' ', '{'])));
            }
        }
    }
    listed
}

/// The lines between a line that ends with `{` and its `}`.
fn block<'l, 't>(lines: &'l [&'t str]) -> &'l [&'t str] {
    let end = lines.iter().position(|line| *line == "}").unwrap();
    &lines[1..end]
}

/// The members of a block that are not hidden, each joined to one line.
fn members(lines: &[&str], is_member: impl Fn(&str) -> bool) -> Vec<String> {
    let mut listed = Vec::new();
    let mut hidden = false;
    let mut lines = lines.iter();
    while let Some(line) = lines.next() {
        let text = line.trim();
        if text == HIDDEN {
            hidden = true;
        } else if is_member(line) && !line.starts_with("     ") {
            let mut member = text.to_owned();
            let is_open = |member: &str| {
                member.matches(['(', '{']).count() > member.matches([')', '}']).count()
            };
            let is_function = text.starts_with("pub fn");
            while is_open(&member) && !(is_function && member.ends_with('{')) {
                let Some(next) = lines.next() else { break };
                let next = next.trim();
                if !next.starts_with("//") && !next.starts_with("#[") {
                    member.push_str(if member.ends_with('(') || next.starts_with(')') {
                        ""
                    } else {
                        " "
                    });
                    member.push_str(next);
                }
            }
            if !hidden {
                listed.push(
                    member.replace(",)", ")").replace(", }", " }").replace("(mut self", "(self"),
                );
            }
            hidden = false;
        } else if !text.starts_with("//") && !text.starts_with("#[") {
            hidden = false;
        }
    }
    listed
}

/// The report in every format, none of which contains the value.
fn written(report: &Report, value: &str) -> [String; 3] {
    [Format::Sarif, Format::Human, Format::Json].map(|format| {
        let mut text = Vec::new();
        report.write(format, &mut text).unwrap();
        let text = String::from_utf8(text).unwrap();
        assert!(!text.contains(value), "{format:?} contains the secret");
        text
    })
}

fn scanner() -> Scanner {
    Scanner::builder().build().unwrap()
}

#[test]
fn bytes_are_scanned_and_no_report_contains_the_secret() {
    let secret = token(1);
    let text = format!("name = 1\nauth_token = \"{secret}\"\n");
    let report = scanner().scan_bytes("deploy/settings.py", text.as_bytes());
    assert_eq!(report.outcome(), Outcome::Found);
    let [credential] = report.credentials() else { panic!("{:?}", report.credentials()) };
    assert!(!format!("{report:?}").contains(&secret));
    assert_eq!(credential.redacted.to_string(), "ls-********");
    assert_eq!((credential.verdict, credential.level()), (Verdict::Valid, Some(Level::Error)));
    assert_eq!(credential.confidence, Confidence::Certain);
    let rule = report.rule(credential);
    assert_eq!((&*rule.id, &*rule.name), ("localstack-auth-token", "LocalStack auth token"));
    assert!(rule.rotate.starts_with("https://") && !rule.runbook.is_empty());
    let [occurrence] = &credential.occurrences[..] else { panic!("{credential:?}") };
    assert_eq!(occurrence.path.as_ref().unwrap(), "deploy/settings.py");
    assert_eq!((occurrence.region.start.line, occurrence.region.start.column), (2, 15));
    assert_eq!(report.coverage().bytes, text.len() as u64);
    let [sarif, human, json] = written(&report, &secret);
    assert!(sarif.contains("\"version\":\"2.1.0\"") || sarif.contains("\"version\": \"2.1.0\""));
    assert!(human.contains("deploy/settings.py:2:15"), "{human}");
    assert!(json.contains("localstack-auth-token"));
}

#[test]
fn bytes_without_a_credential_and_binary_bytes_are_clean() {
    let scanner = scanner();
    let report = scanner.scan_bytes("a.txt", b"nothing here\n");
    assert_eq!((report.outcome(), report.credentials().len()), (Outcome::Clean, 0));
    let report = scanner.scan_bytes("a.bin", &[0; 64]);
    assert_eq!((report.outcome(), report.coverage().binary), (Outcome::Clean, 1));
    let accepted = format!("{} # keysieve:allow localstack-auth-token a test value\n", token(2));
    let report = scanner.scan_bytes("a.env", accepted.as_bytes());
    assert_eq!((report.outcome(), report.credentials().len()), (Outcome::Clean, 1));
    assert!(!report.credentials().iter().any(Credential::is_open));
}

#[test]
fn custom_rules_and_the_minimum_confidence_apply() {
    let patterns = "[provider]\nname = \"Nimbus\"\nrotate = \"https://nimbus.test/keys\"\n\
        [[rule]]\nid = \"nimbus-token\"\nsince = \"0.1.0\"\nname = \"Nimbus token\"\n\
        description = \"Acts as its owner.\"\nseverity = \"high\"\nconfidence = \"medium\"\n\
        anchors = [\"nimbus_\"]\nregex = '(?<secret>nimbus_[a-z]{20})\\b'\n\
        runbook = [\"Revoke it.\"]\nexamples = [\"nimbus_<>abcdefghijklmnopqrst\"]\n";
    let value = ["nimbus_", "qwkzjvxhpmrtgbdnfcly"].concat();
    let scan = |level: Option<Confidence>| {
        let mut builder = Scanner::builder().pattern_text("nimbus.toml", patterns);
        if let Some(level) = level {
            builder = builder.min_confidence(level);
        }
        builder.build().unwrap().scan_bytes("a.cfg", format!("x {value}\n").as_bytes())
    };
    let report = scan(None);
    assert_eq!(report.outcome(), Outcome::Found);
    assert_eq!(&*report.rule(&report.credentials()[0]).rotate, "https://nimbus.test/keys");
    written(&report, &value);
    assert!(scan(Some(Confidence::High)).credentials().is_empty());
    let lenient = Scanner::builder().pattern_text("nimbus.toml", patterns);
    let lenient = lenient.fail_on(Confidence::High).build().unwrap();
    let report = lenient.scan_bytes("a.cfg", format!("x {value}\n").as_bytes());
    assert_eq!(report.outcome(), Outcome::Clean);
    assert_eq!(report.credentials()[0].level(), Some(Level::Warning));
    assert!(lenient.rules().iter().any(|rule| rule.id == "nimbus-token"));
}

#[test]
fn a_mistake_in_the_options_is_an_error() {
    let error = Scanner::builder().pattern_text("mine.toml", "[provider").build().unwrap_err();
    assert!(matches!(&error, Error::Setup(why) if why.contains("mine.toml")), "{error}");
    let error = Scanner::builder().patterns("no/such.toml").build().unwrap_err();
    assert!(error.to_string().contains("such.toml"), "{error}");
    let limits = Scanner::builder().fail_on(Confidence::Low).min_confidence(Confidence::High);
    assert!(matches!(limits.build().unwrap_err(), Error::Setup(_)));
    let error = scanner().scan_path("no/such/folder").unwrap_err();
    assert!(matches!(&error, Error::Path(why) if why.contains("no/such/folder")), "{error}");
    let folder = tempfile::tempdir().unwrap();
    for error in [
        scanner().audit(folder.path()).unwrap_err(),
        scanner().scan_staged(folder.path()).unwrap_err(),
        scanner().scan_range(folder.path(), "main", "HEAD").unwrap_err(),
    ] {
        assert!(matches!(error, Error::Repository(_)), "{error:?}");
    }
}

#[test]
fn the_fingerprint_depends_on_the_key() {
    let text = format!("{}\n", token(3));
    let fingerprint = |key: &[u8]| {
        let scanner = Scanner::builder().fingerprint_key(key).build().unwrap();
        let report = scanner.scan_bytes("a", text.as_bytes());
        report.credentials()[0].fingerprint.to_string()
    };
    assert_eq!(fingerprint(b"ours"), fingerprint(b"ours"));
    assert_ne!(fingerprint(b"ours"), fingerprint(b"theirs"));
}

/// A path, the index, a range and a history, each with the repository's configuration.
#[test]
fn a_repository_is_scanned_with_its_configuration() {
    let repository = TempRepo::new();
    repository.write("kept", "kept\n");
    repository.commit("base");
    repository.write("old", format!("{}\n", token(1)));
    repository.commit("add");
    repository.git(&["rm", "--quiet", "old"]);
    repository.git(&["commit", "--quiet", "-m", "remove"]);
    repository.write("new", format!("{}\n", token(2)));
    repository.git(&["add", "new"]);
    let (path, scanner) = (repository.path(), scanner());
    let paths = |report: &Report| -> Vec<String> {
        let occurrences = report.credentials().iter().flat_map(Credential::open);
        occurrences.filter_map(|one| Some(one.path.as_ref()?.to_string())).collect()
    };
    assert_eq!(paths(&scanner.scan_path(&path).unwrap()), ["new"]);
    assert_eq!(paths(&scanner.scan_path(path.join("new")).unwrap()), ["new"]);
    assert_eq!(paths(&scanner.scan_staged(&path).unwrap()), ["new"]);
    assert_eq!(paths(&scanner.scan_range(&path, "HEAD~2", "HEAD").unwrap()), ["old"]);
    let audited = scanner.audit(&path).unwrap();
    assert!(paths(&audited).contains(&"old".to_owned()), "{:?}", paths(&audited));
    written(&audited, &token(1));

    repository.write(".keysieve.toml", "[rules]\ndisable = [\"localstack-*\"]\n");
    repository.git(&["add", ".keysieve.toml"]);
    assert!(paths(&scanner.scan_path(&path).unwrap()).is_empty());
    assert!(paths(&scanner.scan_staged(&path).unwrap()).is_empty());
    let strict = Scanner::builder().no_repo_config().build().unwrap();
    assert_eq!(paths(&strict.scan_path(&path).unwrap()), ["new"]);
    assert_eq!(paths(&strict.scan_staged(&path).unwrap()), ["new"]);
}

#[test]
fn the_clock_decides_what_has_expired() {
    let repository = TempRepo::new();
    repository.write("new", format!("{}\n", token(1)));
    let scanner = scanner();
    let fingerprint = scanner.scan_path(repository.path()).unwrap().credentials()[0].fingerprint;
    repository.write(
        ".keysieve-baseline.toml",
        format!(
            "version = 1\n[credential.{fingerprint}]\nrule = \"localstack-auth-token\"\n\
             disposition = \"accepted\"\nreason = \"a test value\"\nowner = \"Ann\"\n\
             expires = 2026-02-01\npaths = [\"new\"]\n"
        ),
    );
    // 2026-01-15 and 2026-03-01.
    for (day, outcome) in [(20_468, Outcome::Clean), (20_513, Outcome::Found)] {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(day * 86_400);
        let scanner = Scanner::builder().now(now).build().unwrap();
        let report = scanner.scan_path(repository.path()).unwrap();
        assert_eq!(report.outcome(), outcome, "{day}: {:?}", report.coverage());
    }
}
