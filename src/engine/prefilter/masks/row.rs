//! A row of blocks: the classes of their bytes, and the offsets where something begins.

/// Bytes of a block.
pub const BLOCK: usize = 64;

/// Blocks that are processed together.
pub const BATCH: usize = 16;

/// Blocks of a row: the one before a batch, the batch, the one after.
const ROW: usize = BATCH + 2;

/// One bit per byte, the lowest for the first of its block. Stored by class, so that several blocks
/// can be combined at a time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Masks {
    /// `[A-Za-z0-9_+/=.~-]`: bytes of tokens.
    pub token: [u64; ROW],
    /// `[A-Za-z0-9_]`: bytes of words.
    pub word: [u64; ROW],
    /// `[A-Za-z0-9+/_-]`: bytes of runs of base64 and hexadecimal digits.
    pub run: [u64; ROW],
    /// `%`, `&`, `^`, `\` and ESC: first bytes of escapes.
    pub escape: [u64; ROW],
    /// `"`, `'` and `` ` ``.
    pub quote: [u64; ROW],
    /// Bytes that may follow a string literal that is concatenated with another.
    pub concat: [u64; ROW],
    /// A fragment may begin here.
    pub fragment: [u64; ROW],
}

impl Masks {
    /// The number of characters of the run from this offset of the batch on, within the `blocks`
    /// blocks of the batch and the block after them.
    pub fn run_length(&self, offset: usize, blocks: usize) -> usize {
        let (first, bit) = (offset / BLOCK, offset % BLOCK);
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
        let Masks { token, word, run, escape, quote, concat, fragment } = self;
        [token, word, run, escape, quote, concat, fragment]
    }

    /// Moves the last block of a batch of `blocks`, and the one after it, to the start of the row.
    pub fn carry(&mut self, blocks: usize) {
        for class in self.classes() {
            [class[0], class[1]] = [class[blocks], class[blocks + 1]];
        }
    }
}

/// Minimum length of a run.
pub const RUN: usize = 16;

/// What begins at each byte of a batch.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct StartMasks {
    /// At least [`RUN`] token characters at the start of a word, or after what may be an escape
    /// sequence (`\n`, `%3D`, `\u003d`).
    pub tokens: [u64; BATCH],
    /// A run of base64 or hexadecimal digits.
    pub runs: [u64; BATCH],
    /// One of at least twice the minimum length.
    pub long_runs: [u64; BATCH],
    /// `%`, `&`, `^`, `\` or ESC.
    pub escapes: [u64; BATCH],
    /// A quote after a token character that may close a literal that is concatenated with another.
    pub quotes: [u64; BATCH],
    /// Possibly a fragment.
    pub fragments: [u64; BATCH],
}

impl StartMasks {
    /// Computed for the whole batch without a branch, so that it is vectorized.
    #[inline(always)]
    fn compute(&mut self, masks: &Masks) {
        for block in 0..BATCH {
            let [before, this, next] = [block, block + 1, block + 2];
            let after = |class: &[u64; ROW], count: u32| {
                class[this] << count | class[before] >> (u64::BITS - count)
            };
            let after_escape = after(&masks.escape, 2)
                | after(&masks.escape, 3)
                | after(&masks.escape, 4)
                | after(&masks.escape, 6);
            let word_starts = masks.word[this] & (!after(&masks.word, 1) | after_escape);
            let (tokens, _) = consecutive(masks.token[this], masks.token[next]);
            self.tokens[block] = tokens & word_starts;
            let run_starts = !after(&masks.run, 1);
            let (runs, next_runs) = consecutive(masks.run[this], masks.run[next]);
            self.runs[block] = runs & run_starts;
            let long = runs & (runs >> RUN | next_runs << (BLOCK - RUN));
            self.long_runs[block] = long & run_starts;
            let concat = masks.concat[this] >> 1 | masks.concat[next] << (BLOCK - 1);
            self.quotes[block] = masks.quote[this] & concat & after(&masks.token, 1);
            self.escapes[block] = masks.escape[this];
            self.fragments[block] = masks.fragment[this];
        }
    }

    /// Computes what begins before the batch's byte at `end`.
    #[inline(always)]
    pub fn compute_until(&mut self, masks: &Masks, end: usize) {
        self.compute(masks);
        if end < BATCH * BLOCK {
            self.clip(end);
        }
    }

    /// Clears everything from the byte at `end` on.
    fn clip(&mut self, end: usize) {
        let (block, left) = (end / BLOCK, (1 << (end % BLOCK)) - 1);
        let StartMasks { tokens, runs, long_runs, escapes, quotes, fragments } = self;
        for class in [tokens, runs, long_runs, escapes, quotes, fragments] {
            if let [first, rest @ ..] = &mut class[block..] {
                *first &= left;
                rest.fill(0);
            }
        }
    }
}

/// The bits that begin [`RUN`] consecutive set bits. Of the second word only the lower half is
/// valid, because no bits after it are known.
#[inline(always)]
fn consecutive(mut this: u64, mut next: u64) -> (u64, u64) {
    const { assert!(RUN == 16) };
    let mut step = 1;
    while step < RUN {
        this &= this >> step | next << (BLOCK - step);
        next &= next >> step;
        step *= 2;
    }
    (this, next)
}

