//! What the value looks like.

use super::{F, Features};
use crate::engine::checks::{entropy, placeholder, shapes};
use crate::engine::generic::language;
use crate::engine::masks::is_word;
use crate::rules::PublicShape;

impl Features {
    /// `covered` of the value's letters are covered by words.
    pub fn describe_value(&mut self, value: &[u8], covered: usize) {
        let length = value.len() as f32;
        let count = |wanted: fn(&u8) -> bool| value.iter().filter(|b| wanted(b)).count();
        let (digits, uppers, lowers) = (
            count(u8::is_ascii_digit),
            count(u8::is_ascii_uppercase),
            count(u8::is_ascii_lowercase),
        );
        let specials = value.len() - digits - uppers - lowers;
        let mut seen = [false; 256];
        value.iter().for_each(|&b| seen[usize::from(b)] = true);
        let distinct = seen.iter().filter(|&&seen| seen).count();
        self.set(F::length, length.min(200.0));
        self.set(F::distinct, distinct as f32);
        self.set(F::digits, digits as f32 / length);
        self.set(F::uppers, uppers as f32 / length);
        self.set(F::lowers, lowers as f32 / length);
        self.set(F::specials, specials as f32 / length);
        let kinds = [digits, uppers, lowers, specials].iter().filter(|&&count| count > 0).count();
        self.set(F::kinds, kinds as f32);
        let bits = entropy::shannon(value);
        self.set(F::entropy, bits);
        self.set(F::entropy_share, if value.len() > 1 { bits / length.log2() } else { 0.0 });
        let changes = value.windows(2).filter(|two| kind_of(two[0]) != kind_of(two[1])).count();
        self.set(F::changes, changes as f32 / length);
        self.set(F::longest_letters, longest(value, u8::is_ascii_alphabetic).min(40) as f32);
        self.set(F::longest_digits, longest(value, u8::is_ascii_digit).min(40) as f32);
        self.set(F::likeness, language::likeness(value).unwrap_or(0.0));
        let letters = uppers + lowers;
        self.set(F::covered, if letters > 0 { covered as f32 / letters as f32 } else { 0.0 });
        self.set(F::uncovered, (letters - covered.min(letters)).min(60) as f32);
        let all = |wanted: fn(u8) -> bool| value.iter().all(|&b| wanted(b));
        self.flag(F::all_digits, digits == value.len());
        self.flag(F::all_hex, all(|b| b.is_ascii_hexdigit()));
        self.flag(F::all_base64, all(|b| b.is_ascii_alphanumeric() || b"+/=".contains(&b)));
        self.flag(F::all_word, all(is_word));
        self.flag(F::hex_digest, shapes::has(PublicShape::HexDigest, value));
        self.flag(F::uuid, shapes::has(PublicShape::Uuid, value));
        for (feature, sign) in [
            (F::blanks, b' '),
            (F::dots, b'.'),
            (F::slashes, b'/'),
            (F::dashes, b'-'),
            (F::underscores, b'_'),
            (F::colons, b':'),
            (F::ats, b'@'),
        ] {
            self.set(feature, value.iter().filter(|&&b| b == sign).count().min(8) as f32);
        }
        self.set(F::not_ascii, count(|b| !b.is_ascii() || b.is_ascii_control()).min(8) as f32);
        self.set(F::marks, count(|b| b"${}<>%()[]*?\\".contains(b)).min(8) as f32);
        self.flag(
            F::begins_variable,
            matches!(value[0], b'$' | b'%' | b'<' | b'{' | b'[' | b'@' | b'*' | b'&' | b'#'),
        );
        self.flag(F::begins_path, value[0] == b'/' || value[0] == b'.' || value.starts_with(b"~"));
        self.flag(F::has_scheme, memchr::memmem::find(value, b"://").is_some());
        self.set(F::repeat, placeholder::longest_repeat(value) as f32);
        let lower = value.to_ascii_lowercase();
        let (walk, walked) = placeholder::walk(&lower[..lower.len().min(64)]);
        self.set(F::walk, walk as f32);
        self.set(F::walked, walked as f32 / lower.len().min(64) as f32);
        self.flag(F::repeats, repeats(&lower));
        self.set(F::signs, count(|b| b"!@#&^~=+?$%*".contains(b)).min(8) as f32);
        self.flag(F::camel, is_camel(value));
        self.flag(F::snake, all(is_word) && value.contains(&b'_') && uppers == 0);
        self.flag(F::screaming, all(is_word) && lowers == 0 && uppers > 0 && value.contains(&b'_'));
        let dotted = all(|b| is_word(b) || b == b'.') && value.contains(&b'.');
        self.flag(F::dotted, dotted && !value[0].is_ascii_digit());
        self.flag(
            F::kebab,
            value.contains(&b'-') && all(|b| b.is_ascii_alphanumeric() || b == b'-'),
        );
        self.flag(
            F::capitalised,
            value[0].is_ascii_uppercase() && value[1..].iter().all(u8::is_ascii_lowercase),
        );
        let last = value[value.len() - 1];
        self.flag(F::ends_digit, last.is_ascii_digit());
        self.flag(F::ends_special, last.is_ascii_punctuation());
        self.flag(F::padded, last == b'=');
        self.flag(F::times_four, value.len().is_multiple_of(4));
        self.flag(F::times_eight, value.len().is_multiple_of(8));
    }
}

fn kind_of(b: u8) -> u8 {
    match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
}

/// Whether the value is a shorter text, twice or oftener.
fn repeats(value: &[u8]) -> bool {
    (1..=value.len() / 2).any(|unit| value[unit..] == value[..value.len() - unit])
}

fn longest(value: &[u8], wanted: fn(&u8) -> bool) -> usize {
    value.split(|b| !wanted(b)).map(<[u8]>::len).max().unwrap_or(0)
}

/// `camelCase` or `PascalCase`: letters, lower case before each hump.
fn is_camel(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_alphanumeric)
        && value.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase())
        && !value.iter().any(u8::is_ascii_digit)
        && value.chunk_by(|_, b| !b.is_ascii_uppercase()).all(|hump| hump.len() > 2)
}
