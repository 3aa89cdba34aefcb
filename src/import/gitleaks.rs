//! The configuration of gitleaks as its documentation describes it: custom rules in TOML.
//!
//! gitleaks accepts keys in any letter case; the documented ones are read here. Unknown keys are
//! kept by name, so that the notes can list them as not imported.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::{Spanned, Value};

/// One file.
#[derive(Deserialize)]
pub struct GitleaksConfig {
    #[serde(default)]
    pub title: Option<String>,
    #[serde(default)]
    pub extend: Option<ExtendSyntax>,
    #[serde(default)]
    pub rules: Vec<Spanned<GitleaksRule>>,
    #[serde(default)]
    pub allowlist: Option<Value>,
    #[serde(default)]
    pub allowlists: Option<Value>,
}

/// `[extend]`: rules of another file, or the default rules.
#[derive(Deserialize)]
pub struct ExtendSyntax {
    #[serde(default, rename = "useDefault", alias = "usedefault")]
    pub use_default: bool,
    #[serde(default)]
    pub path: Option<String>,
    #[serde(default)]
    pub url: Option<String>,
    #[serde(default, rename = "disabledRules", alias = "disabledrules")]
    pub disabled_rules: Vec<String>,
}

/// `[[rules]]`.
#[derive(Deserialize)]
pub struct GitleaksRule {
    #[serde(default)]
    pub id: Option<String>,
    #[serde(default)]
    pub description: Option<String>,
    #[serde(default)]
    pub regex: Option<String>,
    /// Number of the group with the secret.
    #[serde(default, rename = "secretGroup", alias = "secretgroup")]
    pub secret_group: Option<u32>,
    /// Minimum Shannon entropy of the secret, exclusive.
    #[serde(default)]
    pub entropy: Option<f64>,
    /// One of these must appear in the text, in any letter case.
    #[serde(default)]
    pub keywords: Vec<String>,
    /// Regex of the paths that are scanned.
    #[serde(default)]
    pub path: Option<String>,
    #[serde(flatten)]
    pub others: BTreeMap<String, Value>,
}
