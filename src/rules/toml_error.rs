//! A mistake in a file that is not keysieve's: where it is and of what kind, never the line or the
//! value itself. The file may be any file of the machine, and a line of it a secret.

use std::fmt;

/// What is wrong with a text of TOML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TomlError {
    /// From 1.
    pub line: usize,
    /// In characters, from 1.
    pub column: usize,
    /// What kind it is of.
    pub message: String,
}

impl TomlError {
    /// Of a text that the parser refused.
    pub fn new(text: &str, error: &toml::de::Error) -> Self {
        let at = error.span().map_or(0, |span| span.start);
        let before = text.get(..at.min(text.len())).unwrap_or(text);
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

/// The parser's message without what it quotes of the text. What it expected is its own.
pub fn redact_message(message: &str) -> String {
    let (fault, expected) = message.split_once(", expected ").unwrap_or((message, ""));
    let what = KINDS.iter().find(|(begin, _)| fault.starts_with(begin));
    let fault = match what {
        Some((_, what)) => (*what).to_owned(),
        None => unquoted(fault),
    };
    if expected.is_empty() { fault } else { format!("{fault}, expected {expected}") }
}

/// What the parser of values says, and what is left of it without the value (serde's
/// `de::Error`).
const KINDS: [(&str, &str); 6] = [
    ("unknown field", "an unknown key"),
    ("unknown variant", "an unknown word"),
    ("invalid type", "a value of the wrong type"),
    ("invalid value", "a value that cannot be"),
    ("invalid length", "a list of the wrong length"),
    ("duplicate", "duplicate key"),
];

/// Names of fields that are missing are the schema's own; all else in quotes may be the text's.
fn unquoted(message: &str) -> String {
    if message.starts_with("missing field") {
        return message.to_owned();
    }
    let mut shown = String::new();
    for (number, part) in message.lines().next().unwrap_or_default().split(['`', '"']).enumerate() {
        // The signs of the grammar, such as `=`, are nobody's secret.
        let is_quoted = number % 2 == 1 && part.chars().count() > 1;
        shown.push_str(match number % 2 {
            _ if is_quoted => "`…`",
            _ => part,
        });
    }
    shown.trim().to_owned()
}

/// What is wrong with a regex, and at which character; never the regex.
pub fn describe_regex_error(error: &regex_syntax::Error) -> String {
    match error {
        regex_syntax::Error::Parse(error) => {
            format!("{} (character {})", error.kind(), error.span().start.column)
        }
        regex_syntax::Error::Translate(error) => {
            format!("{} (character {})", error.kind(), error.span().start.column)
        }
        _ => "it cannot be read".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn no_mistake_shows_the_text() {
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
            let told = TomlError::new(text, &error).to_string();
            assert!(!told.contains("hunter2") && !told.contains("horse"), "{told}");
            assert_eq!(told.lines().count(), 1, "{told}");
            if let Err(error) = toml::from_str::<BTreeMap<String, u8>>(text) {
                let told = TomlError::new(text, &error).to_string();
                assert!(!told.contains("hunter2"), "{told}");
            }
        }
        let text = "\nnumber = 1\nlist = [\"hunter2\"]";
        let error = toml::from_str::<File>(text).unwrap_err();
        let told = TomlError::new(text, &error).to_string();
        assert_eq!(told, "line 3, column 9: an unknown word, expected `one`");
    }

    #[test]
    fn a_regex_is_not_shown() {
        let error = regex_syntax::Parser::new().parse("hunter2(").unwrap_err();
        assert_eq!(describe_regex_error(&error), "unclosed group (character 8)");
    }
}
