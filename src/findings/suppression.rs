//! Why an occurrence does not fail, and what stands beside it in the source that says so.

/// A `keysieve:allow`, or another scanner's mark, that stands by an occurrence, whether it holds
/// or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuppressionComment {
    /// From 1.
    pub line: usize,
    /// Index of the rule that it names, in the engine's catalogue; `None` where there is no
    /// such rule.
    pub rule: Option<usize>,
    /// It names the rule that found the secret in this place.
    pub names_rule: bool,
    /// Redacted; empty where none is given.
    pub reason: String,
    /// Whose mark it is, where it is not keysieve's own.
    pub scanner: Option<Scanner>,
}

/// Another scanner with inline marks of its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scanner {
    Gitleaks,
    Betterleaks,
    Trufflehog,
    Kingfisher,
    DetectSecrets,
}

impl Scanner {
    pub fn as_str(self) -> &'static str {
        match self {
            Scanner::Gitleaks => "gitleaks",
            Scanner::Betterleaks => "betterleaks",
            Scanner::Trufflehog => "trufflehog",
            Scanner::Kingfisher => "kingfisher",
            Scanner::DetectSecrets => "detect-secrets",
        }
    }
}

/// An occurrence that is known and does not fail.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Suppression {
    pub kind: SuppressionKind,
    /// As people wrote it, redacted.
    pub reason: String,
}

/// Where it is said that an occurrence does not fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum SuppressionKind {
    /// Beside it, by `keysieve:allow`.
    InSource,
    /// In a file apart.
    External,
}

impl SuppressionKind {
    /// As SARIF 2.1.0 calls it (3.35.2).
    pub fn as_str(self) -> &'static str {
        match self {
            SuppressionKind::InSource => "inSource",
            SuppressionKind::External => "external",
        }
    }
}
