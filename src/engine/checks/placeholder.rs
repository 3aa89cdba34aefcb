//! Values that stand where a secret will be: documentation's and templates' placeholders.

use std::borrow::Cow;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;

use crate::rules::lexicon::{Lexicon, built_in};
use crate::rules::word_list::WordList;
use crate::rules::{Rule, RuleString, Trigger};

/// The built-in [`WordList::PlaceholderParts`] in one pass.
static HAS_PART: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::new(built_in::PLACEHOLDER_PARTS).expect("a few words fit an automaton")
});

/// Rows that a hand types instead of a secret; the one of digits goes round.
const WALKS: &[&str] = built_in::TYPED_SEQUENCES;

/// Length from which a stretch of a walk or of one character is no accident. A random
/// base-62 token of 40 characters holds a stretch of 6 equal ones once in 10^8.
const STRETCH: usize = 6;

/// One in so many characters of a placeholder at least stand in such stretches of one character.
/// Base64 of what is no random bytes alone holds some, too: a key in OpenSSH's format has
/// `AAAAAAAAA` between two lengths.
const IN_STRETCHES: usize = 8;

/// Whether the value is a placeholder: a template's variable, a row of one character, a walk
/// over the keyboard, a word such as `example`.
pub fn is_placeholder(lexicon: &Lexicon, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let text = &lower[..];
    longest_repeat(text) >= STRETCH || is_made_up(lexicon, text)
}

/// Whether the secret that a rule has found is a placeholder. Its form speaks for it: one short
/// stretch of one character in a long value is none yet.
pub fn stands_for(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> bool {
    let lower = without_filler(rule, secret).to_ascii_lowercase();
    is_row(&lower) || is_made_up(lexicon, &lower)
}

fn is_made_up(lexicon: &Lexicon, text: &[u8]) -> bool {
    let is_in = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    is_variable(text)
        || is_walk(text)
        || HAS_PART.is_match(text)
        || lexicon.added(WordList::PlaceholderParts).any(is_in)
}

/// The secret without rows of one character that its form demands: an anchor such as
/// `AAAAAAAAAA` says that rows of `A` are none of a placeholder's.
fn without_filler<'s>(rule: &Rule, secret: &'s [u8]) -> Cow<'s, [u8]> {
    let Trigger::Anchors { literals, .. } = &rule.trigger else { return Cow::Borrowed(secret) };
    let row =
        |text: &RuleString| text.len() >= STRETCH && longest_repeat(text.as_bytes()) == text.len();
    let Some(filler) = literals.iter().find(|text| row(text)) else { return Cow::Borrowed(secret) };
    let filler = filler.as_bytes()[0];
    Cow::Owned(secret.iter().copied().filter(|&b| b != filler).collect())
}

/// Stretches of one character make up a good part of it.
fn is_row(text: &[u8]) -> bool {
    let stretches = text.chunk_by(|a, b| a == b).map(<[u8]>::len).filter(|&it| it >= STRETCH);
    let repeated: usize = stretches.sum();
    repeated >= STRETCH.max(text.len() / IN_STRETCHES)
}

/// Half of it is one stretch of a walk, or three quarters are stretches of walks.
fn is_walk(text: &[u8]) -> bool {
    let least = text.len().max(2 * STRETCH);
    let Walked { longest, in_all } = Walked::of(text);
    longest * 2 >= least || in_all * 4 >= least * 3
}

/// `${NAME}`, `{{ name }}`, `<name>`, `%NAME%`, `$(name)`, `...`.
fn is_variable(text: &[u8]) -> bool {
    let within = |open: &[u8], close: &[u8]| text.starts_with(open) && text.ends_with(close);
    within(b"${", b"}")
        || within(b"{{", b"}}")
        || within(b"<", b">")
        || within(b"%", b"%")
        || within(b"$(", b")")
        || text.windows(3).any(|three| three == b"...")
}

pub fn longest_repeat(text: &[u8]) -> usize {
    text.chunk_by(|a, b| a == b).map(<[u8]>::len).max().unwrap_or(0)
}

