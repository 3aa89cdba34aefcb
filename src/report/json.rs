//! A report for programs: one entry a credential. The shape is documented in
//! `docs/json.md`; fields are added, never changed.

use std::borrow::Cow;
use std::io::{self, Write};

use bstr::ByteSlice;
use serde::Serialize;

use super::output::{Shown, steer};
use super::{Outcome, Report, Standing, Task};
use crate::blob::Position;
use crate::findings::{
    CommitRef, Credential, Effect, Fact, Occurrence, PartnerPlace, Place, Setting, Suppression,
};
use crate::policy::revision::PendingChange;
use crate::rules::Rule;
use crate::source::Skipped;

/// Writes the report as one JSON object, indented.
pub(super) fn write(report: &Shown, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    steer::json(&document(report, rules), out)
}

#[derive(Serialize)]
struct Document<'r> {
    version: u32,
    tool: &'static str,
    tool_version: &'static str,
    task: &'static str,
    outcome: &'static str,
    credentials: Vec<CredentialEntry<'r>>,
    coverage: CoverageEntry<'r>,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<StandingEntry<'r>>,
}

/// A policy that was taken from a revision.
#[derive(Serialize)]
struct StandingEntry<'r> {
    revision: &'r str,
    commit: &'r str,
    proposals: Vec<ProposalEntry<'r>>,
}

#[derive(Serialize)]
struct ProposalEntry<'r> {
    kind: &'static str,
    path: &'r str,
    line: Option<usize>,
    what: &'r str,
}

#[derive(Serialize)]
struct CredentialEntry<'r> {
    fingerprint: String,
    rule: &'r str,
    name: &'r str,
    provider: &'r str,
    description: &'r str,
    legacy: bool,
    severity: &'static str,
    confidence: &'static str,
    check: &'static str,
    redacted: String,
    suppressed: bool,
    /// `null` where it is suppressed.
    effect: Option<&'static str>,
    facts: Vec<FactEntry<'r>>,
    rotate: &'r str,
    link_checked: &'static str,
    runbook: Vec<&'r str>,
    references: Vec<&'r str>,
    occurrences: Vec<OccurrenceEntry<'r>>,
}

#[derive(Serialize)]
struct FactEntry<'r> {
    fact: &'r str,
    value: &'r str,
}

#[derive(Serialize)]
struct OccurrenceEntry<'r> {
    /// Below the repository's root; bytes that are no UTF-8 as U+FFFD.
    #[serde(skip_serializing_if = "Option::is_none")]
    path: Option<String>,
    start: PositionEntry,
    /// Exclusive.
    end: PositionEntry,
    encoding: String,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    beside: Vec<PartnerEntry<'r>>,
    place: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    effect: Option<&'static str>,
    test_path: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    suppression: Option<SuppressionEntry<'r>>,
    #[serde(flatten)]
    history: Option<HistoryEntry<'r>>,
}

#[derive(Serialize)]
struct SuppressionEntry<'r> {
    kind: &'static str,
    reason: &'r str,
}

/// The public half of a pair.
#[derive(Serialize)]
struct PartnerEntry<'r> {
    #[serde(flatten)]
    fact: FactEntry<'r>,
    start: PositionEntry,
    end: PositionEntry,
}

#[derive(Serialize)]
struct PositionEntry {
    line: usize,
    column: usize,
}

#[derive(Serialize)]
struct HistoryEntry<'r> {
    blob: &'r str,
    introduced: Option<CommitEntry<'r>>,
    removed: Option<CommitEntry<'r>>,
    at_head: bool,
}

#[derive(Serialize)]
struct CommitEntry<'r> {
    id: &'r str,
    date: &'r str,
    author: &'r str,
    email: &'r str,
    summary: &'r str,
}

#[derive(Serialize)]
struct CoverageEntry<'r> {
    blobs: u64,
    messages: u64,
    bytes: u64,
    binary: u64,
    pointers: u64,
    oversized: u64,
    excluded: u64,
    special: u64,
    skipped: Vec<SkippedEntry<'r>>,
    failures: Vec<FailureEntry<'r>>,
    notes: Vec<&'r str>,
}

/// A file or an object that was skipped.
#[derive(Serialize)]
struct SkippedEntry<'r> {
    kind: &'static str,
    name: Cow<'r, str>,
}

#[derive(Serialize)]
struct FailureEntry<'r> {
    what: &'r str,
    why: &'r str,
}

