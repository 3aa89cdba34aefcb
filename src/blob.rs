//! A blob: bytes, their provenance, and their line index.
//!
//! Every source produces blobs; all later steps of the pipeline treat them alike.

use std::borrow::Cow;
use std::cell::Cell;
use std::ops::Range;

use bstr::{BStr, BString, ByteSlice};

mod object_part;
pub mod transcode;

pub use object_part::ObjectPart;
pub use transcode::{Endian, TextEncoding};

/// The bytes of one file version (or of standard input) with their origin.
pub struct Blob<'a> {
    pub bytes: &'a [u8],
    pub provenance: Provenance,
    /// The encoding of its text.
    pub encoding: TextEncoding,
    /// What of its file or object the bytes are.
    pub part: ObjectPart,
    pub slice: BlobSlice,
}

/// Which bytes of the whole input a blob has. Long input is split into overlapping slices.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BlobSlice {
    /// The bytes whose findings this slice reports; those before and after belong to its neighbors.
    pub core: Range<usize>,
    /// Offset of the bytes in the whole input.
    pub offset: usize,
    /// The position of the first byte.
    pub start: Position,
}

impl<'a> Blob<'a> {
    /// A complete blob of UTF-8 text.
    pub fn whole(bytes: &'a [u8], provenance: Provenance) -> Self {
        let start = Position { line: 1, column: 1 };
        let slice = BlobSlice { core: 0..bytes.len(), offset: 0, start };
        let (encoding, part) = (TextEncoding::Utf8, ObjectPart::Content);
        Blob { bytes, provenance, encoding, part, slice }
    }

    /// The same bytes, as another part of their object than its content.
    #[must_use]
    pub fn as_part(self, part: ObjectPart) -> Self {
        Blob { part, ..self }
    }

    /// The same bytes, as text in another encoding.
    #[must_use]
    pub fn encoded(self, encoding: TextEncoding) -> Self {
        Blob { encoding, ..self }
    }
}

impl Blob<'_> {
    /// The text to be scanned.
    pub fn text(&self) -> BlobText<'_> {
        if self.encoding == TextEncoding::Utf8 {
            let (bytes, core) = (Cow::Borrowed(self.bytes), self.slice.core.clone());
            return BlobText { bytes, core, offsets: None };
        }
        let is_start = self.slice.offset == 0;
        let (text, offsets) = transcode::transcode(self.bytes, self.encoding, is_start);
        let core = offsets.text_offset(&text, self.slice.core.start)
            ..offsets.text_offset(&text, self.slice.core.end);
        BlobText { bytes: Cow::Owned(text), core, offsets: Some(offsets) }
    }
}

/// A blob's text: its bytes as they are, or transcoded to UTF-8. Lines and columns are those of
/// the text, spans are reported in the blob's own bytes.
pub struct BlobText<'b> {
    pub bytes: Cow<'b, [u8]>,
    /// The bytes of the text whose findings this slice reports.
    pub core: Range<usize>,
    offsets: Option<transcode::Offsets>,
}

impl<'b> BlobText<'b> {
    /// Text that is scanned as it is.
    pub fn plain(bytes: &'b [u8]) -> Self {
        BlobText { bytes: Cow::Borrowed(bytes), core: 0..bytes.len(), offsets: None }
    }

    /// The encoding that the text was transcoded from, if it was.
    pub fn transcoded_from(&self) -> Option<TextEncoding> {
        self.offsets.as_ref().map(transcode::Offsets::encoding)
    }

    /// The blob's bytes that correspond to `span` of the text.
    pub fn source_range(&self, span: Range<usize>) -> Range<usize> {
        match &self.offsets {
            Some(offsets) => offsets.source_range(&self.bytes, span),
            None => span,
        }
    }

    /// The offset in the text of the blob's byte at `offset`.
    pub fn text_offset(&self, offset: usize) -> usize {
        match &self.offsets {
            Some(offsets) => offsets.text_offset(&self.bytes, offset),
            None => offset,
        }
    }
}

/// Where a blob came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Provenance {
    /// A file of the working tree, by its path below the repository's root.
    WorkTree(BString),
    /// An entry of the index, by its path.
    Index(BString),
    /// A version of a path that is in a commit.
    Committed(BString),
    /// An object of the database, by its id in hexadecimal.
    Object(String),
    /// A path that a commit adds; the commit by its id in hexadecimal.
    Added { commit: String, path: BString },
    /// What these pointer files of Git LFS or git-annex refer to, at least one.
    Pointed(Vec<Provenance>),
    /// Standard input.
    Stdin,
}

impl Provenance {
    /// The name in listings: the path, or the object's id.
    pub fn name(&self) -> BString {
        match self {
            Provenance::WorkTree(path) | Provenance::Index(path) | Provenance::Committed(path) => {
                path.clone()
            }
            Provenance::Added { path, .. } => path.clone(),
            Provenance::Object(id) => BString::from(id.as_str()),
            Provenance::Pointed(files) => files.first().map(Provenance::name).unwrap_or_default(),
            Provenance::Stdin => BString::from("standard input"),
        }
    }

