//! Diagnoses a repository's hook: which one git runs and why, who wrote it, whether it finds the
//! binary and, last, whether it blocks a fake secret ([`proof`]).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bstr::ByteSlice;

use super::proof::{self, Proof};
use super::{Manager, Stage, script};
use crate::git::GitEnvironment;
use crate::git::{Git, GitError};

/// The diagnosis of one stage's hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub stage: Stage,
    /// The file that git looks for.
    pub hook: PathBuf,
    /// Why git looks in its folder.
    pub reason: Reason,
    /// This is a linked worktree: it shares the hooks of the main one.
    pub linked: bool,
    pub state: HookState,
    /// Hooks of this stage in other folders that git does not run.
    pub dead: Vec<PathBuf>,
    /// The folder that new repositories copy their hooks from, if one is set.
    pub template: Option<PathBuf>,
    /// The binary that the hook would run; `None` if the hook is not ours or finds none.
    pub binary: Option<Binary>,
    pub proof: Proof,
}

/// Why git looks in that folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the repository's own and `core.hooksPath` is not set.
    Own,
    /// `core.hooksPath` names it, at that scope, in that file.
    Setting { scope: String, origin: String },
}

/// What is at the path where git looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    Nothing,
    /// Git does not run it: it is not executable.
    NotExecutable,
    Ours,
    /// Somebody else's shell script that runs ours first.
    Chained,
    Managed(Manager),
    /// Somebody else's hook of an unknown kind.
    Foreign,
}

/// A keysieve binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    /// It is missing at the path that the hook was installed with, and was found on PATH.
    pub on_path: bool,
    /// The version that it prints; `None` if it does not run.
    pub version: Option<String>,
}

/// Whether the repository is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// keysieve blocked the fake secret.
    Protected,
    NotProtected,
    Unknown,
}

impl Diagnosis {
    /// Diagnoses the repository around the environment's folder.
    pub fn of(environment: &GitEnvironment, stage: Stage) -> Result<Diagnosis, GitError> {
        let git = Git::new(environment);
        let current_folder = fs::canonicalize(&environment.folder)?;
        let path = |arguments: &[&str]| -> Result<PathBuf, GitError> {
            let output = git.read(arguments)?;
            let output = output.strip_suffix(b"\n").unwrap_or(&output);
            Ok(absolute(&current_folder.join(output.to_path_lossy())))
        };
        let folder = path(&["rev-parse", "--git-path", "hooks"])?;
        let common = path(&["rev-parse", "--git-common-dir"])?;
        let linked = path(&["rev-parse", "--git-dir"])? != common;
        let reason = reason(&git)?;
        let hook = folder.join(stage.name());
        let own = common.join("hooks").join(stage.name());
        let dead = if own != hook && own.is_file() { vec![own] } else { Vec::new() };
        let template = git.query(&["config", "--type=path", "--get", "init.templateDir"])?;
        let state = HookState::at(&hook, &folder);
        let text = fs::read(&hook).unwrap_or_default();
        let binary = match state {
            HookState::Ours | HookState::Chained => Binary::of(&text),
            _ => None,
        };
        let mut diagnosis = Diagnosis {
            stage,
            hook,
            reason,
            linked,
            state,
            dead,
            template: template.map(PathBuf::from),
            binary,
            proof: Proof::NotTried,
        };
        if !matches!(diagnosis.state, HookState::Nothing | HookState::NotExecutable) {
            diagnosis.proof = proof::plant(&git, &current_folder, &folder, stage);
        }
        Ok(diagnosis)
    }

    pub fn health(&self) -> Health {
        match (self.state, &self.proof) {
            (HookState::Nothing | HookState::NotExecutable, _) => Health::NotProtected,
            (_, Proof::Blocked(_)) => Health::Protected,
            (_, Proof::Passed) => Health::NotProtected,
            // Without the binary our hook blocks everything and scans nothing.
            (HookState::Ours | HookState::Chained, _) if self.binary.is_none() => {
                Health::NotProtected
            }
            _ => Health::Unknown,
        }
    }
}

fn reason(git: &Git) -> Result<Reason, GitError> {
    let arguments = ["config", "--show-scope", "--show-origin", "--get", "core.hooksPath"];
    let setting = git.query(&arguments)?;
    Ok(setting.map_or(Reason::Own, |setting| {
        let mut fields = setting.split('\t');
        let mut field = || fields.next().unwrap_or_default().to_owned();
        Reason::Setting { scope: field(), origin: field() }
    }))
}

impl HookState {
    fn at(hook: &Path, folder: &Path) -> HookState {
        let Ok(metadata) = fs::metadata(hook) else { return HookState::Nothing };
        if !super::install::is_executable(&metadata) {
            return HookState::NotExecutable;
        }
        let text = fs::read(hook).unwrap_or_default();
        if script::is_ours(&text) {
            HookState::Ours
        } else if script::unchained(&text).is_some() {
            HookState::Chained
        } else {
            Manager::of(folder).map_or(HookState::Foreign, HookState::Managed)
        }
    }
}

impl Binary {
    /// The binary that the hook's script would find.
    fn of(text: &[u8]) -> Option<Binary> {
        let installed = script::binary(text).filter(|path| path.is_file());
        let on_path = installed.is_none();
        let path = installed.or_else(|| on_the_path("keysieve"))?;
        let output = Command::new(&path).arg("--version").output().ok();
        let output = output.filter(|output| output.status.success()).map(|output| output.stdout);
        let version = output.and_then(|output| {
            output.to_str_lossy().trim().strip_prefix("keysieve ").map(str::to_owned)
        });
        Some(Binary { path, on_path, version })
    }
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(name));
    found.find(|path| {
        fs::metadata(path)
            .is_ok_and(|metadata| metadata.is_file() && super::install::is_executable(&metadata))
    })
}

/// Resolves links and `..`; a path that does not exist yet stays as it is.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
