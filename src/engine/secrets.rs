//! The secrets of a run, so that no output contains one.
//!
//! The engine remembers each secret for which it creates a finding, decoded and as written in the
//! file. `SeenSecrets` and [`Secrets`] never return a byte of them: they only remove secrets from
//! other texts. Neither has a `Debug`, deliberately.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::findings::{Fingerprint, Redacted};

/// Shorter secrets are too frequent in other texts to be removed.
const MIN_LENGTH: usize = 4;

/// Minimum length of a secret that is removed anywhere; a shorter one is removed only as a whole
/// token.
const MIN_ANYWHERE: usize = 8;

/// Minimum length of a line of a multi-line secret, such as a private key, that is removed by
/// itself.
const MIN_LINE: usize = 16;

/// Maximum length of the part of a secret that is removed at the end or start of a truncated text.
const MAX_TRUNCATED: usize = 512;

/// Longer secrets are keys, without characters that are escaped.
const MAX_REWRITTEN: usize = 256;

/// What is escaped in a URL (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Number of locks, so that threads seldom wait for each other.
const SHARDS: usize = 32;

/// Replaces a secret that has no redacted form.
const MASK: &str = "********";

/// The kind of text that secrets are removed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A text of the repository: a summary, a name, a reason, a line.
    Text,
    /// A path of the repository, or the name of a branch. Short secrets are often common words
    /// there and are not removed.
    Path,
    /// Keysieve's own text: a secret that could be part of it is not removed.
    Own,
}

/// All secrets that the engine has seen, by fingerprint.
#[derive(Default)]
pub(super) struct SeenSecrets {
    shards: [Mutex<HashMap<Fingerprint, Forms>>; SHARDS],
}

/// The forms in which one secret is written.
#[derive(Default)]
struct Forms {
    written: HashSet<Box<[u8]>>,
    /// The redacted form, once it is confirmed as a secret of the run.
    shown: Option<Redacted>,
}

impl SeenSecrets {
    /// Remembers a secret, or a form in which it is written. Returns whether that is new.
    pub fn add(&self, fingerprint: Fingerprint, secret: &[u8]) -> bool {
        secret.len() >= MIN_LENGTH
            && self.with(fingerprint, |forms| {
                !forms.written.contains(secret) && forms.written.insert(secret.into())
            })
    }

    /// Confirms it as a secret of the run, shown as `redacted`; of several forms the one that shows
    /// most, in any order of the calls.
    pub fn confirm(&self, fingerprint: Fingerprint, redacted: &Redacted) {
        self.with(fingerprint, |forms| {
            let shows_more = |known: &Redacted| {
                let (known, new) = (known.to_string(), redacted.to_string());
                (new.len(), &new) > (known.len(), &known)
            };
            if forms.shown.as_ref().is_none_or(|known| known != redacted && shows_more(known)) {
                forms.shown = Some(redacted.clone());
            }
        });
    }

    /// The confirmed secrets so far.
    pub fn secrets(&self) -> Secrets {
        let mut known: Vec<(Vec<u8>, String)> = Vec::new();
        for shard in &self.shards {
            for forms in shard.lock().unwrap_or_else(PoisonError::into_inner).values() {
                let Some(shown) = &forms.shown else { continue };
                for written in &forms.written {
                    known.push((written.to_vec(), shown.to_string()));
                    known.extend(lines(written).map(|line| (line.to_vec(), MASK.to_owned())));
                    let other_forms = escaped_forms(written).into_iter();
                    known.extend(other_forms.map(|other| (other, shown.to_string())));
                }
            }
        }
        Secrets::new(known)
    }

    fn with<T>(&self, fingerprint: Fingerprint, change: impl FnOnce(&mut Forms) -> T) -> T {
        let shard = &self.shards[fingerprint.shard(SHARDS)];
        change(shard.lock().unwrap_or_else(PoisonError::into_inner).entry(fingerprint).or_default())
    }
}

