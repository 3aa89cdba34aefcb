//! A row of blocks: the classes of their bytes, and the places that these point to.

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Blocks that are looked at together.
pub const BATCH: usize = 16;

/// Blocks of a row: the one before a batch, the batch, the one behind.
const ROW: usize = BATCH + 2;

/// One bit a byte, the lowest for the first of its block. Kept class by class, so that what is
/// computed from them is computed for several blocks at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `[A-Za-z0-9_+/=.~-]`: what tokens are made of.
    pub token: [u64; ROW],
    /// `[A-Za-z0-9_]`: what words are made of.
    pub word: [u64; ROW],
    /// `[A-Za-z0-9+/_-]`: what runs of base64 and hexadecimal digits are made of.
    pub run: [u64; ROW],
    /// `%`, `&` and `\`: what escapes begin with.
    pub escape: [u64; ROW],
    /// `"`, `'` and `` ` ``.
    pub quote: [u64; ROW],
    /// What may stand behind a literal that goes on in another one.
    pub joint: [u64; ROW],
    /// A fragment may begin here.
    pub fragment: [u64; ROW],
}

impl Masks {
    /// How many characters the run has that goes on at this place of the batch, as far as the
    /// batch and the block behind it tell, of which `blocks` are looked at.
    pub fn run_length(&self, place: usize, blocks: usize) -> usize {
        let (first, bit) = (place / BLOCK, place % BLOCK);
        let mut length = (self.run[first + 1] >> bit).trailing_ones() as usize;
        let mut end = BLOCK - bit;
        for block in &self.run[first + 2..blocks + 2] {
            if length < end {
                break;
            }
            length += block.trailing_ones() as usize;
            end += BLOCK;
        }
        length
    }

    fn classes(&mut self) -> [&mut [u64; ROW]; 7] {
        let Masks { token, word, run, escape, quote, joint, fragment } = self;
        [token, word, run, escape, quote, joint, fragment]
    }

    /// Makes the last block of a batch of so many, and the one behind, the first of a new row.
    pub fn carry(&mut self, blocks: usize) {
        for class in self.classes() {
            [class[0], class[1]] = [class[blocks], class[blocks + 1]];
        }
    }
}

/// Characters from which on a run is noticed.
pub const RUN: usize = 16;

/// What begins at each byte of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Starts {
    /// At least [`RUN`] token characters that are the start of a word, or may be it behind an
    /// escape sequence (`\n`, `%3D`, `\u003d`).
    pub tokens: [u64; BATCH],
    /// A run of base64 or hexadecimal digits.
    pub runs: [u64; BATCH],
    /// One of twice as many.
    pub long_runs: [u64; BATCH],
    /// `%`, `&` or `\`.
    pub escapes: [u64; BATCH],
    /// A quote behind a token character that may close a literal which goes on in another one.
    pub quotes: [u64; BATCH],
    /// A fragment, perhaps.
    pub fragments: [u64; BATCH],
}

impl Starts {
    /// Computed for the whole batch without a branch, so that it is done by vectors.
    #[inline(always)]
    fn fill(&mut self, masks: &Masks) {
        for block in 0..BATCH {
            let [before, this, next] = [block, block + 1, block + 2];
            let behind = |class: &[u64; ROW], count: u32| {
                class[this] << count | class[before] >> (u64::BITS - count)
            };
            let behind_escape = behind(&masks.escape, 2)
                | behind(&masks.escape, 3)
                | behind(&masks.escape, 4)
                | behind(&masks.escape, 6);
            let word_starts = masks.word[this] & (!behind(&masks.word, 1) | behind_escape);
            let (tokens, _) = in_a_row(masks.token[this], masks.token[next]);
            self.tokens[block] = tokens & word_starts;
            let run_starts = !behind(&masks.run, 1);
            let (runs, next_runs) = in_a_row(masks.run[this], masks.run[next]);
            self.runs[block] = runs & run_starts;
            let long = runs & (runs >> RUN | next_runs << (BLOCK - RUN));
            self.long_runs[block] = long & run_starts;
            let joint = masks.joint[this] >> 1 | masks.joint[next] << (BLOCK - 1);
            self.quotes[block] = masks.quote[this] & joint & behind(&masks.token, 1);
            self.escapes[block] = masks.escape[this];
            self.fragments[block] = masks.fragment[this];
        }
    }

    /// What begins before the batch's byte at `end`.
    #[inline(always)]
    pub fn fill_to(&mut self, masks: &Masks, end: usize) {
        self.fill(masks);
        if end < BATCH * BLOCK {
            self.clip(end);
        }
    }

    /// Leaves nothing at or behind the byte at `end`.
    fn clip(&mut self, end: usize) {
        let (block, left) = (end / BLOCK, (1 << (end % BLOCK)) - 1);
        let Starts { tokens, runs, long_runs, escapes, quotes, fragments } = self;
        for class in [tokens, runs, long_runs, escapes, quotes, fragments] {
            if let [first, behind @ ..] = &mut class[block..] {
                *first &= left;
                behind.fill(0);
            }
        }
    }
}

