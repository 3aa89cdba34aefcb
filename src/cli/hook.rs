//! `keysieve hook`, with `hook install` and `hook uninstall`.

mod doctor;
mod global;
mod push;
mod run;
mod server;
mod watchdog;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use keysieve::git::GitEnvironment;
use keysieve::hook::{
    self, ForeignHook, HooksFolder, HooksPathOrigin, Installed, Stage, Uninstalled,
};
use keysieve::report::output::sink::print_line;

/// Manage and run the git hooks
#[derive(Args)]
pub struct Hook {
    #[command(subcommand)]
    command: HookCommand,
}

#[derive(Subcommand)]
enum HookCommand {
    Run(Box<run::Run>),
    Install(Install),
    Uninstall(Uninstall),
    Doctor(doctor::Doctor),
}

/// Install the hook in the current repository
///
/// If a shell hook already exists, it is changed to run keysieve first. If the hook is not a shell
/// script, or is managed by husky, lefthook or pre-commit, nothing is changed and the lines to add
/// are printed.
#[derive(Args)]
struct Install {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Install for all repositories you clone or create from now on, in the template that git copies hooks from (init.templateDir); prints what it would change
    #[arg(long)]
    global: bool,
    /// With --global, apply the changes
    #[arg(long, requires = "global")]
    yes: bool,
}

/// Remove keysieve's hook and restore any previous hook
#[derive(Args)]
struct Uninstall {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Remove it from the template that new repositories copy their hooks from
    #[arg(long)]
    global: bool,
}

/// The stages at which git runs a hook.
#[derive(Clone, Copy, Default, ValueEnum)]
enum StageName {
    /// The staged changes
    #[default]
    PreCommit,
    /// The commit message, without its comments
    CommitMsg,
    /// What a push sends, including commit and tag messages; reads git's lines from standard input
    PrePush,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Stage {
        match name {
            StageName::PreCommit => Stage::PreCommit,
            StageName::CommitMsg => Stage::CommitMsg,
            StageName::PrePush => Stage::PrePush,
        }
    }
}

impl Hook {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match &self.command {
            HookCommand::Run(command) => command.run(),
            HookCommand::Doctor(command) => command.run(),
            HookCommand::Install(Install { stage, global: true, yes }) => {
                global::install((*stage).into(), *yes)
            }
            HookCommand::Install(Install { stage, .. }) => install((*stage).into()),
            HookCommand::Uninstall(Uninstall { stage, global: true }) => {
                global::uninstall((*stage).into())
            }
            HookCommand::Uninstall(Uninstall { stage, .. }) => uninstall((*stage).into()),
        }
    }
}

fn install(stage: Stage) -> anyhow::Result<ExitCode> {
    let folder = hooks_folder()?;
    let binary =
        std::env::current_exe().context("cannot determine the path of the keysieve binary")?;
    match hook::install(&folder.path, stage, &binary)? {
        Installed::Created(path) => print_line(&format!("Installed the hook {}.", shown(&path)))?,
        Installed::Replaced(path) => print_line(&format!("Updated the hook {}.", shown(&path)))?,
        Installed::Unchanged(path) => {
            print_line(&format!("The hook {} is already installed.", shown(&path)))?;
        }
        Installed::Chained(path) => print_line(&format!(
            "Updated the existing hook {}: it now runs keysieve first.",
            shown(&path)
        ))?,
        Installed::Managed(manager) => {
            let lines = manager.lines(stage).replace('\n', "\n    ");
            print_line(&format!(
                "{} manages the hooks here; nothing was changed.\n\
                 To run keysieve from it, add this to {}:\n\n    {lines}\n",
                manager.name(),
                manager.file(stage)
            ))?;
            if let Some(command) = manager.then(stage) {
                print_line(&format!("Then run `{command}`."))?;
            }
            return Ok(ExitCode::from(2));
        }
        Installed::Foreign(foreign) => return report_foreign(&foreign),
    }
    if folder.origin == HooksPathOrigin::Shared {
        print_line("core.hooksPath is set globally: the hook runs in all your repositories.")?;
    }
    Ok(ExitCode::SUCCESS)
}

/// A hook that is not changed, and the line to add to it.
fn report_foreign(foreign: &ForeignHook) -> anyhow::Result<ExitCode> {
    print_line(&format!(
        "The hook {} is not a shell script that git runs, or its keysieve lines were edited; \
         nothing was changed.\n\
         To run keysieve from it, add the equivalent of this shell line near the beginning:\
         \n\n    {}\n",
        shown(&foreign.path),
        foreign.line
    ))?;
    Ok(ExitCode::from(2))
}

fn uninstall(stage: Stage) -> anyhow::Result<ExitCode> {
    match hook::uninstall(&hooks_folder()?.path, stage)? {
        Uninstalled::Removed(path) => print_line(&format!("Removed the hook {}.", shown(&path)))?,
        Uninstalled::Unchained(path) => {
            print_line(&format!(
                "Removed keysieve from the hook {}; the previous hook is restored.",
                shown(&path)
            ))?;
        }
        Uninstalled::NotInstalled(path) => print_line(&format!("No hook at {}.", shown(&path)))?,
        Uninstalled::Foreign(path) => {
            print_line(&format!(
                "The hook {} was not installed by keysieve or has been edited; nothing was changed.",
                shown(&path)
            ))?;
            return Ok(ExitCode::from(2));
        }
    }
    Ok(ExitCode::SUCCESS)
}

fn hooks_folder() -> anyhow::Result<HooksFolder> {
    let current_folder = std::env::current_dir().context("cannot determine the current folder")?;
    Ok(hook::hooks_folder(&GitEnvironment::from_process(&current_folder))?)
}

/// Relative to the current folder if it is below it.
fn shown(path: &Path) -> String {
    let current_folder =
        std::env::current_dir().and_then(std::fs::canonicalize).unwrap_or_default();
    let path = path.parent().and_then(|folder| std::fs::canonicalize(folder).ok()).map_or_else(
        || path.to_owned(),
        |folder| folder.join(path.file_name().unwrap_or_default()),
    );
    let shown: PathBuf = path.strip_prefix(&current_folder).map(Path::to_owned).unwrap_or(path);
    shown.display().to_string()
}
