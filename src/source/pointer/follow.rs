//! Scans what the pointers of a source refer to.

use std::collections::{BTreeMap, HashMap};
use std::fs::File;
use std::io::{self, Read};

use bstr::BString;
use rayon::prelude::*;
use sha2::{Digest, Sha256};

use super::{ContentStorage, FetchScope, Pointer, PointerStore};
use crate::blob::Provenance;
use crate::foreign::foreign_path;
use crate::source::slices::visit_slices;
use crate::source::{Coverage, Failure, SkippedKind, Visitor};

impl ContentStorage {
    /// Follows the pointers of a coverage: what they refer to is passed to `visit`, each content
    /// once, as [`Provenance::Pointed`]. Contents of more than `largest` bytes are skipped.
    ///
    /// The pointers that are left in the coverage refer to contents that are not on this machine.
    pub fn follow(&self, mut coverage: Coverage, largest: u64, visit: &Visitor<'_>) -> Coverage {
        let mut pointers: BTreeMap<Pointer, Vec<Provenance>> = BTreeMap::new();
        for (pointer, provenance) in std::mem::take(&mut coverage.pointed) {
            pointers.entry(pointer).or_default().push(provenance);
        }
        let one = |(pointer, files): (Pointer, Vec<Provenance>)| {
            let scanned = self.scan(&pointer, &files, largest, visit);
            (pointer, files, scanned)
        };
        let all: Vec<_> = pointers.into_par_iter().map(one).collect();
        let mut followed = Coverage::default();
        let mut names = HashMap::new();
        for (pointer, files, scanned) in all {
            match scanned {
                Some(scanned) => {
                    names.extend(files.iter().map(|file| (file.name(), false)));
                    followed = followed.and(scanned);
                }
                None => {
                    let left = files.into_iter().map(|file| (pointer.clone(), file));
                    coverage.pointed.extend(left);
                }
            }
        }
        coverage.uncount_pointers(&mut names);
        for skipped in &mut followed.skipped {
            skipped.is_named = names.get(&skipped.name).is_some_and(|is_named| *is_named);
        }
        coverage.and(followed)
    }

    /// `None` if the content is not on this machine.
    fn scan(
        &self,
        pointer: &Pointer,
        files: &[Provenance],
        largest: u64,
        visit: &Visitor<'_>,
    ) -> Option<Coverage> {
        let scanned = match self.open(pointer) {
            Ok(None) => return None,
            Ok(Some(file)) => scan_file(file, pointer, files, largest, visit),
            Err(why) => Err(format!("cannot be read: {why}")),
        };
        Some(scanned.unwrap_or_else(|why| {
            let name = files.first().map(failed_name).unwrap_or_default();
            let (store, object) = (pointer.store.name(), pointer.name.as_deref());
            let object = foreign_path(object.unwrap_or_default());
            let advice = pointer.store.check_command();
            let why = format!("its {store} object {object} {why}; run `{advice}` for details");
            Coverage::failure(Failure::new(name, why))
        }))
    }
}

/// Scans a content. The error says what is wrong with it.
fn scan_file(
    file: File,
    pointer: &Pointer,
    files: &[Provenance],
    largest: u64,
    visit: &Visitor<'_>,
) -> Result<Coverage, String> {
    let unreadable = |why: io::Error| format!("cannot be read: {why}");
    let length = file.metadata().map_err(unreadable)?.len();
    if let Some(size) = pointer.size.filter(|size| *size != length) {
        return Err(format!("has {length} bytes, and the pointer file states {size}"));
    }
    if length > largest {
        return Ok(skipped(SkippedKind::Oversized, files));
    }
    let hash = pointer.sha256.as_ref().map(|_| Sha256::new());
    let mut reader = HashingReader { file, hash };
    let provenance = Provenance::Pointed(files.to_vec());
    let coverage = visit_slices(&mut reader, &provenance, visit).map_err(unreadable)?;
    if coverage.binary > 0 {
        return Ok(skipped(SkippedKind::Binary, files));
    }
    let hash = reader.hash.map(|hash| hex(&hash.finalize()));
    if hash != pointer.sha256 {
        return Err("does not have the content that the pointer file states".to_owned());
    }
    // A content that is itself a pointer is counted and not followed.
    Ok(Coverage { pointed: Vec::new(), ..coverage })
}

fn skipped(kind: SkippedKind, files: &[Provenance]) -> Coverage {
    let mut coverage = Coverage::default();
    files.iter().for_each(|file| coverage.skip(kind, file.name()));
    coverage
}

fn failed_name(file: &Provenance) -> String {
    match file {
        Provenance::Object(id) => format!("object {id}"),
        file => file.name().to_string(),
    }
}

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Hashes what is read.
struct HashingReader {
    file: File,
    /// `None` if there is no hash to compare with.
    hash: Option<Sha256>,
}

impl Read for HashingReader {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let length = self.file.read(buffer)?;
        if let Some(hash) = &mut self.hash {
            hash.update(&buffer[..length]);
        }
        Ok(length)
    }
}

impl Coverage {
    /// Removes the pointer files of these names from the skipped ones, and records which of them
    /// were named on the command line.
    fn uncount_pointers(&mut self, names: &mut HashMap<BString, bool>) {
        let before = self.skipped.len();
        self.skipped.retain(|skipped| {
            let followed = names.get_mut(&skipped.name);
            match followed.filter(|_| skipped.kind == SkippedKind::Pointer) {
                Some(is_named) => {
                    *is_named = skipped.is_named;
                    false
                }
                None => true,
            }
        });
        self.pointers -= (before - self.skipped.len()) as u64;
    }

    /// Adds a note that counts the pointers that are left, for each store, and says how to fetch
    /// what they refer to.
    #[must_use]
    pub(crate) fn note_pointers(mut self, scope: FetchScope) -> Coverage {
        let left = std::mem::take(&mut self.pointed);
        for store in [PointerStore::GitLfs, PointerStore::GitAnnex] {
            let is_missing = |pointer: &Pointer| pointer.store == store && pointer.name.is_some();
            let (name, fetch) = (store.name(), store.fetch_command(scope));
            match left.iter().filter(|(pointer, _)| is_missing(pointer)).count() {
                0 => {}
                1 => self.notes.push(format!(
                    "1 {name} file is not on this machine, only its pointer: its content was not \
                     scanned; to fetch it, run `{fetch}`"
                )),
                count => self.notes.push(format!(
                    "{count} {name} files are not on this machine, only their pointers: their \
                     content was not scanned; to fetch it, run `{fetch}`"
                )),
            }
        }
        self
    }
}
