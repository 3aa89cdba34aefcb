//! The keysieve binary that a hook runs.

pub mod lifetime;

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bstr::ByteSlice;

/// A keysieve binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    /// It is missing at the path that the hook was installed with, and was found on PATH.
    pub on_path: bool,
    /// The version that it prints; `None` if it does not run.
    pub version: Option<String>,
}

impl Binary {
    /// The binary at the path that a hook names, or else the one on PATH, as the hook's script
    /// finds it.
    pub(super) fn found(named: Option<PathBuf>) -> Option<Binary> {
        let named = named.filter(|path| path.is_file());
        let on_path = named.is_none();
        let path = named.or_else(|| on_the_path("keysieve"))?;
        Some(Binary { version: version(&path), path, on_path })
    }

    /// The binary that a shell command names: a path, or a name to look up on PATH.
    pub(super) fn named(program: PathBuf) -> Option<Binary> {
        match program.components().count() {
            1 if !program.is_absolute() => Binary::found(None),
            _ if program.is_file() => Binary::found(Some(program)),
            _ => None,
        }
    }
}

/// The version of keysieve that a program prints; `None` if it is another program or does not run.
pub fn version(program: &std::path::Path) -> Option<String> {
    let output = Command::new(program).arg("--version").output().ok()?;
    let version = output.stdout.to_str_lossy();
    let version = version.trim().strip_prefix("keysieve ").map(str::to_owned);
    version.filter(|_| output.status.success())
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(name));
    found.find(|path| {
        fs::metadata(path)
            .is_ok_and(|metadata| metadata.is_file() && super::install::is_executable(&metadata))
    })
}
