//! The rules of a run: the built-in catalogue and custom rules from pattern files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::check::cross_check::cross_check;
use super::check::{RuleError, check_file};
use super::lexicon::Lexicon;
use super::word_list::{WordListError, has_lists_only};
use super::{
    AnchorPosition, ByteSet, CharKind, Checks, Checksum, Confidence, LinkChecked, NameKind, Pair,
    PrefixStep, PublicShape, Rule, RuleString, RuleStrings, Severity, Structure, StructureReader,
    TailRule, Trigger, resolve,
};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A checked set of rules, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalogue {
    rules: Arc<Vec<Rule>>,
    lexicon: Lexicon,
}

/// Why a pattern file with custom rules was rejected.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("pattern file {}: {why}", file.display())]
    Rule { file: PathBuf, why: RuleError },
    #[error("pattern file {}: {why}", file.display())]
    Words { file: PathBuf, why: WordListError },
    #[error("pattern file {}: the id {id} is already used by another rule; choose another", file.display())]
    Taken { file: PathBuf, id: String },
}

impl Catalogue {
    /// The rules that come with keysieve.
    pub fn built_in() -> Self {
        Catalogue { rules: Arc::new(BUILT_IN.to_vec()), lexicon: Lexicon::default() }
    }

    /// No rules at all.
    pub fn empty() -> Self {
        Catalogue { rules: Arc::default(), lexicon: Lexicon::default() }
    }

    /// Adds the word lists of a user's pattern file and returns their number of words.
    pub fn add_words(&mut self, text: &str) -> Result<usize, WordListError> {
        self.lexicon.add_text(text)
    }

    /// Adds the rules of a user's pattern file, which has the schema of `patterns/*.toml`. `file`
    /// names it in errors.
    pub fn add_text(&mut self, file: &Path, text: &str) -> Result<(), CatalogueError> {
        self.add_words(text).map_err(|why| CatalogueError::Words { file: file.to_owned(), why })?;
        if has_lists_only(text) {
            return Ok(());
        }
        let rules = check_file(text, None)
            .map_err(|why| CatalogueError::Rule { file: file.to_owned(), why })?;
        let known = Arc::make_mut(&mut self.rules);
        for rule in rules {
            match known.binary_search_by(|one| one.id.cmp(&rule.id)) {
                Ok(_) => {
                    let id = rule.id.into_owned();
                    return Err(CatalogueError::Taken { file: file.to_owned(), id });
                }
                Err(index) => known.insert(index, rule),
            }
        }
        self.check(file)
    }

    fn check(&self, file: &Path) -> Result<(), CatalogueError> {
        cross_check(&self.rules).map_err(|why| CatalogueError::Rule { file: file.to_owned(), why })
    }

    /// Adds checked rules; they replace rules with the same id.
    pub fn replace(&mut self, rules: impl IntoIterator<Item = Rule>) -> Result<(), RuleError> {
        let known = Arc::make_mut(&mut self.rules);
        for rule in rules {
            match known.binary_search_by(|one| one.id.cmp(&rule.id)) {
                Ok(index) => known[index] = rule,
                Err(index) => known.insert(index, rule),
            }
        }
        cross_check(&self.rules)
    }

    /// Keeps only the rules for which `keep` returns true.
    pub fn retain(&mut self, keep: impl FnMut(&Rule) -> bool) {
        Arc::make_mut(&mut self.rules).retain(keep);
    }

    /// Overrides the severity of the rules for which `severity` returns one.
    pub fn set_severities(&mut self, severity: impl Fn(&Rule) -> Option<Severity>) {
        for rule in Arc::make_mut(&mut self.rules) {
            rule.severity = severity(rule).unwrap_or(rule.severity);
        }
    }

    /// The words of the generic rules and the checks.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// All rules, sorted by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// All rules, to be kept longer than the catalogue.
    pub fn shared_rules(&self) -> Arc<Vec<Rule>> {
        self.rules.clone()
    }

    /// The rule with that id, or the rule that had it before ([`Rule::aliases`]).
    pub fn resolve(&self, id: &str) -> Option<&Rule> {
        resolve(&self.rules, id).map(|index| &self.rules[index])
    }

    /// The rule with exactly that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules
            .binary_search_by(|rule| rule.id.as_ref().cmp(id))
            .ok()
            .map(|index| &self.rules[index])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A pattern file with one rule per id, each with its aliases.
    fn pattern_file(rules: &[(&str, &[&str])]) -> String {
        let head = "[provider]\nname = \"Acme\"\nrotate = \"https://acme.test/keys\"\n";
        let rule = |(id, aliases): &(&str, &[&str])| {
            format!(
                "[[rule]]\nid = {id:?}\naliases = {aliases:?}\nsince = \"0.1.0\"\nname = \"Acme\"\n\
                 description = \"Acme\"\nseverity = \"low\"\nconfidence = \"high\"\n\
                 anchors = [\"acme_\"]\nregex = '(?<secret>acme_[a-z]{{20}})'\n\
                 runbook = [\"Revoke it.\"]\nexamples = [\"acme_<>a\"]\n"
            )
        };
        head.to_owned() + &rules.iter().map(rule).collect::<String>()
    }

    #[test]
    fn an_alias_resolves_to_its_rule() {
        let mut catalogue = Catalogue::built_in();
        let file = pattern_file(&[("acme-token", &["acme-key", "acme-old"]), ("acme-user", &[])]);
        catalogue.add_text(Path::new("acme.toml"), &file).unwrap();
        for (id, resolved) in [
            ("acme-token", Some("acme-token")),
            ("acme-key", Some("acme-token")),
            ("acme-old", Some("acme-token")),
            ("acme-user", Some("acme-user")),
            ("acme", None),
        ] {
            assert_eq!(catalogue.resolve(id).map(|rule| rule.id.as_ref()), resolved, "{id}");
        }
        assert!(catalogue.get("acme-key").is_none());
    }

    #[test]
    fn an_alias_belongs_to_one_rule() {
        for (rules, why) in [
            (
                &[("acme-token", &["acme-user"][..]), ("acme-user", &[])],
                "rule acme-token: aliases: acme-user is the id of a rule; choose another",
            ),
            (
                &[("acme-token", &["acme-old"][..]), ("acme-user", &["acme-old"])],
                "rule acme-user: aliases: acme-old is already an alias of acme-token",
            ),
        ] {
            let file = pattern_file(rules);
            let error = Catalogue::empty().add_text(Path::new("acme.toml"), &file).unwrap_err();
            assert_eq!(error.to_string(), format!("pattern file acme.toml: {why}"));
        }
        let file = pattern_file(&[("acme-token", &["Acme"])]);
        let error = Catalogue::empty().add_text(Path::new("acme.toml"), &file).unwrap_err();
        assert!(error.to_string().contains("rule acme-token: aliases: \"Acme\""), "{error}");
    }
}
