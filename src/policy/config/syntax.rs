//! A configuration as it is written: what `.keysieve.toml` holds.
//!
//! These types mirror TOML and nothing else; [`super::read`] turns them into a checked
//! [`super::Layer`]. The JSON Schema for editors is made of them, so that what stands here as a
//! comment is what an editor shows.

use schemars::JsonSchema;
use serde::Deserialize;
use toml::Spanned;

/// What keysieve looks for in this repository, what of it fails and what is left out.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
#[schemars(title = "keysieve's configuration, .keysieve.toml")]
pub struct ConfigSyntax {
    /// From where on a finding fails. What is less sure or less severe is told and warns.
    pub fail_on: FailOnSyntax,
    /// Minimum confidence that is reported (default: `medium`). `low` also reports findings such
    /// as tokens with an invalid checksum; these are warnings.
    pub min_confidence: Option<ConfidenceName>,
    /// Whether other scanners' ignore comments suppress findings.
    pub honor_ignore_comments: Option<bool>,
    /// Which rules are on, and how severe their findings are.
    pub rules: RulesSyntax,
    /// Paths that are left out, each list with its reason.
    #[schemars(with = "Vec<ExcludeSyntax>")]
    pub exclude: Vec<Spanned<ExcludeSyntax>>,
    /// Paths whose findings are marked as standing in tests, fixtures, examples or documents.
    pub test_paths: TestPathsSyntax,
    /// Pattern files with rules of your own, relative to the folder of this file.
    #[schemars(with = "Vec<String>")]
    pub patterns: Vec<Spanned<String>>,
    /// What is passed over because of its size.
    pub limits: LimitsSyntax,
    /// How many encodings one within the other are followed: 0 for none, 3 at most.
    #[schemars(with = "Option<u8>", range(min = 0, max = 3))]
    pub decode_depth: Option<Spanned<i64>>,
    /// Probability from which on a value that only its name gives away is reported; between 0.5
    /// and 1. Higher is quieter and misses more.
    #[schemars(with = "Option<f32>", range(min = 0.5, max = 1.0))]
    pub generic_threshold: Option<Spanned<f64>>,
    /// The key under which secrets are fingerprinted.
    pub fingerprint: FingerprintSyntax,
}

/// `[fail-on]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FailOnSyntax {
    /// Least confidence that fails in `scan` and `audit` (`medium` where nothing is set).
    pub confidence: Option<ConfidenceName>,
    /// Least severity that fails, in the hook too (`low` where nothing is set).
    pub severity: Option<SeverityName>,
    /// Least confidence that stops a commit or a push (`high` where nothing is set, or that of
    /// `confidence` where that is higher).
    pub hook: Option<ConfidenceName>,
}

/// `[rules]`. A name is a rule's id, or a part of one with `*` for the rest: `generic-*`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct RulesSyntax {
    /// Rules that are off.
    #[schemars(with = "Vec<String>")]
    pub disable: Vec<Spanned<String>>,
    /// Rules that are on although `disable`, here or farther away, names them. Only at the
    /// repository's root and above it.
    #[schemars(with = "Vec<String>")]
    pub enable: Vec<Spanned<String>>,
    /// Severities other than the rules' own. Only at the repository's root and above it.
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
    /// Why nothing that stands there is a leak.
    #[schemars(with = "String")]
    pub reason: Spanned<String>,
}

/// `[test-paths]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct TestPathsSyntax {
    /// What becomes of a finding in such a path (`mark` where nothing is set).
    pub findings: Option<TestFindingsName>,
    /// Globs as in a `.gitignore`, besides the usual ones; `!` takes a path out again.
    #[schemars(with = "Vec<String>")]
    pub paths: Vec<Spanned<String>>,
}

/// `[limits]`.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsSyntax {
    /// `scan` passes over files larger than this many MB (2^20 bytes); none where it is not set.
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576))]
    pub max_file_size: Option<Spanned<i64>>,
    /// `audit` passes over objects larger than this many MB (512 where nothing is set).
    #[schemars(with = "Option<u32>", range(min = 1, max = 1_048_576))]
    pub max_blob_size: Option<Spanned<i64>>,
}

/// `[fingerprint]`: one of the two.
#[derive(Default, Deserialize, JsonSchema)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct FingerprintSyntax {
    /// The key itself. Who reads this file has it.
    #[schemars(with = "Option<String>")]
    pub key: Option<Spanned<String>>,
    /// Name of the environment variable that holds the key.
    #[schemars(with = "Option<String>")]
    pub key_env: Option<Spanned<String>>,
}

/// A key is as good as a secret.
impl std::fmt::Debug for FingerprintSyntax {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FingerprintSyntax").finish_non_exhaustive()
    }
}

/// How sure a finding is.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ConfidenceName {
    Low,
    Medium,
    High,
    Certain,
}

/// How much harm a credential can do.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SeverityName {
    Low,
    Medium,
    High,
    Critical,
}

/// What becomes of a finding in a test path.
#[derive(Clone, Copy, Debug, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestFindingsName {
    /// It is marked, and fails like any other.
    Mark,
    /// It is marked and warns.
    Warn,
    /// It is left out, and counted.
    LeaveOut,
}
