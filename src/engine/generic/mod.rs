//! Secrets without a format: values that only their name identifies.
//!
//! ```text
//! fragment ─▶ name (its words, its kind) ─▶ values (the shared reader of assignments)
//!          ─▶ prefilter ─▶ features ─▶ model or randomness ─▶ downgrade ─▶ confidence
//! ```
//!
//! What is encrypted, public or something else never reaches the model. A random value of a name
//! that says what it is for is reported wherever it is; the context decides only about the others.
//!
//! Like any other verdict this one depends on the engine's window alone. The words used are data:
//! `patterns/generic/`. `docs/accuracy.md` shows how good the verdicts are and where the thresholds
//! come from.

mod contains;
mod declaration;
mod downgrade;
mod encrypted;
#[cfg(test)]
mod entries;
mod features;
mod first_character;
mod known_public;
mod language;
mod model;
mod name;
mod noise;
mod prefilter;
mod quick_check;
mod randomness;
mod values;
mod words;

use std::ops::Range;

pub use features::{COUNT, Features, NAMES};
pub use name::Name;

use contains::contains_part;
use downgrade::{has_real_password, must_downgrade};
use prefilter::may_be_secret;
use randomness::is_random;

use crate::engine::structure::assignment::{AssignmentReader, takes_argument};
use crate::rules::catalogue::Catalogue;
use crate::rules::lexicon::Lexicon;
use crate::rules::{AFTER, Confidence, LONGEST, NameKind, Trigger};

/// Probability of a value of low confidence, at least.
pub const LOW_THRESHOLD: f32 = 0.08;
/// Probability of a value of medium confidence, at least, unless the configuration sets another.
pub const MEDIUM_THRESHOLD: f32 = 0.78;
/// Probability of a value of high confidence, at least.
pub const HIGH_THRESHOLD: f32 = 0.95;

/// The rules for kinds of names, ready to judge values.
pub struct Generic {
    /// The index of the rule of each kind.
    rules: [Option<usize>; NameKind::ALL.len()],
    /// Probability of a value of medium confidence, at least.
    threshold: f32,
    lexicon: Lexicon,
}

/// Length of a value from which only the beginning was judged.
pub const LONG_VALUE: usize = 256;

/// Shortest base64 that is also judged without its padding: 15 bytes.
const SHORTEST_UNPADDED: usize = 20;

/// A value that is probably a secret.
pub struct HeuristicCandidate {
    pub rule: usize,
    pub value: Range<usize>,
    pub confidence: Confidence,
}

/// A value that may be a secret, with its features.
pub struct DescribedValue {
    pub value: Range<usize>,
    pub kind: NameKind,
    /// A salt that is stored with the hash it was made for, a digest, or the key of a table.
    pub is_public_half: bool,
    /// A hash, the id of a key or a part of a test vector.
    pub is_doubtful: bool,
    /// A generator drew it, and its name leaves no doubt that it is a secret.
    pub is_random_secret: bool,
    /// A key that browsers and apps contain.
    pub is_shipped: bool,
    pub features: Features,
}

impl Generic {
    /// Takes the rules for kinds of names from the catalogue; of two for one kind, the last.
    pub fn new(catalogue: &Catalogue) -> Self {
        let lexicon = catalogue.lexicon().clone();
        let mut generic =
            Generic { rules: Default::default(), threshold: MEDIUM_THRESHOLD, lexicon };
        for (index, rule) in catalogue.rules().iter().enumerate() {
            if let Trigger::Kind(kind) = rule.trigger {
                generic.rules[kind as usize] = Some(index);
            }
        }
        generic
    }

    /// Gives values of this probability medium confidence.
    pub fn set_threshold(&mut self, probability: f32) {
        self.threshold = probability;
    }

