//! Values in the place of a secret: the placeholders of documentation and templates.

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

/// Sequences that a hand types instead of a secret; the digits wrap around.
const SEQUENCES: &[&str] = built_in::TYPED_SEQUENCES;

/// Length of a sequence, or of a repeated character, that is not random. A random base-62 token of
/// 40 characters contains 6 equal ones in a row once in 10^8.
const SHORTEST_RUN: usize = 6;

/// One in so many characters of a placeholder is in such a repetition, at least. Base64 of binary
/// structures contains some, too: a key in OpenSSH's format has `AAAAAAAAA` between two lengths.
const REPEATED_SHARE: usize = 8;

/// Whether the value is a placeholder: a variable of a template, a repeated character, a sequence
/// of the keyboard, a word such as `example`.
pub fn is_placeholder(lexicon: &Lexicon, value: &[u8]) -> bool {
    let lower = value.to_ascii_lowercase();
    let text = &lower[..];
    longest_repeat(text) >= SHORTEST_RUN || is_template_or_typed(lexicon, text)
}

/// Whether the secret that a rule has found is a placeholder. It has the form of a token, so one
/// short repetition in a long value does not suffice.
pub fn is_placeholder_of(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> bool {
    let lower = without_filler(rule, secret).to_ascii_lowercase();
    is_repetitive(&lower) || is_template_or_typed(lexicon, &lower)
}

fn is_template_or_typed(lexicon: &Lexicon, text: &[u8]) -> bool {
    let is_in = |part: &str| memchr::memmem::find(text, part.as_bytes()).is_some();
    is_variable(text)
        || is_typed_sequence(text)
        || HAS_PART.is_match(text)
        || lexicon.added(WordList::PlaceholderParts).any(is_in)
}

/// The secret without the repeated character that its form requires: with an anchor such as
/// `AAAAAAAAAA`, repeated `A` do not indicate a placeholder.
fn without_filler<'s>(rule: &Rule, secret: &'s [u8]) -> Cow<'s, [u8]> {
    let Trigger::Anchors { literals, .. } = &rule.trigger else { return Cow::Borrowed(secret) };
    let is_repetition = |text: &RuleString| {
        text.len() >= SHORTEST_RUN && longest_repeat(text.as_bytes()) == text.len()
    };
    let Some(filler) = literals.iter().find(|text| is_repetition(text)) else {
        return Cow::Borrowed(secret);
    };
    let filler = filler.as_bytes()[0];
    Cow::Owned(secret.iter().copied().filter(|&b| b != filler).collect())
}

/// Repeated characters are a good part of it.
fn is_repetitive(text: &[u8]) -> bool {
    let repetitions =
        text.chunk_by(|a, b| a == b).map(<[u8]>::len).filter(|&it| it >= SHORTEST_RUN);
    let repeated: usize = repetitions.sum();
    repeated >= SHORTEST_RUN.max(text.len() / REPEATED_SHARE)
}

/// Half of it is part of one sequence, or three quarters are parts of several.
fn is_typed_sequence(text: &[u8]) -> bool {
    let least = text.len().max(2 * SHORTEST_RUN);
    let InSequences { longest, in_all } = InSequences::of(text);
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

/// Of a text in lower case, the length of the longest part that follows one of the `SEQUENCES`,
/// and how much of the text follows any.
pub fn sequences(text: &[u8]) -> (usize, usize) {
    let InSequences { longest, in_all } = InSequences::of(text);
    (longest, in_all)
}

/// How much of a text in lower case follows the `SEQUENCES`.
struct InSequences {
    /// Characters of the longest part that follows one sequence.
    longest: usize,
    /// Characters of all parts that follow one or several sequences and have [`SHORTEST_RUN`] less
    /// one, or more.
    in_all: usize,
}

impl InSequences {
    fn of(text: &[u8]) -> Self {
        let mut found = InSequences { longest: usize::from(!text.is_empty()), in_all: 0 };
        // The length of the part that ends here, of each sequence and of all together.
        let (mut lengths, mut joined) = ([1; SEQUENCES.len()], 1);
        for two in text.windows(2) {
            let steps = steps(two[0], two[1]);
            if steps == 0 {
                found.end(std::mem::replace(&mut joined, 1));
                continue;
            }
            if joined == 1 {
                lengths = [1; SEQUENCES.len()];
            }
            joined += 1;
            for (sequence, length) in lengths.iter_mut().enumerate() {
                *length = if steps >> sequence & 1 == 1 { *length + 1 } else { 1 };
                found.longest = found.longest.max(*length);
            }
        }
        found.end(joined);
        found
    }

    /// A part of joined sequences ends.
    fn end(&mut self, length: usize) {
        if length >= SHORTEST_RUN - 1 {
            self.in_all += length;
        }
    }
}

/// A bit for each sequence in which `b` follows `a`.
fn steps(a: u8, b: u8) -> u8 {
    let next = NEXT[usize::from(a)];
    next.iter().filter(|(byte, _)| *byte == b).fold(0, |steps, (_, sequences)| steps | sequences)
}

/// For each byte those that follow it in a sequence, with a bit for each such sequence: a letter
/// has one in the alphabet and one on the keyboard, a digit one in either direction.
static NEXT: [[(u8, u8); 2]; 256] = {
    let mut next = [[(0, 0); 2]; 256];
    let mut sequence = 0;
    while sequence < SEQUENCES.len() {
        let text = SEQUENCES[sequence].as_bytes();
        let mut index = 1;
        while index < text.len() {
            let (a, b) = (text[index - 1] as usize, text[index]);
            let free = if next[a][0].1 == 0 { 0 } else { 1 };
            assert!(next[a][free].1 == 0, "at most two bytes follow another");
            next[a][free] = (b, 1 << sequence);
            index += 1;
        }
        sequence += 1;
    }
    next
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_are_distinguished_from_values() {
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
    fn repetitions_are_a_good_part_of_a_placeholder() {
        // The beginning of every key in OpenSSH's format that is not encrypted.
        let openssh = "b3blbnnzac1rzxktdjeaaaaabg5vbmuaaaaebm9uzqaaaaaaaaabaaaalwaaaadzc2gtcn";
        assert!(!is_repetitive(["-----begin rsa private key-----\n", openssh].concat().as_bytes()));
        assert!(is_repetitive(b"sk_live_51xxxxxxk3zq8rw1tn6yb4"));
        assert!(is_repetitive(b"xoxb-0000000000-0000000000000-k3zq8rw1tn6yb4xc9vm2lp7h"));
    }
}
