//! `keysieve baseline`: `create`, `update` and `check`; `import` and `merge` have files of their own.

mod import;
mod merge;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand};
use jiff::ToSpan;
use jiff::civil::Date;
use keysieve::audit::{Options, audit};
use keysieve::engine::Engine;
use keysieve::findings::Credential;
use keysieve::foreign::foreign;
use keysieve::policy::Policy;
use keysieve::policy::baseline::{ActiveBaseline, Baseline, Expiry, FILE, Terms};
use keysieve::report::Report;
use keysieve::report::output::Filter;
use keysieve::report::output::escape::escaped;
use keysieve::report::output::sink::{self, print_line};
use keysieve::scan::scan;
use keysieve::setup::{Repository, Setup, files};
use keysieve::source::Silent;
use keysieve::source::worktree::{Ignored, WorkTree, work_tree_top};

use super::count;
use super::engine::EngineArgs;
use super::policy::ConfigArgs;

/// Number of days until the first of the entries that are added together expires.
const FIRST_EXPIRY: i32 = 30;

/// Manage the baseline of known findings
///
/// A baseline has one entry per credential, identified by its fingerprint. Entries marked revoked
/// or false-positive never fail. Accepted entries fail in new locations and once they have
/// expired.
#[derive(Args)]
pub struct BaselineCommand {
    #[command(subcommand)]
    command: BaselineSubcommand,
}

#[derive(Subcommand)]
enum BaselineSubcommand {
    /// Create a baseline that accepts all current findings until an expiry date
    Create(Create),
    /// Add new findings and refresh the locations of accepted ones; other entries are not changed
    Update(Update),
    /// Import another scanner's baseline, ignore file or report
    ///
    /// Maps each entry to a current finding in the working tree, in the commit that it names, or by
    /// its digest in the history, and adds a baseline entry for it. Entries that could not be mapped
    /// are listed with the reason; the exit code is then 1.
    Import(import::Import),
    /// Merge two baselines with a common ancestor (git merge driver; see `merge.*.driver` in gitattributes(5))
    Merge(merge::Merge),
    /// List stale, expired and soon-to-expire entries; exit with 1 if any are stale or expired
    Check(Check),
}

#[derive(Args)]
struct Target {
    /// The repository or a folder in it
    #[arg(value_name = "REPO", default_value = ".")]
    repository: PathBuf,
    /// Scan the full history, as `audit` does, instead of the working tree; implied if the baseline was created with it
    #[arg(long)]
    history: bool,
    /// The baseline file [default: .keysieve-baseline.toml at the root of the repository]
    #[arg(long, value_name = "FILE")]
    baseline: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Args)]
struct Acceptance {
    /// Person or team responsible for the accepted findings
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Why the findings are accepted
    #[arg(
        long,
        value_name = "TEXT",
        default_value = "found when keysieve was introduced; not triaged yet"
    )]
    reason: String,
    /// Number of days until the last new entry expires; the most severe expire after 30
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(i32).range(1..=3650))]
    within: i32,
}

#[derive(Args)]
struct Create {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    acceptance: Acceptance,
}

#[derive(Args)]
struct Update {
    #[command(flatten)]
    target: Target,
    #[command(flatten)]
    acceptance: Acceptance,
    /// Remove stale entries
    #[arg(long)]
    prune: bool,
}

#[derive(Args)]
struct Check {
    #[command(flatten)]
    target: Target,
}

impl BaselineCommand {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            BaselineSubcommand::Create(command) => command.run(),
            BaselineSubcommand::Update(command) => command.run(),
            BaselineSubcommand::Import(command) => command.run(),
            BaselineSubcommand::Merge(command) => command.run(),
            BaselineSubcommand::Check(command) => command.run(),
        }
    }
}

impl Create {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let file = self.target.file()?;
        if file.symlink_metadata().is_ok() {
            bail!("{} already exists; use `keysieve baseline update` to add to it", file.display());
        }
        let Setup { engine, policy } = self.target.setup()?;
        let found = self.target.scan_all(&engine, &policy, self.target.history)?;
        let history = self.target.history;
        let mut baseline = Baseline { history, ..Baseline::under(engine.key_name()) };
        let (new, ..) = self.acceptance.accept(&mut baseline, &found, &engine, &self.target)?;
        save(&file, baseline, &engine)?;
        let findings = count(new, "accepted finding");
        print_line(&format!("Wrote {} with {findings}. {NEXT}", file.display()))?;
        Ok(ExitCode::SUCCESS)
    }
}

const NEXT: &str = "Accepted findings have an expiry date; triage them before then.";

