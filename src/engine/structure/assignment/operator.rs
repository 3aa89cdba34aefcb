//! What stands between a name and its value.

use std::ops::Range;

use super::command;
use super::cursor::Cursor;
use crate::rules::is_word_byte as is_word;

/// How the value follows.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=` and its kin.
    Equals,
    /// `:`, after which YAML may put the value on the next line.
    Colon,
    /// A comma in a call or a blank in a command: only what is plainly a value counts.
    Argument,
    /// `>` of an XML element.
    Element,
    /// `|` between a table's cells: the value is all that its cell holds.
    Cell,
}

/// What may close a name.
#[derive(Clone, Copy)]
struct Closed {
    quoted: bool,
    bracket: bool,
}

/// Words that name the other half of a pair.
const VALUE_WORDS: [&str; 5] = ["value", "parametervalue", "defaultvalue", "default", "content"];

/// Longest member that may stand between the two halves of a pair.
const MEMBER: usize = 40;

/// What stands between the name and its value. Most names are given none: each way of writing is
/// tried only where its first byte stands.
pub fn read(cursor: &mut Cursor<'_>, name: &Range<usize>) -> Option<Operator> {
    let closed = close_name(cursor, name);
    let before = name.start.checked_sub(1).map(|at| cursor.bytes[at]);
    if (before == Some(b'<') || closed.quoted) && cursor.eat(">") {
        return Some(Operator::Element);
    }
    if let Some(operator) = other_half(cursor).or_else(|| call(cursor)) {
        return Some(operator);
    }
    // Markdown's `**name**: v`.
    cursor.attempt(|cursor| cursor.eat("**") && cursor.peek() == Some(b':'));
    let blanks = cursor.skip_blanks();
    let next = cursor.peek()?;
    if matches!(next, b'=' | b':' | b'?' | b'|' | b'<')
        && [":=", "=>", "==", "?=", "||=", "||", "??", "<-", "="]
            .iter()
            .any(|sign| cursor.eat(sign))
    {
        return Some(Operator::Equals);
    }
    if cursor.eat(":-") {
        return Some(Operator::Argument);
    }
    // LDIF's mark of base64 (RFC 2849).
    if blanks == 0 && cursor.eat(":: ") {
        return Some(Operator::Colon);
    }
    if cursor.eat(":") {
        // `name::Type` of C++ and Rust is a path.
        if cursor.peek() == Some(b':') {
            return None;
        }
        cursor.eat("**");
        let typed = type_annotation(cursor);
        return Some(if typed { Operator::Equals } else { Operator::Colon });
    }
    if cursor.eat(",") {
        return Some(Operator::Argument);
    }
    if closed.bracket && cursor.eat("or ") {
        return Some(Operator::Argument);
    }
    if type_behind(cursor) || accessors(cursor) {
        return Some(Operator::Equals);
    }
    if cursor.attempt(|cursor| terraform_default(cursor)) {
        return Some(Operator::Equals);
    }
    let may_be_quoted = matches!(next, b'-' | b't' | b'|' | b'"' | b'\'' | b'`' | b'\\' | b'&');
    let quoted_value = may_be_quoted
        && cursor.attempt(|cursor| {
            // `"NAME" -> "v"`, `"NAME" to "v"`, `token - 'v'`, a Markdown table's cells, `name "v"`.
            let sign = ["->", "to ", "- ", "|"].iter().any(|sign| cursor.eat(sign));
            let more = cursor.skip_blanks();
            (sign || blanks + more > 0) && cursor.at_quote()
        });
    if quoted_value {
        return Some(Operator::Argument);
    }
    if blanks > 0 && cursor.eat("| ") {
        return Some(Operator::Cell);
    }
    (blanks > 0 && command::takes(cursor.bytes, name)).then_some(Operator::Argument)
}

/// What may close a name: its quote, the bracket of `ENV["NAME"]` or `getenv("NAME")`, of
/// `$ENV{NAME}`, of an array.
fn close_name(cursor: &mut Cursor<'_>, name: &Range<usize>) -> Closed {
    let quoted = cursor.quote().is_some();
    let before = |count: usize| name.start.checked_sub(count).map(|at| cursor.bytes[at]);
    let open = if quoted { 2 } else { 1 };
    let in_braces = before(open) == Some(b'{') && before(open + 1).is_some_and(is_word);
    let closes = |b: u8| matches!(b, b']' | b')' | b'?' | b'!') || in_braces && b == b'}';
    let bracket = cursor.skip_while(closes) > 0
        || cursor.attempt(|cursor| {
            cursor.eat("[") && cursor.skip_while(|b| b.is_ascii_digit()) < 6 && cursor.eat("]")
        });
    Closed { quoted, bracket }
}

/// The other half of a pair: `name: NAME`, then `value: v`, on the next line or behind a
/// comma; `name="NAME" value="v"` in XML; `<key>NAME</key><string>v</string>`;
/// `--name NAME --value v`. One short member may stand between.
fn other_half(cursor: &mut Cursor<'_>) -> Option<Operator> {
    let first = cursor.peek()?;
    let element = first == b'<'
        && cursor.attempt(|cursor| {
            let closed = cursor.eat("</key>") || cursor.eat("</name>");
            cursor.skip_space();
            closed && (cursor.eat("<string>") || cursor.eat("<value>"))
        });
    if element {
        return Some(Operator::Element);
    }
    let option = matches!(first, b' ' | b'\t')
        && cursor.attempt(|cursor| {
            cursor.skip_blanks() > 0
                && (cursor.eat("--value") || cursor.eat("--body"))
                && (cursor.eat("=") || cursor.skip_blanks() > 0)
        });
    if option {
        return Some(Operator::Argument);
    }
    let pair = is_gap(first)
        && cursor.attempt(|cursor| {
            gap(cursor)
                && (value_member(cursor)
                    || skip_member(cursor) && gap(cursor) && value_member(cursor))
        });
    pair.then_some(Operator::Colon)
}

