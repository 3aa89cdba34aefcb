//! The engine: from bytes to judged findings.
//!
//! ```text
//! bytes ─▶ prefilter (where could a secret be?) ─▶ verdict (which rule, which span, is it a secret?)
//!       ─▶ decode (what is encoded here?) ─▶ the same again ─▶ overlaps settled, pairs merged
//! ```
//!
//! The engine knows nothing of sources. [`Engine::detect`] takes bytes and ranges; a trigger is
//! judged if it *begins* in a range, always with all bytes around it in view. So ranges that cover
//! a span find what a scan of everything finds (contract of locality; see the constants `BEFORE`,
//! `LONGEST` and `AFTER` of [`crate::rules`]). [`Engine::settle`] comes afterwards, on the complete
//! list of a blob's findings.

use std::ops::Range;
use std::sync::Arc;

use crate::findings::{Encoding, Finding, Fingerprint, FingerprintKey, Verdict};
use crate::rules::catalogue::Catalogue;
use crate::rules::{BEFORE, Confidence, MARGIN, Rule, Trigger};

pub mod checks;
pub mod decode;
pub mod examples;
#[doc(hidden)]
pub mod generic;
mod prefilter;
mod redact;
mod secret_entry;
pub mod secrets;
pub mod structure;
mod structured;
mod verdict;

use decode::Decoded;
use prefilter::repeat::EventOutcome;
use prefilter::{Event, Prefilter};
use structure::assignment::AssignmentReader;
use structure::mark::is_mark;
use verdict::credential_pairs::CredentialPairs;
pub use verdict::facts::fact_names;
use verdict::judge::Judge;
use verdict::{context_facts, overlap, secret_end};

/// Bytes that the parts of a long input share with each neighbor: a secret that continues after its
/// judged part, the public half that makes a pair with it, another half that could have been
/// nearer, and the reach of a verdict around each.
pub const OVERLAP: usize = secret_end::MAX_BODY + 4 * MARGIN;

/// A catalogue prepared for scanning. Shared by all threads.
///
/// ```
/// use keysieve::engine::Engine;
/// use keysieve::findings::{FingerprintKey, Verdict};
/// use keysieve::rules::catalogue::Catalogue;
///
/// let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
/// // Joined here, so that this page is not a leak itself.
/// let line = ["LOCALSTACK_AUTH_TOKEN=ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
/// let findings = engine.scan(line.as_bytes());
/// assert_eq!(findings[0].verdict, Verdict::Valid);
/// assert_eq!(findings[0].redacted.to_string(), "ls-********");
/// ```
pub struct Engine {
    prefilter: Prefilter,
    judge: Judge,
    pairs: CredentialPairs,
    /// Maximum number of nested decoding steps.
    decode_depth: usize,
    /// The rule for the entries of Kubernetes Secrets.
    secret_entry_rule: Option<usize>,
}

/// What a pass over a blob, or over parts of it, finds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Detected {
    /// Judged findings; overlaps are not settled yet.
    pub findings: Vec<Finding>,
    /// Offsets from which [`Engine::read_structures`] reads, sorted.
    pub marks: Vec<usize>,
}

impl Engine {
    /// Prepares the catalogue's triggers; a rule's regex is compiled when it is first needed.
    pub fn new(catalogue: Catalogue, key: FingerprintKey) -> Self {
        Engine {
            prefilter: Prefilter::new(catalogue.rules(), catalogue.lexicon()),
            secret_entry_rule: secret_entry::rule(catalogue.rules()),
            pairs: CredentialPairs::new(catalogue.rules()),
            judge: Judge::new(catalogue, key),
            decode_depth: decode::DEPTH,
        }
    }

    /// The engine with another clock, in seconds since 1970, for reports that do not depend on the
    /// current time.
    #[must_use]
    pub fn with_now(mut self, now: i64) -> Self {
        self.judge.now = now;
        self
    }

