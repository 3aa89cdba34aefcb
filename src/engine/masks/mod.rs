//! Byte classes as bit masks: the one pass over every byte.
//!
//! A text is looked at in blocks of 64 bytes. Of each block a [`Masks`] says which bytes make
//! up runs, which begin an escape, which are quotes, and where one of the catalogue's
//! fragments *may* begin. Everything behind works on these bits and on the few
//! places that they point to, so its cost does not grow with the number of rules.
//!
//! Two twins compute the same masks: a portable one by table look-ups and one for AVX2 by
//! nibble shuffles (the technique of Hyperscan's Teddy and of simdjson's classification).
//! This is the only module with unsafe code: vector loads from a slice, whose bounds are
//! checked before, and calls into functions compiled for AVX2 once the processor is known to
//! have it.

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Bytes behind a block that its fragment mask looks at.
pub const LOOK_AHEAD: usize = FRAGMENT - 1;

/// Bytes of a fragment that the masks look at.
pub const FRAGMENT: usize = 4;

/// One bit a byte of a block, the lowest for the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `[A-Za-z0-9_+/=.~-]`: what tokens are made of.
    pub token: u64,
    /// `[A-Za-z0-9_]`: what words are made of.
    pub word: u64,
    /// `[A-Za-z0-9+/_-]`: what runs of base64 and hexadecimal digits are made of.
    pub run: u64,
    /// `%`, `&` and `\`: what escapes begin with.
    pub escape: u64,
    /// `"`, `'` and `` ` ``.
    pub quote: u64,
    /// What may stand behind a literal that goes on in another one.
    pub joint: u64,
    /// A fragment may begin here.
    pub fragment: u64,
}

/// Whether tokens are made of this byte.
pub fn is_token(b: u8) -> bool {
    is_word(b) || matches!(b, b'+' | b'/' | b'=' | b'.' | b'~' | b'-')
}

