//! Masks with AVX2: half a block at a time.

use std::arch::x86_64::*;

use super::nibbles::{self, classify_by_nibbles};
use super::{
    BLOCK, FRAGMENT, Kernel, LOOK_AHEAD, LiteralTable, Masks, SETS, StartMasks, StartOffsets,
};

/// The kernel, with the fragments' tables.
pub struct Avx2 {
    fragments: LiteralTable,
}

impl Avx2 {
    /// `None` if the processor does not support it.
    pub fn new(fragments: &LiteralTable) -> Option<Self> {
        let has = is_x86_feature_detected!("avx2")
            && is_x86_feature_detected!("bmi1")
            && is_x86_feature_detected!("popcnt");
        has.then(|| Avx2 { fragments: fragments.clone() })
    }
}

impl Kernel for Avx2 {
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
        assert!(blocks == 0 || bytes.len() >= blocks * BLOCK + LOOK_AHEAD);
        // SAFETY: a value of this type exists only where the processor has these features.
        unsafe { classify(&self.fragments, bytes, masks, row, blocks) }
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

#[target_feature(enable = "avx2,bmi1,popcnt")]
fn find_starts(masks: &Masks, end: usize, starts: &mut StartMasks, offsets: &mut StartOffsets) {
    super::find_starts(masks, end, starts, offsets);
}

classify_by_nibbles!("avx2", __m256i, 32);

#[inline]
#[target_feature(enable = "avx2")]
fn and(one: __m256i, other: __m256i) -> __m256i {
    _mm256_and_si256(one, other)
}

#[inline]
#[target_feature(enable = "avx2")]
fn or(one: __m256i, other: __m256i) -> __m256i {
    _mm256_or_si256(one, other)
}

#[inline]
#[target_feature(enable = "avx2")]
fn splat(byte: u8) -> __m256i {
    _mm256_set1_epi8(byte as i8)
}

#[inline]
#[target_feature(enable = "avx2")]
fn in_nibbles(text: __m256i) -> (__m256i, __m256i) {
    let nibble = splat(15);
    (and(text, nibble), and(_mm256_srli_epi16::<4>(text), nibble))
}

#[inline]
#[target_feature(enable = "avx2")]
fn look_up(table: __m256i, nibbles: __m256i) -> __m256i {
    _mm256_shuffle_epi8(table, nibbles)
}

#[inline]
#[target_feature(enable = "avx2")]
fn join(&[first, second]: &[__m256i; 2]) -> u64 {
    u64::from(any(first)) | u64::from(any(second)) << 32
}

#[inline]
#[target_feature(enable = "avx2")]
fn any(classes: __m256i) -> u32 {
    let none = _mm256_cmpeq_epi8(classes, _mm256_setzero_si256());
    !(_mm256_movemask_epi8(none) as u32)
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8], offset: usize) -> __m256i {
    debug_assert!(offset + 32 <= bytes.len());
    // SAFETY: `Kernel::classify` has checked that every block and its look-ahead lie in
    // `bytes`; the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().add(offset).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn table(table: &[u8; 16]) -> __m256i {
    // SAFETY: the array has the 16 bytes that are loaded.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}