impl Update {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let file = self.target.file()?;
        let Setup { engine, policy } = self.target.setup()?;
        let mut baseline = read(&file, self.target.top().as_deref(), &engine)?;
        baseline.key = Some(engine.key_name().to_owned());
        baseline.history |= self.target.history;
        let found = self.target.scan_all(&engine, &policy, baseline.history)?;
        let stale = baseline.stale(&found, baseline.history);
        let (new, added, past) =
            self.acceptance.accept(&mut baseline, &found, &engine, &self.target)?;
        for (id, rule) in &stale {
            let state =
                if self.prune { "stale, removed" } else { "stale; use --prune to remove it" };
            print_line(&format!("{id} ({}): {state}", foreign(escaped(rule))))?;
            if self.prune {
                baseline.entries.remove(id);
            }
        }
        save(&file, baseline, &engine)?;
        let mut changes = vec![format!("{new} newly accepted"), count(added, "new location")];
        if past > 0 {
            changes.push(count(past, "past location"));
        }
        print_line(&format!("Wrote {}: {}.", file.display(), changes.join(", ")))?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Check {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let Setup { engine, policy } = self.target.setup()?;
        let baseline = read(&self.target.file()?, self.target.top().as_deref(), &engine)?;
        let history = baseline.history || self.target.history;
        let found = self.target.scan_all(&engine, &policy, history)?;
        let stale = baseline.stale(&found, history);
        for (id, rule) in &stale {
            print_line(&format!("{id} ({}): stale, no longer found", foreign(escaped(rule))))?;
        }
        let today = self.target.engine.today();
        let active = ActiveBaseline { baseline, today, expiry: Expiry::Fails, root: None };
        let mut expired = 0;
        for (id, entry) in &active.baseline.entries {
            expired += usize::from(active.is_expired(entry));
            if let Some(note) =
                active.expiry_note(&format!("{id} ({})", foreign(&entry.rule)), entry)
            {
                print_line(&note)?;
            }
        }
        let entries = match active.baseline.entries.len() {
            1 => "1 entry".to_owned(),
            entries => format!("{entries} entries"),
        };
        print_line(&format!("{entries}: {} stale, {expired} expired.", stale.len()))?;
        Ok(ExitCode::from(u8::from(expired + stale.len() > 0)))
    }
}

impl Acceptance {
    fn accept(
        &self,
        baseline: &mut Baseline,
        found: &[Credential],
        engine: &Engine,
        target: &Target,
    ) -> anyhow::Result<(usize, usize, usize)> {
        let terms = terms(&self.reason, &self.owner, self.within, target.engine.today())?;
        Ok(baseline.accept(found, engine.rules(), &terms))
    }
}

/// The expiry dates: from 30 days for the first of the new entries to `within` for the last.
fn terms(reason: &str, owner: &str, within: i32, today: Date) -> anyhow::Result<Terms> {
    for (option, text) in [("--owner", owner), ("--reason", reason)] {
        if text.trim().is_empty() {
            bail!("{option} is empty");
        }
    }
    let day =
        |after: i32| today.checked_add(after.days()).context("that expiry date is out of range");
    let days = (FIRST_EXPIRY.min(within)..=within).map(day);
    let days: Vec<Date> = days.collect::<anyhow::Result<_>>()?;
    Ok(Terms { reason: reason.to_owned(), owner: owner.to_owned(), days })
}

impl Target {
    fn file(&self) -> anyhow::Result<PathBuf> {
        if let Some(file) = &self.baseline {
            return Ok(file.clone());
        }
        let top = work_tree_top(&self.repository).with_context(|| {
            let shown = self.repository.display();
            format!(
                "{shown} is not in the work tree of a git repository; name the file with --baseline"
            )
        })?;
        Ok(top.join(FILE))
    }

    /// The top of the work tree that the baseline belongs to; `None` if the user names the file.
    fn top(&self) -> Option<PathBuf> {
        if self.baseline.is_none() { work_tree_top(&self.repository) } else { None }
    }

    fn setup(&self) -> anyhow::Result<Setup> {
        let repository = Repository::of_work_tree(&self.repository);
        self.config.setup_without_baseline(&self.engine, repository)
    }

    /// The credentials that are not suppressed by a comment. Everything must be scanned: what was
    /// not scanned would be taken for removed.
    fn scan_all(
        &self,
        engine: &Engine,
        policy: &Policy,
        history: bool,
    ) -> anyhow::Result<Vec<Credential>> {
        let report: Report = self.engine.in_pool(|| {
            if history {
                // A baseline is shared with other clones.
                let options = Options { local: None, ..Options::default() };
                return anyhow::Ok(audit(&self.repository, &options, engine, policy, &Silent)?);
            }
            let top = work_tree_top(&self.repository).unwrap_or_else(|| self.repository.clone());
            let tree = WorkTree::list(&[top], Ignored::Skipped)?;
            Ok(scan(&tree, engine, policy, &Silent))
        })??;
        sink::remember(&report.filter);
        if let Some(failure) = report.coverage.failures.first() {
            bail!("could not scan {}: {}; no baseline was written", failure.name, failure.reason);
        }
        Ok(report.credentials.into_iter().filter(Credential::is_open).collect())
    }
}

/// The baseline of a repository, without following links out of its work tree at `top`.
fn of_repository(file: &Path, top: &Path) -> anyhow::Result<Baseline> {
    let files = files::work_tree(top.to_owned(), &format!("{}/", top.display()));
    let baseline = Baseline::of(&files, FILE.into())?;
    baseline.with_context(|| format!("cannot read the baseline {}: no such file", file.display()))
}

/// The baseline, which must have been written under the engine's fingerprint key. `top` is that of
/// the repository the file belongs to, unless the user names the file.
fn read(file: &Path, top: Option<&Path>, engine: &Engine) -> anyhow::Result<Baseline> {
    let baseline = match top {
        Some(top) => of_repository(file, top)?,
        None => Baseline::read(file)?,
    };
    match baseline.other_key(engine.key_name()) {
        Some(why) => bail!("{}: {why}", file.display()),
        None => Ok(baseline),
    }
}

/// Writes the baseline without secrets, even ones that a user pasted into it.
fn save(file: &Path, baseline: Baseline, engine: &Engine) -> anyhow::Result<()> {
    let filter = Filter::of(engine, &[]);
    sink::remember(&filter);
    save_text(file, &filter.baseline(baseline, engine).to_text())
}

/// Atomically: the file is the old one or the new one.
fn save_text(file: &Path, text: &str) -> anyhow::Result<()> {
    sink::file(file, |out| out.write_all(text.as_bytes()))
        .with_context(|| format!("cannot write {}", file.display()))
}
