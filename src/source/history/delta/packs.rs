//! The packs of an object database, and what each is to the others.

use std::path::{Path, PathBuf};

use super::versions::failure;
use crate::source::Failure;
use crate::source::history::database::shown;
use crate::source::history::pack::{Id, Kind, Pack, PackError, packs_in};

/// The packs that can be read along their deltas.
#[derive(Default)]
pub struct Packs {
    pub list: Vec<Pack>,
    /// Packs and entries that are damaged.
    pub failures: Vec<Failure>,
    /// Some pack has an old index: only libgit2 knows what it holds.
    pub has_old: bool,
}

impl Packs {
    /// Opens every pack of these `objects` folders.
    pub fn open(folders: &[PathBuf]) -> Packs {
        let mut packs = Packs::default();
        for folder in folders {
            match packs_in(folder) {
                Ok(paths) => paths.iter().for_each(|path| packs.add(path)),
                Err(why) => packs.fail(&folder.join("pack"), why),
            }
        }
        packs
    }

    fn add(&mut self, path: &Path) {
        match Pack::open(path) {
            Ok(pack) => {
                let damaged = pack.damaged.iter().map(|(entry, why)| failure(&pack, *entry, why));
                self.failures.extend(damaged);
                self.list.push(pack);
            }
            // Told with what the database lacks.
            Err(PackError::NoIndex) => {}
            // Not damaged, only old.
            Err(PackError::OldIndex) => self.has_old = true,
            Err(why) => {
                let advice = "`git fsck --full` says more; an index is made anew with \
                              `git index-pack`";
                self.fail(path, format!("{why}; {advice}"));
            }
        }
    }

    fn fail(&mut self, path: &Path, why: impl std::fmt::Display) {
        self.failures.push(Failure::new(shown(path), why));
    }

    /// Whether the object stands in one of the packs.
    pub fn hold(&self, id: &Id) -> bool {
        self.list.iter().any(|pack| pack.index.find(id).is_some())
    }

    /// Point 7: an object that stands in two packs, or twice in one, is visited in each place
    /// and counts in the first.
    pub fn counts(&self, number: usize, entry: u32) -> bool {
        let index = &self.list[number].index;
        let id = index.id(entry);
        (!index.has_twins() || index.find(id) == Some(entry))
            && self.list[..number].iter().all(|earlier| earlier.index.find(id).is_none())
    }

    /// Entries that hang on no root: what they are deltas against is elsewhere, or damaged.
    pub fn rootless(&self) -> impl Iterator<Item = Id> {
        self.list.iter().flat_map(|pack| {
            let rootless = (0..pack.index.len()).filter(|&at| pack.forest.kind(at).is_none());
            rootless.map(|at| *pack.index.id(at))
        })
    }

    /// Blobs, commits and tags.
    pub fn to_visit(&self) -> u64 {
        let is_visited = |kind| matches!(kind, Some(Kind::Blob | Kind::Commit | Kind::Tag));
        let of = |pack: &Pack| {
            (0..pack.index.len()).filter(|&at| is_visited(pack.forest.kind(at))).count()
        };
        self.list.iter().map(|pack| of(pack) as u64).sum()
    }
}
