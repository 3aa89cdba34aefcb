//! Where could a secret be? Found by its shape or by a rare fragment of its name, before any
//! rule is tried.
//!
//! Over the bits of [`super::masks`]: anchors that begin a token are looked up where a word
//! begins that is the start of [`TOKEN_RUN`] token characters ([`Prefixes`]); all others,
//! and the names of context rules, where one of the catalogue's fragments stands
//! ([`Fragments`], [`Names`]). What a trigger depends on lies within the engine's reach of
//! its first byte.

use crate::rules::lexicon::Lexicon;
use std::cell::RefCell;
use std::ops::Range;

use super::assignment::Reader;
use super::decode::{Entry, RUN_SHORTEST, belongs, kinds, may_encode, run_length};
use super::fragments::{Fragment, Fragments};
use super::marks::Marks;
use super::masks::{BATCH, BLOCK, Classifier, Found, Masks, RUN, Starts, is_word};
use super::names::Names;
use super::prefixes::Prefixes;
use super::repeat::{Repeats, Yield};
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
    /// What is given to the name.
    pub value: Option<Range<usize>>,
}

/// What the pass over the bytes notices.
pub enum Noticed {
    /// Something that a rule may match.
    Hit(Hit),
    /// A fragment of a name that may promise a secret.
    Telling(Range<usize>),
    /// Something that may be encoded.
    Entry(Entry),
}

impl Noticed {
    /// Where it was noticed.
    fn at(&self) -> usize {
        match self {
            Noticed::Hit(hit) => hit.at,
            Noticed::Telling(fragment) => fragment.start,
            Noticed::Entry(
                Entry::Run(at) | Entry::Escape(at) | Entry::Quote(at) | Entry::Folded(at),
            ) => *at,
        }
    }
}

/// What a pass writes batch by batch: too long to be cleared anew for each short range.
#[derive(Default)]
struct Scratch {
    starts: Starts,
    places: Found,
}

thread_local! {
    /// What is free to be used again: one pass may run within another.
    static SCRATCH: RefCell<Vec<Box<Scratch>>> = const { RefCell::new(Vec::new()) };
}

/// Places in a batch from which on it is asked whether they only repeat others; source text has
/// a third as many.
const DENSE: usize = 96;

/// Bytes of a long run that are looked at together.
const PIECE: usize = 1024;

/// The masks know runs of one length and of twice that.
const _: () = assert!(RUN == TOKEN_RUN && RUN == RUN_SHORTEST && 2 * RUN == LONG_RUN);

