//! Literals that are looked for everywhere: rare fragments of names, and anchors that do not
//! begin a token (`-----BEGIN`, `://`).

use super::masks::{FOLD, FRAGMENT, LiteralTable, is_word};

/// What a literal stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fragment {
    /// An anchor of this rule, letter case included.
    Anchor(usize),
    /// A part of some name, in any letter case.
    Name,
}

/// The shared fragments of names. A name that holds none of them brings its longest word in,
/// at a cost to every scan: see the measurements in `benches/README.md` before adding one.
/// One of three letters counts only at the end of a word; elsewhere it stands in too many.
const OF_NAMES: [&str; 6] = ["ecret", "oken", "assw", "auth", "key", "pat"];

/// Letters of a fragment that counts only at the end of a word.
const SHORT: usize = 3;

pub struct Fragments {
    entries: Vec<Entry>,
    /// For each hash of three folded bytes the entries that begin with them.
    slots: Vec<Vec<u16>>,
    /// A bit for each slot that is taken.
    taken: Vec<u64>,
}

/// For each of a literal's first places the bytes that may stand there.
type Places = [Vec<u8>; FRAGMENT];

struct Entry {
    text: Vec<u8>,
    stands_for: Fragment,
}

/// Bits of a slot's number: with 4,096 slots next to none is taken that need not be.
const SLOT_BITS: u32 = 12;

impl Default for Fragments {
    fn default() -> Self {
        let slots = 1 << SLOT_BITS;
        Fragments {
            entries: Vec::new(),
            slots: vec![Vec::new(); slots],
            taken: vec![0; slots / 64],
        }
    }
}

impl Fragments {
    pub fn add_anchor(&mut self, anchor: &str, rule: usize) {
        self.add(anchor.as_bytes(), Fragment::Anchor(rule));
    }

    /// Sees to it that one fragment at least stands in the name, however it is spelled.
    pub fn add_name(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let shared = OF_NAMES.iter().find(|fragment| match fragment.len() {
            SHORT => name.ends_with(*fragment),
            _ => name.split(['_', '-', '.']).any(|word| word.contains(*fragment)),
        });
        let longest = name.split(['_', '-', '.']).max_by_key(|word| word.len());
        let fragment = shared.copied().or(longest).unwrap_or_default();
        let known = self
            .entries
            .iter()
            .any(|entry| entry.stands_for == Fragment::Name && entry.text == fragment.as_bytes());
        if !known {
            self.add(fragment.as_bytes(), Fragment::Name);
        }
    }

    fn add(&mut self, text: &[u8], stands_for: Fragment) {
        let slot = slot([text[0], text[1], text[2]]);
        self.taken[slot / 64] |= 1 << (slot % 64);
        self.slots[slot].push(self.entries.len() as u16);
        self.entries.push(Entry { text: text.to_vec(), stands_for });
    }

    /// The table by which the masks mark where one of these may begin. Each head goes into the
    /// bucket that will mark the fewest places with it, the frequent ones first.
    pub fn table(&self) -> LiteralTable {
        let mut heads = self.heads();
        heads.sort_by_cached_key(|places| {
            let mut alone = LiteralTable::default();
            alone.add(places.each_ref().map(Vec::as_slice), 0);
            std::cmp::Reverse(alone.expected(0) as u64)
        });
        let mut table = LiteralTable::default();
        let mut marked = [0.0; 8];
        for places in &heads {
            let places = places.each_ref().map(Vec::as_slice);
            let with = std::array::from_fn::<f64, 8, _>(|bucket| {
                let mut with = table.clone();
                with.add(places, bucket);
                with.expected(bucket)
            });
            let more = |bucket: usize| with[bucket] - marked[bucket];
            let bucket = (0..8).min_by(|&a, &b| more(a).total_cmp(&more(b))).unwrap_or(0);
            table.add(places, bucket);
            marked[bucket] = with[bucket];
        }
        table
    }

    /// What may stand at the first places of each literal, each head once.
    fn heads(&self) -> Vec<Places> {
        let any: Vec<u8> = (0..=255).collect();
        let mut heads: Vec<Places> = Vec::new();
        for entry in &self.entries {
            let at = |place: usize| entry.text.get(place).map_or(any.clone(), |&b| vec![b]);
            if entry.text.len() == SHORT && entry.stands_for == Fragment::Name {
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

    /// Calls `found` with every literal that `text` begins with, and its length.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(Fragment, usize)) {
        let Some(&start) = text.first_chunk::<3>() else { return };
        let slot = slot(start);
        if self.taken[slot / 64] >> (slot % 64) & 1 == 0 {
            return;
        }
        for &entry in &self.slots[slot] {
            let entry = &self.entries[usize::from(entry)];
            if entry.begins(text) {
                found(entry.stands_for, entry.text.len());
            }
        }
    }
}

impl Entry {
    fn begins(&self, text: &[u8]) -> bool {
        let Some(here) = text.get(..self.text.len()) else { return false };
        match self.stands_for {
            Fragment::Anchor(_) => here == self.text,
            Fragment::Name => {
                let at_end = || text.get(SHORT).is_none_or(|&next| !is_word(next) || next == b'_');
                here.eq_ignore_ascii_case(&self.text) && (here.len() > SHORT || at_end())
            }
        }
    }
}

/// Bytes that end a word: those of the lower half and beyond ASCII, and those among the
/// letters.
fn word_ends() -> [Vec<u8>; 2] {
    let ends = (0..=255).filter(|&b| !is_word(b) || b == b'_');
    let (among_letters, others) = ends.partition(|b| matches!(b, 0x40..=0x7f));
    [others, among_letters]
}

/// Three folded bytes, hashed.
fn slot(start: [u8; 3]) -> usize {
    let [a, b, c] = start.map(|b| u32::from(b | FOLD));
    ((a | b << 8 | c << 16).wrapping_mul(0x9e37_79b1) >> (32 - SLOT_BITS)) as usize
}
