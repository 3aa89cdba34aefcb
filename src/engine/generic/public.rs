//! Values of which a format says that they are no secret, whatever the name in front of them
//! promises: what everybody may read, a date, an option, an address, a place in a bucket.

use std::ops::Range;

use super::super::checks::placeholder;
use super::begins_within;
use super::name::Name;
use super::vocabulary::among;
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
    let bare = value.start > 0 && !b"\"'`".contains(&bytes[value.start - 1]);
    let of_kind = match name.kind {
        // A command takes what begins with a hyphen for an option.
        NameKind::Password => {
            text[0] == b'-' || is_address(text) || is_asked_for(bytes, name, value)
        }
        NameKind::Key => {
            let in_bucket = [&b"s3"[..], b"S3"]
                .iter()
                .any(|sign| begins_within(&bytes[name.span.clone()], sign));
            let of_openpgp = name.speaks_of(bytes, &["gpg", "pgp", "openpgp"]);
            let hex = text.iter().all(u8::is_ascii_hexdigit);
            is_file(text, in_bucket)
                || is_fingerprint(text)
                || of_openpgp && hex && text.len() <= OPENPGP_FINGERPRINT
        }
        NameKind::Token => {
            is_of_sts(text) || name.speaks_of(bytes, &["device"]) && is_pushed_to(text)
        }
        _ => false,
    };
    of_kind
        // An element of a list: `pass = argv[1]`.
        || bare && bytes.get(value.end) == Some(&b'[')
        || text.starts_with(b"-0x")
        || is_date(text)
        || is_form_of_dates(text)
        || is_digest_of_nothing(text) && name.kind != NameKind::Password
        // What Vault's audit log holds in a secret's place.
        || text.starts_with(b"hmac-sha")
        || is_scope(text)
        || is_written_bytes(text)
        || is_row(text)
        || text.eq_ignore_ascii_case(&bytes[name.span.clone()])
}

/// Whether everybody may read the value, or it opens nothing.
fn is_for_everybody(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let (before, text) = (&bytes[first..name.span.start], &bytes[value.clone()]);
    let behind = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    let token = before.rsplit(|b| b.is_ascii_whitespace() || b"\"'`".contains(b)).next();
    match name.kind {
        // The name of one in AWS: `arn:aws:secretsmanager:…:secret:name`.
        NameKind::Secret => token.is_some_and(|token| begins_within(token, b"arn:")),
        // The picture of a build's state, of which the link holds a token.
        NameKind::Token
            if bytes[value.end..].starts_with(b")](")
                || bytes[..name.span.start].ends_with(b".svg?") =>
        {
            true
        }
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
fn is_asked_for(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    value.start > name.span.end && bytes[name.span.clone()].ends_with(b"stdin")
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

/// A device's address at Apple's push service, or at Google's.
fn is_pushed_to(text: &[u8]) -> bool {
    text.len() == APNS_TOKEN && text.iter().all(u8::is_ascii_hexdigit)
        || begins_within(text, b":APA91")
}

/// MD5, SHA-1 and SHA-256 of nothing.
fn is_digest_of_nothing(text: &[u8]) -> bool {
    const OF_NOTHING: [&[u8]; 3] = [
        b"d41d8cd98f00b204e9800998ecf8427e",
        b"da39a3ee5e6b4b0d3255bfef95601890afd80709",
        b"e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    ];
    OF_NOTHING.contains(&text)
}

/// What ssh and git print instead of a key: `SHA256:` and a digest.
fn is_fingerprint(text: &[u8]) -> bool {
    text.get(..7).is_some_and(|head| head.eq_ignore_ascii_case(b"sha256:"))
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
    text.starts_with(b"AWS4-HMAC-SHA256")
        || begins_within(text, b"4_request")
        || dated(b"/")
        || dated(b"%2F")
}

/// A session token of AWS's STS, which begins with what its structure does: it proves nothing
/// without the key that it was made for, and lasts 36 hours at most.
fn is_of_sts(text: &[u8]) -> bool {
    [&b"FQoGZXIvYXdz"[..], b"FwoGZXIvYXdz", b"IQoJb3JpZ2luX2Vj", b"AQoDYXdz"]
        .iter()
        .any(|beginning| text.starts_with(beginning))
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
            let name = Name::round(text.as_bytes(), at..at + fragment.len()).unwrap();
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
            let name = Name::round(text.as_bytes(), at..at + 3).unwrap();
            assert!(
                !is_something_else(text.as_bytes(), &name, &(start..start + value.len())),
                "{text}"
            );
        }
    }
}
