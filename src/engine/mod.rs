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
use std::sync::OnceLock;
use std::time::SystemTime;

use crate::findings::{
    Credential, Encoding, Fact, Finding, Fingerprint, FingerprintKey, Redacted, Span, Verdict,
};
use crate::rules::catalogue::Catalogue;
use crate::rules::{BEFORE, Confidence, Extension, MARGIN, Rule, Trigger};

pub mod assignment;
mod brands;
mod candidate;
pub mod checks;
pub mod decode;
pub mod examples;
mod extent;
mod facts;
mod fragments;
#[doc(hidden)]
pub mod generic;
mod heads;
mod marks;
mod masks;
mod matcher;
mod names;
mod neighbours;
mod overlap;
mod pairs;
mod prefixes;
mod repeat;
pub mod secrets;
mod triggers;

use assignment::Reader;
use brands::Brands;
use candidate::Candidate;
use decode::Decoded;
pub use facts::all as facts_of;
use generic::Generic;
use masks::is_word;
use matcher::Matcher;
use pairs::Pairs;
use repeat::Yield;
use secrets::{Noted, Scope, Secrets, may_be_our_own};
use triggers::{Hit, Noticed, Triggers};

/// Bytes that parts of a long input share with each neighbour: a body that goes on behind its
/// judged part, the public half that makes a pair with it, another half that could have been
/// nearer, and the reach of a verdict round each.
pub const OVERLAP: usize = extent::LONGEST_BODY + 4 * MARGIN;

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
    pairs: Pairs,
    generic: Generic,
    /// Made when first needed: of most texts no value is likely.
    brands: OnceLock<Brands>,
    key: FingerprintKey,
    noted: Noted,
    /// Seconds since 1970, by which tokens have expired or not.
    now: i64,
    /// Steps of decoding, one within the other.
    depth: usize,
}

impl Engine {
    /// Prepares the catalogue's triggers; a rule's regex is compiled when first needed.
    pub fn new(catalogue: Catalogue, key: FingerprintKey) -> Self {
        let triggers = Triggers::new(catalogue.rules(), catalogue.lexicon());
        let matchers = catalogue.rules().iter().map(|_| Matcher::default()).collect();
        let pairs = Pairs::new(catalogue.rules());
        let generic = Generic::new(&catalogue);
        let brands = OnceLock::new();
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        let now = since.map_or(0, |since| since.as_secs() as i64);
        let depth = decode::DEPTH;
        let noted = Noted::default();
        Engine { catalogue, triggers, matchers, pairs, generic, brands, key, noted, now, depth }
    }

    /// The engine with another clock, in seconds since 1970: the same report at any time.
    #[must_use]
    pub fn at(self, now: i64) -> Self {
        Engine { now, ..self }
    }

    /// The engine that follows at most so many encodings, one within the other; none at all for
    /// 0, and no more than it does by itself.
    #[must_use]
    pub fn decoding(self, depth: usize) -> Self {
        Engine { depth: depth.min(decode::DEPTH), ..self }
    }

    /// The engine that reports a value which only its name gives away from this probability on,
    /// which [`generic::MEDIUM_THRESHOLD`] is by itself.
    #[must_use]
    pub fn likely_from(mut self, probability: f32) -> Self {
        self.generic.set_threshold(probability);
        self
    }

    /// The rules in force; a [`Finding`]'s `rule` is an index into them.
    pub fn rules(&self) -> &[Rule] {
        self.catalogue.rules()
    }

    /// What the fingerprint key is called ([`FingerprintKey::name`]).
    pub fn key_name(&self) -> &str {
        self.key.name()
    }

