//! What a coding agent is told, in the form that it understands.
//!
//! Claude Code blocks on exit code 2 and hands standard error to the model ("Exit code 2
//! behavior per event", <https://code.claude.com/docs/en/hooks>). Cursor reads JSON from standard
//! output, `{"permission": "deny", …}`, where the exit code is 0, and blocks on exit code 2 too
//! (<https://cursor.com/docs/agent/hooks>). A pass says nothing of a permission: whatever else
//! the agent asks its user stays asked.

use serde_json::json;

use super::output::sink::fit;
use super::output::{Shown, steer};
use super::{Report, place_name, plain};
use crate::findings::Credential;
use crate::policy::inline::MARKER;
use crate::rules::Rule;
use crate::source::Failure;
use crate::source::agent::{Agent, CallError};

/// Credentials that are named.
const SHOWN: usize = 5;

/// What the process says, and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Answer {
    pub stdout: String,
    pub stderr: String,
    pub code: u8,
}

impl Answer {
    /// To a call that was looked at; `event` is its name. What could not be looked at stops it.
    pub fn to(agent: Agent, event: &str, report: &Report, rules: &[Rule]) -> Answer {
        let report = &Shown::of(report);
        let open: Vec<&Credential> =
            report.credentials.iter().filter(|found| found.fails()).collect();
        let unseen = &report.coverage.failures;
        if open.is_empty() && unseen.is_empty() {
            return Answer::pass(agent);
        }
        let mut parts = Vec::new();
        if !open.is_empty() {
            parts.push(told(&open, rules));
        }
        if !unseen.is_empty() {
            parts.push(not_looked_at(unseen));
        }
        Answer::deny(agent, event, &parts.join("\n"))
    }

    /// To what is not understood: it is stopped.
    pub fn refusal(error: &CallError) -> Answer {
        let told = format!(
            "keysieve: stopped, since it cannot be looked at: {error}. See that the hook is set \
             up as docs/agents.md of keysieve says."
        );
        Answer::deny(error.agent, "", &fit(&told))
    }

    fn pass(agent: Agent) -> Answer {
        let stdout = if agent == Agent::Cursor { "{}\n" } else { "" };
        Answer { stdout: stdout.to_owned(), ..Answer::default() }
    }

    fn deny(agent: Agent, event: &str, told: &str) -> Answer {
        let told = &steer::steady(told);
        let stderr = format!("{told}\n");
        let denial = match event {
            "beforeSubmitPrompt" => json!({ "continue": false, "user_message": told }),
            _ => json!({ "permission": "deny", "user_message": told, "agent_message": told }),
        };
        // A value of JSON is always written.
        let stdout = steer::json_line(&denial).unwrap_or_default() + "\n";
        match agent {
            Agent::ClaudeCode => Answer { stdout: String::new(), stderr, code: 2 },
            Agent::Cursor => Answer { stdout, stderr: String::new(), code: 0 },
            Agent::Unknown => Answer { stdout, stderr, code: 2 },
        }
    }
}

fn not_looked_at(failures: &[Failure]) -> String {
    let mut told = String::from("keysieve: stopped, since not all of it could be looked at:");
    for Failure { what, why } in failures.iter().take(SHOWN) {
        told.push_str(&format!("\n- {}: {}", plain(what), plain(why)));
    }
    if let Some(more) = failures.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        told.push_str(&format!("\n- and {more} more"));
    }
    told
}

fn told(open: &[&Credential], rules: &[Rule]) -> String {
    let mut told = String::from("keysieve: stopped, for it holds ");
    told.push_str(if open.len() == 1 { "a credential:\n" } else { "credentials:\n" });
    for credential in open.iter().take(SHOWN) {
        let rule = &rules[credential.rule];
        let place = credential.failing().next();
        let place = place.map_or_else(String::new, |place| {
            let start = place.region.start;
            let name = if place.path.is_some() { place_name(place) } else { "the text".to_owned() };
            format!(", in {name} at line {}, column {}", start.line, start.column)
        });
        let name = plain(&rule.name);
        told.push_str(&format!("- {name} {}{place}: {}\n", credential.redacted, rule.description));
    }
    if let Some(more) = open.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        told.push_str(&format!("- and {more} more\n"));
    }
    told.push_str(&format!(
        "Do not write it anywhere else either. Read the value from an environment variable or a \
         secret store; if it is missing there, ask the user to set it. Only where the user says \
         that a value in a file is made up: `{MARKER} {} REASON` in a comment on the line above.",
        open.first().map_or("RULE", |credential| &rules[credential.rule].id)
    ));
    told
}
