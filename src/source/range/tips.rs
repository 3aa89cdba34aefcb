//! The newest objects of a range: what a revision names, or what the refs of a push refer to.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};

use super::{RangeError, RefUpdate};
use crate::git::history::names::{NamedBy, NamedObject, ObjectNames};
use crate::git::object::{ObjectKind, tag_name, tagged};
use crate::git::object_id::ObjectId;
use crate::git::tree::walk::{TreeWalk, TreeWalkError};
use crate::git::{Git, GitEnvironment, GitError, ObjectReader};

/// The newest objects of a range.
#[derive(Default)]
pub struct RangeTips {
    pub heads: Vec<ObjectId>,
    /// Annotated tags, for their texts.
    pub tags: Vec<ObjectId>,
    /// Blobs that a ref or a tag refers to directly.
    pub blobs: Vec<ObjectId>,
    /// Trees that a ref or a tag refers to directly.
    pub trees: Vec<TreeWalk>,
    /// The names of new refs, with what they refer to.
    pub names: Vec<(BString, ObjectId)>,
    /// What refs and tags refer to.
    named: Vec<NamedObject>,
    /// The same objects: a mirror has a hundred thousand tags.
    named_ids: HashSet<ObjectId>,
}

impl RangeTips {
    /// Resolves a name: a commit, or a tag with its message, whose id the pre-commit framework
    /// passes as the end of a range.
    pub fn resolve(environment: &GitEnvironment, name: &str) -> Result<RangeTips, RangeError> {
        let git = Git::new(environment);
        let id = match super::base::commit(environment, name) {
            Ok(commit) => git.object_id(name)?.unwrap_or(commit),
            // A tag of a tree or of a blob.
            Err(error) => match git.object_id(name)? {
                Some(id) if ObjectReader::open(environment).read(&id).is_ok() => id,
                _ => return Err(error),
            },
        };
        let mut tips = RangeTips::default();
        tips.add(&ObjectReader::open(environment), id)?;
        Ok(tips)
    }

    /// Everything that these updates send.
    pub fn of_updates(
        objects: &ObjectReader,
        updates: &[RefUpdate],
    ) -> Result<RangeTips, RangeError> {
        let mut tips = RangeTips::default();
        for RefUpdate { name, new, old } in updates {
            let Some(new) = *new else { continue };
            tips.name(NamedBy::Ref(name.clone()), new);
            tips.add(objects, new)?;
            if old.is_none() {
                tips.names.push((name.clone(), new));
            }
        }
        Ok(tips)
    }

    /// Adds an object, or a tag with everything that it refers to.
    fn add(&mut self, objects: &ObjectReader, mut id: ObjectId) -> Result<(), RangeError> {
        loop {
            let failed = |message: &str| GitError::Failed {
                command: "cat-file".to_owned(),
                message: format!("object {id}: {message}"),
            };
            let (kind, bytes) = objects.read(&id).map_err(|why| failed(&why))?;
            match kind {
                ObjectKind::Commit => self.heads.push(id),
                ObjectKind::Blob => self.blobs.push(id),
                ObjectKind::Tree => {
                    let read = |id: &ObjectId| objects.read_as(ObjectKind::Tree, id);
                    self.trees.push(TreeWalk::read(&read, id)?);
                }
                ObjectKind::Tag => {
                    self.tags.push(id);
                    let name = tag_name(&bytes);
                    if !name.is_empty() && !self.named_ids.contains(&id) {
                        self.name(NamedBy::Ref([b"refs/tags/", name].concat().into()), id);
                    }
                    let by = NamedBy::Tag(id);
                    id = tagged(&bytes).ok_or_else(|| failed("the tag does not name an object"))?;
                    self.name(by, id);
                    continue;
                }
            }
            return Ok(());
        }
    }

    fn name(&mut self, by: NamedBy, id: ObjectId) {
        self.named.push(NamedObject { by, id });
        self.named_ids.insert(id);
    }

    /// Whether there is nothing without a commit.
    pub fn are_commits(&self) -> bool {
        self.tags.is_empty() && self.blobs.is_empty() && self.trees.is_empty()
    }

    /// The names of tags, and of what refs and tags refer to.
    pub fn object_names(&self) -> ObjectNames {
        ObjectNames::new(self.named.iter())
    }

    /// Whether an object is a tag, or a blob that a ref or tag refers to.
    pub fn contain(&self, object: &str) -> bool {
        self.tags.iter().chain(&self.blobs).any(|id| id.to_string() == object)
    }

    /// The blobs to scan that no commit contains.
    pub fn direct_blobs(&self) -> impl Iterator<Item = ObjectId> {
        let in_trees = self.trees.iter().flat_map(TreeWalk::blobs);
        self.blobs.iter().copied().chain(in_trees)
    }

    /// The paths of selected blobs in trees that a ref or tag refers to.
    pub fn paths(
        &self,
        is_selected: impl Fn(&ObjectId) -> bool,
    ) -> Result<Vec<(BString, ObjectId)>, TreeWalkError> {
        let mut paths = Vec::new();
        for tree in &self.trees {
            paths.extend(tree.paths(|_, id| is_selected(id))?);
        }
        paths.sort_by(|(one, _), (other, _)| one.as_bstr().cmp(other.as_bstr()));
        paths.dedup();
        Ok(paths)
    }
}
