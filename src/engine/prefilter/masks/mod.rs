//! Byte classes as bit masks: the only pass over every byte.
//!
//! A text is processed in blocks of 64 bytes. For each block, [`Masks`] has a bit for every byte
//! that is part of a run, begins an escape, is a quote, or *may* begin one of the catalogue's
//! fragments. [`StartMasks`] combines them to what begins where, [`StartOffsets`] lists the
//! offsets. All later steps work on these few offsets, so their cost does not grow with the number
//! of rules.
//!
//! Kernels compute the same in different ways: [`portable`] with look-ups and arithmetic on words;
//! `ssse3`, `avx2` and `neon` with shuffles of [`nibbles`]; `avx512` with look-ups of whole bytes.
//! The vector kernels are the only modules of the engine with unsafe code: vector loads from a
//! slice after a bounds check, and calls to functions compiled for a feature after the processor
//! was checked for it.

#[cfg(target_arch = "x86_64")]
mod avx2;
#[cfg(target_arch = "x86_64")]
mod avx512;
#[cfg(target_arch = "aarch64")]
mod neon;
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
mod nibbles;
mod portable;
mod row;
#[cfg(target_arch = "x86_64")]
mod ssse3;
mod table;

pub use row::{BATCH, BLOCK, Masks, OffsetList, RUN, StartMasks, StartOffsets};
#[cfg(any(target_arch = "x86_64", target_arch = "aarch64"))]
use table::SETS;
pub use table::{BUCKETS, LiteralTable, in_both_cases};

use crate::engine::decode::{ESC, may_follow};

/// Bytes after a block that its fragment mask depends on.
const LOOK_AHEAD: usize = FRAGMENT - 1;

/// Bytes of a fragment that the masks compare.
pub const FRAGMENT: usize = 4;

/// One way to compute masks. All kernels compute the same, except that some mark more offsets as
/// possible fragments than others.
trait Kernel: Send + Sync {
    /// Computes the masks of `blocks` blocks, into the row from index `row` on. `bytes` must
    /// contain every block and the look-ahead of the last.
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize);

    /// Computes what begins before the batch's byte at `end`.
    fn starts(
        &self,
        masks: &Masks,
        end: usize,
        starts: &mut StartMasks,
        offsets: &mut StartOffsets,
    );
}

/// The implementation of [`Kernel::starts`], inlined to be compiled for the kernel's features.
#[inline(always)]
fn find_starts(masks: &Masks, end: usize, starts: &mut StartMasks, offsets: &mut StartOffsets) {
    starts.compute_until(masks, end);
    offsets.set_from(starts);
}

/// Computes masks with the fastest kernel that the processor supports.
pub struct Classifier {
    kernel: Box<dyn Kernel>,
}

impl Classifier {
    pub fn new(fragments: &LiteralTable) -> Self {
        Classifier { kernel: fastest(fragments) }
    }

    /// One for each kernel that this processor supports, the portable one first.
    #[cfg(test)]
    pub fn all(fragments: &LiteralTable) -> Vec<Self> {
        let mut kernels: Vec<Box<dyn Kernel>> = vec![Box::new(portable::Portable::new(fragments))];
        #[cfg(target_arch = "x86_64")]
        {
            kernels.extend(ssse3::Ssse3::new(fragments).map(|kernel| Box::new(kernel) as _));
            kernels.extend(avx2::Avx2::new(fragments).map(|kernel| Box::new(kernel) as _));
            kernels.extend(avx512::Avx512::new(fragments).map(|kernel| Box::new(kernel) as _));
        }
        #[cfg(target_arch = "aarch64")]
        kernels.push(Box::new(neon::Neon::new(fragments)));
        kernels.into_iter().map(|kernel| Classifier { kernel }).collect()
    }

