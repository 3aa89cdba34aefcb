//! The entries of Kubernetes Secrets. The kind says that they are secrets, so an entry needs no
//! telling name; what is not secret in them is recognized by the end of its name and by its form.

use super::Engine;
use super::checks::placeholder::is_placeholder;
use super::checks::shapes::is_uuid;
use super::checks::words::is_made_of_words;
use super::decode::decode_data;
use super::structure::readers::{Holder, NamedValue};
use crate::findings::{Finding, Span};
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;
use crate::rules::{Confidence, Rule, StructureReader, Trigger, is_word_byte};

/// A name under which values are judged by how they look.
const NEUTRAL_NAME: &[u8] = b"client_secret";

/// Shortest value that is judged under that name.
const SHORTEST_NEUTRAL: usize = 8;

/// Longest binary value that may be a key: longer ones are archives and key stores.
const LONGEST_KEY: usize = 256;

/// Shortest binary value that may be a key.
const SHORTEST_KEY: usize = 8;

/// Shortest text that is a secret if it is nothing else, and its digits if all letters have one case.
const SHORTEST_OPAQUE: usize = 12;
const MANY_DIGITS: usize = 4;

/// Users whose password is one, however simple.
const ADMINISTRATORS: [&[u8]; 3] = [b"admin", b"administrator", b"root"];

/// Shortest password after the name of any other user.
const SHORTEST_OF_PAIR: usize = 8;

/// Bytes of a long text by which it is judged.
const JUDGED: usize = 256;

/// Base64 of the first bytes of what gzip compresses, as in the releases that Helm stores.
const GZIP: &[u8] = b"H4sI";

/// Shortest word of which the end of a joined name consists: `accountname`.
const SHORTEST_ENDING: usize = 4;

/// The rule for the entries.
pub fn rule(rules: &[Rule]) -> Option<usize> {
    let reader =
        |rule: &Rule| matches!(rule.trigger, Trigger::Reader(StructureReader::KubernetesSecret));
    rules.iter().position(reader)
}

impl Engine {
    /// The finding of an entry, if its value is a secret.
    pub(super) fn secret_entry(&self, bytes: &[u8], named: &NamedValue<'_>) -> Option<Finding> {
        let rule = self.secret_entry_rule?;
        if is_public_entry(self.judge.lexicon(), &named.name) {
            return None;
        }
        let confidence = match Content::of(named)? {
            Content::Text(text) => self.text_confidence(&named.name, &text)?,
            Content::Key | Content::Logins => Confidence::Medium,
        };
        let span = Span { start: named.value.span.start, end: named.value.span.end };
        self.judge.found_whole(rule, named.mark, bytes, span, confidence)
    }

    /// The confidence in a text by its own name, or by what it looks like.
    fn text_confidence(&self, name: &[u8], text: &[u8]) -> Option<Confidence> {
        let lexicon = self.judge.lexicon();
        if is_pair(text) {
            return Some(Confidence::Medium);
        }
        let text = &text[..text.len().min(JUDGED)];
        if text.starts_with(GZIP)
            || is_placeholder(lexicon, text)
            || is_made_of_words(lexicon, text)
        {
            return None;
        }
        let is_value = text.len() >= SHORTEST_NEUTRAL && !is_address(text);
        let names = [Some(name), is_value.then_some(NEUTRAL_NAME)];
        let findings = names.into_iter().flatten().flat_map(|name| self.in_window(name, text));
        let confidence = findings.map(|finding| finding.confidence).max()?;
        Some(if is_opaque(text) { confidence.max(Confidence::Medium) } else { confidence })
    }
}

