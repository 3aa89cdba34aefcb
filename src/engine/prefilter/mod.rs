//! The prefilter: where could a secret be? Candidates are found by their shape or by a rare
//! fragment of their variable name, before any rule's regex is tried.
//!
//! It works on the bit masks of [`masks`]. Anchors that begin a token are looked up where a word
//! begins with at least [`TOKEN_RUN`] token characters ([`TokenAnchors`]); all other anchors, and
//! the variable names of rules, where one of the catalogue's fragments appears ([`Fragments`],
//! [`Names`]). An event depends only on bytes within the engine's reach of its offset.

use std::cell::RefCell;
use std::ops::Range;

mod fragments;
mod masks;
mod names;
mod prefix_index;
pub mod repeat;
mod run_anchors;
mod token_anchors;

use fragments::{Fragment, Fragments};
use masks::{BATCH, BLOCK, Classifier, Masks, RUN, StartMasks, StartOffsets};
use names::Names;
use repeat::{EventOutcome, RepeatDetector};
use run_anchors::RunAnchors;
use token_anchors::TokenAnchors;

use crate::engine::decode::{
    self, EntryPoint, EscapeKind, MIN_RUN, is_run_byte, kinds, may_encode, run_length,
};
use crate::engine::structure::assignment::AssignmentReader;
use crate::rules::lexicon::Lexicon;
use crate::rules::{AnchorPosition, LONG_RUN, Rule, TOKEN_RUN, Trigger, is_word_byte};

/// The catalogue's anchors and names, prepared for the search. Shared by all threads.
pub struct Prefilter {
    classifier: Classifier,
    token_anchors: TokenAnchors,
    fragments: Fragments,
    names: Names,
    run_anchors: RunAnchors,
}

/// An anchor or a name of one rule.
pub struct RuleHit {
    pub rule: usize,
    /// The offset that decides whether the hit belongs to a range.
    pub offset: usize,
    /// The anchor, or the name; a name may begin before the fragment that was found.
    pub span: Range<usize>,
    /// The value assigned to the name.
    pub value: Option<Range<usize>>,
}

/// What the pass over the bytes finds.
pub enum Event {
    /// A rule may match here.
    Hit(RuleHit),
    /// A fragment of a word that may indicate a secret.
    Keyword(Range<usize>),
    /// Something may be encoded here.
    Encoded(EntryPoint),
}

impl Event {
    /// The offset that decides whether the event belongs to a range.
    fn offset(&self) -> usize {
        match self {
            Event::Hit(hit) => hit.offset,
            Event::Keyword(fragment) => fragment.start,
            Event::Encoded(
                EntryPoint::Run(offset)
                | EntryPoint::Escape(offset)
                | EntryPoint::Quote(offset)
                | EntryPoint::FoldedScalar(offset)
                | EntryPoint::List(offset),
            ) => *offset,
        }
    }
}

/// Buffers that a pass overwrites batch by batch: too large to be cleared for each short range.
#[derive(Default)]
struct Scratch {
    starts: StartMasks,
    offsets: StartOffsets,
}

thread_local! {
    /// Buffers that can be reused. There may be several, because passes are nested.
    static SCRATCH: RefCell<Vec<Box<Scratch>>> = const { RefCell::new(Vec::new()) };
}

/// Starts in a batch from which on it is checked for repetition; source code has a third as many.
const DENSE_BATCH: usize = 96;

/// Bytes of a long run that are searched at a time.
const CHUNK: usize = 1024;

/// The masks have runs of one length and of twice that length.
const _: () = assert!(RUN == TOKEN_RUN && RUN == MIN_RUN && 2 * RUN == LONG_RUN);

