//! Where could a secret be? Found by its shape or by a rare fragment of its name, before any
//! rule is tried.
//!
//! Over the bits of [`super::masks`]: anchors that begin a token are looked up where a word
//! begins that is the start of [`TOKEN_RUN`] token characters ([`Prefixes`]); all others,
//! and the names of context rules, where one of the catalogue's fragments stands
//! ([`Fragments`], [`Names`]). What a trigger depends on lies within the engine's reach of
//! its first byte.

use std::ops::Range;

use super::fragments::{Fragment, Fragments};
use super::masks::{BLOCK, Classifier, Masks, is_word};
use super::names::Names;
use super::prefixes::Prefixes;
use crate::rules::{Rule, Seat, TOKEN_RUN, Trigger};

/// The catalogue's anchors and names, ready to be looked for. Shared by all threads.
pub struct Triggers {
    classifier: Classifier,
    prefixes: Prefixes,
    fragments: Fragments,
    names: Names,
}

/// A place that may belong to a rule.
pub struct Hit {
    pub rule: usize,
    /// Where it was noticed: what decides whether it lies in a range.
    pub at: usize,
    /// The anchor, or the name; a name may begin before the fragment that gave it away.
    pub span: Range<usize>,
}

/// Blocks classified at a time: their masks stay in the first-level cache.
const BATCH: usize = 64;

impl Triggers {
    pub fn new(rules: &[Rule]) -> Self {
        let mut prefixes = Prefixes::default();
        let mut fragments = Fragments::default();
        let mut names = Names::default();
        for (index, rule) in rules.iter().enumerate() {
            match &rule.trigger {
                Trigger::Anchors { literals, seat: Seat::TokenStart, .. } => {
                    literals.iter().for_each(|anchor| prefixes.add(anchor, index));
                }
                Trigger::Anchors { literals, .. } => {
                    literals.iter().for_each(|anchor| fragments.add_anchor(anchor, index));
                }
                Trigger::Names(list) => {
                    for name in list.iter() {
                        names.add(name, index);
                        fragments.add_name(name);
                    }
                }
            }
        }
        prefixes.finish();
        names.finish();
        let classifier = Classifier::new(fragments.table());
        Triggers { classifier, prefixes, fragments, names }
    }

    /// Calls `found` with every trigger that is noticed in `range`.
    pub fn each(&self, bytes: &[u8], range: Range<usize>, mut found: impl FnMut(Hit)) {
        let mut masks = [Masks::default(); BATCH + 1];
        let mut word_before = range.start > 0 && is_word(bytes[range.start - 1]);
        let mut from = range.start;
        while from < range.end {
            let blocks = (range.end - from).div_ceil(BLOCK).min(BATCH);
            self.classifier.classify(bytes, from, &mut masks[..=blocks]);
            for block in 0..blocks {
                let at = from + block * BLOCK;
                let [this, next] = [masks[block], masks[block + 1]];
                let here = first_bits(range.end - at);
                for bit in bits(token_starts(this, next, word_before) & here) {
                    self.prefix(bytes, at + bit, &mut found);
                }
                for bit in bits(this.fragment & here) {
                    self.fragment(bytes, at + bit, &mut found);
                }
                word_before = this.word >> (BLOCK - 1) == 1;
            }
            from += blocks * BLOCK;
        }
    }

    fn prefix(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Hit)) {
        self.prefixes.each(&bytes[at..], |length, rule| {
            if begins_a_word(bytes, at) {
                found(Hit { rule, at, span: at..at + length });
            }
        });
    }

    fn fragment(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Hit)) {
        self.fragments.each(&bytes[at..], |fragment, length| match fragment {
            Fragment::Anchor(rule) => found(Hit { rule, at, span: at..at + length }),
            Fragment::Name => self.names.each(bytes, at..at + length, &mut |rule, span| {
                found(Hit { rule, at, span });
            }),
        });
    }
}

/// Where at least [`TOKEN_RUN`] token characters begin that are the start of a word, or may
/// be it behind an escape sequence (`\n`, `%3D`, `\u003d`).
fn token_starts(this: Masks, next: Masks, word_before: bool) -> u64 {
    let mut runs = u128::from(this.token) | u128::from(next.token) << BLOCK;
    const { assert!(TOKEN_RUN == 16) };
    for step in [1, 2, 4, 8] {
        runs &= runs >> step;
    }
    let behind_no_word = !(this.word << 1 | u64::from(word_before));
    let behind_escape = this.escape << 2 | this.escape << 3 | this.escape << 6;
    // An escape in the block before is not in these bits: its reach is a block's first bytes.
    let at_the_border = 0b11_1111;
    runs as u64 & this.word & (behind_no_word | behind_escape | at_the_border)
}

/// Whether a word begins here: behind no word character, or behind an escape sequence, whose
/// letters are no word. Looks back six bytes.
fn begins_a_word(bytes: &[u8], at: usize) -> bool {
    let before = |count: usize| at.checked_sub(count).map(|from| &bytes[from..at]);
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    before(1).is_none_or(|b| !is_word(b[0]))
        || before(2).is_some_and(|b| b[0] == b'\\' && b"nrtbf".contains(&b[1]))
        || before(3).is_some_and(|b| b[0] == b'%' && hex(&b[1..]))
        || before(4).is_some_and(|b| b.starts_with(b"\\x") && hex(&b[2..]))
        || before(6).is_some_and(|b| b.starts_with(b"\\u") && hex(&b[2..]))
}

/// A mask of the block's first `count` bits.
fn first_bits(count: usize) -> u64 {
    if count >= BLOCK { u64::MAX } else { (1 << count) - 1 }
}

/// The places of the bits that are set, from the lowest.
fn bits(mut mask: u64) -> impl Iterator<Item = usize> {
    std::iter::from_fn(move || {
        let bit = (mask != 0).then(|| mask.trailing_zeros() as usize);
        mask &= mask.wrapping_sub(1);
        bit
    })
}
