//! Shapes of public values: digests of files, ids of git objects, UUIDs.

use crate::rules::PublicShape;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Whether the value has that shape.
pub fn has(lexicon: &Lexicon, shape: PublicShape, value: &[u8]) -> bool {
    match shape {
        PublicShape::HexDigest => is_hex_digest(value),
        PublicShape::Uuid => is_uuid(value),
        PublicShape::Words => super::words::is_made_of_words(lexicon, value),
    }
}

/// Whether the value names its own digest, as Subresource Integrity and image references do:
/// `sha512-…`, `sha256:…`, `md5:…`.
pub fn is_integrity(lexicon: &Lexicon, value: &[u8]) -> bool {
    lexicon.any(WordList::DigestAlgorithms, |name| {
        value.len() > name.len() + 8
            && value[..name.len()].eq_ignore_ascii_case(name.as_bytes())
            && matches!(value[name.len()], b'-' | b':' | b'=')
    })
}

/// Whether the value is hexadecimal digits of one case, as many as in a digest or in the id of a
/// git object.
pub fn is_hex_digest(value: &[u8]) -> bool {
    matches!(value.len(), 32 | 40 | 56 | 64 | 96 | 128)
        && (value.iter().all(|b| matches!(b, b'0'..=b'9' | b'a'..=b'f'))
            || value.iter().all(|b| matches!(b, b'0'..=b'9' | b'A'..=b'F')))
}

/// Whether the value is a UUID in its usual form.
pub fn is_uuid(value: &[u8]) -> bool {
    value.len() == 36
        && value.iter().enumerate().all(|(index, b)| match index {
            8 | 13 | 18 | 23 => *b == b'-',
            _ => b.is_ascii_hexdigit(),
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn public_shapes_are_recognized() {
        assert!(is_integrity(&Lexicon::default(), b"sha512-q83vEjRWeJCrze8SNFZ4kA=="));
        assert!(is_integrity(&Lexicon::default(), b"sha256:0123456789abcdef"));
        assert!(!is_integrity(&Lexicon::default(), b"shape-0123456789"));
        assert!(is_hex_digest(b"da39a3ee5e6b4b0d3255bfef95601890afd80709"));
        assert!(!is_hex_digest(b"da39a3ee5e6b4b0d3255bfef95601890afd8070"));
        assert!(!is_hex_digest(b"da39a3ee5e6b4b0D3255bfef95601890afd80709"));
        assert!(is_uuid(b"123e4567-e89b-12d3-a456-426614174000"));
        assert!(!is_uuid(b"123e4567-e89b-12d3-a456-42661417400g"));
    }
}
