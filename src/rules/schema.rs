//! A pattern file as it is written: what `patterns/*.toml` and a user's own files hold.
//!
//! These types mirror TOML and nothing else; [`super::check`] turns them into checked rules.
//! `build.rs` reads the built-in catalogue through the same types, so this file depends on
//! serde and toml alone. The schema is described for authors in `patterns/README.md`.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

use super::word_list::ListsSyntax;

/// One file: a provider and its rules.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FileSyntax {
    pub provider: ProviderSyntax,
    #[serde(default, rename = "rule")]
    pub rules: Vec<Spanned<RuleSyntax>>,
    /// Words that the file adds to the lists of `patterns/generic/`, see [`super::lexicon`].
    #[serde(default)]
    pub generic: ListsSyntax,
}

/// `[provider]`: what all rules of the file share.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProviderSyntax {
    pub name: String,
    /// Where this provider's credentials are rotated; a rule may name a better page.
    pub rotate: String,
    /// How the link was checked, see [`super::LinkChecked`].
    #[serde(default)]
    pub link_checked: Option<String>,
    /// How they are rotated, for rules without steps of their own.
    #[serde(default)]
    pub runbook: Vec<String>,
    /// Where they are described, for rules without references of their own.
    #[serde(default)]
    pub references: Vec<String>,
}

/// `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSyntax {
    pub id: String,
    pub since: String,
    pub name: String,
    pub description: String,
    pub severity: String,
    pub confidence: String,
    /// Set on a form that its provider no longer issues.
    #[serde(default)]
    pub legacy: bool,
    #[serde(default)]
    pub anchors: Vec<String>,
    #[serde(default)]
    pub names: Vec<String>,
    /// A kind of names, see [`super::NameKind`]: what their values look like decides.
    #[serde(default)]
    pub kind: Option<String>,
    #[serde(default)]
    pub regex: String,
    /// What stands right in front of a match that begins with its anchor.
    #[serde(default)]
    pub before: Option<String>,
    /// What makes a match none, looked for in the match and in front of a name.
    #[serde(default)]
    pub unless: Option<String>,
    #[serde(default)]
    pub extends: Option<String>,
    #[serde(default)]
    pub checks: ChecksSyntax,
    /// What the value is called where it is shown, being no secret itself.
    #[serde(default)]
    pub public: Option<String>,
    #[serde(default)]
    pub pair: Option<PairSyntax>,
    #[serde(default)]
    pub rotate: Option<String>,
    /// How this rule's own link was checked.
    #[serde(default)]
    pub link_checked: Option<String>,
    #[serde(default)]
    pub runbook: Vec<String>,
    #[serde(default)]
    pub references: Vec<String>,
    pub examples: Vec<Spanned<String>>,
    #[serde(default)]
    pub non_examples: Vec<Spanned<String>>,
}

/// `pair = { with = ["…"], names = { user = ["…"] }, within = 512 }`: the public half of a
/// credential of two.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PairSyntax {
    /// Ids of public rules.
    #[serde(default)]
    pub with: Vec<String>,
    /// By fact, the names whose value it is.
    #[serde(default)]
    pub names: BTreeMap<String, Vec<String>>,
    /// Bytes between the two, at most.
    pub within: usize,
}

/// `checks = { … }`: what a match must pass beyond its shape.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChecksSyntax {
    /// Shannon entropy of the secret in bits a character, at least.
    pub min_entropy: Option<f32>,
    /// Kinds of characters that the secret must hold, see [`super::CharKind`].
    #[serde(default)]
    pub needs: Vec<String>,
    /// Shapes of public values that the secret must not have, see [`super::PublicShape`].
    #[serde(default)]
    pub not: Vec<String>,
    /// Name of an offline checksum, see [`super::Checksum`].
    pub checksum: Option<String>,
    /// Name of a structure the secret must have, see [`super::Structure`].
    pub structure: Option<String>,
    /// Values that are never reported, besides the general placeholders; letter case does
    /// not matter.
    #[serde(default)]
    pub never: Vec<String>,
}
