//! Names of context rules, looked up where a fragment of one stands.

use std::ops::Range;

use crate::engine::structure::assignment::{begins_a_word, may_be_assigned};
use crate::rules::is_word_byte as is_word;

/// All names, by a hash of their letters and digits from the last to the first: a name may
/// have any words in front (`MY_APP_LOCALSTACK_API_KEY`), so that it is read from its end.
#[derive(Default)]
pub struct Names {
    /// Sorted by hash.
    entries: Vec<(u64, usize)>,
    /// A bit for each value of the hash's first [`FILTER_BITS`] bits that some name has.
    filter: Vec<u64>,
    /// For each value of those bits how many entries' hashes come before it.
    starts: Vec<u32>,
    /// As `filter`, of the last [`LAST`] letters and digits of longer names.
    ends: Vec<u64>,
    /// Letters and digits of the longest name.
    longest: usize,
}

/// Bytes that are looked at on either side of a fragment. With what a command in front of a
/// name may take (`assignment`), this stays within the engine's reach.
const REACH: usize = 64;

/// Bits of the filter's index.
const FILTER_BITS: u32 = 14;

/// Letters and digits by which it is asked once, and once more, whether any name ends so: most of
/// what stands in front of a fragment is not read any further.
const LAST: [usize; 2] = [6, 9];

/// Words joined by `-` or `.` that a name may have behind its fragment.
const WORDS_BEHIND: usize = 3;

/// Digits of the number that a name may have behind it where there are several.
const MOST_DIGITS: usize = 2;

/// Blanks that a name may have between its words, as it has in a sentence: `vercel api token`.
const BLANKS: usize = 3;

impl Names {
    pub fn add(&mut self, name: &str, rule: usize) {
        let letters = || name.bytes().filter(u8::is_ascii_alphanumeric);
        self.ends.resize(1 << (FILTER_BITS - 6), 0);
        let mut hash = 0;
        for (b, length) in letters().rev().zip(1..) {
            hash = extend(hash, b);
            if LAST.contains(&length) {
                let (word, bit) = place(hash);
                self.ends[word] |= bit;
            }
        }
        self.longest = self.longest.max(letters().count());
        self.entries.push((hash, rule));
    }

    /// Sorts what was added; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        self.entries.sort_unstable();
        self.filter = vec![0; 1 << (FILTER_BITS - 6)];
        for (hash, _) in &self.entries {
            let (word, bit) = place(*hash);
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

    /// Calls `found` with the rule and the span of every name that holds the fragment.
    pub fn each(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        found: &mut impl FnMut(usize, Range<usize>),
    ) {
        let mut end = fragment.end;
        for _ in 0..=WORDS_BEHIND {
            end = end_of_word(bytes, end, fragment.end + REACH);
            if may_be_assigned(bytes, end) {
                self.ending_at(bytes, end, fragment.start, found);
                // Of several the second: `API_KEY_2`, `apiKey2`.
                let bare = without_number(&bytes[..end], fragment.end);
                if bare < end {
                    let mut of_several = |rule, name: Range<usize>| found(rule, name.start..end);
                    self.ending_at(bytes, bare, fragment.start, &mut of_several);
                }
            }
            let joined = matches!(bytes.get(end), Some(b'-' | b'.'))
                && bytes.get(end + 1).is_some_and(|&b| is_word(b));
            if !joined {
                return;
            }
            end += 1;
        }
    }

    /// Names that end at `end` and begin no later than `latest`.
    fn ending_at(
        &self,
        bytes: &[u8],
        end: usize,
        latest: usize,
        found: &mut dyn FnMut(usize, Range<usize>),
    ) {
        let (mut hash, mut length, mut blanks) = (0, 0, 0);
        for start in (latest.saturating_sub(REACH)..end).rev() {
            match bytes[start] {
                b if b.is_ascii_alphanumeric() => {
                    hash = extend(hash, b);
                    length += 1;
                }
                b'_' | b'-' | b'.' => continue,
                b' ' if blanks < BLANKS && length > 0 => {
                    blanks += 1;
                    continue;
                }
                _ => return,
            }
            if length > self.longest {
                return;
            }
            let (word, bit) = place(hash);
            if start <= latest && self.filter[word] & bit != 0 && begins_a_word(bytes, start) {
                let first = self.starts[index(hash)] as usize;
                for &(known, rule) in &self.entries[first..] {
                    if known > hash {
                        break;
                    }
                    if known == hash {
                        found(rule, start..end);
                    }
                }
            }
            if LAST.contains(&length) && self.ends[word] & bit == 0 {
                return;
            }
        }
    }
}

/// The hash's first bits.
fn index(hash: u64) -> usize {
    (hash >> (64 - FILTER_BITS)) as usize
}

/// Word and bit of the filter.
fn place(hash: u64) -> (usize, u64) {
    let index = index(hash);
    (index >> 6, 1 << (index & 63))
}

/// One letter more in front; letter case does not matter. FNV-1a's step over 64 bits: two of
/// some thousand names meet once in 10^13.
fn extend(hash: u64, b: u8) -> u64 {
    (hash ^ u64::from(b.to_ascii_lowercase()) ^ 0xcbf2_9ce4_8422_2325).wrapping_mul(0x100_0000_01b3)
}

fn end_of_word(bytes: &[u8], from: usize, limit: usize) -> usize {
    let limit = limit.min(bytes.len());
    (from..limit).find(|&at| !is_word(bytes[at])).unwrap_or(from.max(limit))
}

/// Where a name ends that has a number behind it, and no sooner than `least`.
fn without_number(name: &[u8], least: usize) -> usize {
    let digits = name.iter().rev().take_while(|b| b.is_ascii_digit()).count();
    if digits == 0 || digits > MOST_DIGITS {
        return name.len();
    }
    let end = name.len() - digits;
    let joined = end > least && matches!(name[end - 1], b'_' | b'-');
    (end - usize::from(joined)).max(least)
}
