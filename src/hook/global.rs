//! Installs the hook for future repositories: in the template that git copies hooks from.
//!
//! Of git's two mechanisms this one breaks nothing. A global `core.hooksPath` would apply to
//! existing repositories too and disable their own hooks, including those of hook managers, and a
//! repository with its own setting would be silently unprotected. The folder that
//! `init.templateDir` names is copied by `git clone` and `git init` ("TEMPLATE DIRECTORY" in
//! git-init(1)), and the copy belongs to the repository; `git init` in an existing repository
//! copies what is missing.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::process::Command;

use bstr::ByteSlice;

use super::{HookError, Installed, Stage, Uninstalled, install, uninstall};
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

/// Why the template cannot be found or changed.
#[derive(Debug, thiserror::Error)]
pub enum GlobalError {
    #[error("cannot run git: {0}; make sure that the git executable is on PATH")]
    Run(io::Error),
    #[error("`git {command}` failed: {message}")]
    Git { command: String, message: String },
    #[error("cannot find your configuration folder; set HOME")]
    NoHome,
    #[error("cannot {task} {}: {reason}", path.display())]
    File { task: &'static str, path: PathBuf, reason: io::Error },
    #[error(transparent)]
    Hook(#[from] HookError),
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

/// Runs `git config --global`; `None` if there is no such setting.
fn config(arguments: &[&str]) -> Result<Option<String>, GlobalError> {
    let mut git = Command::new("git");
    git.args(["config", "--global"]).args(arguments);
    let output = git.output().map_err(GlobalError::Run)?;
    match output.status.code() {
        Some(0) => Ok(Some(output.stdout.to_str_lossy().trim_end().to_owned())),
        Some(1) if arguments.contains(&"--get") => Ok(None),
        _ => Err(GlobalError::Git {
            command: format!("config --global {}", arguments.join(" ")),
            message: output.stderr.to_str_lossy().trim().to_owned(),
        }),
    }
}

fn failed(task: &'static str, path: &Path) -> impl FnOnce(io::Error) -> GlobalError {
    let path = path.to_owned();
    move |reason| GlobalError::File { task, path, reason }
}
