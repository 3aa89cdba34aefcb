//! Whether a credential was pushed.

/// Where a credential was pushed to, as far as the remote-tracking branches of this repository
/// show.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pushed {
    /// To no remote-tracking branch.
    NotYet,
    /// This remote-tracking branch has it.
    To(String),
    /// Unknown, for this reason.
    Unknown(String),
}
