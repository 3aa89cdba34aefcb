//! How far a secret goes on behind its judged part.

use std::borrow::Cow;

use memchr::memmem;

use crate::rules::Extension;

/// A body longer than this is cut here; no credential format comes near.
pub const LONGEST_BODY: usize = 64 * 1024;

/// Where the secret ends whose judged part ends at `from`.
pub fn end(bytes: &[u8], from: usize, extension: Extension) -> usize {
    let body = &bytes[from..bytes.len().min(from + LONGEST_BODY)];
    match extension {
        Extension::Base64UrlDots => {
            let run = run(body, |b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'));
            // Dots at the end are a sentence's, not the token's.
            from + body[..run].iter().rposition(|&b| b != b'.').map_or(0, |last| last + 1)
        }
        Extension::Base64 => {
            from + run(body, |b| {
                b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=' | b'_' | b'-')
            })
        }
        Extension::Pem => from + pem_tail(body),
        Extension::Putty => from + putty_tail(body),
    }
}

/// What of the secret makes it this one: of a PEM block its body's characters, so that line
/// ends, indents and escapes (`\n` in a JSON string) make no new credential of the same key.
pub fn identity(secret: &[u8], extension: Option<Extension>) -> Cow<'_, [u8]> {
    if extension != Some(Extension::Pem) {
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
fn pem_tail(body: &[u8]) -> usize {
    let in_body = run(body, |b| {
        b.is_ascii_alphanumeric() || b.is_ascii_whitespace() || b"+/=\\\"',:-#*|>".contains(&b)
    });
    match memmem::find(&body[..in_body], b"-----END") {
        Some(mark) => {
            let label = mark + b"-----END".len();
            memmem::find(&body[label..in_body], b"-----")
                .map_or(in_body, |dashes| label + dashes + 5)
        }
        None => body[..in_body].trim_ascii_end().len(),
    }
}

/// To the end of the message authentication code, which closes the file and covers all of it.
fn putty_tail(body: &[u8]) -> usize {
    const MAC: &[u8] = b"Private-MAC: ";
    memmem::find(body, MAC).map_or(0, |at| {
        let digits = at + MAC.len();
        digits + run(&body[digits..], |b| b.is_ascii_hexdigit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_ends_before_the_dot_of_its_sentence() {
        let text = b"eyJ.eyJ.c2ln... and so on";
        assert_eq!(end(text, 3, Extension::Base64UrlDots), 12);
    }

    #[test]
    fn a_putty_key_ends_with_its_code() {
        let text = b"Comment: a@b\nPrivate-Lines: 1\nAAAA\nPrivate-MAC: 0f1e\nrest";
        assert_eq!(&text[end(text, 0, Extension::Putty)..], b"\nrest");
        assert_eq!(end(b"Comment: a", 0, Extension::Putty), 0);
    }

    #[test]
    fn a_pem_block_ends_with_its_end_line_and_escapes_are_no_identity() {
        let real = b"KEY-----\nAAAA\nBBBB\n-----END X-----\nrest";
        let end = end(real, 8, Extension::Pem);
        assert_eq!(&real[end..], b"\nrest");
        let escaped = br"KEY-----\nAAAA\nBBBB\n-----END X-----";
        assert_eq!(
            identity(&real[..end], Some(Extension::Pem)),
            identity(escaped, Some(Extension::Pem))
        );
    }
}