/// A user and a password: `admin:password`, but no host with its port, and no image with its tag.
fn is_pair(text: &[u8]) -> bool {
    let Some(colon) = memchr::memchr(b':', text) else { return false };
    let (user, password) = (&text[..colon], &text[colon + 1..]);
    let is_word =
        |text: &[u8]| text.len() > 3 && text.iter().all(|&b| is_word_byte(b) || b == b'-');
    let is_administrator = ADMINISTRATORS.iter().any(|name| user.eq_ignore_ascii_case(name));
    let is_long = password.len() >= SHORTEST_OF_PAIR && password.iter().any(u8::is_ascii_digit);
    is_word(user)
        && (is_administrator || is_long && !starts_with_digit(password))
        && password.len() > 3
        && password.iter().all(|b| b.is_ascii_graphic() && !b":/${}<>".contains(b))
}

/// A version or a port does.
fn starts_with_digit(text: &[u8]) -> bool {
    text.strip_prefix(b"v").unwrap_or(text).first().is_some_and(u8::is_ascii_digit)
}

/// Whether a text is neither words nor an address, so that in a Secret it is probably one.
fn is_opaque(text: &[u8]) -> bool {
    let count = |test: fn(&u8) -> bool| text.iter().filter(|b| test(b)).count();
    let digits = count(u8::is_ascii_digit);
    let letters = count(u8::is_ascii_alphabetic);
    let mixed = text.iter().any(u8::is_ascii_uppercase) && text.iter().any(u8::is_ascii_lowercase);
    text.len() >= SHORTEST_OPAQUE
        && letters > 0
        && (digits >= MANY_DIGITS || digits > 0 && mixed)
        && text.iter().all(u8::is_ascii_graphic)
        && !is_uuid(text)
        && !is_address(text)
}

/// A host, a path or an email address.
fn is_address(text: &[u8]) -> bool {
    let host = text.split(|&b| matches!(b, b':' | b'/')).next().unwrap_or_default();
    let mut labels = host.rsplit(|&b| matches!(b, b'.' | b'@'));
    let last = labels.next().unwrap_or_default();
    let is_host =
        labels.next().is_some() && last.len() >= 2 && last.iter().all(u8::is_ascii_lowercase);
    is_host || matches!(text[0], b'/' | b'.') || memchr::memmem::find(text, b"://").is_some()
}

/// Whether the name of an entry says that its value is not a secret.
pub fn is_public_entry(lexicon: &Lexicon, name: &[u8]) -> bool {
    let name = name.to_ascii_lowercase();
    lexicon.any(WordList::SecretEntryWords, |word| {
        let before = name.strip_suffix(word.as_bytes());
        before.is_some_and(|before| {
            word.len() >= SHORTEST_ENDING || before.last().is_none_or(|b| b"_-.".contains(b))
        })
    })
}

/// What an entry contains.
enum Content {
    Text(Vec<u8>),
    /// Random bytes.
    Key,
    /// Passwords for registries of images.
    Logins,
}

impl Content {
    /// `None` if it is a template, a file or empty: what is secret in a file is found by itself.
    fn of(named: &NamedValue<'_>) -> Option<Content> {
        let text = &named.value.text;
        if memchr::memmem::find(text, b"{{").is_some() {
            return None;
        }
        let decoded = match named.holder {
            // What is no base64 is a mistake, or something to be replaced: `<token>`.
            Holder::SecretData if text.contains(&b'<') => return None,
            Holder::SecretData => decode_data(text),
            _ => None,
        };
        let decoded = decoded.unwrap_or_else(|| text.to_vec());
        let is_text = std::str::from_utf8(&decoded)
            .is_ok_and(|text| text.chars().all(|c| !c.is_control() || c.is_whitespace()));
        if !is_text {
            let is_key = (SHORTEST_KEY..=LONGEST_KEY).contains(&decoded.len());
            return is_key.then_some(Content::Key);
        }
        let text = decoded.trim_ascii();
        let has = |part: &[u8]| memchr::memmem::find(text, part).is_some();
        if named.name.starts_with(b".docker") && (has(b"\"auth\"") || has(b"\"password\"")) {
            return Some(Content::Logins);
        }
        let is_file = text.contains(&b'\n') || matches!(text.first(), Some(b'{' | b'[' | b'<'));
        (!is_file).then(|| Content::Text(text.to_vec()))
    }
}
