//! The rules in force: the built-in catalogue and a user's own pattern files.

use std::borrow::Cow;
use std::path::{Path, PathBuf};

use super::check::{RuleError, check_file};
use super::lexicon::Lexicon;
use super::pairs::check_pairs;
use super::word_list::{WordListError, has_lists_only};
use super::{
    ByteSet, CharKind, Checks, Checksum, Confidence, Extension, LinkChecked, NameKind, Pair,
    PublicShape, Rule, Seat, Severity, Step, Structure, Text, Texts, Trigger,
};
use crate::source::open::{self, OpenError};

include!(concat!(env!("OUT_DIR"), "/catalogue.rs"));

/// A checked set of rules, sorted by id.
#[derive(Clone, Debug)]
pub struct Catalogue {
    rules: Vec<Rule>,
    lexicon: Lexicon,
}

/// Why a user's pattern file cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum CatalogueError {
    #[error("cannot read the pattern file {}: {why}", file.display())]
    Read { file: PathBuf, why: OpenError },
    #[error("pattern file {}: {why}", file.display())]
    Rule { file: PathBuf, why: RuleError },
    #[error("pattern file {}: {why}", file.display())]
    Words { file: PathBuf, why: WordListError },
    #[error("pattern file {}: the id {id} is taken by another rule; choose another", file.display())]
    Taken { file: PathBuf, id: String },
}

impl Catalogue {
    /// The rules that come with keysieve.
    pub fn built_in() -> Self {
        Catalogue { rules: BUILT_IN.to_vec(), lexicon: Lexicon::default() }
    }

    /// No rules at all.
    pub fn empty() -> Self {
        Catalogue { rules: Vec::new(), lexicon: Lexicon::default() }
    }

    /// Adds the rules of a file that the user names, which has the schema of `patterns/*.toml`.
    pub fn add_file(&mut self, file: &Path) -> Result<(), CatalogueError> {
        let text = open::named_text(file)
            .map_err(|why| CatalogueError::Read { file: file.to_owned(), why })?;
        self.add_text(file, &text)
    }

    /// Adds the rules of such a file by its text.
    pub fn add_text(&mut self, file: &Path, text: &str) -> Result<(), CatalogueError> {
        self.lexicon
            .add_text(text)
            .map_err(|why| CatalogueError::Words { file: file.to_owned(), why })?;
        if has_lists_only(text) {
            return Ok(());
        }
        let rules = check_file(text, None)
            .map_err(|why| CatalogueError::Rule { file: file.to_owned(), why })?;
        for rule in rules {
            match self.rules.binary_search_by(|known| known.id.cmp(&rule.id)) {
                Ok(_) => {
                    let id = rule.id.into_owned();
                    return Err(CatalogueError::Taken { file: file.to_owned(), id });
                }
                Err(place) => self.rules.insert(place, rule),
            }
        }
        self.check(file)
    }

    fn check(&self, file: &Path) -> Result<(), CatalogueError> {
        check_pairs(&self.rules).map_err(|why| CatalogueError::Rule { file: file.to_owned(), why })
    }

    /// Adds checked rules; one stands in for another of the same id.
    pub fn replace(&mut self, rules: impl IntoIterator<Item = Rule>) -> Result<(), RuleError> {
        for rule in rules {
            match self.rules.binary_search_by(|known| known.id.cmp(&rule.id)) {
                Ok(place) => self.rules[place] = rule,
                Err(place) => self.rules.insert(place, rule),
            }
        }
        check_pairs(&self.rules)
    }

    /// Keeps only the rules that are wanted.
    pub fn retain(&mut self, wanted: impl FnMut(&Rule) -> bool) {
        self.rules.retain(wanted);
    }

    /// Gives rules another severity where `severity` says so.
    pub fn set_severities(&mut self, severity: impl Fn(&Rule) -> Option<Severity>) {
        for rule in &mut self.rules {
            rule.severity = severity(rule).unwrap_or(rule.severity);
        }
    }

    /// All rules, by id.
    pub fn rules(&self) -> &[Rule] {
        &self.rules
    }

    /// The words that the generic rules and the checks go by.
    pub fn lexicon(&self) -> &Lexicon {
        &self.lexicon
    }

    /// The rule of that id.
    pub fn get(&self, id: &str) -> Option<&Rule> {
        self.rules.binary_search_by(|rule| rule.id.as_ref().cmp(id)).ok().map(|at| &self.rules[at])
    }
}
