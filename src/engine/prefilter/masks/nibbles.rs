//! Classification of bytes and fragments by nibbles, with two look-ups in tables of sixteen entries
//! (the technique of Hyperscan's Teddy and of simdjson). Every vector unit has an instruction for
//! it; they differ in how many bytes they look up at a time.

/// Classes as products of a set of high nibbles and a set of low ones, one bit each:
/// 1 digits, 2 `A-O a-o`, 4 `P-Z p-z`, 8 `_`, 16 `+ - /`, 32 `=`, 64 `~`, 128 `.`.
pub const TOKENS: [[u8; 16]; 2] = products(&[
    (&[3], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]),
    (&[4, 6], &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15]),
    (&[5, 7], &[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10]),
    (&[5], &[15]),
    (&[2], &[11, 13, 15]),
    (&[3], &[13]),
    (&[7], &[14]),
    (&[2], &[14]),
]);
pub const WORD: u8 = 1 | 2 | 4 | 8;
pub const RUN: u8 = WORD | 16;

/// 1 `" '`, 2 `` ` ``, 4 `% &`, 8 `\ ^`, 16 space `# & ) * + - . /`, tab, LF, CR and control
/// characters that no text has, 32 ESC, 64 `; <`, 128 `| } ~`.
pub const PUNCTUATION: [[u8; 16]; 2] = products(&[
    (&[2], &[2, 7]),
    (&[6], &[0]),
    (&[2], &[5, 6]),
    (&[5], &[12, 14]),
    (&[0, 2], &[0, 3, 6, 9, 10, 11, 13, 14, 15]),
    (&[1], &[11]),
    (&[3], &[11, 12]),
    (&[7], &[12, 13, 14]),
]);
pub const QUOTE: u8 = 1 | 2;
pub const ESCAPE: u8 = 4 | 8 | 32;
pub const CONCAT: u8 = QUOTE | 8 | 16 | 64 | 128;

/// Tables by low and by high nibble; the n-th product of high and low nibbles has bit n.
const fn products(sets: &[(&[u8], &[u8])]) -> [[u8; 16]; 2] {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut bit = 0;
    while bit < sets.len() {
        let (highs, lows) = sets[bit];
        let mut index = 0;
        while index < highs.len() {
            high[highs[index] as usize] |= 1 << bit;
            index += 1;
        }
        index = 0;
        while index < lows.len() {
            low[lows[index] as usize] |= 1 << bit;
            index += 1;
        }
        bit += 1;
    }
    [low, high]
}

/// Defines `classify` for vectors of `$lanes` bytes. The caller must define `and`, `or`, `splat`,
/// `load`, `table` (sixteen bytes, repeated to fill the vector), `in_nibbles` (the low and the high
/// ones), `look_up` (in a table by nibbles) and `join` (a block's bits, set for the bytes that are
/// not zero), each with the target feature.
macro_rules! classify_by_nibbles {
    ($feature:literal, $vector:ty, $lanes:literal) => {
        /// Tables by low and by high nibble.
        type Tables = ($vector, $vector);

        #[target_feature(enable = $feature)]
        fn classify(
            literals: &LiteralTable,
            bytes: &[u8],
            masks: &mut Masks,
            row: usize,
            blocks: usize,
        ) {
            let tokens = (table(&nibbles::TOKENS[0]), table(&nibbles::TOKENS[1]));
            let punctuation = (table(&nibbles::PUNCTUATION[0]), table(&nibbles::PUNCTUATION[1]));
            let mut fragments = [[tokens; SETS]; FRAGMENT];
            for (index, sets) in fragments.iter_mut().enumerate() {
                for (set, tables) in sets.iter_mut().enumerate() {
                    *tables = (table(&literals.low[set][index]), table(&literals.high[set][index]));
                }
            }
            for block in 0..blocks {
                let mut classes = [[splat(0); BLOCK / $lanes]; 7];
                for part in 0..BLOCK / $lanes {
                    let offset = block * BLOCK + part * $lanes;
                    let of = part_of(bytes, offset, tokens, punctuation, &fragments);
                    for (class, of) in classes.iter_mut().zip(of) {
                        class[part] = of;
                    }
                }
                let row = row + block;
                masks.token[row] = join(&classes[0]);
                masks.quote[row] = join(&classes[1]);
                masks.escape[row] = join(&classes[2]);
                masks.concat[row] = join(&classes[3]);
                masks.fragment[row] = join(&classes[4]);
                masks.run[row] = join(&classes[5]);
                masks.word[row] = join(&classes[6]);
            }
        }

        /// For each class a vector that is not zero for its bytes.
        #[inline]
        #[target_feature(enable = $feature)]
        fn part_of(
            bytes: &[u8],
            offset: usize,
            tokens: Tables,
            punctuation: Tables,
            fragments: &[[Tables; SETS]; FRAGMENT],
        ) -> [$vector; 7] {
            let text = in_nibbles(load(bytes, offset));
            let token = both(text, tokens);
            let punct = both(text, punctuation);
            let mut first = both(text, fragments[0][0]);
            let mut second = both(text, fragments[0][1]);
            for (ahead, tables) in fragments.iter().enumerate().skip(1) {
                let text = in_nibbles(load(bytes, offset + ahead));
                first = and(first, both(text, tables[0]));
                second = and(second, both(text, tables[1]));
            }
            [
                token,
                and(punct, splat(nibbles::QUOTE)),
                and(punct, splat(nibbles::ESCAPE)),
                and(punct, splat(nibbles::CONCAT)),
                or(first, second),
                and(token, splat(nibbles::RUN)),
                and(token, splat(nibbles::WORD)),
            ]
        }

        /// The bits that a byte's low nibble and its high nibble have in common.
        #[inline]
        #[target_feature(enable = $feature)]
        fn both((low, high): Tables, (of_low, of_high): Tables) -> $vector {
            and(look_up(of_low, low), look_up(of_high, high))
        }
    };
}

pub(super) use classify_by_nibbles;
