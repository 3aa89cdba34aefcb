//! Lists the files of git directories: everything but object databases.
//!
//! Symbolic links are not followed. A git directory in another one (a submodule's, a linked
//! worktree's) is recognized by its files, not by its place.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::file::LocalFile;
use super::folders::GitFolders;
use super::kind::kind;
use crate::findings::LocalKind;
use crate::foreign::foreign_path;
use crate::source::{Coverage, Failure};

/// Names of the files in `objects/pack` that contain objects or tables of them.
const PACK_FILES: [&[u8]; 7] =
    [b".pack", b".idx", b".rev", b".bitmap", b".mtimes", b".midx", b"multi-pack-index"];

/// Links that are named in the note; the others are counted.
const LINKS_NAMED: usize = 3;

/// All files, and what the listing itself covers.
pub fn list(folders: &GitFolders) -> (Vec<LocalFile>, Coverage) {
    let roots = folders.roots();
    let mut listing = Listing::default();
    for (path, shown) in &roots {
        let inside = if shown == ".jj" { Inside::Jj } else { Inside::Git(BString::default()) };
        listing.waiting.push(Folder { path: path.clone(), shown: shown.clone(), inside });
    }
    while let Some(folder) = listing.waiting.pop() {
        listing.enter(&folder);
    }
    let roots: Vec<&Path> = roots.iter().map(|(path, _)| path.as_path()).collect();
    listing.note_links(&roots);
    listing.note_temporary();
    (listing.files, listing.coverage)
}

#[derive(Default)]
struct Listing {
    waiting: Vec<Folder>,
    files: Vec<LocalFile>,
    links: Vec<(PathBuf, BString)>,
    /// Files and folders of git processes that were interrupted, or that are at work.
    temporary: usize,
    coverage: Coverage,
}

struct Folder {
    path: PathBuf,
    shown: BString,
    inside: Inside,
}

/// What a folder is part of.
#[derive(Clone)]
enum Inside {
    /// A git directory, with the path below it.
    Git(BString),
    /// The object database of a git directory.
    Objects,
    /// A folder of loose objects in it.
    Loose,
    /// Its folder of packs.
    Packs,
    Jj,
}

/// An entry of a folder.
struct Entry {
    name: BString,
    path: PathBuf,
    shown: BString,
    kind: fs::FileType,
}

impl Listing {
    fn enter(&mut self, folder: &Folder) {
        let entries = match entries(folder) {
            Ok(entries) => entries,
            Err(why) if why.kind() == io::ErrorKind::NotFound => return,
            Err(why) => return self.fail(&folder.shown, why),
        };
        let has = |name: &str| entries.iter().any(|entry| entry.name == name);
        let is_main = ["objects", "refs", "config"].into_iter().all(has);
        let is_linked = has("commondir") && has("gitdir");
        let is_git_dir = has("HEAD") && (is_main || is_linked);
        let inside =
            if is_git_dir { Inside::Git(BString::default()) } else { folder.inside.clone() };
        for entry in entries {
            if entry.kind.is_dir() {
                self.add_folder(entry, &inside);
            } else if entry.kind.is_file() {
                self.add_file(entry, &inside);
            } else {
                self.coverage.special += 1;
                if entry.kind.is_symlink() {
                    self.links.push((entry.path, entry.shown));
                }
            }
        }
    }

    fn add_folder(&mut self, entry: Entry, around: &Inside) {
        let inside = match around {
            Inside::Git(below) if below.is_empty() && entry.name == "objects" => Inside::Objects,
            Inside::Git(below) => Inside::Git(joined(below, &entry.name)),
            Inside::Objects if is_fan_out(&entry.name) => Inside::Loose,
            Inside::Objects if entry.name == "pack" => Inside::Packs,
            Inside::Objects | Inside::Packs if is_temporary(&entry.name) => {
                self.temporary += 1;
                return;
            }
            Inside::Objects => Inside::Git("objects".into()),
            Inside::Packs => Inside::Packs,
            Inside::Loose => Inside::Loose,
            Inside::Jj => Inside::Jj,
        };
        self.waiting.push(Folder { path: entry.path, shown: entry.shown, inside });
    }

    fn add_file(&mut self, entry: Entry, inside: &Inside) {
        let kind = match inside {
            Inside::Git(below) => kind(&joined(below, &entry.name)),
            Inside::Objects | Inside::Loose | Inside::Packs if is_temporary(&entry.name) => {
                self.temporary += 1;
                return;
            }
            Inside::Loose if is_loose_object(&entry.name) => return,
            Inside::Packs if is_of_pack(&entry.name) => return,
            Inside::Objects | Inside::Loose | Inside::Packs => LocalKind::Other,
            Inside::Jj => LocalKind::Jj,
        };
        self.files.push(LocalFile { path: entry.path, shown: entry.shown, kind });
    }

    fn fail(&mut self, name: &BString, why: io::Error) {
        self.coverage.failures.push(Failure::new(name.to_str_lossy(), why));
    }

    /// Links into the git directory lead to what is listed anyway.
    fn note_links(&mut self, roots: &[&Path]) {
        let leads_out = |path: &Path| {
            fs::canonicalize(path).is_ok_and(|to| !roots.iter().any(|root| to.starts_with(root)))
        };
        let mut out: Vec<&BString> =
            self.links.iter().filter(|(path, _)| leads_out(path)).map(|(_, shown)| shown).collect();
        out.sort();
        let named: Vec<String> =
            out.iter().take(LINKS_NAMED).map(|name| foreign_path(name).to_string()).collect();
        let more = match out.len().saturating_sub(LINKS_NAMED) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        if !named.is_empty() {
            let named = named.join(", ");
            self.coverage.notes.push(format!(
                "symbolic links out of the git directory are not followed: {named}{more}; scan \
                 their targets with `keysieve scan`"
            ));
        }
    }

    fn note_temporary(&mut self) {
        if self.temporary > 0 {
            let (files, were) =
                if self.temporary == 1 { ("file", "was") } else { ("files", "were") };
            self.coverage.notes.push(format!(
                "{} temporary {files} of interrupted or running git processes (tmp_* in objects) \
                 {were} not scanned; `git gc --prune=now` removes them",
                self.temporary
            ));
        }
    }
}

fn entries(folder: &Folder) -> io::Result<Vec<Entry>> {
    let entry = |entry: io::Result<fs::DirEntry>| {
        let entry = entry?;
        let name = BString::from(entry.file_name().as_encoded_bytes());
        let shown = joined(&folder.shown, &name);
        Ok(Entry { kind: entry.file_type()?, path: entry.path(), shown, name })
    };
    fs::read_dir(&folder.path)?.map(entry).collect()
}

fn joined(folder: &BString, name: &BString) -> BString {
    if folder.is_empty() { name.clone() } else { [&folder[..], b"/", name].concat().into() }
}

/// Whether it is a folder of loose objects.
fn is_fan_out(name: &BString) -> bool {
    name.len() == 2 && name.iter().all(u8::is_ascii_hexdigit)
}

/// Whether it is an object there: the rest of an id.
fn is_loose_object(name: &BString) -> bool {
    matches!(name.len(), 38 | 62) && name.iter().all(u8::is_ascii_hexdigit)
}

fn is_temporary(name: &BString) -> bool {
    [&b"tmp_"[..], b".tmp-", b"incoming-"].iter().any(|start| name.starts_with(start))
}

fn is_of_pack(name: &BString) -> bool {
    PACK_FILES.iter().any(|end| name.ends_with(end)) || name.starts_with(b"multi-pack-index")
}
