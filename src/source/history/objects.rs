//! The list of a repository's objects, each once.
//!
//! Of what type they are is told by those who read them whole: `git2` panics on a header whose
//! type is damaged (`Odb::read_header`).

use std::collections::HashSet;
use std::path::PathBuf;

use git2::Oid;

use super::handles::Handles;
use super::{loose, unusable};
use crate::source::Failure;

/// Neighbours in a pack share delta bases: a thread takes this many at a time.
pub const CHUNK: usize = 256;

/// Ids in the order of storage, packs first.
pub struct Objects {
    pub all: Vec<Oid>,
    /// Loose objects that are damaged; not among the others, and never to be read.
    pub damaged: HashSet<Oid>,
    pub failures: Vec<Failure>,
}

impl Objects {
    /// Lists the whole database, alternates included. An object that stands in several packs
    /// is listed once.
    pub fn list(handles: &Handles, folders: &[PathBuf]) -> Objects {
        let found = folders.iter().flat_map(|folder| loose::damaged(folder));
        let (damaged, mut failures): (HashSet<Oid>, Vec<Failure>) =
            found.map(|(id, why)| (id, unusable("object", id, why))).unzip();
        let (mut ids, unlisted) = ids(handles);
        ids.retain(|id| !damaged.contains(id));
        failures.extend(unlisted);
        Objects { all: ids, damaged, failures }
    }
}

fn ids(handles: &Handles) -> (Vec<Oid>, Option<Failure>) {
    let mut ids = Vec::new();
    let mut seen = HashSet::new();
    let listed = handles.with(|repository| {
        repository.odb()?.foreach(|&id| {
            if seen.insert(id) {
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
