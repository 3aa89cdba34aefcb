//! Imports from other scanners: custom rules (here) and triaged findings ([`triaged`]).
//!
//! Reads the configuration of gitleaks as its documentation describes it, and writes a pattern
//! file. Joins [`crate::rules`] and [`crate::engine`]: every rule needs an example that the engine
//! finds, so one is generated. What cannot be imported is noted rule by rule.

mod gitleaks;
mod pattern_file;
mod regex;
mod specimen;
pub mod triaged;

use crate::engine::Engine;
use crate::engine::examples::check_example;
use crate::findings::FingerprintKey;
use crate::rules::Rule;
use crate::rules::catalogue::Catalogue;
use crate::rules::check::check_file;
use crate::rules::toml_error::TomlError;

use gitleaks::{GitleaksConfig, GitleaksRule};
use pattern_file::Draft;
use regex::GoRegex;

/// What the other format does not have.
#[derive(Clone, Debug)]
pub struct Options {
    /// The provider of the credentials; the title of the file by default.
    pub provider: Option<String>,
    /// The page that explains how to rotate the credentials.
    pub rotate: Option<String>,
}

/// A pattern file and notes on it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The text of the pattern file.
    pub file: String,
    /// Number of imported rules and of all rules.
    pub carried: usize,
    pub rules: usize,
    /// What was changed or not imported, in the order of the file.
    pub notes: Vec<String>,
}

/// Why a configuration could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("not a gitleaks configuration: {0}")]
    Syntax(TomlError),
    #[error("it has no [[rules]] to import")]
    Empty,
}

/// Upper bounds for unbounded repetitions; the first that fits the limits is used.
const BOUNDS: [u32; 8] = [256, 128, 64, 48, 32, 24, 16, 8];

/// Number of examples that are tried before a rule is skipped.
const TRIES: u64 = 48;

/// Imports the rules of a configuration.
pub fn import(text: &str, options: &Options) -> Result<Imported, ImportError> {
    let config: GitleaksConfig =
        toml::from_str(text).map_err(|error| ImportError::Syntax(TomlError::new(text, &error)))?;
    if config.rules.is_empty() {
        return Err(ImportError::Empty);
    }
    // A pattern file gets committed, and the text of the other file may contain a secret.
    let filter = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    let redacted =
        |text: String| String::from_utf8_lossy(&filter.redact(text.as_bytes())).into_owned();
    let mut notes = notes_on_file(&config);
    let provider =
        options.provider.clone().or(config.title.map(redacted)).unwrap_or_else(|| "Custom".into());
    let rotate = options.rotate.as_deref();
    let count = config.rules.len();
    let mut drafts: Vec<(String, Draft, Rule)> = Vec::new();
    let built_in = Catalogue::built_in();
    for rule in config.rules {
        let line = 1 + text[..rule.span().start].matches('\n').count();
        let mut rule = rule.into_inner();
        rule.description = rule.description.map(redacted);
        let name = rule.id.clone().unwrap_or_else(|| format!("on line {line}"));
        let mut note = |what: String| notes.push(format!("rule {name}: {what}"));
        let is_taken = |id: &str| {
            built_in.resolve(id).is_some() || drafts.iter().any(|(_, draft, _)| draft.id == id)
        };
        match convert(rule, is_taken, &mut note) {
            Ok((draft, rule)) => drafts.push((name, draft, rule)),
            Err(why) => note(format!("not imported: {why}")),
        }
    }
    let mut catalogue = built_in;
    // Rules of new ids and without pairs: nothing to refuse.
    let _ = catalogue.replace(drafts.iter().map(|(.., rule)| rule.clone()));
    let engine = Engine::new(catalogue, FingerprintKey::new(b""));
    let mut carried = Vec::new();
    for (name, mut draft, rule) in drafts {
        match example(&engine, &rule) {
            Ok(example) => {
                draft.example = example;
                carried.push(draft);
            }
            Err(why) => notes.push(format!("rule {name}: not imported: {why}")),
        }
    }
    let file = pattern_file::file(&provider, rotate, &carried);
    Ok(Imported { file, carried: carried.len(), rules: count, notes })
}

