//! What stands between a mistake and the history here: which hook git runs and why, whose it is,
//! whether it finds its binary, and, last, whether it stops a planted secret ([`proof`]).

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use bstr::ByteSlice;

use super::proof::{self, Proof};
use super::{Manager, Stage, script};
use crate::git::GitEnvironment;
use crate::git::{Git, GitError};

/// All that is known of a stage's hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub stage: Stage,
    /// The file that git looks for.
    pub hook: PathBuf,
    /// What makes its folder the hooks' folder.
    pub reason: Reason,
    /// This is a linked worktree: it has its hooks from the main one.
    pub linked: bool,
    pub state: HookState,
    /// Hooks of this stage in other folders that git does not run.
    pub dead: Vec<PathBuf>,
    /// The folder that new repositories get their hooks from, where one is set.
    pub template: Option<PathBuf>,
    /// What the hook would run; `None` where it is not ours, or finds nothing.
    pub binary: Option<Binary>,
    pub proof: Proof,
}

/// Why git looks in that folder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It is the repository's own, and nothing says otherwise.
    Own,
    /// `core.hooksPath` says so, at that scope, in that place.
    Setting { scope: String, origin: String },
}

/// What stands where git looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookState {
    Nothing,
    /// Git does not run it: it has no run bit.
    NoRunBit,
    Ours,
    /// Another's shell script that runs ours first.
    Chained,
    Managed(Manager),
    /// Another's, of which nothing is known.
    Foreign,
}

/// A keysieve binary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Binary {
    pub path: PathBuf,
    /// Where the hook was installed it is gone from, and it was found on PATH.
    pub on_path: bool,
    /// What it says of itself; `None` where it does not run.
    pub version: Option<String>,
}

/// What it comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// The planted secret was stopped, by keysieve.
    Protected,
    NotProtected,
    Unknown,
}

impl Diagnosis {
    /// Of the repository round the folder.
    pub fn of(environment: &GitEnvironment, stage: Stage) -> Result<Diagnosis, GitError> {
        let git = Git::new(environment);
        let here = fs::canonicalize(&environment.folder)?;
        let path = |arguments: &[&str]| -> Result<PathBuf, GitError> {
            let said = git.read(arguments)?;
            let said = said.strip_suffix(b"\n").unwrap_or(&said);
            Ok(absolute(&here.join(said.to_path_lossy())))
        };
        let folder = path(&["rev-parse", "--git-path", "hooks"])?;
        let common = path(&["rev-parse", "--git-common-dir"])?;
        let linked = path(&["rev-parse", "--git-dir"])? != common;
        let reason = reason(&git)?;
        let hook = folder.join(stage.name());
        let own = common.join("hooks").join(stage.name());
        let dead = if own != hook && own.is_file() { vec![own] } else { Vec::new() };
        let template = git.ask(&["config", "--type=path", "--get", "init.templateDir"])?;
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
        if !matches!(diagnosis.state, HookState::Nothing | HookState::NoRunBit) {
            diagnosis.proof = proof::plant(&git, &here, &folder, stage);
        }
        Ok(diagnosis)
    }

    pub fn health(&self) -> Health {
        match (self.state, &self.proof) {
            (HookState::Nothing | HookState::NoRunBit, _) => Health::NotProtected,
            (_, Proof::Blocked(_)) => Health::Protected,
            (_, Proof::Passed) => Health::NotProtected,
            // Without the binary ours stops everything, and looks at nothing.
            (HookState::Ours | HookState::Chained, _) if self.binary.is_none() => {
                Health::NotProtected
            }
            _ => Health::Unknown,
        }
    }
}

fn reason(git: &Git) -> Result<Reason, GitError> {
    let arguments = ["config", "--show-scope", "--show-origin", "--get", "core.hooksPath"];
    let told = git.ask(&arguments)?;
    Ok(told.map_or(Reason::Own, |told| {
        let mut fields = told.split('\t');
        let mut field = || fields.next().unwrap_or_default().to_owned();
        Reason::Setting { scope: field(), origin: field() }
    }))
}

impl HookState {
    fn at(hook: &Path, folder: &Path) -> HookState {
        let Ok(metadata) = fs::metadata(hook) else { return HookState::Nothing };
        if !super::install::somebody_may_run(&metadata) {
            return HookState::NoRunBit;
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
    /// What the hook's text would find.
    fn of(text: &[u8]) -> Option<Binary> {
        let installed = script::binary(text).filter(|path| path.is_file());
        let on_path = installed.is_none();
        let path = installed.or_else(|| on_the_path("keysieve"))?;
        let said = Command::new(&path).arg("--version").output().ok();
        let said = said.filter(|output| output.status.success()).map(|output| output.stdout);
        let version = said.and_then(|said| {
            said.to_str_lossy().trim().strip_prefix("keysieve ").map(str::to_owned)
        });
        Some(Binary { path, on_path, version })
    }
}

fn on_the_path(name: &str) -> Option<PathBuf> {
    let folders = std::env::var_os("PATH")?;
    let mut found = std::env::split_paths(&folders).map(|folder| folder.join(name));
    found.find(|path| {
        fs::metadata(path)
            .is_ok_and(|metadata| metadata.is_file() && super::install::somebody_may_run(&metadata))
    })
}

/// Without links and `..`; what is not there yet stays as it is.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
