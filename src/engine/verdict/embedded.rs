//! Tokens that only appear to be some: inside longer base64, such as that of a font or image, and
//! inside password hashes. A short prefix of letters and digits occurs there by chance.

use crate::findings::Span;
use crate::rules::{AnchorPosition, Rule, Trigger};

/// Longer anchors are rare enough, and one with `_` or `-` is no part of base64.
const SHORT_ANCHOR: usize = 4;
/// Bytes before or after a token that show that it is inside base64.
const CONTEXT: usize = 16;

/// Whether base64 may contain what begins with this anchor. A rule that decodes its tokens or
/// proves them by a checksum needs no such check.
pub fn may_be_embedded(rule: &Rule, anchor: &[u8]) -> bool {
    let at_token =
        matches!(rule.trigger, Trigger::Anchors { position: AnchorPosition::TokenStart, .. });
    at_token
        && anchor.len() <= SHORT_ANCHOR
        && rule.checks.checksum.is_none()
        && rule.extends.is_none()
        && anchor.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'.')
}

/// Whether base64, or a hash in the alphabet of crypt, continues before or after the token. An
/// anchor of one letter and a dot is so short that one character of those before it suffices: it
/// is also a member of a member.
pub fn is_embedded(bytes: &[u8], anchor: &[u8], token: Span) -> bool {
    let before = &bytes[token.start.saturating_sub(CONTEXT)..token.start];
    let after = &bytes[token.end..bytes.len().min(token.end + CONTEXT)];
    let is_shortest = anchor.len() == 2 && anchor[1] == b'.';
    before.last().is_some_and(|&b| joins(b)) && (is_shortest || is_base64(before))
        || after.first().is_some_and(|&b| joins(b)) && is_base64(after)
}

/// The characters of base64 and of hashes that do not belong to a word.
fn joins(b: u8) -> bool {
    matches!(b, b'+' | b'/' | b'.')
}

/// Whether the bytes are random: paths and domains have no letters of both cases among digits.
fn is_base64(bytes: &[u8]) -> bool {
    let count = |accepts: fn(&u8) -> bool| bytes.iter().filter(|b| accepts(b)).count();
    bytes.len() == CONTEXT
        && bytes.iter().all(|&b| b.is_ascii_alphanumeric() || joins(b))
        && match count(|b| !b.is_ascii_alphabetic()) {
            ..2 => count(u8::is_ascii_uppercase) >= 5 && count(u8::is_ascii_lowercase) >= 5,
            _ => count(u8::is_ascii_uppercase) >= 3 && count(u8::is_ascii_lowercase) >= 2,
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_embedded_where_base64_continues() {
        let token = "EAAx9";
        for (before, after, expected) in [
            ("d09GMgABAAAAADxM/", "", true),
            ("", "/AAB4nGNgZGBgYG+", true),
            ("$2b$10$yLEg6.UBPi5tygqZMB4nJ4/", "", true),
            ("token=", "\n", false),
            ("https://graph.example.com/v19.0/", "/me", false),
            ("d09GMgABAAAAADxM ", "", false),
            ("d09G/", "", false),
        ] {
            let text = format!("{before}{token}{after}");
            let span = Span { start: before.len(), end: before.len() + token.len() };
            assert_eq!(is_embedded(text.as_bytes(), b"EAA", span), expected, "{text}");
        }
        assert!(is_embedded(b"a.s.x", b"s.", Span { start: 2, end: 5 }));
        assert!(!is_embedded(b"a s.x", b"s.", Span { start: 2, end: 5 }));
    }
}
