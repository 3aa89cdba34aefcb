//! `keysieve hook run --stage pre-push`: what git or a hook manager says is pushed, and where to.

use std::io::{IsTerminal, Read};

use anyhow::{Context, anyhow, bail};
use keysieve::engine::Engine;
use keysieve::foreign::foreign_path;
use keysieve::git::GitEnvironment;
use keysieve::guard::{guard_push, guard_unpushed};
use keysieve::hook::{HookTarget, Manager, framework_remote, hooks_folder};
use keysieve::policy::Policy;
use keysieve::report::Report;
use keysieve::source::Silent;
use keysieve::source::range::{EmptyPush, PushTarget, RefUpdate};

/// A framework reads git's lines itself and passes on one of them.
const ONE_REF: &str = "pre-commit and prek pass on one ref of a push: other branches and tags that \
                       are pushed with it were not scanned (docs/hooks.md)";

/// Scans what a push sends.
pub fn before_push(
    environment: &GitEnvironment,
    arguments: &[String],
    engine: &Engine,
    policy: &Policy,
) -> anyhow::Result<Report> {
    if let Some(report) = by_framework(environment, engine, policy)? {
        return Ok(report);
    }
    let target = PushTarget::from_arguments(arguments);
    let updates = updates(environment, &target)?;
    Ok(guard_push(environment, &updates, &target, engine, policy, &Silent)?)
}

/// The framework names a range if it finds one, otherwise a commit or the branch.
fn by_framework(
    environment: &GitEnvironment,
    engine: &Engine,
    policy: &Policy,
) -> anyhow::Result<Option<Report>> {
    let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
    let (from, to) = match HookTarget::of_process()? {
        HookTarget::Range { from, to } => (Some(from), to),
        HookTarget::Sent { to } => (None, to),
        _ if variable("PRE_COMMIT").is_some() => {
            (None, variable("PRE_COMMIT_LOCAL_BRANCH").unwrap_or_else(|| "HEAD".to_owned()))
        }
        _ => return Ok(None),
    };
    let target = framework_remote();
    let range = (from.as_deref(), &*to);
    let mut report = guard_unpushed(environment, range, &target, engine, policy, &Silent)?;
    report.add_notes(&[ONE_REF.to_owned()], engine);
    Ok(Some(report))
}

/// The refs that are updated, from git's lines on standard input.
fn updates(environment: &GitEnvironment, target: &PushTarget) -> anyhow::Result<Vec<RefUpdate>> {
    let mut lines = Vec::new();
    let input = std::io::stdin();
    let is_terminal = input.is_terminal();
    if !is_terminal {
        input.lock().read_to_end(&mut lines).context("cannot read standard input")?;
    }
    // Git always opens a pipe.
    if is_terminal || lines.is_empty() && is_device(&input) {
        bail!(
            "--stage pre-push needs the lines that git passes to the hook on standard input, and \
             there is no input; the hook manager must pass it on (for lefthook, `use_stdin: true`)"
        );
    }
    if lines.is_empty() {
        assert_nothing_is_pushed(environment, target)?;
    }
    RefUpdate::parse(&lines)
        .map_err(|line| anyhow!("`{line}` is not a line that git passes to a pre-push hook"))
}

/// Git passes no lines if everything is up to date; a hook manager that keeps the lines for itself
/// passes none either.
fn assert_nothing_is_pushed(
    environment: &GitEnvironment,
    target: &PushTarget,
) -> anyhow::Result<()> {
    let folder = hooks_folder(environment).ok();
    let is_managed =
        folder.is_some_and(|folder| Manager::of(&folder.path) == Some(Manager::Lefthook));
    let Some(unsent) = EmptyPush::find(environment, target, is_managed)? else { return Ok(()) };
    let (name, remote) = (foreign_path(unsent.name), foreign_path(unsent.remote));
    let unknown = match target.is_unknown() {
        true => {
            ". The remote is unknown: `keysieve hook install --stage pre-push` updates the script"
        }
        false => "",
    };
    bail!(
        "git's lines are missing on standard input, and {name} has commits that {remote} does not \
         have, so what is pushed was not scanned. A hook manager must pass the lines on (for \
         lefthook, `use_stdin: true`). If no manager runs this hook, git has found nothing that it \
         may push: run `git fetch` and rebase or merge first{unknown}"
    )
}

/// Whether it is `/dev/null` or another device, or closed: another program has kept git's lines.
#[cfg(unix)]
fn is_device(input: &std::io::Stdin) -> bool {
    use std::os::fd::AsFd;
    use std::os::unix::fs::FileTypeExt;
    let file = input.as_fd().try_clone_to_owned().map(std::fs::File::from);
    let kind = file.and_then(|file| file.metadata()).map(|metadata| metadata.file_type());
    kind.is_ok_and(|kind| kind.is_char_device())
}

#[cfg(not(unix))]
fn is_device(_input: &std::io::Stdin) -> bool {
    false
}
