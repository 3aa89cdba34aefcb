//! What a developer sees whose commit or push is blocked: one screen that shows what leaks,
//! whether it is public already, and how to proceed.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bstr::{BStr, ByteSlice};

use super::human::{BAD, FAINT, LINE, LINK, STRONG, write_rest};
use super::output::Shown;
use super::snippet::wrapped;
use super::{EscapingWriter, Report, Screen, escaped, location, location_name, snippet};
use crate::blob::ObjectPart;
use crate::findings::{
    CommitRef, Credential, Encoding, Fingerprint, HistorySource, Occurrence, OccurrenceSource,
    Pushed, Redacted, Verdict,
};
use crate::policy::baseline::FILE;
use crate::policy::comment::CommentForm;
use crate::policy::inline::MARKER;

/// Other credentials that are always listed, however small the screen is.
const FEWEST: usize = 2;

/// Facts shown; a report in another format has them all.
const FACTS_SHOWN: usize = 4;

/// Characters of a commit's summary that are shown.
const SUMMARY_SHOWN: usize = 60;

/// Columns of `  Impact   `.
const LABEL: usize = 11;

/// Shown for a credential that is not on any remote-tracking branch.
const NOT_PUSHED: &str = "Not on any remote-tracking branch of this clone. If it was never pushed \
                          or shared, removing it is enough; if unsure, rotate.";

/// A report with what the hook knows about the commit or push.
pub struct HookReport<'a> {
    pub report: &'a Report,
    pub subject: Subject,
    pub pushed: BTreeMap<Fingerprint, Pushed>,
    /// The repository has a baseline.
    pub has_baseline: bool,
    /// Git was started in a folder below the top of the work tree.
    pub in_subfolder: bool,
}

/// What was scanned, and is blocked until the credential is removed or suppressed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A staged commit.
    Commit {
        /// It is the repository's first one.
        first: bool,
    },
    /// The message of a commit.
    Message,
    /// The commits of a push or of a range.
    Commits {
        /// The commit of the first occurrence has no parent.
        root: bool,
    },
    /// All tracked files; nothing is blocked.
    Tracked,
}