    /// The values of the name around a fragment that are probably secrets.
    pub fn candidates(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        reader: &mut AssignmentReader,
    ) -> Vec<HeuristicCandidate> {
        let lexicon = &self.lexicon;
        described(bytes, fragment, reader, lexicon, |kind| self.rules[kind as usize].is_some())
            .filter_map(|described| {
                let value = &bytes[described.value.clone()];
                let mut probability = model::probability(&described.features.0);
                // The padding of base64 means nothing, but keys of 16 and 32 bytes have it, and
                // the model has seen few values that end with it.
                if let Some(unpadded) = without_padding(value) {
                    let unpadded = described.features.of_part(unpadded);
                    probability = probability.max(model::probability(&unpadded.0));
                }
                if described.kind == NameKind::Auth {
                    match has_real_password(lexicon, value) {
                        Some(true) => probability = probability.max(self.threshold),
                        Some(false) => probability = probability.min(LOW_THRESHOLD),
                        None => {}
                    }
                }
                if described.is_random_secret {
                    probability = probability.max(self.threshold);
                }
                let confidence = match probability {
                    p if p >= LOW_THRESHOLD
                        && (described.is_public_half
                            || described.is_doubtful
                            || described.is_shipped
                            || must_downgrade(lexicon, described.kind, value)) =>
                    {
                        Confidence::Low
                    }
                    p if p >= HIGH_THRESHOLD.max(self.threshold) => Confidence::High,
                    p if p >= self.threshold => Confidence::Medium,
                    p if p >= LOW_THRESHOLD => Confidence::Low,
                    _ => return None,
                };
                let rule = self.rules[described.kind as usize]?;
                Some(HeuristicCandidate { rule, value: described.value, confidence })
            })
            .collect()
    }
}

/// The values of the name around a fragment with their features, if the kind is accepted.
pub fn described<'b>(
    bytes: &'b [u8],
    fragment: Range<usize>,
    reader: &mut AssignmentReader,
    lexicon: &'b Lexicon,
    accepts_kind: impl Fn(NameKind) -> bool,
) -> impl Iterator<Item = DescribedValue> {
    // What is beyond the engine's reach must not count.
    let reach = fragment.start + LONGEST + AFTER;
    let cut = reach < bytes.len();
    let bytes = &bytes[..bytes.len().min(reach)];
    let read = read(bytes, fragment, reader, lexicon).filter(|(_, name)| accepts_kind(name.kind));
    read.into_iter().flat_map(move |(values, name)| {
        values.into_iter().filter_map(move |value| {
            let whole = !cut || value.end < bytes.len() || value.len() >= LONG_VALUE;
            (whole && may_be_secret(bytes, &name, &value)).then(|| DescribedValue {
                features: Features::of(bytes, &name, &value),
                kind: name.kind,
                is_public_half: name.is_stored_salt(bytes) || name.is_public_or_digest(bytes),
                is_doubtful: noise::is_doubtful(bytes, &name, &value),
                is_shipped: known_public::is_shipped(bytes, &name, &value),
                is_random_secret: name.is_qualified(bytes)
                    && is_assigned(bytes, &name, &value)
                    && is_random(&bytes[value.clone()], name.kind == NameKind::Password),
                value,
            })
        })
    })
}

