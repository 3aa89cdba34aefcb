//! Why an occurrence is suppressed, and the comments in the source that may suppress it.

/// A `keysieve:allow` or another scanner's ignore comment next to an occurrence, valid or not.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct SuppressionComment {
    /// From 1.
    pub line: usize,
    /// Index of the rule that it names, in the engine's catalogue; `None` if there is no such rule.
    pub rule: Option<usize>,
    /// Whether it names the rule that found this occurrence.
    pub names_rule: bool,
    /// Redacted; empty if none is given.
    pub reason: String,
    /// The scanner it is for, if that is not keysieve.
    pub scanner: Option<OtherScanner>,
}

/// Another scanner with its own ignore comments.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum OtherScanner {
    Gitleaks,
    Betterleaks,
    Trufflehog,
    Kingfisher,
    DetectSecrets,
}

impl OtherScanner {
    pub fn as_str(self) -> &'static str {
        match self {
            OtherScanner::Gitleaks => "gitleaks",
            OtherScanner::Betterleaks => "betterleaks",
            OtherScanner::Trufflehog => "trufflehog",
            OtherScanner::Kingfisher => "kingfisher",
            OtherScanner::DetectSecrets => "detect-secrets",
        }
    }
}

/// Why an occurrence is suppressed.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Suppression {
    pub kind: SuppressionKind,
    /// As people wrote it, redacted.
    pub reason: String,
}

/// Where the suppression is stated.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum SuppressionKind {
    /// In a comment next to it.
    InSource,
    /// In another file: a baseline or a configuration.
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
