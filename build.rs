//! Checks the built-in catalogue (`patterns/*.toml`) and embeds it as Rust constants, so that
//! nothing of it is parsed at run time.

#![allow(
    clippy::disallowed_macros,
    clippy::disallowed_methods,
    reason = "a build script talks to cargo and writes to OUT_DIR"
)]

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::{env, fs, process};

/// The crate's own rule types and checks, compiled into the build script.
#[allow(dead_code)]
#[path = "src/rules"]
mod rules {
    pub mod check;
    mod facts;
    pub mod mistake;
    mod opening;
    pub mod pairs;
    mod rule;
    pub mod schema;
    mod shape;
    mod vocabulary;
    pub mod word_list;
    pub use opening::Step;
    pub use rule::*;
}

#[path = "build/dictionary.rs"]
mod dictionary;
#[path = "build/lexicon.rs"]
mod lexicon;
#[path = "build/model.rs"]
mod model;

use rules::{Pair, Rule, Step, Texts, Trigger};

fn main() {
    println!("cargo::rerun-if-changed=patterns");
    println!("cargo::rerun-if-changed=src/rules");
    let mut rules: Vec<Rule> = Vec::new();
    for file in pattern_files() {
        let text = fs::read_to_string(&file).unwrap_or_else(|error| refuse(&file, &error));
        let stem = file.file_stem().and_then(|stem| stem.to_str());
        match rules::check::check_file(&text, stem) {
            Ok(checked) => rules.extend(checked),
            Err(error) => refuse(&file, &error),
        }
    }
    rules.sort_by(|a, b| a.id.cmp(&b.id));
    if let Some(pair) = rules.windows(2).find(|pair| pair[0].id == pair[1].id) {
        refuse(Path::new("patterns"), &format!("two rules have the id {}", pair[0].id));
    }
    if let Err(error) = rules::pairs::check_pairs(&rules) {
        refuse(Path::new("patterns"), &error);
    }
    let mut code = String::from("pub static BUILT_IN: &[Rule] = &[\n");
    for rule in &rules {
        code.push_str("    Rule {\n");
        write_rule(&mut code, rule);
        code.push_str("    },\n");
    }
    code.push_str("];\n");
    let out = PathBuf::from(env::var_os("OUT_DIR").expect("cargo sets OUT_DIR"));
    fs::write(out.join("catalogue.rs"), code).expect("OUT_DIR can be written");
    model::write(&out).unwrap_or_else(|why| refuse(Path::new(model::FILE), &why));
    dictionary::write(&out);
    lexicon::write(&out).unwrap_or_else(|(file, why)| refuse(&file, &why));
}

/// The catalogue's files, sorted; `names.toml` is vocabulary, not a provider.
fn pattern_files() -> Vec<PathBuf> {
    let mut files: Vec<PathBuf> = fs::read_dir("patterns")
        .expect("patterns/ stands beside Cargo.toml")
        .map(|entry| entry.expect("patterns/ can be listed").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "toml"))
        .filter(|path| !path.ends_with("names.toml"))
        .collect();
    files.sort();
    files
}

fn refuse(file: &Path, why: &dyn std::fmt::Display) -> ! {
    eprintln!("{}: {why}", file.display());
    process::exit(1)
}

/// The fields of a rule as Rust expressions.
fn write_rule(code: &mut String, rule: &Rule) {
    let Rule {
        id,
        since,
        provider,
        name,
        description,
        severity,
        confidence,
        legacy,
        trigger,
        regex,
        opening,
        before,
        unless,
        extends,
        checks,
        public,
        facts,
        pair,
        rotate,
        link_checked,
        runbook,
        references,
        examples,
        non_examples,
    } = rule;
    let trigger = match trigger {
        Trigger::Anchors { literals, seat, shortest, longest, in_front, at_word } => format!(
            "Trigger::Anchors {{ literals: {}, seat: Seat::{seat:?}, shortest: {shortest}, \
             longest: {longest}, in_front: {in_front}, at_word: {at_word} }}",
            list(literals)
        ),
        Trigger::Names(names) => format!("Trigger::Names({})", list(names)),
        Trigger::Kind(kind) => format!("Trigger::Kind(NameKind::{kind:?})"),
    };
    let checks = format!(
        "Checks {{ min_entropy: {:?}, needs: {}, not: {}, checksum: {}, structure: {}, \
         never: {} }}",
        checks.min_entropy,
        variants("CharKind", &checks.needs),
        variants("PublicShape", &checks.not),
        option("Checksum", checks.checksum.map(|c| format!("{c:?}"))),
        option("Structure", checks.structure.map(|s| format!("{s:?}"))),
        list(&checks.never)
    );
    let extends = option("Extension", extends.map(|e| format!("{e:?}")));
    let mut field = |name: &str, value: String| {
        writeln!(code, "        {name}: {value},").expect("writing to a String");
    };
    field("id", text(id));
    field("since", text(since));
    field("provider", text(provider));
    field("name", text(name));
    field("description", text(description));
    field("severity", format!("Severity::{severity:?}"));
    field("confidence", format!("Confidence::{confidence:?}"));
    field("legacy", legacy.to_string());
    field("trigger", trigger);
    field("regex", text(regex));
    field("opening", steps(opening));
    field("before", optional_text(before.as_ref()));
    field("unless", optional_text(unless.as_ref()));
    field("extends", extends);
    field("checks", checks);
    field("public", optional_text(public.as_ref()));
    field("facts", list(facts));
    let pair = pair.as_ref().map(|Pair { with, names, within }| {
        let names: Vec<String> = names
            .iter()
            .map(|(fact, names)| format!("({}, {})", text(fact), list(names)))
            .collect();
        let names = format!("Cow::Borrowed(&[{}])", names.join(", "));
        format!("Some(Pair {{ with: {}, names: {names}, within: {within} }})", list(with))
    });
    field("pair", pair.unwrap_or_else(|| "None".to_owned()));
    field("link_checked", format!("LinkChecked::{link_checked:?}"));
    field("rotate", text(rotate));
    field("runbook", list(runbook));
    field("references", list(references));
    field("examples", list(examples));
    field("non_examples", list(non_examples));
}

fn steps(opening: &[Step]) -> String {
    let step = |Step { bytes, least, most }: &Step| {
        format!("Step {{ bytes: ByteSet({:?}), least: {least}, most: {most} }}", bytes.0)
    };
    let steps: Vec<String> = opening.iter().map(step).collect();
    format!("Cow::Borrowed(&[{}])", steps.join(", "))
}

fn text(text: &str) -> String {
    format!("Text::Borrowed({text:?})")
}

fn optional_text(value: Option<&rules::Text>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({})", text(value)))
}

fn list(texts: &Texts) -> String {
    let items: Vec<String> = texts.iter().map(|item| text(item)).collect();
    format!("Texts::Borrowed(&[{}])", items.join(", "))
}

fn variants<T: std::fmt::Debug>(kind: &str, values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{kind}::{value:?}")).collect();
    format!("Cow::Borrowed(&[{}])", values.join(", "))
}

fn option(kind: &str, variant: Option<String>) -> String {
    variant.map_or_else(|| "None".to_owned(), |variant| format!("Some({kind}::{variant})"))
}
