//! The line that contains a secret, safe to be shown in a report.
//!
//! All findings in it are redacted, suppressed and unlikely ones too, and so is every chunk of it
//! that also appears in one of the text's secrets. The rest is limited to some characters around
//! the secret, without unprintable characters.

use std::ops::Range;

use super::{Encoding, Finding, Span, is_unprintable};

/// Bytes shown before and after a secret, at most. A line may be a whole minified file.
const CONTEXT: usize = 160;

/// Length of the byte sequences that must not be common to the excerpt and a secret.
const CHUNK: usize = size_of::<Chunk>();

/// Such a sequence, as a number.
type Chunk = u64;

/// Bytes of secrets whose chunks are compared. If a text contains more, its excerpts show only the
/// redacted secrets.
const MAX_SECRET_BYTES: usize = 1 << 16;

/// Token characters before and after a span that are hidden with it, at most.
const MAX_TOKEN_REST: usize = 4096;

/// Replaces what is hidden but has no redacted form.
const MASK: &str = "********";

/// A secret's line, in three parts.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Excerpt {
    /// The line before the secret, without indentation.
    pub before: String,
    /// The secret's redacted form.
    pub secret: String,
    /// The line after the secret; empty if the secret continues on the next line.
    pub after: String,
    /// Whether the line was cut before `before`.
    pub cut_before: bool,
    /// Whether the line was cut after `after`.
    pub cut_after: bool,
}

/// Makes the excerpts of one text.
pub struct Excerpts<'a> {
    text: &'a [u8],
    /// All findings of the text, by span, without overlaps.
    findings: &'a [Finding],
    /// The chunks of all secrets, sorted; `None` if there are too many.
    chunks: Option<Vec<Chunk>>,
    /// Whether a secret is encoded: its characters are unknown here, so anything that may be part
    /// of a token is hidden.
    encoded: bool,
}

impl<'a> Excerpts<'a> {
    /// For a text with its settled findings, by span.
    pub fn new(text: &'a [u8], findings: &'a [Finding]) -> Self {
        let total: usize = findings.iter().map(|finding| finding.span.len()).sum();
        let chunks = (total <= MAX_SECRET_BYTES).then(|| {
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
        let Range { start, end } = self.whole_token(finding.span);
        let earliest = start.saturating_sub(CONTEXT);
        let line =
            memchr::memrchr(b'\n', &self.text[earliest..start]).map(|end| earliest + end + 1);
        let is_multiline = memchr::memchr(b'\n', &self.text[start..end]).is_some();
        let rest = &self.text[end..self.text.len().min(end + CONTEXT)];
        let line_end = if is_multiline { Some(0) } else { memchr::memchr(b'\n', rest) };
        let before = self.redacted_text(boundary(self.text, line.unwrap_or(earliest))..start);
        let to = boundary(self.text, end + line_end.unwrap_or(rest.len()));
        let cut_before = line.is_none() && earliest > 0;
        Excerpt {
            before: if cut_before { before } else { before.trim_start().to_owned() },
            secret: finding.redacted.to_string(),
            after: self.redacted_text(end..to).trim_end().to_owned(),
            cut_before,
            cut_after: line_end.is_none() && to < self.text.len(),
        }
    }

    /// Bytes of the text with the secrets replaced.
    fn redacted_text(&self, bytes: Range<usize>) -> String {
        let Some(chunks) = &self.chunks else { return String::new() };
        let mut redacted_text = String::new();
        let mut offset = bytes.start;
        let first = self.findings.partition_point(|finding| finding.span.end <= bytes.start);
        for finding in &self.findings[first..] {
            let secret = self.whole_token(finding.span);
            if secret.start >= bytes.end {
                break;
            }
            self.push(offset..secret.start, chunks, &mut redacted_text);
            redacted_text.push_str(&finding.redacted.to_string());
            offset = offset.max(secret.end);
        }
        self.push(offset..bytes.end, chunks, &mut redacted_text);
        redacted_text
    }

    /// Adds bytes without findings, except chunks that also appear in a secret.
    fn push(&self, bytes: Range<usize>, chunks: &[Chunk], redacted_text: &mut String) {
        let Some(bytes) = self.text.get(bytes) else { return };
        let is_secret = |from: usize| {
            let chunk = bytes.get(from..).and_then(|bytes| bytes.first_chunk());
            chunk.map(|bytes| chunks.binary_search(&Chunk::from_ne_bytes(*bytes)).is_ok())
        };
        let mut shown_to = 0;
        let mut offset = 0;
        while let Some(secret) = is_secret(offset) {
            if !secret {
                offset += 1;
                continue;
            }
            self.push_plain(&bytes[shown_to..offset], redacted_text);
            redacted_text.push_str(MASK);
            offset += CHUNK;
            while is_secret(offset + 1 - CHUNK) == Some(true) {
                offset += 1;
            }
            shown_to = offset;
        }
        self.push_plain(&bytes[shown_to..], redacted_text);
    }

    /// Adds bytes that share no chunk with a secret.
    fn push_plain(&self, bytes: &[u8], redacted_text: &mut String) {
        if !self.encoded {
            return push_plain(bytes, redacted_text);
        }
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || b"-_+/.".contains(byte);
        for run in bytes.chunk_by(|one, other| is_inner(one) == is_inner(other)) {
            let is_token = run.len() >= CHUNK && is_inner(&run[0]) && !is_single_case_word(run);
            if is_token { redacted_text.push_str(MASK) } else { push_plain(run, redacted_text) }
        }
    }

    /// A span with the token characters around it: if a rule matched only part of a token, the rest
    /// is hidden too.
    fn whole_token(&self, span: Span) -> Range<usize> {
        let Range { start, end } = range(span);
        let Some(before) = self.text.get(..start) else { return start..start };
        let after = self.text.get(end..).unwrap_or_default();
        let is_inner = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'_';
        let is_outer = |byte: &u8| is_inner(byte) || b"-+/=".contains(byte);
        let more =
            before.iter().rev().take(MAX_TOKEN_REST).take_while(|byte| is_inner(byte)).count();
        let rest = after.iter().take(MAX_TOKEN_REST).take_while(|byte| is_outer(byte)).count();
        start - more..end + rest
    }
}

/// All chunks of a secret, one starting at each byte.
fn chunks_of(secret: &[u8]) -> impl Iterator<Item = Chunk> {
    let starts = (0..secret.len()).map_while(|from| secret[from..].first_chunk());
    starts.map(|bytes| Chunk::from_ne_bytes(*bytes))
}

fn range(Span { start, end }: Span) -> Range<usize> {
    start..end
}

/// The next offset that is a character boundary.
fn boundary(text: &[u8], mut offset: usize) -> usize {
    while text.get(offset).is_some_and(|byte| byte & 0b1100_0000 == 0b1000_0000) {
        offset += 1;
    }
    offset.min(text.len())
}

/// Whether the run consists of letters of one case, as names do.
fn is_single_case_word(run: &[u8]) -> bool {
    let none_of = |not: fn(&u8) -> bool| !run.iter().any(not);
    none_of(u8::is_ascii_digit)
        && (none_of(u8::is_ascii_uppercase) || none_of(u8::is_ascii_lowercase))
}

/// Adds text of the repository: tabs become spaces, unprintable characters U+FFFD.
fn push_plain(bytes: &[u8], redacted_text: &mut String) {
    for character in String::from_utf8_lossy(bytes).chars() {
        match character {
            '\t' => redacted_text.push_str("    "),
            '\r' => {}
            character if is_unprintable(character) => redacted_text.push('\u{fffd}'),
            plain => redacted_text.push(plain),
        }
    }
}
