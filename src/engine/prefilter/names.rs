//! The variable names of rules, looked up around a fragment of one.

use std::ops::Range;

use crate::engine::structure::assignment::{begins_name_word, may_be_assigned};
use crate::rules::is_word_byte;

/// All names, by a hash of their letters and digits in reverse: other words may precede a name
/// (`MY_APP_LOCALSTACK_API_KEY`), so it is read from its end.
#[derive(Default)]
pub struct Names {
    /// Sorted by hash.
    entries: Vec<(u64, usize)>,
    /// A bit for each value of the hash's first [`FILTER_BITS`] bits that occurs.
    filter: Vec<u64>,
    /// For each value of those bits the index of its first entry.
    starts: Vec<u32>,
    /// As `filter`, for the suffixes of [`SUFFIX_LENGTHS`] letters and digits of longer names.
    suffixes: Vec<u64>,
    /// Letters and digits of the longest name.
    longest: usize,
}

/// Bytes before and after a fragment that a name may cover. With the command that may precede the
/// name (`assignment`), this is within the engine's reach.
const REACH: usize = 64;

/// Bits of the filter's index.
const FILTER_BITS: u32 = 14;

/// Lengths at which the suffix filter is checked: most words before a fragment are read no further.
const SUFFIX_LENGTHS: [usize; 2] = [6, 9];

/// Words joined by `-` or `.` that a name may have after its fragment.
const MAX_WORDS_AFTER: usize = 3;

/// Digits of the number that may follow a name: `API_KEY_2`.
const MAX_DIGITS: usize = 2;

/// Spaces that a name may have between its words, as in a sentence: `vercel api token`.
const MAX_BLANKS: usize = 3;

impl Names {
    pub fn add(&mut self, name: &str, rule: usize) {
        let letters = || name.bytes().filter(u8::is_ascii_alphanumeric);
        self.suffixes.resize(1 << (FILTER_BITS - 6), 0);
        let mut hash = 0;
        for (b, length) in letters().rev().zip(1..) {
            hash = extend_hash(hash, b);
            if SUFFIX_LENGTHS.contains(&length) {
                let (word, bit) = filter_bit(hash);
                self.suffixes[word] |= bit;
            }
        }
        self.longest = self.longest.max(letters().count());
        self.entries.push((hash, rule));
    }

    /// Sorts the entries and builds the filters. Must be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.entries.sort_unstable();
        self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (hash, _) in &self.entries {
            let (word, bit) = filter_bit(*hash);
            self.filter[word] |= bit;
        }
        self.starts = vec![0; 1 << FILTER_BITS];
        for (hash, _) in &self.entries {
            self.starts[index(*hash)] += 1;
        }
        let mut before = 0;
        for start in &mut self.starts {
            before += std::mem::replace(start, before);
        }
    }

    /// Calls `found` with the rule and the span of every name that contains the fragment.
    pub fn each(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        found: &mut impl FnMut(usize, Range<usize>),
    ) {
        let mut end = fragment.end;
        for _ in 0..=MAX_WORDS_AFTER {
            end = end_of_word(bytes, end, fragment.end + REACH);
            if may_be_assigned(bytes, end) {
                self.ending_at(bytes, end, fragment.start, found);
                // A numbered name: `API_KEY_2`, `apiKey2`.
                let without_digits = without_number(&bytes[..end], fragment.end);
                if without_digits < end {
                    let mut found_numbered =
                        |rule, name: Range<usize>| found(rule, name.start..end);
                    self.ending_at(bytes, without_digits, fragment.start, &mut found_numbered);
                }
            }
            let joined = matches!(bytes.get(end), Some(b'-' | b'.'))
                && bytes.get(end + 1).is_some_and(|&b| is_word_byte(b));
            if !joined {
                return;
            }
            end += 1;
        }
    }

    /// Names that end at `end` and begin no later than `latest_start`.
    fn ending_at(
        &self,
        bytes: &[u8],
        end: usize,
        latest_start: usize,
        found: &mut dyn FnMut(usize, Range<usize>),
    ) {
        let (mut hash, mut length, mut blanks) = (0, 0, 0);
        for start in (latest_start.saturating_sub(REACH)..end).rev() {
            match bytes[start] {
                b if b.is_ascii_alphanumeric() => {
                    hash = extend_hash(hash, b);
                    length += 1;
                }
                b'_' | b'-' | b'.' => continue,
                b' ' if blanks < MAX_BLANKS && length > 0 => {
                    blanks += 1;
                    continue;
                }
                _ => return,
            }
            if length > self.longest {
                return;
            }
            let (word, bit) = filter_bit(hash);
            if start <= latest_start
                && self.filter[word] & bit != 0
                && begins_name_word(bytes, start)
            {
                let first = self.starts[index(hash)] as usize;
                for &(entry, rule) in &self.entries[first..] {
                    if entry > hash {
                        break;
                    }
                    if entry == hash {
                        found(rule, start..end);
                    }
                }
            }
            if SUFFIX_LENGTHS.contains(&length) && self.suffixes[word] & bit == 0 {
                return;
            }
        }
    }
}

/// The first bits of the hash.
fn index(hash: u64) -> usize {
    (hash >> (64 - FILTER_BITS)) as usize
}

/// The hash's word and bit in a filter.
fn filter_bit(hash: u64) -> (usize, u64) {
    let index = index(hash);
    (index >> 6, 1 << (index & 63))
}

/// The hash with one more letter before the others, ignoring case. A step of 64-bit FNV-1a: among a
/// few thousand names a collision has a probability of about 1 in 10^13.
fn extend_hash(hash: u64, b: u8) -> u64 {
    (hash ^ u64::from(b.to_ascii_lowercase()) ^ 0xcbf2_9ce4_8422_2325).wrapping_mul(0x100_0000_01b3)
}

fn end_of_word(bytes: &[u8], from: usize, limit: usize) -> usize {
    let limit = limit.min(bytes.len());
    (from..limit).find(|&offset| !is_word_byte(bytes[offset])).unwrap_or(from.max(limit))
}

/// The end of a name without the number after it, but at least `min_end`.
fn without_number(name: &[u8], min_end: usize) -> usize {
    let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > MAX_DIGITS {
        return name.len();
    }
    let end = name.len() - digits;
    let joined = end > min_end && matches!(name[end - 1], b'_' | b'-');
    (end - usize::from(joined)).max(min_end)
}
