//! Literals that are searched for everywhere: rare fragments of variable names, and anchors that do
//! not begin a token (`-----BEGIN`, `://`).

use std::cmp::Reverse;

use super::masks::{BUCKETS, FRAGMENT, LiteralTable, OffsetList, in_both_cases};
use super::prefix_index::{FirstBytes, PrefixIndex, PrefixKey, first_eight, first_four};
use crate::engine::decode::{FOLDED_SCALAR_MARKER, LIST_MARKERS};
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;

/// The kind of a literal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// An anchor of this rule, case-sensitive.
    Anchor(usize),
    /// A part of a rule's variable name, in any letter case.
    Name,
    /// A part of a word that indicates a secret, in any letter case.
    Keyword,
    /// The marker before a folded scalar of YAML.
    FoldedScalar,
    /// The marker of a list that is joined.
    List,
}

/// Fragments that many names share. For a name without any of them its longest word is added, at a
/// cost to every scan: see the measurements in `benches/README.md` before adding one.
/// A fragment of three letters counts only at the end of a word or before a number, because
/// elsewhere it is too frequent.
const SHARED_NAME_FRAGMENTS: [&str; 6] = ["ecret", "oken", "assw", "auth", "key", "pat"];

/// Length of a fragment that counts only at the end of a word.
const SHORT: usize = 3;

/// All literals of a catalogue that are searched for everywhere.
#[derive(Default)]
pub struct Fragments {
    literals: Vec<Literal>,
    /// Which of the shared fragments were added.
    shared: [bool; SHARED_NAME_FRAGMENTS.len()],
    /// The entries by their first four bytes, case-folded.
    by_prefix: Option<PrefixIndex<(FirstBytes, u32)>>,
}

/// For each of a literal's first bytes the set of bytes that match it.
type FirstByteSets = [Vec<u8>; FRAGMENT];

struct Literal {
    first_bytes: FirstBytes,
    text: Vec<u8>,
    kind: Fragment,
}

impl Fragments {
    pub fn add_anchor(&mut self, anchor: &str, rule: usize) {
        self.add(anchor.as_bytes(), Fragment::Anchor(rule));
    }

    /// Adds the markers of folded scalars and joined lists.
    pub fn add_markers(&mut self) {
        self.add(FOLDED_SCALAR_MARKER, Fragment::FoldedScalar);
        LIST_MARKERS.iter().for_each(|marker| self.add(marker, Fragment::List));
    }

    /// Adds a fragment of the name, unless it contains one already, however it is spelled.
    pub fn add_name(&mut self, name: &str) {
        let name = name.as_bytes();
        let has_fragment = |fragment: &str| match fragment.len() {
            SHORT => name.len() >= SHORT && ends_with_ignoring_case(name, fragment.as_bytes()),
            length => name.windows(length).any(|window| {
                window[0] | 0x20 == fragment.as_bytes()[0]
                    && starts_with_ignoring_case(window, fragment.as_bytes())
            }),
        };
        if let Some(shared) =
            SHARED_NAME_FRAGMENTS.iter().position(|fragment| has_fragment(fragment))
        {
            if !std::mem::replace(&mut self.shared[shared], true) {
                self.add(SHARED_NAME_FRAGMENTS[shared].as_bytes(), Fragment::Name);
            }
            return;
        }
        let words = name.split(|b| matches!(b, b'_' | b'-' | b'.'));
        let longest = words.max_by_key(|word| word.len()).unwrap_or_default();
        let longest = longest.to_ascii_lowercase();
        let is_same = |literal: &Literal| literal.kind == Fragment::Name && literal.text == longest;
        if !self.literals.iter().any(is_same) {
            self.add(&longest, Fragment::Name);
        }
    }

    /// Adds the fragments of all words that indicate a secret.
    pub fn add_keywords(&mut self, lexicon: &Lexicon) {
        if !self.literals.iter().any(|literal| literal.kind == Fragment::Keyword) {
            lexicon.fragments().for_each(|text| self.add(text.as_bytes(), Fragment::Keyword));
        }
    }

