//! Decoded text, and the map from its spans to the bytes that encode them.

use crate::blob::transcode::{self, Endian, Offsets, TextEncoding};
use crate::findings::{Span, Step};

/// Text decoded from other bytes, its source.
pub struct Decoded {
    /// Offset of the run or escape chain in the source: decides whether it belongs to a range.
    pub offset: usize,
    pub bytes: Vec<u8>,
    pub step: Step,
    pub(super) map: SpanMap,
    /// Which ends are inside a word of the source: a secret that touches them is incomplete.
    pub(super) truncated: Truncated,
    /// Set if the bytes are UTF-16, which is another step to decode.
    pub(super) utf16: Option<Endian>,
}

/// Maps decoded bytes to source bytes.
pub(super) enum SpanMap {
    Groups(GroupMap),
    Spans(Vec<MappedSpan>),
    Utf16(Offsets),
}

/// `chars` characters encode `bytes` bytes, throughout.
pub(super) struct GroupMap {
    pub chars: usize,
    pub bytes: usize,
    /// Start of each line: as a number of characters, and as an offset in the source.
    pub lines: Vec<(usize, usize)>,
    /// Number of characters, including padding.
    pub total: usize,
}

/// A span of decoded bytes that is the same in the source, or that one escape encodes.
pub(super) struct MappedSpan {
    pub decoded: usize,
    pub source: usize,
    /// Length of the escape in the source; 0 for bytes that are the same there.
    pub escape: usize,
}

/// Which ends of a decoded text are truncated.
#[derive(Clone, Copy, Default)]
pub(super) struct Truncated {
    pub start: bool,
    pub end: bool,
}

impl Decoded {
    /// The source bytes of `span`: the characters that encode it, whole groups and escapes.
    /// `None` if the span touches a truncated end, where the word may continue.
    pub fn source(&self, span: Span) -> Option<Span> {
        let is_cut_off = self.truncated.start && span.start == 0
            || self.truncated.end && span.end == self.bytes.len()
            || span.is_empty();
        if is_cut_off {
            return None;
        }
        let (start, end) = match &self.map {
            SpanMap::Groups(groups) => groups.source(span),
            SpanMap::Spans(spans) => {
                let last = span.end - 1;
                (source_of_byte(spans, span.start).0, source_of_byte(spans, last).1)
            }
            SpanMap::Utf16(offsets) => {
                let source = offsets.source_range(&self.bytes, span.start..span.end);
                (source.start, source.end)
            }
        };
        Some(Span { start, end })
    }

    /// The text, if the bytes are UTF-16.
    pub(super) fn transcoded(&self) -> Option<Decoded> {
        let (bytes, offsets) =
            transcode::transcode(&self.bytes, TextEncoding::Utf16(self.utf16?), true);
        let map = SpanMap::Utf16(offsets);
        Some(Decoded {
            offset: 0,
            bytes,
            step: Step::Utf16,
            map,
            truncated: self.truncated,
            utf16: None,
        })
    }
}

impl GroupMap {
    fn source(&self, span: Span) -> (usize, usize) {
        let first = span.start / self.bytes * self.chars;
        let end = (span.end.div_ceil(self.bytes) * self.chars).min(self.total);
        (self.character(first), self.character(end - 1) + 1)
    }

    fn character(&self, offset: usize) -> usize {
        let line =
            self.lines.partition_point(|&(line_start, _)| line_start <= offset).saturating_sub(1);
        let (line_start, source) = self.lines[line];
        source + (offset - line_start)
    }
}

/// Source bytes of one decoded byte.
fn source_of_byte(spans: &[MappedSpan], offset: usize) -> (usize, usize) {
    let index = spans.partition_point(|span| span.decoded <= offset).saturating_sub(1);
    let MappedSpan { decoded, source, escape } = spans[index];
    match escape {
        0 => (source + (offset - decoded), source + (offset - decoded) + 1),
        length => (source, source + length),
    }
}
