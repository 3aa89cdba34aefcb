//! Public facts of a credential: no secret, and what one needs to rotate it.

use super::Span;
use crate::blob::Region;
use crate::rules::RuleString;

/// A named value beside or inside a secret that tells nothing about it: `host`, `key_id`,
/// `account`. Printable, [`LONGEST_FACT`] bytes at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Fact {
    /// Lower-case words joined by `_`, as reports for programs have it.
    pub name: RuleString,
    pub value: String,
}

/// Longer values are no facts: nobody looks an account up by them.
pub const LONGEST_FACT: usize = 256;

impl Fact {
    /// The fact of that name, unless the value could not be shown.
    pub fn new(name: RuleString, value: impl Into<String>) -> Option<Self> {
        let value = value.into();
        let is_shown = !value.trim().is_empty()
            && value.len() <= LONGEST_FACT
            && !value.contains(char::is_control);
        is_shown.then_some(Fact { name, value })
    }

    /// The name as people read it: `key id`.
    pub fn label(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// The public half of a pair, in the blob of its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedValue {
    /// What the half is: a fact of the finding, too.
    pub fact: Fact,
    pub span: Span,
}

/// The public half of a pair, in its place.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelatedLocation {
    pub region: Region,
    pub fact: Fact,
}
