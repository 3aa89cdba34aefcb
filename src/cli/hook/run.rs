//! `keysieve hook run`: what git, the pre-commit framework or a coding agent calls.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, anyhow, bail};
use clap::{Args, ValueEnum};
use keysieve::engine::Engine;
use keysieve::findings::{Credential, HistorySource, OccurrenceSource};
use keysieve::git::Git;
use keysieve::git::GitEnvironment;
use keysieve::guard::pushed::pushed;
use keysieve::guard::{
    GuardError, guard_call, guard_message, guard_push, guard_range, guard_staged, guard_tracked,
    guard_unpushed,
};
use keysieve::hook::HookTarget;
use keysieve::policy::Policy;
use keysieve::policy::baseline::FILE;
use keysieve::policy::config::RunMode;
use keysieve::policy::files::PolicyFiles;
use keysieve::report::agent::AgentResponse;
use keysieve::report::hook_report::{HookReport, Subject};
use keysieve::report::output::sink;
use keysieve::report::{Format, Report, Task};
use keysieve::setup::{Repository, Setup, files};
use keysieve::source::Silent;
use keysieve::source::agent::ToolCall;
use keysieve::source::index::Staged;
use keysieve::source::message::Message;
use keysieve::source::range::RefUpdate;
use keysieve::source::worktree::work_tree_top;

use crate::cli::engine::EngineArgs;
use crate::cli::output::OutputArgs;
use crate::cli::policy::PolicyArgs;

/// Scan the staged changes; exit with 1 if they add a credential
///
/// Reads the staged content, not the working tree. Credentials that were already in a changed file
/// do not block the commit. If something cannot be scanned the exit code is 2, which also blocks
/// the commit.
///
/// Under the pre-commit framework, PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF select a range of
/// commits, as in `scan --since`. If nothing is staged, as under `pre-commit run --all-files`, all
/// tracked files are scanned.
#[derive(Args)]
pub struct Run {
    /// Stage at which the hook runs
    #[arg(long, value_enum, default_value_t)]
    stage: RunStage,
    /// File with the commit message (--stage commit-msg only)
    #[arg(value_name = "FILE")]
    file: Option<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// The stages of `hook run`: those of git, and that of a coding agent.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
enum RunStage {
    /// The staged changes
    #[default]
    PreCommit,
    /// The commit message, without its comments
    CommitMsg,
    /// What a push sends, including commit and tag messages; reads git's lines from standard input
    PrePush,
    /// What a coding agent is about to write or run; reads the JSON of Claude Code or Cursor from
    /// standard input and answers in the same format
    Agent,
}

impl Run {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        if self.stage == RunStage::Agent {
            return self.respond_to_agent();
        }
        let environment = GitEnvironment::from_process(Path::new(".")).for_hook();
        let (mut report, engine) = self.engine.in_pool(|| match self.stage {
            RunStage::PreCommit => self.before_commit(&environment),
            stage => {
                let Setup { engine, policy } =
                    self.setup(&environment, Some(files::index(environment.clone())))?;
                let report = match stage {
                    RunStage::CommitMsg => {
                        of_message(&environment, self.file.as_deref(), &engine, &policy)
                    }
                    _ => before_push(&environment, &engine, &policy),
                };
                Ok((report?, engine))
            }
        })??;
        self.policy.settle(&mut report, &environment, &engine, &self.engine)?;
        if !report.credentials.iter().any(Credential::fails) {
            return self.output.deliver(&report, Some(Format::Human));
        }
        self.output.deliver_by(&report, Some(Format::Human), |screen, out| {
            let subject = subject(&environment, self.stage, &report);
            let pushed = pushed(&environment, &engine, &report.credentials);
            let shown = |(one, pushed)| (one, report.filter.pushed(&pushed, Some(&engine)));
            let pushed = pushed.into_iter().map(shown).collect();
            let has_baseline =
                work_tree_top(&environment.folder).is_some_and(|top| top.join(FILE).exists());
            // Set if git was started below the top; hooks always start at the top.
            let in_subfolder =
                std::env::var_os("GIT_PREFIX").is_some_and(|prefix| !prefix.is_empty());
            HookReport { report: &report, subject, pushed, has_baseline, in_subfolder }
                .write(screen, out)
        })
    }

    /// The hook reads the configuration from the index, like everything else: what is not staged is
    /// not part of the commit.
    fn setup(
        &self,
        environment: &GitEnvironment,
        files: Option<PolicyFiles>,
    ) -> anyhow::Result<Setup> {
        let repository =
            Repository { files, environment: environment.clone(), ..Repository::default() };
        self.policy.setup(&self.engine, repository, RunMode::Hook)
    }

