//! `keysieve hook install --global` and `hook uninstall --global`.

use std::path::Path;
use std::process::ExitCode;

use anyhow::bail;
use keysieve::hook::configured::{FIRST_VERSION, GitVersion};
use keysieve::hook::global::settings::{Changed, GlobalHook};
use keysieve::hook::global::template::Template;
use keysieve::hook::global::{GlobalPlace, outside, shared_hooks_path};
use keysieve::hook::{self, Installed, Manager, Stage, Uninstalled};
use keysieve::report::output::sink::print_line;

use super::{described, report_foreign};

/// What the template means for existing repositories.
const OTHERS: &str = "\
Existing repositories are not changed. To protect one, run `keysieve hook install` in it, or \
`git init`, which copies missing hooks.";

/// What a folder for all hooks does not reach.
const OWN_SETTING: &str =
    "Repositories with a core.hooksPath of their own, such as husky's, do not use that folder.";

/// What config hooks do not reach.
const LIMITS: &str = "\
A git older than VERSION, such as one that an editor or an app includes, ignores these settings \
without a message. A repository's own configuration can disable the hook, and what a later hook \
stages is not scanned. `keysieve hook doctor` shows whether a repository is protected.";

const NOT_APPLIED: &str = "Nothing was changed. To apply the changes, add --yes.";

/// Prints what would change, and changes it once the user has agreed.
pub fn install(stage: Stage, binary: &Path, agreed: bool) -> anyhow::Result<ExitCode> {
    let git = GitVersion::of(&outside())?;
    match GlobalPlace::of_user(stage, &git)? {
        GlobalPlace::Config(hook) => {
            let code = configure(&hook, &git, binary, agreed)?;
            let template = Template::of_user()?;
            if template.has_hook(stage) {
                print_line(&format!(
                    "{} has the hook too, so new repositories run keysieve twice; `keysieve hook \
                     uninstall --global` removes both.",
                    template.folder.display()
                ))?;
            }
            Ok(code)
        }
        GlobalPlace::Folder(folder) => install_in(&folder, stage, binary, agreed),
        GlobalPlace::Template(template) => install_template(&template, stage, binary, agreed),
        GlobalPlace::NoFolder(value) => {
            print_line(&format!(
                "core.hooksPath = {value} in your git config or the system's: git {} runs no \
                 other hooks, in every repository without a core.hooksPath of its own, and this \
                 value names no folder that they could share. Nothing was changed.\n\
                 Set it to an absolute path, or remove it: `git config --show-origin \
                 core.hooksPath` shows where it is set.",
                git.text
            ))?;
            Ok(ExitCode::from(2))
        }
    }
}

/// In git's configuration.
fn configure(
    hook: &GlobalHook,
    git: &GitVersion,
    binary: &Path,
    agreed: bool,
) -> anyhow::Result<ExitCode> {
    if binary.to_str().is_none() {
        bail!("the path of the keysieve binary is not UTF-8; name a copy with --binary");
    }
    let limits = LIMITS.replace("VERSION", &format!("{}.{}", FIRST_VERSION.0, FIRST_VERSION.1));
    if !agreed {
        print_line("This would add to your git config, for all repositories, existing ones too:")?;
        for (key, value) in hook.missing(binary) {
            print_line(&format!("  {key} = {value}"))?;
        }
        print_line(&format!("{limits}\n{NOT_APPLIED}"))?;
        return Ok(ExitCode::from(2));
    }
    match hook.install(binary)? {
        Changed::Foreign(command) => return report_foreign_command(&command),
        Changed::Nothing => print_line("The hook is already in your git config.")?,
        Changed::Settings(settings) => {
            settings.iter().try_for_each(|line| print_line(&format!("Set {line}")))?;
        }
    }
    if let Some(stage) = hook.not_running()? {
        let name = stage.name();
        print_line(&format!(
            "git {} does not run it: another setting disables it. `git config --show-origin \
             --get-regexp '^hook\\.'` shows all, `git hook list {name}` what runs.",
            git.text
        ))?;
        return Ok(ExitCode::from(2));
    }
    print_line("git runs the hook in all your repositories, existing ones too.")?;
    print_line(&limits)?;
    Ok(ExitCode::SUCCESS)
}

fn report_foreign_command(command: &str) -> anyhow::Result<ExitCode> {
    print_line(&format!(
        "Your git config has a hook of that name with another command; nothing was changed: \
         {command}"
    ))?;
    Ok(ExitCode::from(2))
}

