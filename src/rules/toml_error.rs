//! Errors in TOML files and regexes, without their content: the position and the kind of error,
//! never the line or the value. The path may name any file of the machine, and a line of it may be
//! a secret.

use std::fmt;

/// A syntax or schema error in a TOML text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// The kind of error.
    pub message: String,
}

impl TomlError {
    /// The error that the parser reported for the text.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        let offset = error.span().map_or(0, |span| span.start);
        let before = text.get(..offset.min(text.len())).unwrap_or(text);
        let line = 1 + before.matches('\n').count();
        let column = 1 + before.rsplit('\n').next().unwrap_or_default().chars().count();
        TomlError { line, column, message: redact_message(error.message()) }
    }
}

impl fmt::Display for TomlError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "line {}, column {}: {}", self.line, self.column, self.message)
    }
}

/// The parser's message without what it quotes from the text. What it expected comes from the
/// schema and is kept.
pub fn redact_message(message: &str) -> String {
    let (fault, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let what = KINDS.iter().find(|(begin, _)| fault.starts_with(begin));
    let fault = match what {
        Some((_, what)) => (*what).to_owned(),
        None => unquoted(fault),
    };
    if expected.is_empty() { fault } else { format!("{fault}, expected {expected}") }
}

/// The beginnings of serde's messages (`de::Error`), and what replaces them.
const KINDS: [(&str, &str); 6] = [
    ("unknown field", "unknown key"),
    ("unknown variant", "unknown value"),
    ("invalid type", "wrong type"),
    ("invalid value", "invalid value"),
    ("invalid length", "wrong length"),
    ("duplicate", "duplicate key"),
];

/// The message with everything in quotes replaced, as it may come from the text. The name of a
/// missing field comes from the schema.
fn unquoted(message: &str) -> String {
    if message.starts_with("missing field") {
        return message.to_owned();
    }
    let mut shown = String::new();
    for (number, part) in message.lines().next().unwrap_or_default().split(['`', '"']).enumerate() {
        // Single characters of the grammar, such as `=`, are kept.
        let is_quoted = number % 2 == 1 && part.chars().count() > 1;
        shown.push_str(match number % 2 {
            _ if is_quoted => "`…`",
            _ => part,
        });
    }
    shown.trim().to_owned()
}

/// The kind of error in a regex and the character where it is, never the regex itself.
pub fn describe_regex_error(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} (character {})", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("{} (character {})", error.kind(), error.span().start.column)
        }
        _ => "invalid syntax".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_error_shows_the_text() {
        #[derive(Debug, serde::Deserialize)]
        #[serde(deny_unknown_fields)]
        #[expect(dead_code, reason = "read by serde alone")]
        struct File {
            number: u32,
            list: Vec<Word>,
        }
        #[derive(Debug, serde::Deserialize)]
        #[serde(rename_all = "lowercase")]
        enum Word {
            One,
        }
        for text in [
            "hunter2 horse",
            "hunter2=horse",
            "number = \"hunter2\"",
            "number = hunter2",
            "\nnumber = 1\nlist = [\"hunter2\"]",
            "hunter2 = \"horse\"",
            "number = 1\nnumber = 1 # hunter2",
            "number = 'hunter2",
            "export A=hunter2",
            "[hunter2",
            "number = 1999-99-99hunter2",
            "list = \"\\hunter2\"",
            "\"hunter2\" = 1\n\"hunter2\" = 2",
            "hunter2.a = 1\nhunter2.a.b = 2",
        ] {
            let error = toml::from_str::<File>(text).unwrap_err();
            let message = TomlError::new(text, &error).to_string();
            assert!(!message.contains("hunter2") && !message.contains("horse"), "{message}");
            assert_eq!(message.lines().count(), 1, "{message}");
            if let Err(error) = toml::from_str::<BTreeMap<String, u8>>(text) {
                let message = TomlError::new(text, &error).to_string();
                assert!(!message.contains("hunter2"), "{message}");
            }
        }
        let text = "\nnumber = 1\nlist = [\"hunter2\"]";
        let error = toml::from_str::<File>(text).unwrap_err();
        let message = TomlError::new(text, &error).to_string();
        assert_eq!(message, "line 3, column 9: unknown value, expected `one`");
    }

    #[test]
    fn a_regex_is_not_shown() {
        let error = regex_syntax::Parser::new().parse("hunter2(").unwrap_err();
        assert_eq!(describe_regex_error(&error), "unclosed group (character 8)");
    }
}
