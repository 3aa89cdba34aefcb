//! Credentials: all findings of one secret, with every place it stands in.

use std::collections::{BTreeMap, HashMap};

use bstr::BString;

use super::{
    Encoding, Excerpt, Fact, Finding, Fingerprint, Level, PathKind, Redacted, RelatedLocation,
    Span, Suppression, SuppressionComment, Verdict,
};
use crate::blob::Region;
use crate::rules::{Confidence, Rule};

/// One secret value wherever it stands. The rule is an attribute, not its identity.
#[derive(Clone, Debug)]
pub struct Credential {
    pub fingerprint: Fingerprint,
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    pub redacted: Redacted,
    pub verdict: Verdict,
    pub confidence: Confidence,
    /// What its places tell of it, sorted by name and value.
    pub facts: Vec<Fact>,
    /// Sorted by place, path, region.
    pub occurrences: Vec<Occurrence>,
}

/// A place of a credential. Two lines in one file are two occurrences.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Occurrence {
    /// Below the repository's root, with `/`; `None` where nothing gives the bytes a name.
    pub path: Option<BString>,
    pub region: Region,
    pub span: Span,
    pub encoding: Encoding,
    pub source: OccurrenceSource,
    /// Public halves of the credential that stand beside it here.
    pub related: Vec<RelatedLocation>,
    /// The inline allows that stand by it, by line.
    pub suppression_comments: Vec<SuppressionComment>,
    /// Why it does not fail; `None` until policy says so.
    pub suppression: Option<Suppression>,
    /// Its line, where the task shows lines.
    pub excerpt: Option<Excerpt>,
    /// What comes of it where it is not suppressed.
    pub level: Level,
    /// What its path tells of the file it stands in.
    pub path_kind: PathKind,
}

impl Credential {
    /// The places that are told: those that nothing suppresses.
    pub fn open(&self) -> impl Iterator<Item = &Occurrence> {
        self.occurrences.iter().filter(|occurrence| occurrence.suppression.is_none())
    }

    /// Whether it stands in a place that nothing suppresses.
    pub fn is_open(&self) -> bool {
        self.open().next().is_some()
    }

    /// The places that fail.
    pub fn failing(&self) -> impl Iterator<Item = &Occurrence> {
        self.open().filter(|occurrence| occurrence.level == Level::Error)
    }

    /// Whether it fails: one that is open may warn and no more.
    pub fn fails(&self) -> bool {
        self.failing().next().is_some()
    }

    /// What comes of it: it fails where one of its open places does. `None` where all are
    /// suppressed.
    pub fn level(&self) -> Option<Level> {
        self.open().map(|occurrence| occurrence.level).min()
    }
}

/// In what an occurrence was seen.
#[expect(clippy::large_enum_variant, reason = "where there are many, all are of a history")]
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OccurrenceSource {
    WorkTree,
    Index,
    Stdin,
    /// A history: from the commit that brought it in to the one that took it out.
    History {
        /// Id of the blob, or of the commit or tag whose message it is; hexadecimal.
        blob: String,
        /// `None` where no commit reaches the blob.
        introduced: Option<CommitRef>,
        /// `None` while it is still there at the tip, or where no commit took it out.
        removed: Option<CommitRef>,
        /// The commit that HEAD names still holds the credential at this path.
        at_head: bool,
    },
}

/// The commit that brought an occurrence in or took it out.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct CommitRef {
    /// Author's time as RFC 3339 with the author's offset; sorts first.
    pub date: String,
    /// Hexadecimal.
    pub id: String,
    /// Name and e-mail as the commit has them, lossily as UTF-8.
    pub author: String,
    pub email: String,
    /// First line of the message.
    pub summary: String,
}

/// Groups findings with their occurrences by secret. The result is the same in whatever
/// order they come.
///
/// The most specific of a secret's findings gives the credential its rule, as where two overlap:
/// what is not refused first, then by how far its rule answers for it, verdict, what the rule's
/// trigger tells, confidence, and the lowest rule index. So a token that stands under its
/// provider's name once is that provider's wherever else it stands. It is as sure as the surest
/// finding of that verdict.
pub fn group(
    sightings: impl IntoIterator<Item = (Finding, Occurrence)>,
    rules: &[Rule],
) -> Vec<Credential> {
    let mut by_secret = HashMap::new();
    for (finding, occurrence) in sightings {
        let rule = &rules[finding.rule];
        let standing = (
            (finding.verdict != Verdict::Invalid, finding.authority(rule), finding.verdict),
            (rule.specificity(), finding.confidence, usize::MAX - finding.rule),
        );
        let (highest, surest, credential) =
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
                (standing, BTreeMap::new(), credential)
            });
        let sure: &mut Confidence = surest.entry(finding.verdict).or_insert(finding.confidence);
        *sure = (*sure).max(finding.confidence);
        if standing > *highest {
            *highest = standing;
            credential.rule = finding.rule;
            credential.redacted = finding.redacted;
            credential.verdict = finding.verdict;
        }
        credential.confidence = surest[&credential.verdict];
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
