//! Where a secret ends that continues after its judged part.
//!
//! A body ends where another secret of its rule begins, at the latest: so each byte belongs to few
//! bodies, and a file that consists of nothing but beginnings takes no longer than another.

use std::borrow::Cow;

use memchr::memmem;

use crate::rules::{RuleString, TailRule, is_word_byte};

/// A longer body is truncated; no credential format has one.
pub const MAX_BODY: usize = 64 * 1024;

/// Maximum length of a JWT's header, its dot and the start of the payload.
const MAX_JWT_HEADER: usize = 256;

/// Bytes of a body that are read at a time, at first and at most: what is far after its end is not
/// read.
const STEP: usize = 64;
const MAX_STEP: usize = 4096;

/// The end of the secret whose judged part ends at `from`, of a rule with these anchors.
pub fn secret_end(bytes: &[u8], from: usize, tail_rule: TailRule, anchors: &[RuleString]) -> usize {
    let last = bytes.len().min(from + MAX_BODY);
    let begins_secret = |offset: usize| {
        let part = bytes[offset - 1] == b'-' && bytes[offset..].starts_with(b"eyJ");
        !is_word_byte(bytes[offset - 1]) && (!part || begins_jwt(&bytes[offset..last]))
    };
    match tail_rule {
        TailRule::Base64UrlDots => {
            let is_body_byte = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
            let end = body_end(&bytes[..last], from, is_body_byte, anchors, begins_secret).0;
            // Dots at the end belong to the sentence, not to the token.
            from + bytes[from..end].iter().rposition(|&b| b != b'.').map_or(0, |last| last + 1)
        }
        TailRule::Base64 => {
            let is_body_byte =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
            body_end(&bytes[..last], from, is_body_byte, anchors, begins_secret).0
        }
        TailRule::Pem => pem_end(&bytes[..last], from),
        TailRule::Putty => putty_end(&bytes[..last], from),
    }
}

/// Base64url may contain `-eyJ` by chance: a token begins there only if a header and a payload
/// follow.
fn begins_jwt(text: &[u8]) -> bool {
    let header = &text[..text.len().min(MAX_JWT_HEADER)];
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let end = header.iter().position(|b| !part(b)).unwrap_or(header.len());
    text[end..].starts_with(b".eyJ")
}

/// The end of the body that begins at `from`, or the offset of the first terminator in it for which
/// `is_terminator` returns true, with the terminator's index.
fn body_end(
    bytes: &[u8],
    from: usize,
    is_body_byte: impl Fn(u8) -> bool,
    terminators: &[impl AsRef<str>],
    is_terminator: impl Fn(usize) -> bool,
) -> (usize, Option<usize>) {
    let longest =
        terminators.iter().map(|terminator| terminator.as_ref().len()).max().unwrap_or_default();
    let (mut end, mut length) = (from, STEP);
    loop {
        let taken = leading_bytes(&bytes[end..bytes.len().min(end + length)], &is_body_byte);
        // A terminator may have begun in the step before.
        let fresh = from.max((end + 1).saturating_sub(longest.max(1)));
        let seen = &bytes[fresh..end + taken];
        let first = |terminator: &str| {
            memmem::find_iter(seen, terminator)
                .map(|offset| fresh + offset)
                .find(|&offset| is_terminator(offset))
        };
        let terminators = terminators.iter().zip(0..);
        let terminator = terminators
            .filter_map(|(terminator, index)| Some((first(terminator.as_ref())?, index)))
            .min();
        if let Some((offset, index)) = terminator {
            return (offset, Some(index));
        }
        end += taken;
        if taken < length {
            return (end, None);
        }
        length = MAX_STEP.min(2 * length);
    }
}

/// The bytes of the secret that identify it: of a PEM block its body's characters, so that the same
/// key with other line ends, indentation or escapes (`\n` in a JSON string) is the same credential.
pub fn identity(secret: &[u8], tail_rule: Option<TailRule>) -> Cow<'_, [u8]> {
    if tail_rule != Some(TailRule::Pem) {
        return Cow::Borrowed(secret);
    }
    let body = match memmem::find(secret, b"KEY") {
        Some(header) => &secret[header..memmem::find(secret, b"-----END").unwrap_or(secret.len())],
        None => secret,
    };
    let mut kept = Vec::with_capacity(body.len());
    let mut rest = body.iter();
    while let Some(&b) = rest.next() {
        match b {
            // An escape: `\n`, `\r`, `\t`.
            b'\\' => drop(rest.next()),
            b if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=') => kept.push(b),
            _ => {}
        }
    }
    Cow::Owned(kept)
}

fn leading_bytes(body: &[u8], is_body_byte: impl Fn(u8) -> bool) -> usize {
    body.iter().position(|&b| !is_body_byte(b)).unwrap_or(body.len())
}

