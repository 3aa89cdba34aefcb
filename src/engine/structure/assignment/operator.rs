//! The operator between a name and its value.

use std::ops::Range;

use super::command;
use super::cursor::Cursor;
use super::fallback::skip_to_fallback;
use super::markup;
use super::members;
use super::wrapper::skip_wrappers;
use crate::rules::is_word_byte;

/// How the value follows the name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    /// `=` and similar operators.
    Equals,
    /// `:`, after which YAML may put the value on the next line.
    Colon,
    /// A comma in a call or a space in a command: only what is clearly a value counts.
    Argument,
    /// `>` of an XML element.
    Element,
    /// `|` between a table's cells: the value is the whole content of its cell.
    Cell,
}

/// What closes a name.
#[derive(Clone, Copy)]
struct NameEnd {
    quoted: bool,
    bracket: bool,
}

/// Maximum length of what an accessor has before its value.
const MAX_MEMBER: usize = 40;

/// Maximum length of the name of a type.
const MAX_TYPE: usize = 16;

/// Reads the operator between the name and its value. Most names have no value, so each notation is
/// tried only if its first byte is next.
pub fn read_operator(cursor: &mut Cursor<'_>, name: &Range<usize>) -> Option<Operator> {
    let name_end = close_name(cursor, name);
    if let Some(operator) = in_markup(cursor, name, name_end) {
        return Some(operator);
    }
    if let Some(operator) = paired_value(cursor, name).or_else(|| call_argument(cursor)) {
        return Some(operator);
    }
    if skip_to_fallback(cursor, name_end.quoted || name_end.bracket)
        || command::skip_to_argument(cursor, name)
    {
        return Some(Operator::Argument);
    }
    // Rust's `"name".to_string(), "v"`, and the comment that names an argument: `/* name */ "v"`.
    cursor.attempt(|cursor| name_end.quoted && conversion(cursor));
    cursor.attempt(comment_end);
    // Markdown's `**name**: v`.
    cursor.attempt(|cursor| cursor.skip("**") && cursor.peek() == Some(b':'));
    let blanks = cursor.skip_blanks();
    let next = cursor.peek()?;
    if matches!(next, b'=' | b':' | b'?' | b'|' | b'<')
        && [":=", "=>", "==", "?=", "||=", "||", "??=", "??", "<<<", "<-", "="]
            .iter()
            .any(|operator| cursor.skip(operator))
    {
        return Some(Operator::Equals);
    }
    if cursor.skip(":-") {
        return Some(Operator::Argument);
    }
    // LDIF's marker of base64 (RFC 2849).
    if blanks == 0 && cursor.skip(":: ") {
        return Some(Operator::Colon);
    }
    if cursor.skip(":") {
        // `name::Type` of C++ and Rust is a path.
        if cursor.peek() == Some(b':') {
            return None;
        }
        cursor.skip("**");
        if members::block_below(cursor, name) {
            return Some(Operator::Colon);
        }
        let typed = type_annotation(cursor);
        return Some(if typed { Operator::Equals } else { Operator::Colon });
    }
    if cursor.skip(",") {
        return Some(Operator::Argument);
    }
    if name_end.bracket && cursor.skip("or ") {
        return Some(Operator::Argument);
    }
    if type_after_name(cursor) || accessors(cursor) || method_body(cursor, name) {
        return Some(Operator::Equals);
    }
    let is_block = next == b'{' && (name_end.quoted || is_variable(cursor.bytes, name));
    if is_block && members::braced(cursor) {
        return Some(Operator::Equals);
    }
    let may_be_quoted = matches!(next, b'-' | b't' | b'|' | b'"' | b'\'' | b'`' | b'\\' | b'&');
    let quoted_value = may_be_quoted
        && cursor.attempt(|cursor| {
            // `"NAME" -> "v"`, `"NAME" to "v"`, `token - 'v'`, a Markdown table's cells, `name
            // "v"`.
            let operator = ["->", "to ", "- ", "|"].iter().any(|operator| cursor.skip(operator));
            let more = cursor.skip_blanks();
            (operator || blanks + more > 0) && cursor.is_at_quote()
        });
    if quoted_value {
        return Some(Operator::Argument);
    }
    if blanks > 0 && cursor.skip("| ") {
        return Some(Operator::Cell);
    }
    (blanks > 0 && command::takes_argument(cursor.bytes, name)).then_some(Operator::Argument)
}

