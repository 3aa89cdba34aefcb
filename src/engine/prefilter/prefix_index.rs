//! From the first bytes of a text to the literals that may begin with them.

/// What literals begin with: their first few bytes, the same number for all of one table, from
/// the lowest byte on.
pub type Head = u32;

/// Bits of a head's hash.
const HASH_BITS: u32 = 16;

/// A bitmap over the hashes answers most look-ups with one load; behind a bit that is set stand
/// the items of its heads, which the caller compares.
pub struct Heads<T> {
    filter: Vec<u64>,
    /// For each word of the filter, how many bits are set before it.
    ranks: Vec<u32>,
    /// For each bit that is set, where its items begin; then where the last ones end.
    starts: Vec<u32>,
    items: Vec<T>,
}

impl<T> Heads<T> {
    pub fn new(items: impl IntoIterator<Item = (Head, T)>) -> Self {
        let mut items: Vec<(u32, T)> =
            items.into_iter().map(|(head, item)| (hash(head), item)).collect();
        items.sort_by_key(|(hash, _)| *hash);
        let mut filter = vec![0u64; 1 << (HASH_BITS - 6)];
        let mut starts = Vec::new();
        let mut last = None;
        for (at, (hash, _)) in items.iter().enumerate() {
            if last.replace(*hash) != Some(*hash) {
                starts.push(at as u32);
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
        Heads { filter, ranks, starts, items }
    }

    /// Whether there may be items with this head.
    #[inline]
    pub fn may_have(&self, head: Head) -> bool {
        let hash = hash(head);
        self.filter[(hash >> 6) as usize] >> (hash & 63) & 1 == 1
    }

    /// The items whose head this may be.
    pub fn of(&self, head: Head) -> &[T] {
        let hash = hash(head);
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
fn hash(head: Head) -> u32 {
    head.wrapping_mul(0x9e37_79b1) >> (32 - HASH_BITS)
}

/// The first eight bytes of a literal, and which of their bits it decides.
#[derive(Clone, Copy)]
pub struct Opening {
    wanted: u64,
    decided: u64,
}

impl Opening {
    pub fn new(literal: &[u8]) -> Self {
        let length = literal.len().min(8);
        let mut first = [0; 8];
        first[..length].copy_from_slice(&literal[..length]);
        let decided = u64::MAX.checked_shr(64 - 8 * length as u32).unwrap_or(0);
        Opening { wanted: u64::from_le_bytes(first), decided }
    }

    /// Whatever the case of letters; some signs pass for others.
    pub fn in_any_case(literal: &[u8]) -> Self {
        const FOLD: u64 = 0x2020_2020_2020_2020;
        let Opening { wanted, decided } = Self::new(literal);
        Opening { wanted: wanted & !FOLD, decided: decided & !FOLD }
    }

    /// Whether a text that begins with these bytes may begin with the literal.
    #[inline]
    pub fn may_begin(self, text: u64) -> bool {
        text & self.decided == self.wanted
    }
}

/// The first four bytes of a text; zeros stand in for what is not there.
#[inline]
pub fn first_four(text: &[u8]) -> Head {
    match text.first_chunk() {
        Some(first) => u32::from_le_bytes(*first),
        None => first_eight(text) as u32,
    }
}

/// The first eight bytes of a text; zeros stand in for what is not there.
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
    fn every_item_stands_behind_its_head() {
        let head = |number: u32| u32::from_le_bytes([number as u8, (number >> 3) as u8, b'x', 0]);
        let heads = Heads::new((0..3000).map(|number| (head(number), number)));
        for number in 0..3000 {
            assert!(heads.of(head(number)).contains(&number));
        }
        assert!(Heads::<u32>::new([]).of(u32::from_le_bytes(*b"abcd")).is_empty());
    }

    #[test]
    fn an_opening_decides_as_many_bytes_as_the_literal_has() {
        for (literal, text, begins) in [
            ("ghp_", "ghp_1234", true),
            ("ghp_", "ghP_1234", false),
            ("ghp_", "ghp", false),
            ("-----BEGIN", "-----BEGIN", true),
            ("-----BEGIN", "-----BEg", false),
        ] {
            let opening = Opening::new(literal.as_bytes());
            assert_eq!(opening.may_begin(first_eight(text.as_bytes())), begins, "{text}");
        }
        assert!(Opening::in_any_case(b"oken").may_begin(first_eight(b"OkEN=")));
    }
}
