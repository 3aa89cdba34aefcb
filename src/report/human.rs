//! A report for people: one entry per credential, with its locations and rotation steps.

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use bstr::ByteSlice;

use super::output::Shown;
use super::{Detail, Outcome, Report, Screen, Task, escaped, location, snippet};
use crate::blob::ObjectPart;
use crate::findings::{
    Credential, Fact, HistorySource, LocalKind, Occurrence, OccurrenceSource, PathKind,
    RelatedLocation,
};
use crate::rules::{Rule, Severity};
use crate::source::{Skipped, SkippedKind};

/// Locations shown of one credential; the rest are counted.
const LOCATIONS_SHOWN: usize = 12;

/// Locations shown of a credential's files in the git directory, if it is in many others too.
const LOCAL_SHOWN: usize = 3;

/// Facts shown of one credential; a password may be used on many hosts.
const FACTS_SHOWN: usize = 8;

/// Follows a location in a test path.
const TEST_PATH: &str = "  (test path)";

/// Follows a location in the content of a pointer file.
const POINTED: &str = "  (Git LFS or git-annex content)";

/// Lines shown of one credential, each with its secret underlined.
const LINES_SHOWN: usize = 3;

pub const STRONG: Style = Style::new().bold();
pub const FAINT: Style = Style::new().dimmed();
pub const LINK: Style = AnsiColor::Cyan.on_default().underline();
/// Text to be typed.
pub const LINE: Style = AnsiColor::Green.on_default();
pub const BAD: Style = AnsiColor::Red.on_default().bold();
const GOOD: Style = AnsiColor::Green.on_default().bold();

/// Writes the report with ANSI colors; the caller strips them where they are not supported.
pub(super) fn write(
    report: &Shown,
    rules: &[Rule],
    screen: Screen,
    out: &mut dyn Write,
) -> io::Result<()> {
    let open = report.credentials.iter().filter(|found| found.is_open());
    let (local, others): (Vec<_>, Vec<_>) =
        open.partition(|found| found.open().all(Occurrence::is_local));
    for credential in others {
        write_credential(credential, &rules[credential.rule], screen.width, out)?;
        writeln!(out)?;
    }
    if !local.is_empty() {
        writeln!(out, "{STRONG}Only in this clone (not pushed, not in any commit):{STRONG:#}\n")?;
    }
    for credential in local {
        write_credential(credential, &rules[credential.rule], screen.width, out)?;
        writeln!(out)?;
    }
    write_rest(report, screen.detail, out)
}

/// Writes what follows the credentials: what could not be scanned, notes, the summary.
pub(super) fn write_rest(report: &Shown, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    for failure in &report.coverage.failures {
        let (what, why) = (escaped(&failure.name), escaped(&failure.reason));
        writeln!(out, "{BAD}could not scan{BAD:#} {what}: {why}")?;
    }
    for note in &report.coverage.notes {
        writeln!(out, "{STRONG}note:{STRONG:#} {}", escaped(note))?;
    }
    write_skipped(report, detail, out)?;
    write_summary(report, out)?;
    write_coverage(report, out)
}

/// Lists skipped files by name: all of them if requested, else those named on the command line.
fn write_skipped(report: &Shown, detail: Detail, out: &mut dyn Write) -> io::Result<()> {
    for Skipped { kind, name, is_named } in &report.coverage.skipped {
        if detail == Detail::Names || *is_named {
            let name = escaped(&name.to_str_lossy()).into_owned();
            let what = match kind {
                SkippedKind::Binary => "skipped, binary:",
                SkippedKind::Oversized => "skipped, larger than the limit:",
                SkippedKind::Excluded => "excluded:",
                SkippedKind::Pointer => "pointer file, content not scanned:",
            };
            writeln!(out, "{FAINT}{what}{FAINT:#} {name}")?;
        }
    }
    Ok(())
}

fn write_credential(
    credential: &Credential,
    rule: &Rule,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    let color = match rule.severity {
        Severity::Critical | Severity::High => BAD,
        Severity::Medium => AnsiColor::Yellow.on_default().bold(),
        Severity::Low => AnsiColor::Blue.on_default().bold(),
    };
    let warns = if credential.fails() { "" } else { "warning · " };
    writeln!(
        out,
        "{color}{}{color:#} {STRONG}{}{STRONG:#}  {}  {FAINT}{warns}{} confidence · {} · {}{FAINT:#}",
        rule.severity,
        rule.name,
        credential.redacted,
        credential.confidence,
        rule.id,
        credential.fingerprint,
    )?;
    writeln!(out, "  {}", rule.description)?;
    write_facts(&credential.facts, out)?;
    for (number, occurrence) in shown_locations(credential).enumerate() {
        let line = occurrence.excerpt.as_ref().filter(|_| number < LINES_SHOWN);
        write_occurrence(occurrence, line.map(|_| width), out)?;
    }
    if let Some(more) = credential.open().count().checked_sub(LOCATIONS_SHOWN).filter(|&n| n > 0) {
        writeln!(out, "  {FAINT}… and {more} more locations (--format json lists all){FAINT:#}")?;
    }
    writeln!(out, "  Rotate it: {LINK}{}{LINK:#}", rule.rotate)?;
    for (number, step) in rule.runbook.iter().enumerate() {
        writeln!(out, "    {}. {step}", number + 1)?;
    }
    Ok(())
}

