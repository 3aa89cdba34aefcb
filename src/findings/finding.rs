//! A judged candidate in one blob.

use super::{Encoding, Fact, Fingerprint, Redacted, RelatedLocation, RelatedValue};
use crate::blob::Region;
use crate::rules::{Confidence, Rule, Trigger};

/// A judged candidate: which rule, where in the blob, how sure. Holds no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    /// Where the trigger begins that led to it, or the run or chain that it is encoded in. A
    /// scan of ranges finds what is triggered in one of them; within the engine's reach of this
    /// byte lies all that the verdict saw, but for what is encoded (see `engine::decode`).
    pub trigger: usize,
    /// In the blob's own bytes: where the secret is encoded, the characters that encode it.
    pub span: Span,
    pub encoding: Encoding,
    pub verdict: Verdict,
    pub confidence: Confidence,
    pub redacted: Redacted,
    pub fingerprint: Fingerprint,
    /// Sorted by name and value.
    pub facts: Vec<Fact>,
    /// Public halves that stand beside the secret; told once a blob's findings are settled.
    pub related: Vec<RelatedValue>,
}

impl Finding {
    /// How far the rule that found it answers for it, from 0: a provider's that holds it for
    /// unlikely, one that asks for no form, a provider's that knows it or refuses it. What a
    /// provider's rule says is no valid token is none of an unknown form either; only what that
    /// rule itself holds for unlikely may be something else.
    pub fn authority(&self, rule: &Rule) -> u8 {
        match rule.trigger {
            Trigger::Kind(_) => 1,
            _ if self.verdict != Verdict::Unchecked => 2,
            _ if self.confidence > Confidence::Low => 2,
            _ => 0,
        }
    }

    /// The public halves in their places, which `region` tells of a span.
    pub fn related_locations(&self, region: impl Fn(Span) -> Region) -> Vec<RelatedLocation> {
        let source = |partner: &RelatedValue| RelatedLocation {
            region: region(partner.span),
            fact: partner.fact.clone(),
        };
        self.related.iter().map(source).collect()
    }
}

/// Bytes `start..end` of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    pub start: usize,
    pub end: usize,
}

impl Span {
    pub fn len(&self) -> usize {
        self.end - self.start
    }

    pub fn is_empty(&self) -> bool {
        self.end == self.start
    }

    pub fn overlaps(&self, other: &Span) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// What the offline checks said of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// The rule has a checksum and it does not hold.
    Invalid,
    /// The rule has no check beyond its shape.
    Unchecked,
    /// The secret's inner structure is right.
    Structural,
    /// The checksum holds.
    Valid,
}

impl Verdict {
    pub fn as_str(self) -> &'static str {
        match self {
            Verdict::Invalid => "invalid",
            Verdict::Unchecked => "unchecked",
            Verdict::Structural => "structural",
            Verdict::Valid => "valid",
        }
    }
}
