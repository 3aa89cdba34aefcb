//! Secrets without a format: values that only their name gives away.
//!
//! ```text
//! fragment ─▶ name (its words, its kind) ─▶ values (the shared reader of assignments)
//!          ─▶ features ─▶ model ─▶ confidence
//! ```
//!
//! Everything is decided within the engine's window, like any other verdict. How good the
//! verdicts are and where the thresholds come from is told in `docs/accuracy.md`.

mod features;
mod language;
mod model;
mod name;
mod reading;
mod vocabulary;

use std::ops::Range;

use base64::Engine as _;

pub use features::{COUNT, Features, NAMES};
pub use name::Name;

use super::assignment::Reader;
use super::checks::placeholder::is_placeholder;
use super::checks::structure::BASE64;
use super::checks::words::is_made_of_words;
use crate::rules::{AFTER, BEFORE, Confidence, LONGEST, NameKind, Rule, Trigger};

/// Fragments one of which stands in every word that promises a secret, and signs behind which
/// one stands. One of three letters counts only at the end of a word.
#[rustfmt::skip]
pub const FRAGMENTS: [&str; 38] = [
    "ecret", "oken", "pass", "pwd", "auth", "key", "cred", "salt", "asic ", "earer ", "ified by",
    "pw:", "pw=", "securestr",
    // Abbreviated and mistyped.
    "psk", "pswd", "pswr", "pswo", "pssw", "pasw",
    // In other languages.
    "adgangsk", "contrase", "haslo", "heslo", "jelszo", "kennwort", "losenord", "matkhau",
    "salasana", "senha", "sifre", "wachtwoord", "密码", "密碼", "口令", "パスワード", "пароль", "비밀번호",
];

/// Shortest value that may be a secret.
const SHORTEST: usize = 4;

/// Shortest password in base64 that is taken for one that somebody keeps.
const SHORTEST_BASIC: usize = 5;

/// Probabilities from which on a value is shown on request, by default, and as sure.
pub const UNLIKELY: f32 = 0.2;
/// See [`UNLIKELY`].
pub const LIKELY: f32 = 0.87;
/// See [`UNLIKELY`].
pub const SURE: f32 = 0.97;

/// The rules for kinds of names, ready to be asked.
pub struct Generic {
    /// For each kind the index of its rule.
    rules: [Option<usize>; NameKind::ALL.len()],
    /// Probability from which on a value is reported by default.
    likely: f32,
}

/// A value that is taken for a secret.
pub struct Likely {
    pub rule: usize,
    pub value: Range<usize>,
    pub confidence: Confidence,
}

/// A value that may be a secret, with what the model is told of it.
pub struct Described {
    pub value: Range<usize>,
    pub kind: NameKind,
    pub features: Features,
}

impl Generic {
    /// Takes the rules for kinds of names; of two for one kind the last.
    pub fn new(rules: &[Rule]) -> Self {
        let mut generic = Generic { rules: Default::default(), likely: LIKELY };
        for (index, rule) in rules.iter().enumerate() {
            if let Trigger::Kind(kind) = rule.trigger {
                generic.rules[kind as usize] = Some(index);
            }
        }
        generic
    }

    /// Reports from this probability on.
    pub fn likely_from(&mut self, probability: f32) {
        self.likely = probability;
    }

    /// The likely secrets among the values of the name round a fragment.
    pub fn likely(&self, bytes: &[u8], fragment: Range<usize>, reader: &mut Reader) -> Vec<Likely> {
        described(bytes, fragment, reader, |kind| self.rules[kind as usize].is_some())
            .filter_map(|described| {
                let mut probability = model::probability(&described.features.0);
                if described.kind == NameKind::Auth {
                    match keeps_basic(&bytes[described.value.clone()]) {
                        Some(true) => probability = probability.max(self.likely),
                        Some(false) => probability = probability.min(UNLIKELY),
                        None => {}
                    }
                }
                let confidence = match probability {
                    p if p >= UNLIKELY && is_placeholder(&bytes[described.value.clone()]) => {
                        Confidence::Low
                    }
                    p if p >= SURE.max(self.likely) => Confidence::High,
                    p if p >= self.likely => Confidence::Medium,
                    p if p >= UNLIKELY => Confidence::Low,
                    _ => return None,
                };
                let rule = self.rules[described.kind as usize]?;
                Some(Likely { rule, value: described.value, confidence })
            })
            .collect()
    }
}