/// The lines of a multi-line secret that may appear by themselves: those of its body.
fn lines(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let many = secret.contains(&b'\n') || secret.windows(2).any(|two| two == b"\\n");
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    // An escaped line end: the letter after the backslash does not belong to the line.
    let pieces = secret.split(|b| matches!(b, b'\n' | b'\\'));
    let trimmed = pieces.enumerate().map(move |(index, piece)| {
        let escaped = index > 0 && matches!(piece.first(), Some(b'n' | b'r' | b't'));
        [piece, piece.get(1..).unwrap_or_default()].into_iter().take(1 + usize::from(escaped))
    });
    trimmed
        .flatten()
        .map(<[u8]>::trim_ascii)
        .filter(move |line| many && line.len() >= MIN_LINE && line.iter().all(part))
        .filter(|line| !line.starts_with(b"-----"))
}

/// Other common forms of a secret with special characters: escaped in JSON, XML or a URL, and
/// unescaped.
fn escaped_forms(secret: &[u8]) -> Vec<Vec<u8>> {
    if secret.len() > MAX_REWRITTEN || secret.iter().all(u8::is_ascii_alphanumeric) {
        return Vec::new();
    }
    let percent = percent_encode(secret, RESERVED).to_string().into_bytes();
    let replaced = |pairs: &[(u8, &str)]| -> Vec<u8> {
        let letter = |&b: &u8| match pairs.iter().find(|(special, _)| *special == b) {
            Some((_, escape)) => escape.as_bytes().to_vec(),
            None => vec![b],
        };
        secret.iter().flat_map(letter).collect()
    };
    let json = replaced(&[(b'"', "\\\""), (b'\\', "\\\\")]);
    let xml = replaced(&[
        (b'&', "&amp;"),
        (b'<', "&lt;"),
        (b'>', "&gt;"),
        (b'"', "&quot;"),
        (b'\'', "&apos;"),
    ]);
    let mut plain = Vec::with_capacity(secret.len());
    let mut rest = secret.iter();
    while let Some(&b) = rest.next() {
        match (b, rest.as_slice().first()) {
            (b'\\', Some(next)) if !next.is_ascii_alphanumeric() => plain.extend(rest.next()),
            _ => plain.push(b),
        }
    }
    let mut other_forms = vec![percent, json, xml, plain];
    other_forms.retain(|other| other != secret && other.len() >= MIN_LENGTH);
    other_forms
}

/// Secrets made ready to be removed from texts.
pub struct Secrets {
    /// `None` if there are none.
    finder: Option<AhoCorasick>,
    /// Sorted by secret.
    known: Vec<KnownSecret>,
    /// The secrets read backwards, sorted.
    reversed: Vec<Vec<u8>>,
    /// Set if there are too many to search for: no text of the repository is shown at all.
    hides_everything: bool,
}

struct KnownSecret {
    secret: Vec<u8>,
    shown: String,
    /// Whether keysieve's own text could contain it.
    may_be_our_own_text: bool,
}

impl Secrets {
    fn new(mut known: Vec<(Vec<u8>, String)>) -> Self {
        known.sort_unstable();
        known.dedup_by(|(later, _), (earlier, _)| later == earlier);
        let finder = AhoCorasick::builder()
            .match_kind(MatchKind::Standard)
            .build(known.iter().map(|(secret, _)| secret));
        let hides_everything = finder.is_err();
        let known = known.into_iter().map(|(secret, shown)| {
            let may_be_our_own_text = may_be_our_own(&secret);
            KnownSecret { secret, shown, may_be_our_own_text }
        });
        let known: Vec<KnownSecret> = known.collect();
        let backwards = |known: &KnownSecret| known.secret.iter().rev().copied().collect();
        let mut reversed: Vec<Vec<u8>> = known.iter().map(backwards).collect();
        reversed.sort_unstable();
        Secrets {
            finder: finder.ok().filter(|_| !known.is_empty()),
            known,
            reversed,
            hides_everything,
        }
    }

