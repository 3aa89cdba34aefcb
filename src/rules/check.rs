//! From a pattern file as written to checked rules.
//!
//! Runs at build time over the built-in catalogue (`build.rs` includes this file) and at run
//! time over a user's files. What it does not let through: unknown words, a rule without a
//! way to find it, a regex that reaches further than the engine looks, a missing example.

use std::borrow::Cow;

use regex_syntax::hir::literal::{ExtractKind, Extractor};
use regex_syntax::hir::{Class, Hir, HirKind};

use super::schema::{FileSyntax, ProviderSyntax, RuleSyntax};
use super::{
    AFTER, BEFORE, CharKind, Checks, Checksum, Confidence, Extension, LONG_RUN, LONGEST,
    MOST_GROUPS, PublicShape, Rule, Seat, Severity, Structure, TOKEN_RUN, Text, Texts, Trigger,
};

/// Why a pattern file was refused. Names the rule; the caller adds the file.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("not a pattern file: {0}")]
    Syntax(#[from] toml::de::Error),
    #[error("rule {id}: {why}")]
    Rule { id: String, why: String },
}

/// Reads and checks the text of one pattern file.
///
/// `stem` is the file's name without `.toml`; every rule's id must be it or begin with it
/// and a hyphen. `None` (a user's file) leaves the id free.
pub fn check_file(text: &str, stem: Option<&str>) -> Result<Vec<Rule>, RuleError> {
    let file: FileSyntax = toml::from_str(text)?;
    let provider = file.provider;
    file.rules
        .into_iter()
        .map(|rule| {
            let id = rule.id.clone();
            check_rule(inherit(rule, &provider), &provider.name, stem)
                .map_err(|why| RuleError::Rule { id, why })
        })
        .collect()
}

/// The rule with what its provider says for all of them.
fn inherit(mut rule: RuleSyntax, provider: &ProviderSyntax) -> RuleSyntax {
    rule.rotate.get_or_insert_with(|| provider.rotate.clone());
    if rule.runbook.is_empty() {
        rule.runbook.clone_from(&provider.runbook);
    }
    if rule.references.is_empty() {
        rule.references.clone_from(&provider.references);
    }
    rule
}

fn check_rule(rule: RuleSyntax, provider: &str, stem: Option<&str>) -> Result<Rule, String> {
    check_id(&rule.id, stem)?;
    check_texts(&rule)?;
    let hir = parse_regex(&rule.regex)?;
    let trigger = check_trigger(&rule, &hir)?;
    check_before(&rule, &trigger)?;
    let rotate = rule.rotate.unwrap_or_default();
    if !rotate.starts_with("https://") {
        return Err(format!("rotate must be an https:// link, not {rotate:?}"));
    }
    Ok(Rule {
        severity: word("severity", &rule.severity, Severity::from_name, Severity::ALL)?,
        confidence: word("confidence", &rule.confidence, Confidence::from_name, Confidence::ALL)?,
        extends: optional_word("extends", rule.extends, Extension::from_name, Extension::ALL)?,
        checks: Checks {
            min_entropy: rule.checks.min_entropy,
            needs: words("needs", &rule.checks.needs, CharKind::from_name, CharKind::ALL)?,
            not: words("not", &rule.checks.not, PublicShape::from_name, PublicShape::ALL)?,
            checksum: optional_word(
                "checksum",
                rule.checks.checksum,
                Checksum::from_name,
                Checksum::ALL,
            )?,
            structure: optional_word(
                "structure",
                rule.checks.structure,
                Structure::from_name,
                Structure::ALL,
            )?,
            never: texts(rule.checks.never),
        },
        trigger,
        id: Cow::Owned(rule.id),
        since: Cow::Owned(rule.since),
        provider: Cow::Owned(provider.to_owned()),
        name: Cow::Owned(rule.name),
        description: Cow::Owned(rule.description),
        legacy: rule.legacy,
        regex: Cow::Owned(rule.regex),
        before: rule.before.map(Cow::Owned),
        rotate: Cow::Owned(rotate),
        runbook: texts(rule.runbook),
        references: texts(rule.references),
        examples: texts(rule.examples),
        non_examples: texts(rule.non_examples),
    })
}

fn texts(list: Vec<String>) -> Texts {
    Cow::Owned(list.into_iter().map(Text::Owned).collect())
}