fn gap(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_while(is_gap) > 0
}

fn is_gap(b: u8) -> bool {
    b.is_ascii_whitespace() || b == b','
}

/// `value:`, `"Value": `, `value=`.
fn value_member(cursor: &mut Cursor<'_>) -> bool {
    cursor.attempt(|cursor| {
        let quoted = cursor.quote().is_some();
        let begins = |b: u8| VALUE_WORDS.iter().any(|word| word.as_bytes()[0] == b | 0x20);
        if !cursor.peek().is_some_and(begins)
            || !VALUE_WORDS.iter().any(|word| cursor.eat_ignoring_case(word))
        {
            return false;
        }
        let closed = cursor.quote().is_some();
        cursor.skip_blanks();
        quoted == closed && (cursor.eat(":") || cursor.eat("="))
    })
}

/// `"slotSetting": false`, `type="hidden"`: a member of one word.
fn skip_member(cursor: &mut Cursor<'_>) -> bool {
    let from = cursor.at;
    let word = |b: u8| is_word(b) || b == b'"' || b == b'\'';
    let name = cursor.skip_while(word);
    cursor.skip_blanks();
    let sign = cursor.eat(":") || cursor.eat("=");
    cursor.skip_blanks();
    name > 0 && sign && cursor.skip_while(word) > 0 && cursor.at - from <= MEMBER
}

/// `.name("v")`, `new Name('v')`, `name{"v"}`: the value is all that is handed over.
fn call(cursor: &mut Cursor<'_>) -> Option<Operator> {
    if !matches!(cursor.peek(), Some(b'(' | b'{')) {
        return None;
    }
    let called = cursor.attempt(|cursor| {
        cursor.at += 1;
        cursor.skip_space();
        if cursor.rest().starts_with(b"new ") || cursor.rest().starts_with(b"[]") {
            super::value::skip_wrappers(cursor);
        } else {
            cursor.skip_while(|b| b"bruR@".contains(&b));
        }
        cursor.at_quote()
    });
    called.then_some(Operator::Argument)
}

/// `: str = "v"`, `: Option<String> = …`: the value stands behind the type.
fn type_annotation(cursor: &mut Cursor<'_>) -> bool {
    cursor.attempt(|cursor| {
        cursor.skip_blanks();
        let is_type = |b: u8| is_word(b) || b"<>[]?.&|' ".contains(&b);
        let named = cursor.peek().is_some_and(|b| b.is_ascii_alphabetic() || b == b'&');
        if !named || cursor.skip_while(is_type) > 48 || !cursor.eat("=") {
            return false;
        }
        let value = cursor.at;
        cursor.skip_blanks();
        super::value::skip_wrappers(cursor);
        let quoted = cursor.at_quote();
        cursor.at = value;
        quoted
    })
}

/// Go's `const name string = "v"`, Visual Basic's `Dim name As String = "v"`.
fn type_behind(cursor: &mut Cursor<'_>) -> bool {
    let may_begin = cursor.peek().is_some_and(|b| matches!(b | 0x20, b'a' | b's'));
    may_begin
        && cursor.attempt(|cursor| {
            cursor.eat_ignoring_case("as ");
            let typed = cursor.eat_ignoring_case("string");
            cursor.skip_blanks();
            typed && cursor.eat("=")
        })
}

/// C#'s `Name { get; set; } = "v"` and `Name => "v"`, and functions that do nothing but
/// return the value: `name() { return "v"; }`, `name(): String = "v"`.
fn accessors(cursor: &mut Cursor<'_>) -> bool {
    let called = cursor.bytes[..cursor.at].ends_with(b")");
    if !called && !matches!(cursor.peek(), Some(b'{' | b'(')) {
        return false;
    }
    let property = cursor.attempt(|cursor| {
        if !cursor.eat("{") {
            return false;
        }
        cursor.skip_space();
        let get = cursor.eat("get");
        let rest = cursor.skip_while(|b| is_word(b) || b";= ".contains(&b));
        get && rest <= MEMBER && cursor.eat("}") && {
            cursor.skip_blanks();
            cursor.eat("=")
        }
    });
    property
        || cursor.attempt(|cursor| {
            if !cursor.eat("()") && !called {
                return false;
            }
            let kind = cursor.skip_while(|b| is_word(b) || b" \t:->.?<".contains(&b));
            let body = cursor.eat("{") || cursor.bytes[..cursor.at].ends_with(b":");
            cursor.skip_space();
            kind <= MEMBER && body && cursor.eat("return ") && {
                cursor.skip_blanks();
                cursor.at_quote()
            }
        })
}

/// Terraform's `variable "name" { … default = "v" }`.
fn terraform_default(cursor: &mut Cursor<'_>) -> bool {
    if !cursor.eat("{") {
        return false;
    }
    loop {
        cursor.skip_space();
        if cursor.eat("default") {
            cursor.skip_blanks();
            return cursor.eat("=");
        }
        if cursor.skip_while(is_word) == 0
            || !cursor.attempt(|cursor| {
                cursor.skip_blanks();
                cursor.eat("=")
            })
        {
            return false;
        }
        cursor.skip_while(|b| b != b'\n');
    }
}
