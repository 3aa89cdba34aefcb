//! Public facts of a credential: not secret, and useful for its rotation.

use super::Span;
use crate::blob::Region;
use crate::rules::RuleString;

/// A named value next to or inside a secret that reveals nothing of it: `host`, `key_id`,
/// `account`. Printable, [`LONGEST_FACT`] bytes at most.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Fact {
    /// Lower-case words joined by `_`, as in JSON reports.
    pub name: RuleString,
    pub value: String,
}

/// Longer values are not kept: nobody identifies an account by them.
pub const LONGEST_FACT: usize = 256;

impl Fact {
    /// The fact of that name, or `None` if the value is empty, too long or not printable.
    #[doc(hidden)]
    pub fn new(name: RuleString, value: impl Into<String>) -> Option<Self> {
        let value = value.into();
        let is_shown = !value.trim().is_empty()
            && value.len() <= LONGEST_FACT
            && !value.contains(char::is_control);
        is_shown.then_some(Fact { name, value })
    }

    /// The name for human readers: `key id`.
    pub fn label(&self) -> String {
        self.name.replace('_', " ")
    }
}

/// The public half of a credential pair, in the blob of its secret.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RelatedValue {
    /// The half as a fact; the finding has it, too.
    pub fact: Fact,
    pub span: Span,
}

/// The public half of a credential pair, with its position.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct RelatedLocation {
    pub region: Region,
    pub fact: Fact,
}