impl HookReport<'_> {
    /// Writes it with ANSI colors; the caller strips them where they are not supported.
    pub fn write(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let report = &Shown::of(self.report);
        let filtered =
            |(one, pushed): (&Fingerprint, &Pushed)| (*one, report.filter.pushed(pushed, None));
        let pushed = self.pushed.iter().map(filtered).collect();
        let subject = self.subject.clone();
        let mut out = EscapingWriter::new(out);
        HookReport { report, subject, pushed, ..*self }.write_shown(report, screen, &mut out)?;
        out.finish()
    }

    /// `report` is the filtered report.
    fn write_shown(&self, report: &Shown, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let open: Vec<&Credential> =
            self.report.credentials.iter().filter(|found| found.fails()).collect();
        let Some((first, others)) = open.split_first() else {
            return write_rest(report, screen.detail, out);
        };
        let Some(occurrence) = first.failing().next() else { return Ok(()) };
        let mut shown = Vec::new();
        self.write_first(first, occurrence, open.len(), screen, &mut shown)?;
        let mut options = Vec::new();
        self.write_options(first, occurrence, !others.is_empty(), screen, &mut options)?;
        let mut rest = Vec::new();
        write_rest(report, screen.detail, &mut rest)?;
        let taken: usize =
            [&shown, &options, &rest].iter().map(|text| text.lines().count() + 1).sum();
        out.write_all(&shown)?;
        self.write_others(others, screen.height.saturating_sub(taken + 1).max(FEWEST), out)?;
        writeln!(out)?;
        out.write_all(&options)?;
        writeln!(out)?;
        out.write_all(&rest)
    }

    /// What leaks, where, its impact, whether it was pushed, where it is rotated.
    fn write_first(
        &self,
        credential: &Credential,
        occurrence: &Occurrence,
        count: usize,
        Screen { width, .. }: Screen,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let rule = self.report.rule(credential);
        let leaks = match (&self.subject, count) {
            (Subject::Commit { .. }, 1) => "this commit adds a credential".to_owned(),
            (Subject::Commit { .. }, many) => format!("this commit adds {many} credentials"),
            (Subject::Message, 1) => "the commit message contains a credential".to_owned(),
            (Subject::Message, many) => format!("the commit message contains {many} credentials"),
            (Subject::Commits { .. }, 1) => "these commits add a credential".to_owned(),
            (Subject::Commits { .. }, many) => format!("these commits add {many} credentials"),
            (Subject::Tracked, 1) => "a tracked file contains a credential".to_owned(),
            (Subject::Tracked, many) => format!("tracked files contain {many} credentials"),
        };
        let title = match count {
            1 => format!("{leaks}: {}", rule.name),
            many => format!("{leaks}: {} and {} more", rule.name, many - 1),
        };
        writeln!(
            out,
            "{}",
            snippet::write(&title, occurrence, &label(credential, occurrence), width)
        )?;
        write_labelled("Impact", &rule.description, width, out)?;
        if !credential.facts.is_empty() {
            let facts = credential.facts.iter().take(FACTS_SHOWN);
            let facts: Vec<String> =
                facts.map(|fact| format!("{} {}", fact.label(), escaped(&fact.value))).collect();
            write_labelled("Details", &facts.join(" · "), width, out)?;
        }
        if let OccurrenceSource::History(HistorySource {
            introduced: Some(commit), removed, ..
        }) = &occurrence.source
        {
            let summary: String = commit.summary.chars().take(SUMMARY_SHOWN).collect();
            let mut text = format!("{} {}", short(commit), escaped(&summary));
            if let Some(removed) = removed {
                text = format!("{text}; removed in {}", short(removed));
            }
            write_labelled("Commit", &text, width, out)?;
        }
        match self.pushed.get(&credential.fingerprint) {
            Some(Pushed::NotYet) => {
                write_labelled("Pushed", NOT_PUSHED, width, out)?;
            }
            Some(Pushed::To(branch)) => {
                let text = format!("Already in the history of {}. Rotate it.", escaped(branch));
                write_labelled("Pushed", &text, width, out)?;
            }
            Some(Pushed::Unknown(why)) => {
                let text = format!("Unknown ({}). If unsure, rotate it.", escaped(why));
                write_labelled("Pushed", &text, width, out)?;
            }
            None => {}
        }
        writeln!(out, "  {STRONG}Rotate{STRONG:#}   {LINK}{}{LINK:#}", rule.rotate)
    }

    /// A line for each of the others, as far as there is room.
    fn write_others(
        &self,
        others: &[&Credential],
        room: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let named = if others.len() > room { room - 1 } else { others.len() };
        for (number, credential) in others[..named].iter().enumerate() {
            let Some(occurrence) = credential.failing().next() else { continue };
            let label = if number == 0 { "Also" } else { "" };
            let name = &self.report.rule(credential).name;
            write!(out, "  {STRONG}{label:<9}{STRONG:#}{} {name}", location(occurrence))?;
            match self.pushed.get(&credential.fingerprint) {
                Some(Pushed::To(_)) => writeln!(out, " {BAD}already pushed{BAD:#}")?,
                _ => writeln!(out)?,
            }
        }
        match others.len() - named {
            0 => Ok(()),
            more => {
                writeln!(out, "           {FAINT}and {more} more; --format json lists all{FAINT:#}")
            }
        }
    }

    /// The remediation options.
    fn write_options(
        &self,
        credential: &Credential,
        occurrence: &Occurrence,
        several: bool,
        Screen { width, .. }: Screen,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut options = vec![self.removal(occurrence), self.suppression(credential, occurrence)];
        options.extend(self.baseline());
        let each = if several { " for each" } else { "" };
        writeln!(out, "{STRONG}Choose one{each}:{STRONG:#}")?;
        for (number, (text, command)) in options.iter().enumerate() {
            write_option(number + 1, text, command.as_deref(), width, out)?;
        }
        Ok(())
    }

    /// How to remove the secret: a text and a command.
    fn removal(&self, occurrence: &Occurrence) -> (String, Option<String>) {
        let path = occurrence.path.as_ref().map(|path| self.pathspec(path.as_bstr()));
        let shown = location_name(occurrence);
        match (&self.subject, path) {
            // The shell needs the name as it is, which no report shows.
            (Subject::Commit { .. }, _)
                if occurrence.part == ObjectPart::FileName || shown.contains(Redacted::MASK) =>
            {
                let text = "Unstage it, choose a name without the secret, then add it again.";
                (text.to_owned(), None)
            }
            (Subject::Commit { first }, Some(path)) => {
                let unstage = if *first { "git rm --cached" } else { "git restore --staged" };
                let command = format!("{unstage} -- {path}");
                if is_private(shown.as_bytes()) && !self.in_subfolder {
                    let text = "Unstage the file and keep it out of git:";
                    (text.to_owned(), Some(format!("{command} && echo {path} >> .gitignore")))
                } else {
                    let text = "Unstage it, read the value from the environment, then add the file \
                                again:";
                    (text.to_owned(), Some(command))
                }
            }
            _ if occurrence.part == ObjectPart::RefName => {
                let text = "Push it to a ref whose name does not contain the secret.";
                (text.to_owned(), None)
            }
            (Subject::Message, _) => (
                "Edit the message (git kept a copy) and commit again:".to_owned(),
                Some(
                    "git commit --edit -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\""
                        .to_owned(),
                ),
            ),
            (Subject::Commits { root }, _) => match &occurrence.source {
                OccurrenceSource::History(HistorySource { introduced: Some(commit), .. }) => {
                    let id = short(commit);
                    let from = if *root { "--root".to_owned() } else { format!("{id}^") };
                    (
                        format!("Remove it from commit {id}: mark it as `edit`, amend, continue:"),
                        Some(format!("git rebase --interactive {from}")),
                    )
                }
                _ => (format!("Remove it from {shown} and recreate it."), None),
            },
            (Subject::Commit { .. } | Subject::Tracked, _) => (
                format!("Remove it from {shown}. It stays in the history, so rotate it as well."),
                None,
            ),
        }
    }

    /// A path as a word of the shell that git resolves from the top of the work tree.
    fn pathspec(&self, path: &BStr) -> String {
        let top = if self.in_subfolder { ":/" } else { "" };
        shell_word(format!("{top}{path}").as_bytes().as_bstr())
    }

    /// How to suppress the finding.
    fn suppression(
        &self,
        credential: &Credential,
        occurrence: &Occurrence,
    ) -> (String, Option<String>) {
        let allow = format!("{MARKER} {} REASON", self.report.rule(credential).id);
        let line = occurrence.region.start.line;
        let path = occurrence.path.as_ref().map(|path| path.as_bstr()).unwrap_or_default();
        let room = match (&self.subject, occurrence.part) {
            (Subject::Message, _) => CommentForm::Comment(allow),
            (_, ObjectPart::Header) => CommentForm::NoComments("A header"),
            (_, part) if !part.has_lines() => CommentForm::NoComments("A name"),
            _ => CommentForm::of(path, &allow),
        };
        match room {
            CommentForm::Comment(comment) => (
                format!("Not a real secret? Add this comment on its own line above line {line}:"),
                Some(comment),
            ),
            CommentForm::NoComments(format) => {
                (format!("Not a real secret? {format} has no comments, so use option 3."), None)
            }
            CommentForm::Unknown(allow) => (
                format!("Not a real secret? Add a comment with this text above line {line}:"),
                Some(allow),
            ),
        }
    }

    /// A message that is not committed yet cannot be added to the baseline.
    fn baseline(&self) -> Option<(String, Option<String>)> {
        let verb = if self.has_baseline { "update" } else { "create" };
        let history = match self.subject {
            Subject::Commit { .. } | Subject::Tracked => "",
            Subject::Commits { .. } => " --history",
            Subject::Message => return None,
        };
        let text = "Can't fix it now? Add all current findings to the baseline:";
        let command = format!("keysieve baseline {verb}{history} --owner NAME --reason REASON");
        let add = format!("git add {}", self.pathspec(FILE.into()));
        Some((text.to_owned(), Some(format!("{command}\n{add}"))))
    }
}

