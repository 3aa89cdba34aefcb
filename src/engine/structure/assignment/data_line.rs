//! Values without quotes in files of data (YAML, `.env`, properties), where a value is what is left
//! of the line: brackets and other punctuation of code are part of it.

use super::cursor::Cursor;
use crate::rules::is_word_byte;

/// Bytes before a value in which its line begins.
const BEFORE_VALUE: usize = 80;

/// Shortest value that may contain punctuation of code.
const SHORTEST: usize = 8;

/// Changes of case that are more than an identifier has.
const MOST_CHANGES: usize = 5;

/// What may be before the name on its line.
const BEFORE_NAME: [&[u8]; 5] = [b"- ", b"export ", b"set ", b"ENV ", b"ARG "];

/// Moves from a byte that ends a value of code to the end of the line, if the value that begins at
/// `start` is the rest of a line of data.
pub fn skip_rest(cursor: &mut Cursor<'_>, start: usize) -> bool {
    let Some(ending) = cursor.peek().filter(|b| b"()[]{}<>&;|".contains(b)) else { return false };
    let next = cursor.rest().get(1).copied().unwrap_or_default();
    let may_continue = match ending {
        b')' | b']' | b'}' | b'>' => next.is_ascii_alphanumeric(),
        _ => next.is_ascii_graphic(),
    };
    if !may_continue || !is_after_name(cursor.bytes, start) {
        return false;
    }
    cursor.attempt(|cursor| {
        cursor.skip_while(|b| !b.is_ascii_whitespace() && !b"\"'`,\\".contains(&b));
        let value_end = cursor.offset;
        let text = &cursor.bytes[start..value_end];
        let blanks = cursor.skip_blanks();
        let ends_line = match cursor.peek() {
            Some(b'\n' | b'\r') => true,
            Some(b'#') => blanks > 0,
            Some(_) => false,
            None => cursor.end == cursor.bytes.len(),
        };
        cursor.offset = value_end;
        ends_line
            && text.len() >= SHORTEST
            && (text.iter().any(u8::is_ascii_digit) || changes_of_case(text) >= MOST_CHANGES)
            && !is_code(text)
    })
}

/// Changes from lower to upper case or back.
fn changes_of_case(text: &[u8]) -> usize {
    let is_lower = |b: u8| b.is_ascii_lowercase();
    let letters = |two: &&[u8]| two.iter().all(u8::is_ascii_alphabetic);
    text.windows(2).filter(letters).filter(|two| is_lower(two[0]) != is_lower(two[1])).count()
}

/// Whether the value is the only one on its line, after its name.
fn is_after_name(bytes: &[u8], value: usize) -> bool {
    let before = &bytes[value.saturating_sub(BEFORE_VALUE)..value];
    let line = match before.iter().rposition(|&b| b == b'\n') {
        Some(end) => &before[end + 1..],
        None if before.len() == value => before,
        None => return false,
    };
    let line = line.trim_ascii();
    let line = BEFORE_NAME.iter().find_map(|word| line.strip_prefix(*word)).unwrap_or(line);
    let Some(name) = line.strip_suffix(b":").or_else(|| line.strip_suffix(b"=")) else {
        return false;
    };
    let in_name = |b: &u8| is_word_byte(*b) || matches!(b, b'-' | b'.' | b'"' | b'\'');
    let name = name.trim_ascii_end();
    !name.is_empty() && name.iter().all(in_name)
}

/// Whether the text is an expression: a template, a call or an element, brackets that are closed at
/// the end of a word, several assignments.
fn is_code(text: &[u8]) -> bool {
    let next = |index: usize| text.get(index + 1).copied().unwrap_or_default();
    let before = |index: usize| index.checked_sub(1).map_or(0, |index| text[index]);
    let mut open = Vec::new();
    let mut continues = false;
    let mut separated = false;
    for (index, &b) in text.iter().enumerate() {
        match b {
            b'(' | b'[' | b'{' | b'<' => {
                let template = matches!(before(index), b'$' | b'#' | b'%' | b'@' | b'?' | b'=');
                let closing = matches!(next(index), 0 | b'/' | b'?' | b'!' | b'%' | b'<');
                if template || closing {
                    return true;
                }
                open.push(match b {
                    b'(' => b')',
                    b'[' => b']',
                    b'{' => b'}',
                    _ => b'>',
                });
            }
            b')' | b']' | b'}' | b'>' => {
                let continued = next(index).is_ascii_alphanumeric();
                let arrow = b == b'>' && matches!(before(index), b'-' | b'=');
                let closes = open.pop() == Some(b);
                if arrow || !closes && !continued || closes && matches!(b, b'}' | b'>') {
                    return true;
                }
                continues |= continued;
            }
            b'&' | b'|' | b';' if matches!(next(index), 0 | b'&' | b'|' | b';') => return true,
            b'&' | b'|' | b';' => separated = true,
            b'=' if separated => return true,
            _ => {}
        }
    }
    open.is_empty() && !continues && !separated
}

#[cfg(test)]
mod tests {
    use super::super::value_of;

    fn value(text: &str) -> Option<&str> {
        let offset = text.find("password").unwrap();
        value_of(text.as_bytes(), offset..offset + "password".len()).map(|value| &text[value])
    }

    #[test]
    fn punctuation_of_code_is_part_of_a_value_of_data() {
        for (text, expected) in [
            ("password: q7Rz0P(k3LmX9\n", "q7Rz0P(k3LmX9"),
            ("password=q7Rz[0Pk3LmX9\n", "q7Rz[0Pk3LmX9"),
            ("password = q7Rz0Pk)3LmX9\n", "q7Rz0Pk)3LmX9"),
            ("export password=q7Rz{0Pk3LmX9\r\n", "q7Rz{0Pk3LmX9"),
            ("  - password=q7Rz<0Pk3LmX9 # ci\n", "q7Rz<0Pk3LmX9"),
            ("password: q7Rz&0Pk;3L|mX9", "q7Rz&0Pk;3L|mX9"),
            ("password: q7Rz(0Pk)3LmX9\n", "q7Rz(0Pk)3LmX9"),
            ("password=(q7Rz0Pk3LmX9\n", "(q7Rz0Pk3LmX9"),
        ] {
            assert_eq!(value(text), Some(expected), "{text}");
        }
    }

    #[test]
    fn code_is_not() {
        for (text, expected) in [
            ("password = getpass2(prompt)\n", None),
            ("password = getpass2(\n    prompt)\n", None),
            ("password = args2[0]\n", Some("args2")),
            ("password = getpass2(prompt).strip()\n", None),
            ("password = decode64(args[0])\n", None),
            ("password=$(cat /run/k3y)\n", None),
            ("password=pre${PASSWORD2}\n", Some("pre$")),
            ("login(user=me,\n      password=pass2)\n", Some("pass2")),
            ("password=abc123&user=me\n", Some("abc123")),
            ("password=abc123;database=app\n", Some("abc123")),
            ("a.password=b2[c],d.e=f(g)\n", Some("b2")),
            ("password: hunter22</p>\n", Some("hunter22")),
            ("password: Vec2<String>\n", Some("Vec2")),
            ("password=abc123||exit\n", Some("abc123")),
            ("if (x.password=e2(t)){return\n", None),
            ("<p>password: q7Rz0P(k3LmX9\n", None),
        ] {
            assert_eq!(value(text), expected, "{text}");
        }
    }
}
