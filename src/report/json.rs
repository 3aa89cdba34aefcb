//! A report for programs: one entry per credential. `docs/json.md` describes it and
//! `docs/report.schema.json` is its JSON Schema, generated from the types here: their comments
//! are its descriptions. Fields may be added; the existing ones keep their names and meaning.

use std::borrow::Cow;
use std::io::{self, Write};

use bstr::ByteSlice;
use schemars::JsonSchema;
use schemars::generate::SchemaSettings;
use serde::Serialize;

use super::output::{Shown, escape};
use super::{Outcome, PolicyRevision, Report, Task};
use crate::blob::{ObjectPart, Position};
use crate::findings::{
    CommitRef, Credential, Fact, Level, Occurrence, OccurrenceSource, PathKind, RelatedLocation,
    Suppression,
};
use crate::policy::revision::PendingChange;
use crate::rules::Rule;
use crate::source::Skipped;

/// Writes the report as one JSON object, indented.
pub(super) fn write(report: &Shown, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    escape::json(&document(report, rules), out)
}

/// The JSON Schema of the report, indented.
pub fn schema() -> serde_json::Result<String> {
    let generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let schema = generator.into_root_schema_for::<Document<'static>>();
    Ok(serde_json::to_string_pretty(&schema)? + "\n")
}

/// A report of `keysieve --format json`. New fields and values may be added: ignore those you do
/// not know. No field contains a secret.
#[derive(Serialize, JsonSchema)]
#[schemars(title = "keysieve JSON report")]
struct Document<'r> {
    /// Version of this format: 1. It changes when a field is removed, renamed or changes its
    /// meaning.
    #[schemars(extend("const" = 1))]
    version: u32,
    /// The program that wrote the report: `keysieve`.
    tool: &'static str,
    /// Version of that program.
    tool_version: &'static str,
    task: TaskName,
    outcome: OutcomeName,
    /// One entry per secret value, sorted by its first occurrence.
    credentials: Vec<CredentialEntry<'r>>,
    coverage: CoverageEntry<'r>,
    /// The revision that the repository's policy was taken from; only with `--policy-from`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "PolicyEntry<'r>")]
    policy: Option<PolicyEntry<'r>>,
}

/// What was scanned.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum TaskName {
    /// Files of a working tree, or standard input.
    Scan,
    /// A whole history.
    Audit,
    /// What the next commit adds.
    Staged,
    /// What a range of commits adds.
    Range,
}

/// Result of the run; it decides the exit code.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum OutcomeName {
    /// No credential fails the run; there may be warnings. Exit code 0.
    Clean,
    /// At least one credential fails the run. Exit code 1.
    Found,
    /// Something could not be scanned, whether or not credentials were found. Exit code 2.
    Incomplete,
}

/// The revision that the repository's policy was taken from.
#[derive(Serialize, JsonSchema)]
struct PolicyEntry<'r> {
    /// The revision as given on the command line.
    revision: &'r str,
    /// Id of the commit that it names.
    commit: &'r str,
    /// Changes to the policy that are not part of that revision and are ignored until they are.
    pending: Vec<PendingEntry<'r>>,
}

/// A change to the policy that is ignored until it is part of the revision.
#[derive(Serialize, JsonSchema)]
struct PendingEntry<'r> {
    /// What would change: the configuration, the baseline, or a suppression comment.
    #[schemars(extend("enum" = ["config", "baseline", "inline"]))]
    kind: &'static str,
    /// File that contains the change, relative to the repository's root.
    path: &'r str,
    /// Line, from 1; `null` if the change has none.
    line: Option<usize>,
    /// The change, in words.
    change: &'r str,
}

