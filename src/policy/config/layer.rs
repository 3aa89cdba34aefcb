//! The checked configuration of one file.

use std::fmt;
use std::path::PathBuf;

use bstr::{BStr, BString, ByteSlice};

use super::globs::Globs;
use super::selector::Selector;
use super::test_paths::TestFindings;
use crate::rules::{Confidence, Severity};

/// Where a setting comes from, least specific first.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The file of an organization, named by [`super::ORGANIZATION_VARIABLE`].
    Organization(String),
    /// The user's own file.
    User(String),
    /// The file at the repository's root.
    Repository(String),
    /// A file in a folder of the repository, which applies to what is below it.
    Folder(String),
    /// The file that `--config` names.
    Given(String),
    /// The command line and the environment.
    CommandLine,
}

impl Origin {
    /// The name of the file in messages.
    pub fn file(&self) -> &str {
        match self {
            Origin::Organization(file)
            | Origin::User(file)
            | Origin::Repository(file)
            | Origin::Folder(file)
            | Origin::Given(file) => file,
            Origin::CommandLine => "the command line",
        }
    }

    /// The kind of origin, as `config show` prints it.
    pub fn kind(&self) -> &'static str {
        match self {
            Origin::Organization(_) => "organization",
            Origin::User(_) => "user",
            Origin::Repository(_) => "repository",
            Origin::Folder(_) => "folder",
            Origin::Given(_) => "--config",
            Origin::CommandLine => "command line",
        }
    }

    /// Whether it is part of the repository.
    pub fn is_of_repository(&self) -> bool {
        matches!(self, Origin::Repository(_) | Origin::Folder(_))
    }
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::CommandLine => f.write_str(self.kind()),
            _ => write!(f, "{} ({})", self.file(), self.kind()),
        }
    }
}

/// The settings of one file; `None` and empty if they are not set.
#[derive(Clone, Debug)]
pub struct Layer {
    pub origin: Origin,
    /// The folder that its globs are relative to and that it applies to; empty for the root.
    pub folder: BString,
    pub confidence: Option<Confidence>,
    pub severity: Option<Severity>,
    pub hook: Option<Confidence>,
    pub min_confidence: Option<Confidence>,
    pub honor_ignore_comments: Option<bool>,
    pub disable: Vec<Selector>,
    pub enable: Vec<Selector>,
    pub severities: Vec<(Selector, Severity)>,
    pub excludes: Vec<Exclude>,
    pub test_findings: Option<TestFindings>,
    pub test_paths: Option<Globs>,
    pub patterns: Vec<PatternFile>,
    /// Bytes.
    pub max_file_size: Option<u64>,
    /// Bytes.
    pub max_blob_size: Option<u64>,
    pub decode_depth: Option<usize>,
    pub generic_threshold: Option<f32>,
    pub key: Option<KeySource>,
}

/// Excluded paths.
#[derive(Clone, Debug)]
pub struct Exclude {
    pub paths: Globs,
    pub reason: String,
}

/// A pattern file with custom rules.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PatternFile {
    /// A file on this machine.
    Disk(PathBuf),
    /// A file of the repository, by its path there.
    Repository(String),
    /// A text that is already read; `name` names it in messages.
    Text { name: PathBuf, text: String },
}

/// Where the fingerprint key comes from.
#[derive(Clone, PartialEq, Eq)]
pub enum KeySource {
    /// It is in the file.
    Written(String),
    /// It is the value of this environment variable.
    Variable(String),
}

/// The key is a secret.
impl fmt::Debug for KeySource {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            KeySource::Written(_) => f.write_str("Written(…)"),
            KeySource::Variable(name) => write!(f, "Variable({name})"),
        }
    }
}

impl Layer {
    /// A layer without settings.
    pub fn empty(origin: Origin, folder: BString) -> Self {
        Layer {
            origin,
            folder,
            confidence: None,
            severity: None,
            hook: None,
            min_confidence: None,
            honor_ignore_comments: None,
            disable: Vec::new(),
            enable: Vec::new(),
            severities: Vec::new(),
            excludes: Vec::new(),
            test_findings: None,
            test_paths: None,
            patterns: Vec::new(),
            max_file_size: None,
            max_blob_size: None,
            decode_depth: None,
            generic_threshold: None,
            key: None,
        }
    }

    /// Whether it enables or disables a rule; within a file `enable` wins over `disable`.
    pub fn enables(&self, id: &str) -> Option<bool> {
        if self.enable.iter().any(|selector| selector.matches(id)) {
            return Some(true);
        }
        self.disable.iter().any(|selector| selector.matches(id)).then_some(false)
    }

    /// The exclude that matches a path of the repository.
    pub fn excludes(&self, path: &BStr) -> Option<&Exclude> {
        let below = self.below(path)?;
        self.excludes.iter().find(|exclude| exclude.paths.matches(below) == Some(true))
    }

    /// Whether it classifies a path as a test path; `None` if it does not mention it.
    pub fn is_test(&self, path: &BStr) -> Option<bool> {
        self.test_paths.as_ref()?.matches(self.below(path)?)
    }

    /// The path relative to the layer's folder; `None` if it is not below it.
    fn below<'p>(&self, path: &'p BStr) -> Option<&'p BStr> {
        if self.folder.is_empty() {
            return Some(path);
        }
        Some(path.strip_prefix(self.folder.as_slice())?.strip_prefix(b"/")?.as_bstr())
    }
}
