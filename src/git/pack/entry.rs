//! The header of a pack's entry (gitformat-pack(5), "pack-*.pack files have the following format"):
//! kind, size, and the base of a delta.

use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};

/// How an entry is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryType {
    /// The whole object.
    Whole(ObjectKind),
    /// A delta whose base begins this many bytes before it.
    OfsDelta(u64),
    /// A delta against the object with this id.
    RefDelta(ObjectId),
}

/// A parsed header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EntryHeader {
    pub entry_type: EntryType,
    /// The inflated size of the object, or of a delta's instructions.
    pub size: u64,
    /// Bytes of the header itself.
    pub length: u8,
}

/// No header is longer: ten bytes of length, then an id.
pub const LONGEST_HEADER: usize = 10 + ObjectFormat::Sha256.length();

const MORE: u8 = 0x80;

impl EntryHeader {
    /// Reads the header at the start of `bytes`; `None` if it is malformed.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Option<EntryHeader> {
        let &first = bytes.first()?;
        let mut size = u64::from(first & 15);
        let mut pos = 1;
        let mut shift = 4;
        let mut more = first & MORE != 0;
        while more {
            let &next = bytes.get(pos)?;
            let bits = u64::from(next & !MORE);
            // Bits would be shifted out and lost.
            if shift > 57 && bits >> (64 - shift) != 0 {
                return None;
            }
            size |= bits << shift;
            (pos, shift, more) = (pos + 1, shift + 7, next & MORE != 0);
            if more && shift >= 64 {
                return None;
            }
        }
        let entry_type = match first >> 4 & 7 {
            1 => EntryType::Whole(ObjectKind::Commit),
            2 => EntryType::Whole(ObjectKind::Tree),
            3 => EntryType::Whole(ObjectKind::Blob),
            4 => EntryType::Whole(ObjectKind::Tag),
            6 => EntryType::OfsDelta(distance(bytes, &mut pos)?),
            7 => {
                let id = format.id(bytes.get(pos..)?)?;
                pos += format.length();
                EntryType::RefDelta(id)
            }
            _ => return None,
        };
        Some(EntryHeader { entry_type, size, length: u8::try_from(pos).ok()? })
    }
}

/// The distance to a base: seven bits a byte, highest first, plus one for each byte but the last.
fn distance(bytes: &[u8], pos: &mut usize) -> Option<u64> {
    let mut distance = 0u64;
    loop {
        let &next = bytes.get(*pos)?;
        *pos += 1;
        if distance >> 57 != 0 {
            return None;
        }
        distance = distance << 7 | u64::from(next & !MORE);
        if next & MORE == 0 {
            return Some(distance);
        }
        distance += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_and_distances_are_read_as_git_writes_them() {
        let header = |bytes: &[u8]| EntryHeader::parse(bytes, ObjectFormat::Sha1);
        let whole =
            EntryHeader { entry_type: EntryType::Whole(ObjectKind::Blob), size: 5, length: 1 };
        assert_eq!(header(&[0x35]), Some(whole));
        let long = EntryHeader {
            entry_type: EntryType::Whole(ObjectKind::Commit),
            size: 0x7f5,
            length: 2,
        };
        assert_eq!(header(&[0x95, 0x7f]), Some(long));
        let ofs_delta =
            EntryHeader { entry_type: EntryType::OfsDelta(((3 + 1) << 7) | 2), size: 1, length: 3 };
        assert_eq!(header(&[0x61, 0x83, 0x02]), Some(ofs_delta));
        let ref_delta = [&[0x71][..], &[9; 32]].concat();
        for (format, length) in [(ObjectFormat::Sha1, 21), (ObjectFormat::Sha256, 33)] {
            let id = format.id(&[9; 32]).unwrap();
            let expected = EntryHeader { entry_type: EntryType::RefDelta(id), size: 1, length };
            assert_eq!(EntryHeader::parse(&ref_delta, format), Some(expected));
        }
    }

    #[test]
    fn malformed_headers_are_refused() {
        let parse = |bytes: &[u8]| EntryHeader::parse(bytes, ObjectFormat::Sha1);
        assert_eq!(parse(&[]), None);
        assert_eq!(parse(&[0x05]), None, "type 0");
        assert_eq!(parse(&[0x55]), None, "type 5");
        assert_eq!(parse(&[0x95]), None, "cut short");
        assert_eq!(parse(&[0xb5; 40]), None, "endless length");
        assert_eq!(parse(&[&[0x61][..], &[0xff; 40]].concat()), None, "endless distance");
        assert_eq!(parse(&[0x71, 1, 2]), None, "id cut short");
    }
}
