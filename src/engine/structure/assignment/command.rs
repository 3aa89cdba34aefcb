//! Commands with a name and a value as arguments, recognized by the words before the name.

use std::ops::Range;

use crate::rules::is_word_byte;

/// Maximum number of bytes before a name that are read.
pub const BEFORE_NAME: usize = 30;

/// Commands whose arguments are a name and a value.
const COMMANDS: [&[u8]; 6] = [b"ENV", b"ARG", b"setx", b"setenv", b"set", b"#define"];

/// The end of nginx's `proxy_set_header` and similar directives.
const HEADER: &[u8] = b"et_header";

/// Whether the name is an argument of a command, or the end of one, whose next argument is the
/// value: `ENV NAME v`, `setx NAME v`, `set -gx MY_NAME v`, `#define NAME v`, `--name v`.
pub fn takes_argument(bytes: &[u8], name: &Range<usize>) -> bool {
    let line = bytes[name.start.saturating_sub(BEFORE_NAME)..name.start]
        .rsplit(|&b| b == b'\n')
        .next()
        .unwrap_or_default();
    let word_start = line.iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
    let (words_before, word_start) = line.split_at(line.len() - word_start);
    let joined = |b: &u8| is_word_byte(*b) || matches!(b, b'-' | b'.');
    if word_start.starts_with(b"--") && word_start.iter().all(joined) {
        return true;
    }
    if words_before.is_empty()
        || !word_start.strip_prefix(b"$").unwrap_or(word_start).iter().all(joined)
    {
        return false;
    }
    let word = words_before
        .trim_ascii_end()
        .rsplit(|b| b.is_ascii_whitespace())
        .find(|word| !word.starts_with(b"-"))
        .unwrap_or_default();
    word.ends_with(HEADER) || COMMANDS.iter().any(|command| word.eq_ignore_ascii_case(command))
}
