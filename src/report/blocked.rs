//! What a developer sees whose commit or push was stopped: one screen that says what leaks,
//! whether it has got out already, and how to go on.

use std::collections::BTreeMap;
use std::io::{self, Write};

use bstr::{BStr, ByteSlice};

use super::human::{BAD, FAINT, LINE, LINK, STRONG, write_rest};
use super::output::Shown;
use super::snippet::wrapped;
use super::{Report, Screen, Steady, place_name, plain, snippet};
use crate::findings::{
    CommitRef, Credential, Encoding, Fingerprint, Occurrence, Place, Pushed, Verdict,
};
use crate::policy::baseline::FILE;
use crate::policy::comment::CommentForm;
use crate::policy::inline::MARKER;
use crate::rules::Rule;

/// Other credentials that are named, if there is no room for more.
const FEWEST: usize = 2;

/// Facts shown; a report of another form has them all.
const FACTS_SHOWN: usize = 4;

/// Characters of a commit's summary that are shown.
const SUMMARY_SHOWN: usize = 60;

/// Columns of `  Allows   `.
const LABEL: usize = 11;

/// What was stopped, and what is known of its circumstances.
pub struct Blocked<'a> {
    pub report: &'a Report,
    pub rules: &'a [Rule],
    pub moment: Moment,
    pub pushed: BTreeMap<Fingerprint, Pushed>,
    /// There is a baseline that the guard goes by.
    pub baseline: bool,
    /// Whose commit it is stands in a folder below the top.
    pub below: bool,
}

/// What stands still until the credential is dealt with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
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

