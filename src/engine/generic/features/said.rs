//! What the words of a text say: that something is made up, which kind of secret it is, that
//! somebody logs in.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;

/// The lists, with what their words say.
const LISTS: [(WordList, Said); 4] = [
    (WordList::FakeWords, Said::MADE_UP),
    (WordList::SecretKindWords, Said::KIND),
    (WordList::LoginWords, Said::LOGIN),
    (WordList::TestWords, Said::TEST),
];

/// What the words in a text say.
#[derive(Clone, Copy, Default)]
pub struct Said(u8);

impl Said {
    pub const MADE_UP: Said = Said(1);
    pub const KIND: Said = Said(2);
    pub const LOGIN: Said = Said(4);
    pub const TEST: Said = Said(8);

    pub fn contains(self, other: Said) -> bool {
        self.0 & other.0 != 0
    }

    pub fn with(self, other: Said) -> Said {
        Said(self.0 | other.0)
    }
}

/// Looks for the words of all four lists at once, in any letter case.
pub fn said(lexicon: &Lexicon, text: &[u8]) -> Said {
    static AUTOMATON: LazyLock<(AhoCorasick, Vec<Said>)> = LazyLock::new(|| {
        let lists = [
            built_in::FAKE_WORDS,
            built_in::SECRET_KIND_WORDS,
            built_in::LOGIN_WORDS,
            built_in::TEST_WORDS,
        ];
        let says = lists.iter().zip(LISTS).flat_map(|(words, (_, says))| vec![says; words.len()]);
        let automaton = AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(lists.concat())
            .expect("a few dozen words make a small automaton");
        (automaton, says.collect())
    });
    let (automaton, says) = &*AUTOMATON;
    let found = automaton.find_overlapping_iter(text);
    let built_in =
        found.fold(Said::default(), |said, found| said.with(says[found.pattern().as_usize()]));
    LISTS.iter().fold(built_in, |said, (list, says)| {
        let is_in = |word: &str| {
            text.windows(word.len()).any(|here| here.eq_ignore_ascii_case(word.as_bytes()))
        };
        if lexicon.added(*list).any(is_in) { said.with(*says) } else { said }
    })
}
