//! What is already known or allowed. Detection is over before policy begins: it sees
//! credentials, never bytes.

use crate::findings::Credential;
use crate::rules::Confidence;

/// What of the credentials found is reported.
#[derive(Clone, Copy, Debug, Default)]
pub struct Policy {
    /// Report low-confidence credentials too, such as tokens whose checksum does not hold.
    pub show_unlikely: bool,
}

impl Policy {
    /// The credentials that are reported.
    pub fn apply(&self, mut credentials: Vec<Credential>) -> Vec<Credential> {
        credentials
            .retain(|credential| self.show_unlikely || credential.confidence > Confidence::Low);
        credentials
    }
}