fn notes_on_file(config: &GitleaksConfig) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(extend) = &config.extend {
        if extend.use_default {
            notes.push("extend.useDefault: gitleaks' default rules are not imported; keysieve's built-in rules \
                 apply"
                    .into());
        }
        for other in extend.path.iter().chain(&extend.url) {
            notes.push(format!(
                "extend: the rules of {other} are not imported; import that file separately"
            ));
        }
        if !extend.disabled_rules.is_empty() {
            notes
                .push("extend.disabledRules: not imported; these are ids of gitleaks rules".into());
        }
    }
    if config.allowlist.is_some() || config.allowlists.is_some() {
        notes.push(
            "allowlist: not imported; use [[exclude]] in .keysieve.toml or a baseline".into(),
        );
    }
    notes
}

/// The rule in our schema, checked except for its example.
fn convert(
    rule: GitleaksRule,
    is_taken: impl Fn(&str) -> bool,
    note: &mut impl FnMut(String),
) -> Result<(Draft, Rule), String> {
    let Some(pattern) = rule.regex.filter(|regex| !regex.is_empty()) else {
        return Err(match rule.path {
            Some(_) => "it matches paths only, and keysieve rules match content".into(),
            None => "it has no regex: it modifies a rule that is not in this file".into(),
        });
    };
    let name = rule.id.or_else(|| rule.description.clone()).unwrap_or_default();
    let id = pattern_file::free_id(&name, is_taken);
    if id != name {
        note(format!("id changed to {id}"));
    }
    let converted = GoRegex::new(&pattern, rule.secret_group)?;
    if rule.secret_group.is_none() && converted.has_groups() {
        note("no secretGroup: its first group is used as the secret".into());
    }
    let bounds: &[u32] = if converted.is_unbounded() { &BOUNDS } else { &BOUNDS[..1] };
    let mut refused = String::new();
    for &most in bounds {
        let regex = converted.bounded(most);
        let hir = regex::parse(&regex).map_err(|why| format!("unsupported regex: {why}"))?;
        let anchors = regex::anchors(&hir).ok_or(
            "its matches share no literal of three or more bytes to use as an anchor; write a rule \
             with `names` by hand",
        )?;
        let draft = Draft {
            id: id.clone(),
            description: rule.description.clone(),
            entropy: rule.entropy.filter(|&least| least > 0.0),
            anchors,
            regex,
            example: "<>".into(),
        };
        match check_file(&pattern_file::file("Custom", None, std::slice::from_ref(&draft)), None) {
            Ok(mut rules) => {
                if converted.is_unbounded() {
                    note(format!("unbounded repetition limited to {most}"));
                }
                if converted.is_narrowed() {
                    note("`<` and `>` excluded from its secret, as in templates".into());
                }
                if rule.path.is_some() {
                    note("path not imported: the rule applies to all files".into());
                }
                // Keywords that the regex contains add nothing.
                let lower = pattern.to_lowercase();
                let in_regex = |word: &String| lower.contains(&word.to_lowercase());
                if !rule.keywords.is_empty() && !rule.keywords.iter().any(in_regex) {
                    note("keywords not imported: its regex is sufficient".into());
                }
                for other in rule.others.keys() {
                    note(format!("{other} not imported"));
                }
                let rule = rules.pop().ok_or("it is empty")?;
                return Ok((draft, rule));
            }
            Err(why) => refused = pattern_file::reason(&why),
        }
    }
    Err(refused)
}

/// A text that the rule finds, with the split marker in its secret.
fn example(engine: &Engine, rule: &Rule) -> Result<String, String> {
    let hir = regex::parse(&rule.regex)?;
    let mut refused = String::new();
    for seed in 0..TRIES {
        let specimen::Specimen { text, secret } = specimen::specimen(&hir, seed);
        let Ok(text) = String::from_utf8(text) else { continue };
        for offset in [secret.len() / 2, 1, secret.len().saturating_sub(1), 4] {
            let offset = secret.start + offset;
            if !secret.contains(&offset) || !text.is_char_boundary(offset) {
                continue;
            }
            let example = format!("{}<>{}", &text[..offset], &text[offset..]);
            match check_example(engine, rule, &example) {
                Ok(()) => return Ok(example),
                Err(why) => refused = why,
            }
        }
    }
    Err(format!("cannot generate an example ({refused}); write the rule by hand"))
}
