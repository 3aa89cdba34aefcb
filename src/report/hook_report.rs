//! What a developer sees whose commit or push was stopped: one screen that says what leaks,
//! whether it has got out already, and how to go on.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bstr::{BStr, ByteSlice};

use super::human::{BAD, FAINT, LINE, LINK, STRONG, write_rest};
use super::output::Shown;
use super::snippet::wrapped;
use super::{EscapingWriter, Report, Screen, escaped, location_name, snippet};
use crate::findings::{
    CommitRef, Credential, Encoding, Fingerprint, Occurrence, Place, Pushed, Verdict,
};
use crate::policy::baseline::FILE;
use crate::policy::comment::Room;
use crate::policy::inline::MARK;
use crate::rules::Rule;

/// Other credentials that are named, if there is no room for more.
const FEWEST: usize = 2;

/// Facts shown; a report of another form has them all.
const FACTS_SHOWN: usize = 4;

/// Characters of a commit's summary that are shown.
const SUMMARY_SHOWN: usize = 60;

/// Columns of `  Impact   `.
const LABEL: usize = 11;

/// What is known of a credential that no remote-tracking branch has.
const NOT_PUSHED: &str = "Not on any remote-tracking branch of this clone. If it was never pushed \
                          or shared, removing it is enough; if unsure, rotate.";

/// What was stopped, and what is known of its circumstances.
pub struct HookReport<'a> {
    pub report: &'a Report,
    pub rules: &'a [Rule],
    pub subject: Subject,
    pub pushed: BTreeMap<Fingerprint, Pushed>,
    /// There is a baseline that the guard goes by.
    pub has_baseline: bool,
    /// Whose commit it is stands in a folder below the top.
    pub in_subfolder: bool,
}

/// What stands still until the credential is dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A commit that is staged.
    Commit {
        /// It is the repository's first.
        first: bool,
    },
    /// A commit whose message is written.
    Message,
    /// Commits that are pushed, or a range of them.
    Commits {
        /// The first place's commit has no parent.
        root: bool,
    },
    /// Nothing: all that git tracks was looked at.
    Tracked,
}

