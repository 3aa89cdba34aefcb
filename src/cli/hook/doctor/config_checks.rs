//! The lines of the diagnosis about config hooks and the order of several hooks.

use keysieve::hook::Stage;
use keysieve::hook::configured::{ConfigHook, ConfigHookState, FIRST_VERSION};
use keysieve::hook::doctor::Health;

use super::super::{config_hook_name, shown};
use super::checks::{CheckState, DoctorChecks};

impl DoctorChecks<'_> {
    /// The hooks of git's configuration, and why one does not run.
    pub(super) fn add_config_hooks(&mut self) {
        let diagnosis = self.diagnosis;
        for hook in &diagnosis.configured.hooks {
            // Another hook may protect.
            let is_missed = hook.is_keysieve && diagnosis.health() != Health::Protected;
            let state = match hook.state {
                ConfigHookState::Runs if hook.is_keysieve => CheckState::Ok,
                ConfigHookState::Runs => CheckState::Note,
                _ if is_missed => CheckState::Fail,
                _ => CheckState::Note,
            };
            self.add(state, self.about(hook));
        }
        if let Some(refusal) = &diagnosis.configured.refusal {
            self.add(CheckState::Fail, format!("git cannot read its config hooks: {refusal}"));
        }
    }

    fn about(&self, hook: &ConfigHook) -> String {
        let name = config_hook_name(&hook.name);
        let scope = &hook.scope;
        let event = self.diagnosis.stage.name();
        let does = match hook.state {
            ConfigHookState::Runs if hook.is_keysieve => "runs keysieve".to_owned(),
            ConfigHookState::Runs => "runs".to_owned(),
            ConfigHookState::Disabled => format!(
                "does not run: it is disabled (`git config --show-origin --get-all \
                 hook.{}.enabled`)",
                hook.name
            ),
            ConfigHookState::EventDisabled => format!(
                "does not run: config hooks of this event are disabled (`git config \
                 --show-origin --get-all hook.{event}.enabled`)"
            ),
            ConfigHookState::Reset => {
                format!("does not run: an empty hook.{}.event clears its events", hook.name)
            }
            ConfigHookState::Ignored => {
                let (major, minor) = FIRST_VERSION;
                format!(
                    "does not run: this git is {}, and config hooks need {major}.{minor} or newer",
                    self.diagnosis.configured.git.text
                )
            }
        };
        format!("config hook {name} ({scope} config) {does}")
    }

    /// The order of several hooks, and what it means.
    pub(super) fn add_order(&mut self) {
        let diagnosis = self.diagnosis;
        let hooks: Vec<_> = diagnosis.configured.running().collect();
        let mut order: Vec<_> = hooks.iter().map(|hook| config_hook_name(&hook.name)).collect();
        if diagnosis.runs_folder_hook() {
            order.push(shown(&diagnosis.hook));
        }
        if order.len() < 2 {
            return;
        }
        self.add(CheckState::Ok, format!("git runs them in this order: {}", order.join(", ")));
        let Some(ours) = hooks.iter().rposition(|hook| hook.is_keysieve) else { return };
        if diagnosis.has_ours() {
            let advice = "`keysieve hook uninstall` removes the hook of the hooks folder";
            self.add(CheckState::Note, format!("keysieve runs twice; {advice}"));
        } else if Stage::STAGED.contains(&diagnosis.stage) && ours + 1 < order.len() {
            let after = order[ours + 1..].join(", ");
            self.add(
                CheckState::Note,
                format!("after keysieve: {after}; what that stages is not scanned"),
            );
        }
    }
}
