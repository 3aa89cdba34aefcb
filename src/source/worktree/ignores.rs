//! Checks the ignore files of a folder before the `ignore` crate reads them: it opens whatever
//! exists, and blocks on a named pipe.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::repository::{git_dir, is_special};
use crate::git::own_files;
use crate::source::open::{self, OpenError};

/// Why an ignore file of a folder must not be read: the file's name and the reason. Links may lead
/// to other files in `top`.
pub fn unusable_ignore_file(folder: &Path, top: &Path) -> Option<String> {
    if let Err(why) = checked(&folder.join(".gitignore"), top) {
        return Some(format!(".gitignore: {why}"));
    }
    if fs::symlink_metadata(folder.join(".git")).is_err() {
        return None;
    }
    let git_dir = git_dir(folder)?;
    // The crate resolves a relative path against the current folder.
    let as_written = fs::metadata(folder.join(".git"))
        .ok()
        .filter(|found| found.is_file())
        .and_then(|_| git_dir.strip_prefix(folder).ok().map(Path::to_owned));
    let mut git_dirs = vec![git_dir];
    git_dirs.extend(as_written);
    git_dirs.iter().find_map(|git_dir| unusable_exclude_file(git_dir, top))
}

fn unusable_exclude_file(git_dir: &Path, top: &Path) -> Option<String> {
    let common = git_dir.join("commondir");
    if is_special(&common) {
        return Some(".git/commondir: it is not a regular file".to_owned());
    }
    let common: Option<PathBuf> = own_files::read(&common).ok().and_then(|text| {
        let text = String::from_utf8(text).ok()?;
        Some(git_dir.join(text.lines().next()?))
    });
    let common = common.unwrap_or_else(|| git_dir.to_owned());
    // A git directory may be outside the work tree.
    let top = if common.starts_with(top) { top } else { &common };
    let why = checked(&common.join("info/exclude"), top).err()?;
    Some(format!(".git/info/exclude: {why}"))
}

/// Whether a file is missing, or is a regular file in `top` within the limit. Costs one `lstat`
/// unless it is a link.
fn checked(file: &Path, top: &Path) -> Result<(), OpenError> {
    let found = match fs::symlink_metadata(file) {
        Ok(found) => found,
        Err(why) if why.kind() == io::ErrorKind::NotFound => return Ok(()),
        // An unreadable file has no rules.
        Err(_) => return Ok(()),
    };
    let found = match found.is_symlink() {
        false => found,
        true => match fs::canonicalize(file) {
            // It has no rules either.
            Err(_) => return Ok(()),
            Ok(target) if !target.starts_with(fs::canonicalize(top)?) => {
                return Err(OpenError::Outside);
            }
            Ok(target) => fs::symlink_metadata(target)?,
        },
    };
    if found.is_file() && found.len() > open::LIMIT {
        return Err(OpenError::TooLarge(open::LIMIT));
    }
    match found.is_file() || found.is_dir() {
        true => Ok(()),
        false => Err(OpenError::NotRegular(open::kind(found.file_type()))),
    }
}
