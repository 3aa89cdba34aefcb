//! A repository and its index, read by our own readers.

use bstr::ByteSlice;

use super::{ComparedTo, Staged, StagedError, UnchangedFiles};
use crate::git::commit::RawCommit;
use crate::git::index::{Index, IndexError, IndexFault};
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::staged::compare::{CompareError, compare};
use crate::git::staged::{IndexDiff, StagedChange};
use crate::git::{GitEnvironment, GitRepository, ObjectReader, OpenError, own_files};
use crate::source::pointer::ContentStorage;

/// The repository and the index that becomes the next commit.
pub struct OpenIndex {
    repository: GitRepository,
    index: Index,
}

/// Why the index was not read.
pub enum ReadError {
    /// Not even git can read it.
    Error(StagedError),
    /// Git may still be able to read it.
    Unsupported(String),
}

impl OpenIndex {
    /// Git never runs its hooks with a missing index. So it is an error if a named index does not
    /// exist: an empty one would pass as a change without content.
    pub fn read(environment: &GitEnvironment) -> Result<OpenIndex, ReadError> {
        let repository = environment.open().map_err(|error| match error {
            OpenError::NotFound | OpenError::Ownership { .. } => {
                ReadError::Error(StagedError::repository(environment, error.to_string()))
            }
            error => ReadError::Unsupported(error.to_string()),
        })?;
        let file = repository.index_file();
        let index = match Index::open(&file, &repository.git_dir, repository.format) {
            Ok(Some(index)) => index,
            Ok(None) if repository.has_named_index() => {
                return Err(ReadError::Error(StagedError::NoIndex { file }));
            }
            Ok(None) => Index::default(),
            Err(IndexError::Fault(IndexFault::Damaged(reason))) => {
                return Err(ReadError::index(file, reason.to_owned()));
            }
            Err(IndexError::Fault(IndexFault::Unknown(reason))) => {
                return Err(ReadError::Unsupported(format!("the index: {reason}")));
            }
            Err(IndexError::Read(error)) => return Err(ReadError::index(file, error.to_string())),
        };
        Ok(OpenIndex { repository, index })
    }

    /// The staged changes, compared with the parents or with nothing.
    pub fn staged(self, against: ComparedTo<'_>) -> Result<Staged, ReadError> {
        let objects = ObjectReader::from_repository(&self.repository);
        let trees = match against {
            ComparedTo::Nothing => vec![None],
            ComparedTo::Parents(merged) => {
                let trees = parents(&self.repository, merged, &objects);
                trees.map_err(|reason| self.parents_unread(reason))?
            }
        };
        let change: StagedChange = trees
            .into_iter()
            .map(|tree| self.diff(tree, &objects))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .collect();
        Ok(Staged {
            objects,
            pointed: ContentStorage::of(self.repository.environment()),
            change,
            files: UnchangedFiles::FromIndex(self.index),
            fallback_reason: None,
        })
    }

    fn diff(&self, tree: Option<ObjectId>, objects: &ObjectReader) -> Result<IndexDiff, ReadError> {
        let mut tree_of = |id: &ObjectId| {
            objects
                .read_as(ObjectKind::Tree, id)
                .map_err(|why| format!("tree {id} cannot be read: {why}"))
        };
        compare(&self.index, tree, &mut tree_of).map_err(|error| match error {
            CompareError::Tree(reason) => self.parents_unread(reason),
            CompareError::Sparse => {
                ReadError::Unsupported("the index: its sparse entries differ from HEAD".to_owned())
            }
        })
    }

    fn parents_unread(&self, reason: String) -> ReadError {
        ReadError::Error(StagedError::parents(&self.repository, reason))
    }
}

impl ReadError {
    fn index(file: std::path::PathBuf, reason: String) -> ReadError {
        ReadError::Error(StagedError::Index { file, reason })
    }
}

/// The trees of HEAD and, in a merge, of the commits in MERGE_HEAD and of `merging`; before the first commit there
/// is nothing to compare with.
fn parents(
    repository: &GitRepository,
    merging: &[ObjectId],
    objects: &ObjectReader,
) -> Result<Vec<Option<ObjectId>>, String> {
    let mut commits: Vec<ObjectId> = repository.head()?.into_iter().collect();
    if !commits.is_empty() {
        let merged = own_files::read_if_exists(&repository.git_dir.join("MERGE_HEAD"));
        let merged = merged.map_err(|error| format!("MERGE_HEAD: {error}"))?.unwrap_or_default();
        let merged: Option<Vec<_>> = merged.lines().map(ObjectId::from_hex).collect();
        commits.extend(merged.ok_or("MERGE_HEAD contains something other than object ids")?);
        commits.extend(merging);
    }
    let tree = |id: ObjectId| {
        let commit = objects.read_as(ObjectKind::Commit, &id);
        let commit = commit.map_err(|why| format!("commit {id} cannot be read: {why}"))?;
        let commit = RawCommit::parse(id, &commit);
        Ok(Some(commit.ok_or_else(|| format!("commit {id} has no tree"))?.tree))
    };
    match &commits[..] {
        [] => Ok(vec![None]),
        commits => commits.iter().copied().map(tree).collect(),
    }
}
