//! The diagnosis as JSON, for programs.

use std::path::Path;

use keysieve::foreign::foreign_path;
use keysieve::hook::Stage;
use keysieve::hook::binary::Binary;
use keysieve::hook::configured::{ConfigHook, ConfigHookState};
use keysieve::hook::doctor::proof::Proof;
use keysieve::hook::doctor::{Diagnosis, Health, HookState, Reason};
use keysieve::report::output::{escape, sink};
use serde_json::{Value, json};

use super::checks::DoctorCheck;

pub fn write(diagnosis: &Diagnosis, checks: &[DoctorCheck]) -> std::io::Result<()> {
    let (scope, origin) = match &diagnosis.reason {
        Reason::Own => (None, None),
        Reason::Setting { scope, origin } => (Some(scope), Some(origin)),
    };
    let protected = match diagnosis.health() {
        Health::Protected => Some(true),
        Health::NotProtected => Some(false),
        Health::Unknown => None,
    };
    let (kind, manager) = match diagnosis.state {
        HookState::Nothing => ("nothing", None),
        HookState::NotExecutable => ("no-run-bit", None),
        HookState::Ours => ("ours", None),
        HookState::Chained => ("chained", None),
        HookState::Managed(manager) => ("managed", Some(manager.name())),
        HookState::Foreign => ("foreign", None),
    };
    let proof = match &diagnosis.proof {
        Proof::NotTried => "not-tried",
        Proof::Blocked(_) => "blocked",
        Proof::Passed => "passed",
        Proof::Unclear(_) => "unclear",
    };
    let dead: Vec<_> = diagnosis.dead.iter().map(|path| text(path)).collect();
    let configured: Vec<_> = diagnosis.configured.hooks.iter().map(config_hook).collect();
    let diagnosis = json!({
        "protected": protected,
        "stage": diagnosis.stage.name(),
        "git": diagnosis.configured.git.text,
        "config_hooks": configured,
        "config_binary": binary(diagnosis.configured_binary.as_ref()),
        "hook": text(&diagnosis.hook),
        "hooks_path": { "scope": scope, "origin": origin.map(|origin| sink::safe_message(origin)) },
        "linked_worktree": diagnosis.linked,
        "jj": diagnosis.has_jj,
        "kind": kind,
        "manager": manager,
        "never_run": dead,
        "template": diagnosis.template.as_ref().map(|path| text(path)),
        "binary": binary(diagnosis.binary.as_ref()),
        "proof": proof,
        "checks": listed(checks),
    });
    sink::print(|out| escape::json(&diagnosis, out))
}

/// The diagnosis of a jj repository that git knows nothing of.
pub fn write_jj(stage: Stage, checks: &[DoctorCheck]) -> std::io::Result<()> {
    let diagnosis = json!({
        "protected": false,
        "stage": stage.name(),
        "jj": true,
        "checks": listed(checks),
    });
    sink::print(|out| escape::json(&diagnosis, out))
}

fn listed(checks: &[DoctorCheck]) -> Vec<Value> {
    let check =
        |check: &DoctorCheck| json!({ "state": check.state.word(), "message": check.message });
    checks.iter().map(check).collect()
}

fn config_hook(hook: &ConfigHook) -> Value {
    let state = match hook.state {
        ConfigHookState::Runs => "runs",
        ConfigHookState::Disabled => "disabled",
        ConfigHookState::EventDisabled => "event-disabled",
        ConfigHookState::Reset => "reset",
        ConfigHookState::Ignored => "ignored",
    };
    json!({
        "name": sink::safe_message(&hook.name.to_string()),
        "scope": hook.scope,
        "state": state,
        "keysieve": hook.is_keysieve,
    })
}

fn binary(binary: Option<&Binary>) -> Value {
    binary.map_or(Value::Null, |binary| {
        json!({ "path": text(&binary.path), "on_path": binary.on_path, "version": binary.version })
    })
}

/// A path, without secrets in it.
fn text(path: &Path) -> String {
    sink::safe_message(&foreign_path(path.to_string_lossy()).to_string())
}
