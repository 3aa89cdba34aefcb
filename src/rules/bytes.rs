//! The classes of bytes that rules and the engine agree on.

/// Whether words are made of this byte: `[A-Za-z0-9_]`, as `\w` and `\b` of a byte regex have it.
#[inline]
pub fn is_word_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || b == b'_'
}

/// Whether tokens are made of this byte: `[A-Za-z0-9_+/=.~-]`.
#[inline]
pub fn is_token_byte(b: u8) -> bool {
    is_word_byte(b) || matches!(b, b'+' | b'/' | b'=' | b'.' | b'~' | b'-')
}
