//! Writes a pattern file.

use crate::findings::is_unprintable;
use crate::rules::check::RuleError;

/// A rule to be written to a pattern file.
pub struct Draft {
    pub id: String,
    pub description: Option<String>,
    pub entropy: Option<f64>,
    pub anchors: Vec<String>,
    pub regex: String,
    pub example: String,
}

/// The rotation page if none is given.
const ROTATE: &str =
    "https://cheatsheetseries.owasp.org/cheatsheets/Secrets_Management_Cheat_Sheet.html";

/// The most bytes of a name and of a description.
const LONGEST_NAME: usize = 255;
const LONGEST_DESCRIPTION: usize = 1024;

/// The text of the file.
pub fn file(provider: &str, rotate: Option<&str>, drafts: &[Draft]) -> String {
    let mut text = format!(
        "# Imported by `keysieve rules import`. Please review: severity, description, and the\n\
         # rotation page and steps.\n\n\
         [provider]\n\
         name    = {}\n\
         rotate  = {}\n\
         runbook = [\n  {},\n  {},\n  {},\n]\n",
        toml_string(provider),
        toml_string(rotate.unwrap_or(ROTATE)),
        toml_string("Create a new credential with the provider."),
        toml_string(
            "Replace the old one everywhere it is used, through the environment or a secret store."
        ),
        toml_string("Revoke the old one, and check the logs for how it was used."),
    );
    for draft in drafts {
        text.push_str(&rule(draft));
    }
    text
}

fn rule(draft: &Draft) -> String {
    let description = draft.description.as_deref().map(str::trim);
    let description = description.filter(|text| !text.is_empty()).unwrap_or(&draft.id);
    let anchors: Vec<String> = draft.anchors.iter().map(|anchor| toml_string(anchor)).collect();
    let entropy =
        draft.entropy.map(|least| format!("checks      = {{ min-entropy = {least:?} }}\n"));
    format!(
        "\n[[rule]]\n\
         id          = {}\n\
         since       = \"1\"\n\
         name        = {}\n\
         description = {}\n\
         severity    = \"high\"\n\
         confidence  = \"medium\"\n\
         anchors     = [{}]\n\
         regex       = {}\n\
         {}\
         examples    = [{}]\n",
        toml_string(&draft.id),
        toml_string(cut(description.trim_end_matches('.'), LONGEST_NAME)),
        toml_string(cut(description, LONGEST_DESCRIPTION)),
        anchors.join(", "),
        toml_string(&draft.regex),
        entropy.unwrap_or_default(),
        toml_string(&draft.example),
    )
}

/// A TOML string: literal between single quotes if possible, otherwise with escapes.
fn toml_string(text: &str) -> String {
    let is_plain = !text.contains(is_unprintable) && text.contains(['\\', '"']);
    if is_plain && !text.contains('\'') {
        return format!("'{text}'");
    }
    if is_plain && !text.contains("'''") && !text.ends_with('\'') {
        return format!("'''{text}'''");
    }
    let mut shown = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => shown.extend(['\\', c]),
            c if is_unprintable(c) && u32::from(c) > 0xffff => {
                shown.push_str(&format!("\\U{:08X}", u32::from(c)));
            }
            c if is_unprintable(c) => shown.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => shown.push(c),
        }
    }
    shown.push('"');
    shown
}

/// The text, cut to at most `longest` bytes.
fn cut(text: &str, longest: usize) -> &str {
    let mut end = text.len().min(longest);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// A valid id, close to the name, that no other rule has.
pub fn free_id(name: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let lower = name.to_lowercase();
    let words = lower.split(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit());
    let words: Vec<&str> = words.filter(|word| !word.is_empty()).collect();
    let id = if words.is_empty() { "custom".to_owned() } else { words.join("-") };
    if !is_taken(&id) {
        return id;
    }
    let first = format!("custom-{id}");
    let numbered = (2..).map(|number| format!("custom-{id}-{number}"));
    let mut ids = std::iter::once(first).chain(numbered);
    ids.find(|id| !is_taken(id)).unwrap_or(id)
}

/// The error of a rule, without positions in a file that does not exist.
pub fn reason(error: &RuleError) -> String {
    match error {
        RuleError::Rule { why, .. } | RuleError::Catalogue { why, .. } => why.clone(),
        other => other.to_string(),
    }
}
