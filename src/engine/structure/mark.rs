//! Marks: where a structure may be whose values are far from their names. A mark is the offset of a
//! fragment of a credential's name in the kind of a manifest, or in a list of column names.
//!
//! A mark is local, like any trigger: a version inherits the marks of its delta's base. What a
//! structure contains is never inherited: [`super::readers`] read every blob that has marks.

use std::ops::Range;

use crate::rules::{BEFORE, is_word_byte};

/// Bytes that a column's name may have before and after its fragment.
const REACH: usize = 40;

/// Bytes that may be between a name and the bracket that closes its list.
const LONGEST_BLANK: usize = 24;

/// Bytes before `Secret` in `"kind" : "Secret"`, escaped once or twice.
const BEFORE_KIND: usize = 24;

/// Types of a table's columns that contain text, by the beginnings of their names.
const TEXT_TYPES: [&str; 14] = [
    "varchar",
    "char",
    "nvarchar",
    "nchar",
    "text",
    "tinytext",
    "mediumtext",
    "longtext",
    "citext",
    "string",
    "varbinary",
    "binary",
    "blob",
    "clob",
];

/// What is before the name of a table.
const TABLE_KEYWORDS: [&[u8]; 5] = [b"into", b"copy", b"table", b"exists", b"replace"];

/// Whether the fragment marks a structure: it belongs to the kind of a Kubernetes Secret, or to the
/// name of a column.
pub fn is_mark(bytes: &[u8], fragment: &Range<usize>) -> bool {
    is_column(bytes, fragment) || kind_at(bytes, fragment.start).is_some()
}

/// `kind: Secret`, found by its `ecret`.
pub struct Kind {
    /// The start of `kind`, or of its quote.
    pub key: usize,
    /// The end of `Secret`.
    pub end: usize,
    /// The quote of the value, and the number of backslashes before it.
    pub quote: Option<(u8, usize)>,
}

/// The kind of which the fragment `ecret` begins at `offset`.
pub fn kind_at(bytes: &[u8], offset: usize) -> Option<Kind> {
    let end = offset + "ecret".len();
    let first = offset.checked_sub(1)?;
    let name_goes_on = |b: &u8| is_word_byte(*b) || matches!(b, b'-' | b'.');
    if !matches!(bytes[first], b'S' | b's')
        || bytes.get(offset..end)? != b"ecret"
        || bytes.get(end).is_some_and(name_goes_on)
    {
        return None;
    }
    let before = &bytes[first.saturating_sub(BEFORE_KIND)..first];
    let (before_value, quote) = strip_quote(before);
    let before_colon = before_value.trim_ascii_end().strip_suffix(b":")?;
    let (before_key, key_quote) = strip_quote(before_colon.trim_ascii_end());
    let key = before_key.strip_suffix(b"kind")?;
    if key.last().is_some_and(name_goes_on) {
        return None;
    }
    let key = if key_quote.is_some() { strip_quote(key).0 } else { key };
    Some(Kind { key: first - (before.len() - key.len()), end, quote })
}

/// The text without the quote at its end and the backslashes before that.
fn strip_quote(text: &[u8]) -> (&[u8], Option<(u8, usize)>) {
    match text.split_last() {
        Some((&mark @ (b'"' | b'\''), rest)) => {
            let escapes = rest.iter().rev().take_while(|&&b| b == b'\\').count();
            (&rest[..rest.len() - escapes], Some((mark, escapes)))
        }
        _ => (text, None),
    }
}

/// Whether the name around the fragment is one of several in a row: of a table's header, or of the
/// columns of a statement.
fn is_column(bytes: &[u8], fragment: &Range<usize>) -> bool {
    let Some(after) = after_name(bytes, fragment.end) else { return false };
    let Some(before) = before_name(bytes, fragment.start) else { return false };
    (before, after) != (Neighbor::LineEnd, Neighbor::LineEnd)
        && !is_argument(&bytes[fragment.start.saturating_sub(BEFORE - 1)..fragment.start])
}

/// Whether the text ends among the arguments of a call: a bracket is open on its line, with a name
/// right before it that is not the name of a table.
fn is_argument(before: &[u8]) -> bool {
    let ends = |b: &u8| matches!(b, b'(' | b')' | b'\n' | b';' | b'{');
    let Some(open) = before.iter().rposition(ends).filter(|&open| before[open] == b'(') else {
        return false;
    };
    let called = before[..open].iter().rev().take_while(|b| is_word_byte(**b) || **b == b'.');
    let name = open - called.count();
    let word = before[..name].trim_ascii_end();
    let is_after = |keyword: &[u8]| {
        let from = word.len().checked_sub(keyword.len());
        from.is_some_and(|from| word[from..].eq_ignore_ascii_case(keyword))
    };
    // At the beginning of what is in view, the keyword may be before it.
    name < open && name > 0 && !TABLE_KEYWORDS.iter().any(|keyword| is_after(keyword))
}

/// What is next to a name.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Neighbor {
    Separator,
    LineEnd,
}

