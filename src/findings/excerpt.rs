//! The line in which a secret stands, fit to be shown.
//!
//! Everything that was found in it is redacted, what was allowed or is unlikely too, and so is
//! every stretch of it that stands in one of the text's secrets. What is left is cut to some
//! characters round the secret and cannot steer a terminal.

use std::ops::Range;

use super::{Encoding, Finding, Span, is_unprintable};

/// Bytes shown on either side of a secret at most. A line may be a whole minified file.
const REACH: usize = 160;

/// Bytes in a row that nothing shown has in common with a secret.
const CHUNK: usize = size_of::<Chunk>();

/// Such bytes, as a number.
type Chunk = u64;

/// Bytes of secrets from which stretches are taken; of a text that holds more nothing is shown
/// but the secrets' marks.
const MOST: usize = 1 << 16;

/// Token characters that are counted to a secret on either side at most.
const LONGEST_REST: usize = 4096;

/// Stands for what is not shown and has no redacted form of its own.
const MARK: &str = "********";

/// A secret's line, in three pieces.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Excerpt {
    /// What stands before the secret in its line, without indentation.
    pub before: String,
    /// The secret's redacted form.
    pub secret: String,
    /// What stands behind it; empty where the secret goes on over the line's end.
    pub after: String,
    /// There is more in front of `before` than is shown.
    pub cut_before: bool,
    /// There is more behind `after` than is shown.
    pub cut_after: bool,
}

/// Makes the excerpts of one text.
pub struct Excerpts<'a> {
    text: &'a [u8],
    /// Of the whole text, by span and apart.
    findings: &'a [Finding],
    /// What is in common with a secret, sorted; `None` where that is too much.
    chunks: Option<Vec<Chunk>>,
    /// A secret is encoded, so that its own characters are not known here: what could be some
    /// of them is not shown anywhere.
    encoded: bool,
}

impl<'a> Excerpts<'a> {
    /// Of a text with its settled findings, by span.
    pub fn new(text: &'a [u8], findings: &'a [Finding]) -> Self {
        let total: usize = findings.iter().map(|finding| finding.span.len()).sum();
        let chunks = (total <= MOST).then(|| {
            let secrets = findings.iter().filter_map(|Finding { span, .. }| text.get(range(*span)));
            let mut chunks: Vec<Chunk> = secrets.flat_map(chunks_of).collect();
            chunks.sort_unstable();
            chunks.dedup();
            chunks
        });
        let encoded = findings.iter().any(|finding| finding.encoding != Encoding::PLAIN);
        Excerpts { text, findings, chunks, encoded }
    }

    /// The excerpt of one of the findings.
    pub fn excerpt(&self, finding: &Finding) -> Excerpt {
        let Range { start, end } = self.whole_word(finding.span);
        let far = start.saturating_sub(REACH);
        let line = memchr::memrchr(b'\n', &self.text[far..start]).map(|end| far + end + 1);
        let goes_on = memchr::memchr(b'\n', &self.text[start..end]).is_some();
        let rest = &self.text[end..self.text.len().min(end + REACH)];
        let line_end = if goes_on { Some(0) } else { memchr::memchr(b'\n', rest) };
        let before = self.shown(boundary(self.text, line.unwrap_or(far))..start);
        let to = boundary(self.text, end + line_end.unwrap_or(rest.len()));
        let cut_before = line.is_none() && far > 0;
        Excerpt {
            before: if cut_before { before } else { before.trim_start().to_owned() },
            secret: finding.redacted.to_string(),
            after: self.shown(end..to).trim_end().to_owned(),
            cut_before,
            cut_after: line_end.is_none() && to < self.text.len(),
        }
    }

