//! Digests with which other scanners identify a secret without showing it.

use std::collections::HashSet;

use sha1::Digest as _;

use crate::findings::Span;

/// Bytes before and after a finding in which another scanner's span of the secret may be.
const CONTEXT: usize = 256;

/// The most offsets that are tried as the start or end of a span.
const MOST_OFFSETS: usize = 96;

/// An unkeyed digest of a secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Digest {
    Sha1([u8; 20]),
    Sha256([u8; 32]),
}

impl Digest {
    /// The digest of a value that a report shows; the value itself is not kept.
    pub fn of(value: &[u8]) -> Self {
        Digest::Sha256(sha2::Sha256::digest(value).into())
    }

    /// 40 or 64 hexadecimal digits.
    pub fn parse(digits: &str) -> Option<Self> {
        if !digits.is_ascii() {
            return None;
        }
        let byte =
            |offset: usize| u8::from_str_radix(digits.get(2 * offset..2 * offset + 2)?, 16).ok();
        let bytes: Option<Vec<u8>> = (0..digits.len() / 2).map(byte).collect();
        let bytes = bytes.filter(|_| digits.bytes().all(|digit| digit.is_ascii_hexdigit()))?;
        match digits.len() {
            40 => bytes.try_into().ok().map(Digest::Sha1),
            64 => bytes.try_into().ok().map(Digest::Sha256),
            _ => None,
        }
    }
}

/// The digests that match the finding, whatever span another scanner uses: any part
/// of the line that overlaps the finding and starts and ends at a word boundary.
pub fn matching_digests(text: &[u8], span: Span, entry_digests: &HashSet<Digest>) -> Vec<Digest> {
    if entry_digests.is_empty() {
        return Vec::new();
    }
    let line_start = memchr::memrchr(b'\n', &text[..span.start]).map_or(0, |end| end + 1);
    let line_end =
        memchr::memchr(b'\n', &text[span.end..]).map_or(text.len(), |offset| span.end + offset);
    let from = line_start.max(span.start.saturating_sub(CONTEXT));
    let to = line_end.min(span.end + CONTEXT);
    let mut matching_digests = Vec::new();
    let mut try_part = |part: &[u8]| {
        let digests = [
            Digest::Sha1(sha1::Sha1::digest(part).into()),
            Digest::Sha256(sha2::Sha256::digest(part).into()),
        ];
        matching_digests
            .extend(digests.into_iter().filter(|digest| entry_digests.contains(digest)));
    };
    try_part(&text[span.start..span.end]);
    let is_word = |offset: usize| text.get(offset).is_some_and(u8::is_ascii_alphanumeric);
    let is_cut = |offset: &usize| {
        *offset == from || *offset == to || is_word(offset.wrapping_sub(1)) != is_word(*offset)
    };
    let cuts: Vec<usize> = (from..=to).filter(is_cut).take(MOST_OFFSETS).collect();
    for (number, &start) in cuts.iter().enumerate() {
        for &end in &cuts[number + 1..] {
            if start < span.end && span.start < end {
                try_part(&text[start..end]);
            }
        }
    }
    matching_digests.dedup();
    matching_digests
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_digest_is_found_however_the_secret_is_cut() {
        let text = b"x\nurl = \"user:pa-ss@host\" # pa-ss\ny";
        let offset = memchr::memmem::find(text, b"pa-ss").unwrap();
        let span = Span { start: offset, end: offset + 5 };
        let sha1 = |part: &[u8]| Digest::Sha1(sha1::Sha1::digest(part).into());
        for part in [&b"pa-ss"[..], b"user:pa-ss@host", b"pa"] {
            assert_eq!(
                matching_digests(text, span, &HashSet::from([sha1(part)])).first(),
                Some(&sha1(part))
            );
            let digest = Digest::of(part);
            assert_eq!(
                matching_digests(text, span, &HashSet::from([digest])).first(),
                Some(&digest)
            );
        }
        assert!(
            matching_digests(text, span, &HashSet::from([sha1(b"user")])).is_empty(),
            "next to it"
        );
        assert!(matching_digests(text, span, &HashSet::from([sha1(b"ser:pa-ss")])).is_empty());
    }

    #[test]
    fn digits_are_parsed_or_not() {
        let digits = "da39a3ee5e6b4b0d3255bfef95601890afd80709";
        assert_eq!(Digest::parse(digits), Some(Digest::Sha1(sha1::Sha1::digest(b"").into())));
        for wrong in ["", "da39", &digits.replace('d', "é"), &digits.replace("da", "+a")] {
            assert_eq!(Digest::parse(wrong), None, "{wrong}");
        }
    }
}
