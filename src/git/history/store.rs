//! Every object of a history, by its id: the packs and loose objects of all `objects` folders.
//!
//! Objects are numbered: the entries of the first pack, of the next and so on, then the loose
//! objects. An object that is stored several times has the number of its first copy.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use super::missing_parts::display_path;
use crate::git::Failure;
use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::odb::loose;
use crate::git::pack::{Pack, PackError, packs_in};
use crate::git::{Odb, OdbError};

/// The packs and loose objects of a history.
pub struct Store {
    pub format: ObjectFormat,
    pub packs: Vec<Pack>,
    /// The number of each pack's first entry.
    firsts: Vec<u32>,
    /// By id; an object in two folders is listed twice.
    loose: Vec<(ObjectId, PathBuf)>,
    folders: Vec<PathBuf>,
    /// The same objects, for reading single ones.
    odb: Odb,
    /// Packs that could not be opened.
    pub failures: Vec<Failure>,
    /// Whether some pack has no readable index, so that its objects are unknown.
    pub is_part_unknown: bool,
}

/// The packs of all folders at one time.
#[derive(Default)]
struct PackListing {
    packs: Vec<PathBuf>,
    /// Folders that could not be listed.
    unlisted: Vec<(PathBuf, io::Error)>,
}

/// How often packs are listed while new ones appear.
const MOST_LISTINGS: usize = 8;

impl Store {
    /// Opens everything in these `objects` folders.
    ///
    /// A concurrent `git gc` writes objects to new packs before it removes old packs and loose
    /// objects. So packs are listed before and after the loose objects, until there are no new
    /// ones, and a pack that has been removed by then is not missing.
    pub fn open(folders: &[PathBuf], format: ObjectFormat) -> Store {
        let mut store = Store {
            format,
            packs: Vec::new(),
            firsts: Vec::new(),
            loose: Vec::new(),
            folders: folders.to_vec(),
            odb: Odb::new(folders.to_vec(), format),
            failures: Vec::new(),
            is_part_unknown: false,
        };
        let mut packs = BTreeMap::new();
        store.add_packs(&mut packs);
        store.add_loose();
        let mut listing = PackListing::default();
        for _ in 0..MOST_LISTINGS {
            let known = packs.len();
            listing = store.add_packs(&mut packs);
            if packs.len() == known {
                break;
            }
        }
        for (path, why) in packs {
            if let Some(why) = why.filter(|why| !why.is_gone() || listing.packs.contains(&path)) {
                store.fail_pack(&path, &why);
            }
        }
        listing.unlisted.into_iter().for_each(|(folder, why)| store.fail(&folder, why));
        let mut first = 0;
        for pack in &store.packs {
            store.firsts.push(first);
            first += pack.index.len();
        }
        store.firsts.push(first);
        store
    }

    /// Opens the packs that are not in `known` and adds them, each with the error if it cannot be
    /// opened. Returns the packs that exist now.
    fn add_packs(&mut self, known: &mut BTreeMap<PathBuf, Option<PackError>>) -> PackListing {
        let mut listing = PackListing::default();
        for folder in &self.folders {
            match packs_in(folder) {
                Ok(packs) => listing.packs.extend(packs),
                Err(why) => listing.unlisted.push((folder.join("pack"), why)),
            }
        }
        for path in &listing.packs {
            if !known.contains_key(path) {
                let opened = Pack::open(path, self.format).map(|pack| self.packs.push(pack));
                known.insert(path.clone(), opened.err());
            }
        }
        listing
    }

    fn add_loose(&mut self) {
        let of = |folder: &PathBuf| loose::files(folder, self.format);
        let files: Vec<_> = self.folders.par_iter().map(of).collect();
        for loose::LooseFiles { found, unlisted } in files {
            self.loose.extend(found);
            unlisted.into_iter().for_each(|(folder, why)| self.fail(&folder, why));
        }
        self.loose.sort();
    }