/// The bits of which [`RUN`] in a row are set, from this one on; of the second word, in which
/// nothing is set beyond its end, the lower half is right.
#[inline(always)]
fn in_a_row(mut this: u64, mut next: u64) -> (u64, u64) {
    const { assert!(RUN == 16) };
    let mut step = 1;
    while step < RUN {
        this &= this >> step | next << (BLOCK - step);
        next &= next >> step;
        step *= 2;
    }
    (this, next)
}

/// Places of a batch, from the first. Read off the bits before any of them is followed, so that
/// the loop over them does not stumble at the end of each block.
#[derive(Clone)]
pub struct Places {
    /// With room for what is written behind the last.
    at: [u16; BATCH * BLOCK + BLOCK],
    length: usize,
}

/// Places that a kernel may write at a time.
pub const SOME: usize = 16;

const _: () = assert!(SOME <= BLOCK);

impl Default for Places {
    fn default() -> Self {
        Places { at: [0; BATCH * BLOCK + BLOCK], length: 0 }
    }
}

impl Places {
    /// The places of the bits that are set. `USUAL` of a block are written down without asking
    /// whether there are so many.
    #[inline(always)]
    pub fn fill<const USUAL: usize>(&mut self, masks: &[u64; BATCH]) {
        let mut length = 0;
        for (block, &mask) in masks.iter().enumerate() {
            length += self.write::<USUAL>(length, block, mask);
        }
        self.length = length;
    }

    /// Those of another list's places whose bits are set.
    #[inline(always)]
    pub fn fill_from(&mut self, others: &Places, masks: &[u64; BATCH]) {
        let mut length = 0;
        for &place in &others.at[..others.length] {
            let (block, bit) = (usize::from(place) / BLOCK % BATCH, usize::from(place) % BLOCK);
            self.at[length] = place;
            length += (masks[block] >> bit & 1) as usize;
        }
        self.length = length;
    }

    /// Writes the places of one block from there on, and says how many they are.
    #[inline(always)]
    pub fn write<const USUAL: usize>(&mut self, from: usize, block: usize, mask: u64) -> usize {
        let room = &mut self.at[from..from + BLOCK];
        let first = (block * BLOCK) as u16;
        let count = mask.count_ones() as usize;
        let mut left = mask;
        let mut write = |place: &mut u16| {
            *place = first + left.trailing_zeros() as u16;
            left &= left.wrapping_sub(1);
        };
        room[..USUAL].iter_mut().for_each(&mut write);
        if count > USUAL {
            room[USUAL..count].iter_mut().for_each(&mut write);
        }
        count
    }

    /// Where a kernel writes its next places, and says afterwards how many there are in all.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn room(&mut self, from: usize) -> &mut [u16] {
        &mut self.at[from..][..SOME]
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn set_length(&mut self, length: usize) {
        self.length = length;
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// Leaves those places of which it holds. Works without a branch, for what is asked of many
    /// places and holds of few.
    #[inline]
    pub fn sift(&mut self, holds: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for at in 0..self.length {
            let place = self.at[at];
            self.at[kept] = place;
            kept += usize::from(holds(usize::from(place)));
        }
        self.length = kept;
    }

    pub fn clear(&mut self) {
        self.length = 0;
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.at[..self.length].iter().map(|&at| usize::from(at))
    }
}

/// The places of every kind of start in a batch.
#[derive(Clone, Default)]
pub struct Found {
    pub tokens: Places,
    pub runs: Places,
    pub long_runs: Places,
    pub escapes: Places,
    pub quotes: Places,
    pub fragments: Places,
}

impl Found {
    /// How many places there are, of all kinds.
    pub fn count(&self) -> usize {
        let Found { tokens, runs, long_runs, escapes, quotes, fragments } = self;
        [tokens, runs, long_runs, escapes, quotes, fragments].map(Places::len).iter().sum()
    }

    #[inline(always)]
    pub fn fill(&mut self, starts: &Starts) {
        self.tokens.fill::<2>(&starts.tokens);
        self.fragments.fill::<4>(&starts.fragments);
        self.fill_rare(starts);
    }

    /// What most blocks have none of.
    #[inline(always)]
    pub fn fill_rare(&mut self, starts: &Starts) {
        let Starts { runs, escapes, quotes, long_runs, .. } = starts;
        let mut lengths = [0; 3];
        for block in 0..BATCH {
            if runs[block] | escapes[block] | quotes[block] != 0 {
                lengths[0] += self.runs.write::<1>(lengths[0], block, runs[block]);
                lengths[1] += self.escapes.write::<0>(lengths[1], block, escapes[block]);
                lengths[2] += self.quotes.write::<1>(lengths[2], block, quotes[block]);
            }
        }
        [self.runs.length, self.escapes.length, self.quotes.length] = lengths;
        self.long_runs.fill_from(&self.runs, long_runs);
    }
}
