//! The lines of the diagnosis.

use anstyle::{AnsiColor, Style};
use keysieve::hook::Stage;
use keysieve::hook::binary::Binary;
use keysieve::hook::doctor::proof::Proof;
use keysieve::hook::doctor::{Diagnosis, HookState, Reason};
use keysieve::report::output::{escape, sink};

use super::super::shown;

/// One line of the diagnosis.
pub struct DoctorCheck {
    pub state: CheckState,
    pub message: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum CheckState {
    Ok,
    Note,
    Fail,
    Unknown,
}

/// The checks in the order in which git and the hook go: where git looks, what it finds there,
/// which binary that runs, and the result of the test.
pub struct DoctorChecks<'d> {
    pub(super) diagnosis: &'d Diagnosis,
    /// The command that installs the hook, for messages.
    install: String,
    list: Vec<DoctorCheck>,
}

impl<'d> DoctorChecks<'d> {
    pub fn of(diagnosis: &'d Diagnosis) -> Vec<DoctorCheck> {
        let option = match diagnosis.stage {
            Stage::PreCommit => String::new(),
            stage => format!(" --stage {}", stage.name()),
        };
        let install = format!("`keysieve hook install{option}`");
        let mut checks = DoctorChecks { diagnosis, install, list: Vec::new() };
        checks.add_jj();
        checks.add_config_hooks();
        checks.add_location();
        checks.add_other_folders();
        checks.add_owner();
        checks.add_order();
        checks.add_binaries();
        checks.add_proof();
        checks.list
    }

    fn add_jj(&mut self) {
        if self.diagnosis.has_jj {
            self.list.push(DoctorCheck::of_jj());
        }
    }

    /// A path or another hook's output neither steers the terminal nor shows a secret.
    pub(super) fn add(&mut self, state: CheckState, message: impl AsRef<str>) {
        let message = sink::safe_message(&escape::escaped(message.as_ref()));
        self.list.push(DoctorCheck { state, message });
    }

    /// Where git looks for the hook, and why.
    fn add_location(&mut self) {
        let hook = shown(&self.diagnosis.hook);
        match &self.diagnosis.reason {
            Reason::Own => {
                self.add(
                    CheckState::Ok,
                    format!("git looks for {hook}, in the repository's own hooks folder"),
                );
            }
            Reason::Setting { scope, origin } => self.add(
                CheckState::Ok,
                format!(
                    "git looks for {hook}; core.hooksPath is set in the {scope} config ({origin})"
                ),
            ),
        }
        if self.diagnosis.linked {
            self.add(
                CheckState::Note,
                "this is a linked worktree; it shares the main worktree's hooks",
            );
        }
    }

    /// Hooks in folders that git does not run, and the template for new repositories.
    fn add_other_folders(&mut self) {
        for dead in &self.diagnosis.dead {
            let dead = shown(dead);
            self.add(
                CheckState::Note,
                format!("{dead} never runs: core.hooksPath points elsewhere"),
            );
        }
        if let Some(template) = &self.diagnosis.template {
            let name = self.diagnosis.stage.name();
            let has = if template.join("hooks").join(name).is_file() { "has" } else { "has no" };
            self.add(
                CheckState::Note,
                format!(
                    "new repositories copy their hooks from {}, which {has} {name} hook",
                    template.display()
                ),
            );
        }
    }

