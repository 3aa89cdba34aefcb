//! The judge: turns an event of the prefilter into a finding, or discards it.

use std::ops::Range;
use std::sync::{Arc, OnceLock};
use std::time::SystemTime;

use super::candidate::Candidate;
use super::matcher::Matcher;
use super::vendor_prefixes::VendorPrefixes;
use super::{facts, secret_end};
use crate::engine::generic::{self, Generic};
use crate::engine::prefilter::RuleHit;
use crate::engine::secrets::SeenSecrets;
use crate::engine::structure::assignment::{self, AssignmentReader};
use crate::engine::{checks, decode};
use crate::findings::{Encoding, Finding, Fingerprint, FingerprintKey, Redacted, Span, Verdict};
use crate::rules::catalogue::Catalogue;
use crate::rules::lexicon::Lexicon;
use crate::rules::{Confidence, Rule, TailRule, is_word_byte};

/// Everything that a verdict depends on besides the bytes: the rules, the fingerprint key and the
/// clock.
pub struct Judge {
    catalogue: Catalogue,
    pub key: FingerprintKey,
    /// The time that decides whether tokens have expired, in seconds since 1970.
    pub now: i64,
    /// Whether the values of names are decoded.
    pub decodes_values: bool,
    pub generic: Generic,
    matchers: Vec<Matcher>,
    /// Computed when first needed: most texts have no heuristic candidates.
    vendor_prefixes: OnceLock<VendorPrefixes>,
    pub seen: SeenSecrets,
}

