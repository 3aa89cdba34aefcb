//! The fallback of a setting that is read by its name: what a program uses if the setting is
//! missing. Only a literal counts.

use super::cursor::Cursor;
use super::wrapper::skip_wrappers;
use crate::rules::is_word_byte;

/// Methods that take a fallback, by their beginnings.
const METHODS: [&str; 9] = [
    "orElse",
    "or_else",
    "unwrap_or",
    "getOrElse",
    "get_or_else",
    "ifEmpty",
    "ifBlank",
    "default",
    "or(",
];

/// Operators before a fallback, other than those that also assign: Kotlin's and PHP's `?:`, the
/// filter of Jinja and Helm.
const OPERATORS: [&str; 3] = ["?:", "| default", "|default"];

/// Calls without arguments before a fallback, at most: `.ok().as_deref().unwrap_or("v")`.
const MAX_CALLS: usize = 3;

/// Skips to the fallback after a name. `closed` is whether a bracket or a quote closes the name.
pub fn skip_to_fallback(cursor: &mut Cursor<'_>, closed: bool) -> bool {
    match cursor.peek() {
        Some(b'.') if closed => cursor.attempt(method),
        Some(b' ' | b'|' | b'?') => cursor.attempt(|cursor| operator(cursor, closed)),
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
            closure(cursor);
            return literal(cursor);
        }
        if !cursor.skip(")") {
            return false;
        }
    }
    false
}

/// `|_| `, `() -> `, `() => `.
fn closure(cursor: &mut Cursor<'_>) {
    cursor.attempt(|cursor| {
        let parameters = cursor.skip("|_| ") || cursor.skip("|| ");
        parameters || cursor.skip("() -> ") || cursor.skip("() => ")
    });
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

/// Whether a literal is next, in a constructor or without one.
fn literal(cursor: &mut Cursor<'_>) -> bool {
    let from = cursor.offset;
    cursor.skip_whitespace();
    skip_wrappers(cursor);
    let found = cursor.is_at_quote();
    cursor.offset = from;
    found
}
