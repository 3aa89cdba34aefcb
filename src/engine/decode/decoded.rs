//! A decoded stretch and the way back to the bytes that it came from.

use crate::blob::transcode::{self, Endian, Offsets, TextEncoding};
use crate::findings::{Span, Step};

/// Text that stood encoded in other bytes, its source.
pub struct Decoded {
    /// Where the run or chain begins in the source: what decides whether it lies in a range.
    pub at: usize,
    pub bytes: Vec<u8>,
    pub step: Step,
    pub(super) map: Map,
    /// Ends that lie within a word of the source: what touches them was cut.
    pub(super) cut: Cut,
    /// Where the bytes are UTF-16 themselves, and so a step away from text.
    pub(super) utf16: Option<Endian>,
}

/// From decoded bytes to source bytes.
pub(super) enum Map {
    Groups(Groups),
    Pieces(Vec<Piece>),
    Utf16(Offsets),
}

/// So many characters stand for so many bytes, all along.
pub(super) struct Groups {
    pub chars: usize,
    pub bytes: usize,
    /// Where each line of characters begins: counted in characters, and in the source.
    pub lines: Vec<(usize, usize)>,
    /// All characters, padding too.
    pub total: usize,
}

/// A stretch of decoded bytes that stands as it is in the source, or that one escape gives.
pub(super) struct Piece {
    pub decoded: usize,
    pub source: usize,
    /// Length of the escape in the source; 0 for bytes that stand as they are.
    pub escape: usize,
}

/// Which ends of a decoded text are cut.
#[derive(Clone, Copy, Default)]
pub(super) struct Cut {
    pub front: bool,
    pub back: bool,
}

impl Decoded {
    /// The source bytes of `span`: the characters that encode it, whole groups and escapes.
    /// `None` where the span touches an end that was cut, so that nobody knows whether the
    /// word ends there.
    pub fn source(&self, span: Span) -> Option<Span> {
        let cut_off = self.cut.front && span.start == 0
            || self.cut.back && span.end == self.bytes.len()
            || span.is_empty();
        if cut_off {
            return None;
        }
        let (start, end) = match &self.map {
            Map::Groups(groups) => groups.source(span),
            Map::Pieces(pieces) => {
                let last = span.end - 1;
                (locate(pieces, span.start).0, locate(pieces, last).1)
            }
            Map::Utf16(offsets) => {
                let source = offsets.source_range(&self.bytes, span.start..span.end);
                (source.start, source.end)
            }
        };
        Some(Span { start, end })
    }

    /// The text that the bytes are, where they are UTF-16.
    pub(super) fn transcoded(&self) -> Option<Decoded> {
        let (bytes, offsets) =
            transcode::transcode(&self.bytes, TextEncoding::Utf16(self.utf16?), true);
        let map = Map::Utf16(offsets);
        Some(Decoded { at: 0, bytes, step: Step::Utf16, map, cut: self.cut, utf16: None })
    }
}

impl Groups {
    fn source(&self, span: Span) -> (usize, usize) {
        let first = span.start / self.bytes * self.chars;
        let end = (span.end.div_ceil(self.bytes) * self.chars).min(self.total);
        (self.character(first), self.character(end - 1) + 1)
    }

    fn character(&self, at: usize) -> usize {
        let line = self.lines.partition_point(|&(begins, _)| begins <= at).saturating_sub(1);
        let (begins, source) = self.lines[line];
        source + (at - begins)
    }
}

/// Source bytes of one decoded byte.
fn locate(pieces: &[Piece], at: usize) -> (usize, usize) {
    let piece = pieces.partition_point(|piece| piece.decoded <= at).saturating_sub(1);
    let Piece { decoded, source, escape } = pieces[piece];
    match escape {
        0 => (source + (at - decoded), source + (at - decoded) + 1),
        length => (source, source + length),
    }
}