    /// Judged findings of all triggers and encoded texts that begin in `ranges`, which must
    /// be sorted and apart. Overlaps are not settled yet.
    pub fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Vec<Finding> {
        let look = |text: &[u8], found: &mut Vec<Finding>, inner: &mut dyn FnMut(Decoded)| {
            self.look(text, 0..text.len(), found, &mut |decoded| {
                inner(decoded);
                Yield::Something
            });
        };
        let (mut plain, mut encoded) = (Vec::new(), Vec::new());
        for range in ranges {
            self.look(bytes, range.clone(), &mut plain, &mut |decoded| {
                let known = encoded.len();
                decode::outermost(&decoded, self.depth, &look, &mut encoded);
                Yield::of(encoded.len() > known)
            });
        }
        plain.append(&mut encoded);
        for finding in plain.iter().filter(|finding| finding.encoding != Encoding::PLAIN) {
            self.noted.add(finding.fingerprint, &bytes[finding.span.start..finding.span.end]);
        }
        plain
    }

    /// One pass: what stands in the range as it is, and what is encoded there.
    fn look(
        &self,
        bytes: &[u8],
        range: Range<usize>,
        findings: &mut Vec<Finding>,
        decoded: &mut dyn FnMut(Decoded) -> Yield,
    ) {
        let mut reader = Reader::default();
        self.triggers.each(bytes, range, |noticed| {
            let known = findings.len();
            let mut encoded = Yield::Nothing;
            match noticed {
                Noticed::Hit(hit) => findings.extend(self.finding(bytes, &hit)),
                Noticed::Telling(fragment) => {
                    findings.extend(self.likely(bytes, fragment, &mut reader));
                }
                Noticed::Entry(entry) => decode::at(bytes, entry, &mut |text| {
                    encoded = encoded.or(decoded(text));
                }),
            }
            encoded.or(Yield::of(findings.len() > known))
        });
    }

    /// The judged finding at a trigger. Of a name's value it is asked first whether it is a
    /// text in base64: then that text is the secret, and the same one elsewhere.
    fn finding(&self, bytes: &[u8], hit: &Hit) -> Option<Finding> {
        self.in_encoded_value(bytes, hit).or_else(|| {
            let matcher = &self.matchers[hit.rule];
            let (rule, value) = (self.rule(hit.rule), hit.value.clone());
            let candidate = matcher.candidate(rule, bytes, hit.span.clone(), value)?;
            self.judge(hit.rule, hit.at, bytes, candidate)
        })
    }

    /// The finding of a rule with names where the named value is an encoded text that the
    /// rule accepts. The name stands outside, so that no decoding by itself tells.
    fn in_encoded_value(&self, bytes: &[u8], hit: &Hit) -> Option<Finding> {
        if self.depth == 0 {
            return None;
        }
        let rule = self.rule(hit.rule);
        let value = hit.value.clone()?;
        let (decoded, step) = decode::value(&bytes[value.clone()])?;
        // Written out, it is an assignment like any other.
        let quote = [b"\"", b"'", b"`"].into_iter().find(|quote| !decoded.contains(&quote[0]))?;
        let name = &bytes[hit.span.clone()];
        let text = [name, b"=", quote, &decoded, quote].concat();
        let named = assignment::value_of(&text, 0..name.len())?;
        let candidate =
            self.matchers[hit.rule].candidate(rule, &text, 0..name.len(), Some(named))?;
        let span = Span { start: value.start, end: value.end };
        let finding = self.judge(hit.rule, hit.at, &text, candidate)?;
        Some(Finding { span, encoding: step.into(), ..finding })
    }

    /// The values of the name round a fragment that are taken for secrets by what they look like.
    fn likely(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        reader: &mut Reader,
    ) -> impl Iterator<Item = Finding> {
        let trigger = fragment.start;
        self.generic.candidates(bytes, fragment, reader).into_iter().filter_map(move |likely| {
            let rule = self.rule(likely.rule);
            let (start, judged) = (likely.value.start, likely.value.end);
            let dotted = bytes[start..judged].contains(&b'.');
            let row = if dotted { Extension::Base64UrlDots } else { Extension::Base64 };
            let long = judged - start >= generic::LONG_VALUE;
            let end = if long { extent::end(bytes, judged, row, &[]) } else { judged };
            let secret = &bytes[start..end];
            if checks::is_never(rule, secret) {
                return None;
            }
            let confidence = match likely.confidence {
                _ if self.brands().is_cut(secret) => Confidence::Low,
                confidence => confidence,
            };
            let fingerprint = self.key.of(secret);
            self.note(fingerprint, secret);
            Some(Finding {
                rule: likely.rule,
                trigger,
                span: Span { start, end },
                encoding: Encoding::PLAIN,
                verdict: Verdict::Unchecked,
                confidence,
                redacted: Redacted::new(secret, rule),
                fingerprint,
                facts: Vec::new(),
                partners: Vec::new(),
            })
        })
    }