impl Prefilter {
    pub fn new(rules: &[Rule], lexicon: &Lexicon) -> Self {
        let mut token_anchors = TokenAnchors::default();
        let mut fragments = Fragments::default();
        let mut names = Names::default();
        let mut run_anchors = RunAnchors::default();
        for (index, rule) in rules.iter().enumerate() {
            match &rule.trigger {
                Trigger::Anchors { literals, position: AnchorPosition::TokenStart, .. } => {
                    literals.iter().for_each(|anchor| token_anchors.add(anchor, index));
                }
                Trigger::Anchors { literals, position: AnchorPosition::InRun, .. } => {
                    literals.iter().for_each(|anchor| run_anchors.add(anchor, index));
                }
                Trigger::Anchors { literals, .. } => {
                    literals.iter().for_each(|anchor| fragments.add_anchor(anchor, index));
                }
                // Structures are found by the names in them.
                Trigger::Kind(_) | Trigger::Reader(_) => fragments.add_keywords(lexicon),
                Trigger::Names(list) => {
                    for name in list.iter() {
                        names.add(name, index);
                        fragments.add_name(name);
                    }
                }
            }
        }
        token_anchors.finish();
        fragments.add_markers();
        fragments.finish();
        names.finish();
        run_anchors.finish();
        let classifier = Classifier::new(&fragments.table());
        Prefilter { classifier, token_anchors, fragments, names, run_anchors }
    }

    /// Calls `found` with every event in `range`, except in chunks that only repeat unproductive
    /// ones.
    pub fn for_each_event(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        mut found: impl FnMut(Event) -> EventOutcome,
    ) {
        if range.is_empty() {
            return;
        }
        let mut scratch = SCRATCH.with_borrow_mut(Vec::pop).unwrap_or_default();
        self.scan_range(bytes, range, &mut scratch, &mut found);
        SCRATCH.with_borrow_mut(|free| free.push(scratch));
    }

    fn scan_range(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        scratch: &mut Scratch,
        mut found: impl FnMut(Event) -> EventOutcome,
    ) {
        let Scratch { starts, offsets } = scratch;
        let mut masks = Masks::default();
        if range.start > 0 {
            self.classifier.end_with(&bytes[..range.start], &mut masks);
        }
        self.classifier.classify(bytes, range.start, &mut masks, 1, 1);
        let repeats = RepeatDetector::new(range.start);
        let mut found = |event: Event| {
            let offset = event.offset();
            if found(event) == EventOutcome::Productive {
                repeats.record_productive(offset);
            }
        };
        self.search_open_run(bytes, &range, &repeats, &mut found);
        let mut reader = AssignmentReader::default();
        let mut from = range.start;
        while from < range.end {
            let blocks = (range.end - from).div_ceil(BLOCK).min(BATCH);
            self.classifier.classify(bytes, from + BLOCK, &mut masks, 2, blocks);
            self.classifier.starts(&masks, range.end - from, starts, offsets);
            let chunk = from..range.end.min(from + blocks * BLOCK);
            if offsets.count() < DENSE_BATCH || !repeats.is_unproductive(bytes, &chunk) {
                self.token_anchors.retain_starts(bytes, from, &mut offsets.tokens);
                self.fragments.retain_starts(bytes, from, &mut offsets.fragments);
                self.report_starts(bytes, from, offsets, &mut reader, &mut found);
                for in_batch in offsets.long_runs.iter() {
                    let offset = from + in_batch;
                    let mut length = masks.run_length(in_batch, blocks);
                    if in_batch + length == (blocks + 1) * BLOCK {
                        length += run_length(&bytes[offset + length..]);
                    }
                    self.search_run(
                        bytes,
                        offset..offset + length,
                        range.end,
                        &repeats,
                        &mut found,
                    );
                }
            }
            masks.carry(blocks);
            from += blocks * BLOCK;
        }
    }

