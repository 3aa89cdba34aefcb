//! The moments at which git runs the guard.

/// A hook of git's that the guard can stand in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stage {
    /// Before a commit: what is staged.
    #[default]
    PreCommit,
    /// When its message is written: the message.
    CommitMsg,
    /// Before a push: what the commits add that go out.
    PrePush,
}

impl Stage {
    pub const ALL: [Stage; 3] = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];

    /// The hook's name, by which git finds it.
    pub fn name(self) -> &'static str {
        match self {
            Stage::PreCommit => "pre-commit",
            Stage::CommitMsg => "commit-msg",
            Stage::PrePush => "pre-push",
        }
    }

    /// The words that make keysieve look, with what git hands to the hook as a shell script
    /// has it.
    pub(super) fn words(self) -> &'static str {
        match self {
            Stage::PreCommit => "hook run",
            Stage::CommitMsg => r#"hook run --stage commit-msg "$1""#,
            Stage::PrePush => "hook run --stage pre-push",
        }
    }
}
