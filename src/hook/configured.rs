//! Config hooks, which git 2.54 and newer run before the hook of the hooks folder: commands that
//! the settings `hook.<name>.event` and `hook.<name>.command` name, in any scope.
//!
//! `git hook list` shows which ones git runs. The settings show what they run, and what is
//! configured but does not run: see "CONFIGURATION" in git-hook(1).

pub mod command;
mod settings;

use bstr::{BString, ByteSlice};

use super::Stage;
use super::binary::Binary;
use crate::git::{Git, GitError};
pub(super) use settings::{HookSetting, settings};

/// The first version of git that runs config hooks.
pub const FIRST_VERSION: (u32, u32) = (2, 54);

/// The hooks that git's configuration names for a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigHooks {
    pub git: GitVersion,
    /// In the order in which git runs them, and then those that it does not run.
    pub hooks: Vec<ConfigHook>,
    /// Why git refuses the settings: then every command that runs this hook fails.
    pub refusal: Option<String>,
}

/// One config hook of a stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ConfigHook {
    pub name: BString,
    /// The scope of the setting that adds it, or that decides why it does not run.
    pub scope: String,
    pub state: ConfigHookState,
    /// What git runs through the shell.
    pub command: Option<BString>,
    /// Whether the command is keysieve, for this stage.
    pub is_keysieve: bool,
}

/// Whether git runs a config hook.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ConfigHookState {
    Runs,
    /// `hook.<name>.enabled` is false.
    Disabled,
    /// `hook.<event>.enabled` is false.
    EventDisabled,
    /// A later, empty `hook.<name>.event` clears its events.
    Reset,
    /// This git is too old.
    Ignored,
}

/// A version of git.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitVersion {
    /// As git prints it.
    pub text: String,
    number: (u32, u32),
}

impl ConfigHooks {
    /// The config hooks of the repository, or outside of one those of the user.
    pub fn of(git: &Git, stage: Stage) -> Result<ConfigHooks, GitError> {
        ConfigHooks::from_settings(git, stage, &settings(git)?)
    }

    pub(super) fn from_settings(
        git: &Git,
        stage: Stage,
        settings: &[HookSetting],
    ) -> Result<ConfigHooks, GitError> {
        let version = GitVersion::of(git)?;
        let mut found = ConfigHooks { git: version, hooks: Vec::new(), refusal: None };
        let events = Events::of(stage, settings);
        if found.git.runs_config_hooks() {
            match list(git, stage)? {
                Ok(listed) => found.hooks = listed,
                Err(refusal) => found.refusal = Some(refusal),
            }
            found.hooks.extend(events.cleared);
        } else {
            found.hooks.extend(events.added);
        }
        for hook in &mut found.hooks {
            hook.command = settings::last(settings, &hook.name, "command");
            hook.is_keysieve =
                hook.command.as_ref().is_some_and(|run| command::keysieve(run, stage).is_some());
        }
        Ok(found)
    }

    /// The hooks that git runs, in this order.
    pub fn running(&self) -> impl Iterator<Item = &ConfigHook> {
        self.hooks.iter().filter(|hook| hook.state == ConfigHookState::Runs)
    }

    /// The hook that runs keysieve.
    pub fn keysieve(&self) -> Option<&ConfigHook> {
        self.running().find(|hook| hook.is_keysieve)
    }
}

impl ConfigHook {
    fn new(name: &[u8], scope: &[u8], state: ConfigHookState) -> ConfigHook {
        let scope = scope.to_str_lossy().into_owned();
        ConfigHook { name: name.into(), scope, state, command: None, is_keysieve: false }
    }

    /// The keysieve binary that it runs; `None` if there is none at its path.
    pub(super) fn binary(&self, stage: Stage) -> Option<Binary> {
        Binary::named(command::keysieve(self.command.as_ref()?, stage)?)
    }
}

impl GitVersion {
    pub fn of(git: &Git) -> Result<GitVersion, GitError> {
        let text = git.query(&["version"])?.unwrap_or_default();
        Ok(GitVersion::parsed(text.trim_start_matches("git version ")))
    }

    fn parsed(text: &str) -> GitVersion {
        let mut numbers = text.split('.').map(|number| number.parse().unwrap_or(0));
        let mut next = || numbers.next().unwrap_or(0);
        GitVersion { number: (next(), next()), text: text.to_owned() }
    }