/// The name around a fragment and its values.
fn read<'l>(
    bytes: &[u8],
    fragment: Range<usize>,
    reader: &mut AssignmentReader,
    lexicon: &'l Lexicon,
) -> Option<(Vec<Range<usize>>, Name<'l>)> {
    let offset = fragment.start;
    if let Some(called) = values::calls::read(bytes, &fragment, lexicon) {
        let name = Name::of_call(called.name, called.kind, offset, lexicon);
        return Some((vec![called.value], name));
    }
    let mut name = Name::around(bytes, fragment, lexicon)?;
    if matches!(name.kind, NameKind::Auth | NameKind::Credential)
        && let Some(value) = values::second_of_pair(bytes, &name.span)
    {
        name.kind = NameKind::Password;
        return Some((vec![value], name));
    }
    let mut values = values::assigned(bytes, &name.span, reader, lexicon);
    if values.is_empty() {
        values.extend(values::value_before_name::value(bytes, &name.span, offset, lexicon));
    }
    if values.is_empty() {
        values.extend(values::beginning_of_long(bytes, &name.span));
    }
    if values.is_empty() {
        values = values::map_below::values(bytes, &name.span, lexicon);
        // An object that describes one credential has other members.
        if !values.iter().all(|value| is_random(&bytes[value.clone()], false))
            || !values.is_empty() && !name.is_qualified(bytes)
        {
            values.clear();
        }
    }
    let pair = name.may_be_pair(bytes).then_some(()).and(values.first());
    if let Some(password) =
        pair.and_then(|pair| values::calls::password_of_pair(bytes, pair.clone()))
    {
        name.kind = NameKind::Password;
        values = vec![password];
    }
    Some((values, name))
}

/// Whether more than blanks join the name to its value: prose does not assign, a command and its
/// option do. An argument without quotes is another name.
fn is_assigned(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let before = |offset: usize| offset.checked_sub(1).map(|before| bytes[before]);
    let gap = &bytes[name.gap(value)];
    let quoted = before(value.start).is_some_and(|b| b"\"'`".contains(&b));
    quoted
        || before(name.span.start) == Some(b'-')
        || gap.iter().any(|b| b"=:>".contains(b))
        || contains_part(gap, b"--")
        || takes_argument(bytes, &name.span)
}