/// Whether words are made of this byte.
pub fn is_word(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// For each of the first [`FRAGMENT`] bytes of a literal and each nibble of that byte, the
/// buckets whose literals may have it there. Literals are dealt out to eight buckets, one bit
/// each.
#[derive(Clone, Debug, Default)]
pub struct LiteralTable {
    low: [[u8; 16]; FRAGMENT],
    high: [[u8; 16]; FRAGMENT],
}

/// The bit in which letters of lower and upper case differ.
pub const FOLD: u8 = 0x20;

impl LiteralTable {
    /// Adds a literal by the bytes that may stand at each of its first places, whatever the
    /// case of letters. Some signs are let through for others too; the exact comparison
    /// afterwards tells them apart.
    pub fn add(&mut self, places: [&[u8]; FRAGMENT], bucket: usize) {
        let bit = 1u8 << bucket;
        for (at, bytes) in places.into_iter().enumerate() {
            for b in bytes.iter().flat_map(|&b| [b, b ^ FOLD]) {
                self.low[at][usize::from(b & 15)] |= bit;
                self.high[at][usize::from(b >> 4)] |= bit;
            }
        }
    }

    /// Of a megabyte of source text so many places may be marked for the bucket.
    pub fn expected(&self, bucket: usize) -> f64 {
        let passes = |at: usize| -> f64 {
            let passing = (0..=255u8).filter(|&b| self.buckets(at, b) >> bucket & 1 == 1);
            passing.map(frequency).sum()
        };
        1e6 * (0..FRAGMENT).map(passes).product::<f64>()
    }

    fn buckets(&self, at: usize, b: u8) -> u8 {
        self.low[at][usize::from(b & 15)] & self.high[at][usize::from(b >> 4)]
    }
}

/// Share of a byte in source text, roughly.
fn frequency(b: u8) -> f64 {
    match b {
        b'e' | b't' => 0.07,
        b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 0.05,
        b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 0.03,
        b'a'..=b'z' => 0.01,
        b' ' => 0.15,
        b'\n' | b'.' | b'_' => 0.02,
        b'!'..=b'~' => 0.004,
        _ => 0.0005,
    }
}

/// Computes masks, by the fastest means that the processor has.
#[derive(Clone)]
pub struct Classifier {
    fragments: LiteralTable,
    avx2: bool,
}

impl Classifier {
    pub fn new(fragments: LiteralTable) -> Self {
        #[cfg(target_arch = "x86_64")]
        let avx2 = std::arch::is_x86_feature_detected!("avx2");
        #[cfg(not(target_arch = "x86_64"))]
        let avx2 = false;
        Classifier { fragments, avx2 }
    }

    /// The same without vector instructions.
    #[cfg(test)]
    pub fn portable(fragments: LiteralTable) -> Self {
        Classifier { fragments, avx2: false }
    }

    /// The masks of the blocks that begin at `from`, `from + 64` and so on, one for each
    /// element of `masks`. Bytes behind the end of `bytes` belong to no class.
    pub fn classify(&self, bytes: &[u8], from: usize, masks: &mut [Masks]) {
        let whole = bytes.len().saturating_sub(from + LOOK_AHEAD) / BLOCK;
        let (whole, last) = masks.split_at_mut(whole.min(masks.len()));
        self.classify_whole(bytes.get(from..).unwrap_or_default(), whole);
        for (number, masks) in (whole.len()..).zip(last) {
            let mut padded = [0; BLOCK + LOOK_AHEAD];
            let rest = bytes.get(from + number * BLOCK..).unwrap_or_default();
            let length = rest.len().min(padded.len());
            padded[..length].copy_from_slice(&rest[..length]);
            self.classify_whole(&padded, std::slice::from_mut(masks));
            // Zeros stand in for what is not there; a wildcard must not match them.
            if length < BLOCK {
                masks.fragment &= (1 << length) - 1;
            }
        }
    }

    /// Masks whose highest bits are those of the text's last bytes.
    pub fn last_bits(&self, bytes: &[u8]) -> Masks {
        let mut block = [0; BLOCK + LOOK_AHEAD];
        let last = &bytes[bytes.len().saturating_sub(BLOCK)..];
        block[BLOCK - last.len()..BLOCK].copy_from_slice(last);
        self.classify_portably(&block)
    }

    /// `bytes` holds every block wholly, and the look-ahead of the last.
    fn classify_whole(&self, bytes: &[u8], masks: &mut [Masks]) {
        debug_assert!(masks.is_empty() || bytes.len() >= masks.len() * BLOCK + LOOK_AHEAD);
        #[cfg(target_arch = "x86_64")]
        if self.avx2 {
            // SAFETY: the processor has AVX2, see `new`.
            unsafe { avx2::classify(&self.fragments, bytes, masks) };
            return;
        }
        for (masks, block) in masks.iter_mut().zip((0..).step_by(BLOCK)) {
            *masks = self.classify_portably(&bytes[block..block + BLOCK + LOOK_AHEAD]);
        }
    }

    fn classify_portably(&self, block: &[u8]) -> Masks {
        let mut masks = Masks::default();
        for at in 0..BLOCK {
            let class = CLASSES[usize::from(block[at])];
            let bit = |wanted: u8| u64::from(class & wanted != 0) << at;
            masks.token |= bit(TOKEN);
            masks.word |= bit(WORD);
            masks.run |= bit(RUN);
            masks.escape |= bit(ESCAPE);
            masks.quote |= bit(QUOTE);
            masks.joint |= bit(JOINT);
            let buckets = (0..FRAGMENT).fold(0xff, |buckets, ahead| {
                buckets & self.fragments.buckets(ahead, block[at + ahead])
            });
            masks.fragment |= u64::from(buckets != 0) << at;
        }
        masks
    }
}

const RUN: u8 = 1;
const ESCAPE: u8 = 2;
const QUOTE: u8 = 4;
const JOINT: u8 = 8;
const WORD: u8 = 16;
const TOKEN: u8 = 32;

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        let word = c.is_ascii_alphanumeric() || c == b'_';
        let run = word || matches!(c, b'+' | b'/' | b'-');
        let token = run || matches!(c, b'=' | b'.' | b'~');
        let escape = matches!(c, b'%' | b'&' | b'\\');
        let quote = matches!(c, b'"' | b'\'' | b'`');
        let joint = matches!(
            c,
            b' ' | b'\t' | b'\r' | b'\n' | b'\\' | b'+' | b'.' | b'|' | b'<' | b'&' | b'~'
        );
        classes[b] = (run as u8 * RUN)
            | (escape as u8 * ESCAPE)
            | (quote as u8 * QUOTE)
            | (joint as u8 * JOINT)
            | (word as u8 * WORD)
            | (token as u8 * TOKEN);
        b += 1;
    }
    classes
};

#[cfg(target_arch = "x86_64")]
mod avx2 {
    use std::arch::x86_64::*;

    use super::{BLOCK, FRAGMENT, LOOK_AHEAD, LiteralTable, Masks};

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

