//! `keysieve hook run --stage pre-receive` and `--stage update`: a server that receives a push.
//!
//! Each ref is judged by the policy of the commit that it was at, a new one by that of HEAD, and by
//! the server's own configuration: what is pushed must not approve itself.

use std::collections::BTreeMap;
use std::io::Read;
use std::process::ExitCode;
use std::time::{Duration, Instant};

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use keysieve::findings::Credential;
use keysieve::git::object_id::ObjectId;
use keysieve::git::{Git, GitEnvironment, ObjectReader, revision};
use keysieve::guard::guard_received;
use keysieve::policy::Inline;
use keysieve::policy::config::RunMode;
use keysieve::report::Report;
use keysieve::report::output::filter_again;
use keysieve::report::rejection::{Rejection, Storage};
use keysieve::setup::approval::{PolicyCommit, ignore_comments};
use keysieve::setup::{Repository, Setup};
use keysieve::source::range::{Deadline, RefUpdate, TIME_LIMIT};

use super::run::{Run, RunStage};
use super::watchdog::Watchdog;
use crate::cli::output::Stream;

/// Seconds that a server's hook may take: GitHub Enterprise Server stops it after 5.
const SERVER_LIMIT: f64 = 4.5;

/// Different policies by which one push is judged; further refs are judged by that of HEAD.
const MOST_POLICIES: usize = 16;

#[derive(Args)]
pub struct ServerArgs {
    /// Stop scanning after this many seconds; 0 is no limit [default: 4.5 for pre-receive and
    /// update, otherwise 0]
    #[arg(long, value_name = "SECONDS", value_parser = seconds, help_heading = "Server and time")]
    time_limit: Option<Duration>,
    /// What happens to a commit or push that is not scanned completely within --time-limit
    #[arg(long, value_enum, default_value_t, help_heading = "Server and time")]
    on_timeout: OnTimeout,
    /// Whom to ask for an exception, shown if a server rejects a push
    #[arg(long, value_name = "TEXT", help_heading = "Server and time")]
    contact: Option<String>,
}

/// What happens if the time is over.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum OnTimeout {
    /// Exit with 2, which blocks it
    #[default]
    Block,
    /// Exit with 0 and print a warning, unless something was found
    Allow,
}

fn seconds(text: &str) -> Result<Duration, &'static str> {
    let seconds = text.parse().map_err(|_| "expected a number of seconds, such as 4.5")?;
    Duration::try_from_secs_f64(seconds).map_err(|_| "expected a number of seconds, such as 4.5")
}

/// A push as one policy judges it.
struct Judged {
    report: Report,
    ignored_comments: usize,
    contact: Option<String>,
}

impl ServerArgs {
    /// Runs `work`; if it takes too long the process ends.
    pub fn within_limit<T>(
        &self,
        stage: RunStage,
        work: impl FnOnce() -> anyhow::Result<T>,
    ) -> anyhow::Result<T> {
        let Some(limit) = self.limit(stage) else { return work() };
        let watchdog = Watchdog::start(limit, limit, self.on_timeout);
        let result = work();
        watchdog.finish();
        result
    }

    fn limit(&self, stage: RunStage) -> Option<Duration> {
        let is_server = matches!(stage, RunStage::PreReceive | RunStage::Update);
        let usual = is_server.then(|| Duration::from_secs_f64(SERVER_LIMIT));
        self.time_limit.or(usual).filter(|limit| !limit.is_zero())
    }

    /// The stages of a server.
    pub fn run(
        &self,
        run: &Run,
        stage: RunStage,
        arguments: &[String],
        environment: &GitEnvironment,
    ) -> anyhow::Result<ExitCode> {
        let start = Instant::now();
        let limit = self.limit(stage);
        let watchdog = limit.map(|limit| Watchdog::start(limit, limit + GRACE, self.on_timeout));
        let deadline = limit.map_or_else(Deadline::default, |limit| Deadline::after(start, limit));
        let updates = updates(stage, arguments)?;
        let groups = by_policy(run, environment, updates)?;
        let judge = || {
            let judged = groups.iter().map(|(commit, updates)| {
                run.judge_received(environment, *commit, updates, deadline)
            });
            judged.collect::<anyhow::Result<Vec<Judged>>>()
        };
        let judged = run.engine.in_pool(judge)??;
        if let Some(watchdog) = watchdog {
            watchdog.finish();
        }
        let is_quarantined = ["GIT_QUARANTINE_PATH", "GIT_OBJECT_DIRECTORY"]
            .iter()
            .any(|name| std::env::var_os(name).is_some());
        let storage = match (stage, is_quarantined) {
            (RunStage::PreReceive, true) => Storage::Deleted,
            _ => Storage::Unreachable,
        };
        let mut worst = 0;
        for mut one in judged {
            let is_forgiven = self.forgive_timeout(&mut one.report);
            let code = self.deliver(run, &one, storage, is_forgiven)?;
            worst = worst.max(code);
        }
        Ok(ExitCode::from(worst))
    }

    /// With `--on-timeout allow`, what was not scanned in time is a warning. Returns whether there was
    /// something.
    fn forgive_timeout(&self, report: &mut Report) -> bool {
        let coverage = &mut report.coverage;
        if self.on_timeout == OnTimeout::Block {
            return false;
        }
        let is_timeout = |name: &str| name == TIME_LIMIT;
        let failures = std::mem::take(&mut coverage.failures);
        let (timeouts, failures): (Vec<_>, Vec<_>) =
            failures.into_iter().partition(|failure| is_timeout(&failure.name));
        coverage.failures = failures;
        let note = |failure: &keysieve::source::Failure| {
            format!("{} was not scanned: {}", failure.name, failure.reason)
        };
        coverage.notes.extend(timeouts.iter().map(note));
        !timeouts.is_empty()
    }

