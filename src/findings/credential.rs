//! Credentials: all findings of one secret, with every occurrence.

use std::collections::{BTreeMap, HashMap};

use bstr::BString;

use super::{
    Encoding, Excerpt, Fact, Finding, Fingerprint, Level, LocalKind, PathKind, Redacted,
    RelatedLocation, Span, Suppression, SuppressionComment, Verdict,
};
use crate::blob::{ObjectPart, Region};
use crate::rules::{Confidence, Rule};

/// One secret value with all its occurrences. The rule is an attribute, not part of the identity.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Credential {
    pub fingerprint: Fingerprint,
    /// Index of the rule in the engine's catalogue.
    #[doc(hidden)]
    pub rule: usize,
    pub redacted: Redacted,
    pub verdict: Verdict,
    pub confidence: Confidence,
    /// The facts of all occurrences, sorted by name and value.
    pub facts: Vec<Fact>,
    /// Sorted by path, region, source.
    pub occurrences: Vec<Occurrence>,
}

/// Where a credential was found. Two lines in one file are two occurrences.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Occurrence {
    /// Relative to the repository's root, with `/`; `None` if the bytes have no path.
    pub path: Option<BString>,
    /// What of the file or object contains it.
    pub part: ObjectPart,
    pub region: Region,
    #[doc(hidden)]
    pub span: Span,
    #[doc(hidden)]
    pub encoding: Encoding,
    pub source: OccurrenceSource,
    /// Public halves of the credential found next to it here.
    #[doc(hidden)]
    pub related: Vec<RelatedLocation>,
    /// The suppression comments on its lines and next to them, by line.
    #[doc(hidden)]
    pub suppression_comments: Vec<SuppressionComment>,
    /// Why it is suppressed; set by policy.
    pub suppression: Option<Suppression>,
    /// Its line, if the task shows lines.
    pub excerpt: Option<Excerpt>,
    /// Whether it fails or only warns, unless it is suppressed.
    pub level: Level,
    /// The kind of file, judged by its path.
    #[doc(hidden)]
    pub path_kind: PathKind,
}

impl Occurrence {
    /// Whether it exists only in this clone, in a file that git keeps beside its objects.
    pub fn is_local(&self) -> bool {
        matches!(self.source, OccurrenceSource::Local { .. })
    }
}

impl Credential {
    /// The occurrences that are reported: those that are not suppressed.
    pub fn open(&self) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(|occurrence| occurrence.suppression.is_none())
    }

    /// Whether any occurrence is not suppressed.
    pub fn is_open(&self) -> bool {
        self.open().next().is_some()
    }

    /// The occurrences that fail the run.
    pub fn failing(&self) -> impl Iterator<Item = &Occurrence> {
        self.open().filter(|occurrence| occurrence.level == Level::Error)
    }

    /// Whether any occurrence fails the run; an open one may only warn.
    pub fn fails(&self) -> bool {
        self.failing().next().is_some()
    }

    /// The highest level of its open occurrences. `None` if all are suppressed.
    pub fn level(&self) -> Option<Level> {
        self.open().map(|occurrence| occurrence.level).min()
    }
}

/// What was scanned when an occurrence was found.
#[expect(clippy::large_enum_variant, reason = "if there are many, all are from a history")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OccurrenceSource {
    WorkTree,
    Index,
    Stdin,
    /// A file of the git directory beside its objects, which exists only in this clone.
    Local {
        kind: LocalKind,
        /// Whether a CI system wrote it there to check the repository out: it expires with the
        /// job, and never fails a run.
        ci_checkout: bool,
    },
    /// A history: from the introducing commit to the removing commit.
    History(HistorySource),
}

/// Where in a history an occurrence is, and how long.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct HistorySource {
    /// Id of the blob, or of the commit or tag whose text it is; hexadecimal.
    pub blob: String,
    /// `None` if no commit reaches the blob, or if it was introduced before the oldest commit of a
    /// shallow clone.
    pub introduced: Option<CommitRef>,
    /// The oldest commit of a shallow clone, which contains it: it was introduced there or earlier.
    pub introduced_by: Option<CommitRef>,
    /// `None` if no commit removed it.
    pub removed: Option<CommitRef>,
    /// Whether the credential is still present at this path in HEAD's commit.
    pub at_head: bool,
    /// What leads to the object if no commit of a branch does: `tag v1.0`, `stash@{1}`,
    /// `ref refs/notes/keys`.
    pub named_by: Option<String>,
}

impl HistorySource {
    /// An object, with nothing else known about it.
    pub(crate) fn of_object(blob: impl Into<String>) -> HistorySource {
        HistorySource { blob: blob.into(), ..HistorySource::default() }
    }

    /// The commit that introduced it or, in a shallow clone, the oldest one that contains it.
    pub fn first_commit(&self) -> Option<&CommitRef> {
        self.introduced.as_ref().or(self.introduced_by.as_ref())
    }
}

/// A commit that introduced or removed an occurrence.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct CommitRef {
    /// Author's time as RFC 3339 with the author's offset; sorts first.
    pub date: String,
    /// Hexadecimal.
    pub id: String,
    /// Name and email as in the commit, converted to UTF-8 lossily.
    pub author: String,
    pub email: String,
    /// First line of the message.
    pub summary: String,
}

/// Groups findings with their occurrences by secret. The order of the input does not matter.
///
/// The credential gets the rule of the secret's most specific finding, chosen as among overlapping
/// findings: a verdict other than invalid first, then by the rule's authority, the verdict, the
/// rule's specificity, confidence, and the lowest rule index. So a token that appears next to its
/// provider's name once belongs to that provider everywhere. The confidence is the highest of the
/// findings with that verdict.
pub fn group(
    found: impl IntoIterator<Item = (Finding, Occurrence)>,
    rules: &[Rule],
) -> Vec<Credential> {
    let mut by_secret = HashMap::new();
    for (finding, occurrence) in found {
        let rule = &rules[finding.rule];
        let rank = (
            (finding.verdict != Verdict::Invalid, finding.authority(rule), finding.verdict),
            (rule.specificity(), finding.confidence, usize::MAX - finding.rule),
        );
        let (best_rank, highest_confidence, credential) =
            by_secret.entry(finding.fingerprint).or_insert_with(|| {
                let credential = Credential {
                    fingerprint: finding.fingerprint,
                    rule: finding.rule,
                    redacted: finding.redacted.clone(),
                    verdict: finding.verdict,
                    confidence: finding.confidence,
                    facts: Vec::new(),
                    occurrences: Vec::new(),
                };
                (rank, BTreeMap::new(), credential)
            });
        let confidence: &mut Confidence =
            highest_confidence.entry(finding.verdict).or_insert(finding.confidence);
        *confidence = (*confidence).max(finding.confidence);
        if rank > *best_rank {
            *best_rank = rank;
            credential.rule = finding.rule;
            credential.redacted = finding.redacted;
            credential.verdict = finding.verdict;
        }
        credential.confidence = highest_confidence[&credential.verdict];
        credential.facts.extend(finding.facts);
        credential.occurrences.push(occurrence);
    }
    let mut credentials: Vec<Credential> =
        by_secret.into_values().map(|(_, _, credential)| credential).collect();
    for credential in &mut credentials {
        credential.facts.sort();
        credential.facts.dedup();
        credential.occurrences.sort();
        credential.occurrences.dedup();
    }
    credentials
        .sort_by(|a, b| a.occurrences.cmp(&b.occurrences).then(a.fingerprint.cmp(&b.fingerprint)));
    credentials
}
