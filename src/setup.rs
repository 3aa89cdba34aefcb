//! Sets up a run: an engine and a policy, from configuration, baseline and command line.
//!
//! The repository's own settings are read where the scanned bytes are: in the work tree for a
//! scan, in the index for the hook ([`files`]).

pub mod approval;
pub mod files;
mod repository;
pub mod revision;

use std::path::PathBuf;
use std::sync::Arc;

use bstr::BStr;
use jiff::civil::Date;

use crate::engine::Engine;
use crate::findings::{FingerprintKey, fingerprint};
use crate::git::GitError;
use crate::policy::baseline::{self, ActiveBaseline, Baseline, BaselineError, Expiry};
use crate::policy::config::{Config, ConfigError, ConfigFiles, PatternFile, RunMode};
use crate::policy::files::PolicyFiles;
use crate::policy::{Inline, Policy};
use crate::rules::catalogue::{Catalogue, CatalogueError};
use crate::source::range::RangeError;
pub use repository::Repository;
use revision::PinnedPolicy;

/// Why a run cannot begin. Nothing was scanned.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error("cannot read the pattern file {}: {why}", file.display())]
    PatternFile { file: PathBuf, why: crate::source::open::OpenError },
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("{file}: {why}")]
    OtherKey { file: String, why: String },
    #[error("cannot read the pattern file {file}, named in the configuration: {why}")]
    Pattern { file: String, why: String },
}

impl Setup {
    /// The setup whose suppression comments are those of the pinned revision, as is the rest of
    /// the policy; `now` are the scanned files.
    pub fn of_revision(
        mut self,
        pinned: &PinnedPolicy,
        now: Option<&PolicyFiles>,
    ) -> Result<Self, SetupError> {
        let foreign = self.policy.config.honors_ignore_comments();
        let revision = pinned.revision(&self.engine, now, foreign)?;
        self.policy.revision = Some(Arc::new(revision));
        self.policy.inline = Inline::FromRevision;
        Ok(self)
    }
}

/// An engine and a policy that go together.
pub struct Setup {
    pub engine: Engine,
    pub policy: Policy,
}

/// Options of a setup.
#[derive(Debug)]
pub struct SetupOptions {
    pub config_files: ConfigFiles,
    pub baseline: BaselineChoice,
    /// Takes precedence over the environment's and the configuration's.
    pub key: Option<FingerprintKey>,
    pub inline: Inline,
    /// Where the run takes place.
    pub mode: RunMode,
    pub expiry: Expiry,
    /// The day that decides which baseline entries have expired.
    pub today: Date,
    /// The top of the work tree, in which a listed file that is missing may have moved.
    pub root: Option<PathBuf>,
}

/// Which baseline is used.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineChoice {
    /// The repository's, if it has one.
    Repository,
    /// This file, which must exist.
    File(PathBuf),
    /// None.
    Disabled,
}

impl Setup {
    /// Reads configuration, pattern files and baseline.
    pub fn new(options: SetupOptions) -> Result<Setup, SetupError> {
        let files = options.config_files.repository.clone();
        let mut config = Config::load(options.config_files)?;
        let catalogue = catalogue(&mut config, files.as_ref())?;
        let key = match options.key {
            Some(key) => key,
            None => key(&config)?,
        };
        let mut engine = Engine::new(catalogue, key);
        if let Some(depth) = config.decode_depth() {
            engine = engine.with_decode_depth(depth);
        }
        if let Some(probability) = config.generic_threshold() {
            engine = engine.with_min_probability(probability);
        }
        let (expiry, today) = (options.expiry, options.today);
        let baseline = read_baseline(&options.baseline, files.as_ref())?;
        if let Some((file, baseline)) = &baseline
            && let Some(why) = baseline.other_key(engine.key_name())
        {
            return Err(SetupError::OtherKey { file: file.clone(), why });
        }
        let root = options.root;
        let baseline =
            baseline.map(|(_, baseline)| ActiveBaseline { baseline, today, expiry, root });
        let (mode, inline) = (options.mode, options.inline);
        let policy = Policy { config, mode, inline, baseline, revision: None };
        Ok(Setup { engine, policy })
    }

    /// The setup with another clock, in seconds since 1970.
    #[must_use]
    pub fn at(self, now: i64) -> Self {
        Setup { engine: self.engine.with_now(now), ..self }
    }
}

/// The enabled rules: those that are disabled for the whole repository are not searched for and
/// do not compete with other rules.
fn catalogue(config: &mut Config, files: Option<&PolicyFiles>) -> Result<Catalogue, SetupError> {
    let mut catalogue = Catalogue::built_in();
    for pattern in config.patterns() {
        match pattern {
            PatternFile::Disk(file) => add_pattern_file(&mut catalogue, &file)?,
            PatternFile::Text { name, text } => catalogue.add_text(&name, &text)?,
            PatternFile::Repository(path) => {
                let file = files.map_or_else(|| path.clone(), |files| files.name(BStr::new(&path)));
                let text = files.map_or(Ok(None), |files| files.text(BStr::new(&path)));
                let text = text.and_then(|text| text.ok_or_else(|| "no such file".into()));
                match text {
                    Ok(text) => catalogue.add_text(file.as_ref(), &text)?,
                    Err(why) => return Err(SetupError::Pattern { file, why }),
                }
            }
        }
    }
    config.resolve_rules(&catalogue)?;
    catalogue.retain(|rule| config.is_on(&rule.id, None));
    catalogue.set_severities(|rule| config.severity_of(&rule.id));
    Ok(catalogue)
}

/// The environment's key takes precedence over any file's.
fn key(config: &Config) -> Result<FingerprintKey, ConfigError> {
    let environment = std::env::var_os(fingerprint::KEY_VARIABLE);
    if environment.is_some_and(|key| !key.is_empty()) {
        return Ok(FingerprintKey::from_environment());
    }
    Ok(FingerprintKey::new(&config.fingerprint_key()?.unwrap_or_default()))
}

/// The baseline and the name of its file.
fn read_baseline(
    choice: &BaselineChoice,
    files: Option<&PolicyFiles>,
) -> Result<Option<(String, Baseline)>, BaselineError> {
    match (choice, files) {
        (BaselineChoice::File(file), _) => {
            Ok(Some((file.display().to_string(), Baseline::read(file)?)))
        }
        (BaselineChoice::Repository, Some(files)) => {
            let path = BStr::new(baseline::FILE);
            Ok(Baseline::of(files, path)?.map(|baseline| (files.name(path), baseline)))
        }
        (BaselineChoice::Repository, None) | (BaselineChoice::Disabled, _) => Ok(None),
    }
}

/// Adds the rules of a pattern file that the user names. It may be a link out of the work tree.
pub fn add_pattern_file(
    catalogue: &mut Catalogue,
    file: &std::path::Path,
) -> Result<(), SetupError> {
    let text = crate::source::open::named_text(file)
        .map_err(|why| SetupError::PatternFile { file: file.to_owned(), why })?;
    Ok(catalogue.add_text(file, &text)?)
}