/// The first locations; those that exist only in this clone follow the others, and some of them are
/// always shown.
fn shown_locations(credential: &Credential) -> impl Iterator<Item = &Occurrence> {
    let (local, others): (Vec<_>, Vec<_>) = credential.open().partition(|one| one.is_local());
    let first = others.len().min(LOCATIONS_SHOWN - local.len().min(LOCAL_SHOWN));
    others.into_iter().take(first).chain(local.into_iter().take(LOCATIONS_SHOWN - first))
}

/// `  account 123456789012 · key id AKIA…`: what identifies the credential at its provider.
fn write_facts(facts: &[Fact], out: &mut dyn Write) -> io::Result<()> {
    if facts.is_empty() {
        return Ok(());
    }
    let shown = facts.iter().take(FACTS_SHOWN);
    let mut labelled: Vec<String> = shown
        .map(|fact| format!("{} {STRONG}{}{STRONG:#}", fact.label(), escaped(&fact.value)))
        .collect();
    if let Some(more) = facts.len().checked_sub(FACTS_SHOWN).filter(|&n| n > 0) {
        labelled.push(format!("{FAINT}… and {more} more{FAINT:#}"));
    }
    writeln!(out, "  {}", labelled.join(" · "))
}

/// What follows a location: what kind of file it is in, and that it is not in the file itself.
pub fn remarks(occurrence: &Occurrence) -> String {
    let test = if occurrence.path_kind == PathKind::Test { TEST_PATH } else { "" };
    let part = match occurrence.part {
        ObjectPart::PointedContent => POINTED,
        _ => "",
    };
    format!("{part}{test}")
}

/// Writes an occurrence, with its line if a width is given.
fn write_occurrence(
    occurrence: &Occurrence,
    width: Option<usize>,
    out: &mut dyn Write,
) -> io::Result<()> {
    match width {
        Some(width) => {
            let shown = snippet::write("", occurrence, "", width.saturating_sub(2));
            shown.lines().try_for_each(|line| writeln!(out, "  {line}"))?;
        }
        None => writeln!(
            out,
            "  {STRONG}{}{STRONG:#}{FAINT}{}{FAINT:#}",
            location(occurrence),
            remarks(occurrence)
        )?,
    }
    for RelatedLocation { region, fact } in &occurrence.related {
        let (line, column, label) = (region.start.line, region.start.column, fact.label());
        writeln!(out, "    {FAINT}with the {label} at {line}:{column}{FAINT:#}")?;
    }
    match &occurrence.source {
        OccurrenceSource::History(history) => {
            write_history(history, occurrence.path.is_some(), out)
        }
        OccurrenceSource::Local { kind, ci_checkout } => write_local(*kind, *ci_checkout, out),
        _ => Ok(()),
    }
}

/// What a file of the git directory is.
fn write_local(kind: LocalKind, ci_checkout: bool, out: &mut dyn Write) -> io::Result<()> {
    let origin = match kind {
        _ if ci_checkout => " · from a CI checkout, expires with the job",
        LocalKind::Lfs => " · content of a Git LFS file, which its server may have",
        LocalKind::Annex => " · content of git-annex, which other remotes may have",
        _ => "",
    };
    writeln!(out, "    {FAINT}in this clone ({kind}){origin}{FAINT:#}")
}

/// Which commits introduced and removed an occurrence, or what else leads to its object.
fn write_history(history: &HistorySource, has_path: bool, out: &mut dyn Write) -> io::Result<()> {
    let HistorySource { introduced, introduced_by, removed, at_head, named_by, .. } = history;
    let first = match (introduced, introduced_by) {
        (Some(commit), _) => Some(("introduced in", commit)),
        (None, by) => by.as_ref().map(|commit| ("introduced at or before", commit)),
    };
    if let Some((when, commit)) = first {
        let id = &commit.id[..commit.id.len().min(10)];
        writeln!(
            out,
            "    {FAINT}{when} {id} · {} · {} · {}{FAINT:#}",
            commit.date,
            escaped(&commit.author),
            escaped(&commit.summary)
        )?;
    }
    // Without a path it is in the location already.
    if let Some(name) = named_by.as_ref().filter(|_| has_path || first.is_some()) {
        return writeln!(out, "    {FAINT}in {}{FAINT:#}", escaped(name));
    }
    match (first, removed, at_head) {
        (None, ..) if named_by.is_some() => Ok(()),
        (None, ..) => {
            writeln!(out, "    {FAINT}unreachable object (not on any branch or tag){FAINT:#}")
        }
        (_, _, true) => writeln!(out, "    {FAINT}still present at HEAD{FAINT:#}"),
        (_, Some(commit), _) => {
            let id = &commit.id[..commit.id.len().min(10)];
            writeln!(out, "    {FAINT}removed in {id} · {}{FAINT:#}", commit.date)
        }
        _ => Ok(()),
    }
}

