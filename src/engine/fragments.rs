//! Literals that are looked for everywhere: rare fragments of names, and anchors that do not
//! begin a token (`-----BEGIN`, `://`).

use crate::rules::lexicon::Lexicon;
use std::cmp::Reverse;

use super::decode::FOLDED;
use super::heads::{Head, Heads, Opening, first_eight, first_four};
use super::masks::{self, BUCKETS, FRAGMENT, LiteralTable, in_both_cases, is_word};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// An anchor of this rule, letter case included.
    Anchor(usize),
    /// A part of some name, in any letter case.
    Name,
    /// A part of a word that promises a secret, in any letter case.
    Telling,
    /// What stands in front of a folded scalar.
    Folded,
}

/// The shared fragments of names. A name that holds none of them brings its longest word in,
/// at a cost to every scan: see the measurements in `benches/README.md` before adding one.
/// One of three letters counts only at the end of a word, or before a number behind it; elsewhere
/// it stands in too many.
const OF_NAMES: [&str; 6] = ["ecret", "oken", "assw", "auth", "key", "pat"];

/// Letters of a fragment that counts only at the end of a word.
const SHORT: usize = 3;

#[derive(Default)]
pub struct Fragments {
    entries: Vec<Entry>,
    /// Which of the shared ones are among them.
    shared: [bool; OF_NAMES.len()],
    /// By their first four bytes, folded.
    by_head: Option<Heads<(Opening, u32)>>,
}

/// For each of a literal's first places the bytes that may stand there.
type Places = [Vec<u8>; FRAGMENT];

struct Entry {
    opening: Opening,
    text: Vec<u8>,
    stands_for: Fragment,
}

impl Fragments {
    pub fn add_anchor(&mut self, anchor: &str, rule: usize) {
        self.add(anchor.as_bytes(), Fragment::Anchor(rule));
    }

    /// The sign of folded scalars.
    pub fn add_folded(&mut self) {
        self.add(FOLDED, Fragment::Folded);
    }

    /// Sees to it that one fragment at least stands in the name, however it is spelled.
    pub fn add_name(&mut self, name: &str) {
        let name = name.as_bytes();
        let holds = |fragment: &str| match fragment.len() {
            SHORT => name.len() >= SHORT && ends_with(name, fragment.as_bytes()),
            length => name.windows(length).any(|here| {
                here[0] | 0x20 == fragment.as_bytes()[0] && begins_with(here, fragment.as_bytes())
            }),
        };
        if let Some(shared) = OF_NAMES.iter().position(|fragment| holds(fragment)) {
            if !std::mem::replace(&mut self.shared[shared], true) {
                self.add(OF_NAMES[shared].as_bytes(), Fragment::Name);
            }
            return;
        }
        let words = name.split(|b| matches!(b, b'_' | b'-' | b'.'));
        let longest = words.max_by_key(|word| word.len()).unwrap_or_default();
        let longest = longest.to_ascii_lowercase();
        let known = |entry: &Entry| entry.stands_for == Fragment::Name && entry.text == longest;
        if !self.entries.iter().any(known) {
            self.add(&longest, Fragment::Name);
        }
    }

    /// Looks for every word that promises a secret.
    pub fn add_telling(&mut self, lexicon: &Lexicon) {
        if !self.entries.iter().any(|entry| entry.stands_for == Fragment::Telling) {
            lexicon.fragments().for_each(|text| self.add(text.as_bytes(), Fragment::Telling));
        }
    }

    fn add(&mut self, text: &[u8], stands_for: Fragment) {
        let opening = match stands_for {
            Fragment::Anchor(_) | Fragment::Folded => Opening::new(text),
            Fragment::Name | Fragment::Telling => Opening::in_any_case(text),
        };
        self.entries.push(Entry { opening, text: text.to_vec(), stands_for });
    }

    /// Sorts what was added; to be called once, before the first look-up.
    pub fn finish(&mut self) {
        let entries = self.entries.iter().zip(0..);
        let heads = entries
            .flat_map(|(entry, at)| entry.heads().map(move |head| (head, (entry.opening, at))));
        self.by_head = Some(Heads::new(heads));
    }