    /// Reports the events at the starts of a batch that begins at `from`.
    fn report_starts(
        &self,
        bytes: &[u8],
        from: usize,
        offsets: &StartOffsets,
        reader: &mut AssignmentReader,
        found: &mut impl FnMut(Event),
    ) {
        for in_batch in offsets.tokens.iter() {
            self.match_token_anchors(bytes, from + in_batch, found);
        }
        for in_batch in offsets.fragments.iter() {
            self.match_fragments(bytes, from + in_batch, reader, found);
        }
        for offset in offsets.runs.iter().map(|in_batch| from + in_batch) {
            if may_encode(bytes, offset) {
                found(Event::Encoded(EntryPoint::Run(offset)));
            }
        }
        for offset in offsets.escapes.iter().map(|in_batch| from + in_batch) {
            if let [.., last] = kinds(bytes, offset) {
                found(Event::Encoded(EntryPoint::Escape(offset)));
                if *last == EscapeKind::Terminal {
                    self.match_after_sequence(bytes, offset, found);
                }
            }
        }
        for offset in offsets.quotes.iter().map(|in_batch| from + in_batch) {
            found(Event::Encoded(EntryPoint::Quote(offset)));
        }
    }

    /// Searches a run, or the rest of one, for anchors that begin before `end`.
    fn search_run(
        &self,
        bytes: &[u8],
        run: Range<usize>,
        end: usize,
        repeats: &RepeatDetector,
        found: &mut impl FnMut(Event),
    ) {
        let end = end.min(run.end);
        let mut from = run.start;
        while from < end {
            let chunk = from..end.min(from + CHUNK);
            from = chunk.end;
            if chunk.start > run.start && repeats.is_unproductive(bytes, &chunk) {
                continue;
            }
            let reach = run.end.min(chunk.end + self.run_anchors.longest());
            self.run_anchors.each(&bytes[chunk.start..reach], |in_chunk, length, rule| {
                let offset = chunk.start + in_chunk;
                if offset < chunk.end {
                    let span = offset..offset + length;
                    found(Event::Hit(RuleHit { rule, offset, span, value: None }));
                }
            });
        }
    }

    /// Searches the rest of a run that began before the range.
    fn search_open_run(
        &self,
        bytes: &[u8],
        range: &Range<usize>,
        repeats: &RepeatDetector,
        found: &mut impl FnMut(Event),
    ) {
        let in_run = |offset: usize| bytes.get(offset).is_some_and(|&b| is_run_byte(b));
        if range.is_empty() || range.start == 0 || !in_run(range.start - 1) {
            return;
        }
        let in_run = |offset: &usize| in_run(*offset);
        let before = (0..range.start).rev().take(LONG_RUN).take_while(in_run).count();
        let after = (range.start..bytes.len()).take(LONG_RUN).take_while(in_run).count();
        if before + after >= LONG_RUN && after > 0 {
            let end = range.start + run_length(&bytes[range.start..]);
            self.search_run(bytes, range.start..end, range.end, repeats, found);
        }
    }

    fn match_token_anchors(&self, bytes: &[u8], offset: usize, found: &mut impl FnMut(Event)) {
        self.token_anchors.each(&bytes[offset..], |length, rule| {
            if begins_token(bytes, offset) {
                let span = offset..offset + length;
                found(Event::Hit(RuleHit { rule, offset, span, value: None }));
            }
        });
    }

    /// The anchors after a control sequence, whose last letter does not belong to their word.
    fn match_after_sequence(&self, bytes: &[u8], offset: usize, found: &mut impl FnMut(Event)) {
        let Some(word) = decode::word_after_sequence(bytes, offset) else { return };
        self.token_anchors.each(&bytes[word..], |length, rule| {
            let span = word..word + length;
            found(Event::Hit(RuleHit { rule, offset, span, value: None }));
        });
    }

