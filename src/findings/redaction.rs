//! The only form in which a secret is printed, logged or serialised.

use std::fmt;

use crate::rules::{Rule, RuleString, Trigger};

/// A secret's public prefix, such as `ghp_`, and a fixed mark for the rest. Neither the
/// rest nor its length can be read from it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Redacted(RuleString);

/// Stands for everything that is secret.
const MARK: &str = "********";

impl Redacted {
    /// The longest of the rule's anchors that the secret begins with stays readable: it is a
    /// constant of the format and tells nothing about this secret.
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
        write!(f, "{}{MARK}", self.0)
    }
}