    /// All settled findings, by span.
    pub fn scan(&self, bytes: &[u8]) -> Vec<Finding> {
        self.scan_core(bytes, 0..bytes.len())
    }

    /// The settled findings that begin in `core`, of bytes beside which there may be more:
    /// with [`OVERLAP`] bytes on either side of it they are those of a scan of the whole.
    pub fn scan_core(&self, bytes: &[u8], core: Range<usize>) -> Vec<Finding> {
        let mut findings = self.scan_near(bytes, core.clone());
        findings.retain(|finding| core.contains(&finding.span.start));
        findings
    }

    /// The findings of [`Engine::scan_core`], with those that begin up to [`OVERLAP`] bytes
    /// beside it: not to be told, but to be known where what stands round others is shown.
    pub fn scan_near(&self, bytes: &[u8], core: Range<usize>) -> Vec<Finding> {
        let near = core.start.saturating_sub(OVERLAP)..bytes.len().min(core.end + OVERLAP);
        self.settle(bytes, self.detect(bytes, &[near]))
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
        let rule = self.rule(finding.rule);
        let long =
            matches!(rule.trigger, Trigger::Kind(_)) && finding.span.len() >= generic::LONG_VALUE;
        if rule.extends.is_some() || long { OVERLAP } else { 0 }
    }

    /// Settles overlaps among one blob's findings, makes one of each pair and sorts them by span.
    pub fn settle(&self, bytes: &[u8], mut findings: Vec<Finding>) -> Vec<Finding> {
        self.pairs.raise(&mut findings);
        let mut findings = self.pairs.join(overlap::settle(findings, self.rules()));
        for finding in &mut findings {
            self.tell_neighbours(bytes, finding);
        }
        for fact in findings.iter_mut().flat_map(|finding| &mut finding.facts) {
            self.redact_fact(fact);
        }
        let is_reported = |finding: &&Finding| finding.confidence > Confidence::Low;
        findings.iter().filter(is_reported).for_each(|finding| self.confirm(finding));
        findings
    }

    /// Adds what stands beside a secret under a name that its rule asks for.
    fn tell_neighbours(&self, bytes: &[u8], finding: &mut Finding) {
        let Some(pair) = &self.rule(finding.rule).pair else { return };
        let refused = finding.verdict == Verdict::Invalid;
        for (fact, names) in pair.names.iter().filter(|_| !refused) {
            if finding.facts.iter().any(|known| known.name == *fact) {
                continue;
            }
            let found = neighbours::nearest(bytes, finding.span, fact, names, pair.within);
            finding.facts.extend(found.as_ref().map(|partner| partner.fact.clone()));
            finding.partners.extend(found);
        }
        finding.facts.sort();
        finding.partners.sort_by_key(|partner| partner.span);
    }

    /// A fact is text of the repository, and what is public in one credential may be the secret
    /// of another: the user of an address, say.
    fn redact_fact(&self, fact: &mut Fact) {
        let is_secret = |finding: &Finding| self.rule(finding.rule).public.is_none();
        let found = self.settled(fact.value.as_bytes()).into_iter().filter(is_secret);
        let shown = shown(fact.value.as_bytes(), found);
        fact.value = String::from_utf8_lossy(&shown).into_owned();
    }

    /// Takes note of a secret, and of what is encoded in it: a value that a name makes a secret
    /// may be taken as it is written.
    fn note(&self, fingerprint: Fingerprint, secret: &[u8]) {
        if !self.noted.add(fingerprint, secret) {
            return;
        }
        if let Some((decoded, _)) = decode::value(secret) {
            self.noted.add(fingerprint, &decoded);
        }
        if memchr::memchr3(b'%', b'\\', b'&', secret).is_some() {
            decode::each(secret, 0..secret.len(), &mut |decoded| {
                self.noted.add(fingerprint, &decoded.bytes);
            });
        }
    }