    fn deliver(
        &self,
        run: &Run,
        judged: &Judged,
        storage: Storage,
        is_forgiven: bool,
    ) -> anyhow::Result<u8> {
        let Judged { report, ignored_comments, contact } = judged;
        let is_rejected = report.credentials.iter().any(Credential::fails)
            || !report.coverage.failures.is_empty();
        run.output.deliver_code(Stream::StderrIfEventful, report, |screen, out| {
            if is_forgiven && report.credentials.is_empty() && !is_rejected {
                return writeln!(out, "{NOT_COMPLETE}");
            }
            if !is_rejected {
                return report.write_on(screen, keysieve::report::Format::Human, out);
            }
            let contact = contact.as_deref();
            Rejection { report, storage, contact, ignored_comments: *ignored_comments }.write(out)
        })
    }
}

/// Replaces the report of a push in which nothing was found before the time was over.
const NOT_COMPLETE: &str = "\
keysieve: warning: the push was not scanned completely within the time limit. It is accepted
(--on-timeout allow).";

/// What the watchdog adds to the limit: the time in which the report is written.
const GRACE: Duration = Duration::from_millis(250);

impl Run {
    /// Judges updates by the policy of a commit.
    fn judge_received(
        &self,
        environment: &GitEnvironment,
        commit: Option<ObjectId>,
        updates: &[RefUpdate],
        deadline: Deadline,
    ) -> anyhow::Result<Judged> {
        let commit = commit.map(|commit| PolicyCommit::open(environment, commit)).transpose()?;
        let files = commit.as_ref().map(PolicyCommit::files);
        let (Setup { engine, mut policy }, files, note) =
            match self.received_setup(environment, files.clone()) {
                Ok(setup) => (setup, files, None),
                // Otherwise nobody could push a repaired policy.
                Err(error) if files.is_some() => {
                    let note = format!(
                        "the policy of the repository cannot be used, so only the server's own \
                         applies: {error:#}"
                    );
                    (self.received_setup(environment, None)?, None, Some(note))
                }
                Err(error) => return Err(error),
            };
        if !self.policy.is_pinned() {
            policy.inline = match policy.inline {
                Inline::Ignored => Inline::Ignored,
                _ => Inline::FromRevision,
            };
        }
        let mut report = guard_received(environment, updates, deadline, &engine, &policy)?;
        report.add_notes(note.as_slice(), &engine);
        let foreign = policy.config.honors_ignore_comments();
        let mut ignored_comments = 0;
        if !self.policy.is_pinned() && policy.inline != Inline::Ignored {
            ignored_comments = match &commit {
                Some(commit) => commit.settle(&mut report, &engine, foreign),
                None => ignore_comments(&mut report, foreign),
            };
        }
        self.policy.settle_from(&mut report, files.as_ref(), &engine, &self.engine)?;
        filter_again(&mut report, &engine);
        let contact = self.server.contact.as_ref();
        let contact = contact.map(|text| report.without_secrets(text, &engine));
        Ok(Judged { report, ignored_comments, contact })
    }

    fn received_setup(
        &self,
        environment: &GitEnvironment,
        files: Option<keysieve::policy::files::PolicyFiles>,
    ) -> anyhow::Result<Setup> {
        let repository =
            Repository { files, environment: environment.clone(), ..Repository::default() };
        self.policy.setup(&self.engine, repository, RunMode::Hook)
    }
}

/// The updates of the push.
fn updates(stage: RunStage, arguments: &[String]) -> anyhow::Result<Vec<RefUpdate>> {
    if stage == RunStage::Update {
        let [name, old, new] = arguments else {
            bail!("--stage update needs REF OLD NEW, the arguments that git passes to the hook");
        };
        let update = RefUpdate::new(name.as_bytes(), old.as_bytes(), new.as_bytes());
        return Ok(vec![update.context("OLD and NEW must be object ids")?]);
    }
    let mut lines = Vec::new();
    std::io::stdin().lock().read_to_end(&mut lines).context("cannot read standard input")?;
    if lines.is_empty() {
        bail!(
            "--stage pre-receive needs the lines that git passes to the hook on standard input, and \
             there is no input"
        );
    }
    RefUpdate::parse_received(&lines)
        .map_err(|line| anyhow!("`{line}` is not a line that git passes to a pre-receive hook"))
}

/// The updates by the commit whose policy judges them; `None` is the server's policy alone.
/// Deletions send nothing.
fn by_policy(
    run: &Run,
    environment: &GitEnvironment,
    updates: Vec<RefUpdate>,
) -> anyhow::Result<BTreeMap<Option<ObjectId>, Vec<RefUpdate>>> {
    let mut groups: BTreeMap<Option<ObjectId>, Vec<RefUpdate>> = BTreeMap::new();
    let sent: Vec<RefUpdate> = updates.into_iter().filter(|one| one.new.is_some()).collect();
    if sent.is_empty() {
        return Ok(groups);
    }
    if run.policy.is_pinned() || !run.policy.takes_repository() {
        groups.insert(None, sent);
        return Ok(groups);
    }
    let head = Git::new(environment).object_id("HEAD^{commit}")?;
    let objects = ObjectReader::open(environment);
    let read = |id: &ObjectId| objects.read(id);
    for update in sent {
        let before = update.old.and_then(|id| revision::peeled(&read, id).ok());
        let mut commit = before.or(head);
        if groups.len() >= MOST_POLICIES && !groups.contains_key(&commit) {
            commit = head;
        }
        groups.entry(commit).or_default().push(update);
    }
    Ok(groups)
}
