//! Diagnoses a repository's hooks: which ones git runs and why, who wrote them, whether they find
//! the binary and, last, whether they block a fake secret ([`proof`]).

pub mod proof;

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;

use super::binary::Binary;
use super::configured::{self, ConfigHooks};
use super::{Manager, Stage, script};
use crate::git::repository::jj;
use crate::git::{Git, GitEnvironment, GitError};
use proof::Proof;

/// The diagnosis of one stage's hook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnosis {
    pub stage: Stage,
    /// The hooks of git's configuration, which run first.
    pub configured: ConfigHooks,
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
    /// The binary that the hook of the folder would run; `None` if the hook is not ours or finds
    /// none.
    pub binary: Option<Binary>,
    /// The binary that keysieve's config hook would run; `None` if there is no such hook, or no
    /// such file.
    pub configured_binary: Option<Binary>,
    /// jj is used here too. It runs no hooks.
    pub has_jj: bool,
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
            HookState::Ours | HookState::Chained => Binary::found(script::binary(&text)),
            _ => None,
        };
        let settings = configured::settings(&git)?;
        let configured = ConfigHooks::from_settings(&git, stage, &settings)?;
        let configured_binary = configured.keysieve().and_then(|hook| hook.binary(stage));
        let mut diagnosis = Diagnosis {
            stage,
            configured,
            hook,
            reason,
            linked,
            state,
            dead,
            template: template.map(PathBuf::from),
            binary,
            configured_binary,
            has_jj: jj::workspace(&current_folder).is_some(),
            proof: Proof::NotTried,
        };
        if diagnosis.runs_a_hook() || diagnosis.configured.refusal.is_some() {
            diagnosis.proof = proof::plant(&git, &current_folder, &folder, &settings, stage);
        }
        Ok(diagnosis)
    }

    pub fn health(&self) -> Health {
        match &self.proof {
            _ if self.has_jj => Health::NotProtected,
            Proof::Blocked(_) => Health::Protected,
            Proof::Passed | Proof::NotTried => Health::NotProtected,
            // Without the binary our hook blocks everything and scans nothing.
            Proof::Unclear(_) if self.lacks_binary() => Health::NotProtected,
            Proof::Unclear(_) => Health::Unknown,
        }
    }

    /// Whether the hooks folder has a hook that git runs.
    pub fn runs_folder_hook(&self) -> bool {
        !matches!(self.state, HookState::Nothing | HookState::NotExecutable)
    }

    /// Whether keysieve's own hook is in the hooks folder, alone or within another.
    pub fn has_ours(&self) -> bool {
        matches!(self.state, HookState::Ours | HookState::Chained)
    }

    /// Whether git runs any hook at this stage.
    pub fn runs_a_hook(&self) -> bool {
        self.runs_folder_hook() || self.configured.running().next().is_some()
    }

    fn lacks_binary(&self) -> bool {
        let configured = self.configured.keysieve().is_some();
        self.has_ours() && self.binary.is_none() || configured && self.configured_binary.is_none()
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

/// Resolves links and `..`; a path that does not exist yet stays as it is.
fn absolute(path: &Path) -> PathBuf {
    fs::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}
