//! Something that could not be read.

use super::object_id::ObjectId;

/// One thing that could not be read or scanned.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub struct Failure {
    /// The file or object, as a user would name it.
    pub name: String,
    /// What went wrong and what to do.
    pub reason: String,
}

#[doc(hidden)]
impl Failure {
    pub fn new(name: impl Into<String>, reason: impl std::fmt::Display) -> Self {
        Failure { name: name.into(), reason: reason.to_string() }
    }

    /// An object of a repository that cannot be read.
    pub fn of_object(kind: &str, id: &ObjectId, reason: impl std::fmt::Display) -> Self {
        let advice = "run `git fsck --full`, then fetch it again or restore it from another clone";
        Failure::new(format!("{kind} {id}"), format!("cannot be read: {reason}; {advice}"))
    }
}
