//! Which rule, what span: a rule's regex, tried in the window round one trigger.

use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::{captures::Captures, syntax};
use regex_automata::{Anchored, Input};

use super::assignment;
use super::candidate::Candidate;
use crate::findings::Span;
use crate::rules::{LONGEST, Rule, Seat, Trigger};

/// A rule's regex, compiled on first need: of hundreds of rules a scan needs a handful.
#[derive(Default)]
pub struct Matcher {
    regex: OnceLock<Regex>,
}

impl Matcher {
    /// The candidate of `rule` at this trigger. Each trigger is judged by itself: nothing but
    /// the bytes of its window decides (points 1 and 3 of the contract).
    pub fn candidate<'b>(
        &self,
        rule: &Rule,
        bytes: &'b [u8],
        trigger: Range<usize>,
    ) -> Option<Candidate<'b>> {
        let regex = self.regex.get_or_init(|| compile(rule));
        let mut captures = regex.create_captures();
        let span = match rule.trigger {
            Trigger::Anchors { seat: Seat::Inside, longest, .. } => {
                round_anchor(regex, bytes, &trigger, longest, &mut captures)?
            }
            Trigger::Anchors { longest, .. } => {
                let input =
                    window(bytes, trigger.start, trigger.start + longest).anchored(Anchored::Yes);
                secret(regex, &input, &mut captures)?
            }
            Trigger::Names(_) => {
                let value = assignment::value_of(bytes, trigger)?;
                if value.len() > LONGEST {
                    return None;
                }
                let input = Input::new(bytes).span(value.clone()).anchored(Anchored::Yes);
                let span = secret(regex, &input, &mut captures)?;
                // The value as a whole, not a beginning of it.
                (captures.get_match()?.range() == value).then_some(span)?
            }
        };
        Some(Candidate { secret: &bytes[span.start..span.end], span })
    }
}

/// Patterns were parsed with the same settings when the catalogue was checked. Of an anchor
/// that begins a token the trigger has seen that a word begins, behind an escape sequence
/// too, which `\b` would not; so it is left out there.
fn compile(rule: &Rule) -> Regex {
    let at_word = matches!(rule.trigger, Trigger::Anchors { seat: Seat::TokenStart, .. });
    let pattern = match rule.regex.strip_prefix(r"\b") {
        Some(rest) if at_word => rest,
        _ => &rule.regex,
    };
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Regex::config().utf8_empty(false))
        .build(pattern)
        .expect("the pattern was checked with the catalogue")
}

/// Look-arounds see the bytes beyond the window, as they stand in the blob.
fn window(bytes: &[u8], start: usize, end: usize) -> Input<'_> {
    Input::new(bytes).span(start..end.min(bytes.len()))
}

fn secret(regex: &Regex, input: &Input<'_>, captures: &mut Captures) -> Option<Span> {
    regex.search_captures(input, captures);
    let span = captures.get_group_by_name("secret")?;
    Some(Span { start: span.start, end: span.end })
}

/// The first match that contains the anchor. A match that begins in reach but ends before
/// the anchor is passed over.
fn round_anchor(
    regex: &Regex,
    bytes: &[u8],
    anchor: &Range<usize>,
    longest: usize,
    captures: &mut Captures,
) -> Option<Span> {
    let mut start = anchor.end.saturating_sub(longest);
    while start <= anchor.start {
        let span = secret(regex, &window(bytes, start, anchor.start + longest), captures)?;
        let whole = captures.get_match()?;
        if whole.start() > anchor.start {
            return None;
        }
        if whole.end() >= anchor.end {
            return Some(span);
        }
        start = whole.start() + 1;
    }
    None
}
