//! What the pre-commit framework wants scanned, from the variables that it sets for its hooks
//! ("pre-commit run" in its manual).

use std::ffi::OsString;

use crate::source::range::PushTarget;

/// What a hook is to scan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookTarget {
    /// What the next commit adds: git's own hook.
    Staged,
    /// What is staged, or all tracked files if nothing is. The framework's hooks cannot see its
    /// `--all-files` option, which CI uses with an index that equals HEAD.
    StagedOrTracked,
    /// What the commits of `from..to` add: `--from-ref` and `--to-ref`, or a push.
    Range { from: String, to: String },
    /// Everything that `to` has and the remote has not: a push of prek.
    Sent { to: String },
}

/// Only the beginning of a range is set, or an end is not UTF-8.
#[derive(Debug, thiserror::Error)]
#[error("PRE_COMMIT_FROM_REF needs PRE_COMMIT_TO_REF, and both must be UTF-8")]
pub struct IncompleteRange;

/// The remote of a push, from this process's variables.
pub fn framework_remote() -> PushTarget {
    let variable = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    PushTarget { name: variable("PRE_COMMIT_REMOTE_NAME"), url: variable("PRE_COMMIT_REMOTE_URL") }
}

impl HookTarget {
    /// From this process's variables.
    pub fn of_process() -> Result<HookTarget, IncompleteRange> {
        HookTarget::from_variables(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    /// Git sets the index's variable for its own hooks: without it there is no commit, so an empty
    /// commit under the framework is still one that adds nothing.
    fn from_variables(
        variable: impl Fn(&str) -> Option<OsString>,
    ) -> Result<HookTarget, IncompleteRange> {
        match (variable("PRE_COMMIT_FROM_REF"), variable("PRE_COMMIT_TO_REF")) {
            (Some(from), Some(to)) => match (from.into_string(), to.into_string()) {
                (Ok(from), Ok(to)) => Ok(HookTarget::Range { from, to }),
                _ => Err(IncompleteRange),
            },
            (None, None) => {
                let commits = variable("GIT_INDEX_FILE").is_some();
                let framework = variable("PRE_COMMIT").is_some();
                Ok(if framework && !commits {
                    HookTarget::StagedOrTracked
                } else {
                    HookTarget::Staged
                })
            }
            (None, Some(to)) => match to.into_string() {
                Ok(to) => Ok(HookTarget::Sent { to }),
                Err(_) => Err(IncompleteRange),
            },
            (Some(_), None) => Err(IncompleteRange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn target(set: &[(&str, &str)]) -> Result<HookTarget, IncompleteRange> {
        HookTarget::from_variables(|name| {
            set.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_range_comes_before_the_index_and_half_of_one_is_refused() {
        let (from, to) = (("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b"));
        let framework = ("PRE_COMMIT", "1");
        let range = HookTarget::Range { from: "a".to_owned(), to: "b".to_owned() };
        assert_eq!(target(&[from, to, framework]).ok(), Some(range));
        assert!(target(&[from, framework]).is_err());
        assert_eq!(target(&[to]).ok(), Some(HookTarget::Sent { to: "b".to_owned() }));
        let index = ("GIT_INDEX_FILE", ".git/index");
        assert_eq!(target(&[framework]).ok(), Some(HookTarget::StagedOrTracked));
        assert_eq!(target(&[framework, index]).ok(), Some(HookTarget::Staged));
        assert_eq!(target(&[]).ok(), Some(HookTarget::Staged));
    }
}
