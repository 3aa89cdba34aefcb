//! Options about what holds: configuration, baseline, what fails.

use std::path::{Path, PathBuf};

use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use keysieve::engine::Engine;
use keysieve::findings::Credential;
use keysieve::git::GitEnvironment;
use keysieve::policy::Inline;
use keysieve::policy::baseline::{Baseline, Expiry, FILE, Known};
use keysieve::policy::config::{self, Layer, Occasion, Places, organisation_file, user_file};
use keysieve::policy::files::Files;
use keysieve::report::Report;
use keysieve::report::output::filter_again;
use keysieve::rules::Confidence;
use keysieve::setup::revision::Standing;
use keysieve::setup::{BaselineChoice, Setup, Wanted, files};
use keysieve::source::staged::{self};
use keysieve::source::worktree::top_of;

use super::engine::EngineArgs;

#[derive(Args)]
pub struct ConfigArgs {
    /// Take settings from this file too; it is nearer than every other
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    config: Option<PathBuf>,
    /// Leave out what the repository says itself: its configuration, its baseline, its inline allows
    #[arg(long, help_heading = "Policy")]
    no_repo_config: bool,
}

#[derive(Args)]
pub struct PolicyArgs {
    #[command(flatten)]
    config: ConfigArgs,
    /// Take what is known from this file [default: .keysieve-baseline.toml at the repository's root, if it is there]
    #[arg(long, value_name = "FILE", help_heading = "Policy")]
    baseline: Option<PathBuf>,
    /// Take nothing for known that a baseline says
    #[arg(long, conflicts_with = "baseline", help_heading = "Policy")]
    no_baseline: bool,
    /// Take the repository's configuration, baseline and inline allows from this revision, such as a pull request's base: what is changed in them is told and does not hold
    #[arg(long, value_name = "REV", conflicts_with_all = ["no_repo_config", "baseline"], help_heading = "Policy")]
    policy_from: Option<String>,
    /// Fail from this confidence on, whatever is configured; what is less sure is told and warns [default: medium, and high in the hook]
    #[arg(long, value_parser = confidence(), value_name = "CONFIDENCE", help_heading = "Policy")]
    fail_on: Option<Confidence>,
}

fn confidence() -> impl TypedValueParser<Value = Confidence> {
    let names = Confidence::ALL.iter().map(|confidence| confidence.as_str());
    PossibleValuesParser::new(names)
        .map(|name| Confidence::from_name(&name).expect("one of their names"))
}

/// Where the repository's own policy is read, and where its work tree is.
#[derive(Default)]
pub struct Repository {
    pub files: Option<Files>,
    pub top: Option<PathBuf>,
    /// Where git is to be asked.
    pub environment: GitEnvironment,
}

impl Repository {
    /// The work tree that a path is in, if it is in one.
    pub fn of_work_tree(path: &Path) -> Self {
        // Outside of git a folder may have a configuration or a baseline of its own.
        let top = top_of(path).or_else(|| configured(path));
        let here = std::env::current_dir().and_then(std::fs::canonicalize).ok();
        let shown = |top: &PathBuf| match &here {
            Some(here) if here == top => String::new(),
            _ => format!("{}/", top.display()),
        };
        let files = top.as_ref().map(|top| files::work_tree(top.clone(), &shown(top)));
        let folder = if path.is_dir() { path } else { path.parent().unwrap_or(path) };
        Repository { files, top, environment: GitEnvironment::of_process(folder) }
    }
}

/// The folder that a path is, or the file is in, if it has a policy of its own.
pub fn configured(path: &Path) -> Option<PathBuf> {
    let path = std::fs::canonicalize(path).ok()?;
    let folder = if path.is_dir() { path.as_path() } else { path.parent()? };
    let has = |name: &str| folder.join(name).symlink_metadata().is_ok();
    (has(config::FILE) || has(FILE)).then(|| folder.to_owned())
}

