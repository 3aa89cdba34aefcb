//! Options of the policy: configuration, baseline, what fails.

use std::path::{Path, PathBuf};

use clap::Args;
use keysieve::engine::Engine;
use keysieve::findings::Credential;
use keysieve::git::GitEnvironment;
use keysieve::policy::Inline;
use keysieve::policy::baseline::{ActiveBaseline, Baseline, Expiry, FILE};
use keysieve::policy::config::{ConfigFiles, Layer, RunMode, organization_file, user_file};
use keysieve::policy::files::PolicyFiles;
use keysieve::report::Report;
use keysieve::report::output::filter_again;
use keysieve::rules::Confidence;
use keysieve::setup::revision::PinnedPolicy;
use keysieve::setup::{BaselineChoice, Repository, Setup, SetupOptions};
use keysieve::source::index;
use keysieve::source::worktree::work_tree_top;

use super::engine::{EngineArgs, confidence};

#[derive(Args)]
pub struct ConfigArgs {
    /// Use this configuration file; it takes precedence over all others
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    config: Option<PathBuf>,
    /// Ignore the repository's own configuration, baseline and suppression comments
    #[arg(long, help_heading = "Policy")]
    no_repo_config: bool,
}

#[derive(Args)]
pub struct PolicyArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Use this baseline file [default: .keysieve-baseline.toml at the root of the repository, if it exists]
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    baseline: Option<PathBuf>,
    /// Ignore the baseline
    #[arg(long, conflicts_with = "baseline", help_heading = "Policy")]
    no_baseline: bool,
    /// Take the repository's configuration, baseline and suppression comments from this revision, such as the base of a pull request; changes to them are listed but ignored
    #[arg(long, value_name = "REV", conflicts_with_all = ["no_repo_config", "baseline"], help_heading = "Policy")]
    policy_from: Option<String>,
    /// Minimum confidence that fails the run; lower confidence is reported as a warning [default: medium, or high in the hook, or as configured]
    #[arg(long, value_parser = confidence(), value_name = "LEVEL", help_heading = "Policy")]
    fail_on: Option<Confidence>,
}

impl PolicyArgs {
    /// Whether the repository's own policy is used.
    pub fn takes_repository(&self) -> bool {
        !self.config.no_repo_config
    }

    /// The engine and the policy for a repository.
    pub fn setup(
        &self,
        engine: &EngineArgs,
        repository: Repository,
        mode: RunMode,
    ) -> anyhow::Result<Setup> {
        let baseline = match &self.baseline {
            _ if self.no_baseline => BaselineChoice::Disabled,
            // The hook reads the baseline from the index, and only if it found something.
            _ if mode == RunMode::Hook && self.policy_from.is_none() => BaselineChoice::Disabled,
            _ if self.config.no_repo_config && self.baseline.is_none() => BaselineChoice::Disabled,
            Some(file) => BaselineChoice::File(file.clone()),
            None => BaselineChoice::Repository,
        };
        let mut command_line = engine.layer();
        command_line.confidence = self.fail_on;
        command_line.hook = command_line.confidence;
        let Some(name) = &self.policy_from else {
            return self.config.setup(engine, repository, baseline, mode, command_line);
        };
        let revision = PinnedPolicy::find(&repository.environment, name)?;
        let now = repository.files;
        let repository = Repository { files: Some(revision.files()), ..repository };
        let setup = self.config.setup(engine, repository, baseline, mode, command_line)?;
        Ok(setup.of_revision(&revision, now.as_ref())?)
    }

