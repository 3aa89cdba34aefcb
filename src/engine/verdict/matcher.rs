//! Matches a rule's regex in the window around one trigger.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::{primitives::NonMaxUsize, syntax};
use regex_automata::{Anchored, Input};
use regex_syntax::escape;

use super::candidate::Candidate;
use super::embedded;
use crate::findings::Span;
use crate::rules::{
    AFTER, AnchorPosition, BEFORE, LONGEST, MAX_GROUPS, Rule, Trigger, is_word_byte, may_match,
};

/// A rule's regex, compiled when first needed: of hundreds of rules a scan needs a handful.
#[derive(Default)]
pub struct Matcher {
    compiled: OnceLock<Compiled>,
}

impl Matcher {
    /// The candidate of `rule` at this trigger; `value` is the value of a name. Each trigger is
    /// matched independently: the result depends only on the bytes of its window (points 1 and 3 of
    /// the contract of locality).
    pub fn candidate<'b>(
        &self,
        rule: &Rule,
        bytes: &'b [u8],
        trigger: Range<usize>,
        value: Option<Range<usize>>,
    ) -> Option<Candidate<'b>> {
        let compiled = || self.compiled.get_or_init(|| Compiled::new(rule));
        let found = match rule.trigger {
            Trigger::Anchors {
                position: AnchorPosition::Inside | AnchorPosition::InRun,
                longest,
                max_before,
                at_word_start,
                ..
            } => {
                let reach = trigger.start.saturating_sub(max_before)..trigger.start + longest;
                let first = first_possible_start(rule, bytes, trigger.start, reach, at_word_start)?;
                let compiled = compiled();
                let found = compiled.find_around(bytes, &trigger, first, longest)?;
                compiled.passes_unless(&bytes[found.whole.clone()]).then_some(found)?
            }
            Trigger::Anchors { longest, .. } => {
                let reach = longest + repeat_lookahead(rule);
                let input = window(bytes, trigger.start, trigger.start + reach);
                if !may_match(&rule.prefix, &bytes[input.get_range()]) {
                    return None;
                }
                let compiled = compiled();
                let found = compiled.find(&input.anchored(Anchored::Yes))?;
                let is_preceded = compiled.matches_before(bytes, trigger.start);
                let anchor = &bytes[trigger.clone()];
                let is_embedded = embedded::may_be_embedded(rule, anchor)
                    && embedded::is_embedded(bytes, anchor, found.secret);
                (is_preceded
                    && !is_embedded
                    && compiled.passes_unless(&bytes[found.whole.clone()])
                    && compiled.passes_near(bytes, &found.whole))
                .then_some(found)?
            }
            Trigger::Kind(_) | Trigger::Reader(_) => return None,
            Trigger::Names(_) => {
                // The bytes before the value that are within reach of every part of the name.
                let first = trigger.end.saturating_sub(BEFORE - 1);
                let value = value?;
                if value.len() > LONGEST || !may_match(&rule.prefix, &bytes[value.clone()]) {
                    return None;
                }
                let compiled = compiled();
                let input = Input::new(bytes).span(value.clone()).anchored(Anchored::Yes);
                let found = compiled.find(&input)?;
                // The regex must match the whole value.
                let whole = found.whole == value;
                (whole && compiled.passes_unless(&bytes[first..value.end])).then_some(found)?
            }
        };
        let Match { secret: span, facts, .. } = found;
        Some(Candidate { secret: &bytes[span.start..span.end], span, facts })
    }
}

struct Compiled {
    regex: Regex,
    /// Must match at the end of the bytes before the match.
    before: Option<Regex>,
    /// Discards a match if it is found.
    unless: Option<Regex>,
    /// Must be found near the match.
    near: Option<Regex>,
    /// Discards a match if it is found near it.
    unless_near: Option<Regex>,
    /// Index of the group `secret`.
    secret: usize,
    /// Indices of the groups of facts.
    facts: Vec<usize>,
}

