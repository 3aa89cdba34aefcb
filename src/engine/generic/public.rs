//! Values of which a format says that they are no secret, whatever the name in front of them
//! promises: what everybody may read, a date, an option, an address, a place in a bucket.

use std::ops::Range;

use super::super::checks::placeholder;
use super::begins_within;
use super::name::Name;
use crate::rules::word_list::WordList;
use crate::rules::{AFTER, BEFORE, NameKind};

/// Letters that the ending of a file's name may have.
const LONGEST_ENDING: usize = 4;

/// Digits of a date: year, month and day.
const DATE: usize = 8;

/// Digits of the longest fingerprint of an OpenPGP key (RFC 9580, version 6).
const OPENPGP_FINGERPRINT: usize = 64;

/// Digits of the token by which Apple's service knows a device that it pushes to.
const APNS_TOKEN: usize = 64;

/// Letters of a row of keys that stands for nothing.
const LONGEST_ROW: usize = 8;

/// Whether a format says of the value that it is no secret.
pub fn is_public(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    is_something_else(bytes, name, value) || is_for_everybody(bytes, name, value)
}

/// Whether the value is something else than a secret.
fn is_something_else(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let lexicon = name.lexicon;
    let contains =
        |list, text: &[u8]| lexicon.any(list, |part| begins_within(text, part.as_bytes()));
    let begins = |list| lexicon.any(list, |prefix| text.starts_with(prefix.as_bytes()));
    let bare = value.start > 0 && !b"\"'`".contains(&bytes[value.start - 1]);
    let of_kind = match name.kind {
        // A command takes what begins with a hyphen for an option.
        NameKind::Password => {
            text[0] == b'-' || is_address(text) || is_read_elsewhere(bytes, name, value)
        }
        NameKind::Key => {
            let in_bucket = contains(WordList::BucketKeyParts, &bytes[name.span.clone()]);
            let of_openpgp = name.speaks_of(bytes, WordList::OpenpgpWords);
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
                || name.speaks_of(bytes, WordList::DeviceWords)
                    && (is_apns_token(text) || contains(WordList::DeviceAddressParts, text))
        }
        _ => false,
    };
    of_kind
        // An element of a list: `pass = argv[1]`.
        || bare && bytes.get(value.end) == Some(&b'[')
        || begins(WordList::PublicPrefixes)
        || contains(WordList::PublicParts, text)
        || is_date(text)
        || is_form_of_dates(text)
        || name.kind != NameKind::Password
            && lexicon.any(WordList::EmptyDigests, |digest| digest.as_bytes() == text)
        || is_scope(text)
        || is_written_bytes(text)
        || is_row(text)
        || text.eq_ignore_ascii_case(&bytes[name.span.clone()])
}

