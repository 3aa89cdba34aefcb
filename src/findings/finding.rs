//! A judged candidate in one blob.

use super::{Encoding, Fact, Fingerprint, Redacted, RelatedLocation, RelatedValue};
use crate::blob::Region;
use crate::rules::{Confidence, Rule, Trigger};

/// A judged candidate: its rule, span, verdict and confidence. Contains no secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    /// Offset of the trigger that led to it, or of the run or escape chain that encodes it. A scan
    /// of ranges finds what is triggered in one of them. The verdict depends only on bytes within
    /// the engine's reach of this offset, except for encoded secrets (see `engine::decode`).
    pub trigger: usize,
    /// In the blob's own bytes; of an encoded secret, the characters that encode it.
    pub span: Span,
    pub encoding: Encoding,
    pub verdict: Verdict,
    pub confidence: Confidence,
    pub redacted: Redacted,
    pub fingerprint: Fingerprint,
    /// Sorted by name and value.
    pub facts: Vec<Fact>,
    /// Public halves next to the secret; set when a blob's findings are settled.
    pub related: Vec<RelatedValue>,
}

impl Finding {
    /// How authoritative its rule is for it. 0: a provider's rule with low confidence; 1: a rule
    /// for a kind of names, which knows no format; 2: a provider's rule that recognizes or rejects
    /// it. What a provider's rule rejects as an invalid token is not a password of unknown format
    /// either; only a match of low confidence may be something else.
    pub fn authority(&self, rule: &Rule) -> u8 {
        match rule.trigger {
            Trigger::Kind(_) => 1,
            _ if self.verdict != Verdict::Unchecked => 2,
            _ if self.confidence > Confidence::Low => 2,
            _ => 0,
        }
    }

    /// The public halves with their positions, computed by `region`.
    pub fn related_locations(&self, region: impl Fn(Span) -> Region) -> Vec<RelatedLocation> {
        let location = |value: &RelatedValue| RelatedLocation {
            region: region(value.span),
            fact: value.fact.clone(),
        };
        self.related.iter().map(location).collect()
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

/// The result of the offline checks of a candidate.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum Verdict {
    /// The checksum is invalid.
    Invalid,
    /// The rule has no checksum and no structure check.
    Unchecked,
    /// The secret's inner structure is valid.
    Structural,
    /// The checksum is valid.
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