impl Judge {
    pub fn new(catalogue: Catalogue, key: FingerprintKey) -> Self {
        let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH);
        Judge {
            matchers: catalogue.rules().iter().map(|_| Matcher::default()).collect(),
            generic: Generic::new(&catalogue),
            vendor_prefixes: OnceLock::new(),
            now: since.map_or(0, |since| since.as_secs() as i64),
            decodes_values: true,
            seen: SeenSecrets::default(),
            catalogue,
            key,
        }
    }

    pub fn lexicon(&self) -> &Lexicon {
        self.catalogue.lexicon()
    }

    pub fn rules(&self) -> &[Rule] {
        self.catalogue.rules()
    }

    pub fn shared_rules(&self) -> Arc<Vec<Rule>> {
        self.catalogue.shared_rules()
    }

    /// The judged finding at a hit. A name's value is checked for base64 of text first: then that
    /// text is the secret, and the same credential elsewhere.
    pub fn judge_hit(&self, bytes: &[u8], hit: &RuleHit) -> Option<Finding> {
        self.judge_encoded_value(bytes, hit).or_else(|| {
            let matcher = &self.matchers[hit.rule];
            let (rule, value) = (self.rule(hit.rule), hit.value.clone());
            let candidate = matcher.candidate(rule, bytes, hit.span.clone(), value)?;
            self.judge(hit.rule, hit.offset, bytes, candidate)
        })
    }

    /// The finding of a rule with names if the value is an encoded text that the rule accepts. The
    /// name is outside the encoded text, so that decoding alone would not find it.
    fn judge_encoded_value(&self, bytes: &[u8], hit: &RuleHit) -> Option<Finding> {
        if !self.decodes_values {
            return None;
        }
        let rule = self.rule(hit.rule);
        let value = hit.value.clone()?;
        let (decoded, step) = decode::decode_value(&bytes[value.clone()])?;
        // The decoded value is matched in an assignment of its own.
        let quote = [b"\"", b"'", b"`"].into_iter().find(|quote| !decoded.contains(&quote[0]))?;
        let name = &bytes[hit.span.clone()];
        let text = [name, b"=", quote, &decoded, quote].concat();
        let decoded_value = assignment::value_of(&text, 0..name.len())?;
        let matcher = &self.matchers[hit.rule];
        let candidate = matcher.candidate(rule, &text, 0..name.len(), Some(decoded_value))?;
        let span = Span { start: value.start, end: value.end };
        let finding = self.judge(hit.rule, hit.offset, &text, candidate)?;
        Some(Finding { span, encoding: step.into(), ..finding })
    }

    /// The checks decide on the judged part; how far the secret continues after it is computed
    /// afterwards and is not part of the verdict. The complete secret may lower the confidence.
    fn judge(
        &self,
        index: usize,
        trigger: usize,
        bytes: &[u8],
        candidate: Candidate<'_>,
    ) -> Option<Finding> {
        let rule = self.rule(index);
        let judgement = checks::judge(rule, self.catalogue.lexicon(), candidate.secret)?;
        let continues = bytes.get(candidate.span.end).is_some_and(|&b| is_word_byte(b));
        if judgement.verdict == Verdict::Invalid && continues {
            return None;
        }
        let judged_end = candidate.span.end;
        let end = match rule.extends {
            Some(tail_rule) => secret_end::secret_end(bytes, judged_end, tail_rule, rule.anchors()),
            None => judged_end,
        };
        let span = Span { start: candidate.span.start, end };
        let secret = &bytes[span.start..span.end];
        let confidence = checks::lowered::confidence(rule, secret, self.now, judgement.confidence);
        let fingerprint = self.key.fingerprint(&secret_end::identity(secret, rule.extends));
        self.remember(fingerprint, secret);
        Some(Finding {
            rule: index,
            trigger,
            span,
            encoding: Encoding::PLAIN,
            verdict: judgement.verdict,
            confidence,
            redacted: Redacted::new(secret, rule),
            fingerprint,
            facts: facts::match_facts(rule, secret, bytes, &candidate.facts),
            related: Vec::new(),
        })
    }

    /// The findings of rules for kinds of names: values of the name around a keyword's fragment
    /// that look like secrets.
    pub fn judge_keyword(
        &self,
        bytes: &[u8],
        fragment: Range<usize>,
        reader: &mut AssignmentReader,
    ) -> impl Iterator<Item = Finding> {
        let trigger = fragment.start;
        self.generic.candidates(bytes, fragment, reader).into_iter().filter_map(move |candidate| {
            let (start, judged_end) = (candidate.value.start, candidate.value.end);
            let has_dots = bytes[start..judged_end].contains(&b'.');
            let tail_rule = if has_dots { TailRule::Base64UrlDots } else { TailRule::Base64 };
            let is_long = judged_end - start >= generic::LONG_VALUE;
            let end = match is_long {
                true => secret_end::secret_end(bytes, judged_end, tail_rule, &[]),
                false => judged_end,
            };
            let confidence = match candidate.confidence {
                _ if self.vendor_prefixes().is_truncated(&bytes[start..end]) => Confidence::Low,
                confidence => confidence,
            };
            self.found_whole(candidate.rule, trigger, bytes, Span { start, end }, confidence)
        })
    }

    /// A finding that is the whole span, as its name or a reader of a structure has judged.
    pub fn found_whole(
        &self,
        index: usize,
        trigger: usize,
        bytes: &[u8],
        span: Span,
        confidence: Confidence,
    ) -> Option<Finding> {
        let rule = self.rule(index);
        let secret = &bytes[span.start..span.end];
        if checks::is_never(rule, secret) {
            return None;
        }
        let fingerprint = self.key.fingerprint(secret);
        self.remember(fingerprint, secret);
        Some(Finding {
            rule: index,
            trigger,
            span,
            encoding: Encoding::PLAIN,
            verdict: Verdict::Unchecked,
            confidence,
            redacted: Redacted::new(secret, rule),
            fingerprint,
            facts: Vec::new(),
            related: Vec::new(),
        })
    }

    /// Remembers a secret, and what is encoded in it, so that no output shows either: a value that
    /// was found by its name may be reported as it is written.
    fn remember(&self, fingerprint: Fingerprint, secret: &[u8]) {
        if !self.seen.add(fingerprint, secret) {
            return;
        }
        if let Some((decoded, _)) = decode::decode_value(secret) {
            self.seen.add(fingerprint, &decoded);
        }
        if memchr::memchr3(b'%', b'\\', b'&', secret).is_some() {
            decode::decode_range(secret, 0..secret.len(), &mut |decoded| {
                self.seen.add(fingerprint, &decoded.bytes);
            });
        }
    }

    fn vendor_prefixes(&self) -> &VendorPrefixes {
        self.vendor_prefixes.get_or_init(|| VendorPrefixes::new(self.rules()))
    }

    fn rule(&self, index: usize) -> &Rule {
        &self.rules()[index]
    }
}
