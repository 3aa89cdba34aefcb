//! All objects of a repository, and how they refer to each other.
//!
//! * [`store`]: every object by its id, from all packs and loose files.
//! * [`missing_parts`]: what is missing from the repository, determined before any object is read.
//! * [`tree_graph`], [`pruned_trees`]: which tree leads to which traced object.
//! * [`commit_graph`], [`changes`]: the commits, and what each changes.
//! * [`connectivity`]: objects that are referred to but missing.
//! * [`names`]: what refs, tags and stashes call the objects.

pub mod changes;
pub mod commit_graph;
pub mod connectivity;
pub mod missing_parts;
pub mod names;
pub mod pruned_trees;
pub mod store;
pub mod tree_graph;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks a mutex even if another thread panicked while it held the lock: no data is left half
/// written.
pub(crate) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
