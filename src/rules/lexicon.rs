//! The words that the generic rules and the checks use: the built-in lists of
//! `patterns/generic/`, which `build/lexicon.rs` turns into tables, and what a user's pattern
//! files add to them.

use super::word_list::{Argument, Entry, WordList, WordListError, check_lists};

/// The built-in lists, a constant each.
#[allow(dead_code, reason = "most are read through `BUILT_IN` alone")]
pub mod built_in {
    use super::Argument;
    use crate::rules::NameKind;

    include!(concat!(env!("OUT_DIR"), "/lexicon.rs"));
}

/// Letters of a word that the engine has to look for, at least: shorter ones are in too many
/// texts.
const SHORTEST_NAME: usize = 4;

/// Word lists to look words up in. The default has the built-in words only.
#[derive(Clone, Debug, Default)]
pub struct Lexicon {
    /// What users' pattern files add.
    added: Vec<Entry>,
}

impl Lexicon {
    /// Adds the lists of a user's pattern file and returns their number of words.
    pub fn add_text(&mut self, text: &str) -> Result<usize, WordListError> {
        let mut words = 0;
        for entry in check_lists(text)? {
            let list = entry.list;
            let error = |why: String| WordListError::User { list: list.as_str(), why };
            if !list.is_extensible() {
                return Err(error("pattern files cannot add to this list".into()));
            }
            let short = |word: &&String| list.names_credentials() && word.len() < SHORTEST_NAME;
            if let Some(word) = entry.words.iter().find(short) {
                return Err(error(format!("{word:?} has fewer than {SHORTEST_NAME} bytes")));
            }
            words += entry.words.len();
            self.added.push(entry);
        }
        Ok(words)
    }

    /// Whether the test is true of a word of the list.
    pub fn any(&self, list: WordList, test: impl Fn(&str) -> bool) -> bool {
        built_in(list).iter().any(|word| test(word))
            || !self.added.is_empty() && self.added(list).any(test)
    }

    /// Whether the word is in the list, in any letter case.
    pub fn has(&self, list: WordList, word: &[u8]) -> bool {
        let order = |known: &&str| {
            let known = known.bytes().map(|b| b.to_ascii_lowercase());
            let by_length = known.len().cmp(&word.len());
            by_length.then_with(|| known.cmp(word.iter().map(u8::to_ascii_lowercase)))
        };
        built_in::SORTED[list as usize].binary_search_by(order).is_ok()
            || self.added(list).any(|known| known.as_bytes().eq_ignore_ascii_case(word))
    }

    /// The first word of the list of which the test is true.
    pub fn find(&self, list: WordList, test: impl Fn(&str) -> bool) -> Option<&str> {
        built_in(list).iter().copied().chain(self.added(list)).find(|word| test(word))
    }

    /// Whether users add to one of the lists.
    pub fn extends_any(&self, lists: &[WordList]) -> bool {
        self.added.iter().any(|entry| lists.contains(&entry.list))
    }

    /// The words that users add to the list.
    pub fn added(&self, list: WordList) -> impl Iterator<Item = &str> {
        let entries = self.added.iter().filter(move |entry| entry.list == list);
        entries.flat_map(|entry| entry.words.iter().map(String::as_str))
    }

    /// The argument that is a secret in a call of that name, in any letter case.
    pub fn call(&self, name: &[u8]) -> Option<Argument> {
        let is_named = |known: &str| known.as_bytes().eq_ignore_ascii_case(name);
        let built_in = built_in::ARGUMENTS.iter().find(|(known, _)| is_named(known));
        built_in.map(|(_, argument)| *argument).or_else(|| {
            let mut added = self.added.iter().filter(|entry| entry.list == WordList::Calls);
            added.find(|entry| entry.words.iter().any(|word| is_named(word)))?.secret
        })
    }

    /// The fragments that the engine looks for, one of which is in every name of a credential.
    pub fn fragments(&self) -> impl Iterator<Item = String> {
        let names = WordList::ALL.iter().filter(|list| list.names_credentials());
        let added = names.flat_map(|&list| {
            let is_call = matches!(list, WordList::Calls | WordList::BasicEncoders);
            let bracket = if is_call { "(" } else { "" };
            self.added(list).map(move |word| word.to_lowercase() + bracket)
        });
        built_in::NAME_FRAGMENTS.iter().map(|fragment| (*fragment).to_owned()).chain(added)
    }
}

fn built_in(list: WordList) -> &'static [&'static str] {
    built_in::LISTS[list as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSWORD: &str = "[[generic.password-names]]\nwords = ['sesame']\nreason = 'ours'\n\
                            example = '{} = 1'\n";

    #[test]
    fn words_of_a_user_are_added() {
        let mut lexicon = Lexicon::default();
        assert!(lexicon.has(WordList::PasswordNames, b"Senha"));
        assert!(!lexicon.has(WordList::PasswordNames, b"sesame"));
        lexicon.add_text(PASSWORD).unwrap();
        assert!(lexicon.has(WordList::PasswordNames, b"Sesame"));
        assert!(lexicon.fragments().any(|fragment| fragment == "sesame"));
    }

    #[test]
    fn a_wrong_entry_is_refused() {
        for (list, found, fault) in [
            ("password-names", "'sesame'", "'ses'"),
            ("password-names", "'sesame'", "'Sesame'"),
            ("password-names", "'sesame'", "'sesame', 'sesame'"),
            ("password-names", "'sesame'", ""),
            ("password-names", "{} = 1", "x = 1"),
            ("password-names", "'ours'", "''"),
            ("no-such-list", "", ""),
            ("name-fragments", "", ""),
            ("calls", "", ""),
        ] {
            let text = PASSWORD.replace("password-names", list).replace(found, fault);
            assert!(Lexicon::default().add_text(&text).is_err(), "{text}");
        }
    }
}
