//! The fallback of a setting that is read by its name: what a program uses if the setting is
//! missing. Only a literal counts.

use super::cursor::Cursor;
use super::wrapper::skip_wrappers;
use crate::rules::is_word_byte;

/// Methods that take a fallback, by their beginnings, and methods of browser tests that enter the
/// value into the field with the name.
const METHODS: [&str; 15] = [
    "orElse",
    "or_else",
    "unwrap_or",
    "getOrElse",
    "get_or_else",
    "ifEmpty",
    "ifBlank",
    "default",
    "or(",
    "value(",
    "val(",
    "fill(",
    "type(",
    "sendKeys(",
    "send_keys(",
];

/// Operators before a fallback, other than those that also assign: Kotlin's and PHP's `?:`, the
/// filter of Jinja and Helm, a lazy property of Kotlin.
const OPERATORS: [&str; 4] = ["?:", "| default", "|default", "by lazy {"];

/// Bytes of a tag that are read.
const LONGEST_TAG: usize = 96;

/// Calls without arguments before a fallback, at most: `.ok().as_deref().unwrap_or("v")`.
const MAX_CALLS: usize = 3;

/// Skips to the fallback after a name. `closed` is whether a bracket or a quote closes the name.
pub fn skip_to_fallback(cursor: &mut Cursor<'_>, closed: bool) -> bool {
    match cursor.peek() {
        Some(b'.') if closed => cursor.attempt(method),
        Some(b' ' | b'|' | b'?') => {
            cursor.attempt(|cursor| operator(cursor, closed)) || cursor.attempt(struct_tag)
        }
        _ => false,
    }
}

/// `.orElse("v")`, `.unwrap_or_else(|_| "v".into())`.
fn method(cursor: &mut Cursor<'_>) -> bool {
    for _ in 0..MAX_CALLS {
        cursor.skip_whitespace();
        if !cursor.skip(".") {
            return false;
        }
        let takes_fallback =
            METHODS.iter().any(|method| cursor.rest().starts_with(method.as_bytes()));
        if cursor.skip_while(is_word_byte) == 0 || !cursor.skip("(") {
            return false;
        }
        if takes_fallback {
            return literal(cursor);
        }
        if !cursor.skip(")") {
            return false;
        }
    }
    false
}

/// ` ?: "v"`, ` | default "v"`; after a bracket Perl's ` // 'v'` and the block of Ruby's
/// `ENV.fetch("NAME") { "v" }`.
fn operator(cursor: &mut Cursor<'_>, closed: bool) -> bool {
    cursor.skip_blanks();
    let found = OPERATORS.iter().any(|operator| cursor.skip(operator))
        || closed && (cursor.skip("// ") || cursor.skip("{ "));
    cursor.skip_blanks();
    cursor.skip("(");
    found && literal(cursor)
}

/// Go's `Name string `env:"NAME" default:"v"``.
fn struct_tag(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_blanks();
    cursor.skip_while(is_word_byte);
    cursor.skip_blanks();
    if !cursor.skip("`") {
        return false;
    }
    let tag = &cursor.rest()[..cursor.rest().len().min(LONGEST_TAG)];
    let end = memchr::memchr2(b'`', b'\n', tag).unwrap_or(tag.len());
    let Some(key) = memchr::memmem::find(&tag[..end], b"efault:\"") else { return false };
    cursor.offset += key + b"efault:".len();
    true
}

/// Whether a literal is next, in a constructor or without one; a message of `panic!` is none.
fn literal(cursor: &mut Cursor<'_>) -> bool {
    if cursor.rest().starts_with(b"|_| panic!") {
        return false;
    }
    let from = cursor.offset;
    cursor.skip_whitespace();
    skip_wrappers(cursor);
    let found = cursor.is_at_quote();
    cursor.offset = from;
    found
}
