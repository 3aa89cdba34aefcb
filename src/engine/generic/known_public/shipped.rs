//! Keys that browsers and apps contain: of some nobody needs to know, of others a reader may want
//! to check what they allow.

use std::ops::Range;

use base64::Engine as _;

use super::super::contains::contains_part;
use super::super::name::Name;
use crate::engine::checks::claims::is_anonymous;
use crate::engine::checks::shapes;
use crate::engine::checks::structure::BASE64;
use crate::rules::word_list::WordList;
use crate::rules::{AFTER, BEFORE, NameKind};

/// Length of the key of a Pusher application.
const PUSHER_KEY: usize = 20;

/// `pub` and 32 hexadecimal digits: a client token of Datadog.
const DATADOG_CLIENT_TOKEN: usize = 35;

/// Length of a Google API key, which has rules of its own.
const GOOGLE_KEY: usize = 39;

/// Lengths of a search key of Algolia, and of the id of an application.
const SEARCH_KEY: usize = 32;
const APPLICATION_ID: usize = 10;

/// Length of a key of Amplitude, Mixpanel or Bugsnag.
const EVENT_KEY: usize = 32;

/// Length of a write key of Segment.
const WRITE_KEY: usize = 32;

/// Whether the value is known to be one that pages contain.
pub fn is_in_pages(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    match name.kind {
        NameKind::Key if name.follows(bytes, WordList::PageKeyWords) => return true,
        NameKind::Key
            if text.len() == PUSHER_KEY
                && is_lower(text)
                && name.has_word(bytes, WordList::ClientKeyWords) =>
        {
            return true;
        }
        NameKind::Token if reads_only(text) => return true,
        _ => {}
    }
    is_publishable(name, text)
        || is_datadog_client_token(text)
        || text.len() == GOOGLE_KEY && text.starts_with(b"AIza")
        || text.starts_with(b"eyJ") && is_anonymous(text)
}

/// Whether the value is in the files that browsers get, or sends events only: of low confidence.
pub fn is_shipped(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    matches!(name.kind, NameKind::Key | NameKind::Token)
        && !name.says_secret(bytes)
        && (name.bundler_prefix(bytes) > 0
            || is_fallback(bytes, name, value)
            || sends_events(bytes, name, &bytes[value.clone()])
            || searches(bytes, name, value))
}

/// `key = env.VITE_KEY || "…"`: the value in place of a variable that a bundler copies.
fn is_fallback(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let gap = &bytes[name.gap(value)];
    gap.contains(&b'_')
        && name.lexicon.any(WordList::BundlerPrefixes, |it| contains_part(gap, it.as_bytes()))
}

/// A search key of Algolia, by its name or next to the id of its application.
fn searches(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let text = &bytes[value.clone()];
    let is_hex = text.len() == SEARCH_KEY && text.iter().all(u8::is_ascii_hexdigit);
    let says_search = |word: &[u8]| word.eq_ignore_ascii_case(b"search");
    if name.has_word(bytes, WordList::SearchKeyWords) && name.each_word(bytes).any(says_search) {
        return true;
    }
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let after = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    is_hex
        && [&bytes[first..name.span.start], after].into_iter().any(|text| {
            name.lexicon.any(WordList::SearchNeighbors, |it| has_application_id(text, it))
        })
}

/// Whether the member is in the text, with the id of an application of Algolia: ten capitals and
/// digits.
fn has_application_id(text: &[u8], member: &str) -> bool {
    memchr::memmem::find_iter(text, member.as_bytes()).any(|offset| {
        let rest = text[offset + member.len()..].iter();
        let mut id = rest.skip_while(|b| b"\"': =".contains(b));
        let is_id = |b: &&u8| b.is_ascii_uppercase() || b.is_ascii_digit();
        id.by_ref().take_while(is_id).count() == APPLICATION_ID
    })
}

/// A key with which pages and apps send events.
fn sends_events(bytes: &[u8], name: &Name, text: &[u8]) -> bool {
    let is_mixed = || {
        text.iter().all(u8::is_ascii_alphanumeric)
            && text.iter().any(u8::is_ascii_uppercase)
            && text.iter().any(u8::is_ascii_lowercase)
    };
    let is_hex = || text.len() == EVENT_KEY && text.iter().all(u8::is_ascii_hexdigit);
    let writes = || name.each_word(bytes).any(|word| word.eq_ignore_ascii_case(b"write"));
    name.has_word(bytes, WordList::EventKeyWords) && (is_hex() || shapes::is_uuid(text))
        || text.len() == WRITE_KEY
            && writes()
            && (is_mixed() || name.has_word(bytes, WordList::WriteKeyWords))
}

/// The publishable half of a pair: those of Stripe and Clerk have both letter cases, which tokens
/// of Courier with the same prefix have not.
fn is_publishable(name: &Name, text: &[u8]) -> bool {
    text.starts_with(b"pk_")
        && name.lexicon.any(WordList::PublishablePrefixes, |prefix| {
            let rest = text.strip_prefix(prefix.as_bytes());
            rest.is_some_and(|rest| rest.iter().any(u8::is_ascii_lowercase))
        })
}

fn is_lower(text: &[u8]) -> bool {
    text.iter().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

fn is_datadog_client_token(text: &[u8]) -> bool {
    text.len() == DATADOG_CLIENT_TOKEN
        && text.strip_prefix(b"pub").is_some_and(|rest| rest.iter().all(u8::is_ascii_hexdigit))
}

/// A token of Nx Cloud: base64 of an id and of what it allows.
fn reads_only(text: &[u8]) -> bool {
    (32..=96).contains(&text.len())
        && BASE64.decode(text).is_ok_and(|text| text.ends_with(b"|read"))
}