/// In the folder that git runs all hooks from.
fn install_in(
    folder: &Path,
    stage: Stage,
    binary: &Path,
    agreed: bool,
) -> anyhow::Result<ExitCode> {
    print_line(&format!(
        "core.hooksPath is set for all repositories: git runs hooks only from {}, and a template's \
         hooks would never run.",
        folder.display()
    ))?;
    if !agreed {
        print_line(&format!("This would install the {} hook there.", stage.name()))?;
        print_line(&format!("{OWN_SETTING}\n{NOT_APPLIED}"))?;
        return Ok(ExitCode::from(2));
    }
    let code = report_installed(&hook::install(folder, stage, binary)?, stage)?;
    if code == 0 {
        print_line(&format!("All your repositories use it. {OWN_SETTING}"))?;
    }
    Ok(ExitCode::from(code))
}

/// In the template of new repositories.
fn install_template(
    template: &Template,
    stage: Stage,
    binary: &Path,
    agreed: bool,
) -> anyhow::Result<ExitCode> {
    let hook = template.hook(stage);
    let name = stage.name();
    if !agreed {
        print_line("This would change, for all repositories you clone or create from now on:")?;
        print_line(&format!("  {}: the {name} hook", hook.display()))?;
        if !template.is_set {
            let folder = template.folder.display();
            print_line(&format!("  your git config: init.templateDir = {folder}"))?;
        }
        print_line(&format!("{OTHERS}\n{NOT_APPLIED}"))?;
        return Ok(ExitCode::from(2));
    }
    let code = report_installed(&template.install(stage, binary)?, stage)?;
    if code != 0 {
        return Ok(ExitCode::from(code));
    }
    if !template.is_set {
        let folder = template.folder.display();
        print_line(&format!("Set init.templateDir = {folder} in your git config."))?;
    }
    print_line("All repositories you clone or create from now on will have this hook.")?;
    print_line(OTHERS)?;
    Ok(ExitCode::SUCCESS)
}

/// Prints what was installed; returns the exit code.
fn report_installed(installed: &Installed, stage: Stage) -> anyhow::Result<u8> {
    match installed {
        Installed::Managed(manager) => report_manager(*manager, stage)?,
        Installed::Foreign(foreign) => {
            report_foreign(foreign)?;
        }
        done => {
            print_line(&described(done, |path| path.display().to_string()))?;
            return Ok(0);
        }
    }
    Ok(2)
}

fn report_manager(manager: Manager, stage: Stage) -> anyhow::Result<()> {
    print_line(&format!(
        "The folder is managed by {}, so its {} hook was not changed.",
        manager.name(),
        stage.name()
    ))?;
    Ok(())
}

/// Removes what [`install`] added, wherever it is. Nothing is lost, so it does not ask.
pub fn uninstall(stage: Stage) -> anyhow::Result<ExitCode> {
    let settings = GlobalHook::of_user(stage)?.uninstall()?;
    let mut removed = matches!(settings, Changed::Settings(_));
    let mut kept = report_removed_settings(settings)?;
    if let Some(folder) = shared_hooks_path()?.filter(|folder| Path::new(folder).is_absolute()) {
        let uninstalled = hook::uninstall(Path::new(&folder), stage)?;
        removed |= is_removed(&uninstalled);
        kept |= report_uninstalled(&uninstalled)?;
    }
    let (uninstalled, unset) = Template::of_user()?.uninstall(stage)?;
    removed |= is_removed(&uninstalled);
    kept |= report_uninstalled(&uninstalled)?;
    if unset {
        print_line("Removed init.templateDir from your git config.")?;
    }
    // A hook of somebody else's matters if it is all there is.
    if kept && !removed {
        return Ok(ExitCode::from(2));
    }
    print_line(
        "Repositories that already have the hook keep it; run `keysieve hook uninstall` in each.",
    )?;
    Ok(ExitCode::SUCCESS)
}

/// Returns whether a hook was kept because it is not keysieve's.
fn report_removed_settings(changed: Changed) -> anyhow::Result<bool> {
    match changed {
        Changed::Nothing => return Ok(false),
        Changed::Settings(settings) => {
            settings.iter().try_for_each(|line| print_line(&format!("Removed {line}")))?;
            return Ok(false);
        }
        Changed::Foreign(command) => report_foreign_command(&command)?,
    };
    Ok(true)
}

fn is_removed(uninstalled: &Uninstalled) -> bool {
    matches!(uninstalled, Uninstalled::Removed(_) | Uninstalled::Unchained(_))
}

/// Returns whether a hook was kept because it is not keysieve's.
fn report_uninstalled(uninstalled: &Uninstalled) -> anyhow::Result<bool> {
    let message = match uninstalled {
        Uninstalled::Removed(path) => format!("Removed the hook {}.", path.display()),
        Uninstalled::Unchained(path) => format!(
            "Removed keysieve from the hook {}; the previous hook is restored.",
            path.display()
        ),
        Uninstalled::NotInstalled(path) => format!("No hook at {}.", path.display()),
        Uninstalled::Foreign(path) => format!(
            "The hook {} was not installed by keysieve or has been edited; nothing was changed.",
            path.display()
        ),
    };
    print_line(&message)?;
    Ok(matches!(uninstalled, Uninstalled::Foreign(_)))
}
