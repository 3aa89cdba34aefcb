//! Commands with a name and a value as arguments, recognized by the words before the name.

use std::ops::Range;

use super::cursor::Cursor;
use crate::rules::is_word_byte;

/// Maximum number of bytes before a name that are read.
pub const BEFORE_NAME: usize = 30;

/// Commands whose arguments are a name and a value.
const COMMANDS: [&[u8]; 6] = [b"ENV", b"ARG", b"setx", b"setenv", b"set", b"#define"];

/// The ends of nginx's `proxy_set_header`, HAProxy's `set-header` and similar directives.
const HEADERS: [&[u8]; 4] = [b"et_header", b"et-header", b"dd_header", b"dd-header"];

/// Whether the name is an argument of a command, or the end of one, whose next argument is the
/// value: `ENV NAME v`, `setx NAME v`, `set -gx MY_NAME v`, `#define NAME v`, `--name v`. So it is
/// in Robot Framework's `${NAME}    v`.
pub fn takes_argument(bytes: &[u8], name: &Range<usize>) -> bool {
    let line = line_before(bytes, name);
    let word_start = line.iter().rev().take_while(|b| !b.is_ascii_whitespace()).count();
    let (words_before, word_start) = line.split_at(line.len() - word_start);
    let joined = |b: &u8| is_word_byte(*b) || matches!(b, b'-' | b'.');
    let is_option = word_start.starts_with(b"--") && word_start.iter().all(joined);
    if is_option || word_start == b"${" && words_before.trim_ascii().is_empty() {
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
    HEADERS.iter().any(|end| word.ends_with(end))
        || COMMANDS.iter().any(|command| word.eq_ignore_ascii_case(command))
}

/// Skips to the argument on the next line: that of an option in a YAML list (`- --name`, then
/// `- v`); and to the value of a variable of Robot Framework (`${NAME}    v`).
pub fn skip_to_argument(cursor: &mut Cursor<'_>, name: &Range<usize>) -> bool {
    match cursor.peek() {
        Some(b'\n' | b'\r') => cursor.attempt(|cursor| {
            let line = line_before(cursor.bytes, name).trim_ascii_start();
            let option = line.strip_prefix(b"- ").map(|item| item.trim_ascii_start());
            let is_option = option.is_some_and(|item| {
                let item = item.strip_prefix(b"\"").unwrap_or(item);
                item.starts_with(b"--") && item.iter().all(|b| is_word_byte(*b) || *b == b'-')
            });
            is_option && {
                cursor.skip_whitespace();
                cursor.skip("- ")
            }
        }),
        Some(b'}') => cursor.attempt(|cursor| {
            line_before(cursor.bytes, name).trim_ascii_start() == b"${"
                && cursor.skip("}")
                && cursor.skip_blanks() > 3
        }),
        _ => false,
    }
}

/// The text before the name on its line, as far as it is read.
fn line_before<'b>(bytes: &'b [u8], name: &Range<usize>) -> &'b [u8] {
    let before = &bytes[name.start.saturating_sub(BEFORE_NAME)..name.start];
    before.rsplit(|&b| b == b'\n').next().unwrap_or_default()
}
