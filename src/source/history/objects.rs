//! The list of a repository's objects, each once.
//!
//! Of what type they are is told by those who read them whole: `git2` panics on a header whose
//! type is damaged (`Odb::read_header`).

use std::collections::HashSet;

use super::handles::Handles;
use crate::git::object_id::ObjectId;
use crate::source::Failure;

/// Neighbours in a pack share delta bases: a thread takes this many at a time.
pub const CHUNK: usize = 256;

/// Lists the whole database, alternates included, in the order of storage, packs first. An
/// object that stands in several packs is listed once.
pub fn ids(handles: &Handles) -> (Vec<ObjectId>, Option<Failure>) {
    let mut ids = Vec::new();
    let mut seen = HashSet::new();
    let listed = handles.with(|repository| {
        repository.odb()?.foreach(|&id| {
            if let Some(id) = ObjectId::new(id.as_bytes()).filter(|id| seen.insert(*id)) {
                ids.push(id);
            }
            true
        })
    });
    let failure = listed.err().map(|why| {
        let why = format!(
            "cannot be listed to its end: {}; run `git fsck --full`, and `git index-pack` on a \
             pack whose index is broken",
            why.message()
        );
        Failure::new("object database", why)
    });
    (ids, failure)
}