    /// What the hook is: nothing, ours, or another tool's.
    fn add_owner(&mut self) {
        let (hook, install) = (shown(&self.diagnosis.hook), self.install.clone());
        match self.diagnosis.state {
            HookState::Nothing if self.diagnosis.runs_a_hook() => {
                self.add(CheckState::Note, "there is no hook in the hooks folder");
            }
            HookState::Nothing => {
                self.add(CheckState::Fail, format!("no hook installed; run {install}"));
            }
            HookState::NotExecutable => {
                let advice = format!("run `chmod +x {hook}`");
                let state =
                    if self.diagnosis.runs_a_hook() { CheckState::Note } else { CheckState::Fail };
                self.add(state, format!("git does not run it: not executable; {advice}"));
            }
            HookState::Ours => self.add(CheckState::Ok, "installed by keysieve"),
            HookState::Chained => {
                self.add(CheckState::Ok, "another tool's hook, which runs keysieve first")
            }
            HookState::Managed(manager) => self.add(
                CheckState::Note,
                format!(
                    "managed by {}; {} decides whether it runs keysieve",
                    manager.name(),
                    manager.file(self.diagnosis.stage)
                ),
            ),
            HookState::Foreign => self.add(
                CheckState::Note,
                format!(
                    "not installed by keysieve, or edited since; {install} prints what to add to it"
                ),
            ),
        }
    }

    /// The keysieve binaries that the hooks run.
    fn add_binaries(&mut self) {
        if self.diagnosis.has_ours() {
            self.add_binary(self.diagnosis.binary.as_ref());
        }
        if let Some(hook) = self.diagnosis.configured.keysieve() {
            match self.diagnosis.configured_binary.as_ref() {
                None => {
                    let command = hook.command.clone().unwrap_or_default();
                    self.add(
                        CheckState::Fail,
                        format!(
                            "cannot find the binary of the config hook, so it blocks everything: \
                             {command}; run `keysieve hook install --global` to use this one"
                        ),
                    );
                }
                found => self.add_binary(found),
            }
        }
    }

    fn add_binary(&mut self, binary: Option<&Binary>) {
        let install = self.install.clone();
        let Some(binary) = binary else {
            self.add(
                CheckState::Fail,
                format!(
                    "cannot find the keysieve binary (neither at its install path nor on PATH), \
                     so the hook blocks everything; install keysieve, then run {install}"
                ),
            );
            return;
        };
        let path = binary.path.display();
        let location = if binary.on_path { "on PATH" } else { "at its install path" };
        let this = env!("CARGO_PKG_VERSION");
        match binary.version.as_deref() {
            Some(version) if version == this => {
                let version = format!("same version ({version})");
                self.add(CheckState::Ok, format!("the binary is {location}, {path}: {version}"));
            }
            Some(version) => self.add(
                CheckState::Note,
                format!(
                    "the binary is {location}, {path}: version {version}, and this is {this}; \
                     run {install} to use this one"
                ),
            ),
            None => {
                self.add(
                    CheckState::Fail,
                    format!("the binary {path} does not run; run {install}"),
                );
            }
        }
    }

    /// What became of the fake secret.
    fn add_proof(&mut self) {
        let install = self.install.clone();
        match &self.diagnosis.proof {
            Proof::NotTried => {}
            Proof::Blocked(line) => {
                self.add(CheckState::Ok, format!("a fake secret was blocked: {line}"))
            }
            Proof::Passed => self.add(
                CheckState::Fail,
                format!("a fake secret was not blocked; run {install} to see what to do"),
            ),
            Proof::Unclear(why) => self.add(
                CheckState::Unknown,
                format!("the test with a fake secret was inconclusive: {why}"),
            ),
        }
    }
}

impl DoctorCheck {
    pub fn of_jj() -> DoctorCheck {
        let message = "this is a jj repository, and jj runs no hooks: what jj commits and pushes \
                       is not checked; scan before `jj git push` and in CI (\"jj\" in docs/hooks.md)";
        DoctorCheck { state: CheckState::Fail, message: message.to_owned() }
    }
}

impl CheckState {
    pub fn word(self) -> &'static str {
        match self {
            CheckState::Ok => "ok",
            CheckState::Note => "note",
            CheckState::Fail => "fail",
            CheckState::Unknown => "unknown",
        }
    }

    pub fn style(self) -> Style {
        match self {
            CheckState::Ok => AnsiColor::Green.on_default().bold(),
            CheckState::Note => Style::new().bold(),
            CheckState::Fail => AnsiColor::Red.on_default().bold(),
            CheckState::Unknown => AnsiColor::Yellow.on_default().bold(),
        }
    }
}
