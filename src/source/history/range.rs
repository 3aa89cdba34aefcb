//! The commits whose findings an audit reports: revisions, branches, a date; everything by default.

use super::{BundledCommits, History, HistoryError};
use crate::git::history::commit_graph::CommitGraph;
use crate::git::object_id::ObjectId;
use crate::git::revision;

/// A range as the user writes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeSyntax {
    /// `A..B`: in B but not in A; an empty side is HEAD. `A...B`: in only one of them. `A`: in A.
    pub revisions: Option<String>,
    /// Names of branches, tags or commits: in any of them.
    pub branches: Vec<String>,
    /// Seconds since 1970: committed at this time or later.
    pub since: Option<i64>,
}

/// A range whose revisions are resolved.
pub struct RevisionRange {
    /// A commit is in the range if all conditions include it.
    choices: Vec<Choice>,
    since: Option<i64>,
    /// As the user wrote it.
    pub as_written: String,
}

struct Choice {
    with: Vec<ObjectId>,
    without: Vec<ObjectId>,
    /// Commits that only `without` has are included as well.
    either: bool,
}

/// Git does not accept shorter abbreviations of an id.
const SHORTEST_ID: usize = 4;

impl RangeSyntax {
    /// Whether a word is a range of revisions and not a path: two dots with names around them.
    pub fn is_revisions(word: &str) -> bool {
        let Some((old, new)) = word.split_once("..") else { return false };
        let new = new.strip_prefix('.').unwrap_or(new);
        let is_path = |new: &str| new.starts_with(['/', '\\', '.']) || new.contains("..");
        !(old.ends_with(['/', '\\', '.']) || is_path(new) || old.is_empty() && new.is_empty())
    }

    pub fn is_everything(&self) -> bool {
        self.revisions.is_none() && self.branches.is_empty() && self.since.is_none()
    }

    fn as_written(&self) -> String {
        let mut as_written: Vec<String> = self.revisions.iter().cloned().collect();
        as_written.extend(self.branches.iter().map(|branch| format!("--branch {branch}")));
        if let Some(time) = self.since.and_then(|since| jiff::Timestamp::from_second(since).ok()) {
            as_written.push(format!("--since {time}"));
        }
        as_written.join(" ")
    }
}

impl History {
    /// Resolves the names of a range; `None` for everything.
    pub fn range(&self, syntax: &RangeSyntax) -> Result<Option<RevisionRange>, HistoryError> {
        if syntax.is_everything() && self.bundled.is_none() {
            return Ok(None);
        }
        let mut choices = Vec::new();
        if let Some(BundledCommits { tips, prerequisites }) = &self.bundled {
            let read = |id: &ObjectId| self.store.read(id, u64::MAX).map_err(|why| why.to_string());
            // A tag may be of something else than a commit.
            let with = tips.iter().filter_map(|id| revision::peeled(&read, *id).ok()).collect();
            let without = prerequisites.clone();
            choices.push(Choice { with, without, either: false });
        }
        if let Some(revisions) = &syntax.revisions {
            choices.push(self.choice(revisions)?);
        }
        if !syntax.branches.is_empty() {
            let with: Result<_, _> = syntax.branches.iter().map(|name| self.commit(name)).collect();
            choices.push(Choice { with: with?, without: Vec::new(), either: false });
        }
        Ok(Some(RevisionRange { choices, since: syntax.since, as_written: syntax.as_written() }))
    }

    fn choice(&self, revisions: &str) -> Result<Choice, HistoryError> {
        let Some((old, new)) = revisions.split_once("..") else {
            let neither = |why| match why {
                HistoryError::UnknownRevision { revision: word } => {
                    HistoryError::NeitherPathNorRevision { word }
                }
                why => why,
            };
            let with = vec![self.commit(revisions).map_err(neither)?];
            return Ok(Choice { with, without: Vec::new(), either: false });
        };
        let commit = |name: &str| self.commit(if name.is_empty() { "HEAD" } else { name });
        let either = new.starts_with('.');
        let (old, new) = (commit(old)?, commit(new.trim_start_matches('.'))?);
        Ok(Choice { with: vec![new], without: vec![old], either })
    }

    /// The commit that a revision names (gitrevisions(7)): a ref, an id or its abbreviation,
    /// followed by `~` and `^`. Any other syntax is resolved by git.
    fn commit(&self, name: &str) -> Result<ObjectId, HistoryError> {
        let fails = |why: String| HistoryError::Revision { revision: name.to_owned(), why };
        let read = |id: &ObjectId| self.store.read(id, u64::MAX).map_err(|why| why.to_string());
        let (base, steps) = revision::split(name);
        let followed = match self.named(base) {
            Some(id) => revision::follow(&read, id, steps).map_err(fails)?,
            None => None,
        };
        let id = match followed {
            Some(id) => id,
            None => {
                let id = self.repository.git().object_id(name);
                let id = id.map_err(|error| fails(error.to_string()))?;
                let unknown = || HistoryError::UnknownRevision { revision: name.to_owned() };
                id.ok_or_else(unknown)?
            }
        };
        revision::peeled(&read, id).map_err(fails)
    }

    /// The object of a ref, an id or an abbreviated id.
    fn named(&self, name: &str) -> Option<ObjectId> {
        self.repository.reference(name).or_else(|| {
            let is_id = name.len() >= SHORTEST_ID && name.bytes().all(|b| b.is_ascii_hexdigit());
            let candidates =
                is_id.then(|| self.store.beginning_with(&name.to_ascii_lowercase()))?;
            match candidates[..] {
                [id] => Some(id),
                _ => None,
            }
        })
    }
}

impl RevisionRange {
    /// For each commit, whether it is in the range.
    pub(super) fn select(&self, commits: &CommitGraph) -> Vec<bool> {
        let since = self.since.unwrap_or(i64::MIN);
        let mut chosen: Vec<bool> = commits.list().iter().map(|c| c.time >= since).collect();
        for choice in &self.choices {
            let with = commits.reach(&choice.with);
            let without = commits.reach(&choice.without);
            for (chosen, (with, without)) in chosen.iter_mut().zip(with.into_iter().zip(without)) {
                *chosen &= if choice.either { with != without } else { with && !without };
            }
        }
        chosen
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn revisions_are_distinguished_from_paths() {
        for word in ["a..b", "..b", "a..", "v1.0..HEAD~2", "a...b", "origin/main..feature/x"] {
            assert!(RangeSyntax::is_revisions(word), "{word}");
        }
        for word in
            ["a", ".", "..", "../other", "../../other", "a/..", "a/../b", "...", "/x/..", ""]
        {
            assert!(!RangeSyntax::is_revisions(word), "{word}");
        }
    }
}