/// Offsets in a batch, ascending. All are extracted from the bits before the first is used, so that
/// the loop over them has no mispredicted branch at the end of each block.
#[derive(Clone)]
pub struct OffsetList {
    /// With spare room for writes after the last offset.
    offsets: [u16; BATCH * BLOCK + BLOCK],
    length: usize,
}

/// Offsets that a kernel writes at a time.
pub const SOME: usize = 16;

const _: () = assert!(SOME <= BLOCK);

impl Default for OffsetList {
    fn default() -> Self {
        OffsetList { offsets: [0; BATCH * BLOCK + BLOCK], length: 0 }
    }
}

impl OffsetList {
    /// Sets the list to the offsets of the set bits. `USUAL` offsets of each block are written
    /// without checking whether there are as many.
    #[inline(always)]
    pub fn set_from_bits<const USUAL: usize>(&mut self, masks: &[u64; BATCH]) {
        let mut length = 0;
        for (block, &mask) in masks.iter().enumerate() {
            length += self.write_block::<USUAL>(length, block, mask);
        }
        self.length = length;
    }

    /// Sets the list to another list's offsets whose bits are set.
    #[inline(always)]
    pub fn set_from_subset(&mut self, others: &OffsetList, masks: &[u64; BATCH]) {
        let mut length = 0;
        for &offset in &others.offsets[..others.length] {
            let (block, bit) = (usize::from(offset) / BLOCK % BATCH, usize::from(offset) % BLOCK);
            self.offsets[length] = offset;
            length += (masks[block] >> bit & 1) as usize;
        }
        self.length = length;
    }

    /// Writes the offsets of one block at index `from`. Returns their number.
    #[inline(always)]
    pub fn write_block<const USUAL: usize>(
        &mut self,
        from: usize,
        block: usize,
        mask: u64,
    ) -> usize {
        let spare = &mut self.offsets[from..from + BLOCK];
        let first = (block * BLOCK) as u16;
        let count = mask.count_ones() as usize;
        let mut left = mask;
        let mut write_block = |offset: &mut u16| {
            *offset = first + left.trailing_zeros() as u16;
            left &= left.wrapping_sub(1);
        };
        spare[..USUAL].iter_mut().for_each(&mut write_block);
        if count > USUAL {
            spare[USUAL..count].iter_mut().for_each(&mut write_block);
        }
        count
    }

    /// Where a kernel writes its next offsets; then it calls `set_length` with the total.
    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn spare(&mut self, from: usize) -> &mut [u16] {
        &mut self.offsets[from..][..SOME]
    }

    #[cfg(target_arch = "x86_64")]
    #[inline(always)]
    pub fn set_length(&mut self, length: usize) {
        self.length = length;
    }

    pub fn len(&self) -> usize {
        self.length
    }

    /// Keeps the offsets for which `keep` returns true. Branch-free, for predicates that are true
    /// for few offsets.
    #[inline]
    pub fn retain(&mut self, keep: impl Fn(usize) -> bool) {
        let mut kept = 0;
        for offsets in 0..self.length {
            let offset = self.offsets[offsets];
            self.offsets[kept] = offset;
            kept += usize::from(keep(usize::from(offset)));
        }
        self.length = kept;
    }

    pub fn clear(&mut self) {
        self.length = 0;
    }

    pub fn iter(&self) -> impl Iterator<Item = usize> {
        self.offsets[..self.length].iter().map(|&offsets| usize::from(offsets))
    }
}

/// The offsets of every kind of start in a batch.
#[derive(Clone, Default)]
pub struct StartOffsets {
    pub tokens: OffsetList,
    pub runs: OffsetList,
    pub long_runs: OffsetList,
    pub escapes: OffsetList,
    pub quotes: OffsetList,
    pub fragments: OffsetList,
}

impl StartOffsets {
    /// The number of offsets of all kinds.
    pub fn count(&self) -> usize {
        let StartOffsets { tokens, runs, long_runs, escapes, quotes, fragments } = self;
        [tokens, runs, long_runs, escapes, quotes, fragments].map(OffsetList::len).iter().sum()
    }

    #[inline(always)]
    pub fn set_from(&mut self, starts: &StartMasks) {
        self.tokens.set_from_bits::<2>(&starts.tokens);
        self.fragments.set_from_bits::<4>(&starts.fragments);
        self.set_rare_from(starts);
    }

    /// Sets the lists of starts that most blocks do not have.
    #[inline(always)]
    pub fn set_rare_from(&mut self, starts: &StartMasks) {
        let StartMasks { runs, escapes, quotes, long_runs, .. } = starts;
        let mut lengths = [0; 3];
        for block in 0..BATCH {
            if runs[block] | escapes[block] | quotes[block] != 0 {
                lengths[0] += self.runs.write_block::<1>(lengths[0], block, runs[block]);
                lengths[1] += self.escapes.write_block::<0>(lengths[1], block, escapes[block]);
                lengths[2] += self.quotes.write_block::<1>(lengths[2], block, quotes[block]);
            }
        }
        [self.runs.length, self.escapes.length, self.quotes.length] = lengths;
        self.long_runs.set_from_subset(&self.runs, long_runs);
    }
}