    fn add(&mut self, text: &[u8], kind: Fragment) {
        let first_bytes = match kind {
            Fragment::Anchor(_) | Fragment::FoldedScalar | Fragment::List => FirstBytes::new(text),
            Fragment::Name | Fragment::Keyword => FirstBytes::in_any_case(text),
        };
        self.literals.push(Literal { first_bytes, text: text.to_vec(), kind });
    }

    /// Builds the index. Must be called once, before the first look-up.
    pub fn finish(&mut self) {
        let literals = self.literals.iter().zip(0..);
        let prefixes = literals.flat_map(|(literal, index)| {
            literal.prefixes().map(move |prefix| (prefix, (literal.first_bytes, index)))
        });
        self.by_prefix = Some(PrefixIndex::new(prefixes));
    }

    /// The table with which the masks mark where a literal may begin. Each prefix is assigned to
    /// the bucket that then marks the fewest offsets, frequent prefixes first; then each is
    /// reassigned, with all others in their buckets.
    pub fn table(&self) -> LiteralTable {
        let mut prefixes: Vec<(FirstByteSets, Nibbles)> = self
            .prefixes()
            .into_iter()
            .map(|byte_sets| {
                let nibbles = Nibbles::new(&byte_sets);
                (byte_sets, nibbles)
            })
            .collect();
        prefixes.sort_by_cached_key(|(_, nibbles)| {
            Reverse(Bucket::default().with(nibbles).marked as u64)
        });
        let mut buckets = [Bucket::default(); BUCKETS];
        let mut assigned: Vec<usize> = Vec::with_capacity(prefixes.len());
        for (_, nibbles) in &prefixes {
            assigned.push(assign_bucket(nibbles, &mut buckets));
        }
        for _ in 0..PASSES {
            for index in 0..prefixes.len() {
                let from = assigned[index];
                assigned[index] = BUCKETS;
                let others = prefixes.iter().zip(&assigned).filter(|(_, bucket)| **bucket == from);
                let others = others.fold(Nibbles::default(), |all, ((_, other), _)| all.or(other));
                buckets[from] = Bucket::default().with(&others);
                assigned[index] = assign_bucket(&prefixes[index].1, &mut buckets);
            }
        }
        let mut table = LiteralTable::default();
        for ((byte_sets, _), bucket) in prefixes.iter().zip(assigned) {
            table.add(byte_sets.each_ref().map(Vec::as_slice), bucket);
        }
        table
    }

    /// The byte sets of all literals, without duplicates.
    fn prefixes(&self) -> Vec<FirstByteSets> {
        let any: Vec<u8> = (0..=255).collect();
        let mut prefixes: Vec<FirstByteSets> = Vec::new();
        for literal in &self.literals {
            let byte_set = |index: usize| literal.text.get(index).map_or(any.clone(), |&b| vec![b]);
            if literal.only_at_word_end() {
                // Two sets, because a table consists of products of nibbles.
                prefixes
                    .extend(word_ends().map(|ends| [byte_set(0), byte_set(1), byte_set(2), ends]));
            } else {
                prefixes.push(
                    [byte_set(0), byte_set(1), byte_set(2), byte_set(3)]
                        .map(|bytes| bytes.to_ascii_lowercase()),
                );
            }
        }
        prefixes.sort();
        prefixes.dedup();
        prefixes
    }

    /// Keeps the offsets, relative to `from`, at which a literal may begin.
    pub fn retain_starts(&self, bytes: &[u8], from: usize, offsets: &mut OffsetList) {
        let Some(prefixes) = &self.by_prefix else { return offsets.clear() };
        offsets.retain(|offset| prefixes.may_have(folded(first_four(&bytes[from + offset..]))));
    }

