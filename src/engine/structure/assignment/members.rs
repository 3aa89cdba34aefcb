//! Values that are members of the same object as their name, or of the block below it:
//! `name: NAME` and `value: v`, `NAME:` and an indented `default: v`, `"NAME": {"value": "v"}`,
//! Terraform's `variable "NAME" { default = "v" }`.

use std::ops::Range;

use super::command::BEFORE_NAME;
use super::cursor::Cursor;
use crate::rules::is_word_byte;

/// Keys of the value in a name/value pair. If one is the beginning of another, the longer comes
/// first.
const VALUE_WORDS: [&str; 8] = [
    "value",
    "val",
    "parametervalue",
    "defaultvalue",
    "default_value",
    "default",
    "content",
    "securevalue",
];

/// Members that may be between a name and its value.
const MOST: usize = 12;

/// Maximum length of a member's name, and of a member next to a name that is in no pair.
const LONGEST: usize = 40;

/// Nested brackets in a member that is skipped.
const DEEPEST: usize = 8;

/// Whether a member or an attribute of this name contains the value of a pair.
pub fn is_value_word(word: &[u8]) -> bool {
    VALUE_WORDS.iter().any(|known| word.eq_ignore_ascii_case(known.as_bytes()))
}

/// Moves to the value of a pair, after its name. Several members may be between the two if the name
/// is itself the value of a member, otherwise two short ones.
pub fn pair(cursor: &mut Cursor<'_>, name: &Range<usize>) -> bool {
    cursor.peek().is_some_and(is_gap)
        && cursor.attempt(|cursor| {
            if !skip_gap(cursor) || !cursor.peek().is_some_and(begins_member) {
                return false;
            }
            let most = if is_member_value(cursor.bytes, name) { MOST } else { 2 };
            let from = cursor.offset;
            find_value(cursor, most) && (most > 2 || cursor.offset - from <= 3 * LONGEST)
        })
}

/// Moves to the value in the object that is next: `{ "type": "string", "defaultValue": "v" }`.
pub fn braced(cursor: &mut Cursor<'_>) -> bool {
    cursor.peek() == Some(b'{')
        && cursor.attempt(|cursor| {
            cursor.offset += 1;
            skip_gap(cursor);
            find_value(cursor, MOST)
        })
}

/// Moves to the value in the block below the name, in YAML: the lines that are indented like the
/// first, which is indented more than the name.
pub fn block_below(cursor: &mut Cursor<'_>, name: &Range<usize>) -> bool {
    cursor.attempt(|cursor| {
        if !skip_line_end(cursor) {
            return false;
        }
        let outer = indentation(cursor.bytes, name.start);
        let mut inner = None;
        for _ in 0..MOST {
            let indent = cursor.skip_while(|b| b == b' ');
            let first = inner.is_none();
            let inner = *inner.get_or_insert(indent);
            if outer.is_some_and(|outer| indent <= outer) || indent < inner || inner == 0 {
                return false;
            }
            if indent == inner && cursor.attempt(|cursor| value_member(cursor) == Some(b':')) {
                return true;
            }
            if first && cursor.attempt(member_operator) != Some(b':') {
                return false;
            }
            cursor.skip_while(|b| b != b'\n');
            if !skip_line_end(cursor) {
                return false;
            }
        }
        false
    })
}

/// Blanks, a comment and empty lines up to the beginning of the next line with text.
fn skip_line_end(cursor: &mut Cursor<'_>) -> bool {
    let mut ended = false;
    loop {
        let line = cursor.offset;
        let blanks = cursor.skip_while(|b| matches!(b, b' ' | b'\t' | b'\r'));
        if cursor.peek() == Some(b'#') && (ended || blanks > 0) {
            cursor.skip_while(|b| b != b'\n');
        }
        if !cursor.skip("\n") {
            cursor.offset = line;
            return ended;
        }
        ended = true;
    }
}

/// Blanks before the first text of the line, if that is within reach.
fn indentation(bytes: &[u8], name: usize) -> Option<usize> {
    let before = &bytes[name.saturating_sub(BEFORE_NAME)..name];
    let line = match before.iter().rposition(|&b| b == b'\n') {
        Some(end) => &before[end + 1..],
        None if before.len() == name => before,
        None => return None,
    };
    Some(line.iter().take_while(|&&b| b == b' ').count())
}

/// The value among the members from here on, after at most `most` others.
fn find_value(cursor: &mut Cursor<'_>, most: usize) -> bool {
    for _ in 0..most {
        if value_member(cursor).is_some() {
            return true;
        }
        if !skip_member(cursor) || !skip_gap(cursor) {
            return false;
        }
    }
    value_member(cursor).is_some()
}

