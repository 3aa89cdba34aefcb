//! Values that identify something: ids of credentials, keys by which something is looked up,
//! addresses of devices.

use base64::Engine as _;

use super::super::contains::contains_part;
use super::Place;
use crate::engine::checks::shapes::is_uuid;
use crate::engine::checks::structure::BASE64;
use crate::rules::NameKind;
use crate::rules::word_list::WordList;

/// Longest key by which something is looked up: longer ones are keys of Azure.
const LONGEST_LOOKUP: usize = 43;

/// Shortest value in hexadecimal digits that identifies a device.
const SHORTEST_DEVICE: usize = 32;

/// Characters of a UUID.
const UUID: usize = 36;

/// Whether the value identifies something.
pub fn is_id(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    name.has_after(bytes, WordList::IdentifierEndings)
        || is_version_id(place)
        || name.kind == NameKind::Key && (is_lookup_key(place) || is_project(text))
        || name.kind == NameKind::Token && is_device(place)
        || place.contains(WordList::DeviceAddressParts)
        || place.contains(WordList::IdParts)
        || is_old_node_id(text)
        || is_lone_header(text)
        || is_issue(text)
        || is_in_prose(place)
}

/// `secretVersionId`: both words, after the keyword.
fn is_version_id(place: &Place) -> bool {
    let has =
        |known: &[u8]| place.name.after(place.bytes).any(|word| word.eq_ignore_ascii_case(known));
    has(b"version") && has(b"id")
}

/// A key of storage, a query or a file: the word right before `key` says so, and no other word
/// makes it a secret one.
fn is_lookup_key(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    let lexicon = place.lexicon();
    let mut before: Vec<&[u8]> = name.before(bytes).collect();
    let Some(mut last) = before.pop() else { return false };
    // `s3` is two words.
    if last == b"3" && before.last().is_some_and(|it| it.eq_ignore_ascii_case(b"s")) {
        before.pop();
        last = if bytes[name.span.end - 1].is_ascii_lowercase() { b"object" } else { b"3" };
    }
    let qualifies = |word: &[u8]| lexicon.has(WordList::KeyQualifiers, word);
    lexicon.has(WordList::LookupKeyWords, last)
        && !before.into_iter().any(qualifies)
        && text.len() <= LONGEST_LOOKUP
        && !text.iter().any(|b| b"+=".contains(b))
}

/// A project's name with a UUID, as SonarQube makes it.
fn is_project(text: &[u8]) -> bool {
    let Some(at) = text.len().checked_sub(UUID) else { return false };
    let (name, id) = text.split_at(at);
    is_uuid(id) && name.len() > 2 && matches!(name.last(), Some(b'_' | b'-'))
}

/// The address of a device at a push service.
fn is_device(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    let hex = text.len() >= SHORTEST_DEVICE && text.iter().all(u8::is_ascii_hexdigit);
    name.has_before(bytes, WordList::PushWords)
        || (hex || is_uuid(text))
            && (name.has_before(bytes, WordList::DeviceWords)
                || name.has_before(bytes, WordList::RegistrationWords))
}

/// A token of a device, which may be its address or its secret.
pub fn may_be_device(place: &Place) -> bool {
    place.name.kind == NameKind::Token
        && place.text.len() >= SHORTEST_DEVICE
        && place.name.has_before(place.bytes, WordList::DeviceWords)
}

/// GitHub's ids of objects before 2021: base64 of `05:Label123`.
fn is_old_node_id(text: &[u8]) -> bool {
    text.starts_with(b"MD")
        && BASE64.decode(text).is_ok_and(|text| {
            let rest = text.strip_prefix(b"0").unwrap_or(&text);
            let digits = rest.iter().take_while(|b| b.is_ascii_digit()).count();
            rest[digits..].first() == Some(&b':') && text.iter().all(u8::is_ascii_graphic)
        })
}

/// The id of a check or an issue: words in capitals and a number, `AVD-XYZ-0456`.
fn is_issue(text: &[u8]) -> bool {
    let Some(hyphen) = text.iter().rposition(|&b| b == b'-') else { return false };
    let (words, number) = (&text[..hyphen], &text[hyphen + 1..]);
    let is_word = |word: &[u8]| word.len() > 1 && word.iter().all(u8::is_ascii_uppercase);
    (2..=6).contains(&number.len())
        && number.iter().all(u8::is_ascii_digit)
        && words.split(|&b| b == b'-').all(is_word)
}

/// The header of a JSON Web Token without its payload.
fn is_lone_header(text: &[u8]) -> bool {
    text.starts_with(b"eyJ")
        && !text.contains(&b'.')
        && BASE64
            .decode(text)
            .is_ok_and(|text| text.last() == Some(&b'}') && contains_part(&text, b"\"alg\""))
}

/// Prose: `identified by <UUID>`.
fn is_in_prose(place: &Place) -> bool {
    let keyword = place.name.keyword(place.bytes);
    keyword.iter().all(u8::is_ascii_lowercase)
        && keyword.starts_with(b"identified")
        && !place.is_quoted()
}