/// Kebab-case, and of the file it stands in, so that ids stay unique and speak.
fn check_id(id: &str, stem: Option<&str>) -> Result<(), String> {
    let kebab = !id.is_empty()
        && id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    if !kebab {
        return Err("an id is lower-case words and digits joined by single hyphens".into());
    }
    match stem {
        Some(stem) if id != stem && !id.starts_with(&format!("{stem}-")) => {
            Err(format!("an id begins with its file's name, here {stem:?}"))
        }
        _ => Ok(()),
    }
}

/// Everything a reader of a report relies on must be there, within what GitHub shows.
fn check_texts(rule: &RuleSyntax) -> Result<(), String> {
    for (field, text, longest) in
        [("name", &rule.name, 255), ("description", &rule.description, 1024)]
    {
        if text.trim().is_empty() || text.len() > longest {
            return Err(format!("{field} must have 1 to {longest} bytes"));
        }
    }
    if rule.runbook.is_empty() {
        return Err("runbook is empty: say how this credential is rotated".into());
    }
    if rule.examples.is_empty() {
        return Err("examples is empty: give at least one text with this credential".into());
    }
    Ok(())
}

fn parse_regex(pattern: &str) -> Result<Hir, String> {
    let hir = parse(pattern).map_err(|error| format!("regex: {error}"))?;
    let groups = hir.properties().explicit_captures_len() + 1;
    if groups > MOST_GROUPS {
        return Err(format!("regex: {groups} groups, at most {MOST_GROUPS}; use (?:…)"));
    }
    match secret_groups(&hir) {
        1 => Ok(hir),
        n => Err(format!("regex: needs one group (?<secret>…), has {n}")),
    }
}

/// As the engine will: bytes, no Unicode classes.
fn parse(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(Box::new)
}

/// Point 1 of the contract for what stands in front of a match.
fn check_before(rule: &RuleSyntax, trigger: &Trigger) -> Result<(), String> {
    let Some(pattern) = &rule.before else { return Ok(()) };
    let hir = parse(pattern).map_err(|error| format!("before: {error}"))?;
    let reach = hir.properties().maximum_len().unwrap_or(usize::MAX);
    match trigger {
        Trigger::Anchors { seat: Seat::MatchStart, .. } if reach < BEFORE => Ok(()),
        Trigger::Anchors { seat: Seat::MatchStart, .. } => {
            Err(format!("before: at most {} bytes are looked at", BEFORE - 1))
        }
        _ => Err("before: goes with a regex that begins with its anchor and without \\b".into()),
    }
}

fn secret_groups(hir: &Hir) -> usize {
    match hir.kind() {
        HirKind::Capture(capture) => {
            usize::from(capture.name.as_deref() == Some("secret")) + secret_groups(&capture.sub)
        }
        HirKind::Repetition(repetition) => secret_groups(&repetition.sub),
        HirKind::Concat(subs) | HirKind::Alternation(subs) => subs.iter().map(secret_groups).sum(),
        _ => 0,
    }
}

/// Points 1 and 3 of the contract: what a verdict looks at is known before it runs.
fn check_trigger(rule: &RuleSyntax, hir: &Hir) -> Result<Trigger, String> {
    let longest = hir.properties().maximum_len().ok_or(
        "regex: unbounded; give every repetition an upper bound, and `extends` where a body goes on",
    )?;
    match (rule.anchors.is_empty(), rule.names.is_empty()) {
        (true, true) => {
            Err("needs anchors (literals in the match) or names (whose value it is)".into())
        }
        (false, false) => Err("has both anchors and names; make two rules of it".into()),
        (true, false) => {
            for name in &rule.names {
                if name.len() < 4 || !name.bytes().all(is_name_byte) {
                    return Err(format!(
                        "name {name:?}: 4 and more of letters, digits, _, - and ."
                    ));
                }
            }
            if longest > LONGEST {
                return Err(format!("regex: matches {longest} bytes, {LONGEST} are looked at"));
            }
            Ok(Trigger::Names(texts(rule.names.clone())))
        }
        (false, true) => {
            for anchor in &rule.anchors {
                if anchor.len() < 2 {
                    return Err(format!("anchor {anchor:?}: two bytes at least"));
                }
            }
            let seat = seat(hir, &rule.anchors);
            if seat != Seat::TokenStart && rule.anchors.iter().any(|anchor| anchor.len() < 3) {
                return Err(
                    "an anchor of two bytes must begin a word of 16 token characters".into()
                );
            }
            // A look-around sees one byte more on either side.
            let before = match seat {
                Seat::Inside | Seat::InRun => {
                    bytes_before(hir, &rule.anchors).unwrap_or(longest) + 1
                }
                Seat::TokenStart | Seat::MatchStart => 1,
            };
            if before > BEFORE {
                return Err(format!(
                    "regex: may begin {before} bytes before an anchor, {BEFORE} are looked at"
                ));
            }
            if longest + 1 > LONGEST + AFTER {
                return Err(format!(
                    "regex: matches {longest} bytes, {} are looked at; use `extends` for a long body",
                    LONGEST + AFTER - 1
                ));
            }
            Ok(Trigger::Anchors { literals: texts(rule.anchors.clone()), seat, longest })
        }
    }
}

fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.')
}

fn seat(hir: &Hir, anchors: &[String]) -> Seat {
    if !begins_with_an_anchor(hir, anchors) {
        return if run_round(hir, anchors) >= LONG_RUN { Seat::InRun } else { Seat::Inside };
    }
    let words =
        anchors.iter().all(|anchor| anchor.as_bytes().first().copied().is_some_and(is_word));
    if words && begins_a_word(hir) && leading_tokens(hir).0 >= TOKEN_RUN {
        Seat::TokenStart
    } else {
        Seat::MatchStart
    }
}

fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// How many characters of base64 stand in a row round the anchor in every match, where the
/// regex is a row of parts one of which is a literal that holds it.
fn run_round(hir: &Hir, anchors: &[String]) -> usize {
    let in_run = |b: u8| is_word(b) || b"+/-".contains(&b);
    let parts = parts(hir);
    let holds = |part: &&Hir| match part.kind() {
        HirKind::Literal(literal) => {
            let text = literal.0.as_ref();
            text.iter().all(|&b| in_run(b))
                && anchors.iter().any(|anchor| {
                    text.windows(anchor.len()).any(|window| window == anchor.as_bytes())
                })
        }
        _ => false,
    };
    let Some(place) = parts.iter().position(holds) else { return 0 };
    // Every anchor must be of such characters: each is looked for in runs alone.
    if !anchors.iter().all(|anchor| anchor.bytes().all(in_run)) {
        return 0;
    }
    let row = |parts: &mut dyn Iterator<Item = &&Hir>| -> usize {
        let mut total = 0;
        for part in parts {
            match repeated(part, &in_run) {
                (length, true) => total += length,
                (_, false) => break,
            }
        }
        total
    };
    row(&mut parts[..place].iter().rev()) + row(&mut parts[place..].iter())
}

/// How many wanted bytes a part has at least, and whether it has no others, so that the row
/// goes on. A part that has others counts for nothing.
fn repeated(part: &Hir, wanted: &dyn Fn(u8) -> bool) -> (usize, bool) {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|&&b| wanted(b)).count();
            (length, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let all = class.iter().all(|range| (range.start()..=range.end()).all(wanted));
            (usize::from(all), all)
        }
        HirKind::Repetition(repetition) => {
            let (length, whole) = repeated(&repetition.sub, wanted);
            if whole { (length * repetition.min as usize, true) } else { (0, false) }
        }
        HirKind::Capture(capture) => repeated(&capture.sub, wanted),
        HirKind::Concat(subs) => subs.iter().fold((0, true), |(total, whole), sub| {
            let (length, goes_on) = repeated(sub, wanted);
            (total + length, whole && goes_on)
        }),
        HirKind::Alternation(subs) => subs
            .iter()
            .map(|sub| repeated(sub, wanted))
            .reduce(|a, b| (a.0.min(b.0), a.1 && b.1))
            .unwrap_or((0, false)),
        _ => (0, false),
    }
}

/// How many bytes a match may have in front of its anchor, where the regex is a row of parts
/// one of which is a literal that holds it.
fn bytes_before(hir: &Hir, anchors: &[String]) -> Option<usize> {
    let mut before = 0;
    for part in parts(hir) {
        if let HirKind::Literal(literal) = part.kind() {
            let text = literal.0.as_ref();
            let place = anchors.iter().find_map(|anchor| {
                text.windows(anchor.len()).position(|window| window == anchor.as_bytes())
            });
            if let Some(place) = place {
                return Some(before + place);
            }
        }
        before += part.properties().maximum_len()?;
    }
    None
}

/// The parts of a concatenation, groups opened.
fn parts(hir: &Hir) -> Vec<&Hir> {
    match hir.kind() {
        HirKind::Concat(subs) => subs.iter().flat_map(parts).collect(),
        HirKind::Capture(capture) => parts(&capture.sub),
        _ => vec![hir],
    }
}