    /// Bytes of the text, what is secret in them replaced.
    fn shown(&self, bytes: Range<usize>) -> String {
        let Some(chunks) = &self.chunks else { return String::new() };
        let mut shown = String::new();
        let mut at = bytes.start;
        let first = self.findings.partition_point(|finding| finding.span.end <= bytes.start);
        for finding in &self.findings[first..] {
            let secret = self.whole_word(finding.span);
            if secret.start >= bytes.end {
                break;
            }
            self.push(at..secret.start, chunks, &mut shown);
            shown.push_str(&finding.redacted.to_string());
            at = at.max(secret.end);
        }
        self.push(at..bytes.end, chunks, &mut shown);
        shown
    }

    /// Adds bytes in which nothing was found, without the stretches that are a secret's.
    fn push(&self, bytes: Range<usize>, chunks: &[Chunk], shown: &mut String) {
        let Some(bytes) = self.text.get(bytes) else { return };
        let is_secret = |from: usize| {
            let chunk = bytes.get(from..).and_then(|bytes| bytes.first_chunk());
            chunk.map(|bytes| chunks.binary_search(&Chunk::from_ne_bytes(*bytes)).is_ok())
        };
        let mut harmless = 0;
        let mut at = 0;
        while let Some(secret) = is_secret(at) {
            if !secret {
                at += 1;
                continue;
            }
            self.push_plain(&bytes[harmless..at], shown);
            shown.push_str(MARK);
            at += CHUNK;
            while is_secret(at + 1 - CHUNK) == Some(true) {
                at += 1;
            }
            harmless = at;
        }
        self.push_plain(&bytes[harmless..], shown);
    }

    /// Adds what is nobody's secret, as it may be shown.
    fn push_plain(&self, bytes: &[u8], shown: &mut String) {
        if !self.encoded {
            return push_plain(bytes, shown);
        }
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_+/.".contains(byte);
        for run in bytes.chunk_by(|one, other| is_inner(one) == is_inner(other)) {
            let is_token = run.len() >= CHUNK && is_inner(&run[0]) && !is_a_word(run);
            if is_token { shown.push_str(MARK) } else { push_plain(run, shown) }
        }
    }

    /// A span with the token characters beside it: where a rule took less than there is, the
    /// rest is no one's to read.
    fn whole_word(&self, span: Span) -> Range<usize> {
        let Range { start, end } = range(span);
        let Some(front) = self.text.get(..start) else { return start..start };
        let behind = self.text.get(end..).unwrap_or_default();
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let is_outer = |byte: &u8| is_inner(byte) || b"-+/=".contains(byte);
        let more = front.iter().rev().take(LONGEST_REST).take_while(|byte| is_inner(byte)).count();
        let rest = behind.iter().take(LONGEST_REST).take_while(|byte| is_outer(byte)).count();
        start - more..end + rest
    }
}

/// All stretches of a secret, one from each byte on.
fn chunks_of(secret: &[u8]) -> impl Iterator<Item = Chunk> {
    let starts = (0..secret.len()).map_while(|from| secret[from..].first_chunk());
    starts.map(|bytes| Chunk::from_ne_bytes(*bytes))
}

fn range(Span { start, end }: Span) -> Range<usize> {
    start..end
}

/// The next place that is not inside of a character.
fn boundary(text: &[u8], mut at: usize) -> usize {
    while text.get(at).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
        at += 1;
    }
    at.min(text.len())
}

/// Letters of one case, as names have them.
fn is_a_word(run: &[u8]) -> bool {
    let none_of = |not: fn(&u8) -> bool| !run.iter().any(not);
    none_of(u8::is_ascii_digit)
        && (none_of(u8::is_ascii_uppercase) || none_of(u8::is_ascii_lowercase))
}

/// Adds a text of the repository: a tab becomes blanks, and what would steer a terminal or
/// turn the order of writing becomes a mark of replacement.
fn push_plain(bytes: &[u8], shown: &mut String) {
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\t' => shown.push_str("    "),
            '\r' => {}
            letter if is_unprintable(letter) => shown.push('\u{fffd}'),
            plain => shown.push(plain),
        }
    }
}
