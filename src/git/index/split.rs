//! A split index ("Split index" in gitformat-index(5)): a shared file with most entries, and one
//! that lists which of them are deleted, replaced and added.
//!
//! We read it ourselves because git updates the shared file's modification time when it reads it.

use super::{IndexEntry, IndexFault};
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::pack::be32;

/// The content of the extension `link`.
pub struct SplitLink {
    /// The checksum of the shared file, which is also its name.
    pub shared: ObjectId,
    gone: Bitmap,
    replaced: Bitmap,
}

impl SplitLink {
    /// Reads the extension. `Some(None)` if there is no shared file, `None` if it is malformed.
    pub fn parse(bytes: &[u8], format: ObjectFormat) -> Option<Option<SplitLink>> {
        let shared = format.id(bytes)?;
        let mut rest = &bytes[format.length()..];
        if shared.as_bytes().iter().all(|&byte| byte == 0) {
            return Some(None);
        }
        let (mut gone, mut replaced) = (Bitmap::default(), Bitmap::default());
        if !rest.is_empty() {
            (gone, rest) = Bitmap::parse(rest)?;
            (replaced, rest) = Bitmap::parse(rest)?;
        }
        rest.is_empty().then_some(Some(SplitLink { shared, gone, replaced }))
    }

    /// The entries of both files. Entries of `own` that replace shared ones come first and have no
    /// path.
    pub fn joined(
        &self,
        paths: &[u8],
        shared: Vec<IndexEntry>,
        own: Vec<IndexEntry>,
    ) -> Result<Vec<IndexEntry>, IndexFault> {
        let damaged = IndexFault::Damaged("its two parts do not match");
        let gone = self.gone.bits(shared.len()).ok_or(damaged)?;
        let replaced = self.replaced.bits(shared.len()).ok_or(damaged)?;
        let mut own = own.into_iter();
        let mut kept = Vec::with_capacity(shared.len());
        for ((entry, gone), replaced) in shared.into_iter().zip(gone).zip(replaced) {
            let entry = match replaced {
                true => IndexEntry { path: entry.path, ..own.next().ok_or(damaged)? },
                false => entry,
            };
            if !gone {
                kept.push(entry);
            }
        }
        Ok(merged(paths, kept, own.collect()))
    }
}

/// Merges two sorted lists; of equal entries the second list's is kept.
fn merged(paths: &[u8], first: Vec<IndexEntry>, second: Vec<IndexEntry>) -> Vec<IndexEntry> {
    let mut merged = Vec::with_capacity(first.len() + second.len());
    let mut first = first.into_iter().peekable();
    for entry in second {
        let earlier = |other: &IndexEntry| other.key(paths) < entry.key(paths);
        while let Some(other) = first.next_if(earlier) {
            merged.push(other);
        }
        first.next_if(|other| other.key(paths) == entry.key(paths));
        merged.push(entry);
    }
    merged.extend(first);
    merged
}

/// A compressed bitmap ("EWAH" in gitformat-bitmap(5)): words that count the words of equal bits
/// and the literal words after them.
#[derive(Default)]
struct Bitmap {
    words: Vec<u64>,
}

impl Bitmap {
    /// The bitmap at the start of `bytes`, and the rest.
    fn parse(bytes: &[u8]) -> Option<(Bitmap, &[u8])> {
        let words = be32(bytes, 4)? as usize;
        let end = words.checked_mul(8)?.checked_add(8)?;
        let word = |word: &[u8]| Some(u64::from_be_bytes(word.try_into().ok()?));
        let words = bytes.get(8..end)?.chunks_exact(8).map(word).collect::<Option<_>>()?;
        // The position of the last marker word is needed only for appending.
        Some((Bitmap { words }, bytes.get(end + 4..)?))
    }

    /// The first `count` bits; `None` if a later one is set.
    fn bits(&self, count: usize) -> Option<Vec<bool>> {
        let mut bits = vec![false; count];
        let mut set = |pos: usize| bits.get_mut(pos).map(|bit| *bit = true);
        let (mut words, mut pos) = (self.words.iter(), 0usize);
        while let Some(counts) = words.next() {
            let equal = (counts >> 1 & u64::from(u32::MAX)) as usize * 64;
            if counts & 1 == 1 {
                (pos..pos + equal).try_for_each(&mut set)?;
            }
            pos += equal;
            for word in words.by_ref().take((counts >> 33) as usize) {
                let mut ones = (0..64).filter(|bit| word >> bit & 1 == 1);
                ones.try_for_each(|bit| set(pos + bit))?;
                pos += 64;
            }
        }
        Some(bits)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_are_those_of_the_words() {
        // 64 ones, 64 zeros, then a word with bits 0 and 65 - 64.
        let words: [u64; 3] = [1 | 1 << 1, 1 << 1 | 1 << 33, 0b11];
        let words: Vec<u8> = words.iter().flat_map(|word| word.to_be_bytes()).collect();
        let bytes = [&[0, 0, 0, 130, 0, 0, 0, 3][..], &words, &[0, 0, 0, 1], b"rest"].concat();
        let (bitmap, rest) = Bitmap::parse(&bytes).expect("a bitmap");
        assert_eq!(rest, b"rest");
        let bits = bitmap.bits(130).expect("130 bits");
        let set = |bit: &usize| bits[*bit];
        assert_eq!(
            (0..130).filter(set).collect::<Vec<_>>(),
            [(0..64).collect(), vec![128, 129]].concat()
        );
        assert!(bitmap.bits(129).is_none());
        assert!(Bitmap::parse(&bytes[..20]).is_none());
        let endless = Bitmap { words: vec![u64::MAX; 3] };
        assert!(endless.bits(10).is_none());
    }
}
