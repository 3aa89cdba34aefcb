//! Git as bytes: everything that knows how git stores a repository, and nothing else.
//!
//! * [`object_id`], [`object`], [`tree`], [`commit`]: ids and objects.
//! * [`odb`], [`pack`], [`index`]: the files that contain objects and the staged paths.
//! * [`reader`]: the one reader of objects, by their id.
//! * `history`: all objects of a repository, and how they refer to each other.
//! * [`revision`]: resolves `main~3`.
//! * [`tree::diff`], [`tree::walk`], `staged`: differences between trees, entries below a tree,
//!   staged changes.
//! * [`environment`], [`repository`]: the repository that git uses, by its environment variables,
//!   opened; also the one behind a jj workspace.
//! * [`process`]: the `git` executable, for what only it can answer.
//!
//! No module here knows findings, policy or engine; the only import from outside is
//! [`crate::foreign`], which marks git's error messages for the output filter. libgit2 (`git2`)
//! finds repositories and reads their configuration and references; it reads no object.

#![expect(clippy::disallowed_methods, reason = "git's own files are opened here")]

pub mod commit;
pub mod environment;
pub mod failure;
pub(crate) mod history;
pub mod index;
pub mod object;
pub mod object_id;
pub mod odb;
pub mod own_files;
pub mod pack;
pub mod process;
pub mod reader;
pub mod repository;
pub mod revision;
pub(crate) mod staged;
pub mod tree;

pub use environment::GitEnvironment;
pub use failure::Failure;
pub use odb::{Odb, OdbError};
pub use process::cat_file::{BlobRead, CatFile, STREAMED_FROM};
pub use process::{Git, GitError};
pub use reader::ObjectReader;
pub use repository::{GitRepository, OpenError};
