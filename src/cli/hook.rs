//! `keysieve hook run`, `hook install` and `hook uninstall`.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand};
use keysieve::guard::{guard_in, guard_or_tracked, guard_range};
use keysieve::hook::{self, Asked, HooksFolder, Installed, Origin, Stage, Uninstalled};
use keysieve::policy::baseline::Expiry;
use keysieve::report::Format;
use keysieve::source::Silent;
use keysieve::source::staged::GitEnvironment;

use super::baseline::BaselineArgs;
use super::engine::EngineArgs;
use super::output::OutputArgs;

/// Stand between a mistake and the history: the pre-commit hook
#[derive(Args)]
pub struct Hook {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Subcommand)]
enum HookCommand {
    Run(Run),
    Install(Install),
    Uninstall(Uninstall),
}

/// Look at what the next commit adds; exit with 1 where it adds a credential
///
/// Reads the staged bytes, never the working tree's. A credential that a changed file's last
/// commit already holds does not block. Where something cannot be looked at, the exit code is
/// 2 and git stops the commit too.
///
/// Under the pre-commit framework, PRE_COMMIT_FROM_REF and PRE_COMMIT_TO_REF name a range of
/// commits, as in `scan --since`; and where nothing is staged, as under `pre-commit run
/// --all-files`, all that git tracks is scanned.
#[derive(Args)]
struct Run {
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    baseline: BaselineArgs,
    #[command(flatten)]
    output: OutputArgs,
}

/// Install the hook in the repository that the current folder belongs to
///
/// Another's hook that is a shell script runs keysieve first, then goes on as before. One in
/// another language, and a folder that husky, lefthook or pre-commit manage, are left alone: what
/// to add by hand is told.
#[derive(Args)]
struct Install {}

/// Take out what `hook install` put in; another's hook is then as it was before
#[derive(Args)]
struct Uninstall {}

impl Hook {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            HookCommand::Run(command) => command.run(),
            HookCommand::Install(_) => install(),
            HookCommand::Uninstall(_) => uninstall(),
        }
    }
}

impl Run {
    fn run(&self) -> anyhow::Result<ExitCode> {
        let engine = self.engine.engine()?;
        let policy = self.baseline.policy(Path::new("."), &engine, &self.engine, Expiry::Warns)?;
        let environment = GitEnvironment::of_process(Path::new("."));
        let asked = Asked::of_process()?;
        let report = self.engine.in_pool(|| match &asked {
            Asked::Staged => guard_in(&environment, &engine, &policy, &Silent),
            Asked::StagedOrTracked => guard_or_tracked(&environment, &engine, &policy, &Silent),
            Asked::Range { from, to } => {
                guard_range(&environment, from, to, &engine, &policy, &Silent)
            }
        })??;
        self.output.deliver(&report, engine.rules(), Some(Format::Human))
    }
}

fn install() -> anyhow::Result<ExitCode> {
    let (folder, stage) = (hooks_folder()?, Stage::PreCommit);
    let binary = std::env::current_exe().context("cannot tell where the keysieve binary is")?;
    match hook::install(&folder.path, stage, &binary)? {
        Installed::Created(path) => say(&format!("Installed the hook {}.", shown(&path)))?,
        Installed::Replaced(path) => say(&format!("Renewed the hook {}.", shown(&path)))?,
        Installed::Unchanged(path) => {
            say(&format!("The hook {} is in place already.", shown(&path)))?;
        }
        Installed::Chained(path) => say(&format!(
            "Another hook stands at {}: it runs keysieve first now, then goes on as before.",
            shown(&path)
        ))?,
        Installed::Managed(manager) => {
            let lines = manager.lines(stage).replace('\n', "\n    ");
            say(&format!(
                "{} manages the hooks here; nothing was changed.\n\
                 To have it run keysieve, add this to {}:\n\n    {lines}\n",
                manager.name(),
                manager.file(stage)
            ))?;
            if let Some(command) = manager.then(stage) {
                say(&format!("Then run `{command}`."))?;
            }
            return Ok(ExitCode::from(2));
        }
        Installed::Foreign(foreign) => {
            say(&format!(
                "Another hook stands at {} that is no shell script which git runs, or whose lines \
                 for keysieve were edited; nothing was changed.\n\
                 To have it run keysieve, have it do what this line of a shell script does, near \
                 its beginning:\n\n    {}\n",
                shown(&foreign.path),
                foreign.line
            ))?;
            return Ok(ExitCode::from(2));
        }
    }
    if folder.origin == Origin::Shared {
        say("core.hooksPath is set for all your repositories: the hook runs in each of them.")?;
    }
    Ok(ExitCode::SUCCESS)
}

fn uninstall() -> anyhow::Result<ExitCode> {
    let stage = Stage::PreCommit;
    match hook::uninstall(&hooks_folder()?.path, stage)? {
        Uninstalled::Removed(path) => say(&format!("Removed the hook {}.", shown(&path)))?,
        Uninstalled::Unchained(path) => {
            say(&format!("The hook {} is as it was before.", shown(&path)))?;
        }
        Uninstalled::NotThere(path) => say(&format!("There is no hook at {}.", shown(&path)))?,
        Uninstalled::Foreign(path) => {
            say(&format!(
                "The hook at {} is not keysieve's, or was edited since; nothing was changed.",
                shown(&path)
            ))?;
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn hooks_folder() -> anyhow::Result<HooksFolder> {
    let here = std::env::current_dir().context("cannot tell which folder this is")?;
    Ok(hook::hooks_folder(&GitEnvironment::of_process(&here))?)
}

/// Relative to the current folder where it is below it.
fn shown(path: &Path) -> String {
    let here = std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let path = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok()).map_or_else(
        || path.to_owned(),
        |folder| folder.join(path.file_name().unwrap_or_default()),
    );
    let shown: PathBuf = path.strip_prefix(&here).map(Path::to_owned).unwrap_or(path);
    shown.display().to_string()
}

fn say(text: &str) -> std::io::Result<()> {
    writeln!(anstream::stdout(), "{text}")
}
