//! A repository that libgit2 opens, with its index.

use git2::{ErrorCode, Repository};

use super::change::{Change, Sides};
use super::compare::{Uncompared, compare};
use super::{Against, Files, Staged, StagedError};
use crate::git::commit::RawCommit;
use crate::git::index::{Index, IndexError, IndexFault};
use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::{GitEnvironment, ObjectReader};

/// The repository and the index that becomes the next commit.
pub struct Opened {
    repository: Repository,
    index: Index,
}

/// Why it was not read.
pub enum Unread {
    /// It cannot be read by anybody.
    Error(StagedError),
    /// Git may read it all the same.
    ByLibrary(String),
}

impl Opened {
    /// Git never hands its hooks an index that is missing, so a file that is named and not
    /// there is an error: an empty index would pass for a change without content.
    pub fn read(environment: &GitEnvironment) -> Result<Opened, Unread> {
        let repository = environment
            .open()
            .map_err(|error| Unread::ByLibrary(format!("libgit2 says: {}", error.message())))?;
        let format = match repository.object_format() {
            git2::ObjectFormat::Sha1 => ObjectFormat::Sha1,
            git2::ObjectFormat::Sha256 => ObjectFormat::Sha256,
        };
        let file = environment.index_file(&repository);
        let index = match Index::open(&file, repository.path(), format) {
            Ok(Some(index)) => index,
            Ok(None) if environment.index_file.is_some() => {
                return Err(Unread::Error(StagedError::NoIndex { file }));
            }
            Ok(None) => Index::default(),
            Err(IndexError::Fault(IndexFault::Damaged(reason))) => {
                return Err(Unread::index(file, reason.to_owned()));
            }
            Err(IndexError::Fault(IndexFault::Unknown(reason))) => {
                return Err(Unread::ByLibrary(format!("the index: {reason}")));
            }
            Err(IndexError::Read(error)) => return Err(Unread::index(file, error.to_string())),
        };
        Ok(Opened { repository, index })
    }

    /// What is staged, against the parents or as a whole.
    pub fn staged(
        mut self,
        against: Against,
        environment: &GitEnvironment,
    ) -> Result<Staged, Unread> {
        let objects = ObjectReader::of(&self.repository, environment);
        let trees = match against {
            Against::Nothing => vec![None],
            Against::Parents => {
                let trees = parents(&mut self.repository, &objects);
                trees.map_err(|reason| self.parents_unread(reason))?
            }
        };
        let change: Change = trees
            .into_iter()
            .map(|tree| self.sides(tree, &objects))
            .collect::<Result<Vec<_>, _>>()?
            .into_iter()
            .collect();
        Ok(Staged { objects, change, files: Files::Listed(self.index), slow: None })
    }

    fn sides(&self, tree: Option<ObjectId>, objects: &ObjectReader) -> Result<Sides, Unread> {
        let mut tree_of = |id: &ObjectId| {
            objects
                .read_as(ObjectKind::Tree, id)
                .map_err(|why| format!("tree {id} cannot be read: {why}"))
        };
        compare(&self.index, tree, &mut tree_of).map_err(|uncompared| match uncompared {
            Uncompared::Tree(reason) => self.parents_unread(reason),
            Uncompared::Sparse => {
                Unread::ByLibrary("the index: it is sparse where it differs".to_owned())
            }
        })
    }

    fn parents_unread(&self, reason: String) -> Unread {
        Unread::Error(StagedError::parents(&self.repository, reason))
    }
}

impl Unread {
    fn index(file: std::path::PathBuf, reason: String) -> Unread {
        Unread::Error(StagedError::Index { file, reason })
    }
}

/// The trees of HEAD and, in a merge, of all that MERGE_HEAD names; before the first commit
/// there is none to compare with.
fn parents(
    repository: &mut Repository,
    objects: &ObjectReader,
) -> Result<Vec<Option<ObjectId>>, String> {
    let said = |error: git2::Error| error.message().to_owned();
    let mut commits = Vec::new();
    match repository.head() {
        Ok(head) => commits.extend(head.target()),
        Err(error) if error.code() == ErrorCode::UnbornBranch => {}
        Err(error) => return Err(said(error)),
    }
    match repository.mergehead_foreach(|id| {
        commits.push(*id);
        true
    }) {
        Ok(()) => {}
        Err(error) if error.code() == ErrorCode::NotFound => {}
        Err(error) => return Err(said(error)),
    }
    let tree = |id: git2::Oid| {
        let id = ObjectId::new(id.as_bytes()).ok_or("HEAD names no id")?;
        let commit = objects.read_as(ObjectKind::Commit, &id);
        let commit = commit.map_err(|why| format!("commit {id} cannot be read: {why}"))?;
        let commit = RawCommit::parse(id, &commit);
        Ok(Some(commit.ok_or_else(|| format!("commit {id} names no tree"))?.tree))
    };
    match &commits[..] {
        [] => Ok(vec![None]),
        commits => commits.iter().copied().map(tree).collect(),
    }
}
