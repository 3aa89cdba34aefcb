//! Ciphertexts that show by themselves what they are: by a word around or before them
//! (`ENC[…]`, `{cipher}…`, `vault:v1:…`), or by the first bytes of the format of a program.

use std::ops::Range;

use base64::Engine as _;

use super::super::contains::contains_part;
use super::super::name::Name;
use super::super::words::Words;
use crate::engine::checks::structure::BASE64URL;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Longest word that marks a ciphertext.
const LONGEST_WORD: usize = 24;

/// Words with a colon after them that may be before such a word.
const WORDS_BEFORE: usize = 2;

/// Shortest ciphertext that is recognized by its first bytes.
const SHORTEST_MAGIC: usize = 32;

/// Shortest ciphertext in braces and nothing else: Maven's, of one block of AES.
const SHORTEST_IN_BRACES: usize = 16;

/// Shortest payload of a word and a colon.
const SHORTEST_PAYLOAD: usize = 12;

/// Characters at the beginning of a ciphertext in which its format shows.
const HEAD: usize = 48;

/// Shortest base64 after the two bytes that give the length of an encrypted key.
const SHORTEST_HYBRID: usize = 200;

/// A digit, a dot and base64 of sixteen bytes.
const BITWARDEN_HEAD: usize = 26;

/// Brackets and words before a value that are read with it, at most.
const LONGEST_OPENING: usize = 32;

/// Whether the value shows that it is encrypted. The reader may have left out brackets, or a word
/// and a colon.
pub fn is_wrapped(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let after_name = if value.start > name.span.end { name.span.end } else { 0 };
    is_wrapped_after(bytes, after_name, value, name.lexicon)
}

/// The same for a value whose wrapper begins at this offset or after it.
fn is_wrapped_after(bytes: &[u8], first: usize, value: &Range<usize>, lexicon: &Lexicon) -> bool {
    let start = opening(bytes, first, value.start);
    // The byte after the value is the bracket at which the reader stopped.
    let opened = &bytes[start..bytes.len().min(value.end + 1)];
    let text = &bytes[start..value.end];
    has_wrapper(opened, lexicon)
        || has_header(&bytes[start..bytes.len().min(start + HEAD)], lexicon)
        || has_magic(text, lexicon)
        || is_in_braces(bytes, start, opened)
        || is_jwe(text)
        || is_in_parts(text)
        || is_of_bitwarden(opened)
        || is_hybrid(text)
}

/// Where the brackets begin, or the words with colons, that directly precede the value.
fn opening(bytes: &[u8], first: usize, start: usize) -> usize {
    let first = start.saturating_sub(LONGEST_OPENING).max(first);
    let before = &bytes[first..start];
    if !before.last().is_some_and(|b| b"{[(}]):".contains(b)) {
        return start;
    }
    let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`>=,;&|\\".contains(b);
    first + before.iter().rposition(ends).map_or(0, |offset| offset + 1)
}

/// `ENC[…]`, `EJ[1:…]`, `{AES256}…`, `encrypted:…`: a word for an encryption with a bracket or a
/// colon after it; `k8s:enc:aescbc:v1:…` has others before it.
fn has_wrapper(text: &[u8], lexicon: &Lexicon) -> bool {
    let colons = memchr::memchr_iter(b':', text).take(WORDS_BEFORE).map(|colon| colon + 1);
    std::iter::once(0).chain(colons).any(|start| begins_with_wrapper(&text[start..], lexicon))
}

fn begins_with_wrapper(text: &[u8], lexicon: &Lexicon) -> bool {
    let opened = text.iter().take_while(|b| b"{[($".contains(b)).count();
    let rest = &text[opened..];
    let in_word = |b: &&u8| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_');
    let length = rest.iter().take_while(in_word).count();
    let Some((delimiter, payload)) = rest[length..].split_first() else { return false };
    let closes = match delimiter {
        b'[' | b'(' | b'{' => true,
        b'}' | b']' | b')' => opened > 0,
        b':' | b'|' | b'$' => is_payload(payload),
        _ => false,
    };
    let is_encryption = |word: Range<usize>| lexicon.has(WordList::EncryptionWords, &rest[word]);
    closes
        && opened <= 2
        && (1..=LONGEST_WORD).contains(&length)
        && Words { bytes: rest, span: 0..length }.any(is_encryption)
}

/// Whether it is long enough for a ciphertext, and written like one.
fn is_payload(text: &[u8]) -> bool {
    let belongs = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-.:$|,\"'`<)]}".contains(b);
    let text = text.trim_ascii_end();
    text.len() >= SHORTEST_PAYLOAD && text.iter().all(belongs)
}