    fn before_commit(&self, environment: &GitEnvironment) -> anyhow::Result<(Report, Engine)> {
        let target = HookTarget::of_process()?;
        if let HookTarget::Range { from, to } = &target {
            let Setup { engine, policy } =
                self.setup(environment, Some(files::index(environment.clone())))?;
            return Ok((guard_range(environment, from, to, &engine, &policy, &Silent)?, engine));
        }
        let staged = Arc::new(Staged::open(environment).map_err(GuardError::from)?);
        let Setup { engine, policy } =
            self.setup(environment, Some(files::staged(staged.clone())))?;
        let report = if target == HookTarget::StagedOrTracked && staged.is_empty() {
            guard_tracked(environment, &engine, &policy, &Silent)?
        } else {
            guard_staged(&staged, &engine, &policy, &Silent)
        };
        Ok((report, engine))
    }

    /// Every error ends with exit code 2, which blocks either agent.
    fn respond_to_agent(&self) -> anyhow::Result<ExitCode> {
        let mut input = Vec::new();
        std::io::stdin().lock().read_to_end(&mut input).context("cannot read standard input")?;
        let folder = std::env::current_dir().context("cannot determine the current folder")?;
        let environment = GitEnvironment::from_process(&folder).for_hook();
        let top = work_tree_top(&folder);
        let index = top.as_ref().map(|_| files::index(environment.clone()));
        let Setup { engine, policy } = self.setup(&environment, index)?;
        let response = match ToolCall::read(&input, &folder, top.as_deref()) {
            Err(error) => AgentResponse::refusal(&error),
            Ok(call) => {
                let mut report = self.engine.in_pool(|| guard_call(&call, &engine, &policy))?;
                if top.is_some() {
                    self.policy.settle(&mut report, &environment, &engine, &self.engine)?;
                }
                AgentResponse::to(call.agent, &call.event, &report)
            }
        };
        sink::print_response(&response.stdout, &response.stderr)?;
        Ok(ExitCode::from(response.code))
    }
}

/// What the report is about, for the reader whose work it blocks.
fn subject(environment: &GitEnvironment, stage: RunStage, report: &Report) -> Subject {
    let exists = |revision: &str| {
        Git::new(environment).object_id(revision).is_ok_and(|found| found.is_some())
    };
    let commit =
        report.credentials.iter().flat_map(Credential::failing).next().map(|one| &one.source);
    match (report.task, commit) {
        (Task::Scan | Task::Audit, _) => Subject::Tracked,
        (Task::Staged, _) if stage == RunStage::CommitMsg => Subject::Message,
        (Task::Staged, _) => Subject::Commit { first: !exists("HEAD") },
        (
            Task::Range,
            Some(OccurrenceSource::History(HistorySource { introduced: Some(commit), .. })),
        ) => Subject::Commits { root: !exists(&format!("{}^", commit.id)) },
        (Task::Range, _) => Subject::Commits { root: false },
    }
}

/// The name of the editor shows whether git starts one: "commit-msg" hooks run with
/// `GIT_EDITOR=:` if it does not.
fn of_message(
    environment: &GitEnvironment,
    file: Option<&Path>,
    engine: &Engine,
    policy: &Policy,
) -> anyhow::Result<Report> {
    let file = file
        .context("--stage commit-msg needs FILE, the message file that git passes to the hook")?;
    let edited = std::env::var_os("GIT_EDITOR").is_none_or(|editor| editor != ":");
    Ok(guard_message(&Message::read(environment, file, edited)?, engine, policy))
}

/// The framework reads the lines itself; it names a range if it finds one, otherwise the branch.
fn before_push(
    environment: &GitEnvironment,
    engine: &Engine,
    policy: &Policy,
) -> anyhow::Result<Report> {
    let framework = std::env::var_os("PRE_COMMIT").is_some_and(|value| !value.is_empty());
    if let HookTarget::Range { from, to } = HookTarget::of_process()? {
        return Ok(guard_range(environment, &from, &to, engine, policy, &Silent)?);
    }
    if framework {
        let branch = std::env::var("PRE_COMMIT_LOCAL_BRANCH").ok();
        let branch = branch.filter(|name| !name.is_empty()).unwrap_or_else(|| "HEAD".to_owned());
        return Ok(guard_unpushed(environment, &branch, engine, policy, &Silent)?);
    }
    let mut lines = Vec::new();
    let input = std::io::stdin();
    let is_terminal = input.is_terminal();
    if !is_terminal {
        input.lock().read_to_end(&mut lines).context("cannot read standard input")?;
    }
    // If everything is up to date git passes no line, but it always opens a pipe.
    if is_terminal || lines.is_empty() && is_device(&input) {
        bail!(
            "--stage pre-push needs the lines that git passes to the hook on standard input, and \
             there is no input; the hook manager must pass it on (for lefthook, `use_stdin: true`)"
        );
    }
    let updates = RefUpdate::parse(&lines)
        .map_err(|line| anyhow!("`{line}` is not a line that git passes to a pre-push hook"))?;
    Ok(guard_push(environment, &updates, engine, policy, &Silent)?)
}

/// Whether it is `/dev/null` or another device, or closed: another program has kept git's lines.
#[cfg(unix)]
fn is_device(input: &std::io::Stdin) -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let file = input.as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = file.and_then(|file| file.metadata()).map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_char_device())
}

#[cfg(not(unix))]
fn is_device(_input: &std::io::Stdin) -> bool {
    false
}