/// Of base64 of a user and a password (RFC 7617) whether the password is one that somebody
/// keeps, and no placeholder, word, word in disguise or number of four digits: its form tells
/// more than the model sees.
fn keeps_basic(value: &[u8]) -> Option<bool> {
    let text = BASE64.decode(value).ok()?;
    let colon = text.iter().position(|&b| b == b':')?;
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    if user.is_empty() || !text.iter().all(|b| b.is_ascii_graphic() || *b == b' ') {
        return None;
    }
    let plain = language::undisguised(password);
    let letters = plain.iter().filter(|b| b.is_ascii_alphabetic()).count();
    Some(
        password.len() >= SHORTEST_BASIC
            && !is_placeholder(password)
            && !is_made_of_words(password)
            && language::covered(&plain) * 3 < letters.max(1) * 2,
    )
}

/// The described values of the name round a fragment, if it is of a kind that is wanted.
pub fn described(
    bytes: &[u8],
    fragment: Range<usize>,
    reader: &mut Reader,
    wanted: impl Fn(NameKind) -> bool,
) -> impl Iterator<Item = Described> {
    // What lies beyond the engine's reach is not there.
    let reach = fragment.start + LONGEST + AFTER;
    let cut = reach < bytes.len();
    let bytes = &bytes[..bytes.len().min(reach)];
    let mut name = Name::round(bytes, fragment);
    let mut pair = None;
    if let Some(name) = &mut name
        && matches!(name.kind, NameKind::Auth | NameKind::Credential)
    {
        pair = reading::second_of_pair(bytes, &name.span);
        if pair.is_some() {
            name.kind = NameKind::Password;
        }
    }
    let name = name.filter(|name| wanted(name.kind));
    let read = name.map(|name| match pair {
        Some(value) => (vec![value], name),
        None => (reading::values(bytes, &name.span, reader), name),
    });
    read.into_iter().flat_map(move |(values, name)| {
        values.into_iter().filter_map(move |value| {
            let whole = !cut || value.end < bytes.len();
            (whole && is_plausible(bytes, &name, &value)).then(|| Described {
                features: Features::of(bytes, &name, &value),
                kind: name.kind,
                value,
            })
        })
    })
}

/// Letters that make up no words.
fn is_gibberish(text: &[u8]) -> bool {
    text.len() >= 12
        && text.iter().all(u8::is_ascii_alphabetic)
        && language::covered(text) * 4 < text.len()
        && language::likeness(text).is_some_and(|bits| bits < 0.3)
}

/// Whether the part stands in the text: for texts so short that a searcher does not pay.
fn begins_within(text: &[u8], part: &[u8]) -> bool {
    memchr::memchr_iter(part[0], text).any(|at| text[at..].starts_with(part))
}

/// What a format says of itself that it is no secret.
fn is_known_public(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let (before, text) = (&bytes[first..name.span.start], &bytes[value.clone()]);
    let behind = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    let token = before.rsplit(|b| b.is_ascii_whitespace() || b"\"'`".contains(b)).next();
    match name.kind {
        // The name of one in AWS: `arn:aws:secretsmanager:…:secret:name`.
        NameKind::Secret => token.is_some_and(|token| begins_within(token, b"arn:")),
        // What confirms a subscription to SNS works once.
        NameKind::Token => {
            let subscribes = name.each_word(bytes).any(|word| word == b"subscription");
            text.len() >= 64
                && text.iter().all(u8::is_ascii_hexdigit)
                && (subscribes
                    || [&b"opic"[..], b"sns:"].iter().any(|word| begins_within(before, word))
                    || begins_within(behind, b"opic"))
        }
        // A key of AWS beside an id of the account 000000000000, which is LocalStack's, opens
        // nothing. The key by which a page searches its own index (DocSearch) is given to
        // every reader.
        NameKind::Key => [&b"IAQAAAAAAA"[..], b"indexName"]
            .iter()
            .any(|sign| begins_within(before, sign) || begins_within(behind, sign)),
        // Of a digest's parameters none is secret.
        NameKind::Auth => {
            let gap = &bytes[name.span.end..value.start];
            gap.windows(7).any(|here| here.eq_ignore_ascii_case(b"digest "))
                || gap.windows(9).any(|here| here.eq_ignore_ascii_case(b"username="))
        }
        _ => false,
    }
}

