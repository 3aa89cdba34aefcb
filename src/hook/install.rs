//! Puts a hook in and takes it out again. Of what is not ours only a shell script is touched:
//! a marked block is put behind its first line, and taken out to the byte.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use bstr::BString;
use tempfile::NamedTempFile;

use super::{Manager, Stage, script};

/// What `install` came to. Each carries the hook's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Installed {
    /// No hook stood there; now ours does.
    Created(PathBuf),
    /// An older text of ours was replaced.
    Replaced(PathBuf),
    /// The same text stood there already.
    Unchanged(PathBuf),
    /// Another's shell script runs ours first now.
    Chained(PathBuf),
    /// A program manages the folder. Nothing was changed.
    Managed(Manager),
    /// Another hook stands there. Nothing was changed.
    Foreign(ForeignHook),
}

/// What `uninstall` came to. Each carries the hook's path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Uninstalled {
    /// Our hook is gone.
    Removed(PathBuf),
    /// Another's hook is as it was before ours was chained to it.
    Unchained(PathBuf),
    /// No hook stood there.
    NotThere(PathBuf),
    /// Another hook stands there. Nothing was changed.
    Foreign(PathBuf),
}

/// A hook that is not ours, or one of ours that was edited: a symbolic link or a folder at the
/// hook's path counts too.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForeignHook {
    pub path: PathBuf,
    /// The line that makes it run the guard, if it is a shell script.
    pub line: BString,
}

/// A hook that could not be read, written or removed. What stood there still stands.
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

/// Installs the hook for the keysieve binary at `binary`, an absolute path, in the hooks
/// folder, which is made where it is missing.
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
        Existing::Ours { text: old, runs: true } if old == text => Ok(Installed::Unchanged(path)),
        Existing::Ours { .. } => {
            replace(&text, None)?;
            Ok(Installed::Replaced(path))
        }
        Existing::Nothing => {
            // A hook that came into being in between is somebody's: it is not overwritten.
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

/// Removes the hook from the hooks folder if it is ours, and our block from another's. The
/// folder stays.
pub fn uninstall(folder: &Path, stage: Stage) -> Result<Uninstalled, HookError> {
    let path = folder.join(stage.name());
    match Existing::at(&path)? {
        Existing::Nothing => Ok(Uninstalled::NotThere(path)),
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

/// What stands at the hook's path.
enum Existing {
    Nothing,
    Ours {
        text: Vec<u8>,
        runs: bool,
    },
    /// A file that git runs.
    Theirs {
        text: Vec<u8>,
        mode: fs::Permissions,
    },
    /// No file, or one that git does not run.
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
            Ok(Existing::Ours { text, runs: may_run(&metadata) })
        } else if somebody_may_run(&metadata) {
            Ok(Existing::Theirs { text, mode: metadata.permissions() })
        } else {
            Ok(Existing::Foreign)
        }
    }
}

/// Writes a file beside its place, complete and with the run bit or with the permissions of the
/// one it takes the place of, before it takes the place.
fn write(
    folder: &Path,
    text: &[u8],
    mode: Option<fs::Permissions>,
    put: impl FnOnce(NamedTempFile) -> Result<File, tempfile::PersistError>,
) -> io::Result<()> {
    fs::create_dir_all(folder)?;
    let mut file = NamedTempFile::new_in(folder)?;
    file.write_all(text)?;
    match mode {
        Some(mode) => file.as_file().set_permissions(mode)?,
        None => let_run(file.as_file())?,
    }
    file.as_file().sync_all()?;
    put(file)?;
    Ok(())
}

#[cfg(unix)]
fn let_run(file: &File) -> io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    file.set_permissions(fs::Permissions::from_mode(0o755))
}

#[cfg(unix)]
fn may_run(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 == 0o111
}

#[cfg(unix)]
pub(super) fn somebody_may_run(metadata: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    metadata.permissions().mode() & 0o111 != 0
}

/// Without run bits git goes by the shebang.
#[cfg(not(unix))]
fn let_run(_file: &File) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
fn may_run(_metadata: &fs::Metadata) -> bool {
    true
}

#[cfg(not(unix))]
pub(super) fn somebody_may_run(_metadata: &fs::Metadata) -> bool {
    true
}

impl HookError {
    fn to(task: &'static str, path: &Path) -> impl FnOnce(io::Error) -> HookError {
        move |reason| HookError { task, path: path.to_path_buf(), reason }
    }
}
