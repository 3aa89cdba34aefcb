//! The public API: a scanner joins engine and policy, and scans what it is given.
//!
//! Each method of [`Scanner`] does what a command does: it finds the configuration, and calls
//! `scan`, `guard` or `audit`.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::SystemTime;

use bstr::BString;
use jiff::Timestamp;
use jiff::tz::TimeZone;

use crate::audit::{Options, audit};
use crate::blob::{Blob, Provenance};
use crate::findings::FingerprintKey;
use crate::git::GitEnvironment;
use crate::guard::{guard_range, guard_staged};
use crate::policy::Inline;
use crate::policy::baseline::Expiry;
use crate::policy::config::{ConfigFiles, Layer, Origin, PatternFile, RunMode};
use crate::report::Report;
use crate::report::output::sink::safe_message;
use crate::rules::{Confidence, Rule};
use crate::scan::{scan, scan_paths};
use crate::setup::{BaselineChoice, Repository, Setup, SetupOptions, files};
use crate::source::index::Staged;
use crate::source::worktree::Ignored;
use crate::source::{Coverage, Progress, Silent, Source, Visitor, admit};

/// Scans bytes, files, staged changes and histories for credentials.
///
/// The methods that take a path read the repository's own configuration, baseline and suppression
/// comments, as the commands do; the configuration files of the user and of the organization are
/// not read. Nothing is printed. Scans run on rayon's current thread pool, and reports are the same
/// for any number of threads.
pub struct Scanner {
    options: ScannerBuilder,
    /// For bytes, which belong to no repository.
    setup: Setup,
}

/// Options of a [`Scanner`].
#[derive(Clone, Default)]
#[must_use]
pub struct ScannerBuilder {
    patterns: Vec<PatternFile>,
    min_confidence: Option<Confidence>,
    fail_on: Option<Confidence>,
    key: Option<FingerprintKey>,
    now: Option<SystemTime>,
    ignores_repository: bool,
}

/// Why nothing was scanned. What could not be scanned of several files or objects is not an error:
/// it is in the report's [`Coverage`].
///
/// The messages contain no secrets and no control characters.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A pattern file, the configuration or the baseline is invalid or cannot be read.
    #[error("{0}")]
    Setup(String),
    /// The path does not exist or cannot be read.
    #[error("{0}")]
    Path(String),
    /// There is no repository, it does not have the revision, or git failed.
    #[error("{0}")]
    Repository(String),
}

impl Scanner {
    /// A scanner with the built-in rules.
    pub fn builder() -> ScannerBuilder {
        ScannerBuilder::default()
    }

    /// The built-in rules and those of the pattern files, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        self.setup.engine.rules()
    }

    /// Scans bytes. `name` is their path in the report. Suppression comments apply, configuration
    /// files do not.
    ///
    /// The scanner remembers the secrets that it found in bytes, so that no later report on bytes
    /// contains them.
    pub fn scan_bytes(&self, name: &str, bytes: &[u8]) -> Report {
        let Setup { engine, policy } = &self.setup;
        scan(&Bytes { name, bytes }, engine, policy, &Silent)
    }

    /// Scans a file or the files below a folder, as `keysieve scan` does: `.git` and symbolic links
    /// are skipped, and so are files that `.gitignore` matches and git does not track.
    pub fn scan_path(&self, path: impl AsRef<Path>) -> Result<Report, Error> {
        let paths = [path.as_ref().to_owned()];
        let repository = Repository::of_scan(&paths);
        let (base, notes) = (repository.base.clone(), repository.notes());
        let Setup { engine, policy } = self.options.setup(repository, RunMode::Check)?;
        let report =
            scan_paths(&paths, Ignored::Skipped, base.as_deref(), &engine, &policy, &Silent);
        let mut report = report.map_err(Error::path)?;
        if !self.options.ignores_repository {
            report.add_notes(&notes, &engine);
        }
        Ok(report)
    }

    /// Scans what the next commit adds, as the pre-commit hook does. Configuration and baseline
    /// are read from the index. Git's variables, such as `GIT_INDEX_FILE`, apply as in a hook.
    pub fn scan_staged(&self, repository: impl AsRef<Path>) -> Result<Report, Error> {
        let environment = GitEnvironment::from_process(repository.as_ref());
        let staged = Staged::open(&environment).map_err(Error::repository)?;
        let staged = Arc::new(staged);
        let files = Some(files::staged(staged.clone()));
        let index = Repository { files, environment, ..Repository::default() };
        let Setup { engine, policy } = self.options.setup(index, RunMode::Hook)?;
        Ok(guard_staged(&staged, &engine, &policy, &Silent))
    }

    /// Scans what the commits of `from..to` add, as `keysieve scan --since` does, including what a
    /// later commit of the range removes.
    pub fn scan_range(
        &self,
        repository: impl AsRef<Path>,
        from: &str,
        to: &str,
    ) -> Result<Report, Error> {
        let work_tree = Repository::of_work_tree(repository.as_ref());
        let environment = work_tree.environment.clone();
        let Setup { engine, policy } = self.options.setup(work_tree, RunMode::Check)?;
        guard_range(&environment, from, to, &engine, &policy, &Silent).map_err(Error::repository)
    }

    /// Scans the full history of a repository and the other files of its git directory, as
    /// `keysieve audit` does.
    pub fn audit(&self, repository: impl AsRef<Path>) -> Result<Report, Error> {
        let repository = repository.as_ref();
        let work_tree = Repository::of_work_tree(repository);
        let Setup { engine, policy } = self.options.setup(work_tree, RunMode::Check)?;
        let max_blob_size = policy.config.max_blob_size();
        let options = Options { max_blob_size, ..Options::default() };
        audit(repository, &options, &engine, &policy, &Silent).map_err(Error::repository)
    }
}

