//! Searching in texts of a few dozen bytes.

/// Whether the text contains the part; for texts so short that building a searcher does not pay.
pub fn contains_part(text: &[u8], part: &[u8]) -> bool {
    memchr::memchr_iter(part[0], text).any(|offset| text[offset..].starts_with(part))
}
