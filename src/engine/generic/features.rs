//! What a model can be told of a name and its value. Every feature can be explained, and none
//! looks further than the engine's window.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use super::super::checks::{entropy, placeholder, shapes, words};
use super::super::masks::is_word;
use super::language;
use super::name::Name;
use crate::rules::{BEFORE, NameKind, PublicShape};

macro_rules! features {
    ($($(#[$doc:meta])* $name:ident,)+) => {
        /// A feature's place in the vector.
        #[derive(Clone, Copy)]
        #[allow(non_camel_case_types)]
        enum F { $($(#[$doc])* $name,)+ }

        /// The features' names, in the vector's order.
        pub const NAMES: &[&str] = &[$(stringify!($name),)+];
    };
}

features! {
    /// The kind of name, one of seven.
    kind_password, kind_secret, kind_token, kind_key, kind_auth, kind_credential, kind_salt,
    /// Words of the name in front of the telling one, and behind it.
    words_before, words_behind,
    /// A word behind says that the value is no secret (`password_length`).
    about,
    /// `password_hash`.
    digest,
    /// `api_key`, `encryption_key`: words that make a key one to keep.
    qualifiers,
    /// `public_key`, `cache_key`.
    public,
    /// The name is written in capitals, or begins with one.
    name_upper, name_capital,
    /// The name is the whole telling word and stands alone.
    name_alone,
    /// A word of the name says that it is made up (`test`, `example`, `fake`).
    name_made_up,
    /// Right before the name: a quote, `$`, `.`, `-`, `<`, `@`.
    before_quote, before_sign,
    /// Between name and value: `=`, `:`, `==` or `!=`, `,` or `(`, `>`, nothing but blanks, a line end.
    gap_equals, gap_colon, gap_compare, gap_call, gap_element, gap_blank, gap_line,
    /// Bytes between name and value.
    gap_length,
    /// Quotes round the value: none, `'`, `"`, another.
    bare, single, double, other_quote,
    /// What follows the value or its quote: the line's end, `,` or `;`, `)`, an operator.
    then_end, then_comma, then_close, then_operator,
    /// The value's length, and how many different characters it has.
    length, distinct,
    /// Shares of digits, upper case, lower case, other characters.
    digits, uppers, lowers, specials,
    /// How many of these four kinds it has.
    kinds,
    /// Shannon's entropy, and its share of the most that the length allows.
    entropy, entropy_share,
    /// Changes between kinds of characters, a character.
    changes,
    /// Longest stretch of letters, and of digits.
    longest_letters, longest_digits,
    /// How much the succession of letters is one of words (bits a pair).
    likeness,
    /// Share of the letters that words of the dictionary cover.
    covered,
    /// Letters that no word covers.
    uncovered,
    /// All of one alphabet: digits, hexadecimal digits, base64, identifiers' characters.
    all_digits, all_hex, all_base64, all_word,
    /// Hexadecimal digits as long as a digest; a UUID.
    hex_digest, uuid,
    /// Blanks, dots, slashes, dashes and underscores, colons, `@` in the value.
    blanks, dots, slashes, dashes, underscores, colons, ats,
    /// Bytes beyond ASCII and control characters.
    not_ascii,
    /// Marks of templates, calls and paths: `$ { } < > % ( ) [ ] * ?` and how it begins.
    marks, begins_variable, begins_path, has_scheme,
    /// The general checks: a placeholder, made of the words of names, names its own digest.
    placeholder, made_of_words, integrity,
    /// Words that say a value is made up: `test`, `example`, `password`, `secret` in it.
    says_made_up, says_kind,
    /// The value is the name's telling word or holds it, or the name holds the value.
    like_name,
    /// Longest stretch of one character, of neighbours on the keyboard or in the alphabet.
    repeat, walk,
    /// It is an identifier: `camelCase`, `snake_case`, `UPPER_CASE`, `dotted.name`, `kebab-case`.
    camel, snake, screaming, dotted, kebab,
    /// A capital begins it and lower case follows, as in a word of prose.
    capitalised,
    /// Ends with a digit or a sign, as passwords do that must hold one.
    ends_digit, ends_special,
    /// Ends with `=`; its length is a multiple of four and of eight.
    padded, times_four, times_eight,
    /// The line is a comment, compares, asserts, documents.
    comment, condition, asserts,
    /// The text round it says it is made up: `example`, `dummy`, `fake`, `test`.
    near_made_up,
    /// The text round it holds names of what secrets stand beside: user, host, port, client id.
    near_login,
    /// Neighbouring lines of the same shape.
    same_shape,
    /// The same value stands a second time in reach.
    twice,
    /// Non-blank characters on the line in front of the name, and behind the value.
    line_before, line_behind,
}

/// Number of features.
pub const COUNT: usize = NAMES.len();

/// The features of one value of a name.
pub struct Features(pub [f32; COUNT]);

impl Features {
    fn set(&mut self, feature: F, value: f32) {
        self.0[feature as usize] = value;
    }

    fn flag(&mut self, feature: F, holds: bool) {
        self.set(feature, f32::from(u8::from(holds)));
    }

    /// Describes the value at `value` of `name`.
    pub fn of(bytes: &[u8], name: &Name, value: &Range<usize>) -> Self {
        let mut features = Features([0.0; COUNT]);
        features.describe_name(bytes, name);
        features.describe_joint(bytes, name, value);
        features.describe_value(&bytes[value.clone()]);
        features.describe_likeness(bytes, name, &bytes[value.clone()]);
        features.describe_line(bytes, name, value);
        features
    }

    fn describe_name(&mut self, bytes: &[u8], name: &Name) {
        let kind = match name.kind {
            NameKind::Password => F::kind_password,
            NameKind::Secret => F::kind_secret,
            NameKind::Token => F::kind_token,
            NameKind::Key => F::kind_key,
            NameKind::Auth => F::kind_auth,
            NameKind::Credential => F::kind_credential,
            NameKind::Salt => F::kind_salt,
        };
        self.flag(kind, true);
        self.set(F::words_before, name.words_before().min(5) as f32);
        self.set(F::words_behind, name.words_behind(bytes).min(5) as f32);
        self.flag(F::about, name.is_about(bytes));
        self.flag(F::digest, name.is_digest(bytes));
        self.set(F::qualifiers, name.qualifiers(bytes).min(3) as f32);
        self.flag(F::public, name.is_public(bytes));
        let text = &bytes[name.span.clone()];
        self.flag(F::name_upper, !text.iter().any(u8::is_ascii_lowercase));
        self.flag(F::name_capital, text[0].is_ascii_uppercase());
        self.flag(F::name_alone, name.telling(bytes).len() == text.len());
        self.flag(F::name_made_up, name.each_word(bytes).any(|word| is_among(word, MADE_UP)));
        let before = name.span.start.checked_sub(1).map_or(b'\n', |at| bytes[at]);
        self.flag(F::before_quote, matches!(before, b'"' | b'\'' | b'`'));
        self.flag(F::before_sign, b"$.-<@&?:".contains(&before));
    }

    fn describe_joint(&mut self, bytes: &[u8], name: &Name, value: &Range<usize>) {
        let gap = &bytes[name.span.end..value.start];
        let has = |sign: &[u8]| gap.windows(sign.len()).any(|here| here == sign);
        let compares = has(b"==") || has(b"!=");
        self.flag(F::gap_compare, compares);
        self.flag(F::gap_equals, has(b"=") && !compares);
        self.flag(F::gap_colon, has(b":") && !has(b"="));
        self.flag(F::gap_call, has(b",") || has(b"("));
        self.flag(F::gap_element, has(b">") && !has(b"="));
        self.flag(F::gap_blank, gap.iter().all(|b| b" -'\"`".contains(b)));
        self.flag(F::gap_line, has(b"\n"));
        self.set(F::gap_length, gap.len().min(40) as f32);
        let quote = value.start.checked_sub(1).map_or(0, |at| bytes[at]);
        let closed = bytes.get(value.end) == Some(&quote);
        self.flag(F::single, closed && quote == b'\'');
        self.flag(F::double, closed && quote == b'"');
        let other = matches!(quote, b'`' | b';') || (quote == b'"' || quote == b'\'') && !closed;
        self.flag(F::other_quote, other);
        let quoted = closed && matches!(quote, b'"' | b'\'');
        self.flag(F::bare, !(other || quoted));
        let rest = bytes[value.end..].iter().take(8).skip_while(|b| b"\"'`\\".contains(b));
        let next = rest.copied().find(|&b| b != b' ' && b != b'\t').unwrap_or(b'\n');
        self.flag(F::then_end, matches!(next, b'\n' | b'\r' | b'#'));
        self.flag(F::then_comma, matches!(next, b',' | b';'));
        self.flag(F::then_close, matches!(next, b')' | b']' | b'}'));
        self.flag(F::then_operator, matches!(next, b'+' | b'.' | b'?' | b'|' | b'&' | b'%' | b'['));
    }

    fn describe_value(&mut self, value: &[u8]) {
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
        let covered = language::covered(value);
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
        self.set(F::walk, placeholder::longest_walk(&lower[..lower.len().min(64)]) as f32);
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

    fn describe_likeness(&mut self, bytes: &[u8], name: &Name, value: &[u8]) {
        self.flag(F::placeholder, placeholder::is_placeholder(value));
        self.flag(F::made_of_words, words::is_made_of_words(value));
        self.flag(F::integrity, shapes::is_integrity(value));
        let lower = value.to_ascii_lowercase();
        let says = said(value);
        self.flag(F::says_made_up, says.contains(Said::MADE_UP));
        self.flag(F::says_kind, says.contains(Said::KIND));
        let telling = name.telling(bytes).to_ascii_lowercase();
        let named = bytes[name.span.clone()].to_ascii_lowercase();
        let like = memchr::memmem::find(&lower, &telling).is_some()
            || memchr::memmem::find(&named, &lower).is_some();
        self.flag(F::like_name, like);
    }

    fn describe_line(&mut self, bytes: &[u8], name: &Name, value: &Range<usize>) {
        let first = name.span.start.saturating_sub(BEFORE - 64);
        let before = &bytes[first..name.span.start];
        let line_before = before.rsplit(|&b| b == b'\n').next().unwrap_or_default();
        let last = bytes.len().min(value.end + 64);
        let behind = &bytes[value.end..last];
        let line_behind = behind.split(|&b| b == b'\n').next().unwrap_or_default();
        let trimmed = line_before.trim_ascii_start();
        let comment =
            [&b"//"[..], b"#", b"*", b"--", b"/*", b";", b"<!--", b"%", b"'''", b"\"\"\""];
        self.flag(F::comment, comment.iter().any(|mark| trimmed.starts_with(mark)));
        // Too short a text for a searcher to pay.
        let holds =
            |text: &[u8], word: &str| text.windows(word.len()).any(|here| here == word.as_bytes());
        let condition = ["if ", "if(", "while", "return ", "case ", "when ", "== ", "!= "];
        self.flag(F::condition, condition.iter().any(|word| holds(line_before, word)));
        let asserts = ["assert", "expect", "should", "equal", "match", "Equal"];
        self.flag(F::asserts, asserts.iter().any(|word| holds(line_before, word)));
        let near = said(before).with(said(behind));
        self.flag(F::near_made_up, near.contains(Said::MADE_UP));
        self.flag(F::near_login, near.contains(Said::LOGIN));
        self.set(F::same_shape, same_shape(bytes, name, value, before, behind));
        let text = &bytes[value.clone()];
        let twice = memchr::memmem::find(&bytes[first..name.span.start], text).is_some()
            || memchr::memmem::find(behind, text).is_some();
        self.flag(F::twice, twice && text.len() > 3);
        let solid = |text: &[u8]| text.iter().filter(|b| !b.is_ascii_whitespace()).count();
        self.set(F::line_before, solid(line_before) as f32);
        self.set(F::line_behind, solid(line_behind) as f32);
    }
}

/// Words that say that a value is made up.
const MADE_UP: &[&str] = &[
    "test",
    "example",
    "sample",
    "dummy",
    "fake",
    "mock",
    "demo",
    "foo",
    "bar",
    "stub",
    "placeholder",
    "your",
    "change",
    "invalid",
    "wrong",
    "bogus",
    "xxx",
    "todo",
    "bad",
];

/// Words that name kinds of secrets.
const KINDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "key",
    "pass",
    "pwd",
    "auth",
    "credential",
    "admin",
    "root",
    "user",
];

/// What a secret stands beside.
const LOGIN: &[&str] = &[
    "user",
    "login",
    "host",
    "port",
    "email",
    "client_id",
    "clientid",
    "account",
    "database",
    "server",
    "endpoint",
    "access_key",
    "url",
    "tenant",
];

/// What the words in a text say.
#[derive(Clone, Copy, Default)]
struct Said(u8);

impl Said {
    const MADE_UP: Said = Said(1);
    const KIND: Said = Said(2);
    const LOGIN: Said = Said(4);

    fn contains(self, other: Said) -> bool {
        self.0 & other.0 != 0
    }

    fn with(self, other: Said) -> Said {
        Said(self.0 | other.0)
    }
}

/// Looks for the words of all three lists at once, in any letter case.
fn said(text: &[u8]) -> Said {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(MADE_UP.iter().chain(KINDS).chain(LOGIN))
            .expect("a few dozen words make a small automaton")
    });
    WORDS.find_overlapping_iter(text).fold(Said::default(), |said, found| {
        let word = found.pattern().as_usize();
        said.with(match word {
            _ if word < MADE_UP.len() => Said::MADE_UP,
            _ if word < MADE_UP.len() + KINDS.len() => Said::KIND,
            _ => Said::LOGIN,
        })
    })
}

fn is_among(word: &[u8], list: &[&str]) -> bool {
    list.iter().any(|known| known.as_bytes().eq_ignore_ascii_case(word))
}

fn kind_of(b: u8) -> u8 {
    match b {
        b'0'..=b'9' => 0,
        b'A'..=b'Z' => 1,
        b'a'..=b'z' => 2,
        _ => 3,
    }
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

/// How many of the lines beside it, as far as they are in reach, have the shape of its line.
fn same_shape(
    bytes: &[u8],
    name: &Name,
    value: &Range<usize>,
    before: &[u8],
    behind: &[u8],
) -> f32 {
    let mut lines = before.rsplit(|&b| b == b'\n');
    let head = lines.next().unwrap_or_default();
    let line = [head, &bytes[name.span.start..value.end]].concat();
    let own = shape(&line);
    let previous = lines.next().is_some_and(|line| shape(line) == own);
    let mut lines = behind.split(|&b| b == b'\n');
    lines.next();
    let next = lines.take(2).filter(|line| line.len() > 4 && shape(line) == own).count();
    (usize::from(previous) + next) as f32
}

/// The first signs of a line: letters and digits as one sign, blanks left out.
fn shape(line: &[u8]) -> Vec<u8> {
    let mut shape = Vec::with_capacity(8);
    for &b in line {
        let sign = match b {
            b' ' | b'\t' | b'\r' => continue,
            b if is_word(b) => b'a',
            b => b,
        };
        if shape.last() != Some(&sign) {
            shape.push(sign);
        }
        if shape.len() == 8 {
            break;
        }
    }
    shape
}
