//! Long input as a row of overlapping parts, so that memory does not grow with it.

use std::io::{self, Read};

use super::{Coverage, Visitor, admit};
use crate::blob::{Blob, Class, LineIndex, Part, Position, Provenance};
use crate::engine::OVERLAP;

/// Bytes of a part whose findings are its own; beside them stand [`OVERLAP`] bytes of its
/// neighbours.
const CORE: usize = 8 << 20;

/// Hands the reader's bytes to `visit`, as one blob where they are few. Bytes of no text are
/// not read on.
pub fn visit_parts(
    mut reader: impl Read,
    provenance: &Provenance,
    visit: &Visitor<'_>,
) -> io::Result<Coverage> {
    let mut buffer = Vec::new();
    let mut part = Part { core: 0..0, offset: 0, start: Position { line: 1, column: 1 } };
    loop {
        let wanted = CORE + 2 * OVERLAP - buffer.len();
        let read = reader.by_ref().take(wanted as u64).read_to_end(&mut buffer)?;
        if part.offset == 0 {
            match Class::of(&buffer) {
                Class::Text => {}
                Class::Binary => return Ok(Coverage::binary()),
                // Long UTF-16 is too rare to be cut: it is read whole.
                Class::Utf16(_) => {
                    reader.read_to_end(&mut buffer)?;
                    return Ok(admit(&Blob::whole(&buffer, provenance.clone()), visit));
                }
            }
        }
        let last = read < wanted;
        let end = if last { buffer.len() } else { buffer.len() - OVERLAP };
        part.core.end = end;
        visit(&Blob { bytes: &buffer, provenance: provenance.clone(), part: part.clone() });
        if last {
            return Ok(Coverage::text(part.offset + buffer.len()));
        }
        let done = character_start(&buffer, end - OVERLAP);
        part.start = LineIndex::new(&buffer, part.start).position(done);
        part.offset += done;
        part.core.start = end - done;
        buffer.drain(..done);
    }
}

/// The place at or before `at` where a UTF-8 character begins, so that columns stay right.
fn character_start(bytes: &[u8], at: usize) -> usize {
    let continues = |at: &usize| bytes[*at] & 0xc0 == 0x80;
    (at.saturating_sub(3)..=at).rev().find(|at| !continues(at)).unwrap_or(at)
}
