//! What may surround a value: keywords of a call, constructors, casts and string prefixes.

use super::cursor::Cursor;
use crate::rules::is_word_byte;

/// Keywords of a fallback. A longer one precedes its beginning.
const KEYWORDS: [&str; 6] = ["default_value", "defaultValue", "default", "fallback", "unset", "do"];

/// `default=`, `fallback:` in a call that reads a setting.
pub fn skip_keyword(cursor: &mut Cursor<'_>) -> bool {
    cursor.attempt(|cursor| {
        let keyword = KEYWORDS.iter().any(|keyword| cursor.skip(keyword));
        cursor.skip_blanks();
        let operator = cursor.skip("=") || cursor.skip(":");
        cursor.skip_blanks();
        keyword && operator
    })
}

/// The beginning of a function that only returns the value: `|_| `, `() -> `, `() => `.
fn skip_closure(cursor: &mut Cursor<'_>) {
    match cursor.peek() {
        Some(b'|') => cursor.skip("|_| ") || cursor.skip("|| "),
        Some(b'(') => cursor.skip("() -> ") || cursor.skip("() => "),
        _ => false,
    };
}

/// Constructors, casts and string prefixes before a quote: `String::from(`,
/// `new SecretString(`, `[]byte(`, `Some(`, `b"…"`, `@"…"`, `<<"…"`, `!!str `.
pub fn skip_wrappers(cursor: &mut Cursor<'_>) {
    cursor.attempt(|cursor| {
        skip_closure(cursor);
        cursor.skip("!!str ");
        cursor.skip("new ");
        cursor.skip("[]");
        cursor.skip("<<");
        for _ in 0..2 {
            let called = cursor.attempt(|cursor| {
                let named =
                    cursor.skip_while(|b| is_word_byte(b) || matches!(b, b'.' | b':' | b'!'));
                named > 0 && named <= 48 && cursor.skip("(")
            });
            if !called {
                break;
            }
            // `z.string().default("v")`.
            if cursor.rest().starts_with(b").default(") {
                cursor.skip(").default(");
            }
            cursor.skip_whitespace();
            // `str({ default: "v" })`.
            cursor.attempt(|cursor| {
                cursor.skip("{");
                cursor.skip_whitespace();
                skip_keyword(cursor)
            });
        }
        let prefix = cursor.offset;
        if cursor.skip_while(|b| b"bBrRuUfFcLN@$#".contains(&b)) > 2 {
            cursor.offset = prefix;
        }
        cursor.is_at_quote()
    });
}