impl Triggers {
    pub fn new(rules: &[Rule], lexicon: &Lexicon) -> Self {
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
                Trigger::Kind(_) => fragments.add_telling(lexicon),
                Trigger::Names(list) => {
                    for name in list.iter() {
                        names.add(name, index);
                        fragments.add_name(name);
                    }
                }
            }
        }
        prefixes.finish();
        fragments.add_folded();
        fragments.finish();
        names.finish();
        marks.finish();
        let classifier = Classifier::new(&fragments.table());
        Triggers { classifier, prefixes, fragments, names, marks }
    }

    /// Calls `found` with everything that is noticed in `range`, but for what only repeats what
    /// nothing came of.
    pub fn each(&self, bytes: &[u8], range: Range<usize>, mut found: impl FnMut(Noticed) -> Yield) {
        if range.is_empty() {
            return;
        }
        let mut scratch = SCRATCH.with_borrow_mut(Vec::pop).unwrap_or_default();
        self.each_in(bytes, range, &mut scratch, &mut found);
        SCRATCH.with_borrow_mut(|free| free.push(scratch));
    }

    fn each_in(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        scratch: &mut Scratch,
        mut found: impl FnMut(Noticed) -> Yield,
    ) {
        let Scratch { starts, places } = scratch;
        let mut masks = Masks::default();
        if range.start > 0 {
            self.classifier.end_with(&bytes[..range.start], &mut masks);
        }
        self.classifier.classify(bytes, range.start, &mut masks, 1, 1);
        let repeats = Repeats::new(range.start);
        let mut found = |noticed: Noticed| {
            let at = noticed.at();
            if found(noticed) == Yield::Something {
                repeats.bore(at);
            }
        };
        self.in_begun_run(bytes, &range, &repeats, &mut found);
        let mut reader = Reader::default();
        let mut from = range.start;
        while from < range.end {
            let blocks = (range.end - from).div_ceil(BLOCK).min(BATCH);
            self.classifier.classify(bytes, from + BLOCK, &mut masks, 2, blocks);
            self.classifier.starts(&masks, range.end - from, starts, places);
            let stretch = from..range.end.min(from + blocks * BLOCK);
            if places.count() < DENSE || !repeats.is_barren(bytes, &stretch) {
                self.prefixes.sift(bytes, from, &mut places.tokens);
                self.fragments.sift(bytes, from, &mut places.fragments);
                self.follow(bytes, from, places, &mut reader, &mut found);
                for place in places.long_runs.iter() {
                    let at = from + place;
                    let mut length = masks.run_length(place, blocks);
                    if place + length == (blocks + 1) * BLOCK {
                        length += run_length(&bytes[at + length..]);
                    }
                    self.in_run(bytes, at..at + length, range.end, &repeats, &mut found);
                }
            }
            masks.carry(blocks);
            from += blocks * BLOCK;
        }
    }

    /// Looks at the places of a batch that begins at `from`.
    fn follow(
        &self,
        bytes: &[u8],
        from: usize,
        places: &Found,
        reader: &mut Reader,
        found: &mut impl FnMut(Noticed),
    ) {
        for place in places.tokens.iter() {
            self.prefix(bytes, from + place, found);
        }
        for place in places.fragments.iter() {
            self.fragment(bytes, from + place, reader, found);
        }
        for at in places.runs.iter().map(|place| from + place) {
            if may_encode(bytes, at) {
                found(Noticed::Entry(Entry::Run(at)));
            }
        }
        for at in places.escapes.iter().map(|place| from + place) {
            if !kinds(bytes, at).is_empty() {
                found(Noticed::Entry(Entry::Escape(at)));
            }
        }
        for at in places.quotes.iter().map(|place| from + place) {
            found(Noticed::Entry(Entry::Quote(at)));
        }
    }

    /// Marks in a run, or in what of it is left, that begin before `end`.
    fn in_run(
        &self,
        bytes: &[u8],
        run: Range<usize>,
        end: usize,
        repeats: &Repeats,
        found: &mut impl FnMut(Noticed),
    ) {
        let end = end.min(run.end);
        let mut from = run.start;
        while from < end {
            let stretch = from..end.min(from + PIECE);
            from = stretch.end;
            if stretch.start > run.start && repeats.is_barren(bytes, &stretch) {
                continue;
            }
            let reach = run.end.min(stretch.end + self.marks.longest());
            self.marks.each(&bytes[stretch.start..reach], |place, length, rule| {
                let at = stretch.start + place;
                if at < stretch.end {
                    found(Noticed::Hit(Hit { rule, at, span: at..at + length, value: None }));
                }
            });
        }
    }

    /// Marks of a run that has begun before the range.
    fn in_begun_run(
        &self,
        bytes: &[u8],
        range: &Range<usize>,
        repeats: &Repeats,
        found: &mut impl FnMut(Noticed),
    ) {
        let in_run = |at: usize| bytes.get(at).is_some_and(|&b| belongs(b));
        if range.is_empty() || range.start == 0 || !in_run(range.start - 1) {
            return;
        }
        let reach = |at: &usize| in_run(*at);
        let before = (0..range.start).rev().take(LONG_RUN).take_while(reach).count();
        let behind = (range.start..bytes.len()).take(LONG_RUN).take_while(reach).count();
        if before + behind >= LONG_RUN && behind > 0 {
            let end = range.start + run_length(&bytes[range.start..]);
            self.in_run(bytes, range.start..end, range.end, repeats, found);
        }
    }

    fn prefix(&self, bytes: &[u8], at: usize, found: &mut impl FnMut(Noticed)) {
        self.prefixes.each(&bytes[at..], |length, rule| {
            if begins_a_word(bytes, at) {
                found(Noticed::Hit(Hit { rule, at, span: at..at + length, value: None }));
            }
        });
    }

    fn fragment(
        &self,
        bytes: &[u8],
        at: usize,
        reader: &mut Reader,
        found: &mut impl FnMut(Noticed),
    ) {
        self.fragments.each(&bytes[at..], |fragment, length| match fragment {
            Fragment::Anchor(rule) => {
                found(Noticed::Hit(Hit { rule, at, span: at..at + length, value: None }));
            }
            Fragment::Telling => found(Noticed::Telling(at..at + length)),
            Fragment::Folded => found(Noticed::Entry(Entry::Folded(at))),
            Fragment::Name => self.named(bytes, at..at + length, reader, found),
        });
    }

    /// Names that hold the fragment and are given a value. One name may belong to several rules:
    /// its value is looked for once.
    fn named(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        reader: &mut Reader,
        found: &mut impl FnMut(Noticed),
    ) {
        let at = fragment.start;
        let mut last: Option<(Range<usize>, Option<Range<usize>>)> = None;
        self.names.each(bytes, fragment, &mut |rule, span| {
            let known = last.take().filter(|(name, _)| *name == span);
            let (span, value) = known.unwrap_or_else(|| {
                let value = reader.value_of(bytes, span.clone());
                (span, value)
            });
            if value.is_some() {
                let (span, value) = (span.clone(), value.clone());
                found(Noticed::Hit(Hit { rule, at, span, value }));
            }
            last = Some((span, value));
        });
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::each_entry;
    use crate::engine::masks::is_token;

    /// What the slow search gives, less what its twin can tell to be nothing.
    fn slow(bytes: &[u8], range: Range<usize>) -> Vec<Entry> {
        let mut entries = Vec::new();
        each_entry(bytes, range, |entry| entries.push(entry));
        entries.retain(|entry| match *entry {
            Entry::Run(at) => may_encode(bytes, at),
            Entry::Escape(at) => !kinds(bytes, at).is_empty(),
            Entry::Folded(_) => true,
            Entry::Quote(at) => at > 0 && is_token(bytes[at - 1]),
        });
        entries.sort();
        entries
    }

    #[test]
    fn entries_are_those_of_the_slow_search() {
        let triggers = Triggers::new(&[], &Lexicon::default());
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
                let unit = [
                    &b"a"[..],
                    b"/",
                    b"\"",
                    b" + ",
                    b"%41",
                    b"&lt;",
                    b"\\u0041",
                    b"=",
                    b"\n",
                    b": >",
                ];
                text.extend(unit[random(unit.len())].repeat(random(20)));
            }
            let start = random(text.len() + 1);
            let range = start..start + random(text.len() + 1 - start);
            let mut fast = Vec::new();
            triggers.each(&text, range.clone(), |noticed| {
                if let Noticed::Entry(entry) = noticed {
                    fast.push(entry);
                }
                Yield::Something
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
