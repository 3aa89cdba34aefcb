//! What a coding agent is about to do: the file that it will write or the command that it will run,
//! from the JSON that it passes to its hooks on standard input.
//!
//! Claude Code sends `{"hook_event_name": "PreToolUse", "tool_name": "Write", "tool_input": {…}}`
//! (<https://code.claude.com/docs/en/hooks>, "PreToolUse input"); Cursor sends `{"hook_event_name":
//! "beforeShellExecution", "command": "…"}` and, for files, `preToolUse` as Claude Code does or
//! `afterFileEdit` (<https://cursor.com/docs/agent/hooks>). Other tools have other inputs: every
//! string in them is scanned. Input without an event name is refused.

use std::fs;
use std::path::{Path, PathBuf};

use bstr::ByteSlice;
use serde_json::{Map, Value};

use super::{Coverage, Progress, Source, Visitor, open};
use crate::blob::{Blob, Provenance};

/// Keys for the text that an edit removes.
const OLD_TEXT_KEYS: [&str; 2] = ["old_string", "old_str"];

/// Keys for the text that an edit inserts.
const NEW_TEXT_KEYS: [&str; 2] = ["new_string", "new_str"];

/// Keys for a file's whole text.
const CONTENT_KEYS: [&str; 2] = ["content", "contents"];

/// Keys for a file's path.
const PATH_KEYS: [&str; 5] = ["file_path", "path", "target_file", "notebook_path", "filePath"];

/// Keys of metadata, which is neither written nor run.
const METADATA_KEYS: [&str; 14] = [
    "hook_event_name",
    "session_id",
    "conversation_id",
    "generation_id",
    "transcript_path",
    "cwd",
    "workspace_roots",
    "permission_mode",
    "tool_name",
    "tool_use_id",
    "model",
    "cursor_version",
    "user_email",
    "agent_id",
];

/// The agent that called the hook, which decides the form of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Agent {
    ClaudeCode,
    Cursor,
    /// Unknown: the response must be understood by both.
    Unknown,
}

/// A tool call that an agent is about to make or has made.
#[derive(Debug)]
pub struct ToolCall {
    pub agent: Agent,
    /// The event's name, as the agent writes it.
    pub event: String,
    texts: Vec<WrittenText>,
}

/// A text that the call writes or runs.
#[derive(Debug)]
struct WrittenText {
    path: Option<String>,
    bytes: Vec<u8>,
    /// The previous content.
    before: Vec<Vec<u8>>,
}

/// Why the input cannot be parsed.
#[derive(Debug, thiserror::Error)]
#[error("{why}; expected the JSON that Claude Code or Cursor pass to their hooks")]
pub struct ToolCallError {
    pub agent: Agent,
    pub why: String,
}

