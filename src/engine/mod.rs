//! How we look: from bytes to judged findings.
//!
//! ```text
//! bytes ─▶ triggers (where could a secret be?) ─▶ matcher (which rule, what span?)
//!       ─▶ checks (checksum, structure, entropy, placeholder) ─▶ findings ─▶ overlap
//!       ─▶ decode (what stands encoded here?) ─▶ the same once more
//! ```
//!
//! The engine knows no source. [`Engine::detect`] takes bytes and ranges; a trigger is judged
//! if it *begins* in a range, always with the whole of the bytes round it in view, so that
//! ranges that cover a span find what a scan of everything finds (contract of locality in
//! [`crate::rules`]: `BEFORE`, `LONGEST`, `AFTER`). [`Engine::settle`] comes after: it
//! works on a blob's whole list.

use std::ops::Range;

use crate::findings::{Encoding, Finding, FingerprintKey, Redacted, Span};
use crate::rules::catalogue::Catalogue;
use crate::rules::{BEFORE, MARGIN, Rule, Trigger};

pub mod assignment;
mod candidate;
pub mod checks;
pub mod decode;
pub mod examples;
mod extent;
mod fragments;
mod heads;
mod marks;
mod masks;
mod matcher;
mod names;
mod overlap;
mod prefixes;
mod triggers;

use candidate::Candidate;
use decode::Decoded;
use matcher::Matcher;
use triggers::{Hit, Noticed, Triggers};

/// Bytes that parts of a long input share with each neighbour: a body that goes on behind its
/// judged part, and the reach of a verdict on either side of it.
pub const OVERLAP: usize = extent::LONGEST_BODY + 2 * MARGIN;

/// A catalogue made ready to scan. Shared by all threads.
///
/// ```
/// use keysieve::engine::Engine;
/// use keysieve::findings::{FingerprintKey, Verdict};
/// use keysieve::rules::catalogue::Catalogue;
///
/// let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
/// // Joined here, so that this page is no leak itself.
/// let line = ["LOCALSTACK_AUTH_TOKEN=ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
/// let findings = engine.scan(line.as_bytes());
/// assert_eq!(findings[0].verdict, Verdict::Valid);
/// assert_eq!(findings[0].redacted.to_string(), "ls-********");
/// ```
pub struct Engine {
    catalogue: Catalogue,
    triggers: Triggers,
    matchers: Vec<Matcher>,
    key: FingerprintKey,
}

impl Engine {
    /// Prepares the catalogue's triggers; a rule's regex is compiled when first needed.
    pub fn new(catalogue: Catalogue, key: FingerprintKey) -> Self {
        let triggers = Triggers::new(catalogue.rules());
        let matchers = catalogue.rules().iter().map(|_| Matcher::default()).collect();
        Engine { catalogue, triggers, matchers, key }
    }

    /// The rules in force; a [`Finding`]'s `rule` is an index into them.
    pub fn rules(&self) -> &[Rule] {
        self.catalogue.rules()
    }

    /// Judged findings of all triggers and encoded texts that begin in `ranges`, which must
    /// be sorted and apart. Overlaps are not settled yet.
    pub fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Vec<Finding> {
        let look = |text: &[u8], found: &mut Vec<Finding>, inner: &mut dyn FnMut(Decoded)| {
            self.look(text, 0..text.len(), found, inner);
        };
        let (mut plain, mut encoded) = (Vec::new(), Vec::new());
        for range in ranges {
            self.look(bytes, range.clone(), &mut plain, &mut |decoded| {
                decode::outermost(&decoded, &look, &mut encoded);
            });
        }
        plain.append(&mut encoded);
        plain
    }

    /// One pass: what stands in the range as it is, and what is encoded there.
    fn look(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        findings: &mut Vec<Finding>,
        decoded: &mut dyn FnMut(Decoded),
    ) {
        self.triggers.each(bytes, range, |noticed| match noticed {
            Noticed::Hit(hit) => findings.extend(self.finding(bytes, &hit)),
            Noticed::Entry(entry) => decode::at(bytes, entry, decoded),
        });
    }

    /// The judged finding at a trigger. Of a name's value it is asked first whether it is a
    /// text in base64: then that text is the secret, and the same one elsewhere.
    fn finding(&self, bytes: &[u8], hit: &Hit) -> Option<Finding> {
        self.in_encoded_value(bytes, hit).or_else(|| {
            let matcher = &self.matchers[hit.rule];
            let candidate = matcher.candidate(self.rule(hit.rule), bytes, hit.span.clone())?;
            self.judge(hit.rule, hit.at, bytes, candidate)
        })
    }

