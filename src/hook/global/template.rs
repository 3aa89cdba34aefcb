//! The template that git copies the hooks of new repositories from, for a git without config hooks.
//!
//! The folder that `init.templateDir` names is copied by `git clone` and `git init` ("TEMPLATE
//! DIRECTORY" in git-init(1)), and the copy belongs to the repository; `git init` in an existing
//! repository copies what is missing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::{GlobalError, config};
use crate::hook::{Installed, Stage, Uninstalled, install, script, uninstall};
use crate::report::output::sink::own_file;

const SETTING: &str = "init.templateDir";

/// The template's `info/exclude`, as in git's own template: programs append to it.
const EXCLUDE: &str = "# Ignore patterns for this clone only, in .gitignore format.\n";

/// The template that the user's new repositories are made from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Template {
    pub folder: PathBuf,
    /// The user's configuration names it already.
    pub is_set: bool,
    /// The folder is keysieve's own, which is used if none is set.
    is_ours: bool,
}

impl Template {
    /// The template that is set, or keysieve's own: `keysieve/template` in the user's
    /// configuration folder.
    pub fn of_user() -> Result<Template, GlobalError> {
        let set = config(&["--type=path", "--get", SETTING])?;
        let ours = configuration_folder()?.join("keysieve/template");
        Ok(match set {
            Some(folder) => {
                let folder = PathBuf::from(folder);
                Template { is_ours: folder == ours, folder, is_set: true }
            }
            None => Template { folder: ours, is_set: false, is_ours: true },
        })
    }

    pub fn hook(&self, stage: Stage) -> PathBuf {
        self.hooks().join(stage.name())
    }

    /// Whether new repositories get keysieve's hook from it.
    pub fn has_hook(&self, stage: Stage) -> bool {
        let is_ours = |text: &Vec<u8>| script::is_ours(text) || script::unchained(text).is_some();
        self.is_set && fs::read(self.hook(stage)).is_ok_and(|text| is_ours(&text))
    }

    /// Installs the hook in the template, and sets the template if none is set.
    pub fn install(&self, stage: Stage, binary: &Path) -> Result<Installed, GlobalError> {
        let installed = install(&self.hooks(), stage, binary)?;
        if self.is_set {
            return Ok(installed);
        }
        let exclude = self.folder.join("info/exclude");
        let write = |path: &Path| {
            fs::create_dir_all(self.folder.join("info"))?;
            own_file(path, EXCLUDE)
        };
        write(&exclude).map_err(failed("write", &exclude))?;
        let folder = self.folder.to_string_lossy();
        config(&[SETTING, &folder])?;
        Ok(installed)
    }

    /// Removes the hook from the template. keysieve's own template and its setting are removed
    /// once it has no hook left; `true` if they were.
    pub fn uninstall(&self, stage: Stage) -> Result<(Uninstalled, bool), GlobalError> {
        let uninstalled = uninstall(&self.hooks(), stage)?;
        let is_empty = fs::read_dir(self.hooks()).map_or(true, |mut hooks| hooks.next().is_none());
        if !self.is_ours || !self.is_set || !is_empty {
            return Ok((uninstalled, false));
        }
        config(&["--unset", SETTING])?;
        let exclude = self.folder.join("info/exclude");
        if fs::read(&exclude).is_ok_and(|text| text == EXCLUDE.as_bytes()) {
            fs::remove_file(&exclude).map_err(failed("remove", &exclude))?;
        }
        // Files that somebody added stay, with their folders.
        let above = self.folder.parent().unwrap_or(&self.folder);
        for folder in [&self.folder.join("info"), &self.hooks(), &self.folder, above] {
            let _ = fs::remove_dir(folder);
        }
        Ok((uninstalled, true))
    }

    fn hooks(&self) -> PathBuf {
        self.folder.join("hooks")
    }
}

/// Where git looks for it ("$XDG_CONFIG_HOME/git/config" in git-config(1)).
fn configuration_folder() -> Result<PathBuf, GlobalError> {
    let variable = |name| std::env::var_os(name).filter(|value| !value.is_empty());
    let home = || variable("HOME").or_else(|| variable("USERPROFILE"));
    match variable("XDG_CONFIG_HOME") {
        Some(folder) => Ok(folder.into()),
        None => Ok(PathBuf::from(home().ok_or(GlobalError::NoHome)?).join(".config")),
    }
}

fn failed(task: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GlobalError {
    let path = path.to_owned();
    move |reason| GlobalError::File { task, path, reason }
}