/// The end of the `-----END …-----` line, or, if there is none, of the last byte that a PEM body
/// can contain.
fn pem_end(bytes: &[u8], from: usize) -> usize {
    const END: &str = "-----END";
    let is_body_byte = |b: u8| {
        b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\\"',:-#*|>".contains(&b)
    };
    let to = |from: usize, terminators: &[&str]| {
        body_end(bytes, from, is_body_byte, terminators, |_| true)
    };
    match to(from, &[END, "-----BEGIN"]) {
        (offset, Some(0)) => match to(offset + END.len(), &["-----"]) {
            (dashes, Some(_)) => dashes + 5,
            (end, None) => end,
        },
        (offset, _) => from + bytes[from..offset].trim_ascii_end().len(),
    }
}

/// The end of the message authentication code, which ends the file and covers all of it.
fn putty_end(bytes: &[u8], from: usize) -> usize {
    const MAC: &str = "Private-MAC: ";
    match body_end(bytes, from, |_| true, &[MAC, "PuTTY-User-Key-File-"], |_| true) {
        (offset, Some(0)) => {
            let digits = offset + MAC.len();
            digits + leading_bytes(&bytes[digits..], |b| b.is_ascii_hexdigit())
        }
        _ => from,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NONE: [RuleString; 0] = [];

    #[test]
    fn a_body_ends_where_the_next_secret_begins() {
        let anchors = [RuleString::Borrowed("eyJ")];
        let long = "a".repeat(STEP);
        for before in ["", "a", "aeyJa", &long[2..], &long[1..], &long] {
            let text = format!("{before}.eyJb.eyJc");
            let expected = before.len().max(if before.is_empty() { 0 } else { 1 });
            let from = usize::from(!before.is_empty());
            let end = secret_end(text.as_bytes(), from, TailRule::Base64UrlDots, &anchors);
            assert_eq!(end, expected, "{}", before.len());
        }
        let keys = b"KEY-----\nMIIE\n-----BEGIN X-----\nMIIE\n-----END X-----\n";
        assert_eq!(secret_end(keys, 8, TailRule::Pem, &NONE), 13);
        let headers = b"Key: 1\nPuTTY-User-Key-File-2: x\nPrivate-MAC: 0f";
        assert_eq!(secret_end(headers, 6, TailRule::Putty, &NONE), 6);
    }

    /// Base64url contains `-eyJ` by chance.
    #[test]
    fn a_token_is_not_split_where_its_letters_only_look_like_another() {
        let anchors = [RuleString::Borrowed("eyJ")];
        let end = |text: &str| secret_end(text.as_bytes(), 3, TailRule::Base64UrlDots, &anchors);
        let signature = "eyJ.c2ln-eyJhbGc_c2ln";
        assert_eq!(end(signature), signature.len());
        assert_eq!(end("eyJ.c2ln-eyJhbGciOiJub25lIn0.eyJzdWIi"), "eyJ.c2ln-".len());
    }

    /// Bodies are read in steps; where a step ends makes no difference.
    #[test]
    fn terminators_are_found_across_steps() {
        for length in STEP - 40..4 * STEP {
            let text = ["KEY-----\n", &"A".repeat(length), "\n-----END X-----\nrest"].concat();
            assert_eq!(&text[secret_end(text.as_bytes(), 8, TailRule::Pem, &NONE)..], "\nrest");
            let text = ["Lines\n", &"A".repeat(length), "\nPrivate-MAC: 0f1e\nrest"].concat();
            assert_eq!(&text[secret_end(text.as_bytes(), 3, TailRule::Putty, &NONE)..], "\nrest");
            let text = ["eyJ.", &"A".repeat(length), ".c2ln rest"].concat();
            assert_eq!(
                &text[secret_end(text.as_bytes(), 3, TailRule::Base64UrlDots, &NONE)..],
                " rest"
            );
        }
    }

    #[test]
    fn a_token_ends_before_the_dot_of_its_sentence() {
        let text = b"eyJ.eyJ.c2ln... and so on";
        assert_eq!(secret_end(text, 3, TailRule::Base64UrlDots, &NONE), 12);
    }

    #[test]
    fn a_putty_key_ends_with_its_authentication_code() {
        let text = b"Comment: a@b\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 0f1e\nrest";
        assert_eq!(&text[secret_end(text, 0, TailRule::Putty, &NONE)..], b"\nrest");
        assert_eq!(secret_end(b"Comment: a", 0, TailRule::Putty, &NONE), 0);
    }

    #[test]
    fn a_pem_block_ends_with_its_end_line_and_its_identity_ignores_escapes() {
        let real = b"KEY-----\nAAAA\nBBBB\n-----END X-----\nrest";
        let end = secret_end(real, 8, TailRule::Pem, &NONE);
        assert_eq!(&real[end..], b"\nrest");
        let escaped = br"KEY-----\nAAAA\nBBBB\n-----END X-----";
        assert_eq!(
            identity(&real[..end], Some(TailRule::Pem)),
            identity(escaped, Some(TailRule::Pem))
        );
    }
}