    /// Calls `found` with every literal that `text` begins with, and its length.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(Fragment, usize)) {
        let Some(prefixes) = &self.by_prefix else { return };
        let first = first_eight(text);
        let may_begin = |(first_bytes, _): &&(FirstBytes, u32)| first_bytes.may_begin(first);
        for &(_, index) in prefixes.candidates(folded(first as u32)).iter().filter(may_begin) {
            let literal = &self.literals[index as usize];
            if literal.starts_text(text) {
                found(literal.kind, literal.text.len());
            }
        }
    }
}

impl Literal {
    /// The keys of its first bytes: several if it is shorter than a key.
    fn prefixes(&self) -> impl Iterator<Item = PrefixKey> {
        let first = folded(first_four(&self.text));
        let fourth = match self.text.len() {
            FRAGMENT.. => 0..=0,
            _ => 0..=u8::MAX,
        };
        let is_counted = |b: u8| !self.only_at_word_end() || !is_word_byte(b) || b == b'_';
        // Two bytes share a case-folded key, which is added once.
        let fourth =
            fourth.filter(move |&b| b & FOLD == 0 && (is_counted(b) || is_counted(b | FOLD)));
        fourth.map(move |b| first | folded(u32::from_le_bytes([0, 0, 0, b])))
    }

    fn starts_text(&self, text: &[u8]) -> bool {
        match self.kind {
            Fragment::Anchor(_) | Fragment::FoldedScalar | Fragment::List => {
                text.starts_with(&self.text)
            }
            Fragment::Name | Fragment::Keyword => {
                let counted = |next: u8| self.kind == Fragment::Name && next.is_ascii_digit();
                let ends = |&next: &u8| !is_word_byte(next) || next == b'_' || counted(next);
                let at_end = || text.get(SHORT).is_none_or(ends);
                starts_with_ignoring_case(text, &self.text)
                    && (!self.only_at_word_end() || at_end())
            }
        }
    }

    /// Whether it counts only at the end of a word.
    fn only_at_word_end(&self) -> bool {
        self.text.len() == SHORT
            && matches!(self.kind, Fragment::Name | Fragment::Keyword)
            && is_word_byte(self.text[SHORT - 1])
    }
}

/// Whether the text begins with the literal in any letter case.
fn starts_with_ignoring_case(text: &[u8], literal: &[u8]) -> bool {
    text.get(..literal.len()).is_some_and(|prefix| prefix.eq_ignore_ascii_case(literal))
}

/// Whether the text ends with the literal in any letter case.
fn ends_with_ignoring_case(text: &[u8], literal: &[u8]) -> bool {
    starts_with_ignoring_case(&text[text.len().saturating_sub(literal.len())..], literal)
}

/// The key shared by all that differ only in letter case; some other characters share it, too.
fn folded(prefix: PrefixKey) -> PrefixKey {
    prefix | u32::from_le_bytes([FOLD; 4])
}

/// The bit in which upper and lower case differ.
const FOLD: u8 = 0x20;

/// How often each prefix is reassigned. The second pass marks an eighth fewer offsets, the third
/// would hardly improve it.
const PASSES: usize = 2;

/// Adds a prefix to the bucket that then marks the fewest additional offsets; returns its index.
fn assign_bucket(prefix: &Nibbles, buckets: &mut [Bucket; BUCKETS]) -> usize {
    let with = buckets.map(|bucket| bucket.with(prefix));
    let more = |bucket: usize| with[bucket].marked - buckets[bucket].marked;
    let best = (0..BUCKETS).min_by(|&a, &b| more(a).total_cmp(&more(b))).unwrap_or(0);
    buckets[best] = with[best];
    best
}

/// For each of the first bytes the nibbles of the bytes that match it.
#[derive(Clone, Copy, Default)]
struct Nibbles {
    low: [u16; FRAGMENT],
    high: [u16; FRAGMENT],
}