    /// Applies the baseline that is about to be committed to what a hook found; it is read only
    /// if something was found. A baseline written under another fingerprint key is a note and not
    /// an error: its entries are then ignored.
    pub fn settle(
        &self,
        report: &mut Report,
        environment: &GitEnvironment,
        engine: &Engine,
        arguments: &EngineArgs,
    ) -> anyhow::Result<()> {
        if self.no_baseline || self.policy_from.is_some() {
            return Ok(());
        }
        if !report.credentials.iter().any(Credential::is_open) {
            return Ok(());
        }
        let baseline = match &self.baseline {
            Some(file) => Baseline::read(file)?,
            None if self.config.no_repo_config => return Ok(()),
            None => match index::file_in_index(environment, FILE)? {
                Some(text) => {
                    let text = String::from_utf8_lossy(&text);
                    Baseline::of_text(&text, Path::new(FILE))?
                }
                None => {
                    if work_tree_top(&environment.folder).is_some_and(|top| top.join(FILE).exists())
                    {
                        report.coverage.notes.push(format!(
                            "{FILE} is not staged and is ignored; run `git add {FILE}`"
                        ));
                    }
                    return Ok(());
                }
            },
        };
        apply(baseline, report, engine, arguments);
        Ok(())
    }

    /// Applies the baseline among these files, or that of `--baseline`, to what was pushed.
    pub fn settle_from(
        &self,
        report: &mut Report,
        files: Option<&PolicyFiles>,
        engine: &Engine,
        arguments: &EngineArgs,
    ) -> anyhow::Result<()> {
        if self.no_baseline
            || self.is_pinned()
            || !report.credentials.iter().any(Credential::is_open)
        {
            return Ok(());
        }
        let baseline = match (&self.baseline, files) {
            (Some(file), _) => Some(Baseline::read(file)?),
            (None, Some(files)) => match Baseline::of(files, FILE.into()) {
                Ok(baseline) => baseline,
                // Otherwise nobody could push a repaired one.
                Err(error) => {
                    report.add_notes(&[format!("the baseline is ignored: {error}")], engine);
                    None
                }
            },
            (None, None) => None,
        };
        if let Some(baseline) = baseline {
            apply(baseline, report, engine, arguments);
        }
        Ok(())
    }

    /// Whether the policy is taken from a revision that was named.
    pub fn is_pinned(&self) -> bool {
        self.policy_from.is_some()
    }
}

/// Suppresses what a baseline lists.
fn apply(baseline: Baseline, report: &mut Report, engine: &Engine, arguments: &EngineArgs) {
    let notes = match baseline.other_key(engine.key_name()) {
        Some(why) => vec![why],
        None => {
            // A commit in progress has not moved a file that is not in its parent.
            let (today, root) = (arguments.today(), None);
            ActiveBaseline { baseline, today, expiry: Expiry::Warns, root }
                .suppress(&mut report.credentials)
        }
    };
    report.coverage.notes.extend(notes);
    filter_again(report, engine);
}

impl ConfigArgs {
    /// The engine and the policy of a command that maintains a baseline and applies none.
    pub fn setup_without_baseline(
        &self,
        engine: &EngineArgs,
        repository: Repository,
    ) -> anyhow::Result<Setup> {
        let (baseline, layer) = (BaselineChoice::Disabled, engine.layer());
        self.setup(engine, repository, baseline, RunMode::Check, layer)
    }

    fn setup(
        &self,
        engine: &EngineArgs,
        repository: Repository,
        baseline: BaselineChoice,
        mode: RunMode,
        command_line: Layer,
    ) -> anyhow::Result<Setup> {
        let Repository { files, top, .. } = repository;
        let expiry = match mode {
            RunMode::Check => Expiry::Fails,
            RunMode::Hook => Expiry::Warns,
        };
        let options = SetupOptions {
            config_files: self.config_files(files, command_line),
            baseline,
            key: None,
            inline: if self.no_repo_config { Inline::Ignored } else { Inline::Honored },
            mode,
            expiry,
            today: engine.today(),
            // A commit in progress has not moved a file that is not in its parent.
            root: top.filter(|_| expiry == Expiry::Fails),
        };
        let setup = Setup::new(options)?;
        setup.policy.config.check_thresholds(mode)?;
        Ok(match engine.now() {
            Some(now) => setup.at(now),
            None => setup,
        })
    }

    /// The files of the configuration.
    pub fn config_files(&self, files: Option<PolicyFiles>, command_line: Layer) -> ConfigFiles {
        ConfigFiles {
            organization: organization_file(),
            user: user_file(),
            repository: files.filter(|_| !self.no_repo_config),
            given: self.config.clone(),
            command_line,
        }
    }
}
