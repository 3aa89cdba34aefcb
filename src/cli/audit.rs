//! `keysieve audit`.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::bail;
use clap::{Args, ValueEnum};
use jiff::civil::DateTime;
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};
use keysieve::audit::{AuditError, Options, ReadMode, audit};
use keysieve::findings::{Credential, LocalKind, Occurrence};
use keysieve::policy::config::RunMode;
use keysieve::report::Report;
use keysieve::report::output::sink;
use keysieve::setup::{Repository, Setup};
use keysieve::source::history::{HistoryError, RangeSyntax};
use keysieve::source::local::SkippedKinds;

use super::engine::EngineArgs;
use super::output::OutputArgs;
use super::policy::PolicyArgs;
use super::progress::Bar;

/// Scan the full history of a git repository
///
/// Scans every version of every file once, commits and tags with their messages, names of files and
/// refs, stashes and unreachable objects; and what exists only in this clone: the other files of
/// the git directory, such as its config and reflogs. For each credential the report shows the
/// commit that introduced it, its author and date, and whether it is still present at HEAD.
#[derive(Args)]
pub struct Audit {
    /// The repository (bare or not), a folder in it, a bundle or a pack [default: .]; and a range
    /// such as `main..HEAD`, or a revision, to report only credentials that its commits introduced
    #[arg(value_name = "REPO|REVISION|A..B", num_args = 0..=2)]
    repository_or_range: Vec<PathBuf>,
    /// Report only findings committed since this date: 2026-01-31, an RFC 3339 time, or
    /// "2 weeks ago"; days start at midnight UTC
    #[arg(long, value_name = "DATE", value_parser = since)]
    since: Option<i64>,
    /// Report only findings reachable from this branch, tag or commit (repeatable)
    #[arg(long, value_name = "REF")]
    branch: Vec<String>,
    /// Also audit the repositories of submodules
    #[arg(long)]
    recurse_submodules: bool,
    /// Exit with 2 if the clone is shallow
    #[arg(long)]
    require_complete: bool,
    /// Skip what exists only in this clone: all of it, or these kinds of files: config, message,
    /// reflog, rebase, rerere, hook, fetch-head, refs, lfs, annex, jj, other
    #[arg(long, value_name = "KIND", num_args = 0.., require_equals = true, value_delimiter = ',')]
    #[arg(value_parser = local_kind)]
    skip_local: Option<Vec<LocalKind>>,
    /// Include what exists only in this clone in SARIF; other formats always do
    #[arg(long)]
    sarif_local: bool,
    /// Skip objects larger than this many MB (2^20 bytes) [default: 512, or as configured]
    #[arg(long, value_name = "MB", value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    max_blob_size: Option<u64>,
    /// How to read the history; the report is the same
    #[arg(long, value_enum, default_value_t = HistoryReader::Delta, hide = true)]
    history_reader: HistoryReader,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum HistoryReader {
    Delta,
    Whole,
    Full,
}

impl From<HistoryReader> for ReadMode {
    fn from(reader: HistoryReader) -> ReadMode {
        match reader {
            HistoryReader::Delta => ReadMode::Delta,
            HistoryReader::Whole => ReadMode::Whole,
            HistoryReader::Full => ReadMode::Full,
        }
    }
}

impl Audit {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let (repository, revisions) = self.arguments()?;
        // The policy of the repository around a bundle is not the bundle's.
        let work_tree = match repository.is_file() && !repository.ends_with(".git") {
            true => Repository::default(),
            false => Repository::of_work_tree(&repository),
        };
        let Setup { engine, policy } =
            self.policy.setup(&self.engine, work_tree, RunMode::Check)?;
        let branches = self.branch.clone();
        let options = Options {
            reader: self.history_reader.into(),
            max_blob_size: match self.max_blob_size {
                Some(size) => size << 20,
                None => policy.config.max_blob_size(),
            },
            range: RangeSyntax { revisions: revisions.clone(), branches, since: self.since },
            recurse_submodules: self.recurse_submodules,
            require_complete: self.require_complete,
            local: Some(self.skipped_kinds()),
        };
        let report = self.engine.in_pool(|| {
            let bar = Bar::new("objects");
            audit(&repository, &options, &engine, &policy, &bar)
        })?;
        let mut report = match (report, &revisions) {
            (Err(AuditError::History(HistoryError::NotARepository { .. })), Some(word))
                if self.repository_or_range.len() == 1 =>
            {
                bail!("`{word}` does not exist, and the current folder is not in a git repository")
            }
            (report, _) => report?,
        };
        report.sarif_local = self.sarif_local;
        let exit = self.output.deliver(&report, None)?;
        if self.output.is_sarif() && !self.sarif_local && fails_only_in_this_clone(&report) {
            sink::eprint_line(
                "every failing credential is in files of the git directory, which exist only in this \
                 clone; SARIF has no results for them without --sarif-local",
            );
        }
        Ok(exit)
    }

