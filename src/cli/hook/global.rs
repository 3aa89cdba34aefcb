//! `keysieve hook install --global` and `hook uninstall --global`.

use std::process::ExitCode;

use anyhow::Context;
use keysieve::hook::global::Template;
use keysieve::hook::{Installed, Stage, Uninstalled};
use keysieve::report::output::sink::print_line;

use super::told_foreign;

/// What follows for repositories that are there.
const OTHERS: &str = "\
Repositories that are there already stay as they are. To guard one, run `keysieve hook install` \
in it, or `git init`, which copies what it lacks.";

/// Says what is to be changed, and changes it once that is agreed to.
pub fn install(stage: Stage, agreed: bool) -> anyhow::Result<ExitCode> {
    let template = Template::of_user()?;
    let hook = template.hook(stage);
    let name = stage.name();
    if !agreed {
        print_line("This would change, for all repositories that you clone or make from now on:")?;
        print_line(&format!("  {}: the {name} hook", hook.display()))?;
        if !template.is_set {
            let folder = template.folder.display();
            print_line(&format!("  your git configuration: init.templateDir = {folder}"))?;
        }
        print_line(&format!("{OTHERS}\nNothing was changed. With --yes it is."))?;
        return Ok(ExitCode::from(2));
    }
    let binary = std::env::current_exe().context("cannot tell where the keysieve binary is")?;
    match template.install(stage, &binary)? {
        Installed::Created(path) => print_line(&format!("Installed the hook {}.", path.display()))?,
        Installed::Replaced(path) => print_line(&format!("Renewed the hook {}.", path.display()))?,
        Installed::Unchanged(path) => {
            print_line(&format!("The hook {} is in place already.", path.display()))?;
        }
        Installed::Chained(path) => print_line(&format!(
            "Another hook stands at {}: it runs keysieve first now, then goes on as before.",
            path.display()
        ))?,
        Installed::Managed(manager) => {
            print_line(&format!("{} manages that template; nothing was changed.", manager.name()))?;
            return Ok(ExitCode::from(2));
        }
        Installed::Foreign(foreign) => return told_foreign(&foreign),
    }
    if !template.is_set {
        let folder = template.folder.display();
        print_line(&format!("Set init.templateDir = {folder} in your git configuration."))?;
    }
    print_line("Each repository that you clone or make from now on has it.")?;
    print_line(OTHERS)?;
    Ok(ExitCode::SUCCESS)
}

/// Takes out what [`install`] put in. Nothing is lost by it, so nothing is asked.
pub fn uninstall(stage: Stage) -> anyhow::Result<ExitCode> {
    let (uninstalled, unset) = Template::of_user()?.uninstall(stage)?;
    let code = match uninstalled {
        Uninstalled::Removed(path) => {
            print_line(&format!("Removed the hook {}.", path.display()))?;
            0
        }
        Uninstalled::Unchained(path) => {
            print_line(&format!("The hook {} is as it was before.", path.display()))?;
            0
        }
        Uninstalled::NotThere(path) => {
            print_line(&format!("There is no hook at {}.", path.display()))?;
            0
        }
        Uninstalled::Foreign(path) => {
            print_line(&format!(
                "The hook at {} is not keysieve's, or was edited since; nothing was changed.",
                path.display()
            ))?;
            2
        }
    };
    if unset {
        print_line("Took init.templateDir out of your git configuration.")?;
    }
    if code == 0 {
        print_line("Repositories that have the hook keep it: `keysieve hook uninstall` in each.")?;
    }
    Ok(ExitCode::from(code))
}
