//! What a person sees whose push a server rejects. Git puts `remote: ` before each line, and only
//! what was sent is known: nothing here needs the server's shell.

use std::io::{self, Write};

use super::hook_report::short;
use super::output::Shown;
use super::snippet::wrapped;
use super::{EscapingWriter, Report, escaped, location};
use crate::findings::{CommitRef, Credential, HistorySource, Occurrence, OccurrenceSource};

/// Columns of a line, without git's `remote: `.
const WIDTH: usize = 71;

/// Credentials that are listed.
const MOST: usize = 10;

/// Locations of one credential that are listed.
const MOST_LOCATIONS: usize = 5;

/// A rejected push.
pub struct Rejection<'a> {
    pub report: &'a Report,
    pub storage: Storage,
    /// Whom to ask for an exception.
    pub contact: Option<&'a str>,
    /// Suppression comments of the push, which do not count.
    pub ignored_comments: usize,
}

/// What happens to the objects of a rejected push.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// They were in quarantine and are deleted.
    Deleted,
    /// They are in the server's repository, on no branch, until it is cleaned up.
    Unreachable,
}

impl Rejection<'_> {
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let report = &Shown::of(self.report);
        let mut out = EscapingWriter::new(out);
        self.write_shown(report, &mut out)?;
        out.finish()
    }

    fn write_shown(&self, report: &Shown, out: &mut dyn Write) -> io::Result<()> {
        let failing: Vec<&Credential> =
            report.credentials.iter().filter(|found| found.fails()).collect();
        match (failing.len(), report.coverage.failures.is_empty()) {
            (0, _) => writeln!(out, "keysieve: push rejected: it could not be scanned completely")?,
            (1, _) => writeln!(out, "keysieve: push rejected: it contains a credential")?,
            (many, _) => writeln!(out, "keysieve: push rejected: it contains {many} credentials")?,
        }
        for credential in failing.iter().take(MOST) {
            writeln!(out)?;
            write_credential(report, credential, out)?;
        }
        if let Some(more) = failing.len().checked_sub(MOST).filter(|&more| more > 0) {
            writeln!(out, "\n  … and {more} more")?;
        }
        write_failures(report, out)?;
        if let Some(first) = failing.first() {
            writeln!(out)?;
            self.write_advice(first, out)?;
        }
        writeln!(out)?;
        self.write_contact(failing.is_empty(), out)
    }

    fn write_advice(&self, first: &Credential, out: &mut dyn Write) -> io::Result<()> {
        let stored = match self.storage {
            Storage::Deleted => {
                "Nothing of this push was stored. A secret that never left your \
                                 machine need not be rotated, but one that was pushed or shared \
                                 elsewhere must be."
            }
            Storage::Unreachable => {
                "The ref was not updated. What was sent stays on the server, \
                                     on no branch, until the server cleans up: rotate the secret \
                                     if others can read the server's files."
            }
        };
        write_text(stored, out)?;
        writeln!(out, "\nRemove it from the commits, then push again:")?;
        write_removal(first, out)
    }

    fn write_contact(&self, is_incomplete: bool, out: &mut dyn Write) -> io::Result<()> {
        let ignored = match self.ignored_comments {
            0 => "",
            _ => " Suppression comments in the push itself do not count.",
        };
        let ask = match self.contact {
            Some(contact) => format!("For an exception: {}.", escaped(contact)),
            None => "Ask the maintainers of this repository for an exception.".to_owned(),
        };
        let doubt = if is_incomplete { "" } else { "Not a real secret? " };
        write_text(&format!("{doubt}{ask}{ignored}"), out)
    }
}

/// The rule, the redacted secret, and where it is.
fn write_credential(
    report: &Report,
    credential: &Credential,
    out: &mut dyn Write,
) -> io::Result<()> {
    let rule = report.rule(credential);
    writeln!(out, "  {}: {}", rule.name, credential.redacted)?;
    for occurrence in credential.failing().take(MOST_LOCATIONS) {
        write_occurrence(occurrence, out)?;
    }
    let more = credential.failing().count().saturating_sub(MOST_LOCATIONS);
    if more > 0 {
        writeln!(out, "    … and {more} more locations")?;
    }
    writeln!(out, "    rotate: {}", rule.rotate)
}

/// The location and the commits.
fn write_occurrence(occurrence: &Occurrence, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "    {}", location(occurrence))?;
    let OccurrenceSource::History(HistorySource { introduced: Some(commit), removed, .. }) =
        &occurrence.source
    else {
        return Ok(());
    };
    writeln!(out, "      added in commit {}", summary(commit))?;
    match removed {
        Some(commit) => writeln!(out, "      removed in {}, but sent with it", short(commit)),
        None => Ok(()),
    }
}

fn summary(commit: &CommitRef) -> String {
    let summary: String = commit.summary.chars().take(WIDTH - 35).collect();
    format!("{} {}", short(commit), escaped(&summary))
}

fn write_failures(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    for failure in report.coverage.failures.iter().take(MOST) {
        let text = format!("Not scanned: {}: {}", escaped(&failure.name), escaped(&failure.reason));
        writeln!(out)?;
        write_text(&text, out)?;
    }
    let more = report.coverage.failures.len().saturating_sub(MOST);
    if more > 0 {
        writeln!(out, "… and {more} more")?;
    }
    for note in &report.coverage.notes {
        writeln!(out)?;
        write_text(&format!("Note: {}", escaped(note)), out)?;
    }
    Ok(())
}

fn write_removal(credential: &Credential, out: &mut dyn Write) -> io::Result<()> {
    let first = credential.failing().next().map(|occurrence| &occurrence.source);
    match first {
        Some(OccurrenceSource::History(HistorySource { introduced: Some(commit), .. })) => {
            writeln!(out, "  in the newest commit:  edit the file, then `git commit -a --amend`")?;
            writeln!(out, "  in an older commit:    git rebase -i {}^", short(commit))?;
            writeln!(out, "                         (mark it as `edit`; --root for a first one)")
        }
        _ => writeln!(out, "  recreate the tag or ref without it"),
    }
}

fn write_text(text: &str, out: &mut dyn Write) -> io::Result<()> {
    wrapped(text, WIDTH).iter().try_for_each(|line| writeln!(out, "{line}"))
}
