//! The git hooks that run the guard.

/// A git hook that can run the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stage {
    /// Before a commit: what is staged.
    #[default]
    PreCommit,
    /// When the commit message is written: the message.
    CommitMsg,
    /// Before a push: what the pushed commits add.
    PrePush,
}

impl Stage {
    pub const ALL: [Stage; 3] = [Stage::PreCommit, Stage::CommitMsg, Stage::PrePush];

    /// The name of the hook's file.
    pub fn name(self) -> &'static str {
        match self {
            Stage::PreCommit => "pre-commit",
            Stage::CommitMsg => "commit-msg",
            Stage::PrePush => "pre-push",
        }
    }

    /// The arguments of keysieve, with the hook's own arguments as in a shell script.
    pub(super) fn arguments(self) -> &'static str {
        match self {
            Stage::PreCommit => "hook run",
            Stage::CommitMsg => r#"hook run --stage commit-msg "$1""#,
            Stage::PrePush => "hook run --stage pre-push",
        }
    }
}
