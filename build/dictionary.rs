//! Embeds what `src/engine/generic/language.rs` knows of English words, from `model/words.txt`:
//! `dictionary.bin`, a Bloom filter of the words (u64, little-endian), and `bigrams.bin`, for each
//! pair of letters how much more often than by chance the second follows the first, in sixteenths
//! of a bit (i8).

use std::fs;
use std::path::Path;

/// Bits of the Bloom filter.
const BITS: usize = 1 << 18;

pub fn write(out: &Path) {
    let words = fs::read_to_string("model/words.txt").expect("model/words.txt can be read");
    let dictionary: Vec<u8> = dictionary(&words).into_iter().flat_map(u64::to_le_bytes).collect();
    fs::write(out.join("dictionary.bin"), dictionary).expect("OUT_DIR can be written");
    let bigrams: Vec<u8> = bigrams(&words).into_iter().map(|bits| bits as u8).collect();
    fs::write(out.join("bigrams.bin"), bigrams).expect("OUT_DIR can be written");
}

fn dictionary(words: &str) -> Vec<u64> {
    let mut dictionary = vec![0u64; BITS / 64];
    for word in words.lines() {
        let hash = word.bytes().fold(0xcbf2_9ce4_8422_2325u64, |hash, b| {
            (hash ^ u64::from(b)).wrapping_mul(0x100_0000_01b3)
        });
        for bit in [(hash >> 40) as usize % BITS, (hash >> 16) as usize % (1 << 24) % BITS] {
            dictionary[bit / 64] |= 1 << (bit % 64);
        }
    }
    dictionary
}

fn bigrams(words: &str) -> Vec<i8> {
    let mut counts = [[1.0f64; 26]; 26];
    for two in words.lines().flat_map(|word| word.as_bytes().windows(2)) {
        counts[usize::from(two[0] - b'a')][usize::from(two[1] - b'a')] += 1.0;
    }
    let total: f64 = counts.iter().flatten().sum();
    let bits = |count: &f64| (16.0 * (count / total * 676.0).log2()).round().clamp(-127.0, 127.0);
    counts.iter().flatten().map(|count| bits(count) as i8).collect()
}