/// One secret value, in all its locations.
#[derive(Serialize, JsonSchema)]
struct CredentialEntry<'r> {
    /// Identifies the secret in every report and baseline made with the same
    /// `KEYSIEVE_FINGERPRINT_KEY`.
    #[schemars(extend("pattern" = "^[0-9a-f]{10}$"))]
    fingerprint: String,
    /// Id of the rule, as used by `keysieve rules show`.
    rule: &'r str,
    /// What kind of credential it is.
    name: &'r str,
    /// Who issues it.
    provider: &'r str,
    /// What it grants access to.
    description: &'r str,
    /// The provider no longer issues this format; existing credentials may still work.
    legacy: bool,
    /// How much harm it can do.
    #[schemars(extend("enum" = ["low", "medium", "high", "critical"]))]
    severity: &'static str,
    /// How likely the finding is a real credential.
    #[schemars(extend("enum" = ["low", "medium", "high", "certain"]))]
    confidence: &'static str,
    /// Result of the offline checks: `valid` (checksum valid), `structural` (its inner structure
    /// is correct), `unchecked` (its format has neither), `invalid` (checksum invalid).
    #[schemars(extend("enum" = ["valid", "structural", "unchecked", "invalid"]))]
    validation: &'static str,
    /// The secret's public prefix, if any, and a fixed mask.
    redacted: String,
    /// All of its occurrences are suppressed.
    suppressed: bool,
    /// `error` if one of its occurrences is an error, `warning` if none is, `null` if it is
    /// suppressed.
    level: Option<LevelName>,
    /// Public details that help to find the credential at its provider.
    facts: Vec<FactEntry<'r>>,
    /// Page where it is rotated.
    rotate: &'r str,
    /// How the link in `rotate` was checked: `seen` (the page itself, or other sites' links to
    /// exactly this page), `host` (other pages of the same host), `memory` (neither).
    #[schemars(extend("enum" = ["seen", "host", "memory"]))]
    link_checked: &'static str,
    /// Rotation steps, in order.
    runbook: Vec<&'r str>,
    /// Pages about the credential.
    references: Vec<&'r str>,
    /// Where it appears, sorted.
    occurrences: Vec<OccurrenceEntry<'r>>,
}

/// Whether a finding fails the run.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum LevelName {
    /// It fails the run and blocks the commit or push.
    Error,
    /// It is reported and does not change the exit code.
    Warning,
}

/// A public detail of a credential, such as the account that it belongs to.
#[derive(Serialize, JsonSchema)]
struct FactEntry<'r> {
    /// What the value is, such as `account` or `key_id`.
    fact: &'r str,
    value: &'r str,
}

/// One location of a credential. In a history it covers the time from the commit that introduced
/// it to the commit that removed it.
#[derive(Serialize, JsonSchema)]
struct OccurrenceEntry<'r> {
    /// Relative to the repository's root, with `/`; bytes that are not UTF-8 become U+FFFD.
    /// Absent if there is no path, as for standard input.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "String")]
    path: Option<String>,
    /// What of the file or object contains it. Absent if it is the content of a file.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "&'r str", extend("enum" = [
        "pointed-content", "message", "header", "identity", "file-name", "ref-name"
    ]))]
    part: Option<&'static str>,
    /// First character of the secret.
    start: PositionEntry,
    /// The position after its last character.
    end: PositionEntry,
    /// How the secret is encoded here: `plain`, or its encodings, innermost first.
    encoding: String,
    /// Public halves of the credential nearby, such as the key id of a secret key. Absent if
    /// there are none.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    related: Vec<RelatedEntry<'r>>,
    source: SourceName,
    /// Absent if the occurrence is suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "LevelName")]
    level: Option<LevelName>,
    /// Its path is a test, fixture, example or documentation path.
    test_path: bool,
    /// Why the occurrence is neither an error nor a warning. Absent if it is not suppressed.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "SuppressionEntry<'r>")]
    suppression: Option<SuppressionEntry<'r>>,
    #[serde(flatten)]
    local: Option<LocalEntry>,
    #[serde(flatten)]
    history: Option<HistoryEntry<'r>>,
}

/// Where the scanned bytes came from.
#[derive(Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
enum SourceName {
    /// A file of the working tree.
    Worktree,
    /// The git index: what the next commit contains.
    Index,
    /// Standard input.
    Stdin,
    /// A file of the git directory beside its objects, which exists only in this clone; `kind` and
    /// `ci_checkout` are present.
    Local,
    /// An object of the history; `blob`, `introduced`, `removed` and `at_head` are present.
    History,
}

/// Why an occurrence is neither an error nor a warning.
#[derive(Serialize, JsonSchema)]
struct SuppressionEntry<'r> {
    /// `inSource`: a suppression comment; `external`: the baseline.
    #[schemars(extend("enum" = ["inSource", "external"]))]
    kind: &'static str,
    /// The reason given there.
    reason: &'r str,
}

/// A public half of the credential near the secret.
#[derive(Serialize, JsonSchema)]
struct RelatedEntry<'r> {
    #[serde(flatten)]
    fact: FactEntry<'r>,
    /// Its first character.
    start: PositionEntry,
    /// The position after its last character.
    end: PositionEntry,
}

