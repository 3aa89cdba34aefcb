//! Files that contain a history: bundles and packs (gitformat-bundle(5), gitformat-pack(5)).
//!
//! They are unpacked into a temporary bare repository by `git index-pack`, as `git clone` would. A
//! bundle that depends on commits of another repository is read on top of its objects; then only
//! what the bundle adds is reported.

use std::fs::{self, File};
use std::io::{BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use std::time::Duration;

use bstr::{BString, ByteSlice};

use super::super::{BundledCommits, HistoryError};
use super::AuditTarget;
use crate::foreign::foreign_path;
use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectFormat, ObjectId};
use crate::git::{Git, GitEnvironment, GitError, ObjectReader};
use crate::source::open;

/// How long `git index-pack` may take: it prints nothing before its end.
const PATIENCE: Duration = Duration::from_secs(4 * 3600);

/// A longer header is not a bundle's.
const LONGEST_HEADER: u64 = 64 << 20;

/// The user's hooks for all repositories are not for a temporary one.
const NO_HOOKS: [&str; 2] = ["-c", "core.hooksPath=/dev/null"];

/// What precedes the pack in a bundle.
#[derive(Default)]
struct Header {
    format: Option<ObjectFormat>,
    prerequisites: Vec<ObjectId>,
    references: Vec<(ObjectId, BString)>,
    /// Its length in bytes.
    length: u64,
}

/// The kind of a file, by its first bytes.
enum Kind {
    Bundle(Header),
    Pack,
}

/// Unpacks a bundle or a pack into a repository of its own.
pub fn unpack(path: &Path) -> Result<AuditTarget, HistoryError> {
    let fails = |why: String| HistoryError::Bundle { path: path.to_owned(), why };
    let resolved = fs::canonicalize(path).map_err(|why| fails(why.to_string()))?;
    let (mut file, _) = open::content(&resolved).map_err(|why| fails(why.to_string()))?;
    let kind = Kind::of(&mut file).map_err(fails)?;
    let kind = kind.ok_or_else(|| HistoryError::NoHistory { path: path.to_owned() })?;
    match kind {
        Kind::Pack => unpack_pack(path, &file),
        Kind::Bundle(header) => unpack_bundle(path, &resolved, &file, header),
    }
    .map_err(fails)
}

/// A pack does not say which format its ids have.
fn unpack_pack(path: &Path, file: &File) -> Result<AuditTarget, String> {
    let unpacked = |format| unpack_into(file, &Header::default(), format, Vec::new());
    let unpacked =
        unpacked(ObjectFormat::Sha1).or_else(|why| unpacked(ObjectFormat::Sha256).map_err(|_| why));
    let (scratch, environment) = unpacked?;
    let note = format!(
        "the pack {} was audited, not the repository around it; what its objects refer to in \
         other packs was not scanned",
        foreign_path(path.display())
    );
    Ok(AuditTarget {
        note: Some(note),
        is_excerpt: true,
        scratch: Some(scratch),
        ..AuditTarget::plain(environment, path)
    })
}

fn unpack_bundle(
    path: &Path,
    resolved: &Path,
    file: &File,
    header: Header,
) -> Result<AuditTarget, String> {
    let format = header.format.unwrap_or(ObjectFormat::Sha1);
    let around = match header.prerequisites[..] {
        [] => Vec::new(),
        _ => objects_around(resolved, &header, format)?,
    };
    let (scratch, environment) = unpack_into(file, &header, format, around)?;
    let Header { references, prerequisites, .. } = header;
    let refs = match references.len() {
        1 => "1 reference".to_owned(),
        more => format!("{more} references"),
    };
    let depends = match prerequisites[..] {
        [] => "",
        _ => ", together with the objects of the repository that it depends on",
    };
    let shown = foreign_path(path.display());
    let note = Some(format!("the bundle {shown} with {refs} was audited{depends}"));
    let tips = references.into_iter().map(|(id, _)| id).collect();
    let bundled = (!prerequisites.is_empty()).then_some(BundledCommits { tips, prerequisites });
    let scratch = Some(scratch);
    Ok(AuditTarget { note, bundled, scratch, ..AuditTarget::plain(environment, path) })
}

impl Kind {
    /// `None` for any other file.
    fn of(file: &mut File) -> Result<Option<Kind>, String> {
        let mut first = [0; 16];
        let mut length = 0;
        let message = |why: std::io::Error| why.to_string();
        while length < first.len() {
            match file.read(&mut first[length..]).map_err(message)? {
                0 => break,
                more => length += more,
            }
        }
        file.rewind().map_err(message)?;
        match &first[..length] {
            b"# v2 git bundle\n" | b"# v3 git bundle\n" => {
                Header::read(file).map(|header| Some(Kind::Bundle(header)))
            }
            [b'P', b'A', b'C', b'K', 0, 0, 0, 2 | 3, ..] => Ok(Some(Kind::Pack)),
            _ => Ok(None),
        }
    }
}

impl Header {
    fn read(file: &mut File) -> Result<Header, String> {
        let mut header = Header::default();
        let mut lines = BufReader::new(file.take(LONGEST_HEADER));
        let mut line = Vec::new();
        loop {
            line.clear();
            let read = lines.read_until(b'\n', &mut line).map_err(|why| why.to_string())?;
            let Some(text) = line.strip_suffix(b"\n") else {
                return Err("its header is incomplete".to_owned());
            };
            let is_first = header.length == 0;
            header.length += read as u64;
            match text {
                [] => return Ok(header),
                _ if is_first => {}
                text => header.add(text)?,
            }
        }
    }

