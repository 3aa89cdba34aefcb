//! Objects by id, one at a time, for hooks, ranges and policy.
//!
//! Read by our own [`Odb`] if the repository can be opened; by `git cat-file` if it cannot, if our
//! reader does not find the object, and for blobs that are too large for memory. Either way the
//! content is verified against the id.

use std::io::{self, Read};
use std::sync::{Mutex, PoisonError};

use super::environment::GitEnvironment;
use super::object::ObjectKind;
use super::object_id::ObjectId;
use super::odb::{Odb, OdbError};
use super::process::Git;
use super::process::cat_file::{BlobRead, CatFile, STREAMED_FROM};
use super::repository::{GitRepository, fetch_advice};

/// The longest commit, tag or policy file that is read; trees may be longer.
const LONGEST: u64 = 512 << 20;

/// Reads objects, from any thread.
pub struct ObjectReader {
    odb: Option<Odb>,
    git: Mutex<Option<CatFile>>,
    environment: GitEnvironment,
}

impl ObjectReader {
    /// The objects of the repository that the environment selects.
    pub fn open(environment: &GitEnvironment) -> ObjectReader {
        match environment.open() {
            Ok(repository) => ObjectReader::from_repository(&repository),
            Err(_) => ObjectReader::through_git(environment),
        }
    }

    /// The objects of an open repository.
    pub fn from_repository(repository: &GitRepository) -> ObjectReader {
        let odb = Some(Odb::new(repository.object_folders().folders, repository.format));
        ObjectReader { odb, ..ObjectReader::through_git(repository.environment()) }
    }

    /// The objects of a repository that cannot be opened here.
    pub fn through_git(environment: &GitEnvironment) -> ObjectReader {
        ObjectReader { odb: None, git: Mutex::default(), environment: environment.clone() }
    }

    /// An object's kind and content; otherwise the reason why it cannot be read.
    pub fn read(&self, id: &ObjectId) -> Result<(ObjectKind, Vec<u8>), String> {
        match self.odb.as_ref().map(|odb| odb.read(id, LONGEST)) {
            Some(Ok(read)) => Ok(read),
            Some(Err(why)) if !matches!(why, OdbError::Missing) => Err(why.to_string()),
            _ => self.with_cat_file(|git| git.read(id)),
        }
    }

    /// The content of an object, which must be of this kind.
    pub fn read_as(&self, kind: ObjectKind, id: &ObjectId) -> Result<Vec<u8>, String> {
        match self.read(id)? {
            (found, bytes) if found == kind => Ok(bytes),
            (found, _) => Err(format!("it is a {}, not a {}", found.name(), kind.name())),
        }
    }

    /// A blob's content, or the result of `scan` if it is too large for memory.
    pub fn blob<T>(
        &self,
        id: &ObjectId,
        scan: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<BlobRead<T>, String> {
        let size = self.odb.as_ref().map(|odb| odb.size(id));
        match size {
            Some(Ok((ObjectKind::Blob, size))) if size <= STREAMED_FROM => {
                self.read_as(ObjectKind::Blob, id).map(BlobRead::Whole)
            }
            Some(Ok((ObjectKind::Blob, _)) | Err(OdbError::Missing)) | None => {
                self.with_cat_file(|git| git.blob(id, scan))
            }
            Some(Ok((kind, _))) => Err(format!("it is a {}, not a blob", kind.name())),
            Some(Err(why)) => Err(why.to_string()),
        }
    }

    /// What to do about an object that cannot be read.
    pub fn advice(&self) -> &'static str {
        match self.environment.open() {
            Ok(repository) if repository.is_partial() => fetch_advice(),
            _ => "run `git fsck` for details",
        }
    }

    fn with_cat_file<T>(
        &self,
        request: impl FnOnce(&mut CatFile) -> Result<T, String>,
    ) -> Result<T, String> {
        let mut git = self.git.lock().unwrap_or_else(PoisonError::into_inner);
        let cat_file = match &mut *git {
            Some(cat_file) => cat_file,
            None => {
                let started = CatFile::open(&Git::new(&self.environment));
                git.insert(started.map_err(|error| error.to_string())?)
            }
        };
        request(cat_file)
    }
}