    /// The path, if the source knows it.
    pub fn path(&self) -> Option<&BStr> {
        match self {
            Provenance::WorkTree(path) | Provenance::Index(path) | Provenance::Committed(path) => {
                Some(path.as_bstr())
            }
            Provenance::Added { path, .. } => Some(path.as_bstr()),
            Provenance::Pointed(files) => files.first().and_then(Provenance::path),
            Provenance::Object(_) | Provenance::Stdin => None,
        }
    }

    /// What a finding is reported for: the pointer files of a pointed content, else this itself.
    pub fn reported(&self) -> &[Provenance] {
        match self {
            Provenance::Pointed(files) => files,
            one => std::slice::from_ref(one),
        }
    }
}

/// A position in a text: line and column count from 1, the column in Unicode code points.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
}

/// A span as positions; `end` is exclusive.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Region {
    pub start: Position,
    pub end: Position,
}

/// Maps offsets of a text to positions. Built only for blobs that have findings. Queried in order,
/// it is as cheap for one long line as for many short ones.
pub struct LineIndex<'a> {
    bytes: &'a [u8],
    /// How many lines end before each chunk.
    ended: Vec<usize>,
    /// The position of the first byte.
    first: Position,
    /// The offset of the last query, and the code points before it in its line.
    last: Cell<(usize, usize)>,
}

/// Bytes of a chunk.
const CHUNK: usize = 4096;

impl<'a> LineIndex<'a> {
    /// A line ends with LF; a CR before it belongs to the line. `first` is the position of
    /// the first byte.
    pub fn new(bytes: &'a [u8], first: Position) -> Self {
        let mut lines = 0;
        let before = |chunk: &[u8]| {
            let before = lines;
            lines += line_ends(chunk);
            before
        };
        let ended = bytes.chunks(CHUNK).map(before).collect();
        LineIndex { bytes, ended, first, last: Cell::new((0, 0)) }
    }

    /// The position of the byte at `offset`. Bytes that are not UTF-8 count as one character each.
    pub fn position(&self, offset: usize) -> Position {
        let offset = offset.min(self.bytes.len());
        let chunk = (offset / CHUNK).min(self.ended.len().saturating_sub(1));
        let ended = self
            .ended
            .get(chunk)
            .map_or(0, |before| before + line_ends(&self.bytes[chunk * CHUNK..offset]));
        let columns = self.columns(offset);
        let before = if ended == 0 { self.first.column } else { 1 };
        Position { line: self.first.line + ended, column: before + columns }
    }

    /// Code points before the byte in its line, counted from the last query's offset if possible:
    /// if an ASCII byte is there, no code point is split.
    fn columns(&self, offset: usize) -> usize {
        let (last, counted) = self.last.get();
        let (from, counted) = match self.bytes.get(last..offset) {
            Some(between) if self.bytes.get(last).is_none_or(u8::is_ascii) => {
                match memchr::memrchr(b'\n', between) {
                    Some(end) => (last + end + 1, 0),
                    None => (last, counted),
                }
            }
            _ => (memchr::memrchr(b'\n', &self.bytes[..offset]).map_or(0, |end| end + 1), 0),
        };
        let between = &self.bytes[from..offset];
        let more = if between.is_ascii() { between.len() } else { between.chars().count() };
        self.last.set((offset, counted + more));
        counted + more
    }

    /// The region of the bytes from `start` to `end`, exclusive.
    pub fn region(&self, start: usize, end: usize) -> Region {
        Region { start: self.position(start), end: self.position(end) }
    }
}

fn line_ends(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const START: Position = Position { line: 1, column: 1 };

    #[test]
    fn columns_count_code_points_and_lines_end_with_lf() {
        let index = LineIndex::new("é=1\r\n\nkey=ß2".as_bytes(), START);
        assert_eq!(index.position(0), Position { line: 1, column: 1 });
        assert_eq!(index.position(2), Position { line: 1, column: 2 });
        assert_eq!(index.position(6), Position { line: 2, column: 1 });
        assert_eq!(index.position(13), Position { line: 3, column: 6 });
        assert_eq!(index.position(14), Position { line: 3, column: 7 });
    }

    #[test]
    fn positions_are_right_in_any_order_of_queries() {
        let mut text = Vec::new();
        for number in 0..2000 {
            text.extend_from_slice(
                [&b"key=\xc3\xa9\xffx "[..], b"v\n", b"\xe2\x82"][number * 7 % 3],
            );
        }
        let index = LineIndex::new(&text, Position { line: 3, column: 5 });
        let mut offset = 0;
        for step in [1, 2, 3, 5, 900, 4099, 7919].iter().cycle().take(3000) {
            offset = (offset + step) % (text.len() + 1);
            let line = text[..offset].iter().filter(|&&b| b == b'\n').count();
            let start = text[..offset].iter().rposition(|&b| b == b'\n').map_or(0, |end| end + 1);
            let before = if line == 0 { 5 } else { 1 };
            let column = before + text[start..offset].chars().count();
            assert_eq!(index.position(offset), Position { line: 3 + line, column }, "{offset}");
        }
    }
}