    /// Computes the masks of `blocks` blocks, the first of which begins at `from`, into the row
    /// from index `row` on. Bytes after the end of `bytes` belong to no class.
    pub fn classify(
        &self,
        bytes: &[u8],
        from: usize,
        masks: &mut Masks,
        row: usize,
        blocks: usize,
    ) {
        let whole = blocks.min(bytes.len().saturating_sub(from + LOOK_AHEAD) / BLOCK);
        self.kernel.classify(bytes.get(from..).unwrap_or_default(), masks, row, whole);
        for block in whole..blocks {
            let mut padded = [0; BLOCK + LOOK_AHEAD];
            let rest = bytes.get(from + block * BLOCK..).unwrap_or_default();
            let length = rest.len().min(padded.len());
            padded[..length].copy_from_slice(&rest[..length]);
            self.kernel.classify(&padded, masks, row + block, 1);
            // A wildcard must not match the padding, nor a class that contains zero.
            if length < BLOCK {
                masks.fragment[row + block] &= (1 << length) - 1;
                masks.concat[row + block] &= (1 << length) - 1;
            }
        }
    }

    /// Sets the first masks of the row, so that their highest bits are those of the text's last
    /// bytes.
    pub fn end_with(&self, bytes: &[u8], masks: &mut Masks) {
        let mut block = [0; BLOCK + LOOK_AHEAD];
        let last = &bytes[bytes.len().saturating_sub(BLOCK)..];
        block[BLOCK - last.len()..BLOCK].copy_from_slice(last);
        self.kernel.classify(&block, masks, 0, 1);
    }

    /// Computes what begins before the batch's byte at `end`.
    pub fn starts(
        &self,
        masks: &Masks,
        end: usize,
        starts: &mut StartMasks,
        offsets: &mut StartOffsets,
    ) {
        self.kernel.starts(masks, end, starts, offsets);
    }
}

fn fastest(fragments: &LiteralTable) -> Box<dyn Kernel> {
    #[cfg(target_arch = "x86_64")]
    {
        if let Some(kernel) = avx512::Avx512::new(fragments) {
            return Box::new(kernel);
        }
        if let Some(kernel) = avx2::Avx2::new(fragments) {
            return Box::new(kernel);
        }
        if let Some(kernel) = ssse3::Ssse3::new(fragments) {
            return Box::new(kernel);
        }
    }
    #[cfg(target_arch = "aarch64")]
    return Box::new(neon::Neon::new(fragments));
    #[cfg(not(target_arch = "aarch64"))]
    Box::new(portable::Portable::new(fragments))
}

