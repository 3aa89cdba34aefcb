//! Values that a format, or what is next to them, shows not to be secrets, whatever their name
//! means: public values, dates, options, URLs, paths in a bucket.

mod public_key;
mod shipped;

use std::ops::Range;

pub use shipped::is_shipped;

use super::super::checks::placeholder;
use super::contains::contains_part;
use super::first_character::is_drawn;
use super::name::Name;
use crate::rules::word_list::WordList;
use crate::rules::{AFTER, BEFORE, NameKind};

/// Longest extension of a file name.
const LONGEST_EXTENSION: usize = 4;

/// Digits of a date: year, month and day.
const DATE: usize = 8;

/// Digits of the longest fingerprint of an OpenPGP key (RFC 9580, version 6).
const OPENPGP_FINGERPRINT: usize = 64;

/// Digits of the token of a device at Apple's push service.
const APNS_TOKEN: usize = 64;

/// Longest sequence of adjacent keys that counts as typed for nothing.
const LONGEST_SEQUENCE: usize = 8;

/// Whether the value is known not to be a secret.
pub fn is_known_public(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    is_something_else(bytes, name, value)
        || is_public_in_context(bytes, name, value)
        || shipped::is_in_pages(bytes, name, value)
}

/// Whether the value has the form of something other than a secret.
fn is_something_else(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let lexicon = name.lexicon;
    let contains =
        |list, text: &[u8]| lexicon.any(list, |part| contains_part(text, part.as_bytes()));
    let begins = |list| lexicon.any(list, |prefix| text.starts_with(prefix.as_bytes()));
    let bare = value.start > 0 && !b"\"'`".contains(&bytes[value.start - 1]);
    let of_kind = match name.kind {
        NameKind::Password => {
            is_option(bytes, name, value) || is_url(text) || is_read_elsewhere(bytes, name, value)
        }
        NameKind::Key => {
            let in_bucket = contains(WordList::BucketKeyParts, &bytes[name.span.clone()]);
            let of_openpgp = name.has_word(bytes, WordList::OpenpgpWords);
            let hex = text.iter().all(u8::is_ascii_hexdigit);
            is_file(text, in_bucket)
                || lexicon.any(WordList::FingerprintPrefixes, |prefix| {
                    let head = text.get(..prefix.len());
                    head.is_some_and(|head| head.eq_ignore_ascii_case(prefix.as_bytes()))
                })
                || of_openpgp && hex && text.len() <= OPENPGP_FINGERPRINT
        }
        NameKind::Token => {
            begins(WordList::SessionTokenPrefixes)
                || name.has_word(bytes, WordList::DeviceWords)
                    && (is_apns_token(text) || contains(WordList::DeviceAddressParts, text))
        }
        _ => false,
    };
    of_kind
        // An element of a list: `pass = argv[1]`.
        || bare && bytes.get(value.end) == Some(&b'[')
        || begins(WordList::PublicPrefixes)
        || contains(WordList::PublicParts, text)
        || public_key::is_public_key(text)
        || public_key::is_of_rspamd(&bytes[name.span.clone()], text)
        || is_date(text)
        || is_date_format(text)
        || name.kind != NameKind::Password
            && lexicon.any(WordList::EmptyDigests, |digest| digest.as_bytes() == text)
        || is_scope(text)
        || is_bytes_literal(text)
        || is_typed_sequence(text)
        || text.eq_ignore_ascii_case(&bytes[name.span.clone()])
}

/// Whether what is near the value shows that everybody may know it, or that it opens nothing.
fn is_public_in_context(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let lexicon = name.lexicon;
    let contains =
        |list, text: &[u8]| lexicon.any(list, |part| contains_part(text, part.as_bytes()));
    let (before, text) = (&bytes[first..name.span.start], &bytes[value.clone()]);
    let after = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    let token = before.rsplit(|b| b.is_ascii_whitespace() || b"\"'`".contains(b)).next();
    match name.kind {
        NameKind::Secret => {
            token.is_some_and(|token| contains(WordList::IdentifierParts, token))
                || contains(WordList::PublicSecretNeighbors, before)
        }
        NameKind::Token
            if token.is_some_and(|url| {
                url.contains(&b'/') && contains(WordList::BadgeUrlParts, url)
            }) || contains(WordList::PublicTokenNeighbors, before)
                || contains(WordList::PublicTokenNeighbors, after) =>
        {
            true
        }
        NameKind::Token
            if lexicon.any(WordList::BadgeEndings, |it| {
                bytes[value.end..].starts_with(it.as_bytes())
            }) || lexicon.any(WordList::BadgeBeginnings, |it| {
                bytes[..name.span.start].ends_with(it.as_bytes())
            }) =>
        {
            true
        }
        NameKind::Token
            if name
                .each_own_word(bytes)
                .any(|word| lexicon.has(WordList::PublicTokenWords, word)) =>
        {
            true
        }
        NameKind::Token => {
            let subscribes = name
                .each_word(bytes)
                .any(|word| lexicon.any(WordList::SubscriptionWords, |it| it.as_bytes() == word));
            text.len() >= 64
                && text.iter().all(u8::is_ascii_hexdigit)
                && (subscribes
                    || contains(WordList::SnsPartsBefore, before)
                    || contains(WordList::SnsPartsAfter, after))
        }
        NameKind::Key => {
            contains(WordList::PublicKeyNeighbors, before)
                || contains(WordList::PublicKeyNeighbors, after)
        }
        NameKind::Auth => {
            let gap = &bytes[name.gap(value)];
            lexicon.any(WordList::DigestParameters, |part| {
                gap.windows(part.len()).any(|window| window.eq_ignore_ascii_case(part.as_bytes()))
            })
        }
        _ => false,
    }
}

