//! The objects that a change names, from libgit2 or from git itself.

use std::io::Read;

use git2::{Oid, Repository};

use crate::git::GitEnvironment;
use crate::git::GitError;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::{self, Git, Held, LONG};
use crate::source::Coverage;

/// Reads objects by their ids.
pub enum Objects {
    Library {
        repository: Repository,
        environment: GitEnvironment,
        /// For long blobs: libgit2 holds whole what it reads.
        long: Option<git::Objects>,
    },
    Git(git::Objects),
}

impl Objects {
    /// Those of a repository that libgit2 has opened.
    pub fn of(repository: Repository, environment: &GitEnvironment) -> Objects {
        Objects::Library { repository, environment: environment.clone(), long: None }
    }

    /// Those that git reads.
    pub fn by_git(git: &Git) -> Result<Objects, GitError> {
        Ok(Objects::Git(git::Objects::open(git)?))
    }

    /// A blob's bytes, or what `look` covers of them where they are too many to be held; else
    /// why there are none.
    pub fn blob(
        &mut self,
        id: &ObjectId,
        look: impl FnOnce(&mut dyn Read) -> std::io::Result<Coverage>,
    ) -> Result<Held<Coverage>, String> {
        match self {
            Objects::Git(objects) => objects.blob(id, look),
            Objects::Library { repository, environment, long } => {
                let size = size(repository, id)?;
                if size <= LONG {
                    return read(repository, id, ObjectKind::Blob).map(Held::Whole);
                }
                let objects = match long {
                    Some(objects) => objects,
                    None => {
                        let objects = git::Objects::open(&Git::new(environment));
                        long.insert(objects.map_err(|error| error.to_string())?)
                    }
                };
                objects.blob(id, look)
            }
        }
    }
}

fn size(repository: &Repository, id: &ObjectId) -> Result<u64, String> {
    let header = || repository.odb()?.read_header(Oid::from_bytes(id.as_bytes())?);
    header().map(|(size, _)| size as u64).map_err(said)
}

/// An object of that kind, whose bytes libgit2 has seen to hash to its id.
pub fn read(repository: &Repository, id: &ObjectId, kind: ObjectKind) -> Result<Vec<u8>, String> {
    let odb = repository.odb().map_err(said)?;
    let object = Oid::from_bytes(id.as_bytes()).and_then(|id| odb.read(id)).map_err(said)?;
    if object.kind().str() == kind.name() {
        Ok(object.data().to_vec())
    } else {
        Err(format!("it is a {} and no {}", object.kind().str(), kind.name()))
    }
}

fn said(error: git2::Error) -> String {
    error.message().to_owned()
}