impl ScannerBuilder {
    /// Adds the rules of a pattern file (`patterns/README.md` describes the format).
    pub fn patterns(mut self, file: impl Into<PathBuf>) -> Self {
        self.patterns.push(PatternFile::Disk(file.into()));
        self
    }

    /// Adds the rules of a pattern file, given as text. `name` names it in errors.
    pub fn pattern_text(mut self, name: impl Into<PathBuf>, text: impl Into<String>) -> Self {
        self.patterns.push(PatternFile::Text { name: name.into(), text: text.into() });
        self
    }

    /// Sets the minimum confidence that is reported. Default: medium, or as configured.
    pub fn min_confidence(mut self, confidence: Confidence) -> Self {
        self.min_confidence = Some(confidence);
        self
    }

    /// Sets the minimum confidence that fails a run; lower confidence is a warning. Default:
    /// medium, or high for staged changes, or as configured.
    pub fn fail_on(mut self, confidence: Confidence) -> Self {
        self.fail_on = Some(confidence);
        self
    }

    /// Sets the key of the fingerprints. Default: the value of `KEYSIEVE_FINGERPRINT_KEY`, or as
    /// configured, or a public key.
    pub fn fingerprint_key(mut self, key: &[u8]) -> Self {
        self.key = Some(FingerprintKey::new(key));
        self
    }

    /// Sets the time that decides what has expired. Default: the time of the scan.
    pub fn now(mut self, now: SystemTime) -> Self {
        self.now = Some(now);
        self
    }

    /// Ignores the configuration, the baseline and the suppression comments of the repository.
    pub fn no_repo_config(mut self) -> Self {
        self.ignores_repository = true;
        self
    }

    /// Reads the pattern files and prepares the rules.
    pub fn build(self) -> Result<Scanner, Error> {
        let setup = self.setup(Repository::default(), RunMode::Check)?;
        Ok(Scanner { options: self, setup })
    }

    fn setup(&self, repository: Repository, mode: RunMode) -> Result<Setup, Error> {
        let now = self.now.unwrap_or_else(SystemTime::now);
        let now = Timestamp::try_from(now).unwrap_or(Timestamp::MAX);
        let expiry = match mode {
            RunMode::Check => Expiry::Fails,
            RunMode::Hook => Expiry::Warns,
        };
        let options = SetupOptions {
            config_files: ConfigFiles {
                organization: None,
                user: None,
                repository: repository.files.filter(|_| !self.ignores_repository),
                given: None,
                command_line: self.layer(),
            },
            baseline: match self.ignores_repository {
                true => BaselineChoice::Disabled,
                false => BaselineChoice::Repository,
            },
            key: self.key.clone(),
            inline: if self.ignores_repository { Inline::Ignored } else { Inline::Honored },
            mode,
            expiry,
            today: now.to_zoned(TimeZone::UTC).date(),
            // A commit in progress has not moved any file that its parent lacks.
            root: repository.top.filter(|_| expiry == Expiry::Fails),
        };
        let setup = Setup::new(options).map_err(Error::setup)?;
        setup.policy.config.check_thresholds(mode).map_err(Error::setup)?;
        Ok(setup.at(now.as_second()))
    }

    /// The options as the most specific layer of the configuration.
    fn layer(&self) -> Layer {
        Layer {
            patterns: self.patterns.clone(),
            min_confidence: self.min_confidence,
            confidence: self.fail_on,
            hook: self.fail_on,
            ..Layer::empty(Origin::CommandLine, BString::default())
        }
    }
}

/// Shows neither rules nor keys.
impl fmt::Debug for Scanner {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Scanner").finish_non_exhaustive()
    }
}

/// Shows neither rules nor keys.
impl fmt::Debug for ScannerBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ScannerBuilder").finish_non_exhaustive()
    }
}

impl Error {
    fn setup(why: impl fmt::Display) -> Error {
        Error::Setup(safe_message(&why.to_string()))
    }

    fn path(why: impl fmt::Display) -> Error {
        Error::Path(safe_message(&why.to_string()))
    }

    fn repository(why: impl fmt::Display) -> Error {
        Error::Repository(safe_message(&why.to_string()))
    }
}

/// Bytes of the caller as one blob.
struct Bytes<'b> {
    name: &'b str,
    bytes: &'b [u8],
}

impl Source for Bytes<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(1);
        let provenance = Provenance::WorkTree(BString::from(self.name));
        let coverage = admit(&Blob::whole(self.bytes, provenance), visit);
        progress.step();
        coverage
    }
}
