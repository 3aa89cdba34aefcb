//! A repository that libgit2 can open, with its index.

use git2::{ErrorCode, Repository};

use super::{ComparedTo, Staged, StagedError, UnchangedFiles};
use crate::git::commit::RawCommit;
use crate::git::index::{Index, IndexError, IndexFault};
use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::staged::compare::{CompareError, compare};
use crate::git::staged::{IndexDiff, StagedChange};
use crate::git::{GitEnvironment, ObjectReader};
use crate::source::pointer::PointedContents;

/// The repository and the index that becomes the next commit.
pub struct OpenIndex {
    repository: Repository,
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
        let repository = environment
            .open()
            .map_err(|error| ReadError::Unsupported(format!("libgit2: {}", error.message())))?;
        let format = match repository.object_format() {
            git2::ObjectFormat::Sha1 => ObjectFormat::Sha1,
            git2::ObjectFormat::Sha256 => ObjectFormat::Sha256,
        };
        let file = environment.index_file(&repository);
        let index = match Index::open(&file, repository.path(), format) {
            Ok(Some(index)) => index,
            Ok(None) if environment.index_file.is_some() => {
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
    pub fn staged(
        mut self,
        against: ComparedTo,
        environment: &GitEnvironment,
    ) -> Result<Staged, ReadError> {
        let objects = ObjectReader::from_repository(&self.repository, environment);
        let trees = match against {
            ComparedTo::Nothing => vec![None],
            ComparedTo::Parents => {
                let trees = parents(&mut self.repository, &objects);
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
            pointed: PointedContents::of(environment),
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

/// The trees of HEAD and, in a merge, of the commits in MERGE_HEAD; before the first commit there
/// is nothing to compare with.
fn parents(
    repository: &mut Repository,
    objects: &ObjectReader,
) -> Result<Vec<Option<ObjectId>>, String> {
    let message = |error: git2::Error| error.message().to_owned();
    let mut commits = Vec::new();
    match repository.head() {
        Ok(head) => commits.extend(head.target()),
        Err(error) if error.code() == ErrorCode::UnbornBranch => {}
        Err(error) => return Err(message(error)),
    }
    match repository.mergehead_foreach(|id| {
        commits.push(*id);
        true
    }) {
        Ok(()) => {}
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(message(error)),
    }
    let tree = |id: git2::Oid| {
        let id = ObjectId::new(id.as_bytes()).ok_or("HEAD has no object id")?;
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
