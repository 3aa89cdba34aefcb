//! The configuration: which rules are enabled, what fails, what is excluded and what is marked.
//!
//! It consists of layers, and the most specific layer wins: built-in defaults, an organization's
//! file, the user's file, the file at the repository's root, those of the folders on the way to a
//! path, the file of `--config`, the command line. Detection does not depend on paths: the files of
//! folders are applied after everything is found.

mod folders;
mod globs;
mod layer;
mod read;
mod schema;
mod selector;
mod show;
mod syntax;
mod test_paths;

use std::path::{Path, PathBuf};
use std::sync::Arc;

use bstr::{BStr, BString};

use super::files::PolicyFiles;
use super::syntax_error::suggestion;
use crate::foreign::{foreign, foreign_path};
use crate::rules::catalogue::Catalogue;
use crate::rules::{Confidence, Severity};
use crate::source::open;
use folders::Folders;
pub use layer::{Exclude, KeySource, Layer, Origin, PatternFile};
pub use read::ConfigError;
pub use schema::schema;
pub use selector::Selector;
pub use show::Setting;
pub use syntax::ConfigSyntax;
use test_paths::BUILT_IN_GLOBS;
pub use test_paths::TestFindings;

/// The file's name, at the root of a repository and in its folders.
pub const FILE: &str = ".keysieve.toml";

/// Environment variable that names an organization's file.
pub const ORGANIZATION_VARIABLE: &str = "KEYSIEVE_CONFIG";

/// Default size in bytes above which an audit skips an object.
const MAX_BLOB_SIZE: u64 = 512 << 20;

/// Whether findings are reported by a check or block a hook.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RunMode {
    /// A scan or an audit: there is time to review findings of lower confidence.
    #[default]
    Check,
    /// A commit or a push: only findings of high confidence may block it.
    Hook,
}

/// The layers of one run.
#[derive(Clone, Debug, Default)]
pub struct Config {
    /// Those more specific than the folders', most specific first.
    overrides: Vec<Arc<Layer>>,
    folders: Option<Arc<Folders>>,
    /// Those less specific than the folders', most specific first.
    base: Vec<Arc<Layer>>,
}

/// The files of a configuration.
#[derive(Debug)]
pub struct ConfigFiles {
    pub organization: Option<PathBuf>,
    /// The user's file; it need not exist.
    pub user: Option<PathBuf>,
    pub repository: Option<PolicyFiles>,
    pub given: Option<PathBuf>,
    pub command_line: Layer,
}

impl Config {
    /// Reads the files. Those of folders are read when a path is looked up.
    pub fn load(files: ConfigFiles) -> Result<Config, ConfigError> {
        let ConfigFiles { organization, user, repository, given, command_line } = files;
        let mut config = Config { overrides: vec![Arc::new(command_line)], ..Config::default() };
        if let Some(file) = &given {
            config.overrides.push(on_disk(file, Origin::Given)?);
        }
        if let Some(files) = repository {
            config.base.extend(at_root(&files)?);
            config.folders = Some(Arc::new(Folders::new(files)));
        }
        if let Some(file) = user.filter(|file| file.exists()) {
            config.base.push(on_disk(&file, Origin::User)?);
        }
        if let Some(file) = &organization {
            config.base.push(on_disk(file, Origin::Organization)?);
        }
        Ok(config)
    }

    /// The defaults, with findings of low confidence.
    pub fn of_everything() -> Config {
        let layer = Layer {
            min_confidence: Some(Confidence::Low),
            ..Layer::empty(Origin::CommandLine, BString::default())
        };
        Config { overrides: vec![Arc::new(layer)], ..Config::default() }
    }

    /// Resolves the rule names in it; each must match a rule, by its id or one that it had before.
    pub fn resolve_rules(&mut self, catalogue: &Catalogue) -> Result<(), ConfigError> {
        for layer in self.overrides.iter_mut().chain(&mut self.base) {
            resolve_selectors(Arc::make_mut(layer), catalogue)?;
        }
        if let Some(folders) = &self.folders {
            self.folders = Some(Arc::new(folders.for_rules(catalogue)));
        }
        Ok(())
    }

    /// Errors in the files of folders that were read so far.
    pub fn faults(&self) -> Vec<ConfigError> {
        self.folders.as_ref().map(|folders| folders.faults()).unwrap_or_default()
    }

    /// Whether a rule is enabled, at a path or for the whole repository.
    pub fn is_on(&self, id: &str, path: Option<&BStr>) -> bool {
        self.most_specific(path, |layer| layer.enables(id)).unwrap_or(true)
    }

    /// The configured severity of a rule.
    pub fn severity_of(&self, id: &str) -> Option<Severity> {
        let named = |layer: &Layer| {
            let exact = layer.severities.iter().find(|(selector, _)| selector.is_id(id));
            let any = || layer.severities.iter().find(|(selector, _)| selector.matches(id));
            exact.or_else(any).map(|(_, severity)| *severity)
        };
        self.most_specific(None, named)
    }

