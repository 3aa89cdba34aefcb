//! `keysieve hook install --global` and `hook uninstall --global`.

use std::process::ExitCode;

use anyhow::Context;
use keysieve::hook::global::Template;
use keysieve::hook::{Installed, Stage, Uninstalled};
use keysieve::report::output::sink::print_line;

use super::report_foreign;

/// What this means for existing repositories.
const OTHERS: &str = "\
Existing repositories are not changed. To protect one, run `keysieve hook install` in it, or \
`git init`, which copies missing hooks.";

/// Prints what would change, and changes it once the user has agreed.
pub fn install(stage: Stage, agreed: bool) -> anyhow::Result<ExitCode> {
    let template = Template::of_user()?;
    let hook = template.hook(stage);
    let name = stage.name();
    if !agreed {
        print_line("This would change, for all repositories you clone or create from now on:")?;
        print_line(&format!("  {}: the {name} hook", hook.display()))?;
        if !template.is_set {
            let folder = template.folder.display();
            print_line(&format!("  your git config: init.templateDir = {folder}"))?;
        }
        print_line(&format!("{OTHERS}\nNothing was changed. To apply the changes, add --yes."))?;
        return Ok(ExitCode::from(2));
    }
    let binary =
        std::env::current_exe().context("cannot determine the path of the keysieve binary")?;
    match template.install(stage, &binary)? {
        Installed::Created(path) => print_line(&format!("Installed the hook {}.", path.display()))?,
        Installed::Replaced(path) => print_line(&format!("Updated the hook {}.", path.display()))?,
        Installed::Unchanged(path) => {
            print_line(&format!("The hook {} is already installed.", path.display()))?;
        }
        Installed::Chained(path) => print_line(&format!(
            "Updated the existing hook {}: it now runs keysieve first.",
            path.display()
        ))?,
        Installed::Managed(manager) => {
            print_line(&format!(
                "The template is managed by {}; nothing was changed.",
                manager.name()
            ))?;
            return Ok(ExitCode::from(2));
        }
        Installed::Foreign(foreign) => return report_foreign(&foreign),
    }
    if !template.is_set {
        let folder = template.folder.display();
        print_line(&format!("Set init.templateDir = {folder} in your git config."))?;
    }
    print_line("All repositories you clone or create from now on will have this hook.")?;
    print_line(OTHERS)?;
    Ok(ExitCode::SUCCESS)
}

/// Removes what [`install`] added. Nothing is lost, so it does not ask.
pub fn uninstall(stage: Stage) -> anyhow::Result<ExitCode> {
    let (uninstalled, unset) = Template::of_user()?.uninstall(stage)?;
    let code = match uninstalled {
        Uninstalled::Removed(path) => {
            print_line(&format!("Removed the hook {}.", path.display()))?;
            0
        }
        Uninstalled::Unchained(path) => {
            print_line(&format!(
                "Removed keysieve from the hook {}; the previous hook is restored.",
                path.display()
            ))?;
            0
        }
        Uninstalled::NotInstalled(path) => {
            print_line(&format!("No hook at {}.", path.display()))?;
            0
        }
        Uninstalled::Foreign(path) => {
            print_line(&format!(
                "The hook {} was not installed by keysieve or has been edited; nothing was changed.",
                path.display()
            ))?;
            2
        }
    };
    if unset {
        print_line("Removed init.templateDir from your git config.")?;
    }
    if code == 0 {
        print_line(
            "Repositories that already have the hook keep it; run `keysieve hook uninstall` in each.",
        )?;
    }
    Ok(ExitCode::from(code))
}
