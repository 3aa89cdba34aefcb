//! What characters the value consists of.

use super::{F, Features};
use crate::engine::checks::{entropy, placeholder, shapes};
use crate::engine::generic::contains::contains_part;
use crate::engine::generic::language;
use crate::rules::is_word_byte;

impl Features {
    /// `covered` is the number of the value's letters that words cover.
    pub fn describe_value(&mut self, value: &[u8], covered: usize) {
        let counts = Counts::of(value);
        self.describe_counts(value, &counts);
        self.describe_letters(value, &counts, covered);
        self.describe_alphabet(value, &counts);
        self.describe_sequences(value);
        self.describe_ends(value);
    }

    fn describe_counts(&mut self, value: &[u8], counts: &Counts) {
        let length = value.len() as f32;
        let mut seen = [false; 256];
        value.iter().for_each(|&b| seen[usize::from(b)] = true);
        let distinct = seen.iter().filter(|&&seen| seen).count();
        self.set(F::length, length.min(200.0));
        self.set(F::distinct, distinct as f32);
        let kinds = [counts.digits, counts.uppers, counts.lowers, counts.specials];
        for (feature, count) in
            [F::digits, F::uppers, F::lowers, F::specials].into_iter().zip(kinds)
        {
            self.set(feature, count as f32 / length);
        }
        self.set(F::kinds, kinds.iter().filter(|&&count| count > 0).count() as f32);
        let bits = entropy::shannon(value);
        self.set(F::entropy, bits);
        self.set(F::entropy_share, if value.len() > 1 { bits / length.log2() } else { 0.0 });
        let changes = value.windows(2).filter(|two| kind_of(two[0]) != kind_of(two[1])).count();
        self.set(F::changes, changes as f32 / length);
        for (feature, character) in [
            (F::blanks, b' '),
            (F::dots, b'.'),
            (F::slashes, b'/'),
            (F::dashes, b'-'),
            (F::underscores, b'_'),
            (F::colons, b':'),
            (F::ats, b'@'),
        ] {
            self.set(feature, value.iter().filter(|&&b| b == character).count().min(8) as f32);
        }
        self.set(F::not_ascii, counts.not_ascii.min(8) as f32);
        self.set(F::template_chars, counts.template_chars.min(8) as f32);
        self.set(F::password_chars, counts.password_chars.min(8) as f32);
    }

    fn describe_letters(&mut self, value: &[u8], counts: &Counts, covered: usize) {
        self.set(F::longest_letters, longest(value, u8::is_ascii_alphabetic).min(40) as f32);
        self.set(F::longest_digits, longest(value, u8::is_ascii_digit).min(40) as f32);
        self.set(F::english_score, language::english_score(value).unwrap_or(0.0));
        let letters = counts.uppers + counts.lowers;
        self.set(F::covered, if letters > 0 { covered as f32 / letters as f32 } else { 0.0 });
        self.set(F::uncovered, (letters - covered.min(letters)).min(60) as f32);
    }

