//! Digests beside the path or the package that they are of.

use super::super::words::Words;
use super::Place;
use crate::engine::checks::shapes::is_hex_digest;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Lines next to each other that make a table of digests.
const LINES: usize = 2;

/// Digits of a digest in a list: SHA-256.
const LISTED_DIGEST: usize = 64;

/// Digits of a digest in a table.
const TABLE_DIGEST: usize = 40;

/// Whether the value is the digest of the file or package that the name is a part of.
pub fn is_checksum(place: &Place) -> bool {
    // `src/auth.js:12:7: …`: what follows the name of a file is a position.
    if place.gap() == b":" && is_file_name(place) {
        return true;
    }
    is_hex_digest(place.text)
        && (is_file_name(place)
            || is_result(place)
            || is_coordinate(place)
            || is_after_algorithm(place)
            || is_beside_path(place)
            || is_in_table(place)
            || is_listed(place))
}

/// `"src/auth.js": "<digest>"`.
fn is_file_name(place: &Place) -> bool {
    let name = &place.bytes[place.name.span.clone()];
    let Some(dot) = name.iter().rposition(|&b| b == b'.') else { return false };
    place.lexicon().has(WordList::FileEndings, &name[dot + 1..])
}

/// A name with a scope, a group or a registry: `'@firebase/auth'`, `"com.google.auth:credentials"`,
/// `registry.acme.test/auth:`.
fn is_coordinate(place: &Place) -> bool {
    let token = place.token_before();
    let name = &place.bytes[place.name.span.clone()];
    token.first() == Some(&b'@') && token.contains(&b'/')
        || token.ends_with(b":") && token.contains(&b'.')
        || token.ends_with(b"/") && token.contains(&b'.') && place.gap() == b":"
        || name.contains(&b'.') && place.gap().starts_with(b":") && is_in_quotes(place)
}

/// Whether the text that begins before the name ends behind a part that follows it.
fn is_in_quotes(place: &Place) -> bool {
    let gap = place.gap();
    let part = gap.iter().skip(1).take_while(|b| b.is_ascii_alphanumeric()).count();
    part > 0 && matches!(gap.get(part + 1), Some(b'"' | b'\''))
}

/// What a function computes from a text in a test: `hash('password'), '<digest>'`.
fn is_result(place: &Place) -> bool {
    let before = place.line_before();
    let Some(call) = before.strip_suffix(b"('").or_else(|| before.strip_suffix(b"(\"")) else {
        return false;
    };
    let word = call.iter().rev().take_while(|b| b.is_ascii_alphanumeric()).count();
    let function = &call[call.len() - word..];
    let last = Words { bytes: function, span: 0..function.len() }
        .map(|word| &function[word])
        .filter(|word| word[0].is_ascii_alphabetic())
        .last();
    let computes = |word: &[u8]| {
        place.lexicon().has(WordList::DigestEndings, word) || word.eq_ignore_ascii_case(b"hmac")
    };
    last.is_some_and(computes) && place.gap().contains(&b')')
}

/// BSD's `SHA256 (passwd) = <digest>`.
fn is_after_algorithm(place: &Place) -> bool {
    let line = place.line_before();
    let Some(open) = line.iter().rposition(|&b| b == b'(') else { return false };
    let word = line[..open].trim_ascii_end();
    let begins = word.iter().rposition(|b| b.is_ascii_whitespace()).map_or(0, |it| it + 1);
    place.gap().starts_with(b")") && is_algorithm(place.lexicon(), &word[begins..])
}

fn is_algorithm(lexicon: &Lexicon, word: &[u8]) -> bool {
    let plain: Vec<u8> = word.iter().copied().filter(|&b| b != b'-').collect();
    lexicon.any(WordList::DigestAlgorithms, |known| plain.eq_ignore_ascii_case(known.as_bytes()))
}

/// A line that begins with a path and ends with its digest, or the other way round:
/// dpkg's ` /etc/pam.d/passwd <digest>`, `<digest>  usr/bin/passwd`.
fn is_beside_path(place: &Place) -> bool {
    let blanks = |text: &[u8]| !text.is_empty() && text.iter().all(|b| b" \t*".contains(b));
    let line = place.line_before().trim_ascii_start();
    if place.value.start < place.name.span.start {
        let digest = line.get(..place.text.len()) == Some(place.text);
        return digest && line.get(place.text.len()).is_some_and(|b| b" \t".contains(b));
    }
    let is_path = line.contains(&b'/') && !line.iter().any(u8::is_ascii_whitespace);
    is_path
        && blanks(place.gap())
        && matches!(place.after().first(), None | Some(b'\n' | b'\r' | b' '))
}

/// A line of a table of digests, such as CocoaPods' `SPEC CHECKSUMS`: the lines next to it have
/// names that are not credentials, and digests of the same length.
fn is_in_table(place: &Place) -> bool {
    let name = &place.bytes[place.name.span.clone()];
    if place.text.len() != TABLE_DIGEST || place.is_quoted() || place.gap() != b": " {
        return false;
    }
    let is_package = |name: &[u8]| {
        let camel = name.first().is_some_and(u8::is_ascii_uppercase)
            && name.iter().any(u8::is_ascii_lowercase);
        (camel || name.contains(&b'-') || name.contains(&b'/')) && !name.contains(&b'_')
    };
    let is_row = |line: &[u8]| {
        let line = line.trim_ascii();
        let parts = line.iter().position(|&b| b == b':').map(|at| (&line[..at], &line[at + 1..]));
        parts.is_some_and(|(_, digest)| {
            digest.len() == TABLE_DIGEST + 1 && is_hex_digest(digest.trim_ascii())
        })
    };
    let after = place.after().split(|&b| b == b'\n').skip(1).take_while(|line| is_row(line));
    let before = place.before().rsplit(|&b| b == b'\n').skip(1).take_while(|line| is_row(line));
    is_package(name) && before.count() + after.count() >= LINES
}

/// The second of two digests in a list, as old lock files of Poetry have them.
fn is_listed(place: &Place) -> bool {
    let separated = place.gap().strip_suffix(b"\", \"").unwrap_or_default();
    let first = separated.len().saturating_sub(place.text.len());
    place.text.len() == LISTED_DIGEST && is_hex_digest(&separated[first..])
}