/// Whether the regex begins with `\b`.
fn begins_a_word(hir: &Hir) -> bool {
    match hir.kind() {
        HirKind::Look(look) => *look == regex_syntax::hir::Look::WordAscii,
        HirKind::Capture(capture) => begins_a_word(&capture.sub),
        HirKind::Concat(subs) => subs.first().is_some_and(begins_a_word),
        HirKind::Alternation(subs) => subs.iter().all(begins_a_word),
        _ => false,
    }
}

/// With how many token characters every match begins at least, and whether all of the
/// match is made of them.
fn leading_tokens(hir: &Hir) -> (usize, bool) {
    let is_token = |b: u8| is_word(b) || b"+/=.~-".contains(&b);
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => (0, true),
        HirKind::Literal(literal) => {
            let length = literal.0.iter().take_while(|&&b| is_token(b)).count();
            (length, length == literal.0.len())
        }
        HirKind::Class(Class::Bytes(class)) => {
            let tokens = class.iter().all(|range| (range.start()..=range.end()).all(is_token));
            (usize::from(tokens), tokens)
        }
        HirKind::Class(Class::Unicode(_)) => (0, false),
        HirKind::Capture(capture) => leading_tokens(&capture.sub),
        HirKind::Repetition(repetition) => {
            let (length, all) = leading_tokens(&repetition.sub);
            let times = if all { repetition.min as usize } else { repetition.min.min(1) as usize };
            (length * times, all)
        }
        HirKind::Concat(subs) => {
            let mut total = 0;
            for sub in subs {
                let (length, all) = leading_tokens(sub);
                total += length;
                if !all {
                    return (total, false);
                }
            }
            (total, true)
        }
        HirKind::Alternation(subs) => {
            let each = subs.iter().map(leading_tokens);
            each.reduce(|a, b| (a.0.min(b.0), a.1 && b.1)).unwrap_or((0, true))
        }
    }
}

/// Whether every match begins with one of the anchors.
fn begins_with_an_anchor(hir: &Hir, anchors: &[String]) -> bool {
    let mut extractor = Extractor::new();
    extractor.kind(ExtractKind::Prefix).limit_total(2048);
    let prefixes = extractor.extract(&without_looks(hir));
    match prefixes.literals() {
        Some(literals) if !literals.is_empty() => literals.iter().all(|literal| {
            anchors.iter().any(|anchor| literal.as_bytes().starts_with(anchor.as_bytes()))
        }),
        _ => false,
    }
}

/// The regex without its look-arounds, which have no width but hide prefixes.
fn without_looks(hir: &Hir) -> Hir {
    match hir.kind() {
        HirKind::Look(_) => Hir::empty(),
        HirKind::Capture(capture) => without_looks(&capture.sub),
        HirKind::Concat(subs) => Hir::concat(subs.iter().map(without_looks).collect()),
        HirKind::Alternation(subs) => Hir::alternation(subs.iter().map(without_looks).collect()),
        HirKind::Repetition(repetition) => Hir::repetition(regex_syntax::hir::Repetition {
            min: repetition.min,
            max: repetition.max,
            greedy: repetition.greedy,
            sub: Box::new(without_looks(&repetition.sub)),
        }),
        HirKind::Class(Class::Bytes(class)) => Hir::class(Class::Bytes(class.clone())),
        _ => hir.clone(),
    }
}

fn word<T: Copy + std::fmt::Display>(
    field: &str,
    text: &str,
    parse: fn(&str) -> Option<T>,
    all: &[T],
) -> Result<T, String> {
    parse(text).ok_or_else(|| {
        let known: Vec<String> = all.iter().map(T::to_string).collect();
        format!("{field} {text:?} is unknown; it is one of {}", known.join(", "))
    })
}

fn words<T: Copy + std::fmt::Display>(
    field: &str,
    texts: &[String],
    parse: fn(&str) -> Option<T>,
    all: &[T],
) -> Result<Cow<'static, [T]>, String> {
    texts.iter().map(|text| word(field, text, parse, all)).collect()
}

fn optional_word<T: Copy + std::fmt::Display>(
    field: &str,
    text: Option<String>,
    parse: fn(&str) -> Option<T>,
    all: &[T],
) -> Result<Option<T>, String> {
    text.map(|text| word(field, &text, parse, all)).transpose()
}
