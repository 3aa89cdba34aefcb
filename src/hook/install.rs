//! Installs and uninstalls a hook. An existing hook is only changed if it is a shell script: a
//! marked block is added after its first line, and removed again byte for byte.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bstr::BString;
use tempfile::NamedTempFile;

use super::{Manager, Stage, script};

/// Result of `install`, with the hook's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// There was no hook; now there is ours.
    Created(PathBuf),
    /// An older text of ours was replaced.
    Replaced(PathBuf),
    /// The same hook was installed already.
    Unchanged(PathBuf),
    /// An existing shell script now runs ours first.
    Chained(PathBuf),
    /// A program manages the folder. Nothing was changed.
    Managed(Manager),
    /// There is another hook. Nothing was changed.
    Foreign(ForeignHook),
}

/// Result of `uninstall`, with the hook's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uninstalled {
    /// Our hook was removed.
    Removed(PathBuf),
    /// Our block was removed from another hook, which is as it was before.
    Unchained(PathBuf),
    /// There was no hook.
    NotInstalled(PathBuf),
    /// There is another hook. Nothing was changed.
    Foreign(PathBuf),
}

/// A hook that is not ours, or was ours and has been edited; also a symbolic link or a folder at
/// the hook's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignHook {
    pub path: PathBuf,
    /// The line to add to it, if it is a shell script, to make it run the guard.
    pub line: BString,
}

/// A hook could not be read, written or removed. The existing file is unchanged.
#[derive(Debug, thiserror::Error)]
#[error(
    "cannot {task} the hook {}: {reason}; check the permissions of its folder, then try again",
    path.display()
)]
pub struct HookError {
    task: &'static str,
    path: PathBuf,
    reason: io::Error,
}

/// Installs the hook for the keysieve binary at `binary`, an absolute path, in the hooks folder,
/// which is created if it is missing.
pub fn install(folder: &Path, stage: Stage, binary: &Path) -> Result<Installed, HookError> {
    let path = folder.join(stage.name());
    let existing = Existing::at(&path)?;
    if !matches!(existing, Existing::Ours { .. })
        && let Some(manager) = Manager::of(folder)
    {
        return Ok(Installed::Managed(manager));
    }
    let text = script::text(stage, binary);
    let replace = |text: &[u8], mode| {
        write(folder, text, mode, |file| file.persist(&path)).map_err(HookError::to("write", &path))
    };
    match existing {
        Existing::Ours { text: old, is_executable: true } if old == text => {
            Ok(Installed::Unchanged(path))
        }
        Existing::Ours { .. } => {
            replace(&text, None)?;
            Ok(Installed::Replaced(path))
        }
        Existing::Nothing => {
            // A hook that somebody created in the meantime is not overwritten.
            write(folder, &text, None, |file| file.persist_noclobber(&path))
                .map_err(HookError::to("write", &path))?;
            Ok(Installed::Created(path))
        }
        Existing::Theirs { text: old, mode } => match script::chained(stage, binary, &old) {
            Some(text) if text == old => Ok(Installed::Unchanged(path)),
            Some(text) => {
                replace(&text, Some(mode))?;
                Ok(Installed::Chained(path))
            }
            None => Ok(Installed::foreign(path, stage, binary)),
        },
        Existing::Foreign => Ok(Installed::foreign(path, stage, binary)),
    }
}

impl Installed {
    fn foreign(path: PathBuf, stage: Stage, binary: &Path) -> Installed {
        Installed::Foreign(ForeignHook { path, line: script::line(stage, binary) })
    }
}

/// Removes the hook from the hooks folder if it is ours, or our block from another hook. The
/// folder stays.
pub fn uninstall(folder: &Path, stage: Stage) -> Result<Uninstalled, HookError> {
    let path = folder.join(stage.name());
    match Existing::at(&path)? {
        Existing::Nothing => Ok(Uninstalled::NotInstalled(path)),
        Existing::Foreign => Ok(Uninstalled::Foreign(path)),
        Existing::Ours { .. } => {
            fs::remove_file(&path).map_err(HookError::to("remove", &path))?;
            Ok(Uninstalled::Removed(path))
        }
        Existing::Theirs { text, mode } => match script::unchained(&text) {
            None => Ok(Uninstalled::Foreign(path)),
            Some(theirs) => {
                write(folder, &theirs, Some(mode), |file| file.persist(&path))
                    .map_err(HookError::to("write", &path))?;
                Ok(Uninstalled::Unchained(path))
            }
        },
    }
}

/// What is at the hook's path.
enum Existing {
    Nothing,
    Ours {
        text: Vec<u8>,
        is_executable: bool,
    },
    /// A file that git runs.
    Theirs {
        text: Vec<u8>,
        mode: fs::Permissions,
    },
    /// Not a file, or one that git does not run.
    Foreign,
}

impl Existing {
    fn at(path: &Path) -> Result<Existing, HookError> {
        let metadata = match path.symlink_metadata() {
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Existing::Nothing),
            metadata => metadata.map_err(HookError::to("read", path))?,
        };
        if !metadata.is_file() {
            return Ok(Existing::Foreign);
        }
        let text = fs::read(path).map_err(HookError::to("read", path))?;
        if script::is_ours(&text) {
            Ok(Existing::Ours { text, is_executable: is_executable_by_all(&metadata) })
        } else if is_executable(&metadata) {
            Ok(Existing::Theirs { text, mode: metadata.permissions() })
        } else {
            Ok(Existing::Foreign)
        }
    }
}

/// Writes a temporary file in the folder, executable or with the permissions of the replaced
/// hook, and renames it into place once it is complete.
fn write(
    folder: &Path,
    text: &[u8],
    mode: Option<fs::Permissions>,
    persist: impl FnOnce(NamedTempFile) -> Result<File, tempfile::PersistError>,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    match mode {
        Some(mode) => file.as_file().set_permissions(mode)?,
        None => make_executable(file.as_file())?,
    }
    file.as_file().sync_all()?;
    persist(file)?;
    Ok(())
}

#[cfg(unix)]
fn make_executable(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(unix)]
fn is_executable_by_all(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 == 0o111
}

#[cfg(unix)]
pub(super) fn is_executable(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

/// Without executable bits git uses the shebang.
#[cfg(not(unix))]
fn make_executable(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn is_executable_by_all(_metadata: &fs::Metadata) -> bool {
    true
}

#[cfg(not(unix))]
pub(super) fn is_executable(_metadata: &fs::Metadata) -> bool {
    true
}

impl HookError {
    fn to(task: &'static str, path: &Path) -> impl FnOnce(io::Error) -> HookError {
        move |reason| HookError { task, path: path.to_path_buf(), reason }
    }
}
