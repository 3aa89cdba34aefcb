//! Masks with AVX-512: whole bytes are looked up in tables of 128 entries, a block at a time.
//!
//! `vpermi2b` (VBMI) looks up seven bits, so each ASCII byte has its own entry: the classes need no
//! products of nibbles, and fewer offsets without a fragment are marked.

use std::arch::x86_64::*;

use super::class;
use super::row::{OffsetList, SOME};
use super::{
    BATCH, BLOCK, CLASSES, FRAGMENT, Kernel, LOOK_AHEAD, LiteralTable, Masks, SETS, StartMasks,
    StartOffsets,
};

/// One byte for each value of seven bits.
type ByteTable = [u8; 128];

/// The kernel, with the buckets of the fragments' first bytes, by index and set. The eighth bit is
/// ignored: bytes outside ASCII are rare, and marked like the ASCII byte with the same lower bits.
#[derive(Clone)]
pub struct Avx512 {
    fragments: [[ByteTable; SETS]; FRAGMENT],
}

impl Avx512 {
    /// `None` if the processor does not support it.
    pub fn new(fragments: &LiteralTable) -> Option<Self> {
        let has = is_x86_feature_detected!("avx512f")
            && is_x86_feature_detected!("avx512bw")
            && is_x86_feature_detected!("avx512vl")
            && is_x86_feature_detected!("avx512vbmi")
            && is_x86_feature_detected!("avx512vbmi2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt");
        has.then(|| Avx512 {
            fragments: std::array::from_fn(|index| {
                std::array::from_fn(|set| {
                    let of = |b| fragments.by_seven_bits(index, b).to_le_bytes()[set];
                    std::array::from_fn(|b| of(b as u8))
                })
            }),
        })
    }
}

impl Kernel for Avx512 {
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
        assert!(blocks == 0 || bytes.len() >= blocks * BLOCK + LOOK_AHEAD);
        // SAFETY: a value of this type exists only where the processor has these features.
        unsafe { classify(self, bytes, masks, row, blocks) }
    }

    fn starts(
        &self,
        masks: &Masks,
        end: usize,
        starts: &mut StartMasks,
        offsets: &mut StartOffsets,
    ) {
        // SAFETY: as above.
        unsafe { find_starts(masks, end, starts, offsets) }
    }
}

#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn classify(kernel: &Avx512, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
    let classes = [load(&CLASSES, 0), load(&CLASSES, BLOCK)];
    let fragments = &kernel.fragments;
    for block in 0..blocks {
        let offset = block * BLOCK;
        let text = load(bytes, offset);
        let beyond = _mm512_movepi8_mask(text);
        let of = _mm512_maskz_permutex2var_epi8(!beyond, classes[0], text, classes[1]);
        let any = |class: u8| _mm512_test_epi8_mask(of, _mm512_set1_epi8(class as i8));
        let (mut first, mut second) = (_mm512_set1_epi8(-1), _mm512_set1_epi8(-1));
        for (ahead, tables) in fragments.iter().enumerate() {
            let text = load(bytes, offset + ahead);
            first = _mm512_and_si512(first, look_up(text, &tables[0]));
            second = _mm512_and_si512(second, look_up(text, &tables[1]));
        }
        let fragment = _mm512_or_si512(first, second);
        let row = row + block;
        masks.token[row] = any(class::TOKEN);
        masks.word[row] = any(class::WORD);
        masks.run[row] = any(class::RUN);
        masks.escape[row] = any(class::ESCAPE);
        masks.quote[row] = any(class::QUOTE);
        masks.concat[row] = any(class::CONCAT);
        masks.fragment[row] = _mm512_test_epi8_mask(fragment, fragment);
    }
}

/// The table's entries for the bytes' lower seven bits.
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vbmi")]
fn look_up(text: __m512i, table: &ByteTable) -> __m512i {
    _mm512_permutex2var_epi8(load(table, 0), text, load(table, BLOCK))
}

#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2,bmi1,popcnt")]
fn find_starts(masks: &Masks, end: usize, starts: &mut StartMasks, offsets: &mut StartOffsets) {
    starts.compute_until(masks, end);
    list_offsets(&starts.tokens, &mut offsets.tokens);
    list_offsets(&starts.fragments, &mut offsets.fragments);
    offsets.set_rare_from(starts);
}

/// Lists the offsets of the set bits: the indices of a block's bytes, compressed to those whose bit
/// is set (`vpcompressb`).
#[inline]
#[target_feature(enable = "avx512f,avx512bw,avx512vl,avx512vbmi2,bmi1,popcnt")]
fn list_offsets(masks: &[u64; BATCH], list: &mut OffsetList) {
    let numbers = load(&NUMBERS, 0);
    let mut length = 0;
    for (block, &mask) in masks.iter().enumerate() {
        let count = mask.count_ones() as usize;
        if count > SOME {
            length += list.write_block::<SOME>(length, block, mask);
            continue;
        }
        let set = _mm512_maskz_compress_epi8(mask, numbers);
        let first = _mm256_set1_epi16((block * BLOCK) as i16);
        let set = _mm256_add_epi16(_mm256_cvtepu8_epi16(_mm512_castsi512_si128(set)), first);
        store(set, list.spare(length));
        length += count;
    }
    list.set_length(length);
}

/// The indices of a block's bytes.
static NUMBERS: [u8; BLOCK] = {
    let mut numbers = [0; BLOCK];
    let mut number = 0;
    while number < BLOCK {
        numbers[number] = number as u8;
        number += 1;
    }
    numbers
};

#[inline]
#[target_feature(enable = "avx512f")]
fn store(list: __m256i, spare: &mut [u16]) {
    assert!(spare.len() == SOME);
    // SAFETY: the room has the 32 bytes that are stored; the store needs no alignment.
    unsafe { _mm256_storeu_si256(spare.as_mut_ptr().cast(), list) }
}

#[inline]
#[target_feature(enable = "avx512f")]
fn load(bytes: &[u8], offset: usize) -> __m512i {
    debug_assert!(offset + BLOCK <= bytes.len());
    // SAFETY: `Kernel::classify` has checked that every block and its look-ahead lie in the
    // text, and the tables have 128 bytes and more; the load needs no alignment.
    unsafe { _mm512_loadu_si512(bytes.as_ptr().add(offset).cast()) }
}
