//! An index of literals by their first bytes.

/// The first bytes of a literal, the same number for all literals of an index, as a little-endian
/// number.
pub type PrefixKey = u32;

/// Bits of a key's hash.
const HASH_BITS: u32 = 16;

/// Maps a key to its items. A bitmap over the hashes answers most look-ups with one load; each bit
/// that is set has a list of items, which the caller must compare.
pub struct PrefixIndex<T> {
    filter: Vec<u64>,
    /// For each word of the filter, the number of bits set before it.
    ranks: Vec<u32>,
    /// For each set bit the start of its items; then the end of the last.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> PrefixIndex<T> {
    pub fn new(items: impl IntoIterator<Item = (PrefixKey, T)>) -> Self {
        let mut items: Vec<(u32, T)> =
            items.into_iter().map(|(prefix, item)| (hash(prefix), item)).collect();
        items.sort_by_key(|(hash, _)| *hash);
        let mut filter = vec![0u64; 1 << (HASH_BITS - 6)];
        let mut starts = Vec::new();
        let mut last = None;
        for (index, (hash, _)) in items.iter().enumerate() {
            if last.replace(*hash) != Some(*hash) {
                starts.push(index as u32);
                filter[(hash >> 6) as usize] |= 1 << (hash & 63);
            }
        }
        starts.push(items.len() as u32);
        let mut before = 0;
        let rank = |word: &u64| {
            before += word.count_ones();
            before - word.count_ones()
        };
        let ranks = filter.iter().map(rank).collect();
        let items = items.into_iter().map(|(_, item)| item).collect();
        PrefixIndex { filter, ranks, starts, items }
    }

    /// Whether there may be items with this key.
    #[inline]
    pub fn may_have(&self, prefix: PrefixKey) -> bool {
        let hash = hash(prefix);
        self.filter[(hash >> 6) as usize] >> (hash & 63) & 1 == 1
    }

    /// The items that may have this key.
    pub fn candidates(&self, prefix: PrefixKey) -> &[T] {
        let hash = hash(prefix);
        let (word, bit) = ((hash >> 6) as usize, hash & 63);
        if self.filter[word] >> bit & 1 == 0 {
            return &[];
        }
        let before = self.filter[word] & ((1 << bit) - 1);
        let group = (self.ranks[word] + before.count_ones()) as usize;
        &self.items[self.starts[group] as usize..self.starts[group + 1] as usize]
    }
}

/// Multiplicative hashing.
fn hash(prefix: PrefixKey) -> u32 {
    prefix.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)
}

/// The first eight bytes of a literal, and a mask of the bits that must match.
#[derive(Clone, Copy)]
pub struct FirstBytes {
    bits: u64,
    mask: u64,
}

impl FirstBytes {
    pub fn new(literal: &[u8]) -> Self {
        let length = literal.len().min(8);
        let mut first = [0; 8];
        first[..length].copy_from_slice(&literal[..length]);
        let mask = u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0);
        FirstBytes { bits: u64::from_le_bytes(first), mask }
    }

    /// Ignores letter case; some other characters are confused, too.
    pub fn in_any_case(literal: &[u8]) -> Self {
        const FOLD: u64 = 0x2020_2020_2020_2020;
        let FirstBytes { bits, mask } = Self::new(literal);
        FirstBytes { bits: bits & !FOLD, mask: mask & !FOLD }
    }

    /// Whether a text that begins with these bytes may begin with the literal.
    #[inline]
    pub fn may_begin(self, text: u64) -> bool {
        text & self.mask == self.bits
    }
}

/// The first four bytes of a text, padded with zeros.
#[inline]
pub fn first_four(text: &[u8]) -> PrefixKey {
    match text.first_chunk() {
        Some(first) => u32::from_le_bytes(*first),
        None => first_eight(text) as u32,
    }
}

/// The first eight bytes of a text, padded with zeros.
#[inline]
pub fn first_eight(text: &[u8]) -> u64 {
    match text.first_chunk() {
        Some(first) => u64::from_le_bytes(*first),
        None => {
            let mut first = [0; 8];
            first[..text.len()].copy_from_slice(text);
            u64::from_le_bytes(first)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_item_is_found_by_its_key() {
        let prefix = |number: u32| u32::from_le_bytes([number as u8, (number >> 3) as u8, b'x', 0]);
        let prefixes = PrefixIndex::new((0..3000).map(|number| (prefix(number), number)));
        for number in 0..3000 {
            assert!(prefixes.candidates(prefix(number)).contains(&number));
        }
        assert!(PrefixIndex::<u32>::new([]).candidates(u32::from_le_bytes(*b"abcd")).is_empty());
    }

    #[test]
    fn only_the_bytes_that_the_literal_has_must_match() {
        for (literal, text, begins) in [
            ("ghp_", "ghp_1234", true),
            ("ghp_", "ghP_1234", false),
            ("ghp_", "ghp", false),
            ("-----BEGIN", "-----BEGIN", true),
            ("-----BEGIN", "-----BEg", false),
        ] {
            let first_bytes = FirstBytes::new(literal.as_bytes());
            assert_eq!(first_bytes.may_begin(first_eight(text.as_bytes())), begins, "{text}");
        }
        assert!(FirstBytes::in_any_case(b"oken").may_begin(first_eight(b"OkEN=")));
    }
}