    /// What excludes a path, if anything does.
    pub fn exclusion(&self, path: &BStr) -> Option<String> {
        self.written_exclusion(path).or_else(|| {
            let is_excluded =
                self.test_findings(path) == TestFindings::Exclude && self.is_test(path);
            is_excluded.then(|| "test-paths.findings = leave-out (test paths)".to_owned())
        })
    }

    /// The same, by an `[[exclude]]` only.
    pub fn written_exclusion(&self, path: &BStr) -> Option<String> {
        let excluded = |layer: &Layer| {
            let exclude = layer.excludes(path)?;
            Some(format!(
                "{} ({}: {})",
                foreign_path(exclude.paths.written().join(", ")),
                foreign_path(layer.origin.file()),
                foreign(&exclude.reason)
            ))
        };
        self.most_specific(Some(path), excluded)
    }

    /// Whether a path belongs to tests, fixtures, examples or documents.
    pub fn is_test(&self, path: &BStr) -> bool {
        let configured = self.most_specific(Some(path), |layer| layer.is_test(path));
        configured.unwrap_or_else(|| BUILT_IN_GLOBS.matches(path) == Some(true))
    }

    /// What happens to a finding in a test path.
    pub fn test_findings(&self, path: &BStr) -> TestFindings {
        self.most_specific(Some(path), |layer| layer.test_findings).unwrap_or_default()
    }

    /// The least confidence and severity that fail.
    pub fn threshold(&self, path: Option<&BStr>, mode: RunMode) -> (Confidence, Severity) {
        let check =
            self.most_specific(path, |layer| layer.confidence).unwrap_or(Confidence::Medium);
        let confidence = match mode {
            RunMode::Check => check,
            RunMode::Hook => self
                .most_specific(path, |layer| layer.hook)
                .unwrap_or_else(|| check.max(Confidence::High)),
        };
        (confidence, self.most_specific(path, |layer| layer.severity).unwrap_or(Severity::Low))
    }

    /// The least confidence that is reported.
    pub fn min_confidence(&self) -> Confidence {
        self.most_specific(None, |layer| layer.min_confidence).unwrap_or(Confidence::Medium)
    }

    /// Refuses a configuration in which findings are to fail that are not even reported. Only
    /// settings that somebody wrote are compared: a default gives way.
    pub fn check_thresholds(&self, mode: RunMode) -> Result<(), ConfigError> {
        let of = |value: &dyn Fn(&Layer) -> Option<Confidence>| {
            self.most_specific(None, |layer| Some((value(layer)?, layer.origin.clone())))
        };
        let (key, fails_from) = match mode {
            RunMode::Check => ("fail-on.confidence", of(&|layer| layer.confidence)),
            RunMode::Hook => ("fail-on.hook", of(&|layer| layer.hook)),
        };
        match (fails_from, of(&|layer| layer.min_confidence)) {
            (Some((fails_from, by)), Some((reported_from, from))) if fails_from < reported_from => {
                Err(ConfigError::Thresholds {
                    fail_on: setting(key, "--fail-on", fails_from, &by),
                    min_confidence: setting(
                        "min-confidence",
                        "--min-confidence",
                        reported_from,
                        &from,
                    ),
                })
            }
            _ => Ok(()),
        }
    }

    /// Whether other scanners' ignore comments suppress findings.
    pub fn honors_ignore_comments(&self) -> bool {
        self.most_specific(None, |layer| layer.honor_ignore_comments).unwrap_or(false)
    }

    /// Pattern files with custom rules, of all layers, least specific first.
    pub fn patterns(&self) -> Vec<PatternFile> {
        let layers: Vec<&Layer> = self.layers().collect();
        layers.into_iter().rev().flat_map(|layer| layer.patterns.iter().cloned()).collect()
    }

    /// Size in bytes above which a scan skips a file.
    pub fn max_file_size(&self) -> Option<u64> {
        self.most_specific(None, |layer| layer.max_file_size)
    }

    /// Size in bytes above which an audit skips an object.
    pub fn max_blob_size(&self) -> u64 {
        self.most_specific(None, |layer| layer.max_blob_size).unwrap_or(MAX_BLOB_SIZE)
    }

    /// The depth to which nested encodings are decoded, if configured.
    pub fn decode_depth(&self) -> Option<usize> {
        self.most_specific(None, |layer| layer.decode_depth)
    }

    /// The probability above which a value that only its name identifies is reported, if
    /// configured.
    pub fn generic_threshold(&self) -> Option<f32> {
        self.most_specific(None, |layer| layer.generic_threshold)
    }