    pub fn runs_config_hooks(&self) -> bool {
        self.number >= FIRST_VERSION
    }
}

/// What `git hook list` prints for a stage, without the hook of the hooks folder; or git's message
/// if the settings are invalid. Its exit code is 1 if there is no hook.
fn list(git: &Git, stage: Stage) -> Result<Result<Vec<ConfigHook>, String>, GitError> {
    match git.read(&["hook", "list", "-z", "--show-scope", stage.name()]) {
        Ok(output) => Ok(Ok(output.split(|&byte| byte == 0).filter_map(listed).collect())),
        Err(GitError::Failed { message, .. }) => {
            let refuses = ["fatal:", "usage:"].iter().any(|word| message.contains(word));
            Ok(if refuses { Err(message) } else { Ok(Vec::new()) })
        }
        Err(error) => Err(error),
    }
}

/// One entry of the list: `scope TAB name`, with the reason between them if the hook is disabled.
/// The hook of the hooks folder has no scope.
fn listed(entry: &[u8]) -> Option<ConfigHook> {
    let (scope, rest) = entry.split_once_str("\t")?;
    let states = [
        (&b"disabled\t"[..], ConfigHookState::Disabled),
        (b"event-disabled\t", ConfigHookState::EventDisabled),
    ];
    let disabled =
        states.iter().find_map(|(word, state)| Some((rest.strip_prefix(*word)?, *state)));
    let (name, state) = disabled.unwrap_or((rest, ConfigHookState::Runs));
    Some(ConfigHook::new(name, scope, state))
}

/// What the settings of all scopes say about an event, in the order in which git reads them.
#[derive(Default)]
struct Events {
    added: Vec<ConfigHook>,
    cleared: Vec<ConfigHook>,
}

impl Events {
    fn of(stage: Stage, settings: &[HookSetting]) -> Events {
        let mut events = Events::default();
        for setting in settings {
            let (Some(name), Some(value)) = (setting.name("event"), &setting.value) else {
                continue;
            };
            let hook = |state| ConfigHook::new(name, &setting.scope, state);
            if value.is_empty() {
                let before = events.added.len();
                events.added.retain(|hook| hook.name != name);
                if events.added.len() < before {
                    events.cleared.push(hook(ConfigHookState::Reset));
                }
            } else if *value == stage.name() {
                events.added.retain(|hook| hook.name != name);
                events.cleared.retain(|hook| hook.name != name);
                events.added.push(hook(ConfigHookState::Ignored));
            }
        }
        events
    }
}

#[cfg(test)]
mod tests {
    use super::settings::parsed;
    use super::*;

    #[test]
    fn a_version_of_every_build() {
        for (text, runs) in [
            ("2.39.5 (Apple Git-154)", false),
            ("2.53.9", false),
            ("2.54.0.windows.1", true),
            ("2.55.0.618.g1a3e64c6c4", true),
            ("2.56.GIT", true),
            ("3.0.0-rc1", true),
            ("", false),
        ] {
            assert_eq!(GitVersion::parsed(text).runs_config_hooks(), runs, "{text}");
        }
    }

    #[test]
    fn an_empty_event_clears_the_events_before_it() {
        let output = b"global\0hook.a.b.event\npre-commit\0global\0hook.x.event\npre-commit\0\
            global\0hook.jobs\n2\0local\0hook.a.b.event\n\0local\0hook.y.event\0\
            local\0hook.z.event\npre-push\0";
        let events = Events::of(Stage::PreCommit, &parsed(output));
        let names = |hooks: &[ConfigHook]| -> Vec<_> {
            hooks.iter().map(|hook| format!("{} {}", hook.scope, hook.name)).collect()
        };
        assert_eq!(names(&events.added), ["global x"]);
        assert_eq!(names(&events.cleared), ["local a.b"]);
    }

    #[test]
    fn the_hook_of_the_folder_is_not_a_config_hook() {
        assert_eq!(listed(b"hook from hookdir"), None);
        let hook = listed(b"local\tevent-disabled\tlint all").expect("a config hook");
        assert_eq!(
            (&hook.name[..], hook.state),
            (&b"lint all"[..], ConfigHookState::EventDisabled)
        );
        assert_eq!(listed(b"global\tx").expect("a hook").state, ConfigHookState::Runs);
    }
}