/// Reads what closes a name: its quote, the bracket of `ENV["NAME"]`, `getenv("NAME")` or
/// `$ENV{NAME}`, the brackets of an array.
fn close_name(cursor: &mut Cursor<'_>, name: &Range<usize>) -> NameEnd {
    let quoted = cursor.read_quote().is_some();
    let before = |count: usize| name.start.checked_sub(count).map(|index| cursor.bytes[index]);
    let open = if quoted { 2 } else { 1 };
    let in_braces = before(open) == Some(b'{') && before(open + 1).is_some_and(is_word_byte);
    let in_stars = before(1) == Some(b'*');
    let is_closing = |b: u8| {
        matches!(b, b']' | b')' | b'?' | b'!')
            || in_braces && b == b'}'
            || in_stars && !quoted && b == b'*'
    };
    let bracket = cursor.skip_while(is_closing) > 0
        || cursor.attempt(|cursor| {
            cursor.skip("[") && cursor.skip_while(|b| b.is_ascii_digit()) < 6 && cursor.skip("]")
        });
    NameEnd { quoted, bracket }
}

/// `.to_string()`, `.into()` before the comma.
fn conversion(cursor: &mut Cursor<'_>) -> bool {
    let converted = cursor.skip(".") && cursor.skip_while(is_word_byte) > 0 && cursor.skip("()");
    converted && cursor.peek() == Some(b',')
}

/// ` */` before a literal.
fn comment_end(cursor: &mut Cursor<'_>) -> bool {
    cursor.skip_blanks();
    cursor.skip("*/") && {
        let end = cursor.offset;
        cursor.skip_blanks();
        let quoted = cursor.is_at_quote();
        cursor.offset = end;
        quoted
    }
}

/// XML: `<name>v</name>`, `<entry key="NAME">v</entry>`, `<meta name="NAME" x:value="v"/>`.
fn in_markup(cursor: &mut Cursor<'_>, name: &Range<usize>, end: NameEnd) -> Option<Operator> {
    let next = cursor.peek().filter(|&b| b == b'>' || b.is_ascii_whitespace())?;
    let in_tag = match end.quoted {
        true => next == b'>' || markup::is_named(cursor.bytes, name),
        false => markup::is_element(cursor.bytes, name),
    };
    if !in_tag {
        return None;
    }
    if markup::element_text(cursor) {
        return Some(Operator::Element);
    }
    markup::value_attribute(cursor).then_some(Operator::Equals)
}

/// A name/value pair: `name: NAME`, then `value: v`, on another line or after a comma;
/// `name="NAME" value="v"`; `<key>NAME</key><string>v</string>`; `--name NAME --value v`.
fn paired_value(cursor: &mut Cursor<'_>, name: &Range<usize>) -> Option<Operator> {
    if markup::next_element(cursor) {
        return Some(Operator::Element);
    }
    let first = cursor.peek()?;
    let option = matches!(first, b' ' | b'\t')
        && cursor.attempt(|cursor| {
            cursor.skip_blanks() > 0
                && (cursor.skip_ignoring_case("-value")
                    || cursor.skip("--value")
                    || cursor.skip("--body")
                    || cursor.skip("-b "))
                && (cursor.skip("=")
                    || cursor.skip_blanks() > 0
                    || cursor.bytes[..cursor.offset].ends_with(b" "))
        });
    if option {
        return Some(Operator::Argument);
    }
    members::pair(cursor, name).then_some(Operator::Colon)
}

/// `.name("v")`, `new Name('v')`, `name{"v"}`: the value is the only argument.
fn call_argument(cursor: &mut Cursor<'_>) -> Option<Operator> {
    if !matches!(cursor.peek(), Some(b'(' | b'{')) {
        return None;
    }
    let called = cursor.attempt(|cursor| {
        cursor.offset += 1;
        cursor.skip_whitespace();
        if cursor.rest().starts_with(b"new ") || cursor.rest().starts_with(b"[]") {
            skip_wrappers(cursor);
        } else {
            cursor.skip_while(|b| b"bruR@".contains(&b));
        }
        cursor.is_at_quote()
    });
    called.then_some(Operator::Argument)
}

