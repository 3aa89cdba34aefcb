//! The table of the literals that may begin at a byte, by the nibbles of its first bytes.

use super::FRAGMENT;

/// For each of the first [`FRAGMENT`] bytes of a literal the buckets whose literals match it: by
/// the byte, and by its nibbles, which match more. Literals are assigned to [`BUCKETS`] buckets,
/// one bit each; vectors look up a set of eight at a time.
#[derive(Clone, Debug)]
pub struct LiteralTable {
    exact: [[u16; 256]; FRAGMENT],
    /// By set and index.
    pub(super) low: [[[u8; 16]; FRAGMENT]; SETS],
    pub(super) high: [[[u8; 16]; FRAGMENT]; SETS],
}

/// Buckets of a set.
const SET: usize = u8::BITS as usize;

/// Sets of buckets. With only one, three to four times as many offsets would be marked.
pub const SETS: usize = 2;

/// Buckets of a table.
pub const BUCKETS: usize = SETS * SET;

impl Default for LiteralTable {
    fn default() -> Self {
        let nibbles = [[[0; 16]; FRAGMENT]; SETS];
        LiteralTable { exact: [[0; 256]; FRAGMENT], low: nibbles, high: nibbles }
    }
}

impl LiteralTable {
    /// Adds a literal, given by the sets of bytes that match each of its first bytes, ignoring
    /// letter case.
    pub fn add(&mut self, byte_sets: [&[u8]; FRAGMENT], bucket: usize) {
        let (set, bit) = (bucket / SET, 1u8 << (bucket % SET));
        for (index, bytes) in byte_sets.into_iter().enumerate() {
            for b in in_both_cases(bytes) {
                self.exact[index][usize::from(b)] |= 1 << bucket;
                self.low[set][index][usize::from(b & 15)] |= bit;
                self.high[set][index][usize::from(b >> 4)] |= bit;
            }
        }
    }

    /// The buckets whose literals match the byte at this index.
    pub fn buckets(&self, index: usize, b: u8) -> u16 {
        self.exact[index][usize::from(b)]
    }

    /// The same, judging by its nibbles only.
    #[cfg(test)]
    pub fn by_nibbles(&self, index: usize, b: u8) -> u16 {
        u16::from_le_bytes(std::array::from_fn(|set| {
            self.low[set][index][usize::from(b & 15)] & self.high[set][index][usize::from(b >> 4)]
        }))
    }

    /// The same, judging by its lower seven bits only.
    #[cfg(any(test, target_arch = "x86_64"))]
    pub fn by_seven_bits(&self, index: usize, b: u8) -> u16 {
        self.buckets(index, b & 0x7f) | self.buckets(index, b | 0x80)
    }
}

/// The bytes, and the letters in the other case, too.
pub fn in_both_cases(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let other = |b: u8| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b };
    bytes.iter().flat_map(move |&b| [b, other(b)])
}