    /// The finding of a rule with names where the named value is an encoded text that the
    /// rule accepts. The name stands outside, so that no decoding by itself tells.
    fn in_encoded_value(&self, bytes: &[u8], hit: &Hit) -> Option<Finding> {
        let rule = self.rule(hit.rule);
        if !matches!(rule.trigger, Trigger::Names(_)) {
            return None;
        }
        let value = assignment::value_of(bytes, hit.span.clone())?;
        let (decoded, step) = decode::value(&bytes[value.clone()])?;
        // Written out, it is an assignment like any other.
        let quote = [b"\"", b"'", b"`"].into_iter().find(|quote| !decoded.contains(&quote[0]))?;
        let name = &bytes[hit.span.clone()];
        let text = [name, b"=", quote, &decoded, quote].concat();
        let candidate = self.matchers[hit.rule].candidate(rule, &text, 0..name.len())?;
        let span = Span { start: value.start, end: value.end };
        let finding = self.judge(hit.rule, hit.at, &text, candidate)?;
        Some(Finding { span, encoding: step.into(), ..finding })
    }

    /// All settled findings, by span.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Finding> {
        self.scan_core(bytes, 0..bytes.len())
    }

    /// The settled findings that begin in `core`, of bytes beside which there may be more:
    /// with [`OVERLAP`] bytes on either side of it they are those of a scan of the whole.
    pub fn scan_core(&self, bytes: &[u8], core: Range<usize>) -> Vec<Finding> {
        let near = core.start.saturating_sub(OVERLAP)..bytes.len().min(core.end + OVERLAP);
        let mut findings = self.settle(self.detect(bytes, &[near]));
        findings.retain(|finding| core.contains(&finding.span.start));
        findings
    }

    /// The first place from which a decoding may reach over the byte at `at`; `at` itself if
    /// there is none, `None` where it is too far to be told.
    pub fn entry(&self, bytes: &[u8], at: usize) -> Option<usize> {
        decode::first_entry(bytes, at)
    }

    /// The first place behind a seam at `at` from which on no trigger sees over it.
    pub fn free(&self, bytes: &[u8], at: usize) -> usize {
        decode::first_free(bytes, at).max(at + BEFORE + 1)
    }

    /// How many bytes behind a finding's end may decide on that end: none, unless its rule says
    /// that secrets go on behind what the verdict saw.
    pub fn reach(&self, finding: &Finding) -> usize {
        if self.rule(finding.rule).extends.is_some() { OVERLAP } else { 0 }
    }

    /// Settles overlaps among one blob's findings and sorts them by span.
    pub fn settle(&self, findings: Vec<Finding>) -> Vec<Finding> {
        overlap::settle(findings, self.rules())
    }

    /// `text` with every secret in it replaced by its redacted form: for paths, names and
    /// messages that a report must show.
    pub fn redact(&self, text: &[u8]) -> Vec<u8> {
        let mut shown = Vec::with_capacity(text.len());
        let mut done = 0;
        for finding in self.scan(text) {
            shown.extend_from_slice(&text[done..finding.span.start]);
            shown.extend_from_slice(finding.redacted.to_string().as_bytes());
            done = finding.span.end;
        }
        shown.extend_from_slice(&text[done..]);
        shown
    }

    fn rule(&self, index: usize) -> &Rule {
        &self.rules()[index]
    }

    /// The checks decide on the judged part; how far the secret goes on behind it is found
    /// afterwards and is no part of the verdict.
    fn judge(
        &self,
        index: usize,
        trigger: usize,
        bytes: &[u8],
        candidate: Candidate<'_>,
    ) -> Option<Finding> {
        let rule = self.rule(index);
        let judgement = checks::judge(rule, candidate.secret)?;
        let end = match rule.extends {
            Some(extension) => extent::end(bytes, candidate.span.end, extension),
            None => candidate.span.end,
        };
        let span = Span { start: candidate.span.start, end };
        let secret = &bytes[span.start..span.end];
        Some(Finding {
            rule: index,
            trigger,
            span,
            encoding: Encoding::PLAIN,
            verdict: judgement.verdict,
            confidence: judgement.confidence,
            redacted: Redacted::new(secret, rule),
            fingerprint: self.key.of(&extent::identity(secret, rule.extends)),
        })
    }
}
