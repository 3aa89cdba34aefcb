//! Turns a pattern file's syntax into checked rules.
//!
//! Runs at build time over the built-in catalogue (`build.rs` includes this file) and at run time
//! over a user's files. Rejects unknown values, a rule without a trigger, a regex whose matches
//! exceed the engine's limits, a rule without an example.

pub mod cross_check;
mod fact_groups;
mod trigger;
mod vocabulary;

use std::borrow::Cow;

use regex_syntax::hir::Hir;
use toml::Spanned;

use fact_groups::{check_fact_name, named_groups};
use trigger::{
    check_before, check_kind, check_near, check_reader, check_trigger, is_variable_name,
};

use super::prefix_pattern::{PrefixPattern, prefix_pattern};
use super::schema::{ChecksSyntax, FileSyntax, PairSyntax, ProviderSyntax, RuleSyntax};
use super::toml_error::{TomlError, describe_regex_error};
use super::{
    CharKind, Checks, Checksum, Confidence, LinkChecked, MARGIN, MAX_GROUPS, Pair, PublicShape,
    Rule, RuleString, RuleStrings, Severity, Structure, TailRule,
};

/// Why a pattern file was rejected. Names the rule; the caller adds the file.
#[derive(Debug, thiserror::Error)]
pub enum RuleError {
    #[error("not a pattern file: {0}")]
    Syntax(TomlError),
    #[error("[provider]: {0}")]
    Provider(String),
    #[error("line {line}, rule {id}: {why}")]
    Rule { line: usize, id: String, why: String },
    #[error("rule {id}: {why}")]
    Catalogue { id: String, why: String },
}

/// Number of a runbook's steps in the built-in catalogue.
const RUNBOOK_STEPS: std::ops::RangeInclusive<usize> = 3..=6;

/// A checked rule and its lines in the file, from 1.
#[derive(Clone, Debug)]
pub struct CheckedRule {
    pub rule: Rule,
    /// First line of the rule.
    pub line: usize,
    pub examples: Vec<usize>,
    pub non_examples: Vec<usize>,
}

/// Reads and checks the text of one pattern file.
///
/// `stem` is the file's name without `.toml`; every rule's id must be it or begin with it
/// and a hyphen. `None` (a user's file) allows any id.
pub fn check_file(text: &str, stem: Option<&str>) -> Result<Vec<Rule>, RuleError> {
    check_each(text, stem)?.into_iter().map(|rule| Ok(rule?.rule)).collect()
}

/// As [`check_file`], but continues after a rule with an error.
pub fn check_each(
    text: &str,
    stem: Option<&str>,
) -> Result<Vec<Result<CheckedRule, RuleError>>, RuleError> {
    let file: FileSyntax =
        toml::from_str(text).map_err(|error| RuleError::Syntax(TomlError::new(text, &error)))?;
    let provider = file.provider;
    if stem.is_some() && provider.link_checked.is_none() {
        let known: Vec<&str> = LinkChecked::ALL.iter().map(|known| known.as_str()).collect();
        let why = format!(
            "link_checked is missing: state how `rotate` was checked: {}",
            known.join(", ")
        );
        return Err(RuleError::Provider(why));
    }
    let check = |rule: Spanned<RuleSyntax>| {
        let from = rule.span().start;
        let rule = rule.into_inner();
        let lines = |texts: &[Spanned<String>]| {
            texts.iter().map(|example| line_at(text, example.span().start)).collect()
        };
        let (id, examples) = (rule.id.clone(), lines(&rule.examples));
        let non_examples = lines(&rule.non_examples);
        match check_rule(inherit(rule, &provider), &provider.name, stem) {
            Ok(rule) => Ok(CheckedRule { rule, line: line_at(text, from), examples, non_examples }),
            Err(why) => Err(RuleError::Rule { line: line_of(text, from, &why), id, why }),
        }
    };
    Ok(file.rules.into_iter().map(check).collect())
}

fn line_at(text: &str, offset: usize) -> usize {
    1 + text.as_bytes()[..offset.min(text.len())].iter().filter(|&&b| b == b'\n').count()
}

