//! Where could a secret be? Found by its shape or by a rare fragment of its name, before any
//! rule is tried.
//!
//! Over the bits of [`super::masks`]: anchors that begin a token are looked up where a word
//! begins that is the start of [`TOKEN_RUN`] token characters ([`Prefixes`]); all others,
//! and the names of context rules, where one of the catalogue's fragments stands
//! ([`Fragments`], [`Names`]). What a trigger depends on lies within the engine's reach of
//! its first byte.

use std::ops::Range;

use super::decode::{Entry, RUN_SHORTEST, belongs, kinds};
use super::fragments::{Fragment, Fragments};
use super::marks::Marks;
use super::masks::{BLOCK, Classifier, Masks, is_token, is_word};
use super::names::Names;
use super::prefixes::Prefixes;
use crate::rules::{LONG_RUN, Rule, Seat, TOKEN_RUN, Trigger};

/// The catalogue's anchors and names, ready to be looked for. Shared by all threads.
pub struct Triggers {
    classifier: Classifier,
    prefixes: Prefixes,
    fragments: Fragments,
    names: Names,
    marks: Marks,
}

/// A place that may belong to a rule.
pub struct Hit {
    pub rule: usize,
    /// Where it was noticed: what decides whether it lies in a range.
    pub at: usize,
    /// The anchor, or the name; a name may begin before the fragment that gave it away.
    pub span: Range<usize>,
}

/// What the pass over the bytes notices.
pub enum Noticed {
    /// Something that a rule may match.
    Hit(Hit),
    /// Something that may be encoded.
    Entry(Entry),
}

/// Blocks classified at a time: their masks stay in the first-level cache.
const BATCH: usize = 64;

impl Triggers {
    pub fn new(rules: &[Rule]) -> Self {
        let mut prefixes = Prefixes::default();
        let mut fragments = Fragments::default();
        let mut names = Names::default();
        let mut marks = Marks::default();
        for (index, rule) in rules.iter().enumerate() {
            match &rule.trigger {
                Trigger::Anchors { literals, seat: Seat::TokenStart, .. } => {
                    literals.iter().for_each(|anchor| prefixes.add(anchor, index));
                }
                Trigger::Anchors { literals, seat: Seat::InRun, .. } => {
                    literals.iter().for_each(|anchor| marks.add(anchor, index));
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
        marks.finish();
        let classifier = Classifier::new(fragments.table());
        Triggers { classifier, prefixes, fragments, names, marks }
    }

    /// Calls `found` with everything that is noticed in `range`.
    pub fn each(&self, bytes: &[u8], range: Range<usize>, mut found: impl FnMut(Noticed)) {
        // The block before, a batch, and the block behind.
        let mut masks = [Masks::default(); BATCH + 2];
        let mut before = Masks::default();
        if range.start > 0 {
            before = self.classifier.last_bits(&bytes[..range.start]);
        }
        self.in_begun_run(bytes, &range, &mut found);
        let mut from = range.start;
        while from < range.end {
            let blocks = (range.end - from).div_ceil(BLOCK).min(BATCH);
            masks[0] = before;
            self.classifier.classify(bytes, from, &mut masks[1..blocks + 2]);
            for block in 0..blocks {
                let at = from + block * BLOCK;
                let here = first_bits(range.end - at);
                let near = Near::new(&masks[block..block + 3]);
                for bit in bits(near.token_starts() & here) {
                    self.prefix(bytes, at + bit, &mut found);
                }
                for bit in bits(near.this.fragment & here) {
                    self.fragment(bytes, at + bit, &mut found);
                }
                for bit in bits(near.run_starts() & here) {
                    found(Noticed::Entry(Entry::Run(at + bit)));
                    if near.run_length(bit) >= LONG_RUN {
                        self.in_run(bytes, at + bit, range.end, &mut found);
                    }
                }
                for bit in bits(near.this.escape & here) {
                    if !kinds(bytes, at + bit).is_empty() {
                        found(Noticed::Entry(Entry::Escape(at + bit)));
                    }
                }
                for bit in bits(near.open_quotes() & here) {
                    if !behind_token(bytes, at + bit) {
                        continue;
                    }
                    found(Noticed::Entry(Entry::Quote(at + bit)));
                }
            }
            before = masks[blocks];
            from += blocks * BLOCK;
        }
    }

    /// Marks in the run that begins at `start`, or goes on there, up to `end`.
    fn in_run(&self, bytes: &[u8], start: usize, end: usize, found: &mut impl FnMut(Noticed)) {
        let run = &bytes[start..];
        let length = run.iter().position(|&b| !belongs(b)).unwrap_or(run.len());
        self.marks.each(&run[..length], |place, length, rule| {
            let at = start + place;
            if at < end {
                found(Noticed::Hit(Hit { rule, at, span: at..at + length }));
            }
        });
    }

    /// Marks of a run that has begun before the range.
    fn in_begun_run(&self, bytes: &[u8], range: &Range<usize>, found: &mut impl FnMut(Noticed)) {
        let in_run = |at: usize| bytes.get(at).is_some_and(|&b| belongs(b));
        if range.is_empty() || range.start == 0 || !in_run(range.start - 1) {
            return;
        }
        let reach = |at: &usize| in_run(*at);
        let before = (0..range.start).rev().take(LONG_RUN).take_while(reach).count();
        let behind = (range.start..bytes.len()).take(LONG_RUN).take_while(reach).count();
        if before + behind >= LONG_RUN && behind > 0 {
            self.in_run(bytes, range.start, range.end, found);
        }
    }

    fn prefix(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Noticed)) {
        self.prefixes.each(&bytes[at..], |length, rule| {
            if begins_a_word(bytes, at) {
                found(Noticed::Hit(Hit { rule, at, span: at..at + length }));
            }
        });
    }

    fn fragment(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Noticed)) {
        self.fragments.each(&bytes[at..], |fragment, length| match fragment {
            Fragment::Anchor(rule) => {
                found(Noticed::Hit(Hit { rule, at, span: at..at + length }));
            }
            Fragment::Name => self.names.each(bytes, at..at + length, &mut |rule, span| {
                found(Noticed::Hit(Hit { rule, at, span }));
            }),
        });
    }
}

/// A block's masks with its neighbours'.
struct Near<'m> {
    before: &'m Masks,
    this: &'m Masks,
    next: &'m Masks,
}

