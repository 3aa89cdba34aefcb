//! The delta reader: packs as git stores them, looked at only where versions differ.

mod budget;
mod judge;
mod table;
mod versions;
mod walk;

use std::collections::HashSet;
use std::path::{Path, PathBuf};

pub use budget::Budget;
pub use judge::Judge;
pub use versions::hex;

use super::pack::{Id, Kind, Pack, PackError, packs_in};
use crate::source::{Coverage, Failure, Progress};
use versions::{Versions, failure};

/// The packs of an object database, and its loose objects.
pub struct Packs {
    packs: Vec<Pack>,
    /// Objects that stand in no pack that can be read here.
    loose: Vec<Id>,
    pub coverage: Coverage,
    /// Packs that only git's own library can read.
    pub foreign: bool,
}

/// How the reader goes about it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Manner {
    /// Only what each delta changes is looked at.
    Changes,
    /// Every version is looked at whole, by the same walk: to measure what that costs.
    Whole,
}

impl Packs {
    /// Opens every pack of these `objects` folders and lists their loose objects.
    pub fn open(folders: &[PathBuf]) -> Packs {
        let mut packs = Packs {
            packs: Vec::new(),
            loose: Vec::new(),
            coverage: Coverage::default(),
            foreign: false,
        };
        for folder in folders {
            match packs_in(folder) {
                Ok(paths) => paths.iter().for_each(|path| packs.add(path)),
                Err(why) => packs.fail(format!("{}/pack", folder.display()), why),
            }
        }
        packs
    }

    fn add(&mut self, path: &Path) {
        match Pack::open(path) {
            Ok(pack) => self.packs.push(pack),
            Err(PackError::OldIndex) => self.foreign = true,
            Err(why) => {
                self.foreign = true;
                self.fail(path.display().to_string(), why);
            }
        }
    }

    fn fail(&mut self, what: String, why: impl std::fmt::Display) {
        self.coverage.failures.push(Failure::new(what, why));
    }

    /// Objects in all packs.
    pub fn len(&self) -> u64 {
        self.packs.iter().map(|pack| u64::from(pack.index.len())).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Looks at every blob and message. What was covered, and the objects that must be read
    /// otherwise.
    pub fn read(
        &self,
        judge: &dyn Judge,
        manner: Manner,
        budget: &Budget,
        progress: &dyn Progress,
    ) -> (Coverage, Vec<Id>) {
        let mut coverage = self.coverage.clone();
        let mut lost: HashSet<Id> = self.loose.iter().copied().collect();
        for (number, pack) in self.packs.iter().enumerate() {
            for (entry, why) in &pack.damaged {
                coverage.failures.push(failure(pack, *entry, why));
            }
            let rootless = (0..pack.index.len()).filter(|&at| pack.forest.kind(at).is_none());
            lost.extend(rootless.map(|at| *pack.index.id(at)));
            let mut roots = pack.forest.roots(Kind::Blob);
            roots.extend(pack.forest.roots(Kind::Commit));
            roots.extend(pack.forest.roots(Kind::Tag));
            let counts = |entry| self.counts(number, entry);
            let whole = manner == Manner::Whole;
            let versions = Versions { pack, judge, progress, whole, counts: &counts };
            for gathered in walk::walk(pack, roots, &versions, budget) {
                coverage = coverage.and(gathered.coverage);
                lost.extend(gathered.lost);
            }
        }
        (coverage, lost.into_iter().collect())
    }

    fn counts(&self, number: usize, entry: u32) -> bool {
        let id = self.packs[number].index.id(entry);
        (number == 0 || self.packs[..number].iter().all(|earlier| earlier.index.find(id).is_none()))
            && (!self.packs[number].index.has_twins()
                || self.packs[number].index.find(id) == Some(entry))
    }
}
