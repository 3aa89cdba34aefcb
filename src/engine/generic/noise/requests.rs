//! Signatures of one request, with which nobody can sign another.

use super::super::contains::contains_part;
use super::Place;
use crate::rules::NameKind;
use crate::rules::word_list::WordList;

/// Bytes between the name of a header and the scheme of its value.
const LONGEST_GAP: usize = 6;

/// Bytes near a parameter in which the others of its request are.
const NEAR: usize = 160;

/// Whether the value signs one request, or is a parameter of such a signature.
pub fn is_signature(place: &Place) -> bool {
    match place.name.kind {
        NameKind::Auth => {
            has_signing_scheme(place) || begins_with_scheme(place) || is_url(place.text)
        }
        NameKind::Token | NameKind::Key | NameKind::Credential => {
            is_signed_parameter(place) || is_after_scheme(place) || is_file_url(place.text)
        }
        _ => false,
    }
}

/// Whether the header has a scheme that signs the request: `Authorization: Hawk id=…`.
fn has_signing_scheme(place: &Place) -> bool {
    let rest = &place.bytes[place.name.span.end..];
    let gap = rest.iter().take(LONGEST_GAP).take_while(|b| b"\"'`:=>,(\\ ".contains(b)).count();
    let rest = &rest[gap..];
    let word = rest.iter().take_while(|b| b.is_ascii_alphanumeric() || **b == b'-').count();
    rest.get(word) == Some(&b' ') && place.lexicon().has(WordList::SigningSchemes, &rest[..word])
}

/// Whether the value is a whole header with such a scheme: `'Hawk id="…"'`.
fn begins_with_scheme(place: &Place) -> bool {
    let blank = place.text.iter().position(|&b| b == b' ');
    blank.is_some_and(|end| place.lexicon().has(WordList::SigningSchemes, &place.text[..end]))
}

/// A parameter right after the scheme: `TC3-HMAC-SHA256 Credential=…`, `SharedKey account:…`; not
/// `OAuth token: …` in a text.
fn is_after_scheme(place: &Place) -> bool {
    let scheme = |word: &[u8]| place.lexicon().has(WordList::SigningSchemes, word);
    let words = place.line_before().trim_ascii_end();
    let blank = words.len() < place.line_before().len();
    let last = words.rsplit(|b| !b.is_ascii_alphanumeric() && *b != b'-').next();
    blank && place.gap().starts_with(b"=") && last.is_some_and(scheme)
        || place.gap() == b" " && scheme(&place.bytes[place.name.span.clone()])
}

/// A URL without a user, such as that of an authorization server.
fn is_url(text: &[u8]) -> bool {
    (text.starts_with(b"https://") || text.starts_with(b"http://")) && !text.contains(&b'@')
}

/// The URL of a file, without parameters: `https://registry.acme.test/js-tokens-3.0.2.tgz`.
fn is_file_url(text: &[u8]) -> bool {
    let file = text.rsplit(|&b| b == b'/').next().unwrap_or_default();
    let extension = file.rsplit(|&b| b == b'.').next().unwrap_or_default();
    is_url(text)
        && !text.iter().any(|b| b"?#;&=".contains(b))
        && extension.len() < file.len()
        && (2..=4).contains(&extension.len())
        && extension.iter().all(u8::is_ascii_lowercase)
}

/// A parameter of OAuth 1 next to the signature (RFC 5849), which is useless without its secret.
fn is_signed_parameter(place: &Place) -> bool {
    let name = &place.bytes[place.name.span.clone()];
    let after = place.after();
    let near = |part: &str| {
        contains_part(place.before(), part.as_bytes())
            || contains_part(&after[..after.len().min(NEAR)], part.as_bytes())
    };
    name.starts_with(b"oauth_") && place.lexicon().any(WordList::SignedParameters, near)
}
