//! Rules by name: an id, or part of one with `*` for the rest.

use crate::rules::catalogue::Catalogue;

/// The rules that a configuration names: an id or a pattern.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Selector {
    written: String,
    /// The id of the rule if `written` is an id that it had before.
    renamed: Option<String>,
    /// Its line in the file, from 1.
    pub line: usize,
}

impl Selector {
    pub fn new(written: impl Into<String>, line: usize) -> Self {
        Selector { written: written.into(), renamed: None, line }
    }

    /// As written in the file.
    pub fn as_str(&self) -> &str {
        &self.written
    }

    /// Resolves the id that a rule had before. `false` if no rule matches.
    pub fn resolve(&mut self, catalogue: &Catalogue) -> bool {
        if self.written.contains('*') {
            return catalogue.rules().iter().any(|rule| self.matches(&rule.id));
        }
        let rule = catalogue.resolve(&self.written);
        self.renamed = rule.map(|rule| rule.id.to_string()).filter(|id| *id != self.written);
        rule.is_some()
    }

    /// Whether it is the id of that rule and not a pattern.
    pub fn is_id(&self, id: &str) -> bool {
        self.written == id || self.renamed.as_deref() == Some(id)
    }

    /// Whether it matches the rule of that id.
    pub fn matches(&self, id: &str) -> bool {
        let mut parts = self.renamed.as_ref().unwrap_or(&self.written).split('*');
        let first = parts.next().unwrap_or_default();
        let Some(mut rest) = id.strip_prefix(first) else { return false };
        let Some(last) = parts.next_back() else { return rest.is_empty() };
        for part in parts {
            match rest.find(part) {
                Some(offset) => rest = &rest[offset + part.len()..],
                None => return false,
            }
        }
        rest.ends_with(last)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_matches_any_text() {
        for (written, id, expected) in [
            ("jwt", "jwt", true),
            ("jwt", "jwt-x", false),
            ("generic-*", "generic-key", true),
            ("generic-*", "generic-", true),
            ("generic-*", "generi", false),
            ("*", "anything", true),
            ("*-legacy", "a-legacy", true),
            ("*-legacy", "a-legacy-b", false),
            ("a*b*c", "a-b-c", true),
            ("a*b*c", "ac", false),
            ("aa*aa", "aaa", false),
            ("", "", true),
            ("", "a", false),
        ] {
            assert_eq!(Selector::new(written, 1).matches(id), expected, "{written} {id}");
        }
    }
}
