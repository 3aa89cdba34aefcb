//! What one run goes by: an engine and a policy, made of configuration, baseline and the words
//! on the command line.
//!
//! The repository's part of it is taken from where the bytes are taken from that are looked at:
//! the work tree for a scan, the index for the hook ([`files`]).

pub mod files;
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
use crate::source::added::RangeError;
use revision::Standing;

/// Why a run cannot begin. Nothing was looked at.
#[derive(Debug, thiserror::Error)]
pub enum SetupError {
    #[error(transparent)]
    Config(#[from] ConfigError),
    #[error(transparent)]
    Catalogue(#[from] CatalogueError),
    #[error(transparent)]
    Baseline(#[from] BaselineError),
    #[error(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("{file}: {why}")]
    OtherKey { file: String, why: String },
    #[error("cannot read the pattern file {file}, which a configuration names: {why}")]
    Pattern { file: String, why: String },
}

impl Setup {
    /// The setup whose inline allows are those of the revision from which `standing` has the
    /// rest; `now` are the files as they are looked at.
    pub fn of_revision(
        mut self,
        standing: &Standing,
        now: Option<&PolicyFiles>,
    ) -> Result<Self, SetupError> {
        let foreign = self.policy.config.honors_ignore_comments();
        let revision = standing.revision(&self.engine, now, foreign)?;
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

/// What a run is to go by.
#[derive(Debug)]
pub struct Wanted {
    pub places: ConfigFiles,
    pub baseline: BaselineChoice,
    pub inline: Inline,
    /// Who is stopped by what fails.
    pub mode: RunMode,
    pub expiry: Expiry,
    /// The day by which what is accepted has expired.
    pub today: Date,
    /// The top of the work tree, where a listed file that is gone may have moved.
    pub root: Option<PathBuf>,
}

/// Which baseline is taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BaselineChoice {
    /// The repository's, if it has one.
    Repository,
    /// This file, which must be there.
    File(PathBuf),
    /// None.
    LeftOut,
}

impl Setup {
    /// Reads what is to be gone by.
    pub fn new(wanted: Wanted) -> Result<Setup, SetupError> {
        let files = wanted.places.repository.clone();
        let mut config = Config::load(wanted.places)?;
        let catalogue = catalogue(&mut config, files.as_ref())?;
        let mut engine = Engine::new(catalogue, key(&config)?);
        if let Some(depth) = config.decode_depth() {
            engine = engine.decoding(depth);
        }
        if let Some(probability) = config.generic_threshold() {
            engine = engine.likely_from(probability);
        }
        let (expiry, today) = (wanted.expiry, wanted.today);
        let baseline = read_baseline(&wanted.baseline, files.as_ref())?;
        if let Some((file, baseline)) = &baseline
            && let Some(why) = baseline.other_key(engine.key_name())
        {
            return Err(SetupError::OtherKey { file: file.clone(), why });
        }
        let root = wanted.root;
        let baseline =
            baseline.map(|(_, baseline)| ActiveBaseline { baseline, today, expiry, root });
        let (mode, inline) = (wanted.mode, wanted.inline);
        let policy = Policy { config, mode, inline, baseline, revision: None };
        Ok(Setup { engine, policy })
    }

    /// The setup with another clock, in seconds since 1970.
    #[must_use]
    pub fn at(self, now: i64) -> Self {
        Setup { engine: self.engine.at(now), ..self }
    }
}

/// The rules that are on: those that are off for the whole repository are not looked for, and
/// come in no other rule's way.
fn catalogue(config: &mut Config, files: Option<&PolicyFiles>) -> Result<Catalogue, SetupError> {
    let mut catalogue = Catalogue::built_in();
    for pattern in config.patterns() {
        match pattern {
            PatternFile::Disk(file) => catalogue.add_file(&file)?,
            PatternFile::Repository(path) => {
                let file = files.map_or_else(|| path.clone(), |files| files.name(BStr::new(&path)));
                let text = files.map_or(Ok(None), |files| files.text(BStr::new(&path)));
                let text = text.and_then(|text| text.ok_or_else(|| "there is no such file".into()));
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

/// The environment's key is nearer than any file's.
fn key(config: &Config) -> Result<FingerprintKey, ConfigError> {
    let environment = std::env::var_os(fingerprint::KEY_VARIABLE);
    if environment.is_some_and(|key| !key.is_empty()) {
        return Ok(FingerprintKey::from_environment());
    }
    Ok(FingerprintKey::new(&config.fingerprint_key()?.unwrap_or_default()))
}

/// The baseline, and what its file is called.
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
        (BaselineChoice::Repository, None) | (BaselineChoice::LeftOut, _) => Ok(None),
    }
}