    fn fail_pack(&mut self, path: &Path, why: &PackError) {
        // Reported with the missing parts.
        if matches!(why, PackError::NoIndex) {
            self.is_part_unknown = true;
            return;
        }
        let advice = "run `git fsck --full` for details; `git index-pack` rebuilds an index";
        self.fail(path, format!("{why}; {advice}"));
    }

    fn fail(&mut self, path: &Path, why: impl std::fmt::Display) {
        self.failures.push(Failure::new(display_path(path), why));
        self.is_part_unknown = true;
    }

    /// The objects whose ids begin with these hexadecimal digits; at most two.
    pub fn beginning_with(&self, digits: &str) -> Vec<ObjectId> {
        let rest = (2 * self.format.length()).saturating_sub(digits.len());
        let padded =
            |digit: &str| ObjectId::from_hex((digits.to_owned() + &digit.repeat(rest)).as_bytes());
        let Some((low, high)) = padded("0").zip(padded("f")) else { return Vec::new() };
        let packed = self.packs.iter().flat_map(|pack| pack.index.between(&low, &high));
        let from = self.loose.partition_point(|(id, _)| *id < low);
        let loose = self.loose[from..].iter().map(|(id, _)| *id).take_while(|id| *id <= high);
        let found: BTreeSet<ObjectId> = packed.chain(loose.take(2)).collect();
        found.into_iter().take(2).collect()
    }

    /// How many numbers are in use.
    pub fn len(&self) -> u32 {
        self.first_loose() + self.loose.len() as u32
    }

    /// The number of an object.
    pub fn locate(&self, id: &ObjectId) -> Option<u32> {
        let packed = self.packs.iter().zip(&self.firsts);
        let packed = packed.filter_map(|(pack, first)| Some(first + pack.index.find(id)?));
        packed.into_iter().next().or_else(|| {
            let index = self.loose.partition_point(|(other, _)| other < id);
            let found = self.loose.get(index).is_some_and(|(other, _)| other == id);
            found.then(|| self.first_loose() + index as u32)
        })
    }

    /// Removes from `ids` those that exist here.
    pub fn keep_absent(&self, ids: &mut Vec<ObjectId>) {
        self.packs.iter().for_each(|pack| pack.index.keep_absent(ids));
        ids.retain(|id| self.loose.binary_search_by(|(other, _)| other.cmp(id)).is_err());
    }

    /// The number of a pack's entry.
    pub fn number(&self, pack: usize, entry: u32) -> u32 {
        self.firsts[pack] + entry
    }

    /// The object with a number.
    pub fn id(&self, number: u32) -> ObjectId {
        match number.checked_sub(self.first_loose()) {
            Some(loose) => self.loose[loose as usize].0,
            None => {
                let pack = self.firsts.partition_point(|&first| first <= number) - 1;
                self.packs[pack].index.id(number - self.firsts[pack])
            }
        }
    }

    fn first_loose(&self) -> u32 {
        self.firsts.last().copied().unwrap_or_default()
    }

    /// Every object once, packs first, in storage order.
    pub fn ids(&self) -> Vec<ObjectId> {
        let all = (0..self.len()).map(|number| (number, self.id(number)));
        all.filter(|(number, id)| self.locate(id) == Some(*number)).map(|(_, id)| id).collect()
    }

    /// The loose objects that are the primary copy of their id.
    pub fn first_loose_ids(&self) -> impl Iterator<Item = ObjectId> {
        (self.first_loose()..self.len()).filter_map(|number| {
            let id = self.id(number);
            (self.locate(&id) == Some(number)).then_some(id)
        })
    }

    /// Checks the shadowed copies, which are not read otherwise, and reports the damaged ones.
    pub fn damaged_shadowed_copies(&self) -> Vec<Failure> {
        let shadowed: Vec<_> = (self.first_loose()..)
            .zip(&self.loose)
            .filter(|(number, (id, _))| self.locate(id) != Some(*number))
            .collect();
        let check = |(_, (id, file)): &(u32, &(ObjectId, PathBuf))| match loose::read(
            *id,
            file,
            u64::MAX,
        ) {
            Err(why) if !why.is_gone() => Some(Failure::of_object("object", id, why)),
            _ => None,
        };
        shadowed.par_iter().filter_map(check).collect()
    }

