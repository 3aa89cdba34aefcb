//! `keysieve hook`, with `hook install` and `hook uninstall`.

mod binary;
mod doctor;
mod global;
mod push;
mod run;
mod server;
mod watchdog;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context, bail};
use clap::{Args, Subcommand, ValueEnum};
use keysieve::git::repository::jj;
use keysieve::git::{Git, GitEnvironment};
use keysieve::hook::configured::ConfigHooks;
use keysieve::hook::{
    self, ForeignHook, HooksFolder, HooksPathOrigin, Installed, Manager, Stage, Uninstalled,
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
/// are printed. If git runs keysieve already through its configuration, nothing is installed. A
/// binary that will be deleted, such as one in the cache of uvx or npx, is refused.
#[derive(Args)]
struct Install {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Install for all your repositories, in your git config; with a git older than 2.54, for those
    /// you clone or create from now on. Prints what it would change
    #[arg(long)]
    global: bool,
    /// With --global, apply the changes
    #[arg(long, requires = "global")]
    yes: bool,
    /// The keysieve binary that the hook runs [default: this one]
    #[arg(long, value_name = "PATH")]
    binary: Option<PathBuf>,
}

/// Remove keysieve's hook and restore any previous hook
#[derive(Args)]
struct Uninstall {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Remove what `install --global` added
    #[arg(long)]
    global: bool,
}

/// The stages at which git runs a hook.
#[derive(Clone, Copy, Default, ValueEnum)]
enum StageName {
    /// The staged changes
    #[default]
    PreCommit,
    /// The staged changes of a merge without conflicts
    PreMergeCommit,
    /// The staged changes of a patch that `git am` has applied
    PreApplypatch,
    /// The commit message, without its comments
    CommitMsg,
    /// What a push sends, including commit and tag messages; reads git's lines from standard input
    PrePush,
}

impl From<StageName> for Stage {
    fn from(name: StageName) -> Stage {
        match name {
            StageName::PreCommit => Stage::PreCommit,
            StageName::PreMergeCommit => Stage::PreMergeCommit,
            StageName::PreApplypatch => Stage::PreApplypatch,
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
            HookCommand::Install(Install { stage, global, yes, binary }) => {
                let binary = binary::to_install(binary.as_deref())?;
                let code = match global {
                    true => global::install((*stage).into(), &binary, *yes),
                    false => install((*stage).into(), &binary),
                }?;
                binary::note_lifetime(&binary);
                Ok(code)
            }
            HookCommand::Uninstall(Uninstall { stage, global: true }) => {
                global::uninstall((*stage).into())
            }
            HookCommand::Uninstall(Uninstall { stage, .. }) => uninstall((*stage).into()),
        }
    }
}

fn install(stage: Stage, binary: &Path) -> anyhow::Result<ExitCode> {
    let environment = environment()?;
    let folder = hooks_folder(&environment)?;
    let configured = ConfigHooks::of(&Git::new(&environment), stage)?;
    if let Some(hook) = configured.keysieve() {
        print_line(&format!(
            "git already runs keysieve here: config hook {} in the {} config. Nothing was \
             installed; `keysieve hook doctor` tests it.",
            config_hook_name(&hook.name),
            hook.scope
        ))?;
        return Ok(ExitCode::SUCCESS);
    }
    match hook::install(&folder.path, stage, binary)? {
        Installed::Managed(manager) => return report_manager(manager, stage),
        Installed::Foreign(foreign) => return report_foreign(&foreign),
        done => print_line(&described(&done, shown))?,
    }
    if folder.origin == HooksPathOrigin::Shared {
        print_line(
            "core.hooksPath is set for all repositories: the hook runs in each that has no \
             core.hooksPath of its own.",
        )?;
    }
    report_others(&configured)?;
    Ok(ExitCode::SUCCESS)
}

/// What was installed, with the hook's path as `shown`.
fn described(installed: &Installed, shown: impl Fn(&Path) -> String) -> String {
    match installed {
        Installed::Created(path) => format!("Installed the hook {}.", shown(path)),
        Installed::Replaced(path) => format!("Updated the hook {}.", shown(path)),
        Installed::Unchanged(path) => format!("The hook {} is already installed.", shown(path)),
        Installed::Chained(path) => format!(
            "Updated the existing hook {}: it now runs keysieve first. What the rest of it stages \
             is not scanned.",
            shown(path)
        ),
        Installed::Managed(_) | Installed::Foreign(_) => "Nothing was changed.".to_owned(),
    }
}

/// Other hooks of git's configuration, and jj.
fn report_others(configured: &ConfigHooks) -> anyhow::Result<()> {
    let others: Vec<_> = configured.running().map(|hook| config_hook_name(&hook.name)).collect();
    if !others.is_empty() {
        print_line(&format!("Config hooks run before it: {}.", others.join(", ")))?;
    }
    let folder = std::env::current_dir().context("cannot determine the current folder")?;
    if jj::workspace(&folder).is_some() {
        print_line(
            "This is a jj repository too, and jj runs no hooks: what it commits and pushes is not \
             checked. See \"jj\" in docs/hooks.md.",
        )?;
    }
    Ok(())
}

/// The lines to add to a hook manager's file.
fn report_manager(manager: Manager, stage: Stage) -> anyhow::Result<ExitCode> {
    let name = manager.name();
    if !manager.runs(stage) {
        print_line(&format!(
            "{name} manages the hooks here, and has no {} hook; nothing was changed.",
            stage.name()
        ))?;
        return Ok(ExitCode::from(2));
    }
    let lines = manager.lines(stage).replace('\n', "\n    ");
    print_line(&format!(
        "{name} manages the hooks here; nothing was changed.\n\
         To run keysieve from it, add this to {}:\n\n    {lines}\n",
        manager.file(stage)
    ))?;
    if let Some(command) = manager.then(stage) {
        print_line(&format!("Then run `{command}`."))?;
    }
    Ok(ExitCode::from(2))
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
    let environment = environment()?;
    match hook::uninstall(&hooks_folder(&environment)?.path, stage)? {
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
    if let Some(hook) = ConfigHooks::of(&Git::new(&environment), stage)?.keysieve() {
        print_line(&format!(
            "git still runs keysieve here: config hook {} in the {} config.",
            config_hook_name(&hook.name),
            hook.scope
        ))?;
    }
    Ok(ExitCode::SUCCESS)
}

fn environment() -> anyhow::Result<GitEnvironment> {
    let current_folder = std::env::current_dir().context("cannot determine the current folder")?;
    Ok(GitEnvironment::from_process(&current_folder))
}

/// A jj repository without `.git` is not a git repository.
fn hooks_folder(environment: &GitEnvironment) -> anyhow::Result<HooksFolder> {
    if jj::workspace(&environment.folder).is_some_and(|workspace| !workspace.has_git) {
        bail!(
            "this is a jj repository, and jj runs no hooks; scan before `jj git push` and in CI \
             (\"jj\" in docs/hooks.md)"
        );
    }
    Ok(hook::hooks_folder(environment)?)
}

/// The name of a config hook, in quotes.
fn config_hook_name(name: &[u8]) -> String {
    format!("`{}`", String::from_utf8_lossy(name))
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