/// A date or a time (ISO 8601): `2024-05-16T19:51:27Z`.
fn is_date(text: &[u8]) -> bool {
    let form = b"0000-00-00";
    text.len() >= form.len()
        && text
            .iter()
            .zip(form)
            .all(|(b, of)| if *of == b'-' { b == of } else { b.is_ascii_digit() })
        && text.get(form.len()).is_none_or(|b| matches!(b, b'T' | b' '))
}

/// A command reads what begins with a hyphen as an option; a file of data has random values that
/// do.
fn is_option(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let assigned = || bytes[name.gap(value)].iter().any(|b| matches!(b, b'=' | b':' | b'>'));
    text[0] == b'-' && !(assigned() && is_drawn(&text[1..]))
}

/// A URL without a user: nginx's `proxy_pass http://host`.
fn is_url(text: &[u8]) -> bool {
    contains_part(text, b"://") && !text.contains(&b'@')
}

/// What follows `--password-stdin` is the next argument of the command.
fn is_read_elsewhere(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let name_text = &bytes[name.span.clone()];
    value.start > name.span.end
        && name
            .lexicon
            .any(WordList::StandardInputEndings, |ending| name_text.ends_with(ending.as_bytes()))
}

/// The key of an object in a bucket: the path of a file, or the name of a file where the name
/// of the value mentions a bucket.
fn is_file(text: &[u8], in_bucket: bool) -> bool {
    let Some(dot) = text.iter().rposition(|&b| b == b'.') else { return false };
    let extension = &text[dot + 1..];
    (in_bucket || text[..dot].contains(&b'/'))
        && (2..=LONGEST_EXTENSION).contains(&extension.len())
        && extension.iter().all(u8::is_ascii_lowercase)
}

/// A format of dates: `DDMMYYYYHHMM`.
fn is_date_format(text: &[u8]) -> bool {
    let repetitions = || text.chunk_by(|a, b| a == b);
    text.iter().all(|b| b"DMYHhmsSy-/:. ".contains(b))
        && repetitions().all(|it| matches!(it.len(), 1 | 2 | 4))
        && repetitions().any(|it| matches!(it, b"MM" | b"DD" | b"YYYY" | b"yyyy"))
}

/// A device's address at Apple's push service.
fn is_apns_token(text: &[u8]) -> bool {
    text.len() == APNS_TOKEN && text.iter().all(u8::is_ascii_hexdigit)
}

/// The scope of a signature of AWS or Google Cloud Storage: key id, date, region and service. It
/// names a key and does not contain it
/// (`X-Amz-Credential=AKIA…/20260131/eu-west-1/s3/aws4_request`).
fn is_scope(text: &[u8]) -> bool {
    let is_dated = |separator: &[u8]| {
        text.windows(separator.len() + DATE).any(|window| {
            let date = window.strip_prefix(separator);
            date.is_some_and(|date| date.starts_with(b"20") && date.iter().all(u8::is_ascii_digit))
        })
    };
    is_dated(b"/") || is_dated(b"%2F")
}

/// Adjacent keys of the keyboard, or consecutive letters: `hjkl`.
fn is_typed_sequence(text: &[u8]) -> bool {
    text.len() <= LONGEST_SEQUENCE
        && placeholder::sequences(&text.to_ascii_lowercase()).0 == text.len()
}

/// How Python prints bytes that are not text: `b'\\xfe\\xfd'`.
fn is_bytes_literal(text: &[u8]) -> bool {
    (text.starts_with(b"b'") || text.starts_with(b"b\"")) && contains_part(text, b"\\x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lexicon::Lexicon;

    #[test]
    fn a_format_shows_that_a_value_is_not_a_secret() {
        for (text, fragment, value) in [
            ("token_expires = 2024-05-16T19:51:27Z", "oken", "2024-05-16T19:51:27Z"),
            ("pass `-Zsbom`", "pass", "-Zsbom"),
            ("proxy_pass http://127.0.0.1:8000/", "pass", "http://127.0.0.1:8000/"),
            ("docker login --password-stdin registry.acme.test", "pass", "registry.acme.test"),
            ("S3Key: serverless/local/1708-dlq.zip", "Key", "serverless/local/1708-dlq.zip"),
            ("key: SHA256:fixture", "key", "SHA256:fixture"),
            ("Credential=id/20130524/eu/s3/aws4_request", "Cred", "id/20130524/eu/s3/aws4_request"),
            ("secret: \"b'\\xfe\\xfd'\"", "ecret", "b'\\xfe\\xfd'"),
            ("<SessionToken>FQoGZXIvYXdzEBYa", "oken", "FQoGZXIvYXdzEBYa"),
            ("secret=\"hjkl\"", "ecret", "hjkl"),
            ("from_pass = argv[1]", "pass", "argv"),
            ("PLAIN_AUTH = \"PLAIN_AUTH\"", "AUTH", "PLAIN_AUTH"),
        ] {
            let find = |part: &str| text.rfind(part).unwrap();
            let start = find(value);
            let offset = text.find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name =
                Name::around(text.as_bytes(), offset..offset + fragment.len(), &lexicon).unwrap();
            let value = start..start + value.len();
            assert!(is_something_else(text.as_bytes(), &name, &value), "{text}");
        }
        for (text, value) in [
            ("password = \"2024-05-16x\"", "2024-05-16x"),
            ("password: me@x://y", "me@x://y"),
            ("api_key = a/b.Q7Rz", "a/b.Q7Rz"),
        ] {
            let start = text.find(value).unwrap();
            let offset = text.find("pass").or(text.find("key")).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::around(text.as_bytes(), offset..offset + 3, &lexicon).unwrap();
            assert!(
                !is_something_else(text.as_bytes(), &name, &(start..start + value.len())),
                "{text}"
            );
        }
    }
}