/// Of a text in lower case the longest stretch that goes along one of the [`WALKS`], and how much
/// of it goes along any.
pub fn walk(text: &[u8]) -> (usize, usize) {
    let Walked { longest, in_all } = Walked::of(text);
    (longest, in_all)
}

/// How much of a text in lower case goes along the [`WALKS`].
struct Walked {
    /// Characters of the longest stretch of one walk.
    longest: usize,
    /// Characters of all stretches, of one walk or of several joined, that have [`STRETCH`] less
    /// one and more.
    in_all: usize,
}

impl Walked {
    fn of(text: &[u8]) -> Self {
        let mut walked = Walked { longest: usize::from(!text.is_empty()), in_all: 0 };
        // Of each walk and of all joined, characters of the stretch that ends here.
        let (mut rows, mut joined) = ([1; WALKS.len()], 1);
        for two in text.windows(2) {
            let steps = steps(two[0], two[1]);
            if steps == 0 {
                walked.end(std::mem::replace(&mut joined, 1));
                continue;
            }
            if joined == 1 {
                rows = [1; WALKS.len()];
            }
            joined += 1;
            for (walk, row) in rows.iter_mut().enumerate() {
                *row = if steps >> walk & 1 == 1 { *row + 1 } else { 1 };
                walked.longest = walked.longest.max(*row);
            }
        }
        walked.end(joined);
        walked
    }

    /// A joined stretch ends.
    fn end(&mut self, stretch: usize) {
        if stretch >= STRETCH - 1 {
            self.in_all += stretch;
        }
    }
}

/// A bit for each walk on which `b` follows `a`.
fn steps(a: u8, b: u8) -> u8 {
    let next = NEXT[usize::from(a)];
    next.iter().filter(|(byte, _)| *byte == b).fold(0, |steps, (_, walks)| steps | walks)
}

/// For each byte those that follow it on walks, with a bit for each such walk: a letter has one
/// in the alphabet and one on the keyboard, a digit one either way.
static NEXT: [[(u8, u8); 2]; 256] = {
    let mut next = [[(0, 0); 2]; 256];
    let mut walk = 0;
    while walk < WALKS.len() {
        let mut at = 1;
        while at < WALKS[walk].len() {
            let (a, b) = (WALKS[walk].as_bytes()[at - 1] as usize, WALKS[walk].as_bytes()[at]);
            let place = if next[a][0].1 == 0 { 0 } else { 1 };
            assert!(next[a][place].1 == 0, "two ways on at most");
            next[a][place] = (b, 1 << walk);
            at += 1;
        }
        walk += 1;
    }
    next
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_told_from_values() {
        for value in [
            "${LOCALSTACK_AUTH_TOKEN}",
            "{{ secrets.TOKEN }}",
            "<your-auth-token>",
            "%TOKEN%",
            "xxxxxxxxxx",
            "ls-xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx",
            "0123456789",
            "abcdefghij",
            "AKIAIOSFODNN7EXAMPLE",
            "YOUR_API_KEY_HERE",
            "abc...",
            "changeme123",
        ] {
            assert!(is_placeholder(&Lexicon::default(), value.as_bytes()), "{value}");
        }
        for value in ["aB3dE6gH9k", "q7Rz0Pk3Lm", "1f8e0c9d2b7a64530e1f", "hunter2horse"] {
            assert!(!is_placeholder(&Lexicon::default(), value.as_bytes()), "{value}");
        }
    }

    #[test]
    fn a_row_is_a_good_part_of_its_value() {
        // The beginning of every key in OpenSSH's format that is not encrypted.
        let openssh = "b3blbnnzac1rzxktdjeaaaaabg5vbmuaaaaebm9uzqaaaaaaaaabaaaalwaaaadzc2gtcn";
        assert!(!is_row(["-----begin rsa private key-----\n", openssh].concat().as_bytes()));
        assert!(is_row(b"sk_live_51xxxxxxk3zq8rw1tn6yb4"));
        assert!(is_row(b"xoxb-0000000000-0000000000000-k3zq8rw1tn6yb4xc9vm2lp7h"));
    }
}
