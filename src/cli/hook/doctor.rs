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

/// Tell which hook git runs here and why, and prove with a planted secret that it stops one
///
/// The secret is made up and planted in a throw-away clone that has the same hooks; nothing is
/// written in the repository. Exit codes: 0 protected, 1 not protected, 2 it cannot be told.
#[derive(Args)]
pub struct Doctor {
    /// The moment at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Form of what is told
    #[arg(short, long, value_enum, default_value_t)]
    format: DoctorFormat,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum DoctorFormat {
    /// For people
    #[default]
    Human,
    /// For programs
    Json,
}

/// One thing that was looked at.
struct Check {
    state: State,
    says: String,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Ok,
    Note,
    Bad,
    Unknown,
}

impl Doctor {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let stage: Stage = self.stage.into();
        let here = std::env::current_dir().context("cannot tell which folder this is")?;
        let diagnosis = Diagnosis::of(&GitEnvironment::from_process(&here), stage)
            .context("cannot tell which hook git runs here; is this a git repository?")?;
        let checks = checks(&diagnosis);
        let (code, sum) = match diagnosis.health() {
            Health::Protected => (0, "Protected."),
            Health::NotProtected => (1, "Not protected."),
            Health::Unknown => (2, "It cannot be told."),
        };
        match self.format {
            DoctorFormat::Human => write_human(&diagnosis, &checks, code, sum)?,
            DoctorFormat::Json => write_json(&diagnosis, &checks)?,
        }
        Ok(ExitCode::from(code))
    }
}

/// What there is to say, from where git looks to what came of the secret.
fn checks(diagnosis: &Diagnosis) -> Vec<Check> {
    let Diagnosis { stage, .. } = diagnosis;
    let option = if *stage == Stage::PreCommit {
        String::new()
    } else {
        format!(" --stage {}", stage.name())
    };
    let install = format!("`keysieve hook install{option}`");
    let hook = shown(&diagnosis.hook);
    let mut checks = Vec::new();
    // A path or another hook's words neither steer a terminal nor show a secret.
    let mut say = |state, says: String| {
        checks.push(Check { state, says: sink::safe_message(&escape::escaped(&says)) });
    };
    match &diagnosis.reason {
        Reason::Own => {
            say(State::Ok, format!("git looks for {hook}, in the repository's own folder"))
        }
        Reason::Setting { scope, origin } => say(
            State::Ok,
            format!(
                "git looks for {hook}: core.hooksPath, set in the {scope} configuration ({origin})"
            ),
        ),
    }
    if diagnosis.linked {
        say(
            State::Note,
            "this is a linked worktree: it shares its hooks with the main one".to_owned(),
        );
    }
    for dead in &diagnosis.dead {
        let dead = shown(dead);
        say(State::Note, format!("{dead} is never run, since core.hooksPath points elsewhere"));
    }
    if let Some(template) = &diagnosis.template {
        let hook = template.join("hooks").join(stage.name());
        let has = if hook.is_file() { "with" } else { "without" };
        say(
            State::Note,
            format!(
                "new repositories get their hooks from {}, {has} one of this stage",
                template.display()
            ),
        );
    }
    match diagnosis.state {
        HookState::Nothing => {
            say(State::Bad, format!("no hook stands there; {install} puts one there"))
        }
        HookState::NotExecutable => {
            say(State::Bad, format!("git does not run it: it has no run bit; `chmod +x {hook}`"))
        }
        HookState::Ours => say(State::Ok, "it is keysieve's".to_owned()),
        HookState::Chained => say(State::Ok, "it is another's, and runs keysieve first".to_owned()),
        HookState::Managed(manager) => say(
            State::Note,
            format!(
                "{} manages it; whether it runs keysieve is in {}",
                manager.name(),
                manager.file(*stage)
            ),
        ),
        HookState::Foreign => say(
            State::Note,
            format!("it is another's, or was edited; {install} tells what to add to it"),
        ),
    }
    say_binary(diagnosis, &install, &mut say);
    match &diagnosis.proof {
        Proof::NotTried => {}
        Proof::Blocked(line) => say(State::Ok, format!("a planted secret was stopped: {line}")),
        Proof::Passed => {
            say(State::Bad, format!("a planted secret was let through; {install} says what to do"))
        }
        Proof::Unclear(why) => say(
            State::Unknown,
            format!("a planted secret told nothing, for something else came between: {why}"),
        ),
    }
    checks
}

fn say_binary(diagnosis: &Diagnosis, install: &str, say: &mut impl FnMut(State, String)) {
    let is_ours = matches!(diagnosis.state, HookState::Ours | HookState::Chained);
    match &diagnosis.binary {
        None if is_ours => say(
            State::Bad,
            format!(
                "the keysieve binary is gone from where it was installed and is not on PATH: \
                 the hook stops everything; install keysieve, then run {install}"
            ),
        ),
        None => {}
        Some(binary) => {
            let path = binary.path.display();
            let place = if binary.on_path { "on PATH" } else { "where it was installed" };
            match binary.version.as_deref() {
                Some(version) if version == env!("CARGO_PKG_VERSION") => {
                    say(
                        State::Ok,
                        format!("its binary is {place}, {path}, of this version ({version})"),
                    );
                }
                Some(version) => say(
                    State::Note,
                    format!(
                        "its binary is {place}, {path}, of version {version}, and this one is {}; \
                         {install} makes it run this one",
                        env!("CARGO_PKG_VERSION")
                    ),
                ),
                None => say(
                    State::Bad,
                    format!("its binary, {path}, does not run; {install} renews it"),
                ),
            }
        }
    }
}

fn write_human(
    diagnosis: &Diagnosis,
    checks: &[Check],
    code: u8,
    sum: &str,
) -> std::io::Result<()> {
    sink::print(|out| {
        writeln!(out, "The {} hook here:", diagnosis.stage.name())?;
        for Check { state, says } in checks {
            let (word, style) = (state.word(), state.style());
            writeln!(out, "  {style}{word:<8}{style:#}{says}")?;
        }
        let style = [State::Ok, State::Bad, State::Unknown][usize::from(code)].style();
        writeln!(out, "{style}{sum}{style:#}")
    })
}

fn write_json(diagnosis: &Diagnosis, checks: &[Check]) -> std::io::Result<()> {
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
        Proof::Blocked(_) => "stopped",
        Proof::Passed => "passed",
        Proof::Unclear(_) => "unclear",
    };
    let checks: Vec<_> = checks
        .iter()
        .map(|check| json!({ "state": check.state.word(), "says": check.says }))
        .collect();
    let dead: Vec<_> = diagnosis.dead.iter().map(|path| text(path)).collect();
    let told = json!({
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
    sink::print(|out| escape::json(&told, out))
}

/// A path, without secrets in it.
fn text(path: &Path) -> String {
    sink::safe_message(&foreign_path(path.to_string_lossy()).to_string())
}

impl State {
    fn word(self) -> &'static str {
        match self {
            State::Ok => "ok",
            State::Note => "note",
            State::Bad => "bad",
            State::Unknown => "unknown",
        }
    }

    fn style(self) -> Style {
        match self {
            State::Ok => AnsiColor::Green.on_default().bold(),
            State::Note => Style::new().bold(),
            State::Bad => AnsiColor::Red.on_default().bold(),
            State::Unknown => AnsiColor::Yellow.on_default().bold(),
        }
    }
}