/// `value:`, `"Value": `, `value=`; its operator.
fn value_member(cursor: &mut Cursor<'_>) -> Option<u8> {
    cursor.attempt(|cursor| {
        let quoted = cursor.read_quote().is_some();
        let begins = |b: u8| VALUE_WORDS.iter().any(|word| word.as_bytes()[0] == b | 0x20);
        if !cursor.peek().is_some_and(begins)
            || !VALUE_WORDS.iter().any(|word| cursor.skip_ignoring_case(word))
        {
            return None;
        }
        let closed = cursor.read_quote().is_some();
        (quoted == closed).then(|| operator(cursor)).flatten()
    })
}

/// The name of a member and its operator.
fn member_operator(cursor: &mut Cursor<'_>) -> Option<u8> {
    let quoted = cursor.read_quote().is_some();
    let length = cursor.skip_while(|b| is_word_byte(b) || matches!(b, b'-' | b'.' | b'$' | b'@'));
    if length == 0 || length > LONGEST || quoted != cursor.read_quote().is_some() {
        return None;
    }
    operator(cursor)
}

fn operator(cursor: &mut Cursor<'_>) -> Option<u8> {
    cursor.skip_blanks();
    let operator = cursor.peek().filter(|b| matches!(b, b':' | b'='))?;
    cursor.offset += 1;
    Some(operator)
}

/// `"slotSetting": false`, `type="hidden"`, Terraform's `validation { … }`.
fn skip_member(cursor: &mut Cursor<'_>) -> bool {
    let block = cursor.attempt(|cursor| {
        let named = cursor.skip_while(is_word_byte) > 0;
        cursor.skip_blanks();
        named && cursor.peek() == Some(b'{')
    });
    if !block && cursor.attempt(member_operator).is_none() {
        return false;
    }
    cursor.skip_blanks();
    match cursor.peek() {
        Some(b'"' | b'\'' | b'`') => skip_quoted(cursor),
        Some(b'{' | b'[' | b'(') => skip_nested(cursor),
        _ => skip_bare(cursor),
    }
}

fn skip_quoted(cursor: &mut Cursor<'_>) -> bool {
    let quote = cursor.peek();
    cursor.offset += 1;
    while let Some(b) = cursor.peek() {
        match b {
            b'\\' => cursor.offset += 1,
            b'\n' => return false,
            _ if Some(b) == quote => {
                cursor.offset += 1;
                return true;
            }
            _ => {}
        }
        cursor.offset += 1;
    }
    false
}

/// An object, a list or a block.
fn skip_nested(cursor: &mut Cursor<'_>) -> bool {
    let mut depth = 0usize;
    while let Some(b) = cursor.peek() {
        match b {
            b'"' | b'\'' => {
                if !skip_quoted(cursor) {
                    return false;
                }
                continue;
            }
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth -= 1,
            _ => {}
        }
        cursor.offset += 1;
        if depth == 0 || depth > DEEPEST {
            return depth == 0;
        }
    }
    false
}

/// Text without quotes, up to the end of the line, to a bracket that closes the object, or to a
/// comma before another member.
fn skip_bare(cursor: &mut Cursor<'_>) -> bool {
    let from = cursor.offset;
    loop {
        cursor.skip_while(|b| !matches!(b, b'\n' | b'}' | b','));
        if cursor.peek() != Some(b',') {
            break;
        }
        let comma = cursor.offset;
        cursor.offset += 1;
        cursor.skip_whitespace();
        let is_next = member_operator(cursor).is_some();
        if is_next {
            cursor.offset = comma;
            break;
        }
    }
    cursor.offset > from
}

/// Blanks, line ends, commas and comments.
fn skip_gap(cursor: &mut Cursor<'_>) -> bool {
    let from = cursor.offset;
    loop {
        let skipped = cursor.skip_while(is_gap);
        let comment = cursor.peek() == Some(b'#') || cursor.rest().starts_with(b"//");
        if skipped == 0 || !comment {
            return cursor.offset > from;
        }
        cursor.skip_while(|b| b != b'\n');
    }
}

fn begins_member(b: u8) -> bool {
    is_word_byte(b) || matches!(b, b'"' | b'\'' | b'`' | b'\\' | b'&')
}

fn is_gap(b: u8) -> bool {
    b.is_ascii_whitespace() || b == b','
}

/// Whether the name is the value of a member: `name: NAME`, `"key": "NAME"`.
fn is_member_value(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(BEFORE_NAME)..name.start];
    let in_name = |b: &u8| is_word_byte(*b) || matches!(b, b'-' | b'.' | b'/');
    let end = before.iter().rposition(|b| !in_name(b)).map_or(0, |last| last + 1);
    let before = &before[..end];
    let before = before.strip_suffix(b"\"").or_else(|| before.strip_suffix(b"'")).unwrap_or(before);
    before.trim_ascii_end().ends_with(b":") || before.trim_ascii_end().ends_with(b"=")
}
