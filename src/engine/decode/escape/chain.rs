//! Escape chains: escapes of one kind that are close to each other, decoded together.
//!
//! A chain does not cross the end of its segment (see [`EscapeKind::breaks`]) and ends if the next
//! escape is more than [`GAP`] bytes away. Its escapes are decoded together with the text around
//! them: `LONGEST` bytes before, `LONGEST + AFTER` after, within the segment. The entry point is
//! the chain's first escape, recognized by looking back `GAP` bytes. A byte is in the surroundings
//! of at most three chains of a kind, so the work is linear in the length.

use super::string_concat::{MAX_CONCAT, WORD_PART};
use super::{Escape, EscapeKind};
use crate::engine::decode::decoded::{Decoded, MappedSpan, SpanMap, Truncated};
use crate::engine::decode::run::{MAX_RUN, RUN_OVERLAP};
use crate::rules::{AFTER, LONGEST, MARGIN};

/// Maximum number of bytes between two escapes of a chain. What identifies a chain's first escape
/// is within a delta's margin before it.
const GAP: usize = LONGEST;
const _: () = assert!(GAP + MAX_CONCAT + WORD_PART <= MARGIN);

/// Decodes the chain whose first escape is at `first`; does nothing if that is not its first.
pub fn decode_chain(kind: EscapeKind, bytes: &[u8], first: usize, found: &mut dyn FnMut(Decoded)) {
    let Some(escape) = kind.escape_at(bytes, first) else { return };
    if previous_escape(kind, bytes, first).is_some() {
        return;
    }
    let (start, cut_start) = segment_start(kind, bytes, first);
    let mut segment = Segment::new(start, cut_start);
    let mut next = Some((first, escape));
    while let Some((offset, escape)) = next {
        segment.push_plain(bytes, offset);
        segment.push_escape(&escape);
        if segment.pos - segment.start >= MAX_RUN
            && let Some(resume) = segment.resume
        {
            let decoded = std::mem::replace(&mut segment, Segment::new(resume, true));
            let end = decoded.pos;
            found(decoded.finish(kind, first, true));
            // Decode the last bytes again, for secrets across the cut.
            next = next_escape(kind, bytes, resume);
            debug_assert!(resume < end);
        } else {
            next = next_escape(kind, bytes, segment.pos);
        }
    }
    let (end, cut_end) = segment_end(kind, bytes, segment.pos);
    segment.push_plain(bytes, end);
    found(segment.finish(kind, first, cut_end));
}

/// The last escape before `offset` in the segment, at most `GAP` bytes away.
pub fn previous_escape(kind: EscapeKind, bytes: &[u8], offset: usize) -> Option<usize> {
    let ends_before = |start: usize| {
        kind.escape_at(bytes, start).filter(|escape| start + escape.length <= offset).map(|_| start)
    };
    let mut candidate = offset;
    while candidate > offset.saturating_sub(GAP) {
        candidate -= 1;
        if !kind.concerns(bytes[candidate]) {
            continue;
        }
        if let Some(start) = ends_before(candidate) {
            return Some(start);
        }
        if kind.breaks(bytes, candidate) {
            return if kind == EscapeKind::StringConcat {
                concat_over(bytes, candidate, offset)
            } else {
                None
            };
        }
    }
    None
}

/// The string concatenation that contains the line end at `line_end` and ends before `offset`.
fn concat_over(bytes: &[u8], line_end: usize, offset: usize) -> Option<usize> {
    let kind = EscapeKind::StringConcat;
    let contains = |end: usize| line_end < end && end <= offset;
    escape_around(kind, bytes, line_end, contains)
}

/// The first escape that begins before `offset` and ends after it.
pub fn escape_over(kind: EscapeKind, bytes: &[u8], offset: usize) -> Option<usize> {
    escape_around(kind, bytes, offset, |end| end > offset)
}

