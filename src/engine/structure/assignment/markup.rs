//! Values in XML: the text of an element or of its only child, another attribute of the same tag,
//! the element after that of the name.

use std::ops::Range;

use super::command::BEFORE_NAME;
use super::cursor::Cursor;
use super::members::is_value_word;
use crate::rules::is_word_byte;

/// Elements that contain a value, besides those whose name ends with `value`.
const VALUE_ELEMENTS: [&str; 5] = ["string", "constant", "text", "str", "array"];

/// Endings of the elements that contain a name.
const NAME_ENDINGS: [&str; 3] = ["name", "key", "string"];

/// Attributes of a tag, and elements between a name and its value, that are read.
const MOST: usize = 6;

/// Longest value of an attribute, and longest text of an element, that are skipped.
const LONGEST_TEXT: usize = 160;

/// What ends the reading of a tag.
#[derive(PartialEq, Eq)]
enum Tag {
    /// Its `>`.
    Opened,
    /// An attribute that contains a value; its quote is next.
    Value,
}

/// Whether the name is that of an element, perhaps with a prefix: `<name`, `<ns:name`.
pub fn is_element(bytes: &[u8], name: &Range<usize>) -> bool {
    match name.start.checked_sub(1).map(|index| bytes[index]) {
        Some(b'<') => true,
        Some(b':' | b'_' | b'-' | b'.') => {
            let before = &bytes[name.start.saturating_sub(BEFORE_NAME)..name.start];
            let start = before.iter().rposition(|&b| !is_name_byte(b));
            let tag = start.map_or(&[][..], |start| &before[start..]);
            let begins =
                tag.first() == Some(&b'<') && tag.get(1).is_some_and(u8::is_ascii_alphabetic);
            begins && !tag.ends_with(b"::")
        }
        _ => false,
    }
}

/// Moves to the text of the element `name`, or of its only child.
pub fn element_text(cursor: &mut Cursor<'_>) -> bool {
    let opened = match cursor.peek() {
        Some(b'>') => cursor.skip(">"),
        Some(b) if b.is_ascii_whitespace() => {
            cursor.attempt(|cursor| rest_of_tag(cursor) == Some(Tag::Opened))
        }
        _ => false,
    };
    if opened {
        cursor.attempt(value_element);
    }
    opened
}

/// Moves to the value in another attribute: `name="NAME" type="string" android:value="v"`.
pub fn value_attribute(cursor: &mut Cursor<'_>) -> bool {
    let next = cursor.peek();
    next.is_some_and(|b| b.is_ascii_whitespace())
        && cursor.attempt(|cursor| rest_of_tag(cursor) == Some(Tag::Value))
}

/// Moves to the value in an element after that of the name: `<name>NAME</name> <value>v</value>`.
pub fn next_element(cursor: &mut Cursor<'_>) -> bool {
    let names = |local: &[u8]| NAME_ENDINGS.iter().any(|ending| ends_with(local, ending));
    cursor.rest().starts_with(b"</")
        && cursor.attempt(|cursor| {
            if !closing_tag(cursor).is_some_and(names) {
                return false;
            }
            for _ in 0..MOST {
                if cursor.attempt(value_element) {
                    return true;
                }
                if !skip_element(cursor) {
                    return false;
                }
            }
            false
        })
}

/// Whether the quoted name is the value of an attribute for names: `name="NAME"`, `a:key='NAME'`.
pub fn is_named(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(BEFORE_NAME)..name.start];
    let end = before.iter().rposition(|&b| !is_name_byte(b)).map_or(0, |last| last + 1);
    let attribute = before[..end].strip_suffix(b"\"").or_else(|| before[..end].strip_suffix(b"'"));
    let attribute = attribute.and_then(|text| text.trim_ascii_end().strip_suffix(b"="));
    attribute.is_some_and(|text| {
        let text = text.trim_ascii_end();
        ends_with(text, "name") || ends_with(text, "key")
    })
}

/// Attributes up to the end of the tag, or to one that contains a value.
fn rest_of_tag(cursor: &mut Cursor<'_>) -> Option<Tag> {
    for _ in 0..MOST {
        let gap = cursor.skip_whitespace();
        if cursor.skip(">") {
            return Some(Tag::Opened);
        }
        let attribute = tag_name(cursor);
        if gap == 0 || attribute.is_empty() {
            return None;
        }
        cursor.skip_blanks();
        if !cursor.skip("=") {
            return None;
        }
        cursor.skip_blanks();
        let quote = cursor.peek().filter(|b| matches!(b, b'"' | b'\''))?;
        if is_value_word(attribute) {
            return Some(Tag::Value);
        }
        cursor.offset += 1;
        let length = cursor.skip_while(|b| b != quote && b != b'<');
        if length > LONGEST_TEXT || cursor.peek() != Some(quote) {
            return None;
        }
        cursor.offset += 1;
    }
    None
}

/// `<value>`, `<ns:constant type="…">`, a list's first element; moves to its text.
fn value_element(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_whitespace();
    if !cursor.skip("<") {
        return false;
    }
    let local = tag_name(cursor);
    let holds_value = ends_with(local, "value")
        || VALUE_ELEMENTS.iter().any(|known| local.eq_ignore_ascii_case(known.as_bytes()));
    holds_value
        && rest_of_tag(cursor) == Some(Tag::Opened)
        && (!local.eq_ignore_ascii_case(b"array") || value_element(cursor))
}

/// An element without children, with or without text, or a comment.
fn skip_element(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_whitespace();
    if cursor.skip("<!--") {
        cursor.skip_while(|b| b != b'>');
        return cursor.skip(">");
    }
    if !cursor.skip("<") || tag_name(cursor).is_empty() {
        return false;
    }
    cursor.skip_blanks();
    if cursor.skip("/>") {
        return true;
    }
    rest_of_tag(cursor) == Some(Tag::Opened)
        && cursor.skip_while(|b| b != b'<') <= LONGEST_TEXT
        && closing_tag(cursor).is_some()
}

/// `</ns:name>`; its name without the prefix.
fn closing_tag<'b>(cursor: &mut Cursor<'b>) -> Option<&'b [u8]> {
    if !cursor.skip("</") {
        return None;
    }
    let local = tag_name(cursor);
    cursor.skip_whitespace();
    (!local.is_empty() && cursor.skip(">")).then_some(local)
}

/// The name of an element or attribute, without its prefix.
fn tag_name<'b>(cursor: &mut Cursor<'b>) -> &'b [u8] {
    let start = cursor.offset;
    cursor.skip_while(is_name_byte);
    let bytes = cursor.bytes;
    let whole = &bytes[start..cursor.offset];
    let local = whole.iter().rposition(|&b| b == b':').map_or(0, |colon| colon + 1);
    &whole[local..]
}

fn ends_with(text: &[u8], ending: &str) -> bool {
    let start = text.len().checked_sub(ending.len());
    start.is_some_and(|start| text[start..].eq_ignore_ascii_case(ending.as_bytes()))
}

fn is_name_byte(b: u8) -> bool {
    is_word_byte(b) || matches!(b, b'-' | b'.' | b':')
}
