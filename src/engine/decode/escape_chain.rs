//! Chains: the escapes of one kind that stand near each other, decoded together.
//!
//! A chain lies in one stretch (see [`Kind::breaks`]) and ends where the next escape is more
//! than [`GAP`] away. Decoded are its escapes and what stands round them: `LONGEST` bytes in
//! front, `LONGEST + AFTER` behind, no further than the stretch. The entry is the chain's
//! first escape, which a look back of `GAP` bytes tells. Of one kind a byte lies in three
//! chains' surroundings at most, so that the work grows with the length alone.

use super::decoded::{Cut, Decoded, Map, Piece};
use super::escape::{Kind, LONGEST_ESCAPE, Mark};
use super::run::{OVERLAP, RUN_LONGEST};
use super::string_concat::{LONGEST_JOINT, WORD, may_fill};
use crate::rules::{AFTER, LONGEST, MARGIN};

/// Bytes between two escapes of a chain, at most. All that tells a chain's first escape lies
/// within a delta's margin in front of it.
const GAP: usize = LONGEST;
const _: () = assert!(GAP + LONGEST_JOINT + WORD <= MARGIN);

/// Decodes the chain whose first escape stands at `first`; nothing if another one is.
pub fn chain(kind: Kind, bytes: &[u8], first: usize, found: &mut dyn FnMut(Decoded)) {
    let Some(mark) = kind.mark(bytes, first) else { return };
    if previous(kind, bytes, first).is_some() {
        return;
    }
    let (start, cut_front) = front(kind, bytes, first);
    let mut strip = Strip::new(start, cut_front);
    let mut next = Some((first, mark));
    while let Some((at, mark)) = next {
        strip.copy(bytes, at);
        strip.put(&mark);
        if strip.at - strip.start >= RUN_LONGEST
            && let Some(resume) = strip.resume
        {
            let decoded = std::mem::replace(&mut strip, Strip::new(resume, true));
            let end = decoded.at;
            found(decoded.finish(kind, first, true));
            // Once more over the last bytes, for what stands across the cut.
            next = following(kind, bytes, resume);
            debug_assert!(resume < end);
        } else {
            next = following(kind, bytes, strip.at);
        }
    }
    let (end, cut_back) = back(kind, bytes, strip.at);
    strip.copy(bytes, end);
    found(strip.finish(kind, first, cut_back));
}

/// The last escape before `at` in its stretch, no more than `GAP` bytes away.
pub fn previous(kind: Kind, bytes: &[u8], at: usize) -> Option<usize> {
    let ends_here = |start: usize| {
        kind.mark(bytes, start).filter(|mark| start + mark.length <= at).map(|_| start)
    };
    let mut back = at;
    while back > at.saturating_sub(GAP) {
        back -= 1;
        if !kind.concerns(bytes[back]) {
            continue;
        }
        if let Some(start) = ends_here(back) {
            return Some(start);
        }
        if kind.breaks(bytes, back) {
            return if kind == Kind::Joint { joint_over(bytes, back, at) } else { None };
        }
    }
    None
}

/// The joint that holds the line end at `line_end` and ends before `at`.
fn joint_over(bytes: &[u8], line_end: usize, at: usize) -> Option<usize> {
    joint_round(bytes, line_end, |end| line_end < end && end <= at)
}

/// The first joint that begins before `at`, none of whose quotes stands between, and whose end
/// `holds`.
fn joint_round(bytes: &[u8], at: usize, holds: impl Fn(usize) -> bool) -> Option<usize> {
    let fills = |b: u8| may_fill(b) && !matches!(b, b'"' | b'\'' | b'`');
    let from = at.saturating_sub(LONGEST_JOINT);
    let filled = bytes[from..at].iter().rev().take_while(|&&b| fills(b)).count();
    // A backslash before the line's end opens a joint of its own.
    let quote = (at - filled).checked_sub(1);
    let backslashes = (at - filled..at).filter(|&start| bytes[start] == b'\\');
    quote.into_iter().chain(backslashes).find(|&start| {
        Kind::Joint.mark(bytes, start).is_some_and(|mark| holds(start + mark.length))
    })
}

/// The first escape that begins before `at` and ends behind it.
pub fn over(kind: Kind, bytes: &[u8], at: usize) -> Option<usize> {
    if kind == Kind::Joint {
        return joint_round(bytes, at, |end| end > at);
    }
    let ends_behind = |start: &usize| {
        kind.concerns(bytes[*start])
            && kind.mark(bytes, *start).is_some_and(|mark| start + mark.length > at)
    };
    (at.saturating_sub(LONGEST_ESCAPE)..at).find(ends_behind)
}

