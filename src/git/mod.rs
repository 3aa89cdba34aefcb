//! Git as bytes: everything that knows how git stores a repository, and nothing else.
//!
//! * [`object_id`], [`object`], [`tree`], [`commit`]: ids, and the objects that they name.
//! * [`loose`], [`pack`], [`index`]: the files that hold objects and the staged paths.
//! * [`odb`], [`reader`]: the one reader of objects, by their id.
//! * [`revision`]: what `main~3` names.
//! * [`diff`], [`tree_walk`]: what differs between trees, and what is below one.
//! * [`environment`]: which repository git means, by its own variables.
//! * [`process`], [`cat_file`]: the `git` executable, for what it alone can answer.
//!
//! No module here knows findings, policy or engine. libgit2 (`git2`) finds repositories and reads
//! their configuration and references; it reads no object.

#![expect(clippy::disallowed_methods, reason = "git's own files are opened here")]

pub mod alternates;
pub mod cat_file;
pub mod commit;
pub mod diff;
pub mod environment;
pub mod failure;
pub mod history;
pub mod index;
pub mod loose;
pub mod object;
pub mod object_id;
pub mod odb;
pub mod own_files;
pub mod pack;
mod pipe;
pub mod process;
pub mod reader;
pub mod revision;
pub mod staged;
pub mod tree;
pub mod tree_walk;

pub use cat_file::{BlobRead, CatFile, STREAMED_FROM};
pub use environment::GitEnvironment;
pub use failure::Failure;
pub use odb::{Odb, OdbError};
pub use process::{Git, GitError};
pub use reader::ObjectReader;