    #[target_feature(enable = "avx2")]
    pub(super) fn classify(fragments: &LiteralTable, bytes: &[u8], masks: &mut [Masks]) {
        assert!(masks.is_empty() || bytes.len() >= masks.len() * BLOCK + LOOK_AHEAD);
        let fragments: [Tables; FRAGMENT] = std::array::from_fn(|at| tables(fragments, at));
        let [tokens, signs] =
            [TOKENS, SIGNS].map(|[low, high]| (both_lanes(&low), both_lanes(&high)));
        for (number, masks) in masks.iter_mut().enumerate() {
            let block = number * BLOCK;
            let first = half(bytes, block, tokens, signs, &fragments);
            let second = half(bytes, block + LANES, tokens, signs, &fragments);
            let join = |at: usize| u64::from(first[at]) | u64::from(second[at]) << LANES;
            *masks = Masks {
                token: join(0),
                run: join(5),
                quote: join(1),
                escape: join(2),
                joint: join(3),
                fragment: join(4),
                word: join(6),
            };
        }
    }

    /// Tables by low and by high nibble.
    type Tables = (__m256i, __m256i);

    #[inline]
    #[target_feature(enable = "avx2")]
    fn tables(literals: &LiteralTable, at: usize) -> Tables {
        (both_lanes(&literals.low[at]), both_lanes(&literals.high[at]))
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn half(
        bytes: &[u8],
        at: usize,
        tokens: Tables,
        signs: Tables,
        fragments: &[Tables; FRAGMENT],
    ) -> [u32; 7] {
        let text = nibbles(load(bytes, at));
        let token = look_up(text, tokens);
        let sign = look_up(text, signs);
        let mut fragment = look_up(text, fragments[0]);
        for (ahead, &tables) in fragments.iter().enumerate().skip(1) {
            let text = nibbles(load(bytes, at + ahead));
            fragment = _mm256_and_si256(fragment, look_up(text, tables));
        }
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
        // SAFETY: `classify` has checked that every block and its look-ahead lie in `bytes`;
        // the load needs no alignment.
        unsafe { _mm256_loadu_si256(bytes.as_ptr().add(at).cast()) }
    }

    #[inline]
    #[target_feature(enable = "avx2")]
    fn both_lanes(table: &[u8; 16]) -> __m256i {
        // SAFETY: the array has the 16 bytes that are loaded.
        _mm256_broadcastsi128_si256(unsafe { _mm_loadu_si128(table.as_ptr().cast()) })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Xorshift: the same bytes on every machine.
    fn random(state: &mut u64) -> u64 {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        *state
    }

    #[test]
    fn the_twins_agree_on_every_byte_and_length() {
        let mut fragments = LiteralTable::default();
        for (bucket, text) in ["ecre", "://k", "----", "key "].iter().enumerate() {
            let places = text.as_bytes().chunks(1).collect::<Vec<_>>();
            fragments.add(places.try_into().unwrap(), bucket);
        }
        let (fast, portable) =
            (Classifier::new(fragments.clone()), Classifier::portable(fragments));
        let mut state = 0x9e37_79b9_7f4a_7c15;
        let text = b"a SECRET = https://x/key-----BEGIN \\u0041%41~_+/=.- ";
        for length in (0..300).chain([4096, 5000]) {
            let bytes: Vec<u8> = (0..length)
                .map(|at| match random(&mut state) % 3 {
                    0 => random(&mut state) as u8,
                    _ => text[at % text.len()],
                })
                .collect();
            for from in [0, 1, 63, 64, length / 2] {
                let mut masks = [[Masks::default(); 80]; 2];
                fast.classify(&bytes, from, &mut masks[0]);
                portable.classify(&bytes, from, &mut masks[1]);
                assert_eq!(masks[0], masks[1], "length {length} from {from}");
            }
        }
    }

    #[test]
    fn classes_are_what_they_say() {
        let bytes: Vec<u8> = (0..=255).collect();
        let mut masks = [Masks::default(); 4];
        Classifier::new(LiteralTable::default()).classify(&bytes, 0, &mut masks);
        for b in 0..=255u8 {
            let bit = |mask: fn(&Masks) -> u64| {
                mask(&masks[usize::from(b) / BLOCK]) >> (usize::from(b) % BLOCK) & 1 == 1
            };
            assert_eq!(bit(|masks| masks.token), is_token(b), "{b}");
            assert_eq!(bit(|masks| masks.word), is_word(b), "{b}");
            let run = is_word(b) || matches!(b, b'+' | b'/' | b'-');
            assert_eq!(bit(|masks| masks.run), run, "{b}");
            assert_eq!(bit(|masks| masks.escape), b"%&\\".contains(&b), "{b}");
            assert_eq!(bit(|masks| masks.quote), b"\"'`".contains(&b), "{b}");
            assert_eq!(bit(|masks| masks.joint), b" \t\r\n\\+.|<&~".contains(&b), "{b}");
            assert!(!bit(|masks| masks.fragment), "{b}");
        }
    }
}