impl<'m> Near<'m> {
    fn new(three: &'m [Masks]) -> Self {
        Near { before: &three[0], this: &three[1], next: &three[2] }
    }

    /// Where at least [`TOKEN_RUN`] token characters begin that are the start of a word, or
    /// may be it behind an escape sequence (`\n`, `%3D`, `\u003d`).
    #[inline]
    fn token_starts(&self) -> u64 {
        let Near { before, this, .. } = self;
        let behind_escape = behind(before.escape, this.escape, 2)
            | behind(before.escape, this.escape, 3)
            | behind(before.escape, this.escape, 4)
            | behind(before.escape, this.escape, 6);
        let word_starts = this.word & (!behind(before.word, this.word, 1) | behind_escape);
        long_runs(this.token, self.next.token) & word_starts
    }

    /// Where a run of base64 or hexadecimal digits begins.
    #[inline]
    fn run_starts(&self) -> u64 {
        long_runs(self.this.run, self.next.run) & !behind(self.before.run, self.this.run, 1)
    }

    /// Length of the run that begins at the bit, as far as this block and the next tell.
    #[inline]
    fn run_length(&self, bit: usize) -> usize {
        let here = (self.this.run >> bit).trailing_ones() as usize;
        let whole = bit + here == BLOCK;
        here + if whole { self.next.run.trailing_ones() as usize } else { 0 }
    }

    /// Quotes that may close a literal which goes on in another one.
    #[inline]
    fn open_quotes(&self) -> u64 {
        self.this.quote & (self.this.joint >> 1 | self.next.joint << (BLOCK - 1))
    }
}

/// The bits of which sixteen in a row are set, from this one on.
fn long_runs(this: u64, next: u64) -> u64 {
    const { assert!(TOKEN_RUN == 16 && RUN_SHORTEST == 16) };
    let mut runs = u128::from(this) | u128::from(next) << BLOCK;
    for step in [1, 2, 4, 8] {
        runs &= runs >> step;
    }
    runs as u64
}

/// The bits `count` places behind one that is set.
fn behind(before: u64, this: u64, count: usize) -> u64 {
    this << count | before >> (BLOCK - count)
}

fn behind_token(bytes: &[u8], at: usize) -> bool {
    at > 0 && is_token(bytes[at - 1])
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::each_entry;

    /// What the slow search gives, less what its twin can tell to be nothing.
    fn slow(bytes: &[u8], range: Range<usize>) -> Vec<Entry> {
        let mut entries = Vec::new();
        each_entry(bytes, range, |entry| entries.push(entry));
        entries.retain(|entry| match *entry {
            Entry::Run(_) => true,
            Entry::Escape(at) => !kinds(bytes, at).is_empty(),
            Entry::Quote(at) => behind_token(bytes, at),
        });
        entries.sort();
        entries
    }

    #[test]
    fn entries_are_those_of_the_slow_search() {
        let triggers = Triggers::new(&[]);
        let mut state = 0x9e37_79b9_7f4a_7c15u64;
        let mut random = |below: usize| {
            state ^= state << 13;
            state ^= state >> 7;
            state ^= state << 17;
            (state % below as u64) as usize
        };
        for _ in 0..300 {
            let mut text = Vec::new();
            for _ in 0..random(40) {
                let unit =
                    [&b"a"[..], b"/", b"\"", b" + ", b"%41", b"&lt;", b"\\u0041", b"=", b"\n"];
                text.extend(unit[random(unit.len())].repeat(random(20)));
            }
            let start = random(text.len() + 1);
            let range = start..start + random(text.len() + 1 - start);
            let mut fast = Vec::new();
            triggers.each(&text, range.clone(), |noticed| {
                if let Noticed::Entry(entry) = noticed {
                    fast.push(entry);
                }
            });
            fast.sort();
            assert_eq!(
                fast,
                slow(&text, range.clone()),
                "{range:?} of {:?}",
                bstr::BStr::new(&text)
            );
        }
    }
}