/// Whether everybody may read the value, or it opens nothing.
fn is_for_everybody(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let lexicon = name.lexicon;
    let contains =
        |list, text: &[u8]| lexicon.any(list, |part| begins_within(text, part.as_bytes()));
    let (before, text) = (&bytes[first..name.span.start], &bytes[value.clone()]);
    let behind = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    let token = before.rsplit(|b| b.is_ascii_whitespace() || b"\"'`".contains(b)).next();
    match name.kind {
        // The name of one in AWS: `arn:aws:secretsmanager:…:secret:name`.
        NameKind::Secret => token.is_some_and(|token| contains(WordList::IdentifierParts, token)),
        // The picture of a build's state, of which the link holds a token.
        NameKind::Token
            if lexicon.any(WordList::BadgeEndings, |it| {
                bytes[value.end..].starts_with(it.as_bytes())
            }) || lexicon.any(WordList::BadgeBeginnings, |it| {
                bytes[..name.span.start].ends_with(it.as_bytes())
            }) =>
        {
            true
        }
        // .NET's `PublicKeyToken` is a hash of an assembly's public key.
        NameKind::Token
            if name.each_word(bytes).any(|word| lexicon.has(WordList::PublicTokenWords, word)) =>
        {
            true
        }
        // What confirms a subscription to SNS works once.
        NameKind::Token => {
            let subscribes = name
                .each_word(bytes)
                .any(|word| lexicon.any(WordList::SubscriptionWords, |it| it.as_bytes() == word));
            text.len() >= 64
                && text.iter().all(u8::is_ascii_hexdigit)
                && (subscribes
                    || contains(WordList::SnsPartsBefore, before)
                    || contains(WordList::SnsPartsAfter, behind))
        }
        // A key of AWS beside an id of the account 000000000000, which is LocalStack's, opens
        // nothing. The key by which a page searches its own index (DocSearch) is given to
        // every reader.
        NameKind::Key => {
            contains(WordList::PublicKeyNeighbors, before)
                || contains(WordList::PublicKeyNeighbors, behind)
        }
        // Of a digest's parameters none is secret.
        NameKind::Auth => {
            let gap = &bytes[name.gap(value)];
            lexicon.any(WordList::DigestParameters, |part| {
                gap.windows(part.len()).any(|here| here.eq_ignore_ascii_case(part.as_bytes()))
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

/// An address without a user: nginx's `proxy_pass http://host`.
fn is_address(text: &[u8]) -> bool {
    begins_within(text, b"://") && !text.contains(&b'@')
}

/// What stands behind `--password-stdin` is the command's next argument.
fn is_read_elsewhere(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let name_text = &bytes[name.span.clone()];
    value.start > name.span.end
        && name
            .lexicon
            .any(WordList::StandardInputEndings, |ending| name_text.ends_with(ending.as_bytes()))
}

/// The key of an object in a bucket: a path to a file, or a file's name where the name says that
/// it stands in a bucket.
fn is_file(text: &[u8], in_bucket: bool) -> bool {
    let Some(dot) = text.iter().rposition(|&b| b == b'.') else { return false };
    let ending = &text[dot + 1..];
    (in_bucket || text[..dot].contains(&b'/'))
        && (2..=LONGEST_ENDING).contains(&ending.len())
        && ending.iter().all(u8::is_ascii_lowercase)
}

/// A form that dates are written in: `DDMMYYYYHHMM`.
fn is_form_of_dates(text: &[u8]) -> bool {
    let rows = || text.chunk_by(|a, b| a == b);
    text.iter().all(|b| b"DMYHhmsSy-/:. ".contains(b))
        && rows().all(|row| matches!(row.len(), 1 | 2 | 4))
        && rows().any(|row| matches!(row, b"MM" | b"DD" | b"YYYY" | b"yyyy"))
}

/// A device's address at Apple's push service.
fn is_apns_token(text: &[u8]) -> bool {
    text.len() == APNS_TOKEN && text.iter().all(u8::is_ascii_hexdigit)
}

/// The scope of a signature, of AWS and of Google's storage: key id, date, region and service. It
/// names a key and does not hold it (`X-Amz-Credential=AKIA…/20260131/eu-west-1/s3/aws4_request`).
fn is_scope(text: &[u8]) -> bool {
    let dated = |sign: &[u8]| {
        text.windows(sign.len() + DATE).any(|here| {
            let date = here.strip_prefix(sign);
            date.is_some_and(|date| date.starts_with(b"20") && date.iter().all(u8::is_ascii_digit))
        })
    };
    dated(b"/") || dated(b"%2F")
}

/// Nothing but keys that lie side by side or letters that follow each other: `hjkl`.
fn is_row(text: &[u8]) -> bool {
    text.len() <= LONGEST_ROW && placeholder::walk(&text.to_ascii_lowercase()).0 == text.len()
}

/// How Python prints bytes that are no text: `b'\\xfe\\xfd'`.
fn is_written_bytes(text: &[u8]) -> bool {
    (text.starts_with(b"b'") || text.starts_with(b"b\"")) && begins_within(text, b"\\x")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lexicon::Lexicon;

    #[test]
    fn a_format_may_say_that_a_value_is_no_secret() {
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
            let at = text.find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::round(text.as_bytes(), at..at + fragment.len(), &lexicon).unwrap();
            let value = start..start + value.len();
            assert!(is_something_else(text.as_bytes(), &name, &value), "{text}");
        }
        for (text, value) in [
            ("password = \"2024-05-16x\"", "2024-05-16x"),
            ("password: me@x://y", "me@x://y"),
            ("api_key = a/b.Q7Rz", "a/b.Q7Rz"),
        ] {
            let start = text.find(value).unwrap();
            let at = text.find("pass").or(text.find("key")).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::round(text.as_bytes(), at..at + 3, &lexicon).unwrap();
            assert!(
                !is_something_else(text.as_bytes(), &name, &(start..start + value.len())),
                "{text}"
            );
        }
    }
}