fn document<'r>(report: &'r Report, rules: &'r [Rule]) -> Document<'r> {
    let coverage = &report.coverage;
    Document {
        version: 1,
        tool: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        task: match report.task {
            Task::Scan => "scan",
            Task::Audit => "audit",
            Task::Guard => "guard",
            Task::Range => "range",
        },
        outcome: match report.outcome() {
            Outcome::Clean => "clean",
            Outcome::Found => "found",
            Outcome::Incomplete => "incomplete",
        },
        credentials: report
            .credentials
            .iter()
            .map(|credential| credential_entry(credential, &rules[credential.rule]))
            .collect(),
        coverage: CoverageEntry {
            blobs: coverage.blobs,
            messages: coverage.messages,
            bytes: coverage.bytes,
            binary: coverage.binary,
            pointers: coverage.pointers,
            oversized: coverage.oversized,
            excluded: coverage.excluded,
            special: coverage.special,
            skipped: coverage.skipped.iter().map(skipped_entry).collect(),
            failures: coverage
                .failures
                .iter()
                .map(|failure| FailureEntry { what: &failure.what, why: &failure.why })
                .collect(),
            notes: coverage.notes.iter().map(String::as_str).collect(),
        },
        policy: report.standing.as_ref().map(standing_entry),
    }
}

fn skipped_entry(skipped: &Skipped) -> SkippedEntry<'_> {
    SkippedEntry { kind: skipped.kind.as_str(), name: skipped.name.to_str_lossy() }
}

fn standing_entry(standing: &Standing) -> StandingEntry<'_> {
    let proposals = standing.proposals.iter().map(proposal_entry).collect();
    StandingEntry { revision: &standing.revision, commit: &standing.commit, proposals }
}

fn proposal_entry(proposal: &PendingChange) -> ProposalEntry<'_> {
    let PendingChange { kind, path, line, change: what } = proposal;
    ProposalEntry { kind: kind.as_str(), path, line: *line, what }
}

fn credential_entry<'r>(credential: &'r Credential, rule: &'r Rule) -> CredentialEntry<'r> {
    CredentialEntry {
        fingerprint: credential.fingerprint.to_string(),
        rule: &rule.id,
        name: &rule.name,
        provider: &rule.provider,
        description: &rule.description,
        legacy: rule.legacy,
        severity: rule.severity.as_str(),
        confidence: credential.confidence.as_str(),
        check: credential.verdict.as_str(),
        redacted: credential.redacted.to_string(),
        suppressed: !credential.is_open(),
        effect: credential.effect().map(Effect::as_str),
        facts: credential.facts.iter().map(fact_entry).collect(),
        rotate: &rule.rotate,
        link_checked: rule.link_checked.as_str(),
        runbook: rule.runbook.iter().map(AsRef::as_ref).collect(),
        references: rule.references.iter().map(AsRef::as_ref).collect(),
        occurrences: credential.occurrences.iter().map(occurrence_entry).collect(),
    }
}

fn occurrence_entry(occurrence: &Occurrence) -> OccurrenceEntry<'_> {
    let (place, history) = match &occurrence.place {
        Place::WorkTree => ("worktree", None),
        Place::Index => ("index", None),
        Place::Stdin => ("stdin", None),
        Place::History { blob, introduced, removed, at_head } => {
            let introduced = introduced.as_ref().map(commit_entry);
            let removed = removed.as_ref().map(commit_entry);
            ("history", Some(HistoryEntry { blob, introduced, removed, at_head: *at_head }))
        }
    };
    OccurrenceEntry {
        path: occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned()),
        start: position_entry(occurrence.region.start),
        end: position_entry(occurrence.region.end),
        encoding: occurrence.encoding.to_string(),
        beside: occurrence.partners.iter().map(partner_entry).collect(),
        place,
        effect: occurrence.suppression.is_none().then(|| occurrence.effect.as_str()),
        test_path: occurrence.setting == Setting::Test,
        suppression: occurrence.suppression.as_ref().map(suppression_entry),
        history,
    }
}

fn suppression_entry(suppression: &Suppression) -> SuppressionEntry<'_> {
    SuppressionEntry { kind: suppression.kind.as_str(), reason: &suppression.reason }
}

fn fact_entry(fact: &Fact) -> FactEntry<'_> {
    FactEntry { fact: &fact.name, value: &fact.value }
}

fn partner_entry(partner: &PartnerPlace) -> PartnerEntry<'_> {
    PartnerEntry {
        fact: fact_entry(&partner.fact),
        start: position_entry(partner.region.start),
        end: position_entry(partner.region.end),
    }
}

fn position_entry(position: Position) -> PositionEntry {
    PositionEntry { line: position.line, column: position.column }
}

fn commit_entry(commit: &CommitRef) -> CommitEntry<'_> {
    CommitEntry {
        id: &commit.id,
        date: &commit.date,
        author: &commit.author,
        email: &commit.email,
        summary: &commit.summary,
    }
}
