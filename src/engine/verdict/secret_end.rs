//! How far a secret goes on behind its judged part.
//!
//! A body ends at the latest where another secret of its rule begins: so each byte belongs to
//! few bodies, and a file that is one long row of beginnings takes no longer than another.

use std::borrow::Cow;

use memchr::memmem;

use crate::rules::is_word_byte as is_word;
use crate::rules::{RuleString, TailRule};

/// A body longer than this is cut here; no credential format comes near.
pub const LONGEST_BODY: usize = 64 * 1024;

/// Bytes of a JWT's header, its dot and what begins the payload, at most.
const LONGEST_HEADER: usize = 256;

/// Bytes of a body that are looked at in one go, at first and at most: what lies far behind its
/// end is not read.
const STEP: usize = 64;
const LONGEST_STEP: usize = 4096;

/// Where the secret ends whose judged part ends at `from`, of a rule with these anchors.
pub fn end(bytes: &[u8], from: usize, tail_rule: TailRule, anchors: &[RuleString]) -> usize {
    let last = bytes.len().min(from + LONGEST_BODY);
    let begins = |at: usize| {
        let part = bytes[at - 1] == b'-' && bytes[at..].starts_with(b"eyJ");
        !is_word(bytes[at - 1]) && (!part || begins_a_jwt(&bytes[at..last]))
    };
    match tail_rule {
        TailRule::Base64UrlDots => {
            let belongs = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
            let end = row(&bytes[..last], from, belongs, anchors, begins).0;
            // Dots at the end are a sentence's, not the token's.
            from + bytes[from..end].iter().rposition(|&b| b != b'.').map_or(0, |last| last + 1)
        }
        TailRule::Base64 => {
            let belongs =
                |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-');
            row(&bytes[..last], from, belongs, anchors, begins).0
        }
        TailRule::Pem => pem_end(&bytes[..last], from),
        TailRule::Putty => putty_end(&bytes[..last], from),
    }
}

/// Base64url may hold `-eyJ` by chance: a token begins there only where its header ends and a
/// payload follows.
fn begins_a_jwt(text: &[u8]) -> bool {
    let header = &text[..text.len().min(LONGEST_HEADER)];
    let part = |b: &u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-');
    let end = header.iter().position(|b| !part(b)).unwrap_or(header.len());
    text[end..].starts_with(b".eyJ")
}

/// Where the row of bytes that belong ends which begins at `from`, or the first of the marks in
/// it that `counts`; and which mark that is.
fn row(
    bytes: &[u8],
    from: usize,
    belongs: impl Fn(u8) -> bool,
    marks: &[impl AsRef<str>],
    counts: impl Fn(usize) -> bool,
) -> (usize, Option<usize>) {
    let longest = marks.iter().map(|mark| mark.as_ref().len()).max().unwrap_or_default();
    let (mut end, mut length) = (from, STEP);
    loop {
        let taken = run(&bytes[end..bytes.len().min(end + length)], &belongs);
        // A mark may have begun in the step before.
        let fresh = from.max((end + 1).saturating_sub(longest.max(1)));
        let seen = &bytes[fresh..end + taken];
        let first = |mark: &str| {
            memmem::find_iter(seen, mark).map(|place| fresh + place).find(|&at| counts(at))
        };
        let marks = marks.iter().zip(0..);
        let mark = marks.filter_map(|(mark, index)| Some((first(mark.as_ref())?, index))).min();
        if let Some((at, index)) = mark {
            return (at, Some(index));
        }
        end += taken;
        if taken < length {
            return (end, None);
        }
        length = LONGEST_STEP.min(2 * length);
    }
}

/// What of the secret makes it this one: of a PEM block its body's characters, so that line
/// ends, indents and escapes (`\n` in a JSON string) make no new credential of the same key.
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

fn run(body: &[u8], belongs: impl Fn(u8) -> bool) -> usize {
    body.iter().position(|&b| !belongs(b)).unwrap_or(body.len())
}

