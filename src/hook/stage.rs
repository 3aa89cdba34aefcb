//! The git hooks that run the guard.

/// A git hook that can run the guard.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub enum Stage {
    /// Before a commit: what is staged.
    #[default]
    PreCommit,
    /// Before the commit of a merge without conflicts: what is staged. `git commit`, which ends a
    /// merge with conflicts, runs the pre-commit hook.
    PreMergeCommit,
    /// Before `git am` commits a patch that it has applied: what is staged.
    PreApplypatch,
    /// When the commit message is written: the message.
    CommitMsg,
    /// Before a push: what the pushed commits add.
    PrePush,
}

impl Stage {
    pub const ALL: [Stage; 5] = [
        Stage::PreCommit,
        Stage::PreMergeCommit,
        Stage::PreApplypatch,
        Stage::CommitMsg,
        Stage::PrePush,
    ];

    /// The stages that scan what is staged: one command serves them all.
    pub const STAGED: [Stage; 3] = [Stage::PreCommit, Stage::PreMergeCommit, Stage::PreApplypatch];

    /// The name of the hook's file, and of the event in git's configuration.
    pub fn name(self) -> &'static str {
        match self {
            Stage::PreCommit => "pre-commit",
            Stage::PreMergeCommit => "pre-merge-commit",
            Stage::PreApplypatch => "pre-applypatch",
            Stage::CommitMsg => "commit-msg",
            Stage::PrePush => "pre-push",
        }
    }

    /// What the hook blocks, as the user calls it.
    pub(super) fn blocks(self) -> &'static str {
        match self {
            Stage::PrePush => "push",
            _ => "commit",
        }
    }

    /// The command that the hook blocks, with the option that skips the hook.
    pub(super) fn skipping(self) -> &'static str {
        match self {
            Stage::PreCommit | Stage::CommitMsg => "git commit --no-verify",
            Stage::PreMergeCommit => "git merge --no-verify",
            Stage::PreApplypatch => "git am --no-verify",
            Stage::PrePush => "git push --no-verify",
        }
    }

    /// The arguments of keysieve, without those that git passes to the hook.
    pub(super) fn command(self) -> &'static str {
        match self {
            Stage::PreCommit => "hook run",
            Stage::PreMergeCommit => "hook run --stage pre-merge-commit",
            Stage::PreApplypatch => "hook run --stage pre-applypatch",
            Stage::CommitMsg => "hook run --stage commit-msg",
            Stage::PrePush => "hook run --stage pre-push",
        }
    }

    /// The arguments of keysieve, with the hook's own arguments as in a shell script.
    pub(super) fn arguments(self) -> String {
        let passed = match self {
            Stage::PreCommit | Stage::PreMergeCommit | Stage::PreApplypatch => "",
            Stage::CommitMsg => r#" "$1""#,
            Stage::PrePush => r#" "$@""#,
        };
        [self.command(), passed].concat()
    }
}
