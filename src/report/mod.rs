//! Reports and their formats. All texts of a report go through the output filter ([`output`]).

use std::io::{self, Write};
use std::sync::Arc;

use bstr::ByteSlice;

use crate::blob::ObjectPart;
use crate::engine::Engine;
use crate::findings::{Credential, HistorySource, Occurrence, OccurrenceSource};
use crate::policy::revision::PendingChange;
use crate::policy::{Judged, Policy};
use crate::rules::Rule;
use crate::source::{Coverage, Failure};
use output::escape::{EscapingWriter, escaped};
use output::{Filter, Shown, filtered};

pub mod agent;
pub mod hook_report;
mod human;
pub mod json;
pub mod output;
pub mod rejection;
mod sarif;
mod snippet;

/// The result of a scan: the credentials, and what was scanned.
///
/// Contains no secret: values are redacted, and secrets are removed from paths, names and other
/// texts of the repository. These texts may still contain control characters, which
/// [`Report::write`] escapes.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Report {
    #[doc(hidden)]
    pub task: Task,
    /// Sorted, including those whose occurrences are all suppressed.
    #[doc(hidden)]
    pub credentials: Vec<Credential>,
    #[doc(hidden)]
    pub coverage: Coverage,
    /// The revision that the repository's policy was taken from, if any.
    #[doc(hidden)]
    pub policy: Option<PolicyRevision>,
    /// What removed the secrets from its texts.
    #[doc(hidden)]
    pub filter: Filter,
    /// Whether SARIF has results for files that exist only in this clone.
    #[doc(hidden)]
    pub sarif_local: bool,
    /// The rules of the run; credentials refer to them by index.
    #[doc(hidden)]
    pub rules: Arc<Vec<Rule>>,
}

/// A policy that was taken from a revision.
#[derive(Clone, Debug)]
pub struct PolicyRevision {
    pub revision: String,
    /// The commit's id, hexadecimal.
    pub commit: String,
    /// The changes to it that are ignored, sorted.
    pub pending: Vec<PendingChange>,
}

/// The formats of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Format {
    /// SARIF 2.1.0, for GitHub code scanning and other tools.
    Sarif,
    /// Text for people, with ANSI colors.
    Human,
    /// JSON, one entry per credential; `docs/json.md` describes it.
    Json,
}

/// The ends of notes that say that there was nothing to scan.
const NOTHING: [&str; 3] = ["nothing to scan", "nothing is pushed", "change no files"];

/// The screen that a report for people should fit on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How many of the skipped files are listed.
    pub detail: Detail,
}

/// Whether a report for people lists skipped files by name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    Counts,
    Names,
}

impl Default for Screen {
    /// The size of a classic terminal.
    fn default() -> Self {
        Screen { width: 80, height: 24, detail: Detail::Counts }
    }
}

/// The task of a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Files of a working tree, or standard input.
    Scan,
    /// A whole history.
    Audit,
    /// What the next commit adds.
    Staged,
    /// What a range of commits adds.
    Range,
}

/// The result of a run; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Outcome {
    /// Everything was scanned and no credential fails; there may be warnings.
    Clean,
    /// At least one credential fails.
    Found,
    /// Something could not be scanned, whatever else was found.
    Incomplete,
}

impl Report {
    /// The report of what policy made of the findings, without secrets in any text.
    pub(crate) fn new(
        task: Task,
        judged: Judged,
        coverage: Coverage,
        policy: &Policy,
        engine: &Engine,
    ) -> Report {
        let faults = policy.config.faults().into_iter();
        let failures = faults.map(|fault| Failure::new("a part of the configuration", fault));
        let of_policy = Coverage {
            failures: failures.collect(),
            notes: policy.notes(&judged, engine.rules()),
            ..Coverage::default()
        };
        let revision = policy.revision.as_ref().map(|revision| PolicyRevision {
            revision: revision.name.clone(),
            commit: revision.commit.clone(),
            pending: policy.pending_changes(&judged),
        });
        filtered(task, judged.credentials, coverage.and(of_policy), revision, engine)
    }

