//! `keysieve hook doctor`.

use std::path::Path;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use clap::{Args, ValueEnum};
use keysieve::foreign::foreign_path;
use keysieve::git::GitEnvironment;
use keysieve::hook::Stage;
use keysieve::hook::doctor::{Diagnosis, Health, HookState, Reason};
use keysieve::hook::proof::Proof;
use keysieve::report::output::{escape, sink};
use serde_json::json;

use super::{StageName, shown};

/// Show which hook git runs and test it with a fake secret
///
/// The test commits a fake secret in a temporary clone with the same hooks; the repository itself
/// is not changed. Exit codes: 0 protected, 1 not protected, 2 unknown, for example because another
/// hook blocks every commit.
#[derive(Args)]
pub struct Doctor {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    format: DoctorFormat,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum DoctorFormat {
    /// Human-readable text
    #[default]
    Human,
    /// JSON
    Json,
}

/// One line of the diagnosis.
struct DoctorCheck {
    state: CheckState,
    message: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum CheckState {
    Ok,
    Note,
    Fail,
    Unknown,
}

impl Doctor {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let stage: Stage = self.stage.into();
        let current_folder =
            std::env::current_dir().context("cannot determine the current folder")?;
        let diagnosis = Diagnosis::of(&GitEnvironment::from_process(&current_folder), stage)
            .context("cannot determine which hook git runs; is this a git repository?")?;
        let checks = DoctorChecks::of(&diagnosis);
        let (code, summary) = match diagnosis.health() {
            Health::Protected => (0, "Protected."),
            Health::NotProtected => (1, "Not protected."),
            Health::Unknown => (2, "Unknown."),
        };
        match self.format {
            DoctorFormat::Human => write_human(&diagnosis, &checks, code, summary)?,
            DoctorFormat::Json => write_json(&diagnosis, &checks)?,
        }
        Ok(ExitCode::from(code))
    }
}

/// The checks in the order in which git and the hook go: where git looks, what it finds there,
/// which binary that runs, and the result of the test.
struct DoctorChecks<'d> {
    diagnosis: &'d Diagnosis,
    /// The command that installs the hook, for messages.
    install: String,
    list: Vec<DoctorCheck>,
}

impl<'d> DoctorChecks<'d> {
    fn of(diagnosis: &'d Diagnosis) -> Vec<DoctorCheck> {
        let option = match diagnosis.stage {
            Stage::PreCommit => String::new(),
            stage => format!(" --stage {}", stage.name()),
        };
        let install = format!("`keysieve hook install{option}`");
        let mut checks = DoctorChecks { diagnosis, install, list: Vec::new() };
        checks.add_location();
        checks.add_other_folders();
        checks.add_owner();
        checks.add_binary();
        checks.add_proof();
        checks.list
    }

    /// A path or another hook's output neither steers the terminal nor shows a secret.
    fn add(&mut self, state: CheckState, message: impl AsRef<str>) {
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
            HookState::Nothing => {
                self.add(CheckState::Fail, format!("no hook installed; run {install}"))
            }
            HookState::NotExecutable => {
                let advice = format!("run `chmod +x {hook}`");
                self.add(
                    CheckState::Fail,
                    format!("git does not run it: not executable; {advice}"),
                );
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

    /// The keysieve binary that the hook runs.
    fn add_binary(&mut self) {
        let is_ours = matches!(self.diagnosis.state, HookState::Ours | HookState::Chained);
        let install = self.install.clone();
        let Some(binary) = &self.diagnosis.binary else {
            if is_ours {
                self.add(
                    CheckState::Fail,
                    format!(
                        "cannot find the keysieve binary (neither at its install path nor on \
                         PATH), so the hook blocks everything; install keysieve, then run {install}"
                    ),
                );
            }
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

fn write_human(
    diagnosis: &Diagnosis,
    checks: &[DoctorCheck],
    code: u8,
    summary: &str,
) -> std::io::Result<()> {
    sink::print(|out| {
        writeln!(out, "The {} hook of this repository:", diagnosis.stage.name())?;
        for DoctorCheck { state, message } in checks {
            let style = state.style();
            let word = if *state == CheckState::Fail { "FAIL" } else { state.word() };
            writeln!(out, "  {style}{word:<8}{style:#}{message}")?;
        }
        let style =
            [CheckState::Ok, CheckState::Fail, CheckState::Unknown][usize::from(code)].style();
        writeln!(out, "{style}{summary}{style:#}")
    })
}

fn write_json(diagnosis: &Diagnosis, checks: &[DoctorCheck]) -> std::io::Result<()> {
    let (scope, origin) = match &diagnosis.reason {
        Reason::Own => (None, None),
        Reason::Setting { scope, origin } => (Some(scope), Some(origin)),
    };
    let protected = match diagnosis.health() {
        Health::Protected => Some(true),
        Health::NotProtected => Some(false),
        Health::Unknown => None,
    };
    let binary = diagnosis.binary.as_ref().map(|binary| {
        json!({ "path": text(&binary.path), "on_path": binary.on_path, "version": binary.version })
    });
    let (kind, manager) = match diagnosis.state {
        HookState::Nothing => ("nothing", None),
        HookState::NotExecutable => ("no-run-bit", None),
        HookState::Ours => ("ours", None),
        HookState::Chained => ("chained", None),
        HookState::Managed(manager) => ("managed", Some(manager.name())),
        HookState::Foreign => ("foreign", None),
    };
    let proof = match &diagnosis.proof {
        Proof::NotTried => "not-tried",
        Proof::Blocked(_) => "blocked",
        Proof::Passed => "passed",
        Proof::Unclear(_) => "unclear",
    };
    let checks: Vec<_> = checks
        .iter()
        .map(|check| json!({ "state": check.state.word(), "message": check.message }))
        .collect();
    let dead: Vec<_> = diagnosis.dead.iter().map(|path| text(path)).collect();
    let diagnosis = json!({
        "protected": protected,
        "stage": diagnosis.stage.name(),
        "hook": text(&diagnosis.hook),
        "hooks_path": { "scope": scope, "origin": origin.map(|origin| sink::safe_message(origin)) },
        "linked_worktree": diagnosis.linked,
        "kind": kind,
        "manager": manager,
        "never_run": dead,
        "template": diagnosis.template.as_ref().map(|path| text(path)),
        "binary": binary,
        "proof": proof,
        "checks": checks,
    });
    sink::print(|out| escape::json(&diagnosis, out))
}

/// A path, without secrets in it.
fn text(path: &Path) -> String {
    sink::safe_message(&foreign_path(path.to_string_lossy()).to_string())
}

impl CheckState {
    fn word(self) -> &'static str {
        match self {
            CheckState::Ok => "ok",
            CheckState::Note => "note",
            CheckState::Fail => "fail",
            CheckState::Unknown => "unknown",
        }
    }

    fn style(self) -> Style {
        match self {
            CheckState::Ok => AnsiColor::Green.on_default().bold(),
            CheckState::Note => Style::new().bold(),
            CheckState::Fail => AnsiColor::Red.on_default().bold(),
            CheckState::Unknown => AnsiColor::Yellow.on_default().bold(),
        }
    }
}
