//! Long input as a sequence of overlapping slices, so that memory does not grow with it.

use std::io::{self, Read};
use std::ops::Range;

use super::contents::{Class, pointed};
use super::{Coverage, SkippedKind, Visitor};
use crate::blob::{Blob, BlobSlice, LineIndex, Position, Provenance, TextEncoding};
use crate::engine::OVERLAP;

/// Bytes of a slice whose findings are its own; next to them are [`OVERLAP`] bytes of the adjacent
/// slices.
const CORE: usize = 8 << 20;

/// Passes the reader's bytes to `visit`, as one blob if they are few. Reading stops if they are not
/// text.
pub fn visit_slices(
    reader: impl Read,
    provenance: &Provenance,
    visit: &Visitor<'_>,
) -> io::Result<Coverage> {
    let mut source = Stream { reader, buffer: Vec::new() };
    source.fill(Class::PREFIX)?;
    let encoding = match Class::detect(&source.buffer) {
        Class::Text(encoding) => encoding,
        Class::Binary => return Ok(Coverage::skipped(SkippedKind::Binary, provenance.name())),
    };
    let pointed = match source.fill(CORE)? {
        Filled::ToTheEnd => pointed(&source.buffer, provenance),
        Filled::InPart => Coverage::default(),
    };
    let mut slices = Slices::new(provenance, encoding, CORE);
    loop {
        let filled = source.fill(slices.full_length())?;
        let done = slices.visit(&source.buffer, filled, visit);
        match done {
            Some(done) => drop(source.buffer.drain(..done)),
            None => return Ok(Coverage::text(slices.length).and(pointed)),
        }
    }
}

/// Passes a text in UTF-16 or UTF-32 that is in memory to `visit`, in slices.
pub fn visit_wide(
    bytes: &[u8],
    provenance: &Provenance,
    encoding: TextEncoding,
    visit: &Visitor<'_>,
) {
    visit_in_memory(bytes, provenance, encoding, CORE, visit);
}

fn visit_in_memory(
    mut bytes: &[u8],
    provenance: &Provenance,
    encoding: TextEncoding,
    core: usize,
    visit: &Visitor<'_>,
) {
    let mut slices = Slices::new(provenance, encoding, core);
    loop {
        let (length, filled) = match bytes.len() {
            all if all < slices.full_length() => (all, Filled::ToTheEnd),
            _ => (slices.full_length(), Filled::InPart),
        };
        match slices.visit(&bytes[..length], filled, visit) {
            Some(done) => bytes = &bytes[done..],
            None => return,
        }
    }
}

/// A reader, and the bytes that were read and not visited yet.
struct Stream<R> {
    reader: R,
    buffer: Vec<u8>,
}

/// Whether the input has ended.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Filled {
    InPart,
    ToTheEnd,
}

impl<R: Read> Stream<R> {
    /// Fills the buffer up to `length` bytes.
    fn fill(&mut self, length: usize) -> io::Result<Filled> {
        let missing = length.saturating_sub(self.buffer.len()) as u64;
        let read = self.reader.by_ref().take(missing).read_to_end(&mut self.buffer)? as u64;
        Ok(if read < missing { Filled::ToTheEnd } else { Filled::InPart })
    }
}

/// The next slice.
struct Slices<'p> {
    provenance: &'p Provenance,
    encoding: TextEncoding,
    /// Bytes whose findings belong to a slice.
    core: usize,
    /// Bytes next to them that belong to the adjacent slices.
    overlap: usize,
    slice: BlobSlice,
    /// Bytes that were visited.
    length: usize,
}

impl<'p> Slices<'p> {
    fn new(provenance: &'p Provenance, encoding: TextEncoding, core: usize) -> Self {
        // A byte of text is at most one unit.
        let overlap = OVERLAP * encoding.width();
        let start = Position { line: 1, column: 1 };
        let slice = BlobSlice { core: 0..0, offset: 0, start };
        Slices { provenance, encoding, core, overlap, slice, length: 0 }
    }

    /// The length of a full slice, in bytes.
    fn full_length(&self) -> usize {
        self.core + 2 * self.overlap
    }

    /// Visits a slice. Returns how many of its bytes are done, `None` for the last slice.
    fn visit(&mut self, bytes: &[u8], filled: Filled, visit: &Visitor<'_>) -> Option<usize> {
        let is_last = filled == Filled::ToTheEnd;
        let end =
            if is_last { bytes.len() } else { self.boundary(bytes, bytes.len() - self.overlap) };
        self.slice.core.end = end;
        let (provenance, encoding) = (self.provenance.clone(), self.encoding);
        let blob =
            Blob { slice: self.slice.clone(), ..Blob::whole(bytes, provenance).encoded(encoding) };
        visit(&blob);
        self.length = self.slice.offset + bytes.len();
        if is_last {
            return None;
        }
        let done = self.boundary(bytes, end - self.overlap);
        let text = blob.text();
        let start = LineIndex::new(&text.bytes, self.slice.start).position(text.text_offset(done));
        let core: Range<usize> = end - done..end - done;
        self.slice = BlobSlice { core, offset: self.slice.offset + done, start };
        Some(done)
    }

    /// The start of the character at or before `pos`, so that columns stay right.
    fn boundary(&self, bytes: &[u8], pos: usize) -> usize {
        match self.encoding {
            TextEncoding::Utf8 => {
                let continues = |pos: &usize| bytes[*pos] & 0xc0 == 0x80;
                (pos.saturating_sub(3)..=pos).rev().find(|pos| !continues(pos)).unwrap_or(pos)
            }
            encoding => {
                let offset = self.slice.offset;
                let pos = (offset + pos) / encoding.width() * encoding.width() - offset;
                let is_inside = encoding.is_inside_character(bytes, pos);
                if is_inside { pos - encoding.width() } else { pos }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;
    use crate::blob::Endian;

    /// Lines of characters of one to four bytes, in each encoding: the cores of all slices together
    /// are the text, and each begins at the position that it has in the whole.
    #[test]
    fn the_cores_of_all_parts_are_the_text() {
        let line = "aé€😀 = ключ\n";
        let text: String = line.repeat(3 * OVERLAP / line.len());
        let encodings = [
            (
                TextEncoding::Utf16(Endian::Little),
                text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            ),
            (
                TextEncoding::Utf16(Endian::Big),
                text.encode_utf16().flat_map(u16::to_be_bytes).collect(),
            ),
            (
                TextEncoding::Utf32(Endian::Little),
                text.chars().flat_map(|c| u32::from(c).to_le_bytes()).collect(),
            ),
            (TextEncoding::Utf8, text.clone().into_bytes()),
        ];
        for (encoding, bytes) in encodings {
            let bytes: Vec<u8> = bytes;
            let joined = Mutex::new(String::new());
            let visit = |blob: &Blob<'_>| {
                let slice = blob.text();
                let core = std::str::from_utf8(&slice.bytes[slice.core.clone()]).expect("UTF-8");
                let mut joined = joined.lock().expect("no panic");
                let first =
                    LineIndex::new(&slice.bytes, blob.slice.start).position(slice.core.start);
                let lines = LineIndex::new(text.as_bytes(), Position { line: 1, column: 1 });
                assert_eq!(first, lines.position(joined.len()), "{encoding:?}");
                joined.push_str(core);
            };
            visit_in_memory(
                &bytes,
                &Provenance::Stdin,
                encoding,
                1000 * encoding.width() + 4,
                &visit,
            );
            assert!(joined.into_inner().expect("no panic") == text, "{encoding:?}");
        }
    }
}
