//! keysieve's config hooks in the user's configuration.

use std::path::Path;

use bstr::ByteSlice;

use super::{GlobalError, config, outside};
use crate::hook::Stage;
use crate::hook::configured::{ConfigHooks, command};

/// A config hook of keysieve's: one for the three stages that scan what is staged, and one for
/// each other stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GlobalHook {
    name: &'static str,
    stage: Stage,
    /// The command that the user's configuration has.
    command: Option<String>,
    /// The events that it has.
    events: Vec<String>,
}

/// Result of changing the settings.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// These settings were added or removed.
    Settings(Vec<String>),
    Nothing,
    /// The name has another command, which is not changed.
    Foreign(String),
}

impl GlobalHook {
    pub fn of_user(stage: Stage) -> Result<GlobalHook, GlobalError> {
        let name = match stage {
            Stage::CommitMsg => "keysieve-commit-msg",
            Stage::PrePush => "keysieve-pre-push",
            _ => "keysieve",
        };
        let mut hook = GlobalHook { name, stage, command: None, events: Vec::new() };
        hook.command = config(&["--get", &hook.key("command")])?;
        let events = config(&["--get-all", &hook.key("event")])?.unwrap_or_default();
        hook.events = events.lines().map(str::to_owned).collect();
        Ok(hook)
    }

    /// The settings that installing for the binary would add or change: names and values.
    pub fn missing(&self, binary: &Path) -> Vec<(String, String)> {
        let command = text(self.stage, binary);
        let command =
            (self.command.as_ref() != Some(&command)).then(|| (self.key("command"), command));
        let events = self.wanted_events().filter(|event| !self.has(event));
        command
            .into_iter()
            .chain(events.map(|event| (self.key("event"), event.to_owned())))
            .collect()
    }

    /// Adds the settings for the binary.
    pub fn install(&self, binary: &Path) -> Result<Changed, GlobalError> {
        if let Some(foreign) = self.foreign() {
            return Ok(Changed::Foreign(foreign));
        }
        let missing = self.missing(binary);
        for (key, value) in &missing {
            let add: &[&str] =
                if key.ends_with(".event") { &["--add"] } else { &["--replace-all"] };
            config(&[add, &[key, value]].concat())?;
        }
        Ok(Changed::of(missing))
    }

    /// Removes what [`GlobalHook::install`] added. The command stays while another event uses it.
    pub fn uninstall(&self) -> Result<Changed, GlobalError> {
        if let Some(foreign) = self.foreign() {
            return Ok(Changed::Foreign(foreign));
        }
        let mut removed = Vec::new();
        let key = self.key("event");
        for event in self.wanted_events().filter(|event| self.has(event)) {
            config(&["--unset-all", &key, &format!("^{event}$")])?;
            removed.push((key.clone(), event.to_owned()));
        }
        let is_used = self.events.iter().any(|event| !self.wanted_events().any(|one| one == event));
        if let (Some(command), false) = (&self.command, is_used) {
            config(&["--unset-all", &self.key("command")])?;
            removed.push((self.key("command"), command.clone()));
        }
        Ok(Changed::of(removed))
    }

    /// Why git does not run it at one of its events although it is installed, if so: the event.
    pub fn not_running(&self) -> Result<Option<Stage>, GlobalError> {
        let git = outside();
        for stage in self.stages() {
            let hooks = ConfigHooks::of(&git, *stage)?;
            if !hooks.running().any(|hook| hook.name == self.name) {
                return Ok(Some(*stage));
            }
        }
        Ok(None)
    }

    /// The command of the name, if it does not run keysieve.
    fn foreign(&self) -> Option<String> {
        let command = self.command.clone()?;
        command::keysieve(command.as_bytes(), self.stage).is_none().then_some(command)
    }

    /// The stage alone, or for `pre-commit` all that the same command serves.
    fn stages(&self) -> &[Stage] {
        match self.stage {
            Stage::PreCommit => &Stage::STAGED,
            _ => std::slice::from_ref(&self.stage),
        }
    }

    fn wanted_events(&self) -> impl Iterator<Item = &'static str> {
        self.stages().iter().map(|stage| stage.name())
    }

    fn has(&self, event: &str) -> bool {
        self.events.iter().any(|one| one == event)
    }

    fn key(&self, key: &str) -> String {
        format!("hook.{}.{key}", self.name)
    }
}

impl Changed {
    fn of(settings: Vec<(String, String)>) -> Changed {
        if settings.is_empty() {
            return Changed::Nothing;
        }
        let settings = settings.iter().map(|(key, value)| format!("{key} = {value}"));
        Changed::Settings(settings.collect())
    }
}

/// The command. The stages of what is staged share that of `pre-commit`.
fn text(stage: Stage, binary: &Path) -> String {
    let stage = if Stage::STAGED.contains(&stage) { Stage::PreCommit } else { stage };
    command::text(stage, binary).to_str_lossy().into_owned()
}