/// Whether the run passed, and what was found.
fn write_summary(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let failing = report.credentials.iter().filter(|found| found.fails());
    let credentials = failing.clone().count();
    let locations: usize = failing.map(|found| found.open().count()).sum();
    let open = report.credentials.iter().filter(|found| found.is_open()).count();
    let warnings = plural(open - credentials, "warning");
    let found =
        format!("{} in {}", plural(credentials, "credential"), plural(locations, "location"));
    match (report.outcome(), credentials) {
        (Outcome::Clean, _) if open > 0 => {
            return write!(out, "{GOOD}Passed with {warnings}.{GOOD:#} ");
        }
        (Outcome::Clean, _) if report.credentials.is_empty() => {
            return write!(out, "{GOOD}No secrets found.{GOOD:#} ");
        }
        (Outcome::Clean, _) => return write!(out, "{GOOD}Passed.{GOOD:#} "),
        (Outcome::Found, _) => write!(out, "{BAD}{found}.{BAD:#} ")?,
        (Outcome::Incomplete, 0) => write!(out, "{BAD}Incomplete.{BAD:#} ")?,
        (Outcome::Incomplete, _) => write!(out, "{BAD}Incomplete: {found}.{BAD:#} ")?,
    }
    match open - credentials {
        0 => Ok(()),
        _ => write!(out, "{warnings} (not blocking). "),
    }
}

/// What was scanned, what was skipped, what could not be scanned and what is suppressed.
fn write_coverage(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let coverage = &report.coverage;
    let (unit, file) = match report.task {
        Task::Scan => ("file", "file"),
        Task::Audit => ("blob", "blob"),
        Task::Staged => ("staged file", "file"),
        Task::Range => ("file version", "file"),
    };
    let messages = plural(coverage.messages as usize, "commit or tag message");
    match (report.task, coverage.blobs, coverage.messages) {
        (Task::Staged, 0, 1) => write!(out, "Scanned the commit message")?,
        (_, blobs, 0) => write!(out, "Scanned {}", plural(blobs as usize, unit))?,
        (_, blobs, _) => write!(out, "Scanned {} and {messages}", plural(blobs as usize, unit))?,
    }
    write!(out, " ({})", size(coverage.bytes))?;
    if coverage.local > 0 {
        let files = plural(coverage.local as usize, "file");
        write!(out, ", and {files} of the git directory")?;
    }
    let skipped = [
        (coverage.binary, "binary", ""),
        (coverage.oversized, "oversized", ""),
        (coverage.special, "special", " (links, submodules, devices)"),
    ];
    for (count, kind, examples) in skipped.into_iter().filter(|(count, ..)| *count > 0) {
        let files = plural(count as usize, &format!("{kind} {file}"));
        write!(out, "; {files}{examples} skipped")?;
    }
    if coverage.excluded > 0 {
        write!(out, "; {} excluded", plural(coverage.excluded as usize, file))?;
    }
    if coverage.pointers > 0 {
        let files = plural(coverage.pointers as usize, "pointer file");
        write!(out, "; content of {files} not scanned (Git LFS, git-annex)")?;
    }
    match coverage.failures.len() {
        0 => writeln!(out, ".")?,
        failed => writeln!(out, "; {} could not be scanned.", plural(failed, "item"))?,
    }
    let all = report.credentials.iter().flat_map(|found| &found.occurrences);
    match all.filter(|occurrence| occurrence.suppression.is_some()).count() {
        0 => Ok(()),
        count => writeln!(out, "{} not shown.", plural(count, "suppressed finding")),
    }
}

/// `1 file`, `2 files`, `4,843 files`.
fn plural(count: usize, what: &str) -> String {
    format!("{} {what}{}", group_digits(count), if count == 1 { "" } else { "s" })
}

/// Digits in groups of three.
fn group_digits(count: usize) -> String {
    let digits = count.to_string();
    let groups: Vec<&str> = digits
        .as_bytes()
        .rchunks(3)
        .rev()
        .map(|group| std::str::from_utf8(group).unwrap_or_default())
        .collect();
    groups.join(",")
}

/// Bytes in decimal units.
fn size(bytes: u64) -> String {
    const UNITS: [&str; 5] = ["B", "kB", "MB", "GB", "TB"];
    let mut value = bytes as f64;
    let mut unit = 0;
    while value >= 1000.0 && unit + 1 < UNITS.len() {
        value /= 1000.0;
        unit += 1;
    }
    if unit == 0 { format!("{bytes} B") } else { format!("{value:.1} {}", UNITS[unit]) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_read_well() {
        assert_eq!(plural(1, "file"), "1 file");
        assert_eq!(plural(0, "file"), "0 files");
        assert_eq!(plural(4843, "file"), "4,843 files");
        assert_eq!(group_digits(1_000_000), "1,000,000");
        assert_eq!(size(999), "999 B");
        assert_eq!(size(48_200_000), "48.2 MB");
    }
}
