//! The `multi-pack-index` of a folder of packs (gitformat-pack(5), "multi-pack-index (MIDX) files
//! have the following format"): read if a pack's own index is missing.
//!
//! It lists each object once, in one of its packs: copies in other packs are not visible through
//! it. It has no checksums of entries.

use super::index::fanout;
use super::{PackError, PackIndex, be64};
use crate::git::object_id::ObjectFormat;

const MAGIC: &[u8] = b"MIDX";
const HEADER: usize = 12;
/// A chunk's name and its offset.
const CHUNK: usize = 12;
const LARGE: u32 = 1 << 31;

/// A parsed `multi-pack-index`.
pub struct MultiPackIndex<'b> {
    format: ObjectFormat,
    count: usize,
    ids: &'b [u8],
    /// For each object, the number of its pack and its offset there.
    locations: &'b [u8],
    large: &'b [u8],
    /// Names of the packs' indexes, in the order of their numbers.
    packs: Vec<&'b [u8]>,
}

impl<'b> MultiPackIndex<'b> {
    /// Reads the file and verifies its trailer.
    pub fn parse(bytes: &'b [u8], format: ObjectFormat) -> Result<MultiPackIndex<'b>, PackError> {
        let broken = PackError::Index;
        let hash = if format == ObjectFormat::Sha1 { 1 } else { 2 };
        let supported = bytes.starts_with(MAGIC) && bytes.get(4..6) == Some(&[1, hash]);
        if !supported {
            return Err(broken("unknown multi-pack-index version"));
        }
        let cut = broken("the multi-pack-index is truncated");
        let trailer = bytes.len().checked_sub(format.length()).filter(|&trailer| trailer >= HEADER);
        let Some(trailer) = trailer else { return Err(cut) };
        if format.hash(&[&bytes[..trailer]]).as_bytes() != &bytes[trailer..] {
            return Err(broken("checksum mismatch in the multi-pack-index"));
        }
        let body = &bytes[..trailer];
        let chunk = |name: &[u8; 4]| chunk(body, name);
        let count = chunk(b"OIDF").and_then(|fan| fanout(fan, 0));
        let (Some(count), Some(ids), Some(locations), Some(names)) =
            (count, chunk(b"OIDL"), chunk(b"OOFF"), chunk(b"PNAM"))
        else {
            return Err(broken("the multi-pack-index is missing a chunk"));
        };
        if ids.len() / format.length() < count || locations.len() / 8 < count {
            return Err(cut);
        }
        let packs = names.split(|&b| b == 0).filter(|name| !name.is_empty()).collect();
        let large = chunk(b"LOFF").unwrap_or_default();
        Ok(MultiPackIndex { format, count, ids, locations, large, packs })
    }

    /// The index of the pack whose own index would have this `name`.
    pub fn index_of(&self, name: &str) -> Result<PackIndex, PackError> {
        let number = self.packs.iter().position(|&pack| pack == name.as_bytes());
        let number = number.ok_or(PackError::NoIndex)?;
        let mut entries = Vec::new();
        for row in 0..self.count {
            let location = be64(self.locations, row * 8).unwrap_or_default();
            let (pack, offset) = ((location >> 32) as usize, location as u32);
            if pack != number {
                continue;
            }
            let offset = match offset & LARGE {
                LARGE if !self.large.is_empty() => be64(self.large, (offset & !LARGE) as usize * 8),
                _ => Some(u64::from(offset)),
            };
            let id = self.ids.get(row * self.format.length()..).and_then(|ids| self.format.id(ids));
            let entry = offset.zip(id);
            entries.push(entry.ok_or(PackError::Index("an offset is out of bounds"))?);
        }
        PackIndex::without_checksums(entries, self.format)
    }
}

/// The chunk with this name, found through the table after the header.
fn chunk<'b>(body: &'b [u8], name: &[u8; 4]) -> Option<&'b [u8]> {
    let count = usize::from(*body.get(6)?);
    (0..count).map(|number| HEADER + number * CHUNK).find_map(|offset| {
        if body.get(offset..offset + 4)? != name {
            return None;
        }
        let start = usize::try_from(be64(body, offset + 4)?).ok()?;
        let end = usize::try_from(be64(body, offset + CHUNK + 4)?).ok()?;
        body.get(start..end)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Two packs; the first has the objects 1 and 3, the second object 2 far out.
    fn written() -> Vec<u8> {
        let fan: Vec<u8> = (0..=255u32).flat_map(|first| first.min(3).to_be_bytes()).collect();
        let ids: Vec<u8> =
            [1, 2, 3].iter().flat_map(|&b| [b; ObjectFormat::Sha1.length()]).collect();
        let location = |pack: u32, offset: u32| [pack.to_be_bytes(), offset.to_be_bytes()].concat();
        let locations = [location(0, 12), location(1, LARGE), location(0, 70)].concat();
        let chunks: [(&[u8], Vec<u8>); 5] = [
            (b"PNAM", b"pack-a.idx\0pack-b.idx\0\0\0".to_vec()),
            (b"OIDF", fan),
            (b"OIDL", ids),
            (b"OOFF", locations),
            (b"LOFF", (6u64 << 32).to_be_bytes().to_vec()),
        ];
        let mut bytes = [MAGIC, &[1, 1, 5, 0], &2u32.to_be_bytes()].concat();
        let mut offset = HEADER + 6 * CHUNK;
        for (name, chunk) in &chunks {
            bytes.extend(*name);
            bytes.extend((offset as u64).to_be_bytes());
            offset += chunk.len();
        }
        bytes.extend([0; 4]);
        bytes.extend((offset as u64).to_be_bytes());
        chunks.iter().for_each(|(_, chunk)| bytes.extend(chunk));
        let trailer = ObjectFormat::Sha1.hash(&[&bytes]);
        bytes.extend(trailer.as_bytes());
        bytes
    }

    #[test]
    fn each_pack_gets_its_own_objects() {
        let bytes = written();
        let midx = MultiPackIndex::parse(&bytes, ObjectFormat::Sha1).unwrap();
        let index = midx.index_of("pack-a.idx").unwrap();
        assert_eq!((index.len(), index.offset(1), index.id(1).as_bytes()[0]), (2, 70, 3));
        assert_eq!(index.checksum(0), None);
        let index = midx.index_of("pack-b.idx").unwrap();
        assert_eq!((index.len(), index.offset(0), index.id(0).as_bytes()[0]), (1, 6 << 32, 2));
        assert!(midx.index_of("pack-c.idx").is_err());
    }

    #[test]
    fn no_byte_may_be_wrong_and_none_missing() {
        let good = written();
        for byte in 0..good.len() {
            let mut bad = good.clone();
            bad[byte] ^= 0x41;
            assert!(MultiPackIndex::parse(&bad, ObjectFormat::Sha1).is_err(), "byte {byte}");
            assert!(
                MultiPackIndex::parse(&good[..byte], ObjectFormat::Sha1).is_err(),
                "length {byte}"
            );
        }
    }
}
