//! Does a rule find its own examples, and leave its non-examples alone?
//!
//! Each text goes through the real engine with all rules in force, so that a rule that steals
//! another one's tokens is noticed too.

use super::Engine;
use crate::findings::{Finding, Span, Verdict};
use crate::rules::{Confidence, Rule, Trigger};

/// The split marker: removed from an example before it runs, so that a pattern file is no leak
/// itself. It means nothing to the engine.
pub const SPLIT_MARKER: &str = "<>";

/// One finding, of this rule, whose span is the secret: it holds the seam and ends where the
/// word ends. `Err` says what is wrong; it never holds the example's secret.
pub fn check_example(engine: &Engine, rule: &Rule, example: &str) -> Result<(), String> {
    let text = example.replace(SPLIT_MARKER, "");
    let mut findings = engine.scan(text.as_bytes());
    findings.retain(|finding| counts(&engine.rules()[finding.rule], rule));
    if findings.is_empty() {
        return Err("nothing is found: either the regex does not match, or a check says no".into());
    }
    let [finding] = &findings[..] else {
        let ids: Vec<&str> =
            findings.iter().map(|finding| engine.rules()[finding.rule].id.as_ref()).collect();
        return Err(format!("one finding expected, got {ids:?}"));
    };
    let found = &engine.rules()[finding.rule];
    if found.id != rule.id {
        return Err(format!("{} finds it, not {}", found.id, rule.id));
    }
    if rule.checks.checksum.is_some() && finding.verdict != Verdict::Valid {
        return Err("the checksum of the example's secret does not hold".into());
    }
    // A split marker is inside the secret, which says independently where that is. What only a
    // name gives a meaning has it inside that name: in a value it would be a part of the value. A
    // generic rule reads a marked value as it is, so that many names have one too.
    let span = finding.span;
    let by_name = matches!(rule.trigger, Trigger::Kind(_));
    let marked = example.match_indices(SPLIT_MARKER).enumerate();
    let markers: Vec<usize> =
        marked.map(|(at, (place, _))| place - at * SPLIT_MARKER.len()).collect();
    let first = markers.first().ok_or("an example has the split marker <>")?;
    match by_name {
        true if *first >= span.start => {
            return Err("the split marker <> belongs in the name, before the secret".into());
        }
        false if !markers.iter().any(|&place| span.start < place && place < span.end) => {
            let Span { start, end } = span;
            return Err(format!("the span {start}..{end} does not have the split marker <>"));
        }
        _ => {}
    }
    if !findings_of(engine, rule, example).is_empty() {
        return Err("the split marker <> does not break the secret: the file is a leak".into());
    }
    // A span that stops short of the secret, or begins late, leaves word characters beside it.
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let before = text.as_bytes()[..span.start].last();
    let after = text.as_bytes().get(span.end);
    if before.is_some_and(is_word) || after.is_some_and(is_word) {
        return Err(format!("the secret goes on beside the span {}..{}", span.start, span.end));
    }
    Ok(())
}

/// No finding at all, but for public halves that are not reported by themselves.
pub fn check_non_example(engine: &Engine, rule: &Rule, text: &str) -> Result<(), String> {
    let ids = findings_of(engine, rule, &text.replace(SPLIT_MARKER, ""));
    if ids.is_empty() { Ok(()) } else { Err(format!("no finding expected, got {ids:?}")) }
}

/// Whether a finding says something of the rule: what a provider's token is not may still be a
/// value that its name makes a secret.
fn counts(found: &Rule, of: &Rule) -> bool {
    let by_kind = |rule: &Rule| matches!(rule.trigger, Trigger::Kind(_));
    !by_kind(found) || by_kind(of)
}

/// Rules that find something in the text, but for public halves that are not reported alone.
fn findings_of<'e>(engine: &'e Engine, of: &Rule, text: &str) -> Vec<&'e str> {
    let rule = |finding: &Finding| &engine.rules()[finding.rule];
    engine
        .scan(text.as_bytes())
        .iter()
        .filter(|found| found.confidence > Confidence::Low || rule(found).public.is_none())
        .filter(|found| counts(rule(found), of))
        .map(|found| rule(found).id.as_ref())
        .collect()
}
