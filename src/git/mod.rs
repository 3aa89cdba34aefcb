//! Git as bytes: everything that knows how git stores a repository, and nothing else.
//!
//! * [`object_id`], [`object`], [`tree`], [`commit`]: ids, and the objects that they name.
//! * [`loose`], [`pack`], [`index`]: the files that hold objects and the staged paths.
//! * [`odb`]: the one reader of objects, by their id.
//! * [`diff`]: what differs between trees.
//! * [`environment`]: which repository git means, by its own variables.
//! * [`process`], [`cat_file`]: the `git` executable, for what it alone can answer.
//!
//! No module here knows findings, policy or engine. libgit2 (`git2`) finds repositories and reads
//! their configuration and references; it reads no object.

pub mod cat_file;
pub mod commit;
pub mod environment;
pub mod index;
pub mod loose;
pub mod object;
pub mod object_id;
pub mod pack;
pub mod process;
pub mod tree;

pub use cat_file::{Held, LONG, Objects};
pub use environment::GitEnvironment;
pub use process::{Git, GitError};
