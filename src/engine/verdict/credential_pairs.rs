//! Credential pairs: a secret and its public half nearby are one finding.
//!
//! Each secret gets the nearest of the halves that its rule names, one of each kind, within a
//! limited distance. A half may belong to several secrets and is then not a finding of its own. So
//! a pair depends only on a bounded part of a blob, and is formed over the blob's complete list of
//! findings, however that was computed (point 3 of the contract of locality).

use std::collections::BTreeMap;

use crate::findings::{Fact, Finding, RelatedValue, Span, Verdict};
use crate::rules::{Confidence, LONGEST, Rule, RuleString};

/// Maximum length of a public half in any encoding; longer ones are not considered.
const MAX_HALF: usize = 8 * LONGEST;

/// The distance of a public half from its secret; `None` if more than `within` bytes are between
/// them or the two overlap. The distance of a half after the secret counts double: people write the
/// user before the password, and the next user may follow soon after it.
pub fn distance(secret: Span, half: Span, within: usize) -> Option<usize> {
    let max_before = secret.start.checked_sub(half.end).filter(|gap| *gap <= within);
    let after = half.start.checked_sub(secret.end).filter(|gap| *gap <= within);
    max_before.or(after.map(|gap| 2 * gap))
}

/// The pairs of a catalogue.
pub struct CredentialPairs {
    /// By rule: the other half that it pairs with.
    specs: Vec<Option<PairSpec>>,
    /// By rule: the name of its value if that is public.
    public: Vec<Option<RuleString>>,
}

struct PairSpec {
    /// The public rules of the other half.
    with: Vec<usize>,
    /// Maximum number of bytes between the two.
    within: usize,
}

impl CredentialPairs {
    pub fn new(rules: &[Rule]) -> Self {
        let index = |id: &RuleString| rules.iter().position(|rule| rule.id == *id);
        let specs = rules.iter().map(|rule| {
            let pair = rule.pair.as_ref()?;
            Some(PairSpec {
                with: pair.with.iter().filter_map(index).collect(),
                within: pair.within,
            })
        });
        let public = rules.iter().map(|rule| rule.public.clone());
        CredentialPairs { specs: specs.collect(), public: public.collect() }
    }

    /// Raises the confidence of findings with their other half nearby. Must be called before
    /// overlaps are settled, so that a value that only its other half makes meaningful can prevail
    /// there.
    pub fn raise_confidence(&self, findings: &mut [Finding]) {
        if !findings.iter().any(|finding| self.specs[finding.rule].is_some()) {
            return;
        }
        let mut halves: Vec<Finding> =
            findings.iter().filter(|finding| self.is_public(finding)).cloned().collect();
        halves.sort_by_key(|half| (half.span, half.rule));
        for finding in findings {
            if !self.nearest_halves(finding, &halves).is_empty() {
                finding.confidence = match finding.confidence {
                    Confidence::Low => Confidence::Medium,
                    Confidence::Medium => Confidence::High,
                    high => high,
                };
            }
        }
    }

    /// Adds the other halves to each secret and removes them from the list. `findings` are settled.
    pub fn merge(&self, mut findings: Vec<Finding>) -> Vec<Finding> {
        if !findings.iter().any(|finding| self.specs[finding.rule].is_some()) {
            return findings;
        }
        let halves: Vec<Finding> =
            findings.iter().filter(|finding| self.is_public(finding)).cloned().collect();
        let mut is_taken = vec![false; halves.len()];
        for finding in &mut findings {
            for index in self.nearest_halves(finding, &halves) {
                is_taken[index] = true;
                let half = &halves[index];
                finding.facts.extend(half.facts.iter().cloned());
                if let Some(fact) = self.half_fact(half) {
                    finding.related.push(RelatedValue { fact, span: half.span });
                }
            }
            finding.facts.sort();
            finding.facts.dedup();
        }
        let mut taken = halves.iter().zip(is_taken).filter(|(_, is_taken)| *is_taken).peekable();
        findings.retain(|finding| {
            taken
                .next_if(|(half, _)| half.span == finding.span && half.rule == finding.rule)
                .is_none()
        });
        findings
    }

    fn is_public(&self, finding: &Finding) -> bool {
        self.public[finding.rule].is_some()
    }

    /// The half's value as a fact.
    fn half_fact(&self, half: &Finding) -> Option<Fact> {
        let name = self.public[half.rule].as_ref()?;
        half.facts.iter().find(|fact| fact.name == *name).cloned()
    }

    /// Indices of the nearest halves, one of each name; `halves` are sorted by span. A finding with
    /// an invalid checksum has none.
    fn nearest_halves(&self, finding: &Finding, halves: &[Finding]) -> Vec<usize> {
        let Some(spec) = &self.specs[finding.rule] else { return Vec::new() };
        if finding.verdict == Verdict::Invalid {
            return Vec::new();
        }
        let mut nearest: BTreeMap<&RuleString, (usize, usize)> = BTreeMap::new();
        let earliest = finding.span.start.saturating_sub(spec.within + MAX_HALF);
        let first = halves.partition_point(|half| half.span.start < earliest);
        for (index, half) in halves.iter().enumerate().skip(first) {
            if half.span.start > finding.span.end + spec.within {
                break;
            }
            let Some(distance) = distance(finding.span, half.span, spec.within) else { continue };
            let Some(name) = &self.public[half.rule] else { continue };
            if !spec.with.contains(&half.rule) {
                continue;
            }
            let best = nearest.entry(name).or_insert((distance, index));
            if distance < best.0 {
                *best = (distance, index);
            }
        }
        nearest.into_values().map(|(_, index)| index).collect()
    }
}