struct Match {
    whole: Range<usize>,
    secret: Span,
    facts: Vec<Option<Range<usize>>>,
}

impl Compiled {
    /// Patterns were parsed with the same settings when the catalogue was checked. For an anchor
    /// that begins a token the prefilter has checked that a word begins, also after an escape
    /// sequence, where `\b` would not match; so `\b` is removed.
    fn new(rule: &Rule) -> Self {
        let at_word_start =
            matches!(rule.trigger, Trigger::Anchors { position: AnchorPosition::TokenStart, .. });
        let regex = match rule.regex.strip_prefix(r"\b") {
            Some(rest) if at_word_start => compile(&open_ended(rule, rest)),
            _ => compile(&rule.regex),
        };
        let before = rule.before.as_ref().map(|before| compile(&format!(r"(?:{before})\z")));
        let unless = rule.unless.as_deref().map(compile);
        let near = rule.near.as_deref().map(compile);
        let unless_near = rule.unless_near.as_deref().map(compile);
        let groups = regex.group_info();
        let index = |name: &str| {
            let index = groups.to_index(regex_automata::PatternID::ZERO, name);
            index.expect("checked with the catalogue")
        };
        let (secret, facts) = (index("secret"), rule.facts.iter().map(|name| index(name)));
        Compiled { secret, facts: facts.collect(), before, unless, near, unless_near, regex }
    }

    fn matches_before(&self, bytes: &[u8], offset: usize) -> bool {
        let reach = &bytes[offset.saturating_sub(BEFORE - 1)..offset];
        self.before.as_ref().is_none_or(|before| before.is_match(reach))
    }

    fn passes_unless(&self, text: &[u8]) -> bool {
        self.unless.as_ref().is_none_or(|unless| !unless.is_match(text))
    }

    fn passes_near(&self, bytes: &[u8], found: &Range<usize>) -> bool {
        if self.near.is_none() && self.unless_near.is_none() {
            return true;
        }
        let end = (found.end + AFTER).min(found.start + LONGEST + AFTER).min(bytes.len());
        let reach = &bytes[found.start.saturating_sub(BEFORE - 1)..end];
        self.near.as_ref().is_none_or(|near| near.is_match(reach))
            && self.unless_near.as_ref().is_none_or(|near| !near.is_match(reach))
    }

    fn find(&self, input: &Input<'_>) -> Option<Match> {
        let mut slots: [Option<NonMaxUsize>; 2 * MAX_GROUPS] = [None; 2 * MAX_GROUPS];
        self.regex.search_slots(input, &mut slots)?;
        let group = |index: usize| Some((slots[2 * index]?.get(), slots[2 * index + 1]?.get()));
        let (whole_start, whole_end) = group(0)?;
        let (start, end) = group(self.secret)?;
        let facts = self.facts.iter().map(|&fact| group(fact).map(|(start, end)| start..end));
        let facts = facts.collect();
        Some(Match { whole: whole_start..whole_end, secret: Span { start, end }, facts })
    }

    /// The first match from `start` on that contains the anchor. Matches that end before the anchor
    /// are skipped.
    fn find_around(
        &self,
        bytes: &[u8],
        anchor: &Range<usize>,
        mut start: usize,
        longest: usize,
    ) -> Option<Match> {
        while start <= anchor.start {
            let found = self.find(&window(bytes, start, anchor.start + longest))?;
            if found.whole.start > anchor.start {
                return None;
            }
            if found.whole.end >= anchor.end {
                return Some(found);
            }
            start = found.whole.start + 1;
        }
        None
    }
}

/// The pattern of a token that ends a word, extended to a token followed by the same token again,
/// if it was pasted twice, or by anything, if its checksum proves where it ends.
fn open_ended<'r>(rule: &Rule, pattern: &'r str) -> Cow<'r, str> {
    let Some((body, end)) = split_word_end(pattern) else { return pattern.into() };
    if rule.checks.checksum.is_some() {
        return body.into();
    }
    if repeat_lookahead(rule) == 0 {
        return pattern.into();
    }
    let anchors: Vec<String> = rule.anchors().iter().map(|text| escape(text)).collect();
    format!("{body}(?:{end}|{})", anchors.join("|")).into()
}