impl ToolCall {
    /// Reads the agent's input. Relative paths start at the folder that the call names, otherwise
    /// at `here`. A file below `top`, the repository's top, is shown relative to it: agents send
    /// absolute paths, and the configuration uses paths of the repository.
    pub fn read(
        input: &[u8],
        working_folder: &Path,
        top: Option<&Path>,
    ) -> Result<ToolCall, ToolCallError> {
        let refused = |agent: Agent, why: String| ToolCallError { agent, why };
        let value: Value = serde_json::from_slice(input)
            // The parser's message has a position and never quotes the text.
            .map_err(|error| {
                refused(Agent::Unknown, format!("standard input is not JSON: {error}"))
            })?;
        let Value::Object(call) = value else {
            return Err(refused(Agent::Unknown, "standard input is not a JSON object".to_owned()));
        };
        let Some(event) = call.get("hook_event_name").and_then(Value::as_str) else {
            return Err(refused(Agent::Unknown, "hook_event_name is missing".to_owned()));
        };
        let event = event.to_owned();
        let agent = match event.chars().next() {
            Some(first) if first.is_ascii_lowercase() => Agent::Cursor,
            Some(first) if first.is_ascii_uppercase() => Agent::ClaudeCode,
            _ => {
                return Err(refused(
                    Agent::Unknown,
                    "hook_event_name is not a valid name".to_owned(),
                ));
            }
        };
        let needs = match &*event {
            "PreToolUse" | "preToolUse" => Some("tool_input"),
            "beforeShellExecution" => Some("command"),
            "afterFileEdit" => Some("edits"),
            _ => None,
        };
        if let Some(needs) = needs.filter(|needs| call.get(*needs).is_none_or(Value::is_null)) {
            return Err(refused(agent, format!("{event} has no {needs}")));
        }
        let named = call.get("cwd").and_then(Value::as_str).filter(|cwd| !cwd.is_empty());
        let working_folder = named.map_or(working_folder, Path::new).to_owned();
        let folder = fs::canonicalize(&working_folder).unwrap_or_else(|_| working_folder.clone());
        // After the call the file already contains the new text.
        let is_done = event.starts_with("after") || event.starts_with("Post");
        let mut collector =
            TextCollector { working_folder, folder, top, is_done, texts: Vec::new() };
        match call.get("tool_input") {
            Some(Value::Object(input)) => collector.collect_input(input),
            // Cursor sends some inputs as JSON in a string.
            Some(Value::String(text)) => match serde_json::from_str(text) {
                Ok(Value::Object(input)) => collector.collect_input(&input),
                _ => collector.push(None, text.clone(), Vec::new()),
            },
            Some(other) => collector.collect_all(other),
            None => collector.collect_input(&call),
        }
        Ok(ToolCall { agent, event, texts: collector.texts })
    }

    /// The content that the call replaces or that its files already have: secrets in it are not the
    /// agent's doing.
    pub fn previous(&self) -> impl Iterator<Item = &[u8]> {
        self.texts.iter().flat_map(|text| &text.before).map(Vec::as_slice)
    }
}

impl Source for ToolCall {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(self.texts.len() as u64);
        let mut coverage = Coverage::default();
        for text in &self.texts {
            // It is scanned as text, whatever it contains.
            let bytes = text.bytes.replace(b"\0", b" ");
            let provenance = match &text.path {
                Some(path) => Provenance::WorkTree(path.as_bytes().into()),
                None => Provenance::Stdin,
            };
            visit(&Blob::whole(&bytes, provenance));
            progress.step();
            coverage = coverage.and(Coverage::text(bytes.len()));
        }
        coverage
    }
}

/// Collects the texts of a tool's input.
struct TextCollector<'t> {
    working_folder: PathBuf,
    /// The same, with symbolic links resolved, as in `top`.
    folder: PathBuf,
    top: Option<&'t Path>,
    is_done: bool,
    texts: Vec<WrittenText>,
}