impl HookReport<'_> {
    /// Writes it with ANSI colours; the caller strips them where they do not belong.
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

    /// `report` is the report.
    fn write_shown(&self, report: &Shown, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let open: Vec<&Credential> =
            self.report.credentials.iter().filter(|found| found.fails()).collect();
        let Some((first, others)) = open.split_first() else {
            return write_rest(report, screen.detail, out);
        };
        let Some(place) = first.failing().next() else { return Ok(()) };
        let mut shown = Vec::new();
        self.write_first(first, place, open.len(), screen, &mut shown)?;
        let mut ways = Vec::new();
        self.write_ways(first, place, !others.is_empty(), screen, &mut ways)?;
        let mut rest = Vec::new();
        write_rest(report, screen.detail, &mut rest)?;
        let taken: usize = [&shown, &ways, &rest].iter().map(|text| text.lines().count() + 1).sum();
        out.write_all(&shown)?;
        self.write_others(others, screen.height.saturating_sub(taken + 1).max(FEWEST), out)?;
        writeln!(out)?;
        out.write_all(&ways)?;
        writeln!(out)?;
        out.write_all(&rest)
    }

    /// What leaks, where, what it can do, whether it is out, where it is rotated.
    fn write_first(
        &self,
        credential: &Credential,
        place: &Occurrence,
        count: usize,
        Screen { width, .. }: Screen,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let rule = &self.rules[credential.rule];
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
        writeln!(out, "{}", snippet::write(&title, place, &label(credential, place), width))?;
        writeln!(out)?;
        write_labelled("Impact", &rule.description, width, out)?;
        if !credential.facts.is_empty() {
            let facts = credential.facts.iter().take(FACTS_SHOWN);
            let facts: Vec<String> =
                facts.map(|fact| format!("{} {}", fact.label(), escaped(&fact.value))).collect();
            write_labelled("Details", &facts.join(" · "), width, out)?;
        }
        if let Place::History { introduced: Some(commit), removed, .. } = &place.place {
            let summary: String = commit.summary.chars().take(SUMMARY_SHOWN).collect();
            let mut told = format!("{} {}", short(commit), escaped(&summary));
            if let Some(removed) = removed {
                told = format!("{told}; removed in {}", short(removed));
            }
            write_labelled("Commit", &told, width, out)?;
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

    /// A line for each of the others that there is room for.
    fn write_others(
        &self,
        others: &[&Credential],
        room: usize,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let named = if others.len() > room { room - 1 } else { others.len() };
        for (number, credential) in others[..named].iter().enumerate() {
            let Some(place) = credential.failing().next() else { continue };
            let label = if number == 0 { "Also" } else { "" };
            let name = &self.rules[credential.rule].name;
            write!(out, "  {STRONG}{label:<9}{STRONG:#}{} {name}", location(place))?;
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

    fn write_ways(
        &self,
        credential: &Credential,
        place: &Occurrence,
        several: bool,
        Screen { width, .. }: Screen,
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut ways = vec![self.taking_out(place), self.allowing(credential, place)];
        ways.extend(self.accepting());
        let each = if several { " for each" } else { "" };
        writeln!(out, "{STRONG}Choose one{each}:{STRONG:#}")?;
        for (number, (text, command)) in ways.iter().enumerate() {
            write_way(number + 1, text, command.as_deref(), width, out)?;
        }
        Ok(())
    }

    fn taking_out(&self, place: &Occurrence) -> (String, Option<String>) {
        let path = place.path.as_ref().map(|path| self.pathspec(path.as_bstr()));
        let shown = location_name(place);
        match (&self.subject, path) {
            (Subject::Commit { first }, Some(path)) => {
                let unstage = if *first { "git rm --cached" } else { "git restore --staged" };
                let command = format!("{unstage} -- {path}");
                if is_private(shown.as_bytes()) && !self.in_subfolder {
                    let text = "Unstage the file; such files are best kept out of git:";
                    (text.to_owned(), Some(format!("{command} && echo {path} >> .gitignore")))
                } else {
                    let text = "Unstage the file, read the value from the environment instead, \
                                then add the file again:";
                    (text.to_owned(), Some(command))
                }
            }
            (Subject::Message, _) => (
                "Edit the message, of which git kept a copy, and commit again:".to_owned(),
                Some(
                    "git commit --edit -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\""
                        .to_owned(),
                ),
            ),
            (Subject::Commits { root }, _) => match &place.place {
                Place::History { introduced: Some(commit), .. } => {
                    let id = short(commit);
                    let from = if *root { "--root".to_owned() } else { format!("{id}^") };
                    (
                        format!(
                            "Remove it from commit {id}: mark that `edit`, amend it, continue:"
                        ),
                        Some(format!("git rebase --interactive {from}")),
                    )
                }
                _ => (format!("Remove it from {shown} and recreate that."), None),
            },
            (Subject::Commit { .. } | Subject::Tracked, _) => (
                format!("Remove it from {shown}. It stays in the history, so rotate it as well."),
                None,
            ),
        }
    }

    /// A path as a word of the shell that git takes for one from the top.
    fn pathspec(&self, path: &BStr) -> String {
        let top = if self.in_subfolder { ":/" } else { "" };
        quoted(format!("{top}{path}").as_bytes().as_bstr())
    }

    fn allowing(&self, credential: &Credential, place: &Occurrence) -> (String, Option<String>) {
        let allow = format!("{MARK} {} REASON", self.rules[credential.rule].id);
        let line = place.region.start.line;
        let path = place.path.as_ref().map(|path| path.as_bstr()).unwrap_or_default();
        let room = match self.subject {
            Subject::Message => Room::Comment(allow),
            _ => Room::of(path, &allow),
        };
        match room {
            Room::Comment(comment) => (
                format!("Not a real secret? Add this comment on its own line above line {line}:"),
                Some(comment),
            ),
            Room::NoComments(format) => {
                (format!("Not a real secret? {format} has no comments, so use option 3."), None)
            }
            Room::Unknown(allow) => (
                format!("Not a real secret? Add a comment with this text above line {line}:"),
                Some(allow),
            ),
        }
    }

    /// A message that is not committed yet stands nowhere that a baseline is made from.
    fn accepting(&self) -> Option<(String, Option<String>)> {
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

/// How sure it is, and how it is written where that does not meet the eye.
fn label(credential: &Credential, place: &Occurrence) -> String {
    let mut label = match credential.verdict {
        Verdict::Valid => "checksum valid".to_owned(),
        _ => format!("{} confidence", credential.confidence),
    };
    if place.encoding != Encoding::PLAIN {
        label = format!("{label}, in {}", place.encoding);
    }
    if place.region.end.line > place.region.start.line {
        label = format!("{label}, ends on line {}", place.region.end.line);
    }
    label
}

fn short(commit: &CommitRef) -> &str {
    commit.id.get(..10).unwrap_or(&commit.id)
}

fn location(place: &Occurrence) -> String {
    let start = place.region.start;
    format!("{}:{}:{}", location_name(place), start.line, start.column)
}

/// `  Allows   A text that goes on below itself.`
fn write_labelled(label: &str, text: &str, width: usize, out: &mut dyn Write) -> io::Result<()> {
    for (number, line) in wrapped(text, width.saturating_sub(LABEL)).iter().enumerate() {
        match number {
            0 => writeln!(out, "  {STRONG}{label:<9}{STRONG:#}{line}")?,
            _ => writeln!(out, "{:LABEL$}{line}", "")?,
        }
    }
    Ok(())
}

fn write_way(
    number: usize,
    text: &str,
    command: Option<&str>,
    width: usize,
    out: &mut dyn Write,
) -> io::Result<()> {
    for (at, line) in wrapped(text, width.saturating_sub(5)).iter().enumerate() {
        match at {
            0 => writeln!(out, "  {number}. {line}")?,
            _ => writeln!(out, "     {line}")?,
        }
    }
    // Never wrapped: it is there to be copied.
    let mut lines = command.into_iter().flat_map(str::lines);
    lines.try_for_each(|line| writeln!(out, "       {LINE}{line}{LINE:#}"))
}

/// Files that are there to hold what is private.
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
fn quoted(path: &BStr) -> String {
    let is_plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"/._-+@%,:=".contains(byte);
    let text = escaped(&path.to_str_lossy()).into_owned();
    if !text.is_empty() && path.iter().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
