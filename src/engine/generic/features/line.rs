//! What is around the name and its value, on their line and on the adjacent ones.

use std::ops::Range;

use super::keywords::{Keywords, keywords_in};
use super::{F, Features};
use crate::engine::generic::contains::contains_part;
use crate::engine::generic::name::Name;
use crate::rules::BEFORE;
use crate::rules::is_word_byte;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

impl Features {
    pub fn describe_line(&mut self, bytes: &[u8], name: &Name, value: &Range<usize>) {
        let (start, end) = (name.span.start.min(value.start), name.span.end.max(value.end));
        let first = name.fragment.saturating_sub(BEFORE - 1).min(start);
        let before = &bytes[first..start];
        let line_before = before.rsplit(|&b| b == b'\n').next().unwrap_or_default();
        let last = bytes.len().min(end + 64);
        let after = &bytes[end..last];
        let line_after = after.split(|&b| b == b'\n').next().unwrap_or_default();
        let trimmed = line_before.trim_ascii_start();
        let lexicon = name.lexicon;
        let begins = |mark: &str| trimmed.starts_with(mark.as_bytes());
        self.flag(F::comment, lexicon.any(WordList::CommentMarks, begins));
        let contains = |list| lexicon.any(list, |part| contains_part(line_before, part.as_bytes()));
        self.flag(F::condition, contains(WordList::ConditionParts));
        self.flag(F::asserts, contains(WordList::AssertionParts));
        let near = keywords_in(lexicon, before).with(keywords_in(lexicon, after));
        self.flag(F::near_fake_word, near.contains(Keywords::FAKE));
        self.flag(F::near_login, near.contains(Keywords::LOGIN));
        self.flag(F::near_test, near.contains(Keywords::TEST));
        self.flag(F::after_user, gives_user(lexicon, line_before));
        self.set(F::same_shape, same_shape(&bytes[start..end], before, after));
        let text = &bytes[value.clone()];
        let twice = || [before, after].into_iter().any(|near| contains_part(near, text));
        self.flag(F::twice, text.len() > 3 && twice());
        let solid = |text: &[u8]| text.iter().filter(|b| !b.is_ascii_whitespace()).count();
        self.set(F::line_before, solid(line_before) as f32);
        self.set(F::line_after, solid(line_after) as f32);
    }
}

/// Whether a user or an account is given on the line: `user=me password=…`, `"login": "me"`.
fn gives_user(lexicon: &Lexicon, line: &[u8]) -> bool {
    let operators = line.iter().enumerate().filter(|(_, b)| matches!(b, b'=' | b':'));
    operators.map(|(offset, _)| &line[..offset]).any(|before| {
        let quoted = before.iter().rev().take_while(|b| b"\"'` )]\\".contains(b)).count();
        let before = &before[..before.len() - quoted];
        let letters = before.iter().rev().take_while(|b| b.is_ascii_alphabetic()).count();
        let word = &before[before.len() - letters..];
        lexicon.any(WordList::UserEndings, |user| {
            let from = word.len().checked_sub(user.len());
            from.is_some_and(|from| word[from..].eq_ignore_ascii_case(user.as_bytes()))
        })
    })
}

/// How many of the adjacent lines, as far as they are within reach, have the shape of its line.
fn same_shape(assignment: &[u8], before: &[u8], after: &[u8]) -> f32 {
    let mut lines = before.rsplit(|&b| b == b'\n');
    let head = lines.next().unwrap_or_default();
    let own = shape([head, assignment]);
    let previous = lines.next().is_some_and(|line| shape([line, &[]]) == own);
    let mut lines = after.split(|&b| b == b'\n');
    lines.next();
    let next = lines.take(2).filter(|line| line.len() > 4 && shape([line, &[]]) == own).count();
    (usize::from(previous) + next) as f32
}

/// The first characters of a line in two parts: letters and digits count as one, blanks are
/// skipped, zeros fill the rest.
fn shape(line: [&[u8]; 2]) -> [u8; 8] {
    let mut shape = [0; 8];
    let mut length = 0;
    for &b in line.into_iter().flatten() {
        let character = match b {
            b' ' | b'\t' | b'\r' => continue,
            b if is_word_byte(b) => b'a',
            b => b,
        };
        if length == 0 || shape[length - 1] != character {
            shape[length] = character;
            length += 1;
        }
        if length == shape.len() {
            break;
        }
    }
    shape
}