impl TextCollector<'_> {
    fn collect_input(&mut self, input: &Map<String, Value>) {
        let path = text_of(input, &PATH_KEYS);
        let existing_text =
            path.filter(|_| !self.is_done).and_then(|path| self.read_existing(path));
        let edits = match input.get("edits") {
            Some(Value::Array(edits)) => edits.iter().filter_map(TextEdit::from_json).collect(),
            _ => TextEdit::in_object(input).into_iter().collect::<Vec<_>>(),
        };
        // In its file a value has a name that the edit alone does not show.
        let edited = existing_text
            .as_ref()
            .and_then(|text| edits.iter().try_fold(text.clone(), |text, edit| edit.applied(&text)));
        match edited.filter(|_| !edits.is_empty()) {
            Some(edited) => self.push(path, edited, Vec::new()),
            None => edits.iter().for_each(|edit| {
                self.push(path, edit.new.to_owned(), vec![edit.old.into()]);
            }),
        }
        if let Some(whole) = text_of(input, &CONTENT_KEYS) {
            self.push(path, whole.to_owned(), Vec::new());
        }
        if let (Some(existing_text), Some(text)) = (existing_text, self.texts.last_mut()) {
            text.before.push(existing_text.into());
        }
        let is_read = |name: &str| {
            [&OLD_TEXT_KEYS[..], &NEW_TEXT_KEYS, &CONTENT_KEYS, &PATH_KEYS].concat().contains(&name)
        };
        for (name, value) in input {
            match (name.as_str(), value) {
                ("edits", Value::Array(edits)) => {
                    let others = edits.iter().filter(|edit| TextEdit::from_json(edit).is_none());
                    others.for_each(|other| self.collect_all(other));
                }
                // An incomplete edit is scanned like any other text.
                (name, value) if NEW_TEXT_KEYS.contains(&name) && edits.is_empty() => {
                    self.collect_all(value)
                }
                (name, _) if is_read(name) || METADATA_KEYS.contains(&name) => {}
                (_, value) => self.collect_all(value),
            }
        }
    }

    /// Collects all strings in a value, with the keys of objects.
    fn collect_all(&mut self, value: &Value) {
        match value {
            Value::String(text) => self.push(None, text.clone(), Vec::new()),
            Value::Array(values) => values.iter().for_each(|value| self.collect_all(value)),
            // As written, so that names are next to their values.
            Value::Object(_) => self.push(None, value.to_string(), Vec::new()),
            Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }

    fn push(&mut self, path: Option<&str>, text: String, before: Vec<Vec<u8>>) {
        let path = path.map(|path| self.shown(path));
        self.texts.push(WrittenText { path, bytes: text.into_bytes(), before });
    }

    /// The text of a file before the call; `None` if it is not a regular file or a link leads out
    /// of the work tree to it. Then the call is scanned by itself.
    fn read_existing(&self, path: &str) -> Option<String> {
        let path = self.whole(path);
        let bytes = match self.top {
            Some(top) if path.starts_with(top) => open::of_tree(top, &path).ok()?,
            _ => open::plain(&path).ok(),
        };
        String::from_utf8(bytes?).ok()
    }

    fn shown(&self, path: &str) -> String {
        let whole = self.whole(path);
        let in_top = self.top.and_then(|top| whole.strip_prefix(top).ok());
        in_top.unwrap_or(self.below(path)).to_string_lossy().into_owned()
    }

    /// The absolute path.
    fn whole(&self, path: &str) -> PathBuf {
        self.folder.join(self.below(path))
    }

    /// The path relative to the call's folder, if it is below that.
    fn below<'p>(&self, path: &'p str) -> &'p Path {
        Path::new(path).strip_prefix(&self.working_folder).unwrap_or(Path::new(path))
    }
}

fn text_of<'a>(object: &'a Map<String, Value>, names: &[&str]) -> Option<&'a str> {
    names.iter().find_map(|name| object.get(*name)?.as_str())
}

/// A text that replaces another.
struct TextEdit<'a> {
    old: &'a str,
    new: &'a str,
    /// Replaces all matches.
    replace_all: bool,
}

impl TextEdit<'_> {
    fn from_json(value: &Value) -> Option<TextEdit<'_>> {
        TextEdit::in_object(value.as_object()?)
    }

    fn in_object(object: &Map<String, Value>) -> Option<TextEdit<'_>> {
        let replace_all = object.get("replace_all") == Some(&Value::Bool(true));
        Some(TextEdit {
            old: text_of(object, &OLD_TEXT_KEYS)?,
            new: text_of(object, &NEW_TEXT_KEYS)?,
            replace_all,
        })
    }

    /// The text after the edit; `None` if it does not contain `old`.
    fn applied(&self, text: &str) -> Option<String> {
        let TextEdit { old, new, replace_all } = *self;
        if old.is_empty() || !text.contains(old) {
            return None;
        }
        Some(if replace_all { text.replace(old, new) } else { text.replacen(old, new, 1) })
    }
}
