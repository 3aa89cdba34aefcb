//! What the pre-commit framework asks of the hooks that it runs, by the variables that it sets
//! ("pre-commit run" in its manual).

use std::ffi::OsString;

/// What is to be looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum HookTarget {
    /// What the next commit adds: git's own hook.
    Staged,
    /// What is staged; and where nothing is, all that git tracks. The framework does not tell
    /// its hooks of `--all-files`, which continuous integration runs with an index that equals
    /// HEAD.
    StagedOrTracked,
    /// What the commits of `from..to` add: `--from-ref` and `--to-ref`, or a push.
    Range { from: String, to: String },
}

/// A range of which one end alone is told, or is no text.
#[derive(Debug, thiserror::Error)]
#[error("set both PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF, or neither")]
pub struct IncompleteRange;

impl HookTarget {
    /// By this process's variables.
    pub fn of_process() -> Result<HookTarget, IncompleteRange> {
        HookTarget::by(|name| std::env::var_os(name).filter(|value| !value.is_empty()))
    }

    /// Git names the index to its own hooks, so that without it nobody is committing: an empty
    /// commit under the framework stays one that adds nothing.
    fn by(variable: impl Fn(&str) -> Option<OsString>) -> Result<HookTarget, IncompleteRange> {
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
            _ => Err(IncompleteRange),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(set: &[(&str, &str)]) -> Result<HookTarget, IncompleteRange> {
        HookTarget::by(|name| {
            set.iter().find(|(set, _)| *set == name).map(|(_, value)| OsString::from(value))
        })
    }

    #[test]
    fn a_range_comes_before_the_index_and_half_of_one_is_refused() {
        let (from, to) = (("PRE_COMMIT_FROM_REF", "a"), ("PRE_COMMIT_TO_REF", "b"));
        let framework = ("PRE_COMMIT", "1");
        let range = HookTarget::Range { from: "a".to_owned(), to: "b".to_owned() };
        assert_eq!(asked(&[from, to, framework]).ok(), Some(range));
        assert!(asked(&[from, framework]).is_err());
        assert!(asked(&[to]).is_err());
        let index = ("GIT_INDEX_FILE", ".git/index");
        assert_eq!(asked(&[framework]).ok(), Some(HookTarget::StagedOrTracked));
        assert_eq!(asked(&[framework, index]).ok(), Some(HookTarget::Staged));
        assert_eq!(asked(&[]).ok(), Some(HookTarget::Staged));
    }
}