/// To the end of the `-----END …-----` line, or, where none comes, to the last byte that a
/// PEM body can hold.
fn pem_end(bytes: &[u8], from: usize) -> usize {
    const END: &str = "-----END";
    let belongs = |b: u8| {
        b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\\"',:-#*|>".contains(&b)
    };
    let to = |from: usize, marks: &[&str]| row(bytes, from, belongs, marks, |_| true);
    match to(from, &[END, "-----BEGIN"]) {
        (at, Some(0)) => match to(at + END.len(), &["-----"]) {
            (dashes, Some(_)) => dashes + 5,
            (end, None) => end,
        },
        (at, _) => from + bytes[from..at].trim_ascii_end().len(),
    }
}

/// To the end of the message authentication code, which closes the file and covers all of it.
fn putty_end(bytes: &[u8], from: usize) -> usize {
    const MAC: &str = "Private-MAC: ";
    match row(bytes, from, |_| true, &[MAC, "PuTTY-User-Key-File-"], |_| true) {
        (at, Some(0)) => {
            let digits = at + MAC.len();
            digits + run(&bytes[digits..], |b| b.is_ascii_hexdigit())
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
            let wanted = before.len().max(if before.is_empty() { 0 } else { 1 });
            let from = usize::from(!before.is_empty());
            let end = end(text.as_bytes(), from, TailRule::Base64UrlDots, &anchors);
            assert_eq!(end, wanted, "{}", before.len());
        }
        let keys = b"KEY-----\nMIIE\n-----BEGIN X-----\nMIIE\n-----END X-----\n";
        assert_eq!(end(keys, 8, TailRule::Pem, &NONE), 13);
        let headers = b"Key: 1\nPuTTY-User-Key-File-2: x\nPrivate-MAC: 0f";
        assert_eq!(end(headers, 6, TailRule::Putty, &NONE), 6);
    }

    /// Base64url holds `-eyJ` by chance.
    #[test]
    fn a_token_is_not_cut_where_only_its_letters_look_like_another() {
        let anchors = [RuleString::Borrowed("eyJ")];
        let end = |text: &str| end(text.as_bytes(), 3, TailRule::Base64UrlDots, &anchors);
        let signature = "eyJ.c2ln-eyJhbGc_c2ln";
        assert_eq!(end(signature), signature.len());
        assert_eq!(end("eyJ.c2ln-eyJhbGciOiJub25lIn0.eyJzdWIi"), "eyJ.c2ln-".len());
    }

    /// Bodies are read in steps; where one ends makes no difference.
    #[test]
    fn marks_are_found_across_steps() {
        for length in STEP - 40..4 * STEP {
            let text = ["KEY-----\n", &"A".repeat(length), "\n-----END X-----\nrest"].concat();
            assert_eq!(&text[end(text.as_bytes(), 8, TailRule::Pem, &NONE)..], "\nrest");
            let text = ["Lines\n", &"A".repeat(length), "\nPrivate-MAC: 0f1e\nrest"].concat();
            assert_eq!(&text[end(text.as_bytes(), 3, TailRule::Putty, &NONE)..], "\nrest");
            let text = ["eyJ.", &"A".repeat(length), ".c2ln rest"].concat();
            assert_eq!(&text[end(text.as_bytes(), 3, TailRule::Base64UrlDots, &NONE)..], " rest");
        }
    }

    #[test]
    fn a_token_ends_before_the_dot_of_its_sentence() {
        let text = b"eyJ.eyJ.c2ln... and so on";
        assert_eq!(end(text, 3, TailRule::Base64UrlDots, &NONE), 12);
    }

    #[test]
    fn a_putty_key_ends_with_its_code() {
        let text = b"Comment: a@b\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 0f1e\nrest";
        assert_eq!(&text[end(text, 0, TailRule::Putty, &NONE)..], b"\nrest");
        assert_eq!(end(b"Comment: a", 0, TailRule::Putty, &NONE), 0);
    }

    #[test]
    fn a_pem_block_ends_with_its_end_line_and_escapes_are_no_identity() {
        let real = b"KEY-----\nAAAA\nBBBB\n-----END X-----\nrest";
        let end = end(real, 8, TailRule::Pem, &NONE);
        assert_eq!(&real[end..], b"\nrest");
        let escaped = br"KEY-----\nAAAA\nBBBB\n-----END X-----";
        assert_eq!(
            identity(&real[..end], Some(TailRule::Pem)),
            identity(escaped, Some(TailRule::Pem))
        );
    }
}