    /// The table by which the masks mark where one of these may begin. Each head goes into the
    /// bucket that will mark the fewest places with it, the frequent ones first; then each is
    /// asked again, now that all others are in theirs.
    pub fn table(&self) -> LiteralTable {
        let mut heads: Vec<(Places, Nibbles)> = self
            .heads()
            .into_iter()
            .map(|places| {
                let nibbles = Nibbles::of(&places);
                (places, nibbles)
            })
            .collect();
        heads.sort_by_cached_key(|(_, nibbles)| {
            Reverse(Bucket::default().with(nibbles).marked as u64)
        });
        let mut buckets = [Bucket::default(); BUCKETS];
        let mut dealt: Vec<usize> = Vec::with_capacity(heads.len());
        for (_, nibbles) in &heads {
            dealt.push(put(nibbles, &mut buckets));
        }
        for _ in 0..PASSES {
            for at in 0..heads.len() {
                let from = dealt[at];
                dealt[at] = BUCKETS;
                let others = heads.iter().zip(&dealt).filter(|(_, bucket)| **bucket == from);
                let others = others.fold(Nibbles::default(), |all, ((_, other), _)| all.or(other));
                buckets[from] = Bucket::default().with(&others);
                dealt[at] = put(&heads[at].1, &mut buckets);
            }
        }
        let mut table = LiteralTable::default();
        for ((places, _), bucket) in heads.iter().zip(dealt) {
            table.add(places.each_ref().map(Vec::as_slice), bucket);
        }
        table
    }

    /// What may stand at the first places of each literal, each head once.
    fn heads(&self) -> Vec<Places> {
        let any: Vec<u8> = (0..=255).collect();
        let mut heads: Vec<Places> = Vec::new();
        for entry in &self.entries {
            let at = |place: usize| entry.text.get(place).map_or(any.clone(), |&b| vec![b]);
            if entry.ends_a_word() {
                // In two sets, because a table knows products of nibbles.
                heads.extend(word_ends().map(|ends| [at(0), at(1), at(2), ends]));
            } else {
                heads.push([at(0), at(1), at(2), at(3)].map(|bytes| bytes.to_ascii_lowercase()));
            }
        }
        heads.sort();
        heads.dedup();
        heads
    }

    /// Leaves of the places, counted from `from`, those where a literal may begin.
    pub fn sift(&self, bytes: &[u8], from: usize, places: &mut masks::Places) {
        let Some(heads) = &self.by_head else { return places.clear() };
        places.sift(|place| heads.may_have(folded(first_four(&bytes[from + place..]))));
    }

    /// Calls `found` with every literal that `text` begins with, and its length.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(Fragment, usize)) {
        let Some(heads) = &self.by_head else { return };
        let first = first_eight(text);
        let may_begin = |(opening, _): &&(Opening, u32)| opening.may_begin(first);
        for &(_, index) in heads.of(folded(first as u32)).iter().filter(may_begin) {
            let entry = &self.entries[index as usize];
            if entry.begins(text) {
                found(entry.stands_for, entry.text.len());
            }
        }
    }
}

impl Entry {
    /// What it may begin with: more than one head where it is shorter than that.
    fn heads(&self) -> impl Iterator<Item = Head> {
        let first = folded(first_four(&self.text));
        let fourth = match self.text.len() {
            FRAGMENT.. => 0..=0,
            _ => 0..=u8::MAX,
        };
        let counts = |b: u8| !self.ends_a_word() || !is_word(b) || b == b'_';
        // Two bytes share a head, which is to stand there once.
        let fourth = fourth.filter(move |&b| b & FOLD == 0 && (counts(b) || counts(b | FOLD)));
        fourth.map(move |b| first | folded(u32::from_le_bytes([0, 0, 0, b])))
    }

    fn begins(&self, text: &[u8]) -> bool {
        match self.stands_for {
            Fragment::Anchor(_) | Fragment::Folded => text.starts_with(&self.text),
            Fragment::Name | Fragment::Telling => {
                let counted = |next: u8| self.stands_for == Fragment::Name && next.is_ascii_digit();
                let ends = |&next: &u8| !is_word(next) || next == b'_' || counted(next);
                let at_end = || text.get(SHORT).is_none_or(ends);
                begins_with(text, &self.text) && (!self.ends_a_word() || at_end())
            }
        }
    }