    /// Makes a finding's secret one that no output shows. One of a low confidence that nobody
    /// sees is none: its value may be any word.
    fn confirm(&self, finding: &Finding) {
        if self.rule(finding.rule).public.is_none() {
            self.noted.confirm(finding.fingerprint, &finding.redacted);
        }
    }

    /// The secrets of all that was scanned so far, and those of the credentials that are
    /// reported although they are unlikely.
    pub fn secrets(&self, reported: &[Credential]) -> Secrets {
        for credential in reported {
            if self.rule(credential.rule).public.is_none() {
                self.noted.confirm(credential.fingerprint, &credential.redacted);
            }
        }
        self.noted.secrets()
    }

    /// Findings of a whole text, each half of a pair by itself.
    fn settled(&self, text: &[u8]) -> Vec<Finding> {
        overlap::settle(self.detect(text, std::slice::from_ref(&(0..text.len()))), self.rules())
    }

    /// `text` with every secret in it replaced by its redacted form: for paths, names and
    /// messages that a report must show.
    pub fn redact(&self, text: &[u8]) -> Vec<u8> {
        shown(text, self.settled(text).into_iter())
    }

    /// [`Engine::redact`] of a text of that kind.
    pub(crate) fn redact_as(&self, text: &[u8], scope: Scope) -> Vec<u8> {
        if scope != Scope::Own {
            return self.redact(text);
        }
        let is_foreign =
            |finding: &Finding| !may_be_our_own(&text[finding.span.start..finding.span.end]);
        shown(text, self.settled(text).into_iter().filter(is_foreign))
    }

    fn brands(&self) -> &Brands {
        self.brands.get_or_init(|| Brands::new(self.rules()))
    }

    fn rule(&self, index: usize) -> &Rule {
        &self.rules()[index]
    }

    /// The checks decide on the judged part; how far the secret goes on behind it is found
    /// afterwards and is no part of the verdict. The whole may lower the confidence.
    fn judge(
        &self,
        index: usize,
        trigger: usize,
        bytes: &[u8],
        candidate: Candidate<'_>,
    ) -> Option<Finding> {
        let rule = self.rule(index);
        let judgement = checks::judge(rule, self.catalogue.lexicon(), candidate.secret)?;
        let goes_on = bytes.get(candidate.span.end).is_some_and(|&b| is_word(b));
        if judgement.verdict == Verdict::Invalid && goes_on {
            return None;
        }
        let end = match rule.extends {
            Some(extension) => extent::end(bytes, candidate.span.end, extension, rule.anchors()),
            None => candidate.span.end,
        };
        let span = Span { start: candidate.span.start, end };
        let secret = &bytes[span.start..span.end];
        let confidence = checks::lowered::confidence(rule, secret, self.now, judgement.confidence);
        let fingerprint = self.key.of(&extent::identity(secret, rule.extends));
        self.note(fingerprint, secret);
        Some(Finding {
            rule: index,
            trigger,
            span,
            encoding: Encoding::PLAIN,
            verdict: judgement.verdict,
            confidence,
            redacted: Redacted::new(secret, rule),
            fingerprint,
            facts: facts::of(rule, secret, bytes, &candidate.facts),
            partners: Vec::new(),
        })
    }
}

/// `text` with the redacted form of each finding in its place.
fn shown(text: &[u8], findings: impl Iterator<Item = Finding>) -> Vec<u8> {
    let mut shown = Vec::with_capacity(text.len());
    let mut done = 0;
    for finding in findings {
        shown.extend_from_slice(&text[done..finding.span.start]);
        shown.extend_from_slice(finding.redacted.to_string().as_bytes());
        done = finding.span.end;
    }
    shown.extend_from_slice(&text[done..]);
    shown
}
