//! Keywords in a text: words for fake values, for kinds of secrets, for logins and for tests.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;

/// The lists of keywords.
const LISTS: [(WordList, Keywords); 4] = [
    (WordList::FakeWords, Keywords::FAKE),
    (WordList::SecretKindWords, Keywords::KIND),
    (WordList::LoginWords, Keywords::LOGIN),
    (WordList::TestWords, Keywords::TEST),
];

/// Which kinds of keywords are in a text.
#[derive(Clone, Copy, Default)]
pub struct Keywords(u8);

impl Keywords {
    pub const FAKE: Keywords = Keywords(1);
    pub const KIND: Keywords = Keywords(2);
    pub const LOGIN: Keywords = Keywords(4);
    pub const TEST: Keywords = Keywords(8);

    pub fn contains(self, other: Keywords) -> bool {
        self.0 & other.0 != 0
    }

    pub fn with(self, other: Keywords) -> Keywords {
        Keywords(self.0 | other.0)
    }
}

/// Looks for the words of all four lists at once, in any letter case.
pub fn keywords_in(lexicon: &Lexicon, text: &[u8]) -> Keywords {
    static AUTOMATON: LazyLock<(AhoCorasick, Vec<Keywords>)> = LazyLock::new(|| {
        let lists = [
            built_in::FAKE_WORDS,
            built_in::SECRET_KIND_WORDS,
            built_in::LOGIN_WORDS,
            built_in::TEST_WORDS,
        ];
        let kinds = lists.iter().zip(LISTS).flat_map(|(words, (_, kind))| vec![kind; words.len()]);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(lists.concat())
            .expect("a few dozen words make a small automaton");
        (automaton, kinds.collect())
    });
    let (automaton, kinds) = &*AUTOMATON;
    let found = automaton.find_overlapping_iter(text);
    let built_in = found.fold(Keywords::default(), |keywords, found| {
        keywords.with(kinds[found.pattern().as_usize()])
    });
    LISTS.iter().fold(built_in, |keywords, (list, kind)| {
        let is_in = |word: &str| {
            text.windows(word.len()).any(|window| window.eq_ignore_ascii_case(word.as_bytes()))
        };
        if lexicon.added(*list).any(is_in) { keywords.with(*kind) } else { keywords }
    })
}
