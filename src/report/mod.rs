//! Reports and their formats. Each text of a report went through the output filter
//! ([`output`]).

use std::io::{self, Write};

use bstr::ByteSlice;

use crate::findings::{Credential, Occurrence, Place};
use crate::policy::revision::PendingChange;
use crate::rules::Rule;
use crate::source::Coverage;
use output::steer::{Steady, plain};
use output::{Filter, Shown};

pub mod agent;
pub mod blocked;
mod human;
mod json;
pub mod output;
mod sarif;
mod snippet;

/// What a scan, an audit or the guard has to say.
#[derive(Clone, Debug)]
pub struct Report {
    pub task: Task,
    /// Reported credentials, sorted; those too whose places are all suppressed.
    pub credentials: Vec<Credential>,
    pub coverage: Coverage,
    /// The revision that the repository's policy was taken from, if it was.
    pub standing: Option<Standing>,
    /// What its texts were filtered by.
    pub filter: Filter,
}

/// A policy that was taken from a revision.
#[derive(Clone, Debug)]
pub struct Standing {
    pub revision: String,
    /// The commit's id, hexadecimal.
    pub commit: String,
    /// What is said in what was looked at and does not hold, sorted.
    pub proposals: Vec<PendingChange>,
}

/// The forms of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Sarif,
    Human,
    Json,
}

/// What a report for people is to fit on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Screen {
    /// Columns.
    pub width: usize,
    /// Rows.
    pub height: usize,
    /// How much is listed.
    pub detail: Detail,
}

/// How much of what was skipped a report for people lists.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Detail {
    #[default]
    Counts,
    Names,
}

impl Default for Screen {
    /// A terminal as they have been since they had glass.
    fn default() -> Self {
        Screen { width: 80, height: 24, detail: Detail::Counts }
    }
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Files of a working tree, or standard input.
    Scan,
    /// A whole history.
    Audit,
    /// What the next commit adds.
    Guard,
    /// What a range of commits adds.
    Range,
}

/// What a report comes to; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was looked at and nothing found that fails; there may be what warns.
    Clean,
    /// Credentials were found that fail.
    Found,
    /// Something could not be looked at, whatever else was found.
    Incomplete,
}

impl Report {
    pub fn outcome(&self) -> Outcome {
        if !self.coverage.failures.is_empty() {
            Outcome::Incomplete
        } else if self.credentials.iter().any(Credential::fails) {
            Outcome::Found
        } else {
            Outcome::Clean
        }
    }

    /// Writes the report. `rules` are the engine's: credentials name theirs by index.
    pub fn write(&self, format: Format, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
        self.write_on(Screen::default(), format, rules, out)
    }

    /// Writes the report; one for people fits on the screen's width.
    pub fn write_on(
        &self,
        screen: Screen,
        format: Format,
        rules: &[Rule],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let shown = Shown::of(self);
        match format {
            Format::Sarif => sarif::write(&shown, rules, out),
            Format::Json => json::write(&shown, rules, out),
            Format::Human => {
                let mut out = Steady::new(out);
                human::write(&shown, rules, screen, &mut out)?;
                out.finish()
            }
        }
    }
}

/// How people are told where an occurrence is: its path, or what stands for one.
fn place_name(occurrence: &Occurrence) -> String {
    match (&occurrence.path, &occurrence.place) {
        (Some(path), _) => plain(&path.to_str_lossy()).into_owned(),
        (None, Place::History { blob, introduced: Some(commit), .. }) if commit.id == *blob => {
            format!("message of commit {blob}")
        }
        (None, Place::History { blob, .. }) => format!("object {blob}"),
        (None, _) => "standard input".to_owned(),
    }
}
