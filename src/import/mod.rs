//! Custom rules of another scanner, brought into our own schema.
//!
//! Reads the configuration of gitleaks as its documentation describes it, and writes a pattern
//! file. A join of [`crate::rules`] and [`crate::engine`]: a rule of ours has an example that the
//! engine finds, so one is made up for each. What cannot be carried over is said, rule by rule.

mod format;
pub mod known;
mod regex;
mod specimen;
mod written;

use crate::engine::Engine;
use crate::engine::examples::check_example;
use crate::findings::FingerprintKey;
use crate::rules::Rule;
use crate::rules::catalogue::Catalogue;
use crate::rules::check::check_file;
use crate::rules::toml_error::TomlError;

use format::{ConfigSyntax, RuleSyntax};
use regex::Foreign;
use written::Draft;

/// What the other format does not say.
#[derive(Clone, Debug)]
pub struct Options {
    /// Whose rules these are; the file's title if there is none.
    pub provider: Option<String>,
    /// Where their credentials are rotated.
    pub rotate: Option<String>,
}

/// A pattern file, and what one should know of it.
#[derive(Clone, Debug)]
pub struct Imported {
    /// The pattern file's text.
    pub file: String,
    /// How many rules came over, and how many there were.
    pub carried: usize,
    pub rules: usize,
    /// What was changed or left out, in the file's order.
    pub notes: Vec<String>,
}

/// Why a configuration could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    #[error("not a configuration of gitleaks: {0}")]
    Syntax(TomlError),
    #[error("it has no [[rules]], so that there is nothing to bring over")]
    Empty,
}

/// Times that a part without an upper bound may be repeated, the first that fits the reach.
const BOUNDS: [u32; 8] = [256, 128, 64, 48, 32, 24, 16, 8];

/// Examples that are tried before a rule is given up.
const TRIES: u64 = 48;

/// Brings the rules of a configuration over.
pub fn import(text: &str, options: &Options) -> Result<Imported, ImportError> {
    let config: ConfigSyntax =
        toml::from_str(text).map_err(|error| ImportError::Syntax(TomlError::new(text, &error)))?;
    if config.rules.is_empty() {
        return Err(ImportError::Empty);
    }
    // A pattern file is committed: what people wrote into the other one may hold a secret.
    let filter = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    let redacted =
        |text: String| String::from_utf8_lossy(&filter.redact(text.as_bytes())).into_owned();
    let mut notes = of_the_whole(&config);
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
        let name = rule.id.clone().unwrap_or_else(|| format!("in line {line}"));
        let mut said = |what: String| notes.push(format!("rule {name}: {what}"));
        let is_taken = |id: &str| {
            built_in.get(id).is_some() || drafts.iter().any(|(_, draft, _)| draft.id == id)
        };
        match carry(rule, is_taken, &mut said) {
            Ok((draft, rule)) => drafts.push((name, draft, rule)),
            Err(why) => said(format!("left out: {why}")),
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
            Err(why) => notes.push(format!("rule {name}: left out: {why}")),
        }
    }
    let file = written::file(&provider, rotate, &carried);
    Ok(Imported { file, carried: carried.len(), rules: count, notes })
}

fn of_the_whole(config: &ConfigSyntax) -> Vec<String> {
    let mut notes = Vec::new();
    if let Some(extend) = &config.extend {
        if extend.use_default {
            notes.push("extend.useDefault: the default rules stay behind; ours stand in".into());
        }
        for other in extend.path.iter().chain(&extend.url) {
            notes.push(format!("extend: the rules of {other} are not read; import it by itself"));
        }
        if !extend.disabled_rules.is_empty() {
            notes.push("extend.disabledRules: left out, the ids are not ours".into());
        }
    }
    if config.allowlist.is_some() || config.allowlists.is_some() {
        notes.push("allowlist: left out; what is allowed is said outside of pattern files".into());
    }
    notes
}

/// The rule in our terms, checked but for its example.
fn carry(
    rule: RuleSyntax,
    is_taken: impl Fn(&str) -> bool,
    said: &mut impl FnMut(String),
) -> Result<(Draft, Rule), String> {
    let Some(pattern) = rule.regex.filter(|regex| !regex.is_empty()) else {
        return Err(match rule.path {
            Some(_) => "it knows files by their paths alone, and a rule here looks at bytes".into(),
            None => "it has no regex: it changes a rule that is not in this file".into(),
        });
    };
    let name = rule.id.or_else(|| rule.description.clone()).unwrap_or_default();
    let id = written::free_id(&name, is_taken);
    if id != name {
        said(format!("its id is {id} now"));
    }
    let foreign = Foreign::new(&pattern, rule.secret_group)?;
    if rule.secret_group.is_none() && foreign.has_groups() {
        said("it has no secretGroup: its first group is taken for the secret".into());
    }
    let bounds: &[u32] = if foreign.is_unbounded() { &BOUNDS } else { &BOUNDS[..1] };
    let mut refused = String::new();
    for &most in bounds {
        let regex = foreign.bounded(most);
        let hir = regex::parse(&regex)
            .map_err(|why| format!("its regex has what is not supported here: {why}"))?;
        let anchors = regex::anchors(&hir).ok_or(
            "no text of three bytes and more is in all its matches, by which to find them; write \
             a rule with `names` by hand",
        )?;
        let draft = Draft {
            id: id.clone(),
            description: rule.description.clone(),
            entropy: rule.entropy.filter(|&least| least > 0.0),
            anchors,
            regex,
            example: "<>".into(),
        };
        match check_file(&written::file("Custom", None, std::slice::from_ref(&draft)), None) {
            Ok(mut rules) => {
                if foreign.is_unbounded() {
                    said(format!("what repeats without end repeats {most} times at most"));
                }
                if foreign.is_narrowed() {
                    said("its secrets hold no < and > here, as templates do".into());
                }
                if rule.path.is_some() {
                    said("its path is left out: it is looked for in all files".into());
                }
                // Of no further use where the regex asks for them itself.
                let lower = pattern.to_lowercase();
                let in_regex = |word: &String| lower.contains(&word.to_lowercase());
                if !rule.keywords.is_empty() && !rule.keywords.iter().any(in_regex) {
                    said("its keywords are left out: what its regex matches is enough".into());
                }
                for other in rule.others.keys() {
                    said(format!("its {other} is left out"));
                }
                let rule = rules.pop().ok_or("it holds nothing")?;
                return Ok((draft, rule));
            }
            Err(why) => refused = written::reason(&why),
        }
    }
    Err(refused)
}

/// A text that the rule finds, with the seam in its secret.
fn example(engine: &Engine, rule: &Rule) -> Result<String, String> {
    let hir = regex::parse(&rule.regex)?;
    let mut refused = String::new();
    for seed in 0..TRIES {
        let specimen::Specimen { text, secret } = specimen::specimen(&hir, seed);
        let Ok(text) = String::from_utf8(text) else { continue };
        for place in [secret.len() / 2, 1, secret.len().saturating_sub(1), 4] {
            let place = secret.start + place;
            if !secret.contains(&place) || !text.is_char_boundary(place) {
                continue;
            }
            let example = format!("{}<>{}", &text[..place], &text[place..]);
            match check_example(engine, rule, &example) {
                Ok(()) => return Ok(example),
                Err(why) => refused = why,
            }
        }
    }
    Err(format!("no example could be made up ({refused}); give it one by hand"))
}
