//! Values that look random under the name of a credential and are none: digests and versions in
//! lock files, addresses of contracts, identifiers in minified code, ids, hashes, test vectors,
//! signatures of one request.
//!
//! They are recognized by their form, by the words of their name and by what is next to them. The
//! words are data: `patterns/generic/noise.toml`.

mod access_ids;
mod addresses;
mod authorization;
mod checksums;
mod code;
mod digests;
mod ids;
mod packages;
mod paths;
mod requests;
mod translations;
mod vectors;

use std::ops::Range;

use super::contains::contains_part;
use super::name::Name;
use crate::rules::BEFORE;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// A value with its name and what is next to them.
struct Place<'b, 'l> {
    bytes: &'b [u8],
    name: &'b Name<'l>,
    value: &'b Range<usize>,
    text: &'b [u8],
    /// The value with what precedes it in the same token: a pair is read as a user and a password.
    whole: &'b [u8],
}

impl<'b, 'l> Place<'b, 'l> {
    fn of(bytes: &'b [u8], name: &'b Name<'l>, value: &'b Range<usize>) -> Self {
        let first = name.span.end.min(value.start);
        let joins = |b: &&u8| b.is_ascii_alphanumeric() || b"@/._-:%".contains(b);
        let is_second = value.start > first && bytes[value.start - 1] == b':';
        let preceding = bytes[first..value.start].iter().rev().take_while(joins).count();
        let start = value.start - if is_second { preceding } else { 0 };
        Place { bytes, name, value, text: &bytes[value.clone()], whole: &bytes[start..value.end] }
    }

    fn lexicon(&self) -> &'l Lexicon {
        self.name.lexicon
    }

    /// What is within the reach before the name.
    fn before(&self) -> &'b [u8] {
        let first = self.name.fragment.saturating_sub(BEFORE - 1).min(self.name.span.start);
        &self.bytes[first..self.name.span.start]
    }

    /// What is before the name in its line.
    fn line_before(&self) -> &'b [u8] {
        self.before().rsplit(|&b| b == b'\n').next().unwrap_or_default()
    }

    /// What is before the name in the same token: the scope of a package, folders, a prefix.
    fn token_before(&self) -> &'b [u8] {
        let ends = |b: &u8| b.is_ascii_whitespace() || b"\"'`(,{[<=".contains(b);
        self.before().rsplit(ends).next().unwrap_or_default()
    }

    /// What is within the reach after the value.
    fn after(&self) -> &'b [u8] {
        &self.bytes[self.value.end..]
    }

    /// What is between the name and the value.
    fn gap(&self) -> &'b [u8] {
        &self.bytes[self.name.gap(self.value)]
    }

    fn is_quoted(&self) -> bool {
        let quote = self.value.start.checked_sub(1).map(|offset| self.bytes[offset]);
        matches!(quote, Some(b'"' | b'\'' | b'`'))
    }

    /// Whether the value contains one of the list.
    fn contains(&self, list: WordList) -> bool {
        self.lexicon().any(list, |part| contains_part(self.text, part.as_bytes()))
    }
}

/// Whether the value is certainly not a secret.
pub fn is_noise(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let place = &Place::of(bytes, name, value);
    let lexicon = place.lexicon();
    lexicon.any(WordList::NoisePrefixes, |prefix| place.whole.starts_with(prefix.as_bytes()))
        || packages::is_reference(place)
        || checksums::is_checksum(place)
        || digests::is_digest(place)
        || ids::is_id(place)
        || addresses::is_address(place)
        || paths::is_path(place)
        || code::is_identifier(place)
        || requests::is_signature(place)
        || translations::is_translation(place)
        || authorization::is_something_else(place)
}

/// Whether the value is probably not a secret, whatever it looks like.
pub fn is_doubtful(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let place = &Place::of(bytes, name, value);
    let is_published = |example: &str| example.as_bytes() == place.text;
    place.lexicon().any(WordList::PublishedExamples, is_published)
        || digests::is_stored_hash(place)
        || access_ids::is_access_id(place)
        || ids::may_be_device(place)
        || translations::may_be_word(place)
        || vectors::is_vector(place)
}
