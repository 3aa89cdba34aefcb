//! The only form in which a secret is printed, logged or serialised.

use std::fmt;

use crate::rules::{Rule, RuleString, Trigger};

/// A secret's public prefix, such as `ghp_`, and a fixed mask for the rest, which reveals neither
/// the rest nor its length.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redacted(RuleString);

impl Redacted {
    /// Replaces everything that is secret.
    pub(crate) const MASK: &str = "********";

    /// Keeps the longest of the rule's anchors that the secret begins with: it is a constant of the
    /// format and reveals nothing of this secret.
    #[doc(hidden)]
    pub fn new(secret: &[u8], rule: &Rule) -> Self {
        let Trigger::Anchors { literals, .. } = &rule.trigger else {
            return Redacted(RuleString::Borrowed(""));
        };
        let prefix = literals
            .iter()
            .filter(|anchor| secret.len() > anchor.len() && secret.starts_with(anchor.as_bytes()))
            .max_by_key(|anchor| anchor.len());
        Redacted(prefix.cloned().unwrap_or_default())
    }
}

impl fmt::Display for Redacted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}{}", self.0, Redacted::MASK)
    }
}