fn after_name(bytes: &[u8], end: usize) -> Option<Neighbor> {
    let limit = bytes.len().min(end + REACH);
    let word = skip(bytes, end..limit, is_word_byte);
    // Most names are rejected here, by one or two bytes.
    let goes_on = |b: &u8| belongs(*b) || b",;\t|)\n\r\"'`]*".contains(b);
    let blank = usize::from(bytes.get(word) == Some(&b' '));
    if bytes.get(word + blank).is_some_and(|b| !goes_on(b)) {
        return None;
    }
    let name = skip(bytes, word..limit, belongs);
    let closed = skip(bytes, name..limit, |b| b"\"'`]*".contains(&b));
    if closed > name && has_type(bytes, closed) {
        return Some(Neighbor::Separator);
    }
    let next = skip(bytes, closed..limit, |b| b == b' ');
    match bytes.get(next) {
        Some(b',' | b';' | b'\t' | b'|' | b')') => Some(Neighbor::Separator),
        Some(b'(') => has_type(bytes, word).then_some(Neighbor::Separator),
        Some(b'\n' | b'\r') | None => {
            let limit = bytes.len().min(next + LONGEST_BLANK);
            let close = skip(bytes, next..limit, |b| b.is_ascii_whitespace());
            let closes = close < limit && bytes[close] == b')';
            Some(if closes { Neighbor::Separator } else { Neighbor::LineEnd })
        }
        Some(_) => None,
    }
}

fn before_name(bytes: &[u8], start: usize) -> Option<Neighbor> {
    let limit = start.saturating_sub(REACH);
    let mut rest = &bytes[limit..start];
    let trim = |text: &mut &[u8], belongs: &dyn Fn(u8) -> bool| {
        while let [before @ .., last] = *text
            && belongs(*last)
        {
            *text = before;
        }
    };
    trim(&mut rest, &belongs);
    trim(&mut rest, &|b| b"\"'`[*".contains(&b));
    trim(&mut rest, &|b| b == b' ');
    match rest.last() {
        Some(b',' | b';' | b'\t' | b'|' | b'(') => Some(Neighbor::Separator),
        Some(b'\n' | b'\r') => Some(Neighbor::LineEnd),
        None if limit == 0 => Some(Neighbor::LineEnd),
        Some(_) | None => None,
    }
}

/// Whether a column of the name that ends at `end` is declared to contain text.
pub fn has_type(bytes: &[u8], end: usize) -> bool {
    let limit = bytes.len().min(end + REACH);
    let word = skip(bytes, end..limit, is_word_byte);
    let from = skip(bytes, word..limit, |b| b" \t\"'`][".contains(&b));
    let begins = |name: &str| {
        let text = bytes.get(from..from + name.len());
        text.is_some_and(|text| text.eq_ignore_ascii_case(name.as_bytes()))
    };
    from > word && TEXT_TYPES.iter().any(|name| begins(name))
}

/// Whether a header's cell may contain the byte.
#[inline]
fn belongs(b: u8) -> bool {
    BELONGS[usize::from(b)]
}

static BELONGS: [bool; 256] = {
    let mut belongs = [true; 256];
    let mut b = 0;
    while b < 128 {
        let byte = b as u8;
        belongs[b] = byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b' ');
        b += 1;
    }
    belongs
};

/// The first offset in the range whose byte does not belong; its end if all do.
fn skip(bytes: &[u8], range: Range<usize>, belongs: impl Fn(u8) -> bool) -> usize {
    let end = range.end.min(bytes.len());
    (range.start..end).find(|&offset| !belongs(bytes[offset])).unwrap_or(range.start.max(end))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn marked(text: &str, fragment: &str) -> bool {
        let start = text.find(fragment).unwrap();
        is_mark(text.as_bytes(), &(start..start + fragment.len()))
    }

    #[test]
    fn columns_and_kinds_are_marks() {
        for (text, fragment) in [
            ("username,email,password\nbob", "pass"),
            ("id;api_key;name", "key"),
            ("| Service | User | **Password** |\n", "ass"),
            ("User name,Secret access key,Link\n", "ecret"),
            ("INSERT INTO t (`id`, `password`) VALUES", "pass"),
            ("INSERT INTO t (\n  id,\n  password\n) VALUES", "pass"),
            ("insert into t (password) values", "pass"),
            ("insert into t(id, password, x) values", "pass"),
            ("  `password` varchar(255) NOT NULL,", "pass"),
            ("  password varchar(255) NOT NULL,", "pass"),
            ("  password text,\n", "pass"),
            ("  [Password] [nvarchar](100) NULL,", "ass"),
            ("kind: Secret\n", "ecret"),
            ("\"kind\":\"Secret\",", "ecret"),
            ("{\\\"kind\\\": \\\"Secret\\\"}", "ecret"),
        ] {
            assert!(marked(text, fragment), "{text}");
        }
    }

    #[test]
    fn names_with_values_are_no_marks() {
        for (text, fragment) in [
            ("password = x", "pass"),
            ("\"password\": \"x\"", "pass"),
            ("password\n", "pass"),
            ("kind: SealedSecret\n", "ecret"),
            ("kind: SecretStore\n", "ecret"),
            ("mankind: Secret\n", "ecret"),
            ("user.password", "pass"),
            ("getPassword()", "ass"),
            ("x = lookup(db, key, 0);", "key"),
        ] {
            assert!(!marked(text, fragment), "{text}");
        }
    }
}