    fn match_fragments(
        &self,
        bytes: &[u8],
        offset: usize,
        reader: &mut AssignmentReader,
        found: &mut impl FnMut(Event),
    ) {
        self.fragments.each(&bytes[offset..], |fragment, length| {
            let span = offset..offset + length;
            match fragment {
                Fragment::Anchor(rule) => {
                    found(Event::Hit(RuleHit { rule, offset, span, value: None }));
                }
                Fragment::Keyword => found(Event::Keyword(span)),
                Fragment::FoldedScalar => found(Event::Encoded(EntryPoint::FoldedScalar(offset))),
                Fragment::List => found(Event::Encoded(EntryPoint::List(offset))),
                Fragment::Name => self.match_names(bytes, span, reader, found),
            }
        });
    }

    /// Reports the names that contain the fragment and have a value. One name may belong to several
    /// rules: its value is read once.
    fn match_names(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        reader: &mut AssignmentReader,
        found: &mut impl FnMut(Event),
    ) {
        let offset = fragment.start;
        let mut last: Option<(Range<usize>, Option<Range<usize>>)> = None;
        self.names.each(bytes, fragment, &mut |rule, span| {
            let cached = last.take().filter(|(name, _)| *name == span);
            let (span, value) = cached.unwrap_or_else(|| {
                let value = reader.value_of(bytes, span.clone());
                (span, value)
            });
            if value.is_some() {
                let (span, value) = (span.clone(), value.clone());
                found(Event::Hit(RuleHit { rule, offset, span, value }));
            }
            last = Some((span, value));
        });
    }
}

/// Whether a token may begin here: after a byte that is not a word character, or after an escape
/// sequence, whose letters do not belong to the word. Depends on the six bytes before.
fn begins_token(bytes: &[u8], offset: usize) -> bool {
    let before = |count: usize| offset.checked_sub(count).map(|from| &bytes[from..offset]);
    let hex = |digits: &[u8]| digits.iter().all(u8::is_ascii_hexdigit);
    let octal = |digits: &[u8]| digits.iter().all(|b| matches!(b, b'0'..=b'7'));
    before(1).is_none_or(|b| !is_word_byte(b[0]))
        || before(2).is_some_and(|b| b[0] == b'\\' && b"nrtbfav0".contains(&b[1]))
        || before(3).is_some_and(|b| b[0] == b'%' && hex(&b[1..]))
        || before(4)
            .is_some_and(|b| b[0] == b'\\' && (b[1] == b'x' && hex(&b[2..]) || octal(&b[1..])))
        || before(6).is_some_and(|b| b.starts_with(b"\\u") && hex(&b[2..]))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::decode::each_entry;
    use crate::rules::is_token_byte;

    /// The entry points of the scalar search, without those that the fast one can rule out.
    fn scalar_search(bytes: &[u8], range: Range<usize>) -> Vec<EntryPoint> {
        let mut entries = Vec::new();
        each_entry(bytes, range, |entry| entries.push(entry));
        entries.retain(|entry| match *entry {
            EntryPoint::Run(offset) => may_encode(bytes, offset),
            EntryPoint::Escape(offset) => !kinds(bytes, offset).is_empty(),
            EntryPoint::FoldedScalar(_) | EntryPoint::List(_) => true,
            EntryPoint::Quote(offset) => offset > 0 && is_token_byte(bytes[offset - 1]),
        });
        entries.sort();
        entries
    }

    #[test]
    fn entry_points_are_those_of_the_scalar_search() {
        let prefilter = Prefilter::new(&[], &Lexicon::default());
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
                    b"\x1b[0m",
                    b"join('','a')",
                ];
                text.extend(unit[random(unit.len())].repeat(random(20)));
            }
            let start = random(text.len() + 1);
            let range = start..start + random(text.len() + 1 - start);
            let mut fast = Vec::new();
            prefilter.for_each_event(&text, range.clone(), |event| {
                if let Event::Encoded(entry) = event {
                    fast.push(entry);
                }
                EventOutcome::Productive
            });
            fast.sort();
            assert_eq!(
                fast,
                scalar_search(&text, range.clone()),
                "{range:?} of {:?}",
                bstr::BStr::new(&text)
            );
        }
    }
}