/// The confidence, and how the secret is encoded if that is not obvious.
fn label(credential: &Credential, occurrence: &Occurrence) -> String {
    let mut label = match credential.verdict {
        Verdict::Valid => "checksum valid".to_owned(),
        _ => format!("{} confidence", credential.confidence),
    };
    if occurrence.encoding != Encoding::PLAIN {
        label = format!("{label}, in {}", occurrence.encoding);
    }
    if occurrence.region.end.line > occurrence.region.start.line {
        label = format!("{label}, ends on line {}", occurrence.region.end.line);
    }
    label
}

pub(super) fn short(commit: &CommitRef) -> &str {
    commit.id.get(..10).unwrap_or(&commit.id)
}

/// `  Impact   A text that continues on the next line.`
fn write_labelled(label: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in wrapped(text, width.saturating_sub(LABEL)).iter().enumerate() {
        match number {
            0 => writeln!(out, "  {STRONG}{label:<9}{STRONG:#}{line}")?,
            _ => writeln!(out, "{:LABEL$}{line}", "")?,
        }
    }
    Ok(())
}

fn write_option(
    number: usize,
    text: &str,
    command: Option<&str>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (index, line) in wrapped(text, width.saturating_sub(5)).iter().enumerate() {
        match index {
            0 => writeln!(out, "  {number}. {line}")?,
            _ => writeln!(out, "     {line}")?,
        }
    }
    // Never wrapped: it is to be copied.
    let mut lines = command.into_iter().flat_map(str::lines);
    lines.try_for_each(|line| writeln!(out, "       {LINE}{line}{LINE:#}"))
}

/// Whether a file of that name usually contains secrets.
fn is_private(path: &[u8]) -> bool {
    let name = path.rsplit_str("/").next().unwrap_or_default().to_ascii_lowercase();
    let is_model =
        ["example", "sample", "template", "dist"].iter().any(|end| name.ends_with_str(end));
    let is_key = ["pem", "key", "p12", "pfx", "jks"]
        .iter()
        .any(|end| name.strip_suffix(end.as_bytes()).is_some_and(|stem| stem.ends_with_str(".")));
    !is_model && (name.starts_with_str(".env") || is_key)
}

/// A path as a word of the shell.
fn shell_word(path: &BStr) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(byte);
    let text = escaped(&path.to_str_lossy()).into_owned();
    if !text.is_empty() && path.iter().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
