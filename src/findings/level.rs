//! What an occurrence that is not suppressed comes to.

/// Whether an occurrence fails. Policy says so; until then each fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// It decides the exit code, and stops a commit.
    #[default]
    Error,
    /// It is told, and nothing more comes of it.
    Warning,
}

impl Level {
    pub fn as_str(self) -> &'static str {
        match self {
            Level::Error => "error",
            Level::Warning => "warning",
        }
    }
}

/// What kind of file an occurrence stands in, as far as its path tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathKind {
    #[default]
    Regular,
    /// A test, a fixture, an example or a document.
    Test,
}