    fn skipped_kinds(&self) -> SkippedKinds {
        match self.skip_local.as_deref() {
            None => SkippedKinds::None,
            Some([]) => SkippedKinds::All,
            Some(kinds) => SkippedKinds::Some(kinds.iter().copied().collect()),
        }
    }

    /// The repository and a revision or range in it. A word that exists as a path is a path.
    fn arguments(&self) -> anyhow::Result<(PathBuf, Option<String>)> {
        let is_revisions = |word: &&PathBuf| {
            !word.exists() && word.to_str().is_some_and(|word| !is_path_only(word))
        };
        let (revisions, paths): (Vec<_>, Vec<_>) =
            self.repository_or_range.iter().partition(is_revisions);
        if let [_, second, ..] = paths[..] {
            bail!("{}: expected at most one repository and one range A..B", second.display());
        }
        if let [first, second, ..] = revisions[..] {
            let (first, second) = (first.display(), second.display());
            bail!("{first}, {second}: expected at most one revision or range A..B");
        }
        let repository = paths.first().map_or(PathBuf::from("."), |path| path.to_path_buf());
        let revisions = revisions.first().and_then(|word| word.to_str()).map(str::to_owned);
        Ok((repository, revisions))
    }
}

/// Whether all that fails the run is in files of the git directory.
fn fails_only_in_this_clone(report: &Report) -> bool {
    let mut failing = report.credentials.iter().flat_map(Credential::failing).peekable();
    failing.peek().is_some() && failing.all(Occurrence::is_local)
}

fn local_kind(name: &str) -> Result<LocalKind, String> {
    LocalKind::named(name).ok_or_else(|| {
        let names: Vec<&str> = LocalKind::ALL.iter().map(|kind| kind.as_str()).collect();
        format!("expected one of {}", names.join(", "))
    })
}

/// Whether a word cannot be a revision (git-check-ref-format(1)).
fn is_path_only(word: &str) -> bool {
    let is_separator = |letter: char| std::path::is_separator(letter);
    let is_range = RangeSyntax::is_revisions(word);
    word.is_empty()
        || !is_range
            && (word.starts_with('.')
                || word.starts_with(is_separator)
                || word.ends_with(is_separator))
}

/// Seconds since 1970 of a date, a time, or a span before now.
fn since(text: &str) -> Result<i64, String> {
    let civil = || Some(text.parse::<DateTime>().ok()?.to_zoned(TimeZone::UTC).ok()?.timestamp());
    let past = || {
        let span: Span = text.parse().ok()?;
        let now = Timestamp::now().to_zoned(TimeZone::UTC);
        let span = if span.is_negative() { span } else { span.negate() };
        Some(now.checked_add(span).ok()?.timestamp())
    };
    let time = text.parse::<Timestamp>().ok().or_else(civil).or_else(past);
    let time = time.ok_or("expected a date such as 2026-01-31 or \"2 weeks ago\"")?;
    Ok(time.as_second())
}
