//! Checks that a rule finds its examples and finds nothing in its non-examples.
//!
//! Each text is scanned by the real engine with all rules, so that a rule that matches another
//! rule's tokens is detected, too.

use super::Engine;
use crate::findings::{Finding, Span, Verdict};
use crate::rules::{Confidence, Rule, Trigger, is_word_byte};

/// The split marker: removed from an example before it is scanned, so that a pattern file is not a
/// leak itself. It means nothing to the engine.
pub const SPLIT_MARKER: &str = "<>";

/// Checks that the example has one finding, of this rule, whose span is the secret: it contains the
/// split marker and ends where the word ends. The error never contains the example's secret.
pub fn check_example(engine: &Engine, rule: &Rule, example: &str) -> Result<(), String> {
    let text = example.replace(SPLIT_MARKER, "");
    let mut findings = engine.scan(text.as_bytes());
    findings.retain(|finding| is_relevant(&engine.rules()[finding.rule], rule));
    if findings.is_empty() {
        return Err("no finding: the regex does not match, or a check rejects the match".into());
    }
    let [finding] = &findings[..] else {
        let ids: Vec<&str> =
            findings.iter().map(|finding| engine.rules()[finding.rule].id.as_ref()).collect();
        return Err(format!("expected one finding, got {ids:?}"));
    };
    let found = &engine.rules()[finding.rule];
    if found.id != rule.id {
        return Err(format!("found by {} instead of {}", found.id, rule.id));
    }
    if rule.checks.checksum.is_some() && finding.verdict != Verdict::Valid {
        return Err("the checksum of the example's secret is invalid".into());
    }
    // A split marker is inside the secret and so marks independently where that is. In an example
    // of a rule for a kind of names it is inside the name, because in the value it would be part of
    // the value; a rule for a kind of names reads a value with a marker as it is.
    let span = finding.span;
    let by_name = matches!(rule.trigger, Trigger::Kind(_));
    let marked = example.match_indices(SPLIT_MARKER).enumerate();
    let markers: Vec<usize> =
        marked.map(|(index, (offset, _))| offset - index * SPLIT_MARKER.len()).collect();
    let first = markers.first().ok_or("an example needs the split marker <>")?;
    match by_name {
        true if *first >= span.start => {
            return Err("the split marker <> belongs in the name, before the secret".into());
        }
        false if !markers.iter().any(|&offset| span.start < offset && offset < span.end) => {
            let Span { start, end } = span;
            return Err(format!("the span {start}..{end} does not contain the split marker <>"));
        }
        _ => {}
    }
    if !findings_of(engine, rule, example).is_empty() {
        return Err(
            "the split marker <> does not break up the secret, so the file itself leaks it".into(),
        );
    }
    // A span that ends before the secret does, or begins late, has word characters next to it.
    let is_word = |b: &u8| is_word_byte(*b);
    let before = text.as_bytes()[..span.start].last();
    let after = text.as_bytes().get(span.end);
    if before.is_some_and(is_word) || after.is_some_and(is_word) {
        return Err(format!("the secret continues outside the span {}..{}", span.start, span.end));
    }
    Ok(())
}

/// Checks that there is no finding, except public halves, which are not reported by themselves.
pub fn check_non_example(engine: &Engine, rule: &Rule, text: &str) -> Result<(), String> {
    let ids = findings_of(engine, rule, &text.replace(SPLIT_MARKER, ""));
    if ids.is_empty() { Ok(()) } else { Err(format!("expected no finding, got {ids:?}")) }
}

/// Whether a finding matters for the rule: what is not a provider's token may still be found by its
/// name, by a rule for a kind of names.
fn is_relevant(found: &Rule, of: &Rule) -> bool {
    let by_kind = |rule: &Rule| matches!(rule.trigger, Trigger::Kind(_));
    !by_kind(found) || by_kind(of)
}

/// Rules with findings in the text, except public halves, which are not reported by themselves.
fn findings_of<'e>(engine: &'e Engine, of: &Rule, text: &str) -> Vec<&'e str> {
    let rule = |finding: &Finding| &engine.rules()[finding.rule];
    engine
        .scan(text.as_bytes())
        .iter()
        .filter(|found| found.confidence > Confidence::Low || rule(found).public.is_none())
        .filter(|found| is_relevant(rule(found), of))
        .map(|found| rule(found).id.as_ref())
        .collect()
}