/// A position in a file.
#[derive(Serialize, JsonSchema)]
struct PositionEntry {
    /// From 1.
    line: usize,
    /// From 1, in Unicode code points.
    column: usize,
}

#[derive(Serialize, JsonSchema)]
struct LocalEntry {
    /// What the file is, by its place. Only with `source` `local`, like the next.
    #[schemars(extend("enum" = [
        "config", "message", "reflog", "rebase", "rerere", "hook", "fetch-head", "refs", "lfs",
        "annex", "jj", "other"
    ]))]
    kind: &'static str,
    /// A CI system wrote it to check the repository out; it expires with the job and is a warning.
    ci_checkout: bool,
}

#[derive(Serialize, JsonSchema)]
struct HistoryEntry<'r> {
    /// Id of the object that contains the secret: a blob, or the commit or tag whose message or
    /// header does. Only with `source` `history`, like the following fields.
    blob: &'r str,
    /// The commit that introduced it; `null` if the object is not on any branch, or if it was
    /// introduced before the oldest commit of a shallow clone.
    introduced: Option<CommitEntry<'r>>,
    /// The oldest commit of a shallow clone that contains it: it was introduced there or earlier.
    /// Absent if `introduced` is known.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "CommitEntry<'r>")]
    introduced_by: Option<CommitEntry<'r>>,
    /// The commit that removed it; `null` if none did.
    removed: Option<CommitEntry<'r>>,
    /// It is still present at this path in the commit that HEAD names.
    at_head: bool,
    /// What leads to the object if no branch does: `tag v1.0`, `stash@{1}`, `ref refs/notes/keys`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schemars(with = "&'r str")]
    named_by: Option<&'r str>,
}

/// A commit.
#[derive(Serialize, JsonSchema)]
struct CommitEntry<'r> {
    id: &'r str,
    /// The author's date, RFC 3339.
    date: &'r str,
    author: &'r str,
    email: &'r str,
    /// First line of the message.
    summary: &'r str,
}

/// What was scanned, what was skipped and what could not be scanned.
#[derive(Serialize, JsonSchema)]
struct CoverageEntry<'r> {
    /// Text blobs that were scanned.
    blobs: u64,
    /// Commit and tag messages that were scanned.
    messages: u64,
    /// Files of the git directory, beside its objects, that were scanned (audit); not part of
    /// `blobs` and `bytes`.
    local: u64,
    /// Size of the scanned text in bytes.
    bytes: u64,
    /// Blobs that were skipped because they are not text.
    binary: u64,
    /// Git LFS and git-annex pointer files whose content is not on this machine: the pointer was
    /// scanned, the content was not.
    pointers: u64,
    /// Blobs that were skipped because they exceed a size limit.
    oversized: u64,
    /// Files that were skipped because their paths are excluded, or by `--skip-local`.
    excluded: u64,
    /// Entries without content of their own: symbolic links, submodules, devices.
    special: u64,
    /// The skipped files and objects by name.
    skipped: Vec<SkippedEntry<'r>>,
    /// What could not be scanned. One entry makes the outcome `incomplete`.
    failures: Vec<FailureEntry<'r>>,
    /// What a reader should know, such as that the clone is shallow.
    notes: Vec<&'r str>,
}

/// A file or an object that was skipped.
#[derive(Serialize, JsonSchema)]
struct SkippedEntry<'r> {
    #[schemars(extend("enum" = ["binary", "pointer", "oversized", "excluded"]))]
    kind: &'static str,
    /// Its path or, in an audit, the id of the object.
    name: Cow<'r, str>,
}

/// A file or an object that could not be scanned.
#[derive(Serialize, JsonSchema)]
struct FailureEntry<'r> {
    /// What could not be scanned.
    name: &'r str,
    /// What went wrong and what to do.
    reason: &'r str,
}