    /// The credentials, including those whose occurrences are all suppressed; see
    /// [`Credential::fails`] and [`Credential::is_open`].
    pub fn credentials(&self) -> &[Credential] {
        &self.credentials
    }

    /// The rule that found one of the report's credentials.
    ///
    /// # Panics
    ///
    /// May panic if the credential is from another report.
    pub fn rule(&self, credential: &Credential) -> &Rule {
        &self.rules[credential.rule]
    }

    /// What was scanned, what was skipped and why, and what could not be scanned.
    pub fn coverage(&self) -> &Coverage {
        &self.coverage
    }

    /// Whether the run passes.
    pub fn outcome(&self) -> Outcome {
        if !self.coverage.failures.is_empty() {
            Outcome::Incomplete
        } else if self.credentials.iter().any(Credential::fails) {
            Outcome::Found
        } else {
            Outcome::Clean
        }
    }

    /// Whether there is anything to report but what was scanned: findings, notes, or files that
    /// were skipped although they may be text.
    #[doc(hidden)]
    pub fn is_eventful(&self) -> bool {
        let Coverage { failures, notes, oversized, pointers, .. } = &self.coverage;
        let is_skipped = oversized + pointers > 0;
        let is_open = self.credentials.iter().any(Credential::is_open);
        let is_noted = notes.iter().any(|note| !NOTHING.iter().any(|end| note.ends_with(end)));
        is_open || is_skipped || !failures.is_empty() || is_noted
    }

    /// Adds notes, which are filtered as the rest of the report is.
    #[doc(hidden)]
    pub fn add_notes(&mut self, notes: &[String], engine: &Engine) {
        let notes = notes.iter().map(|note| self.filter.message(note, engine));
        self.coverage.notes.extend(notes);
    }

    /// A text of the caller, without the secrets of the run.
    #[doc(hidden)]
    pub fn without_secrets(&self, text: &str, engine: &Engine) -> String {
        self.filter.message(text, engine)
    }

    /// Writes the report.
    pub fn write(&self, format: Format, out: &mut dyn Write) -> io::Result<()> {
        self.write_on(Screen::default(), format, out)
    }

    /// Writes the report; one for people fits the screen's width.
    #[doc(hidden)]
    pub fn write_on(&self, screen: Screen, format: Format, out: &mut dyn Write) -> io::Result<()> {
        let rules = &self.rules;
        let shown = Shown::of(self);
        match format {
            Format::Sarif => sarif::write(&shown, rules, out),
            Format::Json => json::write(&shown, rules, out),
            Format::Human => {
                let mut out = EscapingWriter::new(out);
                human::write(&shown, rules, screen, &mut out)?;
                out.finish()
            }
        }
    }
}

/// Where an occurrence is, as shown to people: its path or object, and which part of it.
fn location_name(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_ref().map(|path| escaped(&path.to_str_lossy()).into_owned());
    let history = match &occurrence.source {
        OccurrenceSource::History(history) => Some(history),
        _ => None,
    };
    let part = match occurrence.part {
        ObjectPart::Content | ObjectPart::PointedContent => None,
        ObjectPart::Message => Some("message of "),
        ObjectPart::Header => Some("header of "),
        ObjectPart::Identity => Some("author or committer of "),
        ObjectPart::FileName => Some("name of "),
        ObjectPart::RefName => Some("name of "),
    };
    let whole = match (path, history) {
        (Some(path), _) => path,
        (None, Some(history)) => object_name(history),
        (None, None) => "standard input".to_owned(),
    };
    part.unwrap_or_default().to_owned() + &whole
}

/// The same with line and column. A name has no lines.
fn location(occurrence: &Occurrence) -> String {
    let (name, start) = (location_name(occurrence), occurrence.region.start);
    match occurrence.part.has_lines() {
        true => format!("{name}:{}:{}", start.line, start.column),
        false => name,
    }
}

/// An object without a path, as shown to people.
fn object_name(history: &HistorySource) -> String {
    let HistorySource { blob, named_by, .. } = history;
    match (history.first_commit(), named_by) {
        (Some(commit), _) if commit.id == *blob => format!("commit {blob}"),
        (_, Some(name)) => escaped(name).into_owned(),
        (_, None) => format!("object {blob}"),
    }
}
