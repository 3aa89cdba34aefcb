//! The secrets of a run, so that no output repeats one.
//!
//! The engine takes note of each secret where it makes a finding of it, decoded and as it is
//! written in the file. [`SeenSecrets`] and [`Secrets`] give no byte of them out: they only take secrets
//! out of other texts. Neither has a `Debug`, on purpose.

use std::collections::{HashMap, HashSet};
use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_encode};

use crate::findings::{Fingerprint, Redacted};

/// Shorter secrets are too common to be looked for.
const MIN_LENGTH: usize = 4;

/// Bytes from which on a secret is removed wherever it appears; a shorter one is as a whole
/// token only.
const MIN_ANYWHERE: usize = 8;

/// Bytes of a line of a secret of many lines, such as a private key, that is removed by itself.
const MIN_LINE: usize = 16;

/// Bytes at the end of a text that was cut in which the beginning of a secret is looked for.
const MAX_TRUNCATED: usize = 512;

/// Longer secrets are keys, of which no character is escaped.
const MAX_REWRITTEN: usize = 256;

/// What is escaped in a URL (RFC 3986, 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Locks that threads share, so that they seldom wait for one another.
const SHARDS: usize = 32;

/// Replaces a secret that has no redacted form of its own.
const MASK: &str = "********";

/// What kind of text a secret is removed from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// A text of the repository: a summary, a name, a reason, a line.
    Text,
    /// A path of the repository, or the name of a branch. Short secrets may be usual words there
    /// and are left.
    Path,
    /// Keysieve's own words, or what may be such: only what cannot be is removed.
    Own,
}

/// All secrets that the engine came across, by fingerprint.
#[derive(Default)]
pub(super) struct SeenSecrets {
    shards: [Mutex<HashMap<Fingerprint, Forms>>; SHARDS],
}

/// The ways in which one secret is written.
#[derive(Default)]
struct Forms {
    written: HashSet<Box<[u8]>>,
    /// The redacted form, once it is a secret of the run and no mere candidate.
    shown: Option<Redacted>,
}

impl SeenSecrets {
    /// Takes note of a secret, or of a way in which it is written. Whether that is new.
    pub fn add(&self, fingerprint: Fingerprint, secret: &[u8]) -> bool {
        secret.len() >= MIN_LENGTH
            && self.with(fingerprint, |forms| {
                !forms.written.contains(secret) && forms.written.insert(secret.into())
            })
    }

    /// Makes it a secret of the run, shown as `redacted`; of several such forms as the one that
    /// shows most, in whatever order they come.
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

    /// The secrets of the run so far.
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

/// The lines of a secret of many that may appear by themselves: those of its body.
fn lines(secret: &[u8]) -> impl Iterator<Item = &[u8]> {
    let many = secret.contains(&b'\n') || secret.windows(2).any(|two| two == b"\\n");
    let part = |b: &u8| b.is_ascii_alphanumeric() || b"+/=_-".contains(b);
    // An escaped line end: the letter after the backslash is no part of the line.
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

/// The other ways in which a secret with special characters is commonly written: escaped in JSON,
/// XML or a URL, and what it is where it is written so.
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
    /// `None` where there are none.
    finder: Option<AhoCorasick>,
    /// Sorted by secret.
    known: Vec<KnownSecret>,
    /// The secrets read backwards, sorted.
    reversed: Vec<Vec<u8>>,
    /// There are more than can be looked for: no text of the repository is shown at all.
    hides_everything: bool,
}

struct KnownSecret {
    secret: Vec<u8>,
    shown: String,
    /// Keysieve could have written it itself.
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
            // Where one begins inside of another, what is left of it goes too.
            if range.start >= done {
                shown.extend_from_slice(&text[done..range.start]);
                shown.extend_from_slice(self.known[known].shown.as_bytes());
            }
            done = range.end;
        }
        shown.extend_from_slice(&text[done..]);
        shown
    }

    /// The end of a text that was cut: what begins a secret that continues after it is removed.
    pub fn cut_back<'t>(&self, text: &'t str) -> &'t str {
        let bytes = text.as_bytes();
        let first = bytes.len().saturating_sub(MAX_TRUNCATED);
        let begins = |&index: &usize| self.is_start_of_secret(&bytes[index..]);
        let end = (first..=bytes.len().saturating_sub(MIN_LENGTH)).find(begins);
        text.get(..end.unwrap_or(bytes.len())).unwrap_or_default()
    }

    /// The beginning of a text that was cut: what ends a secret that began before it is removed.
    pub fn cut_front<'t>(&self, text: &'t str) -> &'t str {
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

/// Whether no letter or digit is next to it.
fn is_whole_token(text: &[u8], range: &Range<usize>) -> bool {
    let goes_on = |b: Option<&u8>| b.is_some_and(|b| b.is_ascii_alphanumeric());
    let inner = |index: usize| text.get(index).is_some_and(u8::is_ascii_alphanumeric);
    let before = range.start.checked_sub(1).and_then(|index| text.get(index));
    !(inner(range.start) && goes_on(before) || inner(range.end - 1) && goes_on(text.get(range.end)))
}

/// Whether keysieve's own text could hold these bytes: words of one letter case, numbers. A token
/// is no such text: it has digits among its letters, or capitals after small ones.
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
    fn where_secrets_overlap_nothing_of_either_is_left() {
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
    fn a_secret_is_known_however_its_special_characters_are_escaped() {
        let other_forms = escaped_forms(br#"a\"b&c/d"#);
        let told: Vec<_> = other_forms.iter().map(|other| String::from_utf8_lossy(other)).collect();
        let wanted = ["a%5C%22b%26c%2Fd", r#"a\\\"b&c/d"#, r#"a\&quot;b&amp;c/d"#, r#"a"b&c/d"#];
        assert_eq!(told, wanted);
        assert!(escaped_forms(b"abcd1234").is_empty());
    }

    #[test]
    fn what_a_cut_leaves_of_a_secret_goes() {
        let known = secrets(&["abcdefghij"]);
        assert_eq!(known.cut_back("x = abcdef"), "x = ");
        assert_eq!(known.cut_front("efghij; y"), "; y");
        assert_eq!(known.cut_back("x = 1"), "x = 1");
    }
}