/// Base64 without its padding.
fn without_padding(value: &[u8]) -> Option<&[u8]> {
    let unpadded = value.strip_suffix(b"==").or_else(|| value.strip_suffix(b"="))?;
    let alphabet = |b: &u8| b.is_ascii_alphanumeric() || b"+/-_".contains(b);
    let whole = value.len().is_multiple_of(4) && unpadded.len() >= SHORTEST_UNPADDED;
    (whole && unpadded.iter().all(alphabet)).then_some(unpadded)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str, fragment: &str) -> Vec<String> {
        let offset = text.to_ascii_lowercase().find(fragment).unwrap();
        let (fragment, lexicon) = (offset..offset + fragment.len(), Lexicon::default());
        described(text.as_bytes(), fragment, &mut AssignmentReader::default(), &lexicon, |_| true)
            .map(|described| text[described.value].to_owned())
            .collect()
    }

    #[test]
    fn a_value_that_continues_beyond_the_reach_is_judged_by_its_beginning() {
        let long = "q7Rz0Pk3LmX9vTn2WbYs5Hc8Jd".repeat(40);
        for text in [format!("refresh_token = \"{long}\""), format!("refresh_token={long}\n")] {
            let read = values(&text, "oken");
            assert!(read.len() == 1 && read[0].len() >= LONG_VALUE && long.starts_with(&read[0]));
        }
        assert_eq!(values(&format!("refresh_token {long}"), "oken"), Vec::<String>::new());
    }

    #[test]
    fn base64_is_judged_without_its_padding() {
        let unpadded = |value: &str| without_padding(value.as_bytes()).map(<[u8]>::len);
        assert_eq!(unpadded("dTfyELRrAICGDwzjHDjuhw=="), Some(22));
        assert_eq!(unpadded("q7Rz0Pk3LmX9vTn2WbYs5Hc8J+/dQ7Rz0Pk3LmX9vTs="), Some(43));
        for other in [
            "q7Rz0Pk3LmX9vTn2WbYs5Hc8",
            "q7Rz=",
            "q7Rz0Pk3LmX9vTn2WbYs5=",
            "a b c d e f g h i j k l m=",
        ] {
            assert_eq!(unpadded(other), None, "{other}");
        }
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
    fn known_public_values_are_not_judged() {
        for (text, fragment) in [
            ("arn:aws:secretsmanager:us-east-1:000000000000:secret:billing-Ef34Gh", "ecret"),
            ("gpg --recv-keys 3B4FE6ACC0B21F3294A5", "key"),
            ("mscorlib, Version=4.0.0.0, PublicKeyToken=b77a5c561934e089\"", "oken"),
            ("X-Amz-Credential=USWUXHGYZQYF%2F20170529%2Fus-east-1%2Fs3%2Faws4_request&", "cred"),
            ("apiKey: 'a41d7c9b2e6f0385',\n indexName: 'docs'", "key"),
            ("Authorization: Digest username=\"75af8a3500f771e5\"", "auth"),
            ("token = \"eyJ0eXAi...lKaHx44Q\"", "oken"),
            // A list of names, and a pattern.
            ("\"kennwort\", \"losenord\", \"matkhau\"", "kennwort"),
            ("password = \"[0-9A-Za-z]{14}\"", "pass"),
            // Translations.
            ("\"change-password\": \"Vaihda salasana\"", "pass"),
            ("\"password\": \"Mật khẩu\"", "pass"),
            ("\"password\": \"MQTT-wachtwoord\"", "pass"),
            ("\"psk\": \"PSK密鑰必須採用標準[RFC4279]和HexDec格式\"", "psk"),
            ("password = \"abc\\x00def7\"", "pass"),
            ("\"forgot-password\": \"Unohditko salasanasi?\"", "pass"),
            ("\"client_secret\": \"Tajn\\u00e9\"", "ecret"),
            ("\"client_secret\": \"\\u5bc6\\u94a5\"", "ecret"),
            ("\"client_secret\": \"\\u91cd\\u7f6e webhook \\u5bc6\\u94a5\"", "ecret"),
            ("Token uwierzytelniania", "oken"),
            // Digests, ids, positions.
            ("\"client_token\": \"hmac-sha256:883d77021f0e6a5b\"", "oken"),
            ("token_accessor   30b2fd84-73c1-6eef-8f96-bc99791cc2ae", "oken"),
            ("\"secret_id_num_uses\": \"7e66f0a1b2c3\"", "ecret"),
            ("\"api_token_id\": \"5e0a6f3c46f8aacc9d45e6f7\"", "oken"),
            (
                "deviceToken: '11433856eed2f5b0d1c3a7e9f2b4860c11433856eed2f5b0d1c3a7e9f2b4860c'",
                "oken",
            ),
            ("secret_hash: \"5c1d6795ea1dd08b6f4fd331eeaffc12\"", "ecret"),
            ("encryptedMetadataKey = \"s4kDkkLpQ7Rz\"", "key"),
            ("GPG key: F3EF5F62A87FC27A22E643F714CE4FF5015AA242", "key"),
            ("\"S3Key\": \"7e5f48d1e79c9155.zip\"", "key"),
            ("authenticationTag = \"xkVxj0NbQEXIEMlulYZJgg==\"", "auth"),
            ("key: 'DDMMYYYYHHMM'", "key"),
            ("SIOCGLIFTOKEN = -0x3f879678", "oken"),
            ("TOKEN=d41d8cd98f00b204e9800998ecf8427e", "oken"),
            ("(https://codecov.test/badge.svg?token=Q7RZ0PK3LM)](https://codecov.test)", "oken"),
        ] {
            assert_eq!(values(text, fragment), Vec::<String>::new(), "{text}");
        }
        assert_eq!(values("apiKey: 'a41d7c9b2e6f0385'", "key"), ["a41d7c9b2e6f0385"]);
        for (text, fragment) in [
            ("DEVICE_TOKEN=q7Rz<>0Pk3LmX9", "oken"),
            ("GPG_PRIVATE_KEY=lQdGBG<>q7Rz0Pk3LmX9", "key"),
        ] {
            assert_eq!(values(&text.replace("<>", ""), fragment).len(), 1, "{text}");
        }
        assert_eq!(values("password: 'p\\u00e9che9!X'", "pass"), ["p\\u00e9che9!X"]);
    }
}
