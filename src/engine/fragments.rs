//! Literals that are looked for everywhere: rare fragments of names, and anchors that do not
//! begin a token (`-----BEGIN`, `://`).

use super::masks::{FOLD, FragmentTable, is_word};

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
const OF_NAMES: [&str; 4] = ["ecret", "oken", "assw", KEY];

/// Only at the end of a word: `key` alone stands in too many.
const KEY: &str = "key";

#[derive(Default)]
pub struct Fragments {
    entries: Vec<Entry>,
    /// For each hash of three folded bytes the entries that begin with them.
    slots: Vec<Vec<u16>>,
}

struct Entry {
    text: Vec<u8>,
    stands_for: Fragment,
}

const SLOTS: usize = 256;

impl Fragments {
    pub fn add_anchor(&mut self, anchor: &str, rule: usize) {
        self.add(anchor.as_bytes(), Fragment::Anchor(rule));
    }

    /// Sees to it that one fragment at least stands in the name, however it is spelled.
    pub fn add_name(&mut self, name: &str) {
        let name = name.to_ascii_lowercase();
        let words = || name.split(['_', '-', '.']);
        let shared = OF_NAMES.iter().find(|fragment| {
            let stands_in = |word: &str| match **fragment {
                KEY => word == KEY || word.ends_with(KEY) && name.ends_with(word),
                fragment => word.contains(fragment),
            };
            words().any(stands_in) && (**fragment != KEY || name.ends_with(KEY))
        });
        let longest = words().max_by_key(|word| word.len()).unwrap_or_default();
        let fragment = shared.copied().unwrap_or(longest);
        let known = self
            .entries
            .iter()
            .any(|entry| entry.stands_for == Fragment::Name && entry.text == fragment.as_bytes());
        if !known {
            self.add(fragment.as_bytes(), Fragment::Name);
        }
    }

    fn add(&mut self, text: &[u8], stands_for: Fragment) {
        self.slots.resize(SLOTS, Vec::new());
        self.slots[slot(text)].push(self.entries.len() as u16);
        self.entries.push(Entry { text: text.to_vec(), stands_for });
    }

    /// The table by which the masks mark where one of these may begin.
    pub fn table(&self) -> FragmentTable {
        let mut table = FragmentTable::default();
        let mut texts: Vec<Vec<u8>> =
            self.entries.iter().map(|entry| entry.text.to_ascii_lowercase()).collect();
        // Neighbours in the alphabet share a bucket, and with it most of their nibbles.
        texts.sort();
        texts.dedup();
        for (place, text) in texts.iter().enumerate() {
            table.add(text, (place * 8 / texts.len()) as u32);
        }
        table
    }

    /// Calls `found` with every literal that `text` begins with, and its length.
    #[inline]
    pub fn each(&self, text: &[u8], mut found: impl FnMut(Fragment, usize)) {
        if text.len() < 3 || self.slots.is_empty() {
            return;
        }
        for &entry in &self.slots[slot(text)] {
            let Entry { text: literal, stands_for } = &self.entries[usize::from(entry)];
            let Some(here) = text.get(..literal.len()) else { continue };
            let same = match stands_for {
                Fragment::Anchor(_) => here == literal,
                Fragment::Name => {
                    here.eq_ignore_ascii_case(literal)
                        && (literal != KEY.as_bytes()
                            || text.get(3).is_none_or(|&next| !is_word(next) || next == b'_'))
                }
            };
            if same {
                found(*stands_for, literal.len());
            }
        }
    }
}

fn slot(text: &[u8]) -> usize {
    let folded = |at: usize| u32::from(text[at] | FOLD) << (8 * at);
    let head = folded(0) | folded(1) | folded(2);
    (head.wrapping_mul(0x9e37_79b1) >> 24) as usize % SLOTS
}