impl Blocked<'_> {
    /// Writes it with ANSI colours; the caller strips them where they do not belong.
    pub fn write(&self, screen: Screen, out: &mut dyn Write) -> io::Result<()> {
        let report = &Shown::of(self.report);
        let filtered =
            |(one, pushed): (&Fingerprint, &Pushed)| (*one, report.filter.pushed(pushed, None));
        let pushed = self.pushed.iter().map(filtered).collect();
        let moment = self.moment.clone();
        let mut out = Steady::new(out);
        Blocked { report, moment, pushed, ..*self }.write_shown(report, screen, &mut out)?;
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
        let leaks = match (&self.moment, count) {
            (Moment::Commit { .. }, 1) => "this commit leaks a credential".to_owned(),
            (Moment::Commit { .. }, many) => format!("this commit leaks {many} credentials"),
            (Moment::Message, 1) => "this commit's message leaks a credential".to_owned(),
            (Moment::Message, many) => format!("this commit's message leaks {many} credentials"),
            (Moment::Commits { .. }, 1) => "these commits leak a credential".to_owned(),
            (Moment::Commits { .. }, many) => format!("these commits leak {many} credentials"),
            (Moment::Tracked, 1) => "a tracked file holds a credential".to_owned(),
            (Moment::Tracked, many) => format!("the tracked files hold {many} credentials"),
        };
        let title = format!("{leaks}: {}", rule.name);
        writeln!(out, "{}", snippet::write(&title, place, &label(credential, place), width))?;
        writeln!(out)?;
        write_labelled("Allows", &rule.description, width, out)?;
        if !credential.facts.is_empty() {
            let facts = credential.facts.iter().take(FACTS_SHOWN);
            let facts: Vec<String> =
                facts.map(|fact| format!("{} {}", fact.label(), plain(&fact.value))).collect();
            write_labelled("Tells", &facts.join(" · "), width, out)?;
        }
        if let Place::History { introduced: Some(commit), removed, .. } = &place.place {
            let summary: String = commit.summary.chars().take(SUMMARY_SHOWN).collect();
            let mut told = format!("{} {}", short(commit), plain(&summary));
            if let Some(removed) = removed {
                told = format!("{told}; taken out by {}", short(removed));
            }
            write_labelled("Commit", &told, width, out)?;
        }
        match self.pushed.get(&credential.fingerprint) {
            Some(Pushed::NotYet) => {
                let told = match self.moment {
                    Moment::Message => "not with this message yet: ",
                    _ => "no remote branch has it here: ",
                };
                let told = format!("{told}take it out, and no rotation is needed.");
                write_labelled("Pushed", &told, width, out)?;
            }
            Some(Pushed::To(branch)) => {
                let told =
                    format!("already: it is in the history of {}. Rotate it.", plain(branch));
                write_labelled("Pushed", &told, width, out)?;
            }
            Some(Pushed::Unknown(why)) => {
                let told = format!("cannot be told ({}). In doubt rotate it.", plain(why));
                write_labelled("Pushed", &told, width, out)?;
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
            more => writeln!(
                out,
                "           {FAINT}and {more} more; --format json has them all{FAINT:#}"
            ),
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
        let count = if ways.len() == 3 { "Three" } else { "Two" };
        let each = if several { ", for each of them" } else { "" };
        writeln!(out, "{STRONG}{count} ways on{each}:{STRONG:#}")?;
        for (number, (text, command)) in ways.iter().enumerate() {
            write_way(number + 1, text, command.as_deref(), width, out)?;
        }
        Ok(())
    }

    fn taking_out(&self, place: &Occurrence) -> (String, Option<String>) {
        let path = place.path.as_ref().map(|path| self.pathspec(path.as_bstr()));
        let shown = place_name(place);
        match (&self.moment, path) {
            (Moment::Commit { first }, Some(path)) => {
                let unstage = if *first { "git rm --cached" } else { "git restore --staged" };
                let command = format!("{unstage} -- {path}");
                if is_private(shown.as_bytes()) && !self.below {
                    let text = "Take it out: such a file is best kept out of git.";
                    (text.to_owned(), Some(format!("{command} && echo {path} >> .gitignore")))
                } else {
                    let text = "Take it out, read the value from the environment, then add \
                                the file again.";
                    (text.to_owned(), Some(command))
                }
            }
            (Moment::Message, _) => (
                "Take it out: git kept the message for another try.".to_owned(),
                Some(
                    "git commit --edit -F \"$(git rev-parse --git-path COMMIT_EDITMSG)\""
                        .to_owned(),
                ),
            ),
            (Moment::Commits { root }, _) => match &place.place {
                Place::History { introduced: Some(commit), .. } => {
                    let id = short(commit);
                    let from = if *root { "--root".to_owned() } else { format!("{id}^") };
                    (
                        format!("Take it out of commit {id}: mark it `edit`, amend it, go on."),
                        Some(format!("git rebase --interactive {from}")),
                    )
                }
                _ => (format!("Take it out of {shown}, and make that anew."), None),
            },
            (Moment::Commit { .. } | Moment::Tracked, _) => {
                (format!("Take it out of {shown}. The history keeps it: rotate it too."), None)
            }
        }
    }

    /// A path as a word of the shell that git takes for one from the top.
    fn pathspec(&self, path: &BStr) -> String {
        let top = if self.below { ":/" } else { "" };
        quoted(format!("{top}{path}").as_bytes().as_bstr())
    }

    fn allowing(&self, credential: &Credential, place: &Occurrence) -> (String, Option<String>) {
        let allow = format!("{MARKER} {} REASON", self.rules[credential.rule].id);
        let line = place.region.start.line;
        let path = place.path.as_ref().map(|path| path.as_bstr()).unwrap_or_default();
        let room = match self.moment {
            Moment::Message => CommentForm::Comment(allow),
            _ => CommentForm::of(path, &allow),
        };
        match room {
            CommentForm::Comment(comment) => {
                (format!("Made up? Say so, in a line of its own above line {line}:"), Some(comment))
            }
            CommentForm::NoComments(format) => {
                (format!("Made up? {format} has no comments to say so: go on as in 3."), None)
            }
            CommentForm::Unknown(allow) => (
                format!("Made up? Say so, in a comment of its own above line {line}:"),
                Some(allow),
            ),
        }
    }

    /// A message that is not committed yet stands nowhere that a baseline is made from.
    fn accepting(&self) -> Option<(String, Option<String>)> {
        let verb = if self.baseline { "update" } else { "write" };
        let history = match self.moment {
            Moment::Commit { .. } | Moment::Tracked => "",
            Moment::Commits { .. } => " --history",
            Moment::Message => return None,
        };
        let text = "Live with it for a time: accept what stands here in the baseline.";
        let command = format!("keysieve baseline {verb}{history} --owner NAME --reason REASON");
        let add = format!("git add {}", self.pathspec(FILE.into()));
        Some((text.to_owned(), Some(format!("{command}\n{add}"))))
    }
}

/// How sure it is, and how it is written where that does not meet the eye.
fn label(credential: &Credential, place: &Occurrence) -> String {
    let mut label = match credential.verdict {
        Verdict::Valid => "its checksum holds".to_owned(),
        _ => format!("{} confidence", credential.confidence),
    };
    if place.encoding != Encoding::PLAIN {
        label = format!("{label}, in {}", place.encoding);
    }
    if place.region.end.line > place.region.start.line {
        label = format!("{label}, up to line {}", place.region.end.line);
    }
    label
}

fn short(commit: &CommitRef) -> &str {
    commit.id.get(..10).unwrap_or(&commit.id)
}

fn location(place: &Occurrence) -> String {
    let start = place.region.start;
    format!("{}:{}:{}", place_name(place), start.line, start.column)
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
    let text = plain(&path.to_str_lossy()).into_owned();
    if !text.is_empty() && path.iter().all(is_plain) {
        return text;
    }
    format!("'{}'", text.replace('\'', r"'\''"))
}
