//! Ciphertexts that show by what contains them: the key above the name (`encryptedData:`), the
//! element around it, or an attribute beside it (`encrypted="true"`).

use std::ops::Range;

use super::super::name::Name;
use super::super::words::Words;
use crate::rules::BEFORE;
use crate::rules::is_word_byte;
use crate::rules::word_list::WordList;

/// Bytes after a value in which an attribute of it may follow.
const ATTRIBUTES: usize = 48;

/// Shortest key that contains a word for an encryption: `sealed`.
const SHORTEST_KEY: usize = 6;

/// The member with the value, of an object that also has the name.
const VALUE: &[u8] = b"value";

/// Whether something around the name says that its value is encrypted.
pub fn is_in_encrypted(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let before = &bytes[first..name.span.start];
    has_parent(before, name)
        || has_child(&bytes[name.gap(value)], name)
        || has_attribute(bytes, before, name, value)
}

/// Whether a key between the name and the value says so: `secure:` of Travis, AppVeyor and Pulumi.
fn has_child(gap: &[u8], name: &Name) -> bool {
    let mut words = Words { bytes: gap, span: 0..gap.len() };
    words.any(|word| {
        // `secureValue` of Azure's templates is another key.
        let whole = gap.get(word.end).is_none_or(|b| !b.is_ascii_alphanumeric());
        let word = &gap[word];
        name.lexicon.has(WordList::EncryptedWords, word)
            || whole && name.lexicon.has(WordList::EncryptedChildren, word)
    })
}

/// Whether one of the words before the name is the key of what the name is in.
fn has_parent(before: &[u8], name: &Name) -> bool {
    let mut rest = 0..before.len();
    while let Some(start) = rest.clone().find(|&offset| is_word_byte(before[offset])) {
        let end = (start..rest.end).find(|&it| !is_key_byte(before[it])).unwrap_or(rest.end);
        let mut words = Words { bytes: before, span: start..end };
        if end - start >= SHORTEST_KEY
            && words.any(|word| name.lexicon.has(WordList::EncryptedWords, &before[word]))
            && contains_name(before, start..end)
        {
            return true;
        }
        rest.start = end;
    }
    false
}

fn is_key_byte(b: u8) -> bool {
    is_word_byte(b) || matches!(b, b'-' | b'.')
}

/// Whether what follows the key has not ended at the end of the text.
fn contains_name(before: &[u8], key: Range<usize>) -> bool {
    let opened = key.start.checked_sub(1).map(|offset| before[offset]);
    let rest = before[key.end..].trim_ascii_start();
    match (opened, before.get(key.end)) {
        (Some(b'<'), Some(b'>' | b' ')) => return !contains(rest, b"</"),
        (Some(b'['), Some(b']')) => return !contains(rest, b"\n["),
        _ => {}
    }
    let rest = rest.strip_prefix(b"\"").or_else(|| rest.strip_prefix(b"'")).unwrap_or(rest);
    let rest = rest.trim_ascii_start();
    let value = rest.iter().position(|b| !b"=:>".contains(b)).unwrap_or(rest.len());
    let inside = rest[value..].trim_ascii_start();
    match inside.first() {
        Some(b'{' | b'[' | b'(') => is_open(inside),
        _ if rest.first() == Some(&b':') => is_above(before, key, &rest[value..]),
        _ => false,
    }
}

/// Whether the bracket that the text begins with is not closed.
fn is_open(text: &[u8]) -> bool {
    let mut depth = 0;
    text.iter().all(|b| {
        match b {
            b'{' | b'[' | b'(' => depth += 1,
            b'}' | b']' | b')' => depth -= 1,
            _ => {}
        }
        depth > 0
    })
}

/// Whether all lines after the key of a YAML mapping are below it: further right than its line.
fn is_above(before: &[u8], key: Range<usize>, after: &[u8]) -> bool {
    let line = memchr::memrchr(b'\n', &before[..key.start]).map_or(0, |offset| offset + 1);
    let indent = |line: &[u8]| line.iter().take_while(|b| **b == b' ').count();
    let own = indent(&before[line..]);
    let mut lines = after.split(|&b| b == b'\n');
    let ends = lines.next().is_some_and(|rest| rest.trim_ascii().is_empty());
    let mut below = lines.peekable();
    ends && below.peek().is_some()
        && below.all(|line| line.trim_ascii().is_empty() && line.len() > own || indent(line) > own)
}

