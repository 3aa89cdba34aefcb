//! The response to a coding agent's hook call, in the format that the agent expects.
//!
//! Claude Code blocks on exit code 2 and hands standard error to the model ("Exit code 2
//! behavior per event", <https://code.claude.com/docs/en/hooks>). Cursor reads JSON from standard
//! output, `{"permission": "deny", …}`, where the exit code is 0, and blocks on exit code 2 too
//! (<https://cursor.com/docs/agent/hooks>). A response that does not block grants no
//! permission: the agent still asks its user as usual.

use serde_json::json;

use super::output::sink::safe_message;
use super::output::{Shown, escape};
use super::{Report, escaped, location_name};
use crate::findings::Credential;
use crate::policy::inline::MARKER;
use crate::rules::Rule;
use crate::source::Failure;
use crate::source::agent::{Agent, ToolCallError};

/// Credentials and failures that are listed.
const SHOWN: usize = 5;

/// The output of the process and its exit code.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AgentResponse {
    pub stdout: String,
    pub stderr: String,
    pub code: u8,
}

impl AgentResponse {
    /// To a call that was scanned; `event` is the hook event. It is blocked if it contains a
    /// credential or could not be scanned.
    pub fn to(agent: Agent, event: &str, report: &Report) -> AgentResponse {
        let report = &Shown::of(report);
        let open: Vec<&Credential> =
            report.credentials.iter().filter(|found| found.fails()).collect();
        let failures = &report.coverage.failures;
        if open.is_empty() && failures.is_empty() {
            return AgentResponse::pass(agent);
        }
        let mut parts = Vec::new();
        if !open.is_empty() {
            parts.push(credentials_text(&open, &report.rules));
        }
        if !failures.is_empty() {
            parts.push(failures_text(failures));
        }
        AgentResponse::deny(agent, event, &parts.join("\n"))
    }

    /// To a call that cannot be parsed: it is blocked.
    pub fn refusal(error: &ToolCallError) -> AgentResponse {
        let text = format!(
            "keysieve: blocked: this call cannot be scanned: {error}. Check that the hook is set \
             up as described in keysieve's docs/agents.md."
        );
        AgentResponse::deny(error.agent, "", &safe_message(&text))
    }

    fn pass(agent: Agent) -> AgentResponse {
        let stdout = if agent == Agent::Cursor { "{}\n" } else { "" };
        AgentResponse { stdout: stdout.to_owned(), ..AgentResponse::default() }
    }

    fn deny(agent: Agent, event: &str, text: &str) -> AgentResponse {
        let text = &escape::escaped_lines(text);
        let stderr = format!("{text}\n");
        let denial = match event {
            "beforeSubmitPrompt" => json!({ "continue": false, "user_message": text }),
            _ => json!({ "permission": "deny", "user_message": text, "agent_message": text }),
        };
        // Writing a JSON value to memory does not fail.
        let stdout = escape::json_line(&denial).unwrap_or_default() + "\n";
        match agent {
            Agent::ClaudeCode => AgentResponse { stdout: String::new(), stderr, code: 2 },
            Agent::Cursor => AgentResponse { stdout, stderr: String::new(), code: 0 },
            Agent::Unknown => AgentResponse { stdout, stderr, code: 2 },
        }
    }
}

fn failures_text(failures: &[Failure]) -> String {
    let mut text = String::from("keysieve: blocked: part of it could not be scanned:");
    for Failure { name: what, reason: why } in failures.iter().take(SHOWN) {
        text.push_str(&format!("\n- {}: {}", escaped(what), escaped(why)));
    }
    if let Some(more) = failures.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("\n- and {more} more"));
    }
    text
}

fn credentials_text(open: &[&Credential], rules: &[Rule]) -> String {
    let mut text = String::from("keysieve: blocked: found ");
    text.push_str(if open.len() == 1 { "a credential:\n" } else { "credentials:\n" });
    for credential in open.iter().take(SHOWN) {
        let rule = &rules[credential.rule];
        let location = credential.failing().next().map_or_else(String::new, |occurrence| {
            let start = occurrence.region.start;
            let name = match occurrence.path {
                Some(_) => location_name(occurrence),
                None => "the text".to_owned(),
            };
            match occurrence.part.has_lines() {
                true => format!(", in {name} at line {}, column {}", start.line, start.column),
                false => format!(", in the {name}"),
            }
        });
        let name = escaped(&rule.name);
        text.push_str(&format!(
            "- {name} {}{location}: {}\n",
            credential.redacted, rule.description
        ));
    }
    if let Some(more) = open.len().checked_sub(SHOWN).filter(|more| *more > 0) {
        text.push_str(&format!("- and {more} more\n"));
    }
    text.push_str(&format!(
        "Do not write it anywhere else either. Read the value from an environment variable or a \
         secret store; if it is not set there, ask the user to set it. Only if the user says that \
         a value in a file is not a real secret, add `{MARKER} {} REASON` as a comment on the line \
         above.",
        open.first().map_or("RULE", |credential| &rules[credential.rule].id)
    ));
    text
}