/// The line of the field that an error message begins with, in the rule that begins at `from`; the
/// rule's first line if it begins with none.
fn line_of(text: &str, from: usize, why: &str) -> usize {
    let field = why.split(|c: char| !c.is_ascii_alphanumeric() && c != '_').next().unwrap_or("");
    let lines = text[from..].lines().enumerate();
    let mut rule_lines =
        lines.take_while(|(index, line)| *index == 0 || !line.starts_with("[[rule]]"));
    let is_set = |line: &str| {
        let rest = line.trim_start().strip_prefix(field);
        !field.is_empty() && rest.is_some_and(|rest| rest.trim_start().starts_with('='))
    };
    let offset = rule_lines.find(|(_, line)| is_set(line)).map_or(0, |(index, _)| index);
    line_at(text, from) + offset
}

/// The rule with the values that its provider states for all its rules.
fn inherit(mut rule: RuleSyntax, provider: &ProviderSyntax) -> RuleSyntax {
    // The provider's `link_checked` does not apply to the rule's own link.
    if rule.rotate.is_none() && rule.link_checked.is_none() {
        rule.link_checked.clone_from(&provider.link_checked);
    }
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
    for alias in &rule.aliases {
        check_id(alias, None).map_err(|why| format!("aliases: {alias:?}: {why}"))?;
    }
    check_texts(&rule)?;
    if stem.is_some() && !RUNBOOK_STEPS.contains(&rule.runbook.len()) {
        return Err(
            "runbook: needs three to six steps, from a new credential to the audit log".into()
        );
    }
    let (trigger, prefix, facts) = match (&rule.kind, &rule.reader) {
        (Some(_), Some(_)) => return Err("reader: cannot be combined with kind".into()),
        (Some(kind), None) => (check_kind(&rule, kind)?, PrefixPattern::default(), Vec::new()),
        (None, Some(it)) => (check_reader(&rule, it)?, PrefixPattern::default(), Vec::new()),
        (None, None) => {
            let (hir, facts) = parse_regex(&rule.regex, rule.public.is_some())?;
            (check_trigger(&rule, &hir)?, prefix_pattern(&hir), facts)
        }
    };
    check_before(&rule, &trigger)?;
    for (field, regex) in
        [("unless", &rule.unless), ("near", &rule.near), ("unless_near", &rule.unless_near)]
    {
        if let Some(regex) = regex {
            parse(regex).map_err(|error| format!("{field}: {}", describe_regex_error(&error)))?;
        }
    }
    check_near(&rule, &trigger)?;
    let rotate = rule.rotate.unwrap_or_default();
    if !rotate.starts_with("https://") {
        return Err(format!("rotate must be an https:// link, not {rotate:?}"));
    }
    Ok(Rule {
        severity: word("severity", &rule.severity, Severity::from_name, Severity::ALL)?,
        confidence: word("confidence", &rule.confidence, Confidence::from_name, Confidence::ALL)?,
        extends: optional_word("extends", rule.extends, TailRule::from_name, TailRule::ALL)?,
        checks: checks(rule.checks)?,
        facts: texts(facts),
        public: rule.public.map(Cow::Owned),
        pair: rule.pair.map(pair).transpose()?,
        link_checked: optional_word(
            "link_checked",
            rule.link_checked,
            LinkChecked::from_name,
            LinkChecked::ALL,
        )?
        .unwrap_or(LinkChecked::Memory),
        trigger,
        id: Cow::Owned(rule.id),
        aliases: texts(rule.aliases),
        since: Cow::Owned(rule.since),
        provider: Cow::Owned(provider.to_owned()),
        name: Cow::Owned(rule.name),
        description: Cow::Owned(rule.description),
        legacy: rule.legacy,
        regex: Cow::Owned(rule.regex),
        prefix,
        before: rule.before.map(Cow::Owned),
        unless: rule.unless.map(Cow::Owned),
        near: rule.near.map(Cow::Owned),
        unless_near: rule.unless_near.map(Cow::Owned),
        rotate: Cow::Owned(rotate),
        runbook: texts(rule.runbook),
        references: texts(rule.references),
        examples: spanned(rule.examples),
        non_examples: spanned(rule.non_examples),
    })
}

fn checks(syntax: ChecksSyntax) -> Result<Checks, String> {
    Ok(Checks {
        min_entropy: syntax.min_entropy,
        needs: words("needs", &syntax.needs, CharKind::from_name, CharKind::ALL)?,
        not: words("not", &syntax.not, PublicShape::from_name, PublicShape::ALL)?,
        checksum: optional_word("checksum", syntax.checksum, Checksum::from_name, Checksum::ALL)?,
        structure: optional_word(
            "structure",
            syntax.structure,
            Structure::from_name,
            Structure::ALL,
        )?,
        never: texts(syntax.never),
    })
}

