//! Commands whose argument a name is, told by what stands in front of it.

use std::ops::Range;

use crate::rules::is_word_byte as is_word;

/// Bytes in front of a name that are looked at.
pub const BEFORE_NAME: usize = 30;

/// Words after which a name and a value stand side by side.
const COMMANDS: [&[u8]; 6] = [b"ENV", b"ARG", b"setx", b"setenv", b"set", b"#define"];

/// The end of nginx's `proxy_set_header` and its kin.
const HEADER: &[u8] = b"et_header";

/// Whether the name is a word of a command, or the end of one, whose next word is the value:
/// `ENV NAME v`, `setx NAME v`, `set -gx MY_NAME v`, `#define NAME v`, `--name v`.
pub fn takes(bytes: &[u8], name: &Range<usize>) -> bool {
    let line = bytes[name.start.saturating_sub(BEFORE_NAME)..name.start]
        .rsplit(|&b| b == b'\n')
        .next()
        .unwrap_or_default();
    let begun = line.iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
    let (front, begun) = line.split_at(line.len() - begun);
    let joined = |b: &u8| is_word(*b) || matches!(b, b'-' | b'.');
    if begun.starts_with(b"--") && begun.iter().all(joined) {
        return true;
    }
    if front.is_empty() || !begun.strip_prefix(b"$").unwrap_or(begun).iter().all(joined) {
        return false;
    }
    let word = front
        .trim_ascii_end()
        .rsplit(|b| b.is_ascii_whitespace())
        .find(|word| !word.starts_with(b"-"))
        .unwrap_or_default();
    word.ends_with(HEADER) || COMMANDS.iter().any(|command| word.eq_ignore_ascii_case(command))
}
