//! Pairs: a secret and the public half that stands beside it are one finding.
//!
//! A secret chooses, of the halves that its rule names and that stand near enough, the nearest
//! of each kind; a half may serve several secrets, and is no finding of its own then. So a pair
//! depends on a bounded stretch of a blob and on nothing else, and is formed over the blob's
//! whole list, whichever way that came about (point 3 of the contract of locality).

use std::collections::BTreeMap;

use crate::findings::{Fact, Finding, RelatedValue, Span, Verdict};
use crate::rules::{Confidence, LONGEST, Rule, RuleString};

/// Bytes of a public half at most, however it is encoded; longer ones are not looked for.
const MAX_HALF: usize = 8 * LONGEST;

/// How far a public half is from its secret; `None` where more than `within` bytes stand between
/// them, or the two overlap. What stands behind counts double: people write the user first and
/// the password then, and behind a password the next user may follow soon.
pub fn distance(secret: Span, half: Span, within: usize) -> Option<usize> {
    let max_before = secret.start.checked_sub(half.end).filter(|gap| *gap <= within);
    let behind = half.start.checked_sub(secret.end).filter(|gap| *gap <= within);
    max_before.or(behind.map(|gap| 2 * gap))
}

/// The pairs of a catalogue.
pub struct CredentialPairs {
    /// By rule: what makes a pair with it.
    specs: Vec<Option<PairSpec>>,
    /// By rule: what its value is called, where that is public.
    public: Vec<Option<RuleString>>,
}

struct PairSpec {
    /// Rules of the other half.
    with: Vec<usize>,
    /// Bytes between the two, at most.
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

    /// Makes surer what has its other half beside it. Comes before overlaps are settled, so that
    /// a value that only its other half gives a meaning can hold its own there.
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

    /// Tells each secret its other halves and takes these off the list. `findings` are settled.
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

    /// Of a half the fact that it is.
    fn half_fact(&self, half: &Finding) -> Option<Fact> {
        let name = self.public[half.rule].as_ref()?;
        half.facts.iter().find(|fact| fact.name == *name).cloned()
    }

    /// Places of the nearest halves, one of each name; `halves` are sorted by span. What a
    /// checksum has refused is no secret and has none.
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
