//! Digests of credentials: by the words of the name, and by the formats in which programs store
//! the hash of a password.

use base64::Engine as _;

use super::Place;
use crate::engine::checks::shapes::is_hex_digest;
use crate::engine::checks::structure::BASE64;
use crate::rules::word_list::WordList;

/// Shortest digest: half of an MD5 in hexadecimal digits.
const SHORTEST: usize = 16;

/// Digits of MySQL's hash of a password, after `*`.
const MYSQL: usize = 40;

/// Digits of Tor's hash of a password, after `16:`.
const TOR: usize = 58;

/// Digits of PostgreSQL's hash of a password, after `md5`.
const POSTGRES: usize = 32;

/// Longest scheme in braces of a password in LDAP.
const LONGEST_SCHEME: usize = 16;

/// Whether the name is that of a digest: `passwordHash`, `token_sha256`, `hashed_password`.
pub fn is_digest(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    let says_so = name.has_after(bytes, WordList::DigestEndings)
        || name.has_before(bytes, WordList::DigestBeginnings);
    names_algorithm(place)
        || says_so && (text.len() >= SHORTEST && !text.contains(&b' ') || is_stored_hash(place))
}

/// The name of a digest rather than a digest: `MD5OfBody`.
fn names_algorithm(place: &Place) -> bool {
    place.lexicon().any(WordList::DigestAlgorithms, |algorithm| {
        let (head, rest) = place.text.split_at(algorithm.len().min(place.text.len()));
        head.eq_ignore_ascii_case(algorithm.as_bytes())
            && rest.first().is_some_and(u8::is_ascii_uppercase)
            && rest.iter().all(u8::is_ascii_alphabetic)
    })
}

/// Whether the value has a format in which programs store the hash of a password.
pub fn is_stored_hash(place: &Place) -> bool {
    let text = place.text;
    let hex = |digits: &[u8], length: usize| {
        digits.len() == length && digits.iter().all(u8::is_ascii_hexdigit)
    };
    let begins =
        |prefix: &str| text.starts_with(prefix.as_bytes()) && text.len() > prefix.len() + SHORTEST;
    let by_form = match text[0] {
        b'*' => hex(&text[1..], MYSQL),
        b'1' => text.strip_prefix(b"16:").is_some_and(|digits| hex(digits, TOR)),
        b'm' if text.len() == 3 + POSTGRES => text.strip_prefix(b"md5").is_some_and(is_hex_digest),
        // `{` and `$` in base64.
        b'e' | b'J' => BASE64.decode(text).is_ok_and(|text| is_ldap_hash(&text)),
        _ => is_ldap_hash(text),
    };
    by_form
        || place.lexicon().any(WordList::StoredHashPrefixes, begins)
        || place.lexicon().any(WordList::PasswordHashPrefixes, begins)
}

/// A hash with its scheme before it, as LDAP and Spring store it: `{SSHA}…`.
fn is_ldap_hash(text: &[u8]) -> bool {
    let Some(rest) = text.strip_prefix(b"{") else { return false };
    let Some(end) = rest.iter().take(LONGEST_SCHEME).position(|&b| b == b'}') else {
        return false;
    };
    let is_scheme = rest[..end].iter().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b));
    let is_clear = |scheme: &[u8]| {
        [&b"noop"[..], b"cleartext", b"plain"].iter().any(|it| scheme.eq_ignore_ascii_case(it))
    };
    end > 2 && is_scheme && !is_clear(&rest[..end]) && rest.len() > end + SHORTEST
}
