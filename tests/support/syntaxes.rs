//! How a value is given to a name in many languages, commands and files: `syntaxes.toml`, and the
//! notations in which provider tokens are tested.

use std::collections::BTreeMap;

use super::notations::{NOTATIONS, Name, Notation, in_query};

/// A way to give a value to a name.
pub struct Syntax {
    /// For reports: the language and what it is.
    pub name: String,
    /// What the syntax itself says about the value.
    pub subject: Subject,
    form: Form,
}

/// What names the value.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Subject {
    /// A name that is part of the text.
    Name,
    /// A call that takes a password, or a token.
    Password,
    Token,
}

enum Form {
    Template(String),
    Notation(&'static Notation),
}

impl Syntax {
    /// All of them.
    pub fn all() -> Vec<Syntax> {
        let groups: BTreeMap<String, BTreeMap<String, String>> =
            toml::from_str(include_str!("syntaxes.toml")).unwrap();
        let templates = groups.into_iter().flat_map(|(group, syntaxes)| {
            let subject = match group.as_str() {
                "passwords" => Subject::Password,
                "tokens" => Subject::Token,
                _ => Subject::Name,
            };
            syntaxes.into_iter().map(move |(name, template)| Syntax {
                name: format!("{group}: {name}"),
                subject,
                form: Form::Template(template.trim_matches('\n').to_owned()),
            })
        });
        let notations = NOTATIONS.iter().map(|notation| Syntax {
            name: notation.name.to_owned(),
            subject: Subject::Name,
            form: Form::Notation(notation),
        });
        templates.chain(notations).collect()
    }

    /// Whether the name comes before the value.
    pub fn is_name_first(&self) -> bool {
        let text = self.write("qq_name", "ZZvalue");
        let name = text.to_ascii_lowercase().find("qq");
        name.is_none_or(|name| text.find("ZZvalue").is_none_or(|value| name < value))
    }

    /// The text that gives the value to the name.
    pub fn write(&self, name: &str, value: &str) -> String {
        let template = match &self.form {
            Form::Notation(notation) => return notation.write(name, value),
            Form::Template(template) => template,
        };
        let name = Name::new(name);
        let spellings = [
            ("«API_KEY»", name.upper()),
            ("«api_key»", name.snake()),
            ("«apiKey»", name.camel()),
            ("«ApiKey»", name.pascal()),
            ("«api-key»", name.kebab()),
            ("«Api-Key»", name.header()),
            ("«api.key»", name.dotted()),
            ("«value»", value.to_owned()),
            ("«query»", in_query(value)),
        ];
        spellings.iter().fold(template.clone(), |text, (mark, spelled)| text.replace(mark, spelled))
    }
}