/// Splits a pattern into the token and what must follow it: `\b`, or `(?:[^…]|$)`.
fn split_word_end(pattern: &str) -> Option<(&str, &str)> {
    let end = match pattern.strip_suffix(r"\b") {
        Some(body) => body.len(),
        None => pattern.ends_with("]|$)").then(|| pattern.rfind("(?:[^"))??,
    };
    Some(pattern.split_at(end))
}

/// The number of bytes after a token that show that another token of its rule follows; 0 if they
/// are out of the engine's reach.
fn repeat_lookahead(rule: &Rule) -> usize {
    let Trigger::Anchors { literals, position: AnchorPosition::TokenStart, longest, .. } =
        &rule.trigger
    else {
        return 0;
    };
    let anchor = literals.iter().map(|text| text.len()).max().unwrap_or_default();
    if longest + anchor < LONGEST + AFTER { anchor } else { 0 }
}

fn compile(pattern: &str) -> Regex {
    Regex::builder()
        .syntax(syntax::Config::new().unicode(false).utf8(false))
        .configure(Regex::config().utf8_empty(false))
        .build(pattern)
        .expect("the pattern was checked with the catalogue")
}

/// The first offset at which a match that contains the anchor at `anchor` may begin, judging by its
/// prefix pattern and word boundary: in a long sequence of anchors there is none.
fn first_possible_start(
    rule: &Rule,
    bytes: &[u8],
    anchor: usize,
    reach: Range<usize>,
    at_word_start: bool,
) -> Option<usize> {
    let text = &bytes[..reach.end.min(bytes.len())];
    let mut in_word = reach.start > 0 && is_word_byte(text[reach.start - 1]);
    (reach.start..=anchor).find(|&offset| {
        let was_in_word = std::mem::replace(&mut in_word, is_word_byte(text[offset]));
        (!at_word_start || was_in_word != in_word) && may_match(&rule.prefix, &text[offset..])
    })
}

/// The input for a match in the window; look-arounds also see the bytes before and after it.
fn window(bytes: &[u8], start: usize, end: usize) -> Input<'_> {
    Input::new(bytes).span(start..end.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Catalogue;

    /// The prefix pattern rejects nothing that the regex matches: at every anchor of every example,
    /// unchanged and with one byte changed or removed.
    #[test]
    fn a_prefix_pattern_rejects_no_match() {
        let mut matches = 0;
        for rule in Catalogue::built_in().rules() {
            let Trigger::Anchors { literals, position, .. } = &rule.trigger else { continue };
            if !matches!(position, AnchorPosition::TokenStart | AnchorPosition::MatchStart) {
                continue;
            }
            let compiled = Compiled::new(rule);
            for example in rule.examples.iter() {
                let whole = example.replace("<>", "").into_bytes();
                let anchors = (0..whole.len()).filter(|&offset| {
                    literals.iter().any(|anchor| whole[offset..].starts_with(anchor.as_bytes()))
                });
                for offset in anchors {
                    let mut texts = vec![whole.clone()];
                    for index in offset..whole.len() {
                        texts.push([&whole[..index], &whole[index + 1..]].concat());
                        for b in *b"aZ0_:@ " {
                            texts.push(whole.clone());
                            texts.last_mut().unwrap()[index] = b;
                        }
                    }
                    for text in texts {
                        let input =
                            Input::new(&text).span(offset..text.len()).anchored(Anchored::Yes);
                        if compiled.find(&input).is_some() {
                            matches += 1;
                            assert!(may_match(&rule.prefix, &text[offset..]), "{}", rule.id);
                        }
                    }
                }
            }
        }
        assert!(matches > 10_000, "{matches}");
    }
}