    /// The text without the secrets.
    pub fn hide(&self, text: &[u8], scope: Scope) -> Vec<u8> {
        if self.hides_everything && scope != Scope::Own {
            return MASK.into();
        }
        let Some(finder) = &self.finder else { return text.to_owned() };
        let mut found: Vec<(Range<usize>, usize)> = finder
            .find_overlapping_iter(text)
            .map(|found| (found.range(), found.pattern().as_usize()))
            .filter(|(range, known)| self.is_secret(text, range, &self.known[*known], scope))
            .collect();
        if found.is_empty() {
            return text.to_owned();
        }
        found.sort_unstable_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut shown = Vec::with_capacity(text.len());
        let mut done = 0;
        for (range, known) in found {
            if range.end <= done {
                continue;
            }
            // If one begins inside another, the rest of it is removed, too.
            if range.start >= done {
                shown.extend_from_slice(&text[done..range.start]);
                shown.extend_from_slice(self.known[known].shown.as_bytes());
            }
            done = range.end;
        }
        shown.extend_from_slice(&text[done..]);
        shown
    }

    /// A text that was truncated at its end, without the start of a secret there.
    pub fn cut_end<'t>(&self, text: &'t str) -> &'t str {
        let bytes = text.as_bytes();
        let first = bytes.len().saturating_sub(MAX_TRUNCATED);
        let begins = |&index: &usize| self.is_start_of_secret(&bytes[index..]);
        let end = (first..=bytes.len().saturating_sub(MIN_LENGTH)).find(begins);
        text.get(..end.unwrap_or(bytes.len())).unwrap_or_default()
    }

    /// A text that was truncated at its start, without the end of a secret there.
    pub fn cut_start<'t>(&self, text: &'t str) -> &'t str {
        let reversed: Vec<u8> = text.bytes().take(MAX_TRUNCATED).rev().collect();
        let ends = |index: &usize| self.is_end_of_secret(&reversed[*index..]);
        let start = (0..=reversed.len().saturating_sub(MIN_LENGTH)).find(ends);
        text.get(start.map_or(0, |index| reversed.len() - index)..).unwrap_or_default()
    }

    /// Whether a secret begins with these bytes and is longer.
    fn is_start_of_secret(&self, bytes: &[u8]) -> bool {
        let from = self.known.partition_point(|known| known.secret.as_slice() <= bytes);
        bytes.len() >= MIN_LENGTH
            && self.known.get(from).is_some_and(|known| known.secret.starts_with(bytes))
    }

    /// Whether a secret, read backwards, begins with these bytes and is longer.
    fn is_end_of_secret(&self, reversed: &[u8]) -> bool {
        let from = self.reversed.partition_point(|secret| secret.as_slice() <= reversed);
        reversed.len() >= MIN_LENGTH
            && self.reversed.get(from).is_some_and(|secret| secret.starts_with(reversed))
    }

    fn is_secret(
        &self,
        text: &[u8],
        range: &Range<usize>,
        known: &KnownSecret,
        scope: Scope,
    ) -> bool {
        let is_long = range.len() >= MIN_ANYWHERE;
        match scope {
            Scope::Own => !known.may_be_our_own_text && (is_long || is_whole_token(text, range)),
            Scope::Text => is_long || is_whole_token(text, range),
            Scope::Path => is_long,
        }
    }
}

/// Whether the range is not adjacent to another letter or digit.
fn is_whole_token(text: &[u8], range: &Range<usize>) -> bool {
    let goes_on = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    let inner = |index: usize| text.get(index).is_some_and(u8::is_ascii_alphanumeric);
    let before = range.start.checked_sub(1).and_then(|index| text.get(index));
    !(inner(range.start) && goes_on(before) || inner(range.end - 1) && goes_on(text.get(range.end)))
}

