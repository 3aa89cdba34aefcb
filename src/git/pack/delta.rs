//! The instructions of a delta (gitformat-pack(5), "Deltified representation"): what a version
//! copies from its base and what it inserts.

use super::PackError;

/// A range of a version that is copied from its base.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Copy {
    /// The start in the base.
    pub base: usize,
    /// The start in the version.
    pub start: usize,
    pub length: usize,
}

impl Copy {
    /// The end in the version.
    pub fn end(&self) -> usize {
        self.start + self.length
    }
}

const MORE: u8 = 0x80;
const COPY: u8 = 0x80;
/// The length of a copy without a stated one.
const DEFAULT_LENGTH: usize = 0x10000;

/// Memory reserved for a version before it is known to be as long as its delta claims.
const TAKEN_AT_ONCE: usize = 16 << 20;

/// Reads only the sizes of base and version at the head of the instructions.
pub fn lengths(instructions: &[u8]) -> Result<(u64, u64), PackError> {
    let mut rest = instructions;
    length(&mut rest).zip(length(&mut rest)).ok_or(PackError::Delta("its sizes are invalid"))
}

/// Writes to `version` what the instructions make of `base`, and to `copies` what they copy, with
/// contiguous copies merged (point 2 of the contract: there is no boundary between them).
/// Everything else is inserted.
///
/// The version never becomes longer than the instructions claim; the caller limits that.
pub fn apply(
    instructions: &[u8],
    base: &[u8],
    copies: &mut Vec<Copy>,
    version: &mut Vec<u8>,
) -> Result<(), PackError> {
    let broken = PackError::Delta;
    let (base_length, total) = lengths(instructions)?;
    if base.len() as u64 != base_length {
        return Err(broken("its base has a different size"));
    }
    let total = usize::try_from(total).map_err(|_| broken("it is too long"))?;
    let mut rest = instructions;
    let _ = length(&mut rest).zip(length(&mut rest));
    copies.clear();
    version.clear();
    version.reserve(total.min(TAKEN_AT_ONCE));
    while let Some(instruction) = next(&mut rest)? {
        let start = version.len();
        let piece = match instruction {
            Instruction::Insert(bytes) => bytes,
            Instruction::Copy { base: from, length } => {
                let piece = from.checked_add(length).and_then(|end| base.get(from..end));
                let piece = piece.ok_or(broken("it copies past the end of its base"))?;
                match copies.last_mut() {
                    Some(last) if last.end() == start && last.base + last.length == from => {
                        last.length += length;
                    }
                    _ => copies.push(Copy { base: from, start, length }),
                }
                piece
            }
        };
        if piece.len() > total - start {
            return Err(broken("it is too long"));
        }
        version.extend_from_slice(piece);
    }
    if version.len() != total {
        return Err(broken("it is too short"));
    }
    Ok(())
}

enum Instruction<'d> {
    Insert(&'d [u8]),
    Copy { base: usize, length: usize },
}

/// Reads the next instruction from `rest`.
#[inline]
fn next<'d>(rest: &mut &'d [u8]) -> Result<Option<Instruction<'d>>, PackError> {
    let cut = PackError::Delta("it is truncated");
    let Some((&first, mut body)) = rest.split_first() else { return Ok(None) };
    if first == 0 {
        return Err(PackError::Delta("unknown instruction"));
    }
    if first & COPY == 0 {
        let length = usize::from(first);
        if body.len() < length {
            return Err(cut);
        }
        let (bytes, tail) = body.split_at(length);
        *rest = tail;
        return Ok(Some(Instruction::Insert(bytes)));
    }
    let mut number = |bits: u8| {
        let mut value = 0usize;
        for byte in 0..8 {
            if bits >> byte & 1 == 1 {
                let (&next, tail) = body.split_first()?;
                value |= usize::from(next) << (8 * byte);
                body = tail;
            }
        }
        Some(value)
    };
    let (base, length) = (number(first & 15), number(first >> 4 & 7));
    let (Some(base), Some(length)) = (base, length) else { return Err(cut) };
    *rest = body;
    Ok(Some(Instruction::Copy { base, length: if length == 0 { DEFAULT_LENGTH } else { length } }))
}

/// Reads a length from `rest`: seven bits a byte, lowest first.
fn length(rest: &mut &[u8]) -> Option<u64> {
    let mut value = 0u64;
    for shift in (0..63).step_by(7) {
        let (&next, tail) = rest.split_first()?;
        *rest = tail;
        value |= u64::from(next & !MORE) << shift;
        if next & MORE == 0 {
            return Some(value);
        }
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(delta: &[u8], base: &[u8]) -> Result<(Vec<u8>, Vec<Copy>), PackError> {
        let (mut copies, mut version) = (Vec::new(), Vec::new());
        apply(delta, base, &mut copies, &mut version)?;
        Ok((version, copies))
    }

    #[test]
    fn copies_and_inserts_give_the_version() {
        // Ten bytes: two from 6, "ab", then 0..4 and 4..6, which continue each other.
        let delta = [8, 10, 0x91, 6, 2, 2, b'a', b'b', 0x90, 4, 0x91, 4, 2];
        let (version, copies) = applied(&delta, b"01234567").unwrap();
        assert_eq!(version, b"67ab012345");
        let expected =
            [Copy { base: 6, start: 0, length: 2 }, Copy { base: 0, start: 4, length: 6 }];
        assert_eq!(copies, expected);
        assert_eq!(lengths(&delta).unwrap(), (8, 10));
    }

    #[test]
    fn a_copy_without_a_length_is_of_64_kib() {
        let base = vec![b'x'; 0x10000];
        let delta = [0x80, 0x80, 4, 0x80, 0x80, 4, 0x80];
        assert_eq!(applied(&delta, &base).unwrap().0, base);
    }

    #[test]
    fn inconsistent_deltas_are_refused() {
        for (delta, why) in [
            (&[8, 2, 0x91, 7, 2][..], "past the base"),
            (&[8, 1, 0x91, 0, 2], "too long"),
            (&[8, 3, 0x91, 0, 2], "too short"),
            (&[8, 2, 0], "unknown"),
            (&[8, 2, 2, b'a'], "insert cut short"),
            (&[8, 2, 0x91, 0], "copy cut short"),
            (&[0x80; 20], "endless length"),
            (&[], "nothing"),
            (&[7, 2, 0x90, 2], "another base"),
        ] {
            assert!(applied(delta, b"01234567").is_err(), "{why}");
        }
    }
}
