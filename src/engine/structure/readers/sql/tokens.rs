//! Words, names and blanks of SQL.

use std::ops::Range;

/// Whether a name may contain the byte, quoted or not: `"public"."users"`, `[dbo].[Users]`.
pub fn is_name_byte(b: u8) -> bool {
    b.is_ascii_alphanumeric() || !b.is_ascii() || b"_.$#`\"[]".contains(&b)
}

/// The offset after blanks and comments.
pub fn skip_blanks(bytes: &[u8], mut from: usize) -> usize {
    loop {
        let rest = &bytes[from..];
        let blanks = rest.len() - rest.trim_ascii_start().len();
        from += blanks;
        if !bytes[from..].starts_with(b"--") {
            return from;
        }
        let line = memchr::memchr(b'\n', &bytes[from..]);
        from = line.map_or(bytes.len(), |length| from + length);
    }
}

/// The word that begins at `from`; empty if there is none.
pub fn word_at(bytes: &[u8], from: usize) -> Range<usize> {
    let length = bytes[from..].iter().take_while(|b| b.is_ascii_alphabetic()).count();
    from..from + length
}

/// The offset after the word and the blanks after it, if the word is next.
pub fn skip_word(bytes: &[u8], from: usize, word: &str) -> Option<usize> {
    let at = word_at(bytes, from);
    let is_word = bytes[at.clone()].eq_ignore_ascii_case(word.as_bytes());
    is_word.then(|| skip_blanks(bytes, at.end))
}

/// The last part of a name, without quotes, in lower case.
pub fn last_part(name: &[u8]) -> Vec<u8> {
    let part = name.rsplit(|&b| b == b'.').next().unwrap_or_default();
    part.iter().filter(|b| !b"`\"[]".contains(b)).map(u8::to_ascii_lowercase).collect()
}
