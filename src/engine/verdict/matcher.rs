//! Which rule, what span: a rule's regex, tried in the window round one trigger.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::OnceLock;

use regex_automata::meta::Regex;
use regex_automata::util::{primitives::NonMaxUsize, syntax};
use regex_automata::{Anchored, Input};
use regex_syntax::escape;

use super::candidate::Candidate;
use crate::findings::Span;
use crate::rules::is_word_byte;
use crate::rules::{AFTER, AnchorPosition, BEFORE, LONGEST, MAX_GROUPS, Rule, Trigger, may_match};

/// A rule's regex, compiled on first need: of hundreds of rules a scan needs a handful.
#[derive(Default)]
pub struct Matcher {
    compiled: OnceLock<Compiled>,
}

impl Matcher {
    /// The candidate of `rule` at this trigger, which if it is a name is given a value. Each
    /// trigger is judged by itself: nothing but the bytes of its window decides (points 1 and 3
    /// of the contract).
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
                (is_preceded && compiled.passes_unless(&bytes[found.whole.clone()]))
                    .then_some(found)?
            }
            Trigger::Kind(_) => return None,
            Trigger::Names(_) => {
                // Of the bytes in front, those that are within reach of every part of the name.
                let first = trigger.end.saturating_sub(BEFORE - 1);
                let value = value?;
                if value.len() > LONGEST || !may_match(&rule.prefix, &bytes[value.clone()]) {
                    return None;
                }
                let compiled = compiled();
                let input = Input::new(bytes).span(value.clone()).anchored(Anchored::Yes);
                let found = compiled.find(&input)?;
                // The value as a whole, not a beginning of it.
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
    /// Matches up to its end what may stand in front.
    before: Option<Regex>,
    /// Found in what makes a match none.
    unless: Option<Regex>,
    /// Index of the group `secret`.
    secret: usize,
    /// Indices of the groups that hold facts.
    facts: Vec<usize>,
}

struct Match {
    whole: Range<usize>,
    secret: Span,
    facts: Vec<Option<Range<usize>>>,
}

impl Compiled {
    /// Patterns were parsed with the same settings when the catalogue was checked. Of an
    /// anchor that begins a token the trigger has seen that a word begins, behind an escape
    /// sequence too, which `\b` would not; so it is left out there.
    fn new(rule: &Rule) -> Self {
        let at_word_start =
            matches!(rule.trigger, Trigger::Anchors { position: AnchorPosition::TokenStart, .. });
        let regex = match rule.regex.strip_prefix(r"\b") {
            Some(rest) if at_word_start => compile(&open_ended(rule, rest)),
            _ => compile(&rule.regex),
        };
        let before = rule.before.as_ref().map(|before| compile(&format!(r"(?:{before})\z")));
        let unless = rule.unless.as_deref().map(compile);
        let groups = regex.group_info();
        let index = |name: &str| {
            let index = groups.to_index(regex_automata::PatternID::ZERO, name);
            index.expect("checked with the catalogue")
        };
        let (secret, facts) = (index("secret"), rule.facts.iter().map(|name| index(name)));
        Compiled { secret, facts: facts.collect(), before, unless, regex }
    }

    fn matches_before(&self, bytes: &[u8], offset: usize) -> bool {
        let reach = &bytes[offset.saturating_sub(BEFORE - 1)..offset];
        self.before.as_ref().is_none_or(|before| before.is_match(reach))
    }

    fn passes_unless(&self, text: &[u8]) -> bool {
        self.unless.as_ref().is_none_or(|unless| !unless.is_match(text))
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

    /// The first match from `start` on that contains the anchor. A match that ends before the
    /// anchor is passed over.
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

/// The pattern of a token that ends a word, for one that goes on: with the same token once more,
/// where it was pasted twice, or with anything at all, where its checksum tells that it has ended.
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

/// A pattern and what it demands behind a token: `\b`, or `(?:[^…]|$)` where that does not tell.
fn split_word_end(pattern: &str) -> Option<(&str, &str)> {
    let end = match pattern.strip_suffix(r"\b") {
        Some(body) => body.len(),
        None => pattern.ends_with("]|$)").then(|| pattern.rfind("(?:[^"))??,
    };
    Some(pattern.split_at(end))
}

/// Bytes behind a token that tell that another one of its rule follows; none where they are out
/// of the engine's reach.
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

/// The first place from which on a match may hold the anchor at `anchor`, for all that its
/// opening and the beginning of a word tell: in a long row of anchors there is none.
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

/// Look-arounds see the bytes beyond the window, as they stand in the blob.
fn window(bytes: &[u8], start: usize, end: usize) -> Input<'_> {
    Input::new(bytes).span(start..end.min(bytes.len()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::catalogue::Catalogue;

    /// What the opening turns down the regex does not match: at every anchor of every example,
    /// as it is and with one byte changed or left out.
    #[test]
    fn an_opening_turns_down_no_match() {
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
