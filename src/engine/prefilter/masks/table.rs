//! Which literals may begin at a byte, told by nibbles of the first few.

use super::FRAGMENT;

/// For each of the first [`FRAGMENT`] bytes of a literal the buckets whose literals may have it
/// there: by the byte, and by its nibbles, which let others through. Literals are dealt out to
/// [`BUCKETS`] buckets, one bit each; vectors look up eight of them, a set, at a time.
#[derive(Clone, Debug)]
pub struct LiteralTable {
    exact: [[u16; 256]; FRAGMENT],
    /// By set and place.
    pub(super) low: [[[u8; 16]; FRAGMENT]; SETS],
    pub(super) high: [[[u8; 16]; FRAGMENT]; SETS],
}

/// Buckets of a set.
const SET: usize = u8::BITS as usize;

/// Sets of buckets. With one alone, three to four times as many places were marked.
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
    /// Adds a literal by the bytes that may stand at each of its first places, whatever the
    /// case of letters.
    pub fn add(&mut self, places: [&[u8]; FRAGMENT], bucket: usize) {
        let (set, bit) = (bucket / SET, 1u8 << (bucket % SET));
        for (at, bytes) in places.into_iter().enumerate() {
            for b in in_both_cases(bytes) {
                self.exact[at][usize::from(b)] |= 1 << bucket;
                self.low[set][at][usize::from(b & 15)] |= bit;
                self.high[set][at][usize::from(b >> 4)] |= bit;
            }
        }
    }

    /// The buckets whose literals may have the byte at this place.
    pub fn buckets(&self, at: usize, b: u8) -> u16 {
        self.exact[at][usize::from(b)]
    }

    /// Those for all that its nibbles tell.
    #[cfg(test)]
    pub fn by_nibbles(&self, at: usize, b: u8) -> u16 {
        u16::from_le_bytes(std::array::from_fn(|set| {
            self.low[set][at][usize::from(b & 15)] & self.high[set][at][usize::from(b >> 4)]
        }))
    }

    /// Those for all that its lower seven bits tell.
    #[cfg(any(test, target_arch = "x86_64"))]
    pub fn by_seven_bits(&self, at: usize, b: u8) -> u16 {
        self.buckets(at, b & 0x7f) | self.buckets(at, b | 0x80)
    }
}

/// The bytes, and letters in the other case too.
pub fn in_both_cases(bytes: &[u8]) -> impl Iterator<Item = u8> {
    let other = |b: u8| if b.is_ascii_alphabetic() { b ^ 0x20 } else { b };
    bytes.iter().flat_map(move |&b| [b, other(b)])
}
