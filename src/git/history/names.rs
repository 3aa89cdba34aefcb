//! What people call the objects that no branch leads to: tags, other refs, stashes.

use std::collections::HashMap;
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::commit_graph::CommitGraph;
use crate::git::object_id::{IdMap, ObjectId};

/// An object and the ref or tag that refers to it.
pub struct NamedObject {
    pub by: NamedBy,
    pub id: ObjectId,
}

/// What refers to an object by its id.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NamedBy {
    /// A ref, by its full name.
    Ref(BString),
    /// A tag object, by its id.
    Tag(ObjectId),
}

/// Nested tags are followed, but not forever.
const DEEPEST_TAG: usize = 32;

/// The names of objects.
pub struct ObjectNames(IdMap<BString>);

impl ObjectNames {
    /// The names of the objects that refs and tags lead to. If several refs lead to an object, the
    /// name is that of the least.
    pub fn new<'n>(named: impl Iterator<Item = &'n NamedObject> + Clone) -> ObjectNames {
        let mut names: IdMap<BString> = IdMap::default();
        let mut add = |id: ObjectId, name: &BStr| match names.get_mut(&id) {
            Some(known) if *known <= name => false,
            Some(known) => {
                *known = name.to_owned();
                true
            }
            None => names.insert(id, name.to_owned()).is_none(),
        };
        let mut tags: HashMap<ObjectId, ObjectId> = HashMap::new();
        let mut fresh = Vec::new();
        for NamedObject { by, id } in named {
            match by {
                NamedBy::Tag(tag) => drop(tags.insert(*tag, *id)),
                NamedBy::Ref(name) => {
                    add(*id, name.as_bstr());
                    fresh.push((*id, name.clone()));
                }
            }
        }
        for _ in 0..DEEPEST_TAG {
            let tagged = fresh.iter().filter_map(|(id, name)| Some((*tags.get(id)?, name.clone())));
            let tagged: Vec<(ObjectId, BString)> = tagged.collect();
            fresh = tagged.into_iter().filter(|(id, name)| add(*id, name.as_bstr())).collect();
        }
        ObjectNames(names)
    }

    /// The name of an object, as a report shows it: `tag v1.0` or `ref refs/notes/keys`.
    pub fn get(&self, id: &ObjectId) -> Option<String> {
        self.0.get(id).map(|name| shown(name.as_bstr()))
    }

    /// The objects with names, by id.
    pub fn objects(&self) -> Vec<ObjectId> {
        let mut objects: Vec<ObjectId> = self.0.keys().copied().collect();
        objects.sort_unstable();
        objects
    }
}

/// A ref as a report shows it.
fn shown(name: &BStr) -> String {
    match name.strip_prefix(b"refs/tags/") {
        Some(tag) => format!("tag {}", tag.as_bstr()),
        None => format!("ref {name}"),
    }
}

impl fmt::Display for NamedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            NamedBy::Ref(name) => write!(f, "ref {}", name.to_str_lossy()),
            NamedBy::Tag(id) => write!(f, "tag {id}"),
        }
    }
}

/// The number of the stash that each of its commits belongs to, by the commit's position.
///
/// A stash is a merge commit of HEAD with a commit of the index and, if there are any, one of
/// untracked files (`git stash push`).
pub fn stash_commits(stashes: &[ObjectId], commits: &CommitGraph) -> HashMap<usize, usize> {
    let mut numbers = HashMap::new();
    for (number, stash) in stashes.iter().enumerate() {
        let Some(position) = commits.position(*stash) else { continue };
        let others = commits.list()[position].parents.iter().skip(1).copied();
        for commit in others.chain([position]) {
            numbers.entry(commit).or_insert(number);
        }
    }
    numbers
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_has_the_name_of_the_least_ref_that_leads_to_it() {
        let id = |byte| ObjectId::new(&[byte; 20]).expect("an id");
        let by = |name: &str| NamedBy::Ref(name.into());
        let named = [
            NamedObject { by: by("refs/tags/v2"), id: id(1) },
            NamedObject { by: NamedBy::Tag(id(1)), id: id(2) },
            NamedObject { by: NamedBy::Tag(id(2)), id: id(3) },
            NamedObject { by: by("refs/notes/keys"), id: id(3) },
            NamedObject { by: NamedBy::Tag(id(7)), id: id(8) },
            NamedObject { by: NamedBy::Tag(id(9)), id: id(9) },
            NamedObject { by: by("refs/x"), id: id(9) },
        ];
        let names = ObjectNames::new(named.iter());
        assert_eq!(names.get(&id(2)).as_deref(), Some("tag v2"));
        assert_eq!(names.get(&id(3)).as_deref(), Some("ref refs/notes/keys"));
        assert_eq!(names.get(&id(9)).as_deref(), Some("ref refs/x"));
        assert_eq!(names.get(&id(8)), None);
        assert_eq!(names.objects().len(), 4);
    }
}