/// `: str = "v"`, `: Option<String> = …`: the value follows the type.
fn type_annotation(cursor: &mut Cursor<'_>) -> bool {
    cursor.attempt(|cursor| {
        cursor.skip_blanks();
        let is_type = |b: u8| is_word_byte(b) || b"<>[]?.&|'* ".contains(&b);
        let named = |b: u8| b.is_ascii_alphabetic() || matches!(b, b'&' | b'[' | b'*');
        if !cursor.peek().is_some_and(named) || cursor.skip_while(is_type) > 48 {
            return false;
        }
        // Kotlin's `String get() = "v"`, Swift's `String { return "v" }`.
        cursor.skip("() ");
        let body = cursor.bytes[..cursor.offset].ends_with(b"String ") && cursor.skip("{");
        if body {
            cursor.skip_whitespace();
            cursor.skip("return ");
        } else if !cursor.skip("=") {
            return false;
        }
        let value = cursor.offset;
        cursor.skip_blanks();
        skip_wrappers(cursor);
        let quoted = cursor.is_at_quote();
        cursor.offset = value;
        quoted
    })
}

/// Go's `const name string = "v"`, Visual Basic's `Dim name As String = "v"`, SQL's
/// `@name NVARCHAR(64) = 'v'`.
fn type_after_name(cursor: &mut Cursor<'_>) -> bool {
    let may_begin = cursor.peek().is_some_and(|b| b.is_ascii_alphabetic());
    may_begin
        && cursor.attempt(|cursor| {
            cursor.skip_ignoring_case("as ");
            let typed = (1..=MAX_TYPE).contains(&cursor.skip_while(is_word_byte));
            cursor.attempt(|cursor| {
                cursor.skip("(") && cursor.skip_while(is_word_byte) > 0 && cursor.skip(")")
            });
            // An attribute has no blank there.
            typed && cursor.skip_blanks() > 0 && cursor.skip("=") && {
                let value = cursor.offset;
                cursor.skip_blanks();
                skip_wrappers(cursor);
                let quoted = cursor.is_at_quote();
                cursor.offset = value;
                quoted
            }
        })
}

/// C#'s `Name { get; set; } = "v"` and `Name => "v"`, and functions that only return the value:
/// `name() { return "v"; }`, `name(): String = "v"`.
fn accessors(cursor: &mut Cursor<'_>) -> bool {
    let called = cursor.bytes[..cursor.offset].ends_with(b")");
    if !called && !matches!(cursor.peek(), Some(b'{' | b'(')) {
        return false;
    }
    let function = cursor.attempt(|cursor| {
        // Kotlin's `fun name() = "v"`.
        cursor.skip("()") && cursor.skip_blanks() > 0 && cursor.skip("= ") && cursor.is_at_quote()
    });
    if function {
        return true;
    }
    let property = cursor.attempt(|cursor| {
        if !cursor.skip("{") {
            return false;
        }
        cursor.skip_whitespace();
        let get = cursor.skip("get");
        let rest = cursor.skip_while(|b| is_word_byte(b) || b";= ".contains(&b));
        get && rest <= MAX_MEMBER && cursor.skip("}") && {
            cursor.skip_blanks();
            cursor.skip("=")
        }
    });
    property
        || cursor.attempt(|cursor| {
            if !cursor.skip("()") && !called && !cursor.rest().starts_with(b"{ return ") {
                return false;
            }
            let kind = cursor.skip_while(|b| is_word_byte(b) || b" \t:->.?<".contains(&b));
            let body = cursor.skip("{") || cursor.bytes[..cursor.offset].ends_with(b":");
            cursor.skip_whitespace();
            kind <= MAX_MEMBER && body && cursor.skip("return ") && {
                cursor.skip_blanks();
                cursor.rest().starts_with(b"@\"") || cursor.is_at_quote()
            }
        })
}

/// Ruby's `def name`, then `"v"` on the next line or after a semicolon.
fn method_body(cursor: &mut Cursor<'_>, name: &Range<usize>) -> bool {
    let before = &cursor.bytes[..name.start];
    let defines = before.ends_with(b"def ") || before.ends_with(b"def self.");
    defines
        && cursor.attempt(|cursor| {
            cursor.skip("()");
            let body = cursor.skip(";") || cursor.peek() == Some(b'\n');
            cursor.skip_whitespace();
            body && cursor.is_at_quote()
        })
}

/// Whether it is the name of a Terraform variable that is not in quotes: `variable name {`.
fn is_variable(bytes: &[u8], name: &Range<usize>) -> bool {
    let before = &bytes[name.start.saturating_sub(command::BEFORE_NAME)..name.start];
    before.trim_ascii_end().ends_with(b"variable")
}