impl PolicyArgs {
    /// The engine and the policy for what is of that repository.
    pub fn setup(
        &self,
        engine: &EngineArgs,
        repository: Repository,
        occasion: Occasion,
    ) -> anyhow::Result<Setup> {
        let baseline = match &self.baseline {
            _ if self.no_baseline => BaselineChoice::LeftOut,
            // The hook reads the index's where it found something, and only then.
            _ if occasion == Occasion::Hook && self.policy_from.is_none() => {
                BaselineChoice::LeftOut
            }
            _ if self.config.no_repo_config && self.baseline.is_none() => BaselineChoice::LeftOut,
            Some(file) => BaselineChoice::File(file.clone()),
            None => BaselineChoice::Repository,
        };
        let mut command_line = engine.layer();
        command_line.confidence = self.fail_on;
        command_line.hook = command_line.confidence;
        let Some(name) = &self.policy_from else {
            return self.config.setup(engine, repository, baseline, occasion, command_line);
        };
        let standing = Standing::find(&repository.environment, name)?;
        let now = repository.files;
        let repository = Repository { files: Some(standing.files()), ..repository };
        let setup = self.config.setup(engine, repository, baseline, occasion, command_line)?;
        Ok(setup.of_revision(&standing, now.as_ref())?)
    }

    /// What the baseline that is about to be committed knows of what a hook found; it is read
    /// where something was found, and only then. A key that it was not written under is told,
    /// and stops nobody: what is not known fails.
    pub fn settle(
        &self,
        report: &mut Report,
        here: &GitEnvironment,
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
            None => match staged::file_in_index(here, FILE)? {
                Some(text) => {
                    let text = String::from_utf8_lossy(&text);
                    Baseline::of_text(&text, Path::new(FILE))?
                }
                None => {
                    if top_of(&here.folder).is_some_and(|top| top.join(FILE).exists()) {
                        let told = format!("{FILE} is not in the index and counts for nothing yet");
                        report.coverage.notes.push(told);
                    }
                    return Ok(());
                }
            },
        };
        let notes = match baseline.other_key(engine.key_name()) {
            Some(why) => vec![why],
            None => {
                // Who commits has moved nothing yet that a parent does not tell of.
                let (today, root) = (arguments.today(), None);
                Known { baseline, today, expiry: Expiry::Warns, root }
                    .settle(&mut report.credentials)
            }
        };
        report.coverage.notes.extend(notes);
        filter_again(report, engine);
        Ok(())
    }
}

impl ConfigArgs {
    /// The engine and the policy of a command that keeps a baseline, and takes none.
    pub fn setup_without_baseline(
        &self,
        engine: &EngineArgs,
        repository: Repository,
    ) -> anyhow::Result<Setup> {
        let (baseline, layer) = (BaselineChoice::LeftOut, engine.layer());
        self.setup(engine, repository, baseline, Occasion::Check, layer)
    }

    fn setup(
        &self,
        engine: &EngineArgs,
        repository: Repository,
        baseline: BaselineChoice,
        occasion: Occasion,
        command_line: Layer,
    ) -> anyhow::Result<Setup> {
        let Repository { files, top, .. } = repository;
        let expiry = match occasion {
            Occasion::Check => Expiry::Fails,
            Occasion::Hook => Expiry::Warns,
        };
        let wanted = Wanted {
            places: self.places(files, command_line),
            baseline,
            inline: if self.no_repo_config { Inline::LeftOut } else { Inline::Holds },
            occasion,
            expiry,
            today: engine.today(),
            // Who commits has moved nothing yet that a parent does not tell of.
            root: top.filter(|_| expiry == Expiry::Fails),
        };
        let setup = Setup::new(wanted)?;
        Ok(match engine.now() {
            Some(now) => setup.at(now),
            None => setup,
        })
    }

    /// Where the files of the configuration are.
    pub fn places(&self, files: Option<Files>, command_line: Layer) -> Places {
        Places {
            organisation: organisation_file(),
            user: user_file(),
            repository: files.filter(|_| !self.no_repo_config),
            given: self.config.clone(),
            command_line,
        }
    }
}
