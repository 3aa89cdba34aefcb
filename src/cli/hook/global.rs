//! `keysieve hook install --global` and `hook uninstall --global`.

use std::process::ExitCode;

use anyhow::Context;
use keysieve::hook::global::Template;
use keysieve::hook::{Installed, Stage, Uninstalled};
use keysieve::report::output::sink::say;

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
        say("This would change, for all repositories that you clone or make from now on:")?;
        say(&format!("  {}: the {name} hook", hook.display()))?;
        if !template.is_set {
            let folder = template.folder.display();
            say(&format!("  your git configuration: init.templateDir = {folder}"))?;
        }
        say(&format!("{OTHERS}\nNothing was changed. With --yes it is."))?;
        return Ok(ExitCode::from(2));
    }
    let binary = std::env::current_exe().context("cannot tell where the keysieve binary is")?;
    match template.install(stage, &binary)? {
        Installed::Created(path) => say(&format!("Installed the hook {}.", path.display()))?,
        Installed::Replaced(path) => say(&format!("Renewed the hook {}.", path.display()))?,
        Installed::Unchanged(path) => {
            say(&format!("The hook {} is in place already.", path.display()))?;
        }
        Installed::Chained(path) => say(&format!(
            "Another hook stands at {}: it runs keysieve first now, then goes on as before.",
            path.display()
        ))?,
        Installed::Managed(manager) => {
            say(&format!("{} manages that template; nothing was changed.", manager.name()))?;
            return Ok(ExitCode::from(2));
        }
        Installed::Foreign(foreign) => return told_foreign(&foreign),
    }
    if !template.is_set {
        let folder = template.folder.display();
        say(&format!("Set init.templateDir = {folder} in your git configuration."))?;
    }
    say("Each repository that you clone or make from now on has it.")?;
    say(OTHERS)?;
    Ok(ExitCode::SUCCESS)
}

/// Takes out what [`install`] put in. Nothing is lost by it, so nothing is asked.
pub fn uninstall(stage: Stage) -> anyhow::Result<ExitCode> {
    let (uninstalled, unset) = Template::of_user()?.uninstall(stage)?;
    let code = match uninstalled {
        Uninstalled::Removed(path) => {
            say(&format!("Removed the hook {}.", path.display()))?;
            0
        }
        Uninstalled::Unchained(path) => {
            say(&format!("The hook {} is as it was before.", path.display()))?;
            0
        }
        Uninstalled::NotThere(path) => {
            say(&format!("There is no hook at {}.", path.display()))?;
            0
        }
        Uninstalled::Foreign(path) => {
            say(&format!(
                "The hook at {} is not keysieve's, or was edited since; nothing was changed.",
                path.display()
            ))?;
            2
        }
    };
    if unset {
        say("Took init.templateDir out of your git configuration.")?;
    }
    if code == 0 {
        say("Repositories that have the hook keep it: `keysieve hook uninstall` in each.")?;
    }
    Ok(ExitCode::from(code))
}
