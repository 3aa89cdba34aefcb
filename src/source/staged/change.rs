//! Which versions of which paths a change brings in, and which it takes the place of.

use std::collections::{BTreeMap, HashSet};

use bstr::BString;

use crate::git::object_id::ObjectId;

/// What stands at a path, on one side of a change.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug)]
pub enum Content {
    /// A file's bytes, or the target of a symbolic link.
    Blob(ObjectId),
    /// A submodule: its commit is not in this repository.
    Submodule(ObjectId),
    /// The sides of a conflict that nobody has resolved.
    Unmerged,
}

/// A path, as bytes below the top of the work tree, and what stands there.
#[derive(PartialEq, Eq, Debug)]
pub struct Version {
    pub path: BString,
    pub content: Content,
}

/// Both sides of a change.
#[derive(PartialEq, Eq, Debug)]
pub struct Change {
    /// What the next commit will hold, where that differs from every parent; by path.
    pub next: Vec<Version>,
    /// What the parents hold at all paths that differ from them; each blob once.
    pub previous: Vec<Version>,
}

impl Change {
    /// Why there is nothing to look at, if there is nothing.
    pub fn note(&self) -> Option<&'static str> {
        match (self.next.is_empty(), self.previous.is_empty()) {
            (false, _) => None,
            (true, true) => Some("nothing is staged: nothing to look at"),
            (true, false) => Some("what is staged adds no content: nothing to look at"),
        }
    }
}

/// The change from several parents, by the difference from each.
impl FromIterator<Sides> for Change {
    fn from_iter<I: IntoIterator<Item = Sides>>(sides: I) -> Change {
        let (mut previous, mut next) = (Vec::new(), None);
        for sides in sides {
            previous.extend(sides.old);
            next = Some(match next {
                None => sides.new,
                Some(next) => common(next, &sides.new),
            });
        }
        let version = |(path, content)| Version { path, content };
        let next = next.unwrap_or_default().into_iter().map(version).collect();
        Change { next, previous: once(previous) }
    }
}

/// The difference between the index and one parent.
#[derive(Default)]
pub struct Sides {
    old: Vec<Version>,
    new: BTreeMap<BString, Content>,
}

impl Sides {
    /// Takes note of a path at which they differ, if only by the mode.
    pub fn add(&mut self, path: BString, old: Option<Content>, new: Option<Content>) {
        // Same bytes under another mode: nothing new.
        if let Some(content) = new
            && old != new
        {
            self.new.insert(path.clone(), content);
        }
        if let Some(content) = old {
            self.old.push(Version { path, content });
        }
    }
}

/// The paths that both hold. Both were read from one index, so their contents are the same.
fn common(
    mut paths: BTreeMap<BString, Content>,
    others: &BTreeMap<BString, Content>,
) -> BTreeMap<BString, Content> {
    paths.retain(|path, _| others.contains_key(path));
    paths
}

/// Each content once, under the first of its paths.
fn once(mut versions: Vec<Version>) -> Vec<Version> {
    versions.sort_by(|a, b| a.path.cmp(&b.path));
    let mut seen = HashSet::new();
    versions.retain(|version| seen.insert(version.content));
    versions
}
