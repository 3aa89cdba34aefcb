//! Classes of bytes and fragments by nibbles: two look-ups in tables of sixteen tell what a byte
//! is (the technique of Hyperscan's Teddy and of simdjson's classification). Every vector unit
//! has an instruction for it; what differs is how many bytes it looks up at a time.

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

/// 1 `" '`, 2 `` ` ``, 4 `% &`, 8 `\`, 16 blank `& + .`, 32 tab, LF, CR, 64 `< \ |`, 128 `~`.
pub const SIGNS: [[u8; 16]; 2] = products(&[
    (&[2], &[2, 7]),
    (&[6], &[0]),
    (&[2], &[5, 6]),
    (&[5], &[12]),
    (&[2], &[0, 6, 11, 14]),
    (&[0], &[9, 10, 13]),
    (&[3, 5, 7], &[12]),
    (&[7], &[14]),
]);
pub const QUOTE: u8 = 1 | 2;
pub const ESCAPE: u8 = 4 | 8;
pub const JOINT: u8 = !(QUOTE | ESCAPE);

/// Tables by low and by high nibble; the n-th product of high and low ones gets bit n.
const fn products(sets: &[(&[u8], &[u8])]) -> [[u8; 16]; 2] {
    let (mut low, mut high) = ([0; 16], [0; 16]);
    let mut bit = 0;
    while bit < sets.len() {
        let (highs, lows) = sets[bit];
        let mut at = 0;
        while at < highs.len() {
            high[highs[at] as usize] |= 1 << bit;
            at += 1;
        }
        at = 0;
        while at < lows.len() {
            low[lows[at] as usize] |= 1 << bit;
            at += 1;
        }
        bit += 1;
    }
    [low, high]
}

/// Masks of one batch by vectors of `$lanes` bytes. In scope are to be `and`, `or`, `splat`,
/// `load`, `table` (sixteen bytes, as often as the vector holds them), `in_nibbles` (low and high
/// ones), `look_up` (in a table by nibbles) and `join` (the bits of a block, set for the bytes
/// that have any), each with the target feature.
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
            let signs = (table(&nibbles::SIGNS[0]), table(&nibbles::SIGNS[1]));
            let mut fragments = [[tokens; SETS]; FRAGMENT];
            for (at, sets) in fragments.iter_mut().enumerate() {
                for (set, tables) in sets.iter_mut().enumerate() {
                    *tables = (table(&literals.low[set][at]), table(&literals.high[set][at]));
                }
            }
            for block in 0..blocks {
                let mut classes = [[splat(0); BLOCK / $lanes]; 7];
                for part in 0..BLOCK / $lanes {
                    let at = block * BLOCK + part * $lanes;
                    let of = part_of(bytes, at, tokens, signs, &fragments);
                    for (class, of) in classes.iter_mut().zip(of) {
                        class[part] = of;
                    }
                }
                let row = row + block;
                masks.token[row] = join(&classes[0]);
                masks.quote[row] = join(&classes[1]);
                masks.escape[row] = join(&classes[2]);
                masks.joint[row] = join(&classes[3]);
                masks.fragment[row] = join(&classes[4]);
                masks.run[row] = join(&classes[5]);
                masks.word[row] = join(&classes[6]);
            }
        }

        /// For each class a vector that is not zero for the bytes of it.
        #[inline]
        #[target_feature(enable = $feature)]
        fn part_of(
            bytes: &[u8],
            at: usize,
            tokens: Tables,
            signs: Tables,
            fragments: &[[Tables; SETS]; FRAGMENT],
        ) -> [$vector; 7] {
            let text = in_nibbles(load(bytes, at));
            let token = both(text, tokens);
            let sign = both(text, signs);
            let mut first = both(text, fragments[0][0]);
            let mut second = both(text, fragments[0][1]);
            for (ahead, tables) in fragments.iter().enumerate().skip(1) {
                let text = in_nibbles(load(bytes, at + ahead));
                first = and(first, both(text, tables[0]));
                second = and(second, both(text, tables[1]));
            }
            [
                token,
                and(sign, splat(nibbles::QUOTE)),
                and(sign, splat(nibbles::ESCAPE)),
                and(sign, splat(nibbles::JOINT)),
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
