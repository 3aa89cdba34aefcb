//! The value itself, without quotes and what is wrapped round it.

use std::ops::Range;

use super::cursor::{Cursor, Quote};
use super::operator::Operator;
use crate::rules::is_word_byte as is_word;

pub fn read(cursor: &mut Cursor<'_>, operator: Operator) -> Option<Range<usize>> {
    cursor.skip_blanks();
    match operator {
        Operator::Element => {
            cursor.skip_space();
            cursor.eat("<![CDATA[");
        }
        Operator::Colon => enter_block(cursor),
        Operator::Argument => {
            cursor.skip_space();
            skip_keyword(cursor);
        }
        Operator::Equals | Operator::Cell => {}
    }
    skip_wrappers(cursor);
    if ["q{", "qq{", "q(", "qq(", "[["].iter().any(|open| cursor.eat(open)) {
        // Perl's quotes and Lua's; a bare value ends at a bracket.
        return bare(cursor);
    }
    match cursor.quote() {
        Some(quote) => quoted(cursor, quote),
        None => bare(cursor).filter(|_| operator != Operator::Cell || fills_cell(cursor)),
    }
}

/// Whether the value is followed by the end of its cell.
fn fills_cell(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_blanks();
    cursor.peek() == Some(b'|')
}

/// YAML's `|`, `>`, `>-`: the value is what the next line holds; so is a value that a JSON
/// formatter put on a line of its own. `{ "value": "v" }` and `value: v` go one deeper.
fn enter_block(cursor: &mut Cursor<'_>) {
    let from = cursor.at;
    if cursor.eat("|") || cursor.eat(">") {
        cursor.skip_while(|b| matches!(b, b'-' | b'+') || b.is_ascii_digit());
    }
    cursor.skip_blanks();
    if matches!(cursor.peek(), Some(b'\n' | b'\r')) {
        cursor.skip_space();
    } else {
        cursor.at = from;
    }
    // YAML's anchors, and Ansible's mark of a value that is no template.
    cursor.attempt(|cursor| {
        let marked = cursor.eat("!unsafe") || cursor.eat("&") && cursor.skip_while(is_word) > 0;
        marked && cursor.skip_blanks() > 0
    });
    cursor.attempt(|cursor| {
        cursor.eat("{");
        cursor.skip_space();
        let quoted = cursor.quote().is_some();
        let deeper = cursor.eat("value") || cursor.eat("defaultValue");
        let closed = cursor.quote().is_some();
        let colon = deeper && quoted == closed && cursor.eat(":");
        cursor.skip_blanks();
        colon
    });
}

/// `default=`, `fallback:` of a call that reads a setting.
fn skip_keyword(cursor: &mut Cursor<'_>) {
    cursor.attempt(|cursor| {
        let keyword = cursor.eat("default") || cursor.eat("fallback");
        cursor.skip_blanks();
        let sign = cursor.eat("=") || cursor.eat(":");
        cursor.skip_blanks();
        keyword && sign
    });
}

/// Constructors, casts and string prefixes in front of a quote: `String::from(`,
/// `new SecretString(`, `[]byte(`, `Some(`, `b"…"`, `@"…"`, `<<"…"`, `!!str `.
pub fn skip_wrappers(cursor: &mut Cursor<'_>) {
    cursor.attempt(|cursor| {
        cursor.eat("!!str ");
        cursor.eat("new ");
        cursor.eat("[]");
        cursor.eat("<<");
        for _ in 0..2 {
            let called = cursor.attempt(|cursor| {
                let named = cursor.skip_while(|b| is_word(b) || matches!(b, b'.' | b':' | b'!'));
                named > 0 && named <= 48 && cursor.eat("(")
            });
            if !called {
                break;
            }
            cursor.skip_space();
            skip_keyword(cursor);
        }
        let prefix = cursor.at;
        if cursor.skip_while(|b| b"bBrRuUfFcLN@$#".contains(&b)) > 2 {
            cursor.at = prefix;
        }
        cursor.at_quote()
    });
}

fn quoted(cursor: &mut Cursor<'_>, quote: Quote) -> Option<Range<usize>> {
    let mut quote = quote;
    if let Quote::Mark { mark, escapes: 0 } = quote {
        let rest = cursor.rest();
        if rest.starts_with(&[mark, mark]) {
            // Python's and Kotlin's triple quotes.
            cursor.at += 2;
            cursor.skip_space();
        } else if mark == b'`' && rest.first() == Some(&mark) {
            // reStructuredText's, and Markdown's round a text that holds one.
            cursor.at += 1;
        } else if rest.starts_with(&[b'\\', mark]) {
            // `"\"v\""`: a literal of the language that the text is for.
            cursor.at += 2;
            quote = Quote::Mark { mark, escapes: 1 };
        } else if let Some(&inner @ (b'"' | b'\'')) = rest.first().filter(|&&b| b != mark) {
            // `'"v"'`.
            cursor.at += 1;
            quote = Quote::Mark { mark: inner, escapes: 0 };
        }
    }
    let start = cursor.at;
    while let Some(b) = cursor.peek() {
        match (quote, b) {
            (_, b'\n') => return None,
            (Quote::Entity, b'&') if cursor.rest().starts_with(b"&quot;") => {
                return Some(start..cursor.at);
            }
            (Quote::Mark { escapes: 1.., .. }, b'\\') => return Some(start..cursor.at),
            (Quote::Mark { escapes: 0, .. }, b'\\') => cursor.at += 1,
            (Quote::Mark { mark, escapes: 0 }, b) if b == mark => return Some(start..cursor.at),
            _ => {}
        }
        cursor.at += 1;
    }
    None
}

/// What a value without quotes ends before.
static ENDS_BARE: [bool; 256] = {
    let mut ends = [false; 256];
    let signs = b"\"'`,;<>()[]{}|&\\ \t\n\r\x0c";
    let mut at = 0;
    while at < signs.len() {
        ends[signs[at] as usize] = true;
        at += 1;
    }
    ends
};

fn bare(cursor: &mut Cursor<'_>) -> Option<Range<usize>> {
    let start = cursor.at;
    let ends = |b: u8| ENDS_BARE[usize::from(b)];
    // In a row of names that are each other's values all end at the same place.
    if !cursor.bare.contains(&start) {
        cursor.bare = start..start;
    }
    cursor.at = cursor.bare.end.min(cursor.end);
    cursor.skip_while(|b| !ends(b));
    cursor.bare.end = cursor.bare.end.max(cursor.at);
    // A pipe between two words of a value, as in an app's access token of Meta, is part of it.
    let piped = cursor.peek() == Some(b'|') && cursor.at > start;
    if piped && cursor.rest().get(1).is_some_and(|&b| is_word(b)) {
        cursor.at += 1;
        cursor.skip_while(|b| !ends(b));
    }
    // What is called is no literal.
    if cursor.peek() == Some(b'(') {
        return None;
    }
    // A value that touches the end of the window may go on behind it.
    let whole = cursor.at < cursor.end || cursor.end == cursor.bytes.len();
    (whole && cursor.at > start).then_some(start..cursor.at)
}
