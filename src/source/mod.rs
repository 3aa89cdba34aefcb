//! Where bytes come from. Working tree, index, history and standard input differ here and nowhere
//! else: each passes blobs to a visitor and returns what it covered.

pub mod agent;
pub mod contents;
mod coverage;
pub mod history;
pub mod index;
pub mod local;
pub mod message;
mod names;
pub mod open;
pub mod pointer;
pub mod range;
mod slices;
pub mod stdin;
pub mod worktree;

pub use contents::{Class, admit};
pub use coverage::{Coverage, Failure, Skipped, SkippedKind};

use crate::blob::Blob;

/// Something that supplies blobs.
pub trait Source {
    /// Passes every blob to `visit`, from the threads of the current rayon pool and in any order.
    /// What cannot be read becomes a failure in the coverage; the rest is still visited.
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage;
}

/// Receives each blob.
pub type Visitor<'v> = dyn Fn(&Blob<'_>) + Sync + 'v;

/// The progress of a source, for a progress bar.
pub trait Progress: Sync {
    /// The number of blobs to visit.
    fn begin(&self, total: u64);
    /// One more blob is done.
    fn step(&self);
}

/// No progress bar.
pub struct Silent;

impl Progress for Silent {
    fn begin(&self, _total: u64) {}
    fn step(&self) {}
}