    fn describe_alphabet(&mut self, value: &[u8], counts: &Counts) {
        let all = |predicate: fn(u8) -> bool| value.iter().all(|&b| predicate(b));
        let Counts { digits, uppers, lowers, .. } = *counts;
        self.flag(F::all_digits, digits == value.len());
        self.flag(F::all_hex, all(|b| b.is_ascii_hexdigit()));
        self.flag(F::all_base64, all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
        let all_word = all(is_word_byte);
        self.flag(F::all_word, all_word);
        self.flag(F::hex_digest, shapes::is_hex_digest(value));
        self.flag(F::uuid, shapes::is_uuid(value));
        self.flag(F::camel, digits == 0 && is_camel(value));
        let joined = all_word && value.contains(&b'_');
        self.flag(F::snake, joined && uppers == 0);
        self.flag(F::screaming, joined && lowers == 0 && uppers > 0);
        let dotted = value.contains(&b'.') && all(|b| is_word_byte(b) || b == b'.');
        self.flag(F::dotted, dotted && !value[0].is_ascii_digit());
        let kebab = value.contains(&b'-') && all(|b| b.is_ascii_alphanumeric() || b == b'-');
        self.flag(F::kebab, kebab);
        self.flag(F::capitalised, value[0].is_ascii_uppercase() && lowers + 1 == value.len());
    }

    fn describe_sequences(&mut self, value: &[u8]) {
        self.set(F::repeat, placeholder::longest_repeat(value) as f32);
        let lower = value.to_ascii_lowercase();
        let (longest, in_all) = placeholder::sequences(&lower[..lower.len().min(64)]);
        self.set(F::sequence, longest as f32);
        self.set(F::sequence_share, in_all as f32 / lower.len().min(64) as f32);
        self.flag(F::repeats, repeats(&lower));
    }

    fn describe_ends(&mut self, value: &[u8]) {
        let (first, last) = (value[0], value[value.len() - 1]);
        self.flag(F::begins_variable, b"$%<{[@*&#".contains(&first));
        self.flag(F::begins_path, matches!(first, b'/' | b'.' | b'~'));
        self.flag(F::has_scheme, contains_part(value, b"://"));
        self.flag(F::ends_digit, last.is_ascii_digit());
        self.flag(F::ends_special, last.is_ascii_punctuation());
        self.flag(F::padded, last == b'=');
        self.flag(F::times_four, value.len().is_multiple_of(4));
        self.flag(F::times_eight, value.len().is_multiple_of(8));
    }
}

/// How many bytes of a value are in each class.
struct Counts {
    digits: usize,
    uppers: usize,
    lowers: usize,
    specials: usize,
    not_ascii: usize,
    template_chars: usize,
    password_chars: usize,
}

impl Counts {
    fn of(value: &[u8]) -> Self {
        let count =
            |class: u8| value.iter().filter(|&&b| CLASSES[usize::from(b)] & class != 0).count();
        let [digits, uppers, lowers] = [class::DIGIT, class::UPPER, class::LOWER].map(count);
        Counts {
            digits,
            uppers,
            lowers,
            specials: value.len() - digits - uppers - lowers,
            not_ascii: count(class::NOT_ASCII),
            template_chars: count(class::TEMPLATE),
            password_chars: count(class::PASSWORD),
        }
    }
}

/// Classes of a byte that are counted, one bit each.
mod class {
    pub const DIGIT: u8 = 1;
    pub const UPPER: u8 = 2;
    pub const LOWER: u8 = 4;
    /// Beyond ASCII, and control characters.
    pub const NOT_ASCII: u8 = 8;
    /// Characters of templates, calls and patterns.
    pub const TEMPLATE: u8 = 16;
    /// Characters found in passwords and not in names, paths and numbers.
    pub const PASSWORD: u8 = 32;
}

/// The classes of each byte.
static CLASSES: [u8; 256] = {
    let mut classes = [0; 256];
    let mut b = 0;
    while b < 256 {
        let c = b as u8;
        let of = [
            (c.is_ascii_digit(), class::DIGIT),
            (c.is_ascii_uppercase(), class::UPPER),
            (c.is_ascii_lowercase(), class::LOWER),
            (!c.is_ascii() || c.is_ascii_control(), class::NOT_ASCII),
            (matches!(c, b'$' | b'{' | b'}' | b'<' | b'>' | b'%' | b'('), class::TEMPLATE),
            (matches!(c, b')' | b'[' | b']' | b'*' | b'?' | b'\\'), class::TEMPLATE),
            (matches!(c, b'!' | b'@' | b'#' | b'&' | b'^' | b'~'), class::PASSWORD),
            (matches!(c, b'=' | b'+' | b'?' | b'$' | b'%' | b'*'), class::PASSWORD),
        ];
        let mut index = 0;
        while index < of.len() {
            if of[index].0 {
                classes[b] |= of[index].1;
            }
            index += 1;
        }
        b += 1;
    }
    classes
};

fn kind_of(b: u8) -> u8 {
    match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}

/// Whether the value is a shorter text that is repeated.
fn repeats(value: &[u8]) -> bool {
    (1..=value.len() / 2).any(|unit| value[unit..] == value[..value.len() - unit])
}

fn longest(value: &[u8], predicate: fn(&u8) -> bool) -> usize {
    value.split(|b| !predicate(b)).map(<[u8]>::len).max().unwrap_or(0)
}

/// `camelCase` or `PascalCase`: letters, lower case before each hump.
fn is_camel(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_alphabetic)
        && value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
        && value.chunk_by(|_, b| !b.is_ascii_uppercase()).all(|hump| hump.len() > 2)
}
