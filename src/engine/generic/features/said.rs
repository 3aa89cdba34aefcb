//! What the words of a text say: that something is made up, which kind of secret it is, that
//! somebody logs in.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, AhoCorasickKind};

/// Words that say that a value is made up.
pub const MADE_UP: &[&str] = &[
    "test",
    "example",
    "sample",
    "dummy",
    "fake",
    "mock",
    "demo",
    "foo",
    "bar",
    "stub",
    "placeholder",
    "your",
    "change",
    "invalid",
    "wrong",
    "bogus",
    "xxx",
    "todo",
    "bad",
];

/// Words that name kinds of secrets.
const KINDS: &[&str] = &[
    "password",
    "passwd",
    "secret",
    "token",
    "key",
    "pass",
    "pwd",
    "auth",
    "credential",
    "admin",
    "root",
    "user",
];

/// What a secret stands beside.
const LOGIN: &[&str] = &[
    "user",
    "login",
    "host",
    "port",
    "email",
    "client_id",
    "clientid",
    "account",
    "database",
    "server",
    "endpoint",
    "access_key",
    "url",
    "tenant",
];

/// What stands in tests.
const TESTS: &[&str] =
    &["assert", "expect", "should", "mock", "@test", "stub", "describe(", "verify("];

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
pub fn said(text: &[u8]) -> Said {
    static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
        AhoCorasick::builder()
            .ascii_case_insensitive(true)
            .kind(Some(AhoCorasickKind::DFA))
            .build(MADE_UP.iter().chain(KINDS).chain(LOGIN).chain(TESTS))
            .expect("a few dozen words make a small automaton")
    });
    WORDS.find_overlapping_iter(text).fold(Said::default(), |said, found| {
        let word = found.pattern().as_usize();
        said.with(match word {
            _ if word < MADE_UP.len() => Said::MADE_UP,
            _ if word < MADE_UP.len() + KINDS.len() => Said::KIND,
            _ if word < MADE_UP.len() + KINDS.len() + LOGIN.len() => Said::LOGIN,
            _ => Said::TEST,
        })
    })
}