/// Whether keysieve's own text could contain these bytes: words of one letter case, numbers. Tokens
/// differ: they mix digits with letters, or have capitals after lower-case letters.
pub(super) fn may_be_our_own(bytes: &[u8]) -> bool {
    let mut words = bytes.split(|b| !b.is_ascii_alphanumeric());
    let is_word = |word: &[u8]| {
        let digits = word.iter().filter(|b| b.is_ascii_digit()).count();
        let mixed =
            word.windows(2).any(|two| two[0].is_ascii_lowercase() && two[1].is_ascii_uppercase());
        !mixed && (digits == 0 || digits == word.len())
    };
    let special = b"!#$%^&*+~\\";
    bytes.is_ascii() && words.all(is_word) && !bytes.iter().any(|b| special.contains(b))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secrets(all: &[&str]) -> Secrets {
        Secrets::new(all.iter().map(|one| (one.as_bytes().to_vec(), MASK.to_owned())).collect())
    }

    fn hidden(all: &[&str], text: &str, scope: Scope) -> String {
        String::from_utf8(secrets(all).hide(text.as_bytes(), scope)).unwrap()
    }

    #[test]
    fn long_secrets_are_removed_anywhere_and_short_ones_as_whole_tokens() {
        let long = ["tR7x", "q9Lw2m"].concat();
        for scope in [Scope::Text, Scope::Path, Scope::Own] {
            assert_eq!(hidden(&[&long], &format!("a{long}b"), scope), format!("a{MASK}b"));
        }
        assert_eq!(
            hidden(&["q9Lw2"], "q9Lw2, aq9Lw2, q9Lw2", Scope::Text),
            format!("{MASK}, aq9Lw2, {MASK}")
        );
        assert_eq!(hidden(&["main"], "src/main/a", Scope::Path), "src/main/a");
        assert_eq!(hidden(&["main"], "main: x", Scope::Text), format!("{MASK}: x"));
        for word in ["main", "password", "Incomplete", "could not", "2026-01-02"] {
            let text = format!("a {word} b");
            assert_eq!(hidden(&[word], &text, Scope::Own), text);
        }
    }

    #[test]
    fn of_overlapping_secrets_nothing_is_left() {
        let shown = hidden(&["abcdefgh1", "gh1ijklmnop"], "-abcdefgh1ijklmnop-", Scope::Text);
        assert_eq!(shown, format!("-{MASK}-"));
    }

    #[test]
    fn a_key_is_removed_line_by_line() {
        let line = "Mi".repeat(30);
        for end in ["\n", "\r\n", "\\n", "\\r\\n"] {
            let key = ["-----BEGIN X-----", &line, "short", &line, "-----END X-----"].join(end);
            let found: Vec<&[u8]> = lines(key.as_bytes()).collect();
            assert!(found.contains(&line.as_bytes()), "{end:?}");
            assert!(!found.contains(&"short".as_bytes()));
        }
        assert_eq!(lines(line.as_bytes()).count(), 0);
    }

    #[test]
    fn a_secret_is_recognized_with_escaped_special_characters() {
        let other_forms = escaped_forms(br#"a\"b&c/d"#);
        let forms: Vec<_> =
            other_forms.iter().map(|other| String::from_utf8_lossy(other)).collect();
        let expected = ["a%5C%22b%26c%2Fd", r#"a\\\"b&c/d"#, r#"a\&quot;b&amp;c/d"#, r#"a"b&c/d"#];
        assert_eq!(forms, expected);
        assert!(escaped_forms(b"abcd1234").is_empty());
    }

    #[test]
    fn a_truncated_secret_is_removed() {
        let known = secrets(&["abcdefghij"]);
        assert_eq!(known.cut_end("x = abcdef"), "x = ");
        assert_eq!(known.cut_start("efghij; y"), "; y");
        assert_eq!(known.cut_end("x = 1"), "x = 1");
    }
}