    /// The fingerprint key, if configured. A variable that is named and not set is an error: under
    /// another key no baseline entry would match.
    pub fn fingerprint_key(&self) -> Result<Option<Vec<u8>>, ConfigError> {
        let found =
            self.most_specific(None, |layer| Some((layer.key.clone()?, layer.origin.clone())));
        let Some((key, origin)) = found else { return Ok(None) };
        match key {
            KeySource::Written(key) => Ok(Some(key.into_bytes())),
            KeySource::Variable(variable) => match std::env::var_os(&variable) {
                Some(key) if !key.is_empty() => Ok(Some(key.into_encoded_bytes())),
                _ => Err(ConfigError::NoKey { file: origin.file().to_owned(), variable }),
            },
        }
    }

    /// The setting of the most specific layer that has one.
    fn most_specific<T>(
        &self,
        path: Option<&BStr>,
        value: impl Fn(&Layer) -> Option<T>,
    ) -> Option<T> {
        let overrides = self.overrides.iter().find_map(|layer| value(layer));
        let folder = || {
            let chain = self.folders.as_ref()?.of(path?);
            chain.iter().find_map(|layer| value(layer))
        };
        overrides.or_else(folder).or_else(|| self.base.iter().find_map(|layer| value(layer)))
    }

    /// All layers that apply to a path, or to the whole repository, most specific first.
    fn all(&self, path: Option<&BStr>) -> Vec<Arc<Layer>> {
        let chain = path.and_then(|path| Some(self.folders.as_ref()?.of(path)));
        let folders = chain.iter().flat_map(|chain| chain.iter());
        self.overrides.iter().chain(folders).chain(&self.base).cloned().collect()
    }

    /// The layers of the whole repository, most specific first.
    fn layers(&self) -> impl Iterator<Item = &Layer> {
        self.overrides.iter().chain(&self.base).map(Arc::as_ref)
    }
}

/// A setting as the user wrote it: an option, or a key and its file.
fn setting(key: &str, option: &str, value: Confidence, origin: &Origin) -> String {
    match origin {
        Origin::CommandLine => format!("{option} {value}"),
        _ => format!("{key} = \"{value}\" ({})", foreign_path(origin.file())),
    }
}

/// The user's own file: `keysieve/config.toml` in the XDG folder (XDG Base Directory
/// Specification, 0.8).
pub fn user_file() -> Option<PathBuf> {
    let absolute = |name: &str| {
        std::env::var_os(name).map(PathBuf::from).filter(|folder| folder.is_absolute())
    };
    let folder = absolute("XDG_CONFIG_HOME").or_else(|| Some(absolute("HOME")?.join(".config")))?;
    Some(folder.join("keysieve").join("config.toml"))
}

/// The file of an organization, named in the environment.
pub fn organization_file() -> Option<PathBuf> {
    std::env::var_os(ORGANIZATION_VARIABLE).filter(|file| !file.is_empty()).map(PathBuf::from)
}

fn at_root(files: &PolicyFiles) -> Result<Option<Arc<Layer>>, ConfigError> {
    let path = BStr::new(FILE);
    let file = files.name(path);
    let text = files.text(path).map_err(|why| ConfigError::Read { file: file.clone(), why })?;
    let layer = |text: String| Layer::parse(&text, Origin::Repository(file), BString::default());
    text.map(layer).transpose().map(|layer| layer.map(Arc::new))
}

/// A file outside of the repository. Paths in it are relative to its own folder.
fn on_disk(file: &Path, origin: fn(String) -> Origin) -> Result<Arc<Layer>, ConfigError> {
    let name = file.display().to_string();
    let text = open::named_text(file)
        .map_err(|why| ConfigError::Read { file: name.clone(), why: why.to_string() })?;
    let mut layer = Layer::parse(&text, origin(name), BString::default())?;
    let folder = file.parent().unwrap_or(Path::new(""));
    for pattern in &mut layer.patterns {
        if let PatternFile::Disk(path) = pattern {
            *path = folder.join(&*path);
        }
    }
    Ok(Arc::new(layer))
}

/// Resolves the rule names in a layer, each of which must match a rule.
fn resolve_selectors(layer: &mut Layer, catalogue: &Catalogue) -> Result<(), ConfigError> {
    let severities = layer.severities.iter_mut().map(|(selector, _)| selector);
    let mut selectors = layer.disable.iter_mut().chain(&mut layer.enable).chain(severities);
    let Some(unknown) = selectors.find_map(|one| (!one.resolve(catalogue)).then_some(&*one)) else {
        return Ok(());
    };
    let ids: Vec<&str> = catalogue.rules().iter().map(|rule| &*rule.id).collect();
    let near = suggestion(unknown.as_str(), &ids);
    let what = format!(
        "unknown rule `{}`{near}; run `keysieve rules list` for all rules",
        unknown.as_str().escape_debug()
    );
    Err(ConfigError::Wrong { file: layer.origin.file().to_owned(), line: unknown.line, what })
}
