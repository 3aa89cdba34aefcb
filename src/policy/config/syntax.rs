//! The configuration as written in `.keysieve.toml`.
//!
//! These types mirror TOML and nothing else; [`super::read`] turns them into a checked
//! [`super::Layer`]. The JSON Schema is generated from them: an editor shows the comments of this
//! file.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// Configuration of keysieve: which rules are enabled, what fails and what is excluded.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "keysieve's configuration, .keysieve.toml")]
pub struct ConfigSyntax {
    /// Minimum confidence and severity that fail. Findings below are reported as warnings.
    pub fail_on: FailOnSyntax,
    /// Minimum confidence that is reported (default: `medium`). `low` also reports findings such
    /// as tokens with an invalid checksum; these are warnings.
    pub min_confidence: Option<ConfidenceName>,
    /// Whether other scanners' ignore comments suppress findings.
    pub honor_ignore_comments: Option<bool>,
    /// Which rules are enabled, and the severity of their findings.
    pub rules: RulesSyntax,
    /// Excluded paths, each list with a reason.
    #[schemars(with = "Vec<ExcludeSyntax>")]
    pub exclude: Vec<Spanned<ExcludeSyntax>>,
    /// Paths whose findings are marked as tests, fixtures, examples or documents.
    pub test_paths: TestPathsSyntax,
    /// Pattern files with custom rules, relative to the folder of this file.
    #[schemars(with = "Vec<String>")]
    pub patterns: Vec<Spanned<String>>,
    /// Size limits above which files are skipped.
    pub limits: LimitsSyntax,
    /// How many levels of nested encodings are decoded, from 0 to 3.
    #[schemars(with = "Option<u8>", range(min = 0, max = 3))]
    pub decode_depth: Option<Spanned<i64>>,
    /// Probability above which a value that only its name identifies is reported, between 0.5 and
    /// 1. Higher values report less and miss more.
    #[schemars(with = "Option<f32>", range(min = 0.5, max = 1.0))]
    pub generic_threshold: Option<Spanned<f64>>,
    /// The key for fingerprints of secrets.
    pub fingerprint: FingerprintSyntax,
}

/// `[fail-on]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FailOnSyntax {
    /// Minimum confidence that fails in `scan` and `audit` (default: `medium`).
    pub confidence: Option<ConfidenceName>,
    /// Minimum severity that fails, also in the hook (default: `low`).
    pub severity: Option<SeverityName>,
    /// Minimum confidence that blocks a commit or a push (default: `high`, or `confidence` if that
    /// is higher).
    pub hook: Option<ConfidenceName>,
}

/// `[rules]`. A name is the id of a rule, or part of one with `*` for the rest: `generic-*`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RulesSyntax {
    /// Disabled rules.
    #[schemars(with = "Vec<String>")]
    pub disable: Vec<Spanned<String>>,
    /// Rules that are enabled although `disable`, here or in a less specific file, names them. Not in
    /// the files of folders.
    #[schemars(with = "Vec<String>")]
    pub enable: Vec<Spanned<String>>,
    /// Severities that replace those of the rules. Not in the files of folders.
    #[schemars(with = "std::collections::BTreeMap<String, SeverityName>")]
    pub severity: std::collections::BTreeMap<Spanned<String>, SeverityName>,
}

/// `[[exclude]]`.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ExcludeSyntax {
    /// Globs as in a `.gitignore` in the folder of this file.
    #[schemars(with = "Vec<String>")]
    pub paths: Vec<Spanned<String>>,
    /// Why nothing in these paths is a leak.
    #[schemars(with = "String")]
    pub reason: Spanned<String>,
}

/// `[test-paths]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestPathsSyntax {
    /// What happens to a finding in a test path (default: `mark`).
    pub findings: Option<TestFindingsName>,
    /// Globs as in a `.gitignore`, in addition to the built-in ones; `!` removes a path.
    #[schemars(with = "Vec<String>")]
    pub paths: Vec<Spanned<String>>,
}

/// `[limits]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsSyntax {
    /// `scan` skips files larger than this many MB (2^20 bytes); unlimited by default.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576))]
    pub max_file_size: Option<Spanned<i64>>,
    /// `audit` skips objects larger than this many MB (2^20 bytes; default: 512).
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576))]
    pub max_blob_size: Option<Spanned<i64>>,
}

/// `[fingerprint]`: either `key` or `key-env`.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FingerprintSyntax {
    /// The key itself. Anyone who can read this file has it.
    #[schemars(with = "Option<String>")]
    pub key: Option<Spanned<String>>,
    /// Name of the environment variable with the key.
    #[schemars(with = "Option<String>")]
    pub key_env: Option<Spanned<String>>,
}

/// The key is a secret.
impl std::fmt::Debug for FingerprintSyntax {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FingerprintSyntax").finish_non_exhaustive()
    }
}

/// Confidence of a finding.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConfidenceName {
    Low,
    Medium,
    High,
    Certain,
}

/// Severity of a leaked credential.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

/// What happens to a finding in a test path.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestFindingsName {
    /// It is marked and fails like any other.
    Mark,
    /// It is marked and reported as a warning.
    Warn,
    /// It is excluded and counted.
    #[serde(rename = "leave-out")]
    Exclude,
}
