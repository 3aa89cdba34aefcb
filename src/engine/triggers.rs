//! Where could a secret be? One Aho-Corasick automaton over all anchors and names.

use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, Anchored, Input, MatchKind};

use crate::rules::{Rule, Trigger};

/// The automaton and what each of its patterns stands for. Letter case is ignored by the
/// automaton and settled afterwards: anchors are case-sensitive, names are not.
pub struct Triggers {
    automaton: AhoCorasick,
    patterns: Vec<Pattern>,
    /// Length of the longest pattern, in bytes.
    longest: usize,
}

struct Pattern {
    rule: usize,
    /// An anchor's exact bytes; `None` for a name.
    exact: Option<Vec<u8>>,
}

impl Triggers {
    pub fn new(rules: &[Rule]) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut patterns = Vec::new();
        for (index, rule) in rules.iter().enumerate() {
            match &rule.trigger {
                Trigger::Anchors { literals, .. } => {
                    for anchor in literals.iter() {
                        patterns
                            .push(Pattern { rule: index, exact: Some(anchor.as_bytes().to_vec()) });
                        texts.push(anchor.to_string());
                    }
                }
                Trigger::Names(names) => {
                    for spelling in spellings(names) {
                        patterns.push(Pattern { rule: index, exact: None });
                        texts.push(spelling);
                    }
                }
            }
        }
        let automaton = AhoCorasick::builder()
            .kind(Some(AhoCorasickKind::ContiguousNFA))
            .match_kind(MatchKind::Standard)
            .ascii_case_insensitive(true)
            .build(&texts)
            .expect("a catalogue's literals fit an automaton");
        let longest = texts.iter().map(String::len).max().unwrap_or(0);
        Triggers { automaton, patterns, longest }
    }

    /// Calls `found` with the rule and the span of every trigger that begins in `range`.
    pub fn each(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(usize, Range<usize>),
    ) {
        let end = bytes.len().min(range.end.saturating_add(self.longest));
        let input = Input::new(bytes).span(range.start..end).anchored(Anchored::No);
        for hit in self
            .automaton
            .try_find_overlapping_iter(input)
            .expect("standard matching finds overlapping matches")
        {
            if hit.start() >= range.end {
                continue;
            }
            let pattern = &self.patterns[hit.pattern()];
            let same_case =
                pattern.exact.as_ref().is_none_or(|exact| bytes[hit.range()] == exact[..]);
            if same_case {
                found(pattern.rule, hit.range());
            }
        }
    }
}

/// A name with each of the separators that configuration formats and languages use, and
/// without any (`LOCALSTACK_API_KEY`, `localstack-api-key`, `localstack.api.key`,
/// `localstackApiKey`).
fn spellings(names: &[crate::rules::Text]) -> Vec<String> {
    let mut all: Vec<String> = names
        .iter()
        .flat_map(|name| {
            let words: Vec<&str> = name.split(['_', '-', '.']).collect();
            ["_", "-", ".", ""].map(|separator| words.join(separator).to_ascii_lowercase())
        })
        .collect();
    all.sort();
    all.dedup();
    all
}