/// Turns most values down before anything dear is done: what a template or a program puts in,
/// numbers, and, but for passwords, words.
fn is_plausible(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    if text.len() < SHORTEST
        || name.is_no_secret(bytes)
        || matches!(text[0], b'$' | b'<' | b'{' | b'%' | b'(')
        || text.iter().all(|b| !b.is_ascii_alphanumeric())
        || text.iter().all(|&b| b.is_ascii_digit() || b == b'.')
        || text.starts_with(b"arn:")
        || ["…", "..."].iter().any(|left_out| begins_within(text, left_out.as_bytes()))
    {
        return false;
    }
    // A seam, by which our own pattern files keep an example from being a leak.
    let seam = super::examples::SEAM.as_bytes();
    if text.windows(seam.len()).any(|here| here == seam)
        || bytes[value.end..].starts_with(seam)
        || bytes[..value.start].ends_with(seam)
    {
        return false;
    }
    let quoted = value.start > 0 && matches!(bytes[value.start - 1], b'"' | b'\'' | b'`');
    let assigned =
        || bytes[name.span.end..value.start].iter().any(|b| matches!(b, b'=' | b':' | b'>'));
    let may_be_one = match name.kind {
        NameKind::Password => quoted || assigned() || text.iter().any(u8::is_ascii_digit),
        _ if text.iter().any(u8::is_ascii_digit) => text.len() >= 6,
        _ if text.len() >= 24 || is_gibberish(text) => true,
        NameKind::Secret => quoted,
        _ => text.len() >= 8 && text.iter().all(u8::is_ascii_uppercase),
    };
    may_be_one && !is_known_public(bytes, name, value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, fragment: &str) -> Vec<String> {
        let at = text.to_ascii_lowercase().find(fragment).unwrap();
        described(text.as_bytes(), at..at + fragment.len(), &mut Reader::default(), |_| true)
            .map(|described| text[described.value].to_owned())
            .collect()
    }

    #[test]
    fn of_basic_authentication_the_password_decides() {
        let keeps = |text: &str| keeps_basic(BASE64.encode(text).as_bytes());
        assert_eq!(keeps("me:tR7x<>q9Lw2m"), Some(true));
        for weak in ["me:1234", "me:p4ssw0rd", "me:changeme", "me:secret"] {
            assert_eq!(keeps(weak), Some(false), "{weak}");
        }
        assert_eq!(keeps("no pair"), None);
        assert_eq!(keeps_basic(b"no base64!"), None);
    }

    #[test]
    fn what_its_format_calls_public_is_not_judged() {
        for (text, fragment) in [
            ("arn:aws:secretsmanager:us-east-1:000000000000:secret:billing-Ef34Gh", "ecret"),
            ("gpg --recv-keys 3B4FE6ACC0B21F3294A5", "key"),
            ("apiKey: 'a41d7c9b2e6f0385',\n indexName: 'docs'", "key"),
            ("Authorization: Digest username=\"75af8a3500f771e5\"", "auth"),
            ("token = \"eyJ0eXAi...lKaHx44Q\"", "oken"),
        ] {
            assert_eq!(values(text, fragment), Vec::<String>::new(), "{text}");
        }
        assert_eq!(values("apiKey: 'a41d7c9b2e6f0385'", "key"), ["a41d7c9b2e6f0385"]);
    }
}
