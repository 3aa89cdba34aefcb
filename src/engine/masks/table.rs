//! Which literals may begin at a byte, told by nibbles of the first few.

use super::FRAGMENT;

/// For each of the first [`FRAGMENT`] bytes of a literal the buckets whose literals may have it
/// there: by the byte, and by its nibbles, which let others through. Literals are dealt out to
/// [`BUCKETS`] buckets, one bit each.
#[derive(Clone, Debug)]
pub struct LiteralTable {
    exact: [[u8; 256]; FRAGMENT],
    pub(super) low: [[u8; 16]; FRAGMENT],
    pub(super) high: [[u8; 16]; FRAGMENT],
}

/// Buckets of a table.
pub const BUCKETS: usize = 8;

impl Default for LiteralTable {
    fn default() -> Self {
        let nibbles = [[0; 16]; FRAGMENT];
        LiteralTable { exact: [[0; 256]; FRAGMENT], low: nibbles, high: nibbles }
    }
}

impl LiteralTable {
    /// Adds a literal by the bytes that may stand at each of its first places, whatever the
    /// case of letters.
    pub fn add(&mut self, places: [&[u8]; FRAGMENT], bucket: usize) {
        let bit = 1u8 << bucket;
        for (at, bytes) in places.into_iter().enumerate() {
            for b in in_both_cases(bytes) {
                self.exact[at][usize::from(b)] |= bit;
                self.low[at][usize::from(b & 15)] |= bit;
                self.high[at][usize::from(b >> 4)] |= bit;
            }
        }
    }

    /// The buckets whose literals may have the byte at this place.
    pub fn buckets(&self, at: usize, b: u8) -> u8 {
        self.exact[at][usize::from(b)]
    }

    /// Those for all that its nibbles tell.
    #[cfg(test)]
    pub fn by_nibbles(&self, at: usize, b: u8) -> u8 {
        self.low[at][usize::from(b & 15)] & self.high[at][usize::from(b >> 4)]
    }
}

/// The bytes, and letters in the other case too.
pub fn in_both_cases(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let other = |b: u8| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b };
    bytes.iter().flat_map(move |&b| [b, other(b)])
}