/// The first escape that begins before `offset` and whose end satisfies `is_end`.
fn escape_around(
    kind: EscapeKind,
    bytes: &[u8],
    offset: usize,
    is_end: impl Fn(usize) -> bool,
) -> Option<usize> {
    (offset.saturating_sub(kind.longest())..offset).find(|&start| {
        kind.concerns(bytes[start])
            && kind.escape_at(bytes, start).is_some_and(|escape| is_end(start + escape.length))
    })
}

/// The next escape at or after `from` in the segment, at most `GAP` bytes away.
fn next_escape(kind: EscapeKind, bytes: &[u8], from: usize) -> Option<(usize, Escape)> {
    let near = bytes.len().min(from + GAP);
    for offset in (from..near).filter(|&offset| kind.concerns(bytes[offset])) {
        if let Some(escape) = kind.escape_at(bytes, offset) {
            return Some((offset, escape));
        }
        if kind.breaks(bytes, offset) {
            return None;
        }
    }
    None
}

/// The start of the segment around `offset`, and whether the word begins before it.
fn segment_start(kind: EscapeKind, bytes: &[u8], offset: usize) -> (usize, bool) {
    let bound = offset.saturating_sub(LONGEST);
    let breaks = |&before: &usize| kind.concerns(bytes[before]) && kind.breaks(bytes, before);
    let start = (bound..offset).rev().find(breaks).map_or(bound, |before| before + 1);
    (start, start > 0 && !kind.breaks(bytes, start - 1))
}

/// The end of the segment after `offset`, and whether the word continues after it.
fn segment_end(kind: EscapeKind, bytes: &[u8], offset: usize) -> (usize, bool) {
    let bound = bytes.len().min(offset + LONGEST + AFTER);
    let breaks = |&after: &usize| kind.concerns(bytes[after]) && kind.breaks(bytes, after);
    let end = (offset..bound).find(breaks).unwrap_or(bound);
    (end, end < bytes.len() && !kind.breaks(bytes, end))
}

/// A segment while it is being decoded.
struct Segment {
    start: usize,
    cut_start: bool,
    /// Everything before this offset is decoded.
    pos: usize,
    bytes: Vec<u8>,
    spans: Vec<MappedSpan>,
    /// Where the next segment begins if this one becomes too long.
    resume: Option<usize>,
}

/// Initial capacity of a segment: most chains are a single escape.
const USUAL_BYTES: usize = 2 * LONGEST + AFTER;
const USUAL_SPANS: usize = 8;

impl Segment {
    fn new(start: usize, cut_start: bool) -> Self {
        let (bytes, spans) = (Vec::with_capacity(USUAL_BYTES), Vec::with_capacity(USUAL_SPANS));
        Segment { start, cut_start, pos: start, bytes, spans, resume: None }
    }

    /// Adds the bytes up to `end` unchanged.
    fn push_plain(&mut self, bytes: &[u8], end: usize) {
        if end > self.pos {
            self.spans.push(MappedSpan { decoded: self.bytes.len(), source: self.pos, escape: 0 });
            self.bytes.extend_from_slice(&bytes[self.pos..end]);
            self.pos = end;
        }
        if self.resume.is_none() && self.pos - self.start >= MAX_RUN - RUN_OVERLAP {
            self.resume = Some(self.pos);
        }
    }

    fn push_escape(&mut self, escape: &Escape) {
        if !escape.text().is_empty() {
            let decoded = self.bytes.len();
            self.spans.push(MappedSpan { decoded, source: self.pos, escape: escape.length });
            self.bytes.extend_from_slice(escape.text());
        }
        self.pos += escape.length;
    }

    fn finish(self, kind: EscapeKind, offset: usize, cut_end: bool) -> Decoded {
        Decoded {
            offset,
            bytes: self.bytes,
            step: kind.step(),
            map: SpanMap::Spans(self.spans),
            truncated: Truncated { start: self.cut_start, end: cut_end },
            utf16: None,
        }
    }
}