    /// Point 7: an object that is stored in two packs, or twice in one, is visited each time and
    /// counted only as its primary copy, the first.
    pub fn is_primary_copy(&self, pack: usize, entry: u32) -> bool {
        let index = &self.packs[pack].index;
        if pack == 0 && !index.has_duplicates() {
            return true;
        }
        let id = index.id(entry);
        (!index.has_duplicates() || index.find(&id) == Some(entry))
            && self.packs[..pack].iter().all(|earlier| earlier.index.find(&id).is_none())
    }

    /// Entries of deltas whose base is in no pack here, or damaged.
    pub fn rootless(&self) -> impl Iterator<Item = ObjectId> {
        self.packs.iter().flat_map(|pack| {
            let rootless = (0..pack.index.len()).filter(|&index| pack.forest.kind(index).is_none());
            rootless.map(|index| pack.index.id(index))
        })
    }

    /// An object, verified, from wherever it can be read. Trees may be larger than `largest`.
    pub fn read(&self, id: &ObjectId, largest: u64) -> Result<(ObjectKind, Vec<u8>), OdbError> {
        self.odb.read(id, largest)
    }
}

/// Objects that could not be read, each with the reason.
pub type UnreadObjects = Vec<(ObjectId, String)>;

impl Store {
    /// The failures for damaged objects in packs and for other unread objects: for each pack one
    /// for each of a few objects, or one that counts them.
    pub fn read_failures(&self, unread: UnreadObjects) -> Vec<Failure> {
        let mut by_pack: Vec<BTreeMap<ObjectId, String>> = Vec::new();
        for pack in &self.packs {
            let damaged = pack.damaged.iter();
            by_pack.push(
                damaged.map(|(index, why)| (pack.index.id(*index), why.to_string())).collect(),
            );
        }
        let mut failures = Vec::new();
        for (id, why) in unread {
            match self.packs.iter().position(|pack| pack.index.find(&id).is_some()) {
                Some(pack) => drop(by_pack[pack].entry(id).or_insert(why)),
                None => failures.push(Failure::of_object("object", &id, why)),
            }
        }
        let packs = self.packs.iter().zip(&by_pack);
        failures.extend(packs.flat_map(|(pack, unread)| damage(pack, unread)));
        failures
    }
}

/// How many objects of a damaged pack a failure names.
const NAMED: usize = 3;

fn damage(pack: &Pack, unread: &BTreeMap<ObjectId, String>) -> Vec<Failure> {
    let name = &pack.file.name;
    if pack.file.defect.is_none() && unread.len() <= NAMED {
        let one = |(id, why): (&ObjectId, &String)| {
            let why = format!("{why}; run `git fsck --full` for details");
            Failure::new(format!("object {id} in {name}"), why)
        };
        return unread.iter().map(one).collect();
    }
    let defect = pack.file.defect.map(|defect| format!("{defect}; ")).unwrap_or_default();
    let named = unread.iter().take(NAMED).map(|(id, why)| format!("{id} ({why})"));
    let mut named = named.collect::<Vec<_>>().join(", ");
    if unread.len() > NAMED {
        named += &format!(" and {} others", unread.len() - NAMED);
    }
    let objects = match unread.len() {
        0 => "none of its objects is damaged".to_owned(),
        1 => format!("one of its objects cannot be read: {named}"),
        count => format!("{count} of its objects cannot be read: {named}"),
    };
    let why = format!(
        "{defect}{objects}. The other objects were scanned. Run `git fsck --full`, then fetch the \
         pack again or restore it from another clone"
    );
    vec![Failure::new(name, why)]
}