/// The first line of an encrypted file.
fn has_header(text: &[u8], lexicon: &Lexicon) -> bool {
    lexicon.any(WordList::EncryptedHeaders, |header| text.starts_with(header.as_bytes()))
}

/// The first bytes of a format, in base64 or hexadecimal digits, or the object identifiers of an
/// encrypted message in them (RFC 5652).
fn has_magic(text: &[u8], lexicon: &Lexicon) -> bool {
    let head = &text[..text.len().min(HEAD)];
    text.len() >= SHORTEST_MAGIC
        && (lexicon.any(WordList::EncryptedPrefixes, |it| text.starts_with(it.as_bytes()))
            || lexicon.any(WordList::EncryptedParts, |it| contains_part(head, it.as_bytes())))
}

/// Maven's `{…=}`: base64 of whole blocks alone in braces. `PWD={…}` of ODBC has braces too.
fn is_in_braces(bytes: &[u8], start: usize, text: &[u8]) -> bool {
    let Some(inner) = text.strip_prefix(b"{") else { return false };
    let is_plain = start > 0 && bytes[start - 1] == b'=';
    let Some(end) = inner.iter().position(|&b| b == b'}') else { return false };
    let inner = &inner[..end];
    inner.len() >= SHORTEST_IN_BRACES
        && (inner.len().is_multiple_of(4) || inner.ends_with(b"="))
        && inner.iter().all(is_base64)
        && inner.iter().any(u8::is_ascii_digit)
        && (!is_plain || inner.ends_with(b"="))
}

/// A JSON Web Encryption (RFC 7516): its header names the encryption of the content.
fn is_jwe(text: &[u8]) -> bool {
    let header = || {
        let length = text.iter().position(|&b| b == b'.')?;
        BASE64URL.decode(&text[..length]).ok()
    };
    text.starts_with(b"eyJ")
        && header().is_some_and(|header| memchr::memmem::find(&header, b"\"enc\"").is_some())
}

/// Ciphertexts of AES-GCM in several parts: Rails' `text--nonce--tag` in base64, and
/// `nonce:tag:text` in hexadecimal digits.
fn is_in_parts(text: &[u8]) -> bool {
    let of_rails = |parts: [&[u8]; 3]| {
        let whole = |part: &[u8]| part.len().is_multiple_of(4) && part.iter().all(is_base64);
        parts.iter().all(|part| whole(part)) && parts[1].len() == 16 && parts[2].ends_with(b"==")
    };
    let of_hex = |parts: [&[u8]; 3]| {
        parts.iter().all(|part| part.len() >= 2 && part.iter().all(u8::is_ascii_hexdigit))
            && matches!(parts[0].len(), 24 | 32)
            && parts[1..].iter().any(|part| part.len() == 32)
    };
    three_parts(text, b"--").is_some_and(of_rails) || three_parts(text, b":").is_some_and(of_hex)
}

/// Bitwarden's `2.nonce|text|tag`: the kind of encryption, then base64.
fn is_of_bitwarden(text: &[u8]) -> bool {
    let Some((head, rest)) = text.split_first_chunk::<BITWARDEN_HEAD>() else { return false };
    matches!(head, [b'0'..=b'7', b'.', nonce @ ..] if nonce.iter().all(is_base64))
        && head.ends_with(b"==")
        && rest.first() == Some(&b'|')
}

/// The parts of a text that has exactly two separators.
fn three_parts<'t>(text: &'t [u8], separator: &[u8]) -> Option<[&'t [u8]; 3]> {
    let mut found = memchr::memmem::find_iter(text, separator);
    let (first, second) = (found.next()?, found.next()?);
    let parts =
        [&text[..first], &text[first + separator.len()..second], &text[second + separator.len()..]];
    found.next().is_none().then_some(parts)
}