    /// Whether it counts only at the end of a word.
    fn ends_a_word(&self) -> bool {
        self.text.len() == SHORT
            && matches!(self.stands_for, Fragment::Name | Fragment::Telling)
            && is_word(self.text[SHORT - 1])
    }
}

/// Whether the text begins with the literal in any letter case.
fn begins_with(text: &[u8], literal: &[u8]) -> bool {
    text.get(..literal.len()).is_some_and(|head| head.eq_ignore_ascii_case(literal))
}

/// Whether the text ends with the literal in any letter case.
fn ends_with(text: &[u8], literal: &[u8]) -> bool {
    begins_with(&text[text.len().saturating_sub(literal.len())..], literal)
}

/// The head of all that differ from it in the case of letters; some signs share it.
fn folded(head: Head) -> Head {
    head | u32::from_le_bytes([FOLD; 4])
}

/// What letters differ by in case.
const FOLD: u8 = 0x20;

/// How often each head is asked for a better bucket. The second time takes an eighth off what is
/// marked, the third next to nothing.
const PASSES: usize = 2;

/// Puts a head into the bucket that will mark the fewest places more with it, and says which.
fn put(head: &Nibbles, buckets: &mut [Bucket; BUCKETS]) -> usize {
    let with = buckets.map(|bucket| bucket.with(head));
    let more = |bucket: usize| with[bucket].marked - buckets[bucket].marked;
    let best = (0..BUCKETS).min_by(|&a, &b| more(a).total_cmp(&more(b))).unwrap_or(0);
    buckets[best] = with[best];
    best
}

/// For each of the first places the nibbles of the bytes that may stand there.
#[derive(Clone, Copy, Default)]
struct Nibbles {
    low: [u16; FRAGMENT],
    high: [u16; FRAGMENT],
}

impl Nibbles {
    fn of(places: &Places) -> Self {
        let mut nibbles = Nibbles::default();
        for (at, bytes) in places.iter().enumerate() {
            if bytes.len() == ANY {
                (nibbles.low[at], nibbles.high[at]) = (u16::MAX, u16::MAX);
                continue;
            }
            for b in in_both_cases(bytes) {
                nibbles.low[at] |= 1 << (b & 15);
                nibbles.high[at] |= 1 << (b >> 4);
            }
        }
        nibbles
    }

    fn or(mut self, other: &Nibbles) -> Self {
        for at in 0..FRAGMENT {
            self.low[at] |= other.low[at];
            self.high[at] |= other.high[at];
        }
        self
    }
}

/// One of the table's buckets as it is being filled.
#[derive(Clone, Copy, Default)]
struct Bucket {
    nibbles: Nibbles,
    /// Share of the bytes in source text that pass at each place.
    share: [f32; FRAGMENT],
    /// Of a megabyte of source text so many places may be marked.
    marked: f32,
}

impl Bucket {
    /// The bucket with a head more.
    fn with(mut self, head: &Nibbles) -> Self {
        let nibbles = self.nibbles.or(head);
        for at in 0..FRAGMENT {
            let (low, high) = (nibbles.low[at], nibbles.high[at]);
            if (low, high) != (self.nibbles.low[at], self.nibbles.high[at]) {
                self.share[at] = share(low, high);
            }
        }
        self.nibbles = nibbles;
        self.marked = 1e6 * self.share.iter().product::<f32>();
        self
    }
}

/// How many bytes there are.
const ANY: usize = 256;

/// Share in source text of the bytes with such nibbles.
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
            // The set without its lowest member is known already.
            let lowest = set.trailing_zeros() as usize;
            let rest = shares[high][half][set & (set - 1)];
            shares[high][half][set] = rest + FREQUENCIES[high << 4 | half << 3 | lowest];
            set += 1;
        }
        row += 1;
    }
    shares
};

/// Share of each byte in source text, roughly.
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

/// Bytes that end a word, digits of a number behind it among them: those of the lower half and
/// beyond ASCII, and those among the letters.
fn word_ends() -> [Vec<u8>; 2] {
    let ends = (0..=255).filter(|&b: &u8| !is_word(b) || b == b'_' || b.is_ascii_digit());
    let (among_letters, others) = ends.partition(|b| matches!(b, 0x40..=0x7f));
    [others, among_letters]
}
