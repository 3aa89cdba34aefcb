//! The kinds of files that git keeps beside its objects and that exist only in one clone.

use std::fmt;

/// What a file of the git directory is, by its place there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[non_exhaustive]
pub enum LocalKind {
    /// `config`, `config.worktree` and copies of them.
    Config,
    /// Messages and patches that an editor was opened for, such as `COMMIT_EDITMSG`, and the
    /// editor's own copies of them.
    Message,
    /// `logs`, and the reflogs in `reftable`.
    Reflog,
    /// An unfinished rebase, `git am`, cherry-pick or bisect.
    Rebase,
    /// `rr-cache`: the conflicts that `git rerere` has recorded.
    Rerere,
    /// `hooks`.
    Hook,
    /// `FETCH_HEAD`.
    FetchHead,
    /// `packed-refs`, `refs`, `HEAD` and the like.
    Refs,
    /// Content of Git LFS files.
    Lfs,
    /// Content of git-annex files, its journal and its credentials.
    Annex,
    /// `.jj`: the operations and settings of Jujutsu.
    Jj,
    /// Everything else.
    Other,
}

impl LocalKind {
    /// All kinds, in the order in which they are listed.
    pub const ALL: [LocalKind; 12] = [
        LocalKind::Config,
        LocalKind::Message,
        LocalKind::Reflog,
        LocalKind::Rebase,
        LocalKind::Rerere,
        LocalKind::Hook,
        LocalKind::FetchHead,
        LocalKind::Refs,
        LocalKind::Lfs,
        LocalKind::Annex,
        LocalKind::Jj,
        LocalKind::Other,
    ];

    /// The name in reports and on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            LocalKind::Config => "config",
            LocalKind::Message => "message",
            LocalKind::Reflog => "reflog",
            LocalKind::Rebase => "rebase",
            LocalKind::Rerere => "rerere",
            LocalKind::Hook => "hook",
            LocalKind::FetchHead => "fetch-head",
            LocalKind::Refs => "refs",
            LocalKind::Lfs => "lfs",
            LocalKind::Annex => "annex",
            LocalKind::Jj => "jj",
            LocalKind::Other => "other",
        }
    }

    /// The kind of that name.
    #[doc(hidden)]
    pub fn named(name: &str) -> Option<LocalKind> {
        LocalKind::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

impl fmt::Display for LocalKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
