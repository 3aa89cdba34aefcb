//! Secrets without a format: values that only their name gives away.
//!
//! ```text
//! fragment ─▶ name (its words, its kind) ─▶ values (the shared reader of assignments)
//!          ─▶ features ─▶ model ─▶ confidence
//! ```
//!
//! Everything is decided within the engine's window, like any other verdict. How good the
//! verdicts are and where the thresholds come from is told in `docs/accuracy.md`.

mod arguments;
mod calls;
mod facts;
mod features;
mod in_front;
mod language;
mod model;
mod name;
mod reading;
mod rest;
mod vocabulary;
mod words;

use std::ops::Range;

use base64::Engine as _;

pub use features::{COUNT, Features, NAMES};
pub use name::Name;
use vocabulary::{PASSWORDS, among};

use super::assignment::Reader;
use super::checks::placeholder::is_placeholder;
use super::checks::structure::BASE64;
use super::checks::words::is_made_of_words;
use crate::rules::{AFTER, BEFORE, Confidence, LONGEST, NameKind, Rule, Trigger};

/// Fragments one of which stands in every word that promises a secret, and signs behind which
/// one stands. One of three letters counts only at the end of a word.
#[rustfmt::skip]
pub const FRAGMENTS: [&str; 55] = [
    "ecret", "oken", "pass", "pwd", "auth", "key", "cred", "salt", "asic ", "earer", "ified by",
    "pw:", "pw=", "securestr",
    // Of which the word that is noticed by itself has a letter behind it.
    "apikey", "api_keys",
    // Calls.
    "ogin(", "onnection(", "mysqli", "pdo(", "jwt.", "hmac", "64encode(", "btoa(",
    // Abbreviated and mistyped.
    "psk", "pswd", "pswr", "pswo", "pssw", "pasw",
    // In other languages.
    "adgangsk", "clave", "contrase", "geslo", "haslo", "hasło", "heslo", "jelszo", "kennwort",
    "losenord", "lozinka", "lösenord", "matkhau", "parola", "salasana", "senha", "sifre", "şifre",
    "wachtwoord", "密码", "密碼", "口令", "パスワード", "пароль", "비밀번호",
];

/// Shortest value that may be a secret.
const SHORTEST: usize = 4;

/// Shortest password in base64 that is taken for one that somebody keeps.
const SHORTEST_BASIC: usize = 5;

/// A token in which a stray sign is told from those of a password.
const SHORTEST_TOKEN: usize = 16;

/// Capitals that may be a token without a digit.
const SHORTEST_CAPITALS: usize = 8;

/// Letters of a word for a password that stands among others in a value.
const SHORTEST_WORD: usize = 8;

/// Characters besides rows of `A` that a value has which is no placeholder for all of them.
const SHORTEST_STRUCTURE: usize = 24;

/// Probabilities from which on a value is shown on request, by default, and as sure.
pub const UNLIKELY: f32 = 0.08;
/// See [`UNLIKELY`].
pub const LIKELY: f32 = 0.78;
/// See [`UNLIKELY`].
pub const SURE: f32 = 0.95;

/// The rules for kinds of names, ready to be asked.
pub struct Generic {
    /// For each kind the index of its rule.
    rules: [Option<usize>; NameKind::ALL.len()],
    /// Probability from which on a value is reported by default.
    likely: f32,
}

/// Bytes from which on a value is one of which only the beginning was judged.
pub const LONG: usize = 256;

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
                    p if p >= UNLIKELY && is_doubtful(&described, bytes) => Confidence::Low,
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

/// What a name and the lines round it may promise more than the value keeps.
fn is_doubtful(described: &Described, bytes: &[u8]) -> bool {
    let value = &bytes[described.value.clone()];
    is_made_up(value) || holds_a_stray_sign(described.kind, value)
}

/// A token's value that holds one sign or two that no token holds (RFC 6750, 2.1: letters, digits
/// and `-._~+/=`; a colon where an id stands in front): a pattern, a template or a token that was
/// made unlike one. Values of many signs are those of keys that are drawn from all.
fn holds_a_stray_sign(kind: NameKind, value: &[u8]) -> bool {
    let is_token = matches!(kind, NameKind::Token | NameKind::Auth | NameKind::Key);
    let is_stray = |b: &&u8| b.is_ascii_punctuation() && !b"-._~+/=%,:".contains(b);
    let stray = value.iter().filter(is_stray).count();
    is_token && value.len() >= SHORTEST_TOKEN && (1..=2).contains(&stray)
}

/// A word, also in disguise, or a placeholder, and none only for rows of `A`: so zeroes look in
/// base64, of which structures of bytes are full.
fn is_made_up(value: &[u8]) -> bool {
    if is_capitalised(value) || is_disguised(value) || is_for_tests(value) {
        return true;
    }
    if !is_placeholder(value) {
        return false;
    }
    let base64 = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    let rows = value.chunk_by(|a, b| a == b);
    let rest: Vec<u8> =
        rows.filter(|row| row.len() < 6 || row[0] != b'A').flatten().copied().collect();
    rest.len() < SHORTEST_STRUCTURE || !value.iter().all(base64) || is_placeholder(&rest)
}

