//! The value itself, without quotes and wrappers.

use std::ops::Range;

use super::cursor::{Cursor, Quote};
use super::data_line;
use super::members;
use super::operator::Operator;
use super::wrapper::{skip_keyword, skip_wrappers};
use crate::rules::is_word_byte;

pub fn read_value(cursor: &mut Cursor<'_>, operator: Operator) -> Option<Range<usize>> {
    cursor.skip_blanks();
    match operator {
        Operator::Element => {
            cursor.skip_whitespace();
            let section = cursor.skip("<![CDATA[");
            cursor.skip_whitespace();
            if let Some(text) = cursor.attempt(|cursor| read_text(cursor, section)) {
                return Some(text);
            }
        }
        Operator::Colon => {
            enter_block(cursor);
            // A list below its name.
            if cursor.rest().starts_with(b"- ") {
                return None;
            }
        }
        Operator::Argument => {
            cursor.skip_whitespace();
            skip_keyword(cursor);
        }
        Operator::Equals => {
            if members::braced(cursor) {
                cursor.skip_blanks();
            }
        }
        Operator::Cell => {}
    }
    skip_wrappers(cursor);
    if ["q{", "qq{", "q(", "qq(", "[["].iter().any(|open| cursor.skip(open)) {
        // Perl's and Lua's quotes; an unquoted value ends at a bracket.
        return read_unquoted(cursor);
    }
    match cursor.read_quote() {
        Some(quote) => read_quoted(cursor, quote),
        None => read_unquoted(cursor).filter(|value| match operator {
            Operator::Cell => is_cell_end(cursor),
            // A member of a map below the name.
            Operator::Colon => cursor.bytes[value.end - 1] != b':',
            _ => true,
        }),
    }
}

/// Whether the cell ends after the value.
fn is_cell_end(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_blanks();
    cursor.peek() == Some(b'|')
}

/// YAML's `|`, `>`, `>-`: the value is on the next line, as is a value that a JSON formatter moved
/// to its own line. `{ "value": "v" }` and `value: v` are nested one level.
fn enter_block(cursor: &mut Cursor<'_>) {
    let from = cursor.offset;
    if cursor.skip("|") || cursor.skip(">") {
        cursor.skip_while(|b| matches!(b, b'-' | b'+') || b.is_ascii_digit());
    }
    cursor.skip_blanks();
    let mut blanks = usize::from(matches!(cursor.bytes[cursor.offset - 1], b' ' | b'\t'));
    while blanks > 0 && cursor.rest().starts_with(b"# ") {
        cursor.skip_while(|b| b != b'\n');
        blanks = cursor.skip_whitespace();
    }
    let on_next_line = cursor.bytes[from..cursor.offset].contains(&b'\n');
    if on_next_line || matches!(cursor.peek(), Some(b'\n' | b'\r')) {
        cursor.skip_whitespace();
    } else {
        cursor.offset = from;
    }
    // YAML's anchors, and Ansible's tag of a value that is not a template.
    cursor.attempt(|cursor| {
        let marked =
            cursor.skip("!unsafe") || cursor.skip("&") && cursor.skip_while(is_word_byte) > 0;
        marked && cursor.skip_blanks() > 0
    });
    if members::braced(cursor) {
        cursor.skip_blanks();
    }
}

/// The text of an element, up to its end tag or the end of the section: one word that neither a
/// template nor a call fills in.
fn read_text(cursor: &mut Cursor<'_>, in_section: bool) -> Option<Range<usize>> {
    let start = cursor.offset;
    let end = if in_section { "]]>" } else { "</" };
    while cursor.peek().is_some_and(|b| !b.is_ascii_whitespace())
        && !cursor.rest().starts_with(end.as_bytes())
    {
        cursor.offset += 1;
    }
    let text = &cursor.bytes[start..cursor.offset];
    let value = start..cursor.offset;
    cursor.skip_whitespace();
    let ended = cursor.rest().starts_with(end.as_bytes());
    let first = *text.first()?;
    let opens = |open: u8| text.iter().position(|&b| b == open);
    let closes = |open, close| opens(open).is_some_and(|from| text[from..].contains(&close));
    let filled_in = closes(b'{', b'}') || closes(b'(', b')') && text.ends_with(b")");
    let is_word = !matches!(first, b'"' | b'\'' | b'`' | b'\\' | b'{' | b'<')
        && !text.starts_with(b"&quot;")
        && !text.contains(&b'<');
    (ended && is_word && !filled_in).then_some(value)
}