/// The next escape at or behind `from` in its stretch, no more than `GAP` bytes away.
fn following(kind: Kind, bytes: &[u8], from: usize) -> Option<(usize, Mark)> {
    let near = bytes.len().min(from + GAP);
    for at in (from..near).filter(|&at| kind.concerns(bytes[at])) {
        if let Some(mark) = kind.mark(bytes, at) {
            return Some((at, mark));
        }
        if kind.breaks(bytes, at) {
            return None;
        }
    }
    None
}

/// Where the stretch round `at` begins, and whether the word goes on in front of it.
fn front(kind: Kind, bytes: &[u8], at: usize) -> (usize, bool) {
    let bound = at.saturating_sub(LONGEST);
    let breaks = |&before: &usize| kind.concerns(bytes[before]) && kind.breaks(bytes, before);
    let start = (bound..at).rev().find(breaks).map_or(bound, |before| before + 1);
    (start, start > 0 && !kind.breaks(bytes, start - 1))
}

/// Where the stretch behind `at` ends, and whether the word goes on behind it.
fn back(kind: Kind, bytes: &[u8], at: usize) -> (usize, bool) {
    let bound = bytes.len().min(at + LONGEST + AFTER);
    let breaks = |&behind: &usize| kind.concerns(bytes[behind]) && kind.breaks(bytes, behind);
    let end = (at..bound).find(breaks).unwrap_or(bound);
    (end, end < bytes.len() && !kind.breaks(bytes, end))
}

/// A stretch as it is being decoded.
struct Strip {
    start: usize,
    cut_front: bool,
    /// All before this is decoded.
    at: usize,
    bytes: Vec<u8>,
    pieces: Vec<Piece>,
    /// Where the next strip would begin, if this one grew too long.
    resume: Option<usize>,
}

/// Bytes and pieces that a strip has room for: most chains are a single escape.
const USUAL: usize = 2 * LONGEST + AFTER;
const USUAL_PIECES: usize = 8;

impl Strip {
    fn new(start: usize, cut_front: bool) -> Self {
        let (bytes, pieces) = (Vec::with_capacity(USUAL), Vec::with_capacity(USUAL_PIECES));
        Strip { start, cut_front, at: start, bytes, pieces, resume: None }
    }

    /// Bytes up to `end` as they stand.
    fn copy(&mut self, bytes: &[u8], end: usize) {
        if end > self.at {
            self.pieces.push(Piece { decoded: self.bytes.len(), source: self.at, escape: 0 });
            self.bytes.extend_from_slice(&bytes[self.at..end]);
            self.at = end;
        }
        if self.resume.is_none() && self.at - self.start >= RUN_LONGEST - OVERLAP {
            self.resume = Some(self.at);
        }
    }

    fn put(&mut self, mark: &Mark) {
        if !mark.text().is_empty() {
            let decoded = self.bytes.len();
            self.pieces.push(Piece { decoded, source: self.at, escape: mark.length });
            self.bytes.extend_from_slice(mark.text());
        }
        self.at += mark.length;
    }

    fn finish(self, kind: Kind, at: usize, cut_back: bool) -> Decoded {
        Decoded {
            at,
            bytes: self.bytes,
            step: kind.step(),
            map: Map::Pieces(self.pieces),
            cut: Cut { front: self.cut_front, back: cut_back },
            utf16: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Joints are looked for at a quote and at backslashes only: no other could hold the byte.
    #[test]
    fn the_joint_round_a_byte_is_the_first_that_holds_it() {
        let mut random = 0x2545_f491_u64;
        let mut below = |limit: usize| {
            random ^= random << 13;
            random ^= random >> 7;
            random ^= random << 17;
            (random % limit as u64) as usize
        };
        let (alphabet, mut held) = (b"\"\"\"'\\\n +.|aaaaaaaaaa", 0);
        for _ in 0..4000 {
            let bytes: Vec<u8> = (0..30).map(|_| alphabet[below(alphabet.len())]).collect();
            for at in 0..bytes.len() {
                let holds = |&start: &usize| {
                    Kind::Joint.mark(&bytes, start).is_some_and(|mark| start + mark.length > at)
                };
                let first = (0..at).find(holds);
                held += usize::from(first.is_some());
                assert_eq!(over(Kind::Joint, &bytes, at), first, "{:?} {at}", bytes.escape_ascii());
            }
        }
        assert!(held > 300, "{held} joints were met");
    }
}