impl Nibbles {
    fn new(byte_sets: &FirstByteSets) -> Self {
        let mut nibbles = Nibbles::default();
        for (index, bytes) in byte_sets.iter().enumerate() {
            if bytes.len() == ANY {
                (nibbles.low[index], nibbles.high[index]) = (u16::MAX, u16::MAX);
                continue;
            }
            for b in in_both_cases(bytes) {
                nibbles.low[index] |= 1 << (b & 15);
                nibbles.high[index] |= 1 << (b >> 4);
            }
        }
        nibbles
    }

    fn or(mut self, other: &Nibbles) -> Self {
        for index in 0..FRAGMENT {
            self.low[index] |= other.low[index];
            self.high[index] |= other.high[index];
        }
        self
    }
}

/// A bucket of the table while it is being filled.
#[derive(Clone, Copy, Default)]
struct Bucket {
    nibbles: Nibbles,
    /// For each of the first bytes the share of source code's bytes that match it.
    share: [f32; FRAGMENT],
    /// Estimated number of offsets that it marks in a megabyte of source code.
    marked: f32,
}

impl Bucket {
    /// The bucket with this prefix added.
    fn with(mut self, prefix: &Nibbles) -> Self {
        let nibbles = self.nibbles.or(prefix);
        for index in 0..FRAGMENT {
            let (low, high) = (nibbles.low[index], nibbles.high[index]);
            if (low, high) != (self.nibbles.low[index], self.nibbles.high[index]) {
                self.share[index] = share(low, high);
            }
        }
        self.nibbles = nibbles;
        self.marked = 1e6 * self.share.iter().product::<f32>();
        self
    }
}

/// The number of byte values.
const ANY: usize = 256;

/// The share of source code's bytes with such nibbles.
fn share(low: u16, high: u16) -> f32 {
    if low & high == u16::MAX {
        return 1.0;
    }
    let [first, second] = low.to_le_bytes().map(usize::from);
    let rows = SHARES.iter().enumerate().filter(|(nibble, _)| high >> nibble & 1 == 1);
    rows.map(|(_, [lower, upper])| lower[first] + upper[second]).sum()
}

/// For each high nibble the share of the bytes whose low nibble is in a set of the lower eight,
/// and in one of the upper eight.
static SHARES: [[[f32; 256]; 2]; 16] = {
    let mut shares = [[[0.0; 256]; 2]; 16];
    let mut row = 0;
    while row < 2 * 16 {
        let (high, half) = (row / 2, row % 2);
        let mut set = 1;
        while set < 256usize {
            // The sum of the set without its lowest member is already computed.
            let lowest = set.trailing_zeros() as usize;
            let rest = shares[high][half][set & (set - 1)];
            shares[high][half][set] = rest + FREQUENCIES[high << 4 | half << 3 | lowest];
            set += 1;
        }
        row += 1;
    }
    shares
};

/// Approximate share of each byte in source code.
const FREQUENCIES: [f32; 256] = {
    let mut shares = [0.0; 256];
    let mut b = 0;
    while b < 256 {
        shares[b] = match b as u8 {
            b'e' | b't' => 0.07,
            b'a' | b'i' | b'n' | b'o' | b'r' | b's' => 0.05,
            b'c' | b'd' | b'l' | b'm' | b'p' | b'u' => 0.03,
            b'a'..=b'z' => 0.01,
            b' ' => 0.15,
            b'\n' | b'.' | b'_' => 0.02,
            b'!'..=b'~' => 0.004,
            _ => 0.0005,
        };
        b += 1;
    }
    shares
};

/// Bytes that end a word, including the digits of a number after it: those below the letters or
/// outside ASCII, and those in the range of the letters.
fn word_ends() -> [Vec<u8>; 2] {
    let ends = (0..=255).filter(|&b: &u8| !is_word_byte(b) || b == b'_' || b.is_ascii_digit());
    let (among_letters, others) = ends.partition(|b| matches!(b, 0x40..=0x7f));
    [others, among_letters]
}