fn read_quoted(cursor: &mut Cursor<'_>, quote: Quote) -> Option<Range<usize>> {
    let mut quote = quote;
    if let Quote::Mark { mark, escapes: 0 } = quote {
        let rest = cursor.rest();
        if rest.starts_with(&[mark, mark]) {
            // Python's and Kotlin's triple quotes.
            cursor.offset += 2;
            cursor.skip_whitespace();
        } else if mark == b'`' && rest.first() == Some(&mark) {
            // reStructuredText's, and Markdown's around text that contains one.
            cursor.offset += 1;
        } else if rest.starts_with(&[b'\\', mark]) {
            // `"\"v\""`: a literal inside a string of another language.
            cursor.offset += 2;
            quote = Quote::Mark { mark, escapes: 1 };
        } else if let Some(&inner @ (b'"' | b'\'')) = rest.first().filter(|&&b| b != mark) {
            // `'"v"'`.
            cursor.offset += 1;
            quote = Quote::Mark { mark: inner, escapes: 0 };
        }
    }
    let start = cursor.offset;
    while let Some(b) = cursor.peek() {
        match (quote, b) {
            (_, b'\n') => return None,
            (Quote::Entity, b'&') if cursor.rest().starts_with(b"&quot;") => {
                return Some(start..cursor.offset);
            }
            (Quote::Mark { escapes: 1.., .. }, b'\\') => return Some(start..cursor.offset),
            (Quote::Mark { escapes: 0, .. }, b'\\') => cursor.offset += 1,
            (Quote::Mark { mark, escapes: 0 }, b) if b == mark => {
                return Some(start..cursor.offset);
            }
            _ => {}
        }
        cursor.offset += 1;
    }
    None
}

/// The bytes that end an unquoted value.
static ENDS_UNQUOTED: [bool; 256] = {
    let mut ends = [false; 256];
    let terminators = b"\"'`,;<>()[]{}|&\\ \t\n\r\x0c";
    let mut index = 0;
    while index < terminators.len() {
        ends[terminators[index] as usize] = true;
        index += 1;
    }
    ends
};

fn read_unquoted(cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
    let start = cursor.offset;
    let ends = |b: u8| ENDS_UNQUOTED[usize::from(b)];
    // In a sequence of names that are each other's values, all end at the same offset.
    if !cursor.unquoted.contains(&start) {
        cursor.unquoted = start..start;
    }
    cursor.offset = cursor.unquoted.end.min(cursor.end);
    cursor.skip_while(|b| !ends(b));
    cursor.unquoted.end = cursor.unquoted.end.max(cursor.offset);
    // A pipe between two words of a value is part of it, as in Meta's app access tokens.
    let piped = cursor.peek() == Some(b'|') && cursor.offset > start;
    if piped && cursor.rest().get(1).is_some_and(|&b| is_word_byte(b)) {
        cursor.offset += 1;
        cursor.skip_while(|b| !ends(b));
    }
    data_line::skip_rest(cursor, start);
    // A call is not a literal.
    if cursor.peek() == Some(b'(') {
        return None;
    }
    // A value that touches the end of the window may continue after it.
    let whole = cursor.offset < cursor.end || cursor.end == cursor.bytes.len();
    (whole && cursor.offset > start).then_some(start..cursor.offset)
}
