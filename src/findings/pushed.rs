//! Whether a credential has left the house.

/// Where a credential was pushed to, as far as this repository knows.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Pushed {
    /// To no remote-tracking branch.
    NotYet,
    /// This remote-tracking branch has it.
    To(String),
    /// It cannot be told; why.
    Unknown(String),
}