fn pair(PairSyntax { with, names, within }: PairSyntax) -> Result<Pair, String> {
    if with.is_empty() && names.is_empty() || within == 0 || within > MARGIN {
        return Err(format!(
            "pair: needs `with` or `names`, and `within` from 1 to {MARGIN} bytes"
        ));
    }
    for (fact, names) in &names {
        check_fact_name(fact).map_err(|why| format!("pair: {why}"))?;
        if let Some(name) = names.iter().find(|name| !is_variable_name(name, 3)) {
            return Err(format!(
                "pair: name {name:?} must have at least 3 characters, only letters, digits, _, - and ."
            ));
        }
    }
    let names = names.into_iter().map(|(fact, names)| (Cow::Owned(fact), texts(names)));
    Ok(Pair { with: texts(with), names: names.collect(), within })
}

fn texts(list: Vec<String>) -> RuleStrings {
    Cow::Owned(list.into_iter().map(RuleString::Owned).collect())
}

fn spanned(list: Vec<Spanned<String>>) -> RuleStrings {
    texts(list.into_iter().map(Spanned::into_inner).collect())
}

/// An id is kebab-case and begins with its file's name, so that it is unique and names the
/// provider.
fn check_id(id: &str, stem: Option<&str>) -> Result<(), String> {
    let kebab = !id.is_empty()
        && id.split('-').all(|word| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        });
    if !kebab {
        return Err("id: must be lower-case words and digits, joined by single hyphens".into());
    }
    match stem {
        Some(stem) if id != stem && !id.starts_with(&format!("{stem}-")) => {
            Err(format!("id: must begin with its file's name, {stem:?}"))
        }
        _ => Ok(()),
    }
}

/// The texts that reports show are present, and no longer than GitHub displays.
fn check_texts(rule: &RuleSyntax) -> Result<(), String> {
    if let Some(name) = &rule.public {
        check_fact_name(name).map_err(|why| format!("public: {why}"))?;
    }
    for (field, text, longest) in
        [("name", &rule.name, 255), ("description", &rule.description, 1024)]
    {
        if text.trim().is_empty() || text.len() > longest {
            return Err(format!("{field} must have 1 to {longest} bytes"));
        }
    }
    if rule.public.is_some() && rule.extends.is_some() {
        return Err("public: cannot be combined with `extends`: the value is shown in full".into());
    }
    if rule.runbook.is_empty() {
        return Err("runbook is empty: describe how to rotate this credential".into());
    }
    if rule.examples.is_empty() {
        return Err("examples is empty: add at least one text with this credential".into());
    }
    Ok(())
}

/// The regex's syntax tree, and the names of its facts.
fn parse_regex(pattern: &str, is_public: bool) -> Result<(Hir, Vec<String>), String> {
    let hir = parse(pattern).map_err(|error| format!("regex: {}", describe_regex_error(&error)))?;
    let groups = hir.properties().explicit_captures_len() + 1;
    if groups > MAX_GROUPS {
        return Err(format!(
            "regex: has {groups} groups, at most {MAX_GROUPS} are allowed; use (?:…)"
        ));
    }
    match named_groups(&hir, is_public)? {
        (1, facts) => Ok((hir, facts)),
        (n, _) => Err(format!("regex: needs exactly one group (?<secret>…), has {n}")),
    }
}

/// Parses with the engine's settings: bytes, no Unicode classes.
fn parse(pattern: &str) -> Result<Hir, Box<regex_syntax::Error>> {
    let mut parser = regex_syntax::ParserBuilder::new().unicode(false).utf8(false).build();
    parser.parse(pattern).map_err(Box::new)
}

fn word<T: Copy + std::fmt::Display>(
    field: &str,
    text: &str,
    parse: fn(&str) -> Option<T>,
    all: &[T],
) -> Result<T, String> {
    parse(text).ok_or_else(|| {
        let known: Vec<String> = all.iter().map(T::to_string).collect();
        format!("{field} {text:?} is unknown, expected one of {}", known.join(", "))
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
