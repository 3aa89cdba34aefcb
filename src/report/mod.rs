//! How we tell: a report and its forms. No form can print a secret: a report holds none.

use crate::findings::Credential;
use crate::source::Coverage;

/// What a scan, an audit or the guard has to say.
#[derive(Clone, Debug)]
pub struct Report {
    pub task: Task,
    /// Reported credentials, sorted.
    pub credentials: Vec<Credential>,
    pub coverage: Coverage,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Task {
    /// Files of a working tree, or standard input.
    Scan,
    /// A whole history.
    Audit,
    /// What the next commit adds.
    Guard,
}

/// What a report comes to; decides the exit code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Everything was looked at and nothing found.
    Clean,
    /// Credentials were found.
    Found,
    /// Something could not be looked at, whatever else was found.
    Incomplete,
}

impl Report {
    pub fn outcome(&self) -> Outcome {
        if !self.coverage.failures.is_empty() {
            Outcome::Incomplete
        } else if !self.credentials.is_empty() {
            Outcome::Found
        } else {
            Outcome::Clean
        }
    }
}
