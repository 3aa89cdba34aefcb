//! What triggers a rule: the anchors or variable names that must be present, with the reach of its
//! regex around them.

use regex_syntax::hir::Hir;

use super::vocabulary::expand;
use super::{parse, texts, word};
use crate::rules::regex_shape::{anchor_position, begins_at_word_boundary, bytes_before};
use crate::rules::schema::RuleSyntax;
use crate::rules::toml_error::describe_regex_error;
use crate::rules::{AFTER, AnchorPosition, BEFORE, LONGEST, NameKind, StructureReader, Trigger};

/// A rule for a kind of names has neither anchors nor a regex.
pub fn check_kind(rule: &RuleSyntax, kind: &str) -> Result<Trigger, String> {
    check_alone(rule, "kind")?;
    Ok(Trigger::Kind(word("kind", kind, NameKind::from_name, NameKind::ALL)?))
}

/// Nor has a rule for a structure.
pub fn check_reader(rule: &RuleSyntax, reader: &str) -> Result<Trigger, String> {
    check_alone(rule, "reader")?;
    let known = StructureReader::ALL;
    Ok(Trigger::Reader(word("reader", reader, StructureReader::from_name, known)?))
}

fn check_alone(rule: &RuleSyntax, field: &str) -> Result<(), String> {
    let alone = rule.regex.is_empty()
        && rule.anchors.is_empty()
        && rule.names.is_empty()
        && rule.extends.is_none();
    if !alone {
        return Err(format!("{field}: replaces anchors, names, regex and extends; remove them"));
    }
    Ok(())
}

/// Points 1 and 3 of the contract of locality: the bytes that a verdict depends on are bounded.
pub fn check_trigger(rule: &RuleSyntax, hir: &Hir) -> Result<Trigger, String> {
    let longest = hir.properties().maximum_len().ok_or(
        "regex: unbounded; give every repetition an upper bound, and use `extends` for a longer secret",
    )?;
    match (rule.anchors.is_empty(), rule.names.is_empty()) {
        (true, true) => {
            Err("needs anchors (literals in the match) or names (variables with this value)".into())
        }
        (false, false) => Err("names: cannot be combined with anchors; write two rules".into()),
        (true, false) => check_names(rule, longest),
        (false, true) => check_anchors(rule, hir, longest),
    }
}

/// Variable names, whose values match the regex.
fn check_names(rule: &RuleSyntax, longest: usize) -> Result<Trigger, String> {
    let names = expand(&rule.names)?;
    for name in &names {
        if !is_variable_name(name, 4) {
            return Err(format!(
                "names: {name:?} must have at least 4 characters, only letters, digits, _, - and ."
            ));
        }
    }
    if longest > LONGEST {
        return Err(format!("regex: can match {longest} bytes, the limit is {LONGEST}"));
    }
    Ok(Trigger::Names(texts(names)))
}

/// Literals that are in every match. A delta scan needs their distance from the start of the match.
fn check_anchors(rule: &RuleSyntax, hir: &Hir, longest: usize) -> Result<Trigger, String> {
    for anchor in &rule.anchors {
        if anchor.len() < 2 {
            return Err(format!("anchors: {anchor:?} must have at least two bytes"));
        }
    }
    let position = anchor_position(hir, &rule.anchors);
    if position != AnchorPosition::TokenStart && rule.anchors.iter().any(|anchor| anchor.len() < 3)
    {
        return Err(
            "anchors: one of two bytes must begin a word of at least 16 token characters".into()
        );
    }
    let max_before = match position {
        AnchorPosition::Inside | AnchorPosition::InRun => {
            bytes_before(hir, &rule.anchors).unwrap_or(longest)
        }
        AnchorPosition::TokenStart | AnchorPosition::MatchStart => 0,
    };
    // A look-around sees one more byte before and after.
    let before = max_before + 1;
    if before > BEFORE {
        return Err(format!(
            "regex: can begin {before} bytes before an anchor, the limit is {BEFORE}"
        ));
    }
    if longest + 1 > LONGEST + AFTER {
        return Err(format!(
            "regex: can match {longest} bytes, the limit is {}; use `extends` for a longer secret",
            LONGEST + AFTER - 1
        ));
    }
    let literals = texts(rule.anchors.clone());
    let at_word_start = begins_at_word_boundary(hir);
    let shortest = hir.properties().minimum_len().unwrap_or(0);
    Ok(Trigger::Anchors { literals, position, shortest, longest, max_before, at_word_start })
}

/// Point 1 of the contract of locality, for `before`.
pub fn check_before(rule: &RuleSyntax, trigger: &Trigger) -> Result<(), String> {
    let Some(pattern) = &rule.before else { return Ok(()) };
    let hir =
        parse(pattern).map_err(|error| format!("before: {}", describe_regex_error(&error)))?;
    let reach = hir.properties().maximum_len().unwrap_or(usize::MAX);
    match trigger {
        Trigger::Anchors { position: AnchorPosition::MatchStart, .. } if reach < BEFORE => Ok(()),
        Trigger::Anchors { position: AnchorPosition::MatchStart, .. } => {
            Err(format!("before: can match at most {} bytes", BEFORE - 1))
        }
        _ => Err("before: needs a regex that begins with its anchor and without \\b".into()),
    }
}

/// What is near a match is in the engine's reach if the match begins with its anchor.
pub fn check_near(rule: &RuleSyntax, trigger: &Trigger) -> Result<(), String> {
    let at_start = matches!(
        trigger,
        Trigger::Anchors { position: AnchorPosition::MatchStart | AnchorPosition::TokenStart, .. }
    );
    match (&rule.near, &rule.unless_near) {
        (None, None) => Ok(()),
        _ if at_start => Ok(()),
        _ => Err("near, unless_near: need a regex that begins with its anchor".into()),
    }
}

/// Whether the text can be a variable name of at least `shortest` characters.
pub fn is_variable_name(name: &str, shortest: usize) -> bool {
    let belongs = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    name.len() >= shortest && name.bytes().all(belongs)
}
