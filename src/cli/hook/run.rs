//! `keysieve hook run`: what git, the pre-commit framework or a coding agent calls.

use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use anyhow::{Context, bail};
use clap::{Args, ValueEnum};
use keysieve::engine::Engine;
use keysieve::findings::{Credential, HistorySource, OccurrenceSource};
use keysieve::git::object_id::ObjectId;
use keysieve::git::{Git, GitEnvironment};
use keysieve::guard::pushed::pushed;
use keysieve::guard::{
    GuardError, guard_call, guard_message, guard_range, guard_staged, guard_tracked, guard_unpushed,
};
use keysieve::hook::{HookTarget, framework_remote};
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
use keysieve::source::worktree::work_tree_top;

use super::push::before_push;
use super::server::ServerArgs;
use crate::cli::engine::EngineArgs;
use crate::cli::output::{OutputArgs, Stream};
use crate::cli::policy::PolicyArgs;

/// Scan the staged changes, a push or a tool call; exit with 1 if they add a credential
///
/// Reads the staged content, not the working tree. Credentials that were already in a changed file
/// do not block the commit. If something cannot be scanned the exit code is 2, which also blocks
/// the commit.
///
/// Under the pre-commit framework, PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF select a range of
/// commits, as in `scan --since`. If nothing is staged, as under `pre-commit run --all-files`, all
/// tracked files are scanned.
///
/// At the stages pre-push, pre-receive and update the report goes to standard error, unless
/// --format or --output is given, and nothing is printed if there is nothing to report.
#[derive(Args)]
pub struct Run {
    /// Stage at which the hook runs
    #[arg(long, value_enum, default_value_t)]
    stage: RunStage,
    /// What git passes to the hook: FILE (commit-msg), REMOTE URL (pre-push), REF OLD NEW (update)
    #[arg(value_name = "ARGUMENT")]
    arguments: Vec<PathBuf>,
    #[command(flatten)]
    pub(super) server: ServerArgs,
    #[command(flatten)]
    pub(super) engine: EngineArgs,
    #[command(flatten)]
    pub(super) policy: PolicyArgs,
    #[command(flatten)]
    pub(super) output: OutputArgs,
}

/// The stages of `hook run`: those of git, and that of a coding agent.
#[derive(Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RunStage {
    /// The staged changes
    #[default]
    PreCommit,
    /// The staged changes of a merge without conflicts
    PreMergeCommit,
    /// The staged changes of a patch that `git am` has applied
    PreApplypatch,
    /// The commit message, without its comments
    CommitMsg,
    /// What a push sends, including commit and tag messages; reads git's lines from standard input
    PrePush,
    /// On a server: what a push adds, all its refs together; reads git's lines from standard input
    PreReceive,
    /// On a server: what a push adds, for one ref
    Update,
    /// What a coding agent is about to write or run; reads the JSON of Claude Code or Cursor from
    /// standard input and answers in the same format
    Agent,
}

