//! Masks with NEON, which every AArch64 processor has: a quarter of a block at a time.

use std::arch::aarch64::*;

use super::nibbles::{self, classify_by_nibbles};
use super::{
    BLOCK, FRAGMENT, Kernel, LOOK_AHEAD, LiteralTable, Masks, SETS, StartMasks, StartOffsets,
    find_starts,
};

/// The kernel, with the fragments' tables.
pub struct Neon {
    fragments: LiteralTable,
}

impl Neon {
    pub fn new(fragments: &LiteralTable) -> Self {
        Neon { fragments: fragments.clone() }
    }
}

impl Kernel for Neon {
    fn classify(&self, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
        assert!(blocks == 0 || bytes.len() >= blocks * BLOCK + LOOK_AHEAD);
        // SAFETY: NEON is part of AArch64.
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

classify_by_nibbles!("neon", uint8x16_t, 16);

#[inline]
#[target_feature(enable = "neon")]
fn and(one: uint8x16_t, other: uint8x16_t) -> uint8x16_t {
    vandq_u8(one, other)
}

#[inline]
#[target_feature(enable = "neon")]
fn or(one: uint8x16_t, other: uint8x16_t) -> uint8x16_t {
    vorrq_u8(one, other)
}

#[inline]
#[target_feature(enable = "neon")]
fn splat(byte: u8) -> uint8x16_t {
    vdupq_n_u8(byte)
}

#[inline]
#[target_feature(enable = "neon")]
fn in_nibbles(text: uint8x16_t) -> (uint8x16_t, uint8x16_t) {
    (and(text, splat(15)), vshrq_n_u8::<4>(text))
}

#[inline]
#[target_feature(enable = "neon")]
fn look_up(table: uint8x16_t, nibbles: uint8x16_t) -> uint8x16_t {
    vqtbl1q_u8(table, nibbles)
}

/// One bit per byte, added pairwise until each byte has eight.
#[inline]
#[target_feature(enable = "neon")]
fn join(&[first, second, third, fourth]: &[uint8x16_t; 4]) -> u64 {
    let bits = table(&[1, 2, 4, 8, 16, 32, 64, 128, 1, 2, 4, 8, 16, 32, 64, 128]);
    let first_half =
        vpaddq_u8(and(vtstq_u8(first, first), bits), and(vtstq_u8(second, second), bits));
    let second_half =
        vpaddq_u8(and(vtstq_u8(third, third), bits), and(vtstq_u8(fourth, fourth), bits));
    let sums = vpaddq_u8(first_half, second_half);
    vgetq_lane_u64::<0>(vreinterpretq_u64_u8(vpaddq_u8(sums, sums)))
}

#[inline]
#[target_feature(enable = "neon")]
fn load(bytes: &[u8], offset: usize) -> uint8x16_t {
    debug_assert!(offset + 16 <= bytes.len());
    // SAFETY: `Kernel::classify` has checked that every block and its look-ahead lie in
    // `bytes`; the load needs no alignment.
    unsafe { vld1q_u8(bytes.as_ptr().add(offset)) }
}

#[inline]
#[target_feature(enable = "neon")]
fn table(table: &[u8; 16]) -> uint8x16_t {
    // SAFETY: the array has the 16 bytes that are loaded.
    unsafe { vld1q_u8(table.as_ptr()) }
}
