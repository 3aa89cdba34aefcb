//! Masks by AVX2: nibbles looked up by shuffles, half a block at a time.

use std::arch::x86_64::*;

use super::{BLOCK, FRAGMENT, Found, Kernel, LOOK_AHEAD, LiteralTable, Masks, SETS, Starts};

/// The fragments' tables.
pub struct Avx2 {
    fragments: LiteralTable,
}

impl Avx2 {
    /// `None` where the processor lacks it.
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

    fn starts(&self, masks: &Masks, end: usize, starts: &mut Starts, found: &mut Found) {
        // SAFETY: as above.
        unsafe { fill(masks, end, starts, found) }
    }
}

/// Classes as products of a set of high nibbles and a set of low ones, one bit each:
/// 1 digits, 2 `A-O a-o`, 4 `P-Z p-z`, 8 `_`, 16 `+ - /`, 32 `=`, 64 `~`, 128 `.`.
const TOKENS: [[u8; 16]; 2] = products(&[
    (&[3], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (&[4, 6], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    (&[5, 7], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    (&[5], &[15]),
    (&[2], &[11, 13, 15]),
    (&[3], &[13]),
    (&[7], &[14]),
    (&[2], &[14]),
]);
const WORD: i8 = 1 | 2 | 4 | 8;
const RUN: i8 = WORD | 16;

/// 1 `" '`, 2 `` ` ``, 4 `% &`, 8 `\`, 16 blank `& + .`, 32 tab, LF, CR, 64 `< \ |`, 128 `~`.
const SIGNS: [[u8; 16]; 2] = products(&[
    (&[2], &[2, 7]),
    (&[6], &[0]),
    (&[2], &[5, 6]),
    (&[5], &[12]),
    (&[2], &[0, 6, 11, 14]),
    (&[0], &[9, 10, 13]),
    (&[3, 5, 7], &[12]),
    (&[7], &[14]),
]);
const QUOTE: i8 = 1 | 2;
const ESCAPE: i8 = 4 | 8;
const JOINT: i8 = !(QUOTE | ESCAPE);

/// Tables by low and by high nibble; the n-th product of high and low ones gets bit n.
const fn products(sets: &[(&[u8], &[u8])]) -> [[u8; 16]; 2] {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut bit = 0;
    while bit < sets.len() {
        let (highs, lows) = sets[bit];
        let mut at = 0;
        while at < highs.len() {
            high[highs[at] as usize] |= 1 << bit;
            at += 1;
        }
        at = 0;
        while at < lows.len() {
            low[lows[at] as usize] |= 1 << bit;
            at += 1;
        }
        bit += 1;
    }
    [low, high]
}

/// Half a block.
const LANES: usize = 32;

#[target_feature(enable = "avx2,bmi1,popcnt")]
fn fill(masks: &Masks, end: usize, starts: &mut Starts, found: &mut Found) {
    super::fill(masks, end, starts, found);
}

#[target_feature(enable = "avx2")]
fn classify(fragments: &LiteralTable, bytes: &[u8], masks: &mut Masks, row: usize, blocks: usize) {
    let fragments = std::array::from_fn(|at| std::array::from_fn(|set| tables(fragments, set, at)));
    let [tokens, signs] = [TOKENS, SIGNS].map(|[low, high]| (both_lanes(&low), both_lanes(&high)));
    for block in 0..blocks {
        let at = block * BLOCK;
        let first = half(bytes, at, tokens, signs, &fragments);
        let second = half(bytes, at + LANES, tokens, signs, &fragments);
        let join = |at: usize| u64::from(first[at]) | u64::from(second[at]) << LANES;
        let row = row + block;
        masks.token[row] = join(0);
        masks.quote[row] = join(1);
        masks.escape[row] = join(2);
        masks.joint[row] = join(3);
        masks.fragment[row] = join(4);
        masks.run[row] = join(5);
        masks.word[row] = join(6);
    }
}

/// Tables by low and by high nibble.
type Tables = (__m256i, __m256i);

#[inline]
#[target_feature(enable = "avx2")]
fn tables(literals: &LiteralTable, set: usize, at: usize) -> Tables {
    (both_lanes(&literals.low[set][at]), both_lanes(&literals.high[set][at]))
}

#[inline]
#[target_feature(enable = "avx2")]
fn half(
    bytes: &[u8],
    at: usize,
    tokens: Tables,
    signs: Tables,
    fragments: &[[Tables; SETS]; FRAGMENT],
) -> [u32; 7] {
    let text = nibbles(load(bytes, at));
    let token = look_up(text, tokens);
    let sign = look_up(text, signs);
    let [first, second] = fragments[0];
    let (mut first, mut second) = (look_up(text, first), look_up(text, second));
    for (ahead, tables) in fragments.iter().enumerate().skip(1) {
        let text = nibbles(load(bytes, at + ahead));
        first = _mm256_and_si256(first, look_up(text, tables[0]));
        second = _mm256_and_si256(second, look_up(text, tables[1]));
    }
    let fragment = _mm256_or_si256(first, second);
    [
        any(token),
        any(_mm256_and_si256(sign, _mm256_set1_epi8(QUOTE))),
        any(_mm256_and_si256(sign, _mm256_set1_epi8(ESCAPE))),
        any(_mm256_and_si256(sign, _mm256_set1_epi8(JOINT))),
        any(fragment),
        any(_mm256_and_si256(token, _mm256_set1_epi8(RUN))),
        any(_mm256_and_si256(token, _mm256_set1_epi8(WORD))),
    ]
}

/// Which bytes have any bit set.
#[inline]
#[target_feature(enable = "avx2")]
fn any(classes: __m256i) -> u32 {
    let none = _mm256_cmpeq_epi8(classes, _mm256_setzero_si256());
    !(_mm256_movemask_epi8(none) as u32)
}

/// Low and high nibble of each byte.
#[inline]
#[target_feature(enable = "avx2")]
fn nibbles(text: __m256i) -> (__m256i, __m256i) {
    let nibble = _mm256_set1_epi8(15);
    let high = _mm256_and_si256(_mm256_srli_epi16::<4>(text), nibble);
    (_mm256_and_si256(text, nibble), high)
}

/// The bits that a byte's low nibble and its high nibble have in common.
#[inline]
#[target_feature(enable = "avx2")]
fn look_up((low, high): (__m256i, __m256i), (of_low, of_high): Tables) -> __m256i {
    _mm256_and_si256(_mm256_shuffle_epi8(of_low, low), _mm256_shuffle_epi8(of_high, high))
}

#[inline]
#[target_feature(enable = "avx2")]
fn load(bytes: &[u8], at: usize) -> __m256i {
    debug_assert!(at + LANES <= bytes.len());
    // SAFETY: `Kernel::classify` has checked that every block and its look-ahead lie in
    // `bytes`; the load needs no alignment.
    unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) }
}

#[inline]
#[target_feature(enable = "avx2")]
fn both_lanes(table: &[u8; 16]) -> __m256i {
    // SAFETY: the array has the 16 bytes that are loaded.
    _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
}