fn document<'r>(report: &'r Report, rules: &'r [Rule]) -> Document<'r> {
    let coverage = &report.coverage;
    Document {
        version: 1,
        tool: env!("CARGO_PKG_NAME"),
        tool_version: env!("CARGO_PKG_VERSION"),
        task: match report.task {
            Task::Scan => TaskName::Scan,
            Task::Audit => TaskName::Audit,
            Task::Staged => TaskName::Staged,
            Task::Range => TaskName::Range,
        },
        outcome: match report.outcome() {
            Outcome::Clean => OutcomeName::Clean,
            Outcome::Found => OutcomeName::Found,
            Outcome::Incomplete => OutcomeName::Incomplete,
        },
        credentials: report
            .credentials
            .iter()
            .map(|credential| credential_entry(credential, &rules[credential.rule]))
            .collect(),
        coverage: CoverageEntry {
            blobs: coverage.blobs,
            messages: coverage.messages,
            local: coverage.local,
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
                .map(|failure| FailureEntry { name: &failure.name, reason: &failure.reason })
                .collect(),
            notes: coverage.notes.iter().map(String::as_str).collect(),
        },
        policy: report.policy.as_ref().map(policy_entry),
    }
}

fn skipped_entry(skipped: &Skipped) -> SkippedEntry<'_> {
    SkippedEntry { kind: skipped.kind.as_str(), name: skipped.name.to_str_lossy() }
}

fn policy_entry(policy: &PolicyRevision) -> PolicyEntry<'_> {
    let pending = policy.pending.iter().map(pending_entry).collect();
    PolicyEntry { revision: &policy.revision, commit: &policy.commit, pending }
}

fn pending_entry(proposal: &PendingChange) -> PendingEntry<'_> {
    let PendingChange { kind, path, line, change: what } = proposal;
    PendingEntry { kind: kind.as_str(), path, line: *line, change: what }
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
        validation: credential.verdict.as_str(),
        redacted: credential.redacted.to_string(),
        suppressed: !credential.is_open(),
        level: credential.level().map(level_name),
        facts: credential.facts.iter().map(fact_entry).collect(),
        rotate: &rule.rotate,
        link_checked: rule.link_checked.as_str(),
        runbook: rule.runbook.iter().map(AsRef::as_ref).collect(),
        references: rule.references.iter().map(AsRef::as_ref).collect(),
        occurrences: credential.occurrences.iter().map(occurrence_entry).collect(),
    }
}

fn occurrence_entry(occurrence: &Occurrence) -> OccurrenceEntry<'_> {
    let source = match &occurrence.source {
        OccurrenceSource::WorkTree => SourceName::Worktree,
        OccurrenceSource::Index => SourceName::Index,
        OccurrenceSource::Stdin => SourceName::Stdin,
        OccurrenceSource::Local { .. } => SourceName::Local,
        OccurrenceSource::History(_) => SourceName::History,
    };
    OccurrenceEntry {
        path: occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned()),
        part: (occurrence.part != ObjectPart::Content).then(|| occurrence.part.as_str()),
        start: position_entry(occurrence.region.start),
        end: position_entry(occurrence.region.end),
        encoding: occurrence.encoding.to_string(),
        related: occurrence.related.iter().map(related_entry).collect(),
        source,
        level: occurrence.suppression.is_none().then(|| level_name(occurrence.level)),
        test_path: occurrence.path_kind == PathKind::Test,
        suppression: occurrence.suppression.as_ref().map(suppression_entry),
        local: local_entry(&occurrence.source),
        history: history_entry(&occurrence.source),
    }
}

fn local_entry(source: &OccurrenceSource) -> Option<LocalEntry> {
    let OccurrenceSource::Local { kind, ci_checkout } = source else { return None };
    Some(LocalEntry { kind: kind.as_str(), ci_checkout: *ci_checkout })
}

fn history_entry(source: &OccurrenceSource) -> Option<HistoryEntry<'_>> {
    let OccurrenceSource::History(history) = source else { return None };
    Some(HistoryEntry {
        blob: &history.blob,
        introduced: history.introduced.as_ref().map(commit_entry),
        introduced_by: history.introduced_by.as_ref().map(commit_entry),
        removed: history.removed.as_ref().map(commit_entry),
        at_head: history.at_head,
        named_by: history.named_by.as_deref(),
    })
}

fn level_name(level: Level) -> LevelName {
    match level {
        Level::Error => LevelName::Error,
        Level::Warning => LevelName::Warning,
    }
}

fn suppression_entry(suppression: &Suppression) -> SuppressionEntry<'_> {
    SuppressionEntry { kind: suppression.kind.as_str(), reason: &suppression.reason }
}

fn fact_entry(fact: &Fact) -> FactEntry<'_> {
    FactEntry { fact: &fact.name, value: &fact.value }
}

fn related_entry(partner: &RelatedLocation) -> RelatedEntry<'_> {
    RelatedEntry {
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
