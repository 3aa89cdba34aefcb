//! How severe an occurrence is for the run, and the kind of path that decides with it.

/// Whether an occurrence fails the run. Policy decides; until then every occurrence does.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Level {
    /// Fails the run (exit code 1) and blocks a commit.
    #[default]
    Error,
    /// Is reported, without effect on the exit code.
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

/// The kind of file that an occurrence is in, judged by its path.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PathKind {
    #[default]
    Regular,
    /// A test, a fixture, an example or a document.
    Test,
}
