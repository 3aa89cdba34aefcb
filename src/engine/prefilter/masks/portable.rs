//! Masks with look-ups and arithmetic on words, for every processor.

use super::{
    BLOCK, CLASSES, FRAGMENT, Kernel, LOOK_AHEAD, LiteralTable, Masks, StartMasks, StartOffsets,
};
use super::{class, find_starts};

/// The kernel: for each byte the buckets whose literals may have it at each index.
pub struct Portable {
    fragments: Box<[[u16; FRAGMENT]; 256]>,
}

impl Portable {
    pub fn new(fragments: &LiteralTable) -> Self {
        let of = |b: u8| std::array::from_fn(|index| fragments.buckets(index, b));
        Portable { fragments: Box::new(std::array::from_fn(|b| of(b as u8))) }
    }
}

impl Kernel for Portable {
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
        for block in 0..blocks {
            let text = &bytes[block * BLOCK..][..BLOCK + LOOK_AHEAD];
            let row = row + block;
            let mut classes = [0; BLOCK];
            for (classes, &b) in classes.iter_mut().zip(text) {
                *classes = CLASSES[usize::from(b)];
            }
            let words = words(&classes);
            masks.token[row] = with(&words, class::TOKEN);
            masks.word[row] = with(&words, class::WORD);
            masks.run[row] = with(&words, class::RUN);
            masks.escape[row] = with(&words, class::ESCAPE);
            masks.quote[row] = with(&words, class::QUOTE);
            masks.concat[row] = with(&words, class::CONCAT);
            masks.fragment[row] = any(&self.buckets(text));
        }
    }

    fn starts(
        &self,
        masks: &Masks,
        end: usize,
        starts: &mut StartMasks,
        offsets: &mut StartOffsets,
    ) {
        find_starts(masks, end, starts, offsets);
    }
}

impl Portable {
    /// Nonzero for each byte at which a fragment may begin.
    fn buckets(&self, text: &[u8]) -> [u8; BLOCK] {
        let mut of = [[0; FRAGMENT]; BLOCK + LOOK_AHEAD];
        for (of, &b) in of.iter_mut().zip(text) {
            *of = self.fragments[usize::from(b)];
        }
        let mut buckets = [0; BLOCK];
        for (index, buckets) in buckets.iter_mut().enumerate() {
            let both = of[index][0] & of[index + 1][1] & of[index + 2][2] & of[index + 3][3];
            *buckets = (both | both >> 8) as u8;
        }
        buckets
    }
}

/// Eight bytes to a word.
type BlockWords = [u64; BLOCK / 8];

fn words(bytes: &[u8; BLOCK]) -> BlockWords {
    let (words, _) = bytes.as_chunks::<8>();
    std::array::from_fn(|index| u64::from_le_bytes(words[index]))
}

/// The lowest bit of each byte.
const LOWEST: u64 = 0x0101_0101_0101_0101;

/// One bit per byte: whether the byte has `bit`.
fn with(words: &BlockWords, bit: u8) -> u64 {
    gather(words, |word| word >> bit.trailing_zeros() & LOWEST)
}

/// One bit per byte: whether the byte is nonzero.
fn any(bytes: &[u8; BLOCK]) -> u64 {
    const REST: u64 = 0x7f * LOWEST;
    gather(&words(bytes), |word| ((word & REST).wrapping_add(REST) | word) >> 7 & LOWEST)
}

/// The lowest bits of the bytes, in one byte: a multiplication moves each to its position in the
/// highest byte.
fn gather(words: &BlockWords, lowest: impl Fn(u64) -> u64) -> u64 {
    let mut mask = 0;
    for (index, &word) in words.iter().enumerate() {
        mask |= lowest(word).wrapping_mul(0x0102_0408_1020_4080) >> 56 << (8 * index);
    }
    mask
}
