//! What an occurrence that is not suppressed comes to.

/// Whether an occurrence fails. Policy says so; until then each fails.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Effect {
    /// It decides the exit code, and stops a commit.
    #[default]
    Fails,
    /// It is told, and nothing more comes of it.
    Warns,
}

impl Effect {
    pub fn as_str(self) -> &'static str {
        match self {
            Effect::Fails => "fails",
            Effect::Warns => "warns",
        }
    }
}

/// What kind of file an occurrence stands in, as far as its path tells.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum Setting {
    #[default]
    Usual,
    /// A test, a fixture, an example or a document.
    Test,
}