    /// The engine with another maximum number of nested decoding steps; 0 decodes nothing, and more
    /// than [`decode::DEPTH`] is the same as that.
    #[must_use]
    pub fn with_decode_depth(mut self, depth: usize) -> Self {
        self.decode_depth = depth.min(decode::DEPTH);
        self.judge.decodes_values = self.decode_depth > 0;
        self
    }

    /// The engine with another minimum probability for values that are found only by the kind of
    /// their name; the default is [`generic::MEDIUM_THRESHOLD`].
    #[must_use]
    pub fn with_min_probability(mut self, probability: f32) -> Self {
        self.judge.generic.set_threshold(probability);
        self
    }

    /// The rules in use; a [`Finding`]'s `rule` is an index into them.
    pub fn rules(&self) -> &[Rule] {
        self.judge.rules()
    }

    /// [`Engine::rules`], to be kept longer than the engine.
    pub fn shared_rules(&self) -> Arc<Vec<Rule>> {
        self.judge.shared_rules()
    }

    /// The name of the fingerprint key ([`FingerprintKey::name`]).
    pub fn key_name(&self) -> &str {
        self.judge.key.name()
    }

    /// The fingerprint that findings of this secret have.
    pub fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        self.judge.key.fingerprint(secret)
    }

    /// Judged findings of all triggers and encoded texts that begin in `ranges`, which must be
    /// sorted and must not overlap, and the marks of structures that begin there.
    pub fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Detected {
        let scan = |text: &[u8], found: &mut Vec<Finding>, inner: &mut dyn FnMut(Decoded)| {
            let mut pass = Pass { findings: found, marks: None };
            self.scan_range(text, 0..text.len(), &mut pass, &mut |decoded| {
                inner(decoded);
                EventOutcome::Productive
            });
        };
        let (mut plain, mut encoded, mut marks) = (Vec::new(), Vec::new(), Vec::new());
        for range in ranges {
            let mut pass = Pass { findings: &mut plain, marks: Some(&mut marks) };
            self.scan_range(bytes, range.clone(), &mut pass, &mut |decoded| {
                let before = encoded.len();
                decode::scan_decoded(&decoded, self.decode_depth, &scan, &mut encoded);
                EventOutcome::productive_if(encoded.len() > before)
            });
        }
        plain.append(&mut encoded);
        for finding in plain.iter().filter(|finding| finding.encoding != Encoding::PLAIN) {
            let written = &bytes[finding.span.start..finding.span.end];
            self.judge.seen.add(finding.fingerprint, written);
        }
        marks.sort_unstable();
        marks.dedup();
        Detected { findings: plain, marks }
    }

    /// One pass: adds the plain findings and the marks in the range, calls `decoded` with what is
    /// encoded in it.
    fn scan_range(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        pass: &mut Pass<'_>,
        decoded: &mut dyn FnMut(Decoded) -> EventOutcome,
    ) {
        let Pass { findings, marks } = pass;
        let mut reader = AssignmentReader::default();
        self.prefilter.for_each_event(bytes, range, |event| {
            let before = findings.len();
            let mut outcome = EventOutcome::Unproductive;
            match event {
                Event::Hit(hit) => findings.extend(self.judge.judge_hit(bytes, &hit)),
                Event::Keyword(fragment) => {
                    if let Some(marks) = marks
                        && is_mark(bytes, &fragment)
                    {
                        marks.push(fragment.start);
                        outcome = EventOutcome::Productive;
                    }
                    findings.extend(self.judge.judge_keyword(bytes, fragment, &mut reader));
                }
                Event::Encoded(entry) => decode::decode_at(bytes, entry, &mut |text| {
                    outcome = outcome.or(decoded(text));
                }),
            }
            outcome.or(EventOutcome::productive_if(findings.len() > before))
        });
    }

    /// All settled findings, by span.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Finding> {
        self.scan_core(bytes, 0..bytes.len())
    }

    /// The settled findings that begin in `core`, of bytes that may be part of a longer input: with
    /// [`OVERLAP`] bytes before and after the core they are those of a scan of the whole input.
    pub fn scan_core(&self, bytes: &[u8], core: Range<usize>) -> Vec<Finding> {
        let mut findings = self.scan_near(bytes, core.clone());
        findings.retain(|finding| core.contains(&finding.span.start));
        findings
    }

    /// The findings of [`Engine::scan_core`], with those that begin up to [`OVERLAP`] bytes before
    /// or after the core: not to be reported, but to be hidden in the excerpts of others.
    pub fn scan_near(&self, bytes: &[u8], core: Range<usize>) -> Vec<Finding> {
        let near = core.start.saturating_sub(OVERLAP)..bytes.len().min(core.end + OVERLAP);
        self.settle_detected(bytes, self.detect(bytes, &[near]))
    }

    /// The settled findings of what was detected in a blob, with those of its structures.
    pub fn settle_detected(&self, bytes: &[u8], detected: Detected) -> Vec<Finding> {
        let Detected { mut findings, marks } = detected;
        findings.extend(self.read_structures(bytes, &marks));
        self.settle(bytes, findings)
    }

    /// The first offset from which a decoding may depend on the byte at `offset`; `offset` itself
    /// if there is none, `None` if it is too far away to be found.
    pub fn decode_start(&self, bytes: &[u8], offset: usize) -> Option<usize> {
        decode::first_entry(bytes, offset)
    }

    /// The first offset after a copy boundary at `offset` from which on no trigger depends on bytes
    /// before the boundary.
    pub fn independent_from(&self, bytes: &[u8], offset: usize) -> usize {
        decode::first_independent(bytes, offset).max(offset + BEFORE + 1)
    }

    /// How many bytes after a finding's end that end may depend on: none, unless its rule says that
    /// secrets continue after the judged part.
    pub fn end_lookahead(&self, finding: &Finding) -> usize {
        let rule = self.rule(finding.rule);
        let long =
            matches!(rule.trigger, Trigger::Kind(_)) && finding.span.len() >= generic::LONG_VALUE;
        if rule.extends.is_some() || long { OVERLAP } else { 0 }
    }

    /// Settles overlaps among one blob's findings, merges pairs and sorts by span.
    pub fn settle(&self, bytes: &[u8], mut findings: Vec<Finding>) -> Vec<Finding> {
        self.pairs.raise_confidence(&mut findings);
        let mut findings = self.pairs.merge(overlap::settle(findings, self.rules()));
        for finding in &mut findings {
            self.add_context_facts(bytes, finding);
        }
        for fact in findings.iter_mut().flat_map(|finding| &mut finding.facts) {
            self.redact_fact(fact);
        }
        let is_reported = |finding: &&Finding| finding.confidence > Confidence::Low;
        findings.iter().filter(is_reported).for_each(|finding| self.confirm(finding));
        findings
    }

    /// Adds the values of the names near a secret that its rule asks for.
    fn add_context_facts(&self, bytes: &[u8], finding: &mut Finding) {
        let Some(pair) = &self.rule(finding.rule).pair else { return };
        let is_rejected = finding.verdict == Verdict::Invalid;
        for (fact, names) in pair.names.iter().filter(|_| !is_rejected) {
            if finding.facts.iter().any(|present| present.name == *fact) {
                continue;
            }
            let found = context_facts::nearest_value(bytes, finding.span, fact, names, pair.within);
            finding.facts.extend(found.as_ref().map(|value| value.fact.clone()));
            finding.related.extend(found);
        }
        finding.facts.sort();
        finding.related.sort_by_key(|value| value.span);
    }

    /// The findings of a whole text with overlaps settled, without merging pairs.
    fn settled_findings(&self, text: &[u8]) -> Vec<Finding> {
        let detected = self.detect(text, std::slice::from_ref(&(0..text.len())));
        overlap::settle(detected.findings, self.rules())
    }

    fn rule(&self, index: usize) -> &Rule {
        &self.rules()[index]
    }
}

/// What one pass adds to.
struct Pass<'p> {
    findings: &'p mut Vec<Finding>,
    /// `None` in a text that is not the blob's own.
    marks: Option<&'p mut Vec<usize>>,
}
