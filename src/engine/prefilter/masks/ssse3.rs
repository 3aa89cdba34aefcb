//! Masks with SSSE3, for its `pshufb`, which SSE2 lacks: a quarter of a block at a time.

use std::arch::x86_64::*;

use super::nibbles::{self, classify_by_nibbles};
use super::{
    BLOCK, FRAGMENT, Kernel, LOOK_AHEAD, LiteralTable, Masks, SETS, StartMasks, StartOffsets,
    find_starts,
};

/// The kernel, with the fragments' tables.
pub struct Ssse3 {
    fragments: LiteralTable,
}

impl Ssse3 {
    /// `None` if the processor does not support it.
    pub fn new(fragments: &LiteralTable) -> Option<Self> {
        is_x86_feature_detected!("ssse3").then(|| Ssse3 { fragments: fragments.clone() })
    }
}

impl Kernel for Ssse3 {
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
        assert!(blocks == 0 || bytes.len() >= blocks * BLOCK + LOOK_AHEAD);
        // SAFETY: a value of this type exists only where the processor has the feature.
        unsafe { classify(&self.fragments, bytes, masks, row, blocks) }
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

classify_by_nibbles!("ssse3", __m128i, 16);

#[inline]
#[target_feature(enable = "ssse3")]
fn and(one: __m128i, other: __m128i) -> __m128i {
    _mm_and_si128(one, other)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn or(one: __m128i, other: __m128i) -> __m128i {
    _mm_or_si128(one, other)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn splat(byte: u8) -> __m128i {
    _mm_set1_epi8(byte as i8)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn in_nibbles(text: __m128i) -> (__m128i, __m128i) {
    let nibble = splat(15);
    (and(text, nibble), and(_mm_srli_epi16::<4>(text), nibble))
}

#[inline]
#[target_feature(enable = "ssse3")]
fn look_up(table: __m128i, nibbles: __m128i) -> __m128i {
    _mm_shuffle_epi8(table, nibbles)
}

#[inline]
#[target_feature(enable = "ssse3")]
fn join(quarters: &[__m128i; 4]) -> u64 {
    let mut bits = 0;
    for (quarter, &classes) in quarters.iter().enumerate() {
        let none = _mm_movemask_epi8(_mm_cmpeq_epi8(classes, _mm_setzero_si128()));
        bits |= u64::from(!none as u16) << (16 * quarter);
    }
    bits
}

#[inline]
#[target_feature(enable = "ssse3")]
fn load(bytes: &[u8], offset: usize) -> __m128i {
    debug_assert!(offset + 16 <= bytes.len());
    // SAFETY: `Kernel::classify` has checked that every block and its look-ahead lie in
    // `bytes`; the load needs no alignment.
    unsafe { _mm_loadu_si128(bytes.as_ptr().add(offset).cast()) }
}

#[inline]
#[target_feature(enable = "ssse3")]
fn table(table: &[u8; 16]) -> __m128i {
    // SAFETY: the array has the 16 bytes that are loaded.
    unsafe { _mm_loadu_si128(table.as_ptr().cast()) }
}