/// Words of names and hints in disguise, with a number or signs behind them: `MyPassw0rd!`.
fn is_disguised(value: &[u8]) -> bool {
    let end = value.iter().rposition(u8::is_ascii_alphabetic).map_or(0, |at| at + 1);
    let plain = language::undisguised(&value[..end]);
    plain != value[..end] && is_made_of_words(&plain)
}

/// Lower-case letters that name tests: `devtest`.
fn is_for_tests(value: &[u8]) -> bool {
    value.iter().all(u8::is_ascii_lowercase) && begins_within(value, b"test")
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
    let read = read(bytes, fragment, reader).filter(|(_, name)| wanted(name.kind));
    read.into_iter().flat_map(move |(values, name)| {
        values.into_iter().filter_map(move |value| {
            let whole = !cut || value.end < bytes.len() || value.len() >= LONG;
            (whole && is_plausible(bytes, &name, &value)).then(|| Described {
                features: Features::of(bytes, &name, &value),
                kind: name.kind,
                value,
            })
        })
    })
}

/// The name round a fragment and the values that it is given.
fn read(
    bytes: &[u8],
    fragment: Range<usize>,
    reader: &mut Reader,
) -> Option<(Vec<Range<usize>>, Name)> {
    let noticed = fragment.start;
    if let Some(called) = calls::read(bytes, &fragment) {
        let name = Name::of_call(called.name, called.kind, noticed);
        return Some((vec![called.value], name));
    }
    let mut name = Name::round(bytes, fragment)?;
    if matches!(name.kind, NameKind::Auth | NameKind::Credential)
        && let Some(value) = reading::second_of_pair(bytes, &name.span)
    {
        name.kind = NameKind::Password;
        return Some((vec![value], name));
    }
    let mut values = reading::values(bytes, &name.span, reader);
    if values.is_empty() {
        values.extend(in_front::value(bytes, &name.span, noticed));
    }
    if values.is_empty() {
        values.extend(reading::endless(bytes, &name.span));
    }
    let pair = name.promises_pair(bytes).then_some(()).and(values.first());
    if let Some(password) = pair.and_then(|pair| calls::password_of(bytes, pair.clone())) {
        name.kind = NameKind::Password;
        values = vec![password];
    }
    Some((values, name))
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

/// Whether it is words of some language, as in files of translations: letters with blanks between
/// them or beyond ASCII, or mostly such.
fn is_prose(text: &[u8]) -> bool {
    let foreign = text.iter().filter(|b| !b.is_ascii()).count();
    let blank = text.contains(&b' ');
    let of_prose =
        |b: &u8| b.is_ascii_alphabetic() || !b.is_ascii() || b" .,!?:;'\"-()&<>/".contains(b);
    foreign > 0 && (blank || foreign * 3 >= text.len())
        || (blank || foreign > 0) && text.iter().all(of_prose)
}

/// Whether a word of it is one for a password.
fn names_password(text: &[u8]) -> bool {
    among(text, PASSWORDS)
        || text
            .split(|b| !b.is_ascii_alphabetic())
            .any(|word| word.len() >= SHORTEST_WORD && among(word, PASSWORDS))
}

/// Whether it is written with a zero byte, which no password holds: those who check it see a
/// text end there.
fn holds_zero(text: &[u8]) -> bool {
    text.contains(&b'\\')
        && ["\\x00", "\\u0000"].iter().any(|zero| begins_within(text, zero.as_bytes()))
}

/// Whether it is a word with a capital, or several that hyphens join: `Adgangskode`,
/// `Palavra-chave`.
fn is_capitalised(text: &[u8]) -> bool {
    text[0].is_ascii_uppercase()
        && text.split(|&b| b == b'-').all(|word| {
            word.len() > 1
                && word[0].is_ascii_alphabetic()
                && word[1..].iter().all(u8::is_ascii_lowercase)
        })
}

/// Whether it is a regex that holds a set of characters, as in `[0-9a-f]{32}`.
fn is_regex(text: &[u8]) -> bool {
    text.contains(&b'[')
        && ["[0-9", "[a-z", "[a-f", "[A-Z", "[A-F"]
            .iter()
            .any(|set| begins_within(text, set.as_bytes()))
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
        // .NET's `PublicKeyToken` is a hash of an assembly's public key.
        NameKind::Token if name.each_word(bytes).any(|word| among(word, &["public"])) => true,
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
            let gap = &bytes[name.gap(value)];
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
        || names_password(text)
        || matches!(name.kind, NameKind::Password | NameKind::Auth) && holds_zero(text)
        || is_regex(text)
        || is_prose(text)
        || facts::is_something_else(bytes, name, value)
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
    let assigned = || bytes[name.gap(value)].iter().any(|b| matches!(b, b'=' | b':' | b'>'));
    let may_be_one = match name.kind {
        NameKind::Password => quoted || assigned() || text.iter().any(u8::is_ascii_digit),
        _ if text.iter().any(u8::is_ascii_digit) => text.len() >= 6,
        _ if text.len() >= 24 || is_gibberish(text) => true,
        NameKind::Secret => quoted,
        _ => {
            text.len() >= SHORTEST_CAPITALS
                && text.iter().all(u8::is_ascii_uppercase)
                && language::covered(text) * 2 < text.len()
        }
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
    fn words_are_made_up_and_zeroes_in_base64_are_not() {
        for (value, made_up) in [
            ("MFIEEPgAAAAAAAAAAAAAAAAAAAEwFAYIKoZIhvcNAwcECNa3fxQUbhzwBCjy", false),
            ("sk_live_AAAAAAAAAAAAAAAAAAAAAAAA", true),
            ("AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", true),
            ("abcdefghijklmnopqrstuvwxyzAAAAAAAAAA", true),
            ("q7Rz0Pk3LmX9vTn2WbYs5Hc8", false),
            ("Palavra-chave", true),
            ("MyPassw0rd!", true),
            ("P@ssw0rd1", true),
            ("devtest", true),
            ("S3cr3tq7Rz", false),
            ("PalaVra", false),
        ] {
            assert_eq!(is_made_up(value.as_bytes()), made_up, "{value}");
        }
    }

    #[test]
    fn one_sign_or_two_are_strange_in_a_token() {
        use NameKind::{Auth, Key, Password, Token};
        for (kind, value, is_strange) in [
            (Token, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", true),
            (Auth, "^q7<>Rz0Pk3LmX9vTn2WbYs5Hc8$", true),
            (Key, "q7<>Rz0Pk3LmX9-vTn2WbYs5Hc!", true),
            (Token, "q7<>Rz0Pk3LmX9-vTn2_WbYs5/Hc8+Qd==", false),
            (Token, "4f7c21:q7<>Rz0Pk3LmX9vTn2WbYs5Hc8", false),
            (Key, "q7<>%Rz0P!k3(Lm&X9)vTn2#WbYs5*Hc8", false),
            (Password, "q7<>Rz0Pk3?mX9vTn2WbYs5Hc8", false),
            (Token, "q7<>Rz0?k3", false),
        ] {
            let value = value.replace("<>", "");
            assert_eq!(holds_a_stray_sign(kind, value.as_bytes()), is_strange, "{value}");
        }
    }

    #[test]
    fn a_value_that_goes_on_behind_the_reach_is_judged_by_its_beginning() {
        let long = "q7Rz0Pk3LmX9vTn2WbYs5Hc8Jd".repeat(40);
        for text in [format!("refresh_token = \"{long}\""), format!("refresh_token={long}\n")] {
            let read = values(&text, "oken");
            assert!(read.len() == 1 && read[0].len() >= LONG && long.starts_with(&read[0]));
        }
        assert_eq!(values(&format!("refresh_token {long}"), "oken"), Vec::<String>::new());
    }

    #[test]
    fn of_a_user_and_a_password_the_password_is_judged() {
        for (text, fragment) in
            [("CURLOPT_USERPWD, \"app:tR7x9q2m\"", "pwd"), ("basic_auth: \"app:tR7x9q2m\"", "auth")]
        {
            assert_eq!(values(text, fragment), ["tR7x9q2m"], "{text}");
        }
    }

    #[test]
    fn what_its_format_calls_public_is_not_judged() {
        for (text, fragment) in [
            ("arn:aws:secretsmanager:us-east-1:000000000000:secret:billing-Ef34Gh", "ecret"),
            ("gpg --recv-keys 3B4FE6ACC0B21F3294A5", "key"),
            ("mscorlib, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089\"", "oken"),
            ("X-Amz-Credential=USWUXHGYZQYF%2F20170529%2Fus-east-1%2Fs3%2Faws4_request&", "cred"),
            ("apiKey: 'a41d7c9b2e6f0385',\n indexName: 'docs'", "key"),
            ("Authorization: Digest username=\"75af8a3500f771e5\"", "auth"),
            ("token = \"eyJ0eXAi...lKaHx44Q\"", "oken"),
            // A row of names, and a form.
            ("\"kennwort\", \"losenord\", \"matkhau\"", "kennwort"),
            ("password = \"[0-9A-Za-z]{14}\"", "pass"),
            // Translations.
            ("\"change-password\": \"Vaihda salasana\"", "pass"),
            ("\"password\": \"Mật khẩu\"", "pass"),
            ("\"password\": \"MQTT-wachtwoord\"", "pass"),
            ("\"psk\": \"PSK密鑰必須採用標準[RFC4279]和HexDec格式\"", "psk"),
            ("password = \"abc\\x00def7\"", "pass"),
            ("\"forgot-password\": \"Unohditko salasanasi?\"", "pass"),
        ] {
            assert_eq!(values(text, fragment), Vec::<String>::new(), "{text}");
        }
        assert_eq!(values("apiKey: 'a41d7c9b2e6f0385'", "key"), ["a41d7c9b2e6f0385"]);
    }
}