/// Byte classes, one bit each.
mod class {
    pub const RUN: u8 = 1;
    pub const ESCAPE: u8 = 2;
    pub const QUOTE: u8 = 4;
    pub const CONCAT: u8 = 8;
    pub const WORD: u8 = 16;
    pub const TOKEN: u8 = 32;
}

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        let word = c.is_ascii_alphanumeric() || c == b'_';
        let run = word || matches!(c, b'+' | b'/' | b'-');
        let token = run || matches!(c, b'=' | b'.' | b'~');
        let escape = matches!(c, b'%' | b'&' | b'\\' | b'^' | ESC);
        let quote = matches!(c, b'"' | b'\'' | b'`');
        let concat = may_follow(c);
        classes[b] = (run as u8 * class::RUN)
            | (escape as u8 * class::ESCAPE)
            | (quote as u8 * class::QUOTE)
            | (concat as u8 * class::CONCAT)
            | (word as u8 * class::WORD)
            | (token as u8 * class::TOKEN);
        b += 1;
    }
    classes
};

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{is_token_byte, is_word_byte};

    /// Xorshift: the same bytes on every machine.
    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    const FRAGMENTS: [&[u8]; 4] = [b"ecre", b"://k", b"----", b"key "];

    /// The fragments in buckets of both sets.
    fn table() -> LiteralTable {
        let mut fragments = LiteralTable::default();
        for (bucket, text) in [0, 1, BUCKETS - 2, BUCKETS - 1].into_iter().zip(FRAGMENTS) {
            let byte_sets = text.chunks(1).collect::<Vec<_>>();
            fragments.add(byte_sets.try_into().unwrap(), bucket);
        }
        fragments
    }

    /// The masks, computed byte by byte.
    fn scalar(
        buckets: &dyn Fn(usize, u8) -> u16,
        bytes: &[u8],
        from: usize,
        row: usize,
        blocks: usize,
    ) -> Masks {
        let mut masks = Masks::default();
        for offset in 0..blocks * BLOCK {
            let Some(&b) = bytes.get(from + offset) else { continue };
            let (row, bit) =
                (row + offset / BLOCK, |is_set: bool| u64::from(is_set) << (offset % BLOCK));
            masks.token[row] |= bit(is_token_byte(b));
            masks.word[row] |= bit(is_word_byte(b));
            masks.run[row] |= bit(is_word_byte(b) || b"+/-".contains(&b));
            masks.escape[row] |= bit(b"%&\\^\x1b".contains(&b));
            masks.quote[row] |= bit(b"\"'`".contains(&b));
            masks.concat[row] |= bit(may_follow(b));
            let ahead = |ahead: usize| bytes.get(from + offset + ahead).copied().unwrap_or(0);
            let of =
                (0..FRAGMENT).fold(u16::MAX, |all, offset| all & buckets(offset, ahead(offset)));
            masks.fragment[row] |= bit(of != 0);
        }
        masks
    }

    /// The starts, computed bit by bit.
    fn scalar_starts(masks: &Masks, end: usize) -> StartMasks {
        let mut starts = StartMasks::default();
        let is = |class: &[u64], offset: usize| class[offset / BLOCK] >> (offset % BLOCK) & 1 == 1;
        let row = |class: &[u64], offset: usize, length: usize| {
            (offset..offset + length).all(|offset| is(class, offset))
        };
        for offset in 0..(BATCH * BLOCK).min(end) {
            // In the row, the batch begins after one block.
            let (block, pos) = (offset / BLOCK, offset + BLOCK);
            let bit = |is_set: bool| u64::from(is_set) << (offset % BLOCK);
            let word_starts = is(&masks.word, pos)
                && (!is(&masks.word, pos - 1)
                    || [2, 3, 4, 6].iter().any(|back| is(&masks.escape, pos - back)));
            starts.tokens[block] |= bit(word_starts && row(&masks.token, pos, RUN));
            let run_starts = !is(&masks.run, pos - 1) && row(&masks.run, pos, RUN);
            starts.runs[block] |= bit(run_starts);
            starts.long_runs[block] |= bit(run_starts && row(&masks.run, pos, 2 * RUN));
            starts.escapes[block] |= bit(is(&masks.escape, pos));
            let closes = is(&masks.quote, pos) && is(&masks.token, pos - 1);
            starts.quotes[block] |= bit(closes && is(&masks.concat, pos + 1));
            starts.fragments[block] |= bit(is(&masks.fragment, pos));
        }
        starts
    }

    fn random_text(state: &mut u64, length: usize) -> Vec<u8> {
        let text = b"a SECRET = https://x/key-----BEGIN \\u0041%41~_+/=.- \"x\" + 'y'";
        let mut bytes = Vec::new();
        while bytes.len() < length {
            match random(state) % 4 {
                0 => bytes.push(random(state) as u8),
                1 => bytes.extend([b'a'; 40][..random(state) as usize % 40].iter()),
                _ => bytes.push(text[random(state) as usize % text.len()]),
            }
        }
        bytes.truncate(length);
        bytes
    }

    #[test]
    fn every_kernel_computes_the_masks_of_the_scalar_code() {
        let table = table();
        let kernels = Classifier::all(&table);
        let mut state = 0x9e37_79b9_7f4a_7c15;
        for length in (0..300).chain([1200, 2000]) {
            let bytes = random_text(&mut state, length);
            for from in [0, 1, 63, 64, length / 2] {
                for (row, blocks) in [(1, 1), (0, BATCH + 2), (2, 5)] {
                    let expected =
                        scalar(&|offset, b| table.buckets(offset, b), &bytes, from, row, blocks);
                    let nibbles =
                        scalar(&|offset, b| table.by_nibbles(offset, b), &bytes, from, row, blocks);
                    let seven_bits = scalar(
                        &|offset, b| table.by_seven_bits(offset, b),
                        &bytes,
                        from,
                        row,
                        blocks,
                    );
                    for kernel in &kernels {
                        let mut masks = Masks::default();
                        kernel.classify(&bytes, from, &mut masks, row, blocks);
                        // A kernel that compares nibbles or seven bits marks more offsets.
                        for row in 0..BATCH + 2 {
                            let mine = masks.fragment[row];
                            assert_eq!(
                                expected.fragment[row] & !mine,
                                0,
                                "length {length} from {from}"
                            );
                            let some = nibbles.fragment[row] | seven_bits.fragment[row];
                            assert_eq!(mine & !some, 0);
                        }
                        masks.fragment = expected.fragment;
                        assert_eq!(masks, expected, "length {length} from {from}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_kernel_finds_the_starts_of_the_scalar_code() {
        let table = table();
        let kernels = Classifier::all(&table);
        let mut state = 0x2545_f491_4f6c_dd1d;
        for length in [0, 100, 1000, 1151, 1152, 3000] {
            for end in [0, 1, 64, 100, 1000, 1023, 1024] {
                let bytes = random_text(&mut state, length);
                for kernel in &kernels {
                    let mut masks = Masks::default();
                    kernel.classify(&bytes, 0, &mut masks, 0, BATCH + 2);
                    let (mut starts, mut offsets) =
                        (StartMasks::default(), StartOffsets::default());
                    kernel.starts(&masks, end, &mut starts, &mut offsets);
                    let expected = scalar_starts(&masks, end);
                    assert_eq!(starts, expected);
                    for (list, class) in [
                        (&offsets.tokens, expected.tokens),
                        (&offsets.runs, expected.runs),
                        (&offsets.long_runs, expected.long_runs),
                        (&offsets.escapes, expected.escapes),
                        (&offsets.quotes, expected.quotes),
                        (&offsets.fragments, expected.fragments),
                    ] {
                        let set =
                            |&offset: &usize| class[offset / BLOCK] >> (offset % BLOCK) & 1 == 1;
                        let offsets: Vec<usize> = (0..BATCH * BLOCK).filter(set).collect();
                        assert_eq!(list.iter().collect::<Vec<_>>(), offsets);
                    }
                }
            }
        }
    }

    #[test]
    fn no_kernel_misses_a_fragment() {
        let table = table();
        for kernel in Classifier::all(&table) {
            for offset in 0..2 * BLOCK {
                for fragment in FRAGMENTS {
                    let mut bytes = vec![b'.'; 3 * BLOCK];
                    bytes[offset..offset + FRAGMENT]
                        .copy_from_slice(&fragment.to_ascii_uppercase());
                    let mut masks = Masks::default();
                    kernel.classify(&bytes, 0, &mut masks, 0, 3);
                    assert_eq!(
                        masks.fragment[offset / BLOCK] >> (offset % BLOCK) & 1,
                        1,
                        "at {offset}"
                    );
                }
            }
        }
    }

    #[test]
    fn a_row_continues_the_one_before() {
        let kernel = Classifier::new(&table());
        let mut state = 7;
        let bytes = random_text(&mut state, 3000);
        let mut masks = Masks::default();
        kernel.classify(&bytes, 0, &mut masks, 0, BATCH + 2);
        masks.carry(BATCH);
        kernel.classify(&bytes, (BATCH + 2) * BLOCK, &mut masks, 2, BATCH);
        let mut whole = Masks::default();
        kernel.classify(&bytes, BATCH * BLOCK, &mut whole, 0, BATCH + 2);
        assert_eq!(masks, whole);
        let mut ended = Masks::default();
        kernel.end_with(&bytes[..BLOCK + 10], &mut ended);
        kernel.classify(&bytes[10..], 0, &mut whole, 0, 1);
        assert_eq!(ended.token[0], whole.token[0]);
    }
}
