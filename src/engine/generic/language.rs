//! How English a text is: pairs of letters as in English words, and words of a dictionary.

/// `dictionary.bin`, a Bloom filter of the words in `model/words.txt`.
const DICTIONARY_BYTES: &[u8] = include_bytes!(concat!(env!("OUT_DIR"), "/dictionary.bin"));
static DICTIONARY: [u64; DICTIONARY_BYTES.len() / 8] = {
    let (words, _) = DICTIONARY_BYTES.as_chunks::<8>();
    let mut dictionary = [0; _];
    let mut index = 0;
    while index < words.len() {
        dictionary[index] = u64::from_le_bytes(words[index]);
        index += 1;
    }
    dictionary
};

/// For each pair of letters how much more often than by chance the second follows the first, in
/// sixteenths of a bit (an `i8`).
static BIGRAMS: &[u8; 26 * 26] = include_bytes!(concat!(env!("OUT_DIR"), "/bigrams.bin"));

/// Letters of the longest word in the dictionary.
const LONGEST: usize = 12;

/// How English the pairs of letters are, in bits per pair compared with random letters: about 0
/// for random letters, 1 and more for English words. `None` if no two letters are adjacent.
pub fn english_score(text: &[u8]) -> Option<f32> {
    let (bits, pairs) = letter_pairs(text);
    (pairs > 0).then(|| bits / pairs as f32)
}

/// The same in bits altogether, and the number of pairs.
pub fn letter_pairs(text: &[u8]) -> (f32, usize) {
    let (mut bits, mut pairs) = (0i32, 0);
    for two in text.windows(2) {
        if let (Some(a), Some(b)) = (letter(two[0]), letter(two[1])) {
            bits += i32::from(BIGRAMS[usize::from(a) * 26 + usize::from(b)] as i8);
            pairs += 1;
        }
    }
    (bits as f32 / 16.0, pairs)
}

/// How many letters of the text words of the dictionary cover, at best. Words of three letters
/// count only if nothing but camelCase or non-letters are around them.
pub fn covered(text: &[u8]) -> usize {
    text.chunk_by(|a, b| a.is_ascii_alphabetic() && b.is_ascii_alphabetic())
        .filter(|letters| letters[0].is_ascii_alphabetic())
        .map(cover)
        .sum()
}

/// The text with letters in place of the digits and punctuation that resemble them (`p4$$w0rd`).
pub fn undisguised(text: &[u8]) -> Vec<u8> {
    let letter = |&b: &u8| match b {
        b'0' => b'o',
        b'1' | b'!' => b'i',
        b'3' => b'e',
        b'4' | b'@' => b'a',
        b'5' | b'$' => b's',
        b'7' => b't',
        b => b,
    };
    text.iter().map(letter).collect()
}

fn cover(letters: &[u8]) -> usize {
    let letters = &letters[..letters.len().min(64)];
    let is_boundary = |offset: usize| {
        offset == 0
            || offset == letters.len()
            || letters[offset].is_ascii_uppercase() && letters[offset - 1].is_ascii_lowercase()
    };
    // best[n]: most letters covered among the first n.
    let mut best = [0usize; 65];
    for start in 0..letters.len() {
        best[start + 1] = best[start + 1].max(best[start]);
        let mut hash = OFFSET;
        for (length, b) in (1..=LONGEST).zip(&letters[start..]) {
            hash = (hash ^ u64::from(b.to_ascii_lowercase())).wrapping_mul(PRIME);
            let end = start + length;
            let counts = length > 3 || length == 3 && is_boundary(start) && is_boundary(end);
            if counts && best[start] + length > best[end] && is_in_dictionary(hash) {
                best[end] = best[start] + length;
            }
        }
    }
    best[letters.len()]
}

/// FNV-1a over 64 bits, as in `build/dictionary.rs`.
const OFFSET: u64 = 0xcbf2_9ce4_8422_2325;
const PRIME: u64 = 0x100_0000_01b3;

/// Whether letters with this hash are a word of the dictionary (a Bloom filter, made by
/// `build/dictionary.rs`). Of other texts six in a thousand count as one, too.
fn is_in_dictionary(hash: u64) -> bool {
    let bits = DICTIONARY.len() * 64;
    let bits_of_hash = [(hash >> 40) as usize % bits, (hash >> 16) as usize % (1 << 24) % bits];
    bits_of_hash.iter().all(|bit| DICTIONARY[bit / 64] >> (bit % 64) & 1 == 1)
}

fn letter(b: u8) -> Option<u8> {
    b.is_ascii_alphabetic().then(|| b.to_ascii_lowercase() - b'a')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_distinguished_from_random_letters() {
        for text in ["password", "development", "connection", "something"] {
            assert!(english_score(text.as_bytes()).unwrap() > 0.5, "{text}");
            assert_eq!(covered(text.as_bytes()), text.len(), "{text}");
        }
        for text in ["sntvoc", "hfjqzxw"] {
            assert!(english_score(text.as_bytes()).unwrap() < 0.5, "{text}");
            assert_eq!(covered(text.as_bytes()), 0, "{text}");
        }
        assert_eq!(english_score(b"1-2_3"), None);
        assert_eq!(covered(b"user_name-42"), 8);
    }
}