    fn add(&mut self, line: &[u8]) -> Result<(), String> {
        let malformed = || "its header is malformed".to_owned();
        let id = |text: &[u8]| ObjectId::from_hex(text).ok_or_else(malformed);
        match line {
            [b'@', capability @ ..] => match capability.split_once_str("=") {
                Some((b"object-format", b"sha1")) => self.format = Some(ObjectFormat::Sha1),
                Some((b"object-format", b"sha256")) => self.format = Some(ObjectFormat::Sha256),
                // Objects that a filter left out are missing.
                Some((b"filter", _)) => {}
                _ => return Err(format!("unknown capability {}", capability.as_bstr())),
            },
            [b'-', line @ ..] => {
                let end = line.find_byte(b' ').unwrap_or(line.len());
                self.prerequisites.push(id(&line[..end])?);
            }
            line => {
                let (text, name) = line.split_once_str(" ").ok_or_else(malformed)?;
                self.references.push((id(text)?, name.into()));
            }
        }
        Ok(())
    }
}

/// The object folders of the repository around a bundle, or of that of the current folder, which
/// must have the commits that the bundle depends on.
fn objects_around(
    bundle: &Path,
    header: &Header,
    format: ObjectFormat,
) -> Result<Vec<PathBuf>, String> {
    let folder = bundle.parent().unwrap_or(Path::new("."));
    let environments =
        [GitEnvironment::from_folder(folder), GitEnvironment::from_process(Path::new("."))];
    for repository in environments.iter().filter_map(|environment| environment.open().ok()) {
        let objects = ObjectReader::from_repository(&repository);
        let has = |id: &ObjectId| objects.read_as(ObjectKind::Commit, id).is_ok();
        if repository.format == format && header.prerequisites.iter().all(has) {
            let folders = repository.object_folders().folders;
            return folders
                .iter()
                .map(|folder| folder.canonicalize())
                .collect::<Result<_, _>>()
                .map_err(|why| why.to_string());
        }
    }
    let first = header.prerequisites[0];
    let others = match header.prerequisites.len() - 1 {
        0 => String::new(),
        more => format!(" and {more} others"),
    };
    Err(format!(
        "this bundle depends on commit {first}{others}, which it does not contain; run the audit \
         in a clone that has the commit"
    ))
}

/// A bare repository with the objects and references of a file whose pack follows the header.
fn unpack_into(
    file: &File,
    header: &Header,
    format: ObjectFormat,
    alternates: Vec<PathBuf>,
) -> Result<(tempfile::TempDir, GitEnvironment), String> {
    let scratch = tempfile::Builder::new().prefix("keysieve-").tempdir();
    let scratch = scratch.map_err(|why| why.to_string())?;
    let folder = GitEnvironment::from_folder(scratch.path());
    let format = match format {
        ObjectFormat::Sha1 => "--object-format=sha1",
        ObjectFormat::Sha256 => "--object-format=sha256",
    };
    let init = ["init", "--quiet", "--bare", "--template=", format];
    Git::new(&folder).read(&[&NO_HOOKS[..], &init].concat()).map_err(plain)?;
    let environment = GitEnvironment {
        git_dir: Some(scratch.path().to_owned()),
        alternates,
        timeout: PATIENCE,
        ..folder
    };
    let git = Git::new(&environment);
    let mut pack = file.try_clone().map_err(|why| why.to_string())?;
    pack.seek(SeekFrom::Start(header.length)).map_err(|why| why.to_string())?;
    git.read_from(&["index-pack", "--stdin", "--fix-thin"], pack).map_err(plain)?;
    add_references(&git, &header.references).map_err(plain)?;
    Ok((scratch, GitEnvironment { timeout: GitEnvironment::default().timeout, ..environment }))
}

/// Adds the references; HEAD is the bundle's, or its only branch.
fn add_references(git: &Git, references: &[(ObjectId, BString)]) -> Result<(), GitError> {
    let mut commands = Vec::new();
    for (id, name) in references {
        let command = match name.as_bytes() {
            b"HEAD" => format!("option no-deref\nupdate HEAD {id}\n").into_bytes(),
            name if name.starts_with(b"refs/") => {
                [b"update ", name, format!(" {id}\n").as_bytes()].concat()
            }
            _ => continue,
        };
        commands.extend(command);
    }
    git.read_with(&[&NO_HOOKS[..], &["update-ref", "--stdin"]].concat(), &commands)?;
    let names = || references.iter().map(|(_, name)| name.as_bstr());
    let mut branches = names().filter(|name| name.starts_with(b"refs/heads/"));
    if let (Some(branch), None) = (branches.next(), branches.next())
        && !names().any(|name| name == "HEAD")
        && let Ok(branch) = branch.to_str()
    {
        git.read(&[&NO_HOOKS[..], &["symbolic-ref", "HEAD", branch]].concat())?;
    }
    Ok(())
}

/// Advice on the repository at hand would be misleading.
fn plain(error: GitError) -> String {
    match error {
        GitError::Failed { command, message } => {
            format!("`git {command}` failed: {}", crate::foreign::foreign(message))
        }
        error => error.to_string(),
    }
}