/// Whether an attribute of the element, or a member of the pair, that the value is in says so.
fn has_attribute(bytes: &[u8], before: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let tag = memchr::memrchr2(b'<', b'{', before).unwrap_or(before.len());
    let after = &bytes[value.end..bytes.len().min(value.end + ATTRIBUTES)];
    let ends = |b: &u8| matches!(b, b'>' | b'}' | b'\n');
    let after = &after[..after.iter().position(ends).unwrap_or(after.len())];
    let gap = &bytes[name.gap(value)];
    let has = |list, text: &[u8]| {
        let text = text.to_ascii_lowercase();
        name.lexicon.any(list, |it| contains(&text, it.as_bytes()))
    };
    [&before[tag..], gap, after].into_iter().any(|it| has(WordList::EncryptedAttributes, it))
        || is_pair(gap) && [gap, after].into_iter().any(|it| has(WordList::EncryptedMembers, it))
}

/// Whether the value is the member `value` of an object whose other members describe it.
fn is_pair(gap: &[u8]) -> bool {
    gap.windows(VALUE.len()).any(|window| window.eq_ignore_ascii_case(VALUE))
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    memchr::memmem::find(text, part).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lexicon::Lexicon;

    fn is_in_encrypted(text: &str) -> bool {
        let fragment = text.find("ass").unwrap() - 1;
        let lexicon = Lexicon::default();
        let name = Name::around(text.as_bytes(), fragment..fragment + 4, &lexicon).unwrap();
        let start = text.find("q7Rz").unwrap();
        super::is_in_encrypted(text.as_bytes(), &name, &(start..start + 16))
    }

    #[test]
    fn what_contains_the_name_counts() {
        for text in [
            "encryptedData:\n  password: q7Rz0Pk3LmX9vTn2",
            "  encrypted_values:\n    user: x\n    password: q7Rz0Pk3LmX9vTn2",
            "{\"encrypted\": { \"password\": \"q7Rz0Pk3LmX9vTn2\"",
            "encrypted = {\n  a = {}\n  password = \"q7Rz0Pk3LmX9vTn2\"",
            "<EncryptedSettings>\n <password>q7Rz0Pk3LmX9vTn2</password>",
            "[encrypted]\nuser = x\npassword = q7Rz0Pk3LmX9vTn2",
            "<password encrypted=\"true\">q7Rz0Pk3LmX9vTn2</password>",
            "<p name=\"password\" value=\"q7Rz0Pk3LmX9vTn2\" encrypted=\"true\"/>",
            "{\"name\": \"password\", \"value\": \"q7Rz0Pk3LmX9vTn2\", \"encrypted\": true}",
            "password:\n  secure: q7Rz0Pk3LmX9vTn2",
            "<p encrypted=\"true\" name=\"password\" value=\"q7Rz0Pk3LmX9vTn2\"/>",
        ] {
            assert!(is_in_encrypted(text), "{text}");
        }
    }

    #[test]
    fn what_ends_before_the_name_does_not() {
        for text in [
            "encryptedData:\n  a: b\npassword: q7Rz0Pk3LmX9vTn2",
            "encrypted: true\n  password: q7Rz0Pk3LmX9vTn2",
            "{\"encrypted\": {}, \"password\": \"q7Rz0Pk3LmX9vTn2\"",
            "storage_encrypted = true\n  password = \"q7Rz0Pk3LmX9vTn2\"",
            "<Encrypted>x</Encrypted><password>q7Rz0Pk3LmX9vTn2</password>",
            "{ password: 'q7Rz0Pk3LmX9vTn2', encrypted: true }",
            "[encrypted]\n[plain]\npassword = q7Rz0Pk3LmX9vTn2",
            "unencrypted:\n  password: q7Rz0Pk3LmX9vTn2",
            "It is not encrypted: see below.\npassword: q7Rz0Pk3LmX9vTn2",
        ] {
            assert!(!is_in_encrypted(text), "{text}");
        }
    }
}