/// A SealedSecret's value: the length of the encrypted session key, 512 bytes, then the key and the
/// text. The length is two bytes, big-endian, so the base64 begins `Ag` and a letter up to `D`.
fn is_hybrid(text: &[u8]) -> bool {
    text.len() >= SHORTEST_HYBRID
        && text.starts_with(b"Ag")
        && matches!(text[2], b'A'..=b'D')
        && text.iter().all(is_base64)
}

fn is_base64(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_wrapped(text: &str, value: &str) -> bool {
        let start = text.find(value).unwrap();
        let value = start..start + value.len();
        is_wrapped_after(text.as_bytes(), 0, &value, &Lexicon::default())
    }

    #[test]
    fn a_word_and_a_bracket_mark_a_ciphertext() {
        for value in [
            "ENC[AES256_GCM,data:q7Rz0Pk3,iv:LmX9vTn2,tag:WbYs5Hc8,type:str]",
            "ENC(q7Rz0Pk3LmX9)",
            "EJ[1:q7Rz0Pk3:LmX9vTn2:WbYs5Hc8]",
            "{AES256}q7Rz0Pk3LmX9",
            "{cipher}4f9ac07be21d",
            "encrypted:q7Rz0Pk3LmX9vTn2",
            "aes-256-gcm:q7Rz0Pk3LmX9vTn2",
            "[ENC]q7Rz0Pk3LmX9",
            "k8s:enc:aescbc:v1:key1:q7Rz0Pk3LmX9",
            "$AES$q7Rz0Pk3LmX9vTn2",
        ] {
            assert!(is_wrapped(value, value), "{value}");
        }
        for value in ["enc:x!y", "{xor}q7Rz0Pk3LmX9", "basic:q7Rz0Pk3LmX9vTn2", "q7Rz0Pk3LmX9"] {
            assert!(!is_wrapped(value, value), "{value}");
        }
    }

    #[test]
    fn brackets_that_the_reader_left_out_count() {
        assert!(is_wrapped("<a>{AES}q7Rz0Pk3LmX9vTn2</a>", "q7Rz0Pk3LmX9vTn2"));
        assert!(is_wrapped("<a>{q7Rz0Pk3LmX9vTn2WbYs5Hc8}</a>", "q7Rz0Pk3LmX9vTn2WbYs5Hc8"));
        assert!(is_wrapped("\"enc:v1:q7Rz0Pk3LmX9vTn2\"", "q7Rz0Pk3LmX9vTn2"));
        assert!(is_wrapped("a: ENC[AES256_GCM,data:x]", "ENC"));
        assert!(!is_wrapped("f({q7Rz0Pk3LmX9vTn2WbYs5Hc8, 1})", "q7Rz0Pk3LmX9vTn2WbYs5Hc8"));
    }

    #[test]
    fn formats_are_recognized_by_their_first_bytes_and_their_parts() {
        let base64 = |bytes: &[u8]| base64::engine::general_purpose::STANDARD.encode(bytes);
        let jwe =
            format!("{}..q7Rz.Pk3L.mX9v", BASE64URL.encode(r#"{"alg":"dir","enc":"A128GCM"}"#));
        let sealed = base64(&[&[2, 0], &[0x5a; 200][..]].concat());
        let cms = [&[0x30, 0x80, 6, 9][..], b"\x2a\x86\x48\x86\xf7\x0d\x01\x07\x03", &[0xa0; 40]];
        let rails = format!("{}--{}--{}", base64(&[1; 30]), base64(&[2; 12]), base64(&[3; 16]));
        let bitwarden = format!("2.{}|q7Rz|Pk3L", base64(&[1; 16]));
        let hex = format!("{}:{}:{}", "4f9ac07be21d".repeat(2), "58a36e90".repeat(4), "b7cd");
        for value in [&jwe, &sealed, &base64(&cms.concat()), &rails, &bitwarden, &hex] {
            assert!(is_wrapped(value, value), "{value}");
        }
        let jwt = format!("{}.q7Rz.Pk3L", BASE64URL.encode(r#"{"alg":"HS256","typ":"JWT"}"#));
        for value in [&jwt, &base64(&[0x5a; 202]), &rails[1..].to_owned()] {
            assert!(!is_wrapped(value, value), "{value}");
        }
    }
}