impl Run {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let environment = || GitEnvironment::from_process(Path::new(".")).for_hook();
        match self.stage {
            RunStage::Agent => self.respond_to_agent(),
            RunStage::PreReceive | RunStage::Update => {
                self.server.run(self, self.stage, &self.given(), &environment())
            }
            _ => self.server.within_limit(self.stage, || self.guard(&environment())),
        }
    }

    /// The stages on the machine of whoever commits or pushes.
    fn guard(&self, environment: &GitEnvironment) -> anyhow::Result<ExitCode> {
        let (mut report, engine) = self.engine.in_pool(|| match self.stage {
            RunStage::CommitMsg | RunStage::PrePush => {
                let Setup { engine, policy } =
                    self.setup(environment, Some(files::index(environment.clone())))?;
                let report = match self.stage {
                    RunStage::CommitMsg => {
                        let file = self.arguments.first().map(PathBuf::as_path);
                        of_message(environment, file, &engine, &policy)
                    }
                    _ => before_push(environment, &self.given(), &engine, &policy),
                };
                Ok((report?, engine))
            }
            _ => self.before_commit(environment),
        })??;
        self.policy.settle(&mut report, environment, &engine, &self.engine)?;
        let stream = match self.stage {
            RunStage::PrePush => Stream::StderrIfEventful,
            _ => Stream::Stdout,
        };
        if !report.credentials.iter().any(Credential::fails) {
            return self.output.deliver_on(stream, &report, |screen, out| {
                report.write_on(screen, Format::Human, out)
            });
        }
        self.output.deliver_on(stream, &report, |screen, out| {
            let subject = subject(environment, self.stage, &report);
            let pushed = pushed(environment, &engine, &report.credentials);
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

    /// The hook's arguments as text.
    fn given(&self) -> Vec<String> {
        self.arguments.iter().map(|one| one.to_string_lossy().into_owned()).collect()
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
        self.refuse_other_events(environment)?;
        let target = HookTarget::of_process()?;
        match &target {
            HookTarget::Range { from, to } => return self.of_range(environment, Some(from), to),
            HookTarget::Sent { to } => return self.of_range(environment, None, to),
            HookTarget::Staged | HookTarget::StagedOrTracked => {}
        }
        let staged = Staged::merging(environment, &merged_commits()).map_err(GuardError::from)?;
        let staged = Arc::new(staged);
        let Setup { engine, policy } =
            self.setup(environment, Some(files::staged(staged.clone())))?;
        let report = if target == HookTarget::StagedOrTracked && staged.is_empty() {
            guard_tracked(environment, &engine, &policy, &Silent)?
        } else {
            guard_staged(&staged, &engine, &policy, &Silent)
        };
        Ok((report, engine))
    }

    /// What a framework names instead of what is staged: `from..to`, or all that `to` has and the
    /// remote has not.
    fn of_range(
        &self,
        environment: &GitEnvironment,
        from: Option<&str>,
        to: &str,
    ) -> anyhow::Result<(Report, Engine)> {
        let Setup { engine, policy } =
            self.setup(environment, Some(files::index(environment.clone())))?;
        let report = match from {
            Some(from) => guard_range(environment, from, to, &engine, &policy, &Silent)?,
            None => {
                let (range, remote) = ((None, to), framework_remote());
                guard_unpushed(environment, range, &remote, &engine, &policy, &Silent)?
            }
        };
        Ok((report, engine))
    }

    /// A hook of git's configuration may be set for an event whose arguments identify it: without the
    /// right stage it would pass what it never scanned.
    fn refuse_other_events(&self, environment: &GitEnvironment) -> anyhow::Result<()> {
        let given = self.given();
        let stage = match &given[..] {
            [file] if ["COMMIT_EDITMSG", "MERGE_MSG"].iter().any(|name| file.ends_with(name)) => {
                "commit-msg"
            }
            [remote, url] if remote == url || is_remote(environment, remote)? => "pre-push",
            _ => return Ok(()),
        };
        bail!(
            "these are the arguments of git's {stage} hook; run it with --stage {stage} (for a \
             hook of the configuration, in `hook.NAME.command`)"
        )
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

/// Whether a remote of that name is configured.
fn is_remote(environment: &GitEnvironment, name: &str) -> anyhow::Result<bool> {
    let key = format!("remote.{name}.url");
    Ok(Git::new(environment).query(&["config", "--get", &key])?.is_some())
}

/// The commits that `git merge` merges, from `GITHEAD_<id>=<name>`: when it runs its
/// pre-merge-commit hook, which may be the same command as the pre-commit hook, there is no
/// MERGE_HEAD yet.
fn merged_commits() -> Vec<ObjectId> {
    let names = std::env::vars_os().map(|(name, _)| name);
    let id = |name: std::ffi::OsString| {
        ObjectId::from_hex(name.as_encoded_bytes().strip_prefix(b"GITHEAD_")?)
    };
    names.filter_map(id).collect()
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
