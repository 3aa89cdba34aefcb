//! What the name means, and what joins it to the value.

use std::ops::Range;

use super::{F, Features};
use crate::engine::generic::contains::contains_part;
use crate::engine::generic::declaration::is_declared;
use crate::engine::generic::name::Name;
use crate::rules::NameKind;
use crate::rules::word_list::WordList;

/// What is between a name and its value in the form that all declarations are described as.
const ASSIGNMENT: &str = " = \"";

impl Features {
    pub fn describe_name(&mut self, bytes: &[u8], name: &Name) {
        let kind = match name.kind {
            NameKind::Password => F::kind_password,
            NameKind::Secret => F::kind_secret,
            NameKind::Token => F::kind_token,
            NameKind::Key => F::kind_key,
            NameKind::Auth => F::kind_auth,
            NameKind::Credential => F::kind_credential,
            NameKind::Salt => F::kind_salt,
        };
        self.flag(kind, true);
        self.set(F::words_before, name.words_before().min(5) as f32);
        self.set(F::words_after, name.words_after(bytes).min(5) as f32);
        self.flag(F::about, name.is_about(bytes));
        self.flag(F::digest, name.is_digest(bytes));
        self.set(F::qualifiers, name.qualifiers(bytes).min(3) as f32);
        self.flag(F::public, name.is_public(bytes));
        let text = &bytes[name.span.clone()];
        self.flag(F::name_upper, !text.iter().any(u8::is_ascii_lowercase));
        self.flag(F::name_capital, text[0].is_ascii_uppercase());
        self.flag(F::name_in_prose, name.is_in_prose());
        self.flag(F::name_alone, name.keyword(bytes).len() == text.len());
        let is_in = |list, word: &[u8]| name.lexicon.has(list, word);
        let is_fake =
            |word: &[u8]| is_in(WordList::FakeWords, word) || is_in(WordList::ExpectedNames, word);
        self.flag(F::name_fake, name.each_word(bytes).any(is_fake));
        let before = name.span.start.checked_sub(1).map_or(b'\n', |offset| bytes[offset]);
        self.flag(F::before_quote, matches!(before, b'"' | b'\'' | b'`'));
        self.flag(F::before_operator, b"$.-<@&?:".contains(&before));
    }

    pub fn describe_gap(&mut self, bytes: &[u8], name: &Name, value: &Range<usize>) {
        if is_declared(bytes, name, value) {
            return self.describe_declaration(bytes, name, value);
        }
        // Before the second value of a list, what is before the first one counts.
        let gap = &bytes[name.gap(value)];
        let opened = gap.iter().position(|b| matches!(b, b'[' | b'(' | b'{'));
        let gap = &gap[..opened.map_or(gap.len(), |offset| offset + 1)];
        let has = |text: &[u8]| gap.windows(text.len()).any(|window| window == text);
        let compares = has(b"==") || has(b"!=");
        self.flag(F::gap_compare, compares);
        self.flag(F::gap_equals, has(b"=") && !compares);
        self.flag(F::gap_colon, has(b":") && !has(b"="));
        self.flag(F::gap_call, has(b",") || has(b"("));
        self.flag(F::gap_element, has(b">") && !has(b"="));
        self.flag(F::gap_blank, gap.iter().all(|b| b" -'\"`".contains(b)));
        self.flag(F::gap_line, has(b"\n"));
        self.set(F::gap_length, gap.len().min(40) as f32);
        let fallback = |part: &str| has(part.as_bytes());
        self.flag(F::gap_fallback, name.lexicon.any(WordList::FallbackParts, fallback));
        let letters = gap.iter().filter(|b| b.is_ascii_alphabetic()).count();
        self.set(F::gap_letters, letters.min(20) as f32);
        self.describe_quotes(bytes, value);
        let rest = bytes[value.end..].iter().take(8).skip_while(|b| b"\"'`\\".contains(b));
        let next = rest.copied().find(|&b| b != b' ' && b != b'\t').unwrap_or(b'\n');
        self.flag(F::then_end, matches!(next, b'\n' | b'\r' | b'#'));
        self.flag(F::then_comma, matches!(next, b',' | b';'));
        self.flag(F::then_close, matches!(next, b')' | b']' | b'}'));
        self.flag(F::then_operator, matches!(next, b'+' | b'.' | b'?' | b'|' | b'&' | b'%' | b'['));
    }

    /// As if the whole statement were `NAME = "value"`, but for a fallback, which is often fake.
    fn describe_declaration(&mut self, bytes: &[u8], name: &Name, value: &Range<usize>) {
        let gap = &bytes[name.gap(value)];
        let fallback = |part: &str| contains_part(gap, part.as_bytes());
        self.flag(F::gap_fallback, name.lexicon.any(WordList::FallbackParts, fallback));
        self.flag(F::gap_equals, true);
        self.set(F::gap_length, ASSIGNMENT.len() as f32);
        self.flag(F::then_end, true);
        self.flag(F::before_quote, false);
        self.flag(F::before_operator, false);
        self.describe_quotes(bytes, value);
    }

    fn describe_quotes(&mut self, bytes: &[u8], value: &Range<usize>) {
        let quote = value.start.checked_sub(1).map_or(0, |offset| bytes[offset]);
        let closed = bytes.get(value.end) == Some(&quote);
        self.flag(F::single, closed && quote == b'\'');
        self.flag(F::double, closed && quote == b'"');
        let other = matches!(quote, b'`' | b';') || (quote == b'"' || quote == b'\'') && !closed;
        self.flag(F::other_quote, other);
        let quoted = closed && matches!(quote, b'"' | b'\'');
        self.flag(F::bare, !(other || quoted));
    }
}
