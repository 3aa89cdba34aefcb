//! The syntax of a pattern file, `patterns/*.toml` or custom.
//!
//! These types only mirror the TOML; [`super::check`] turns them into checked rules.
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
    /// Page where this provider's credentials are rotated; a rule may name a better one.
    pub rotate: String,
    /// How the link was checked, see [`super::LinkChecked`].
    #[serde(default)]
    pub link_checked: Option<String>,
    /// Rotation steps, for rules without their own.
    #[serde(default)]
    pub runbook: Vec<String>,
    /// Pages that describe them, for rules without their own references.
    #[serde(default)]
    pub references: Vec<String>,
}

/// `[[rule]]`.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleSyntax {
    pub id: String,
    /// Ids that the rule had before; they keep working in comments, configuration and baselines.
    #[serde(default)]
    pub aliases: Vec<String>,
    pub since: String,
    pub name: String,
    pub description: String,
    pub severity: String,
    pub confidence: String,
    /// Set if the provider no longer issues this format.
    #[serde(default)]
    pub legacy: bool,
    #[serde(default)]
    pub anchors: Vec<String>,
    #[serde(default)]
    pub names: Vec<String>,
    /// A kind of variable names, see [`super::NameKind`]: values are judged by how they look.
    #[serde(default)]
    pub kind: Option<String>,
    /// A structure that is read as a whole, see [`super::StructureReader`].
    #[serde(default)]
    pub reader: Option<String>,
    #[serde(default)]
    pub regex: String,
    /// Must match directly before a match that begins with its anchor.
    #[serde(default)]
    pub before: Option<String>,
    /// Discards a match if it is found in it, or before a variable name.
    #[serde(default)]
    pub unless: Option<String>,
    /// Must be found in or near a match that begins with its anchor.
    #[serde(default)]
    pub near: Option<String>,
    /// Discards such a match if it is found in it or near it.
    #[serde(default)]
    pub unless_near: Option<String>,
    #[serde(default)]
    pub extends: Option<String>,
    #[serde(default)]
    pub checks: ChecksSyntax,
    /// Set if the value is not secret: its name in reports.
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
    /// For each fact the variable names whose value it is.
    #[serde(default)]
    pub names: BTreeMap<String, Vec<String>>,
    /// Maximum number of bytes between the two.
    pub within: usize,
}

/// `checks = { … }`: the checks that a match must pass.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct ChecksSyntax {
    /// Minimum Shannon entropy of the secret in bits per character.
    pub min_entropy: Option<f32>,
    /// Kinds of characters that the secret must contain, see [`super::CharKind`].
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
