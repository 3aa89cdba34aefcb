//! Whether the value is a placeholder, made of words, or like the name.

use base64::Engine as _;

use super::keywords::{Keywords, keywords_in};
use super::{F, Features};
use crate::engine::checks::structure::BASE64;
use crate::engine::checks::{placeholder, shapes, words};
use crate::engine::generic::language;
use crate::engine::generic::name::Name;

/// Shorter texts decode to something readable by chance.
const SHORTEST_BASE64: usize = 8;

impl Features {
    /// `covered` is the number of the value's letters that words cover.
    pub fn describe_wording(&mut self, bytes: &[u8], name: &Name, value: &[u8], covered: usize) {
        let lexicon = name.lexicon;
        self.flag(F::placeholder, placeholder::is_placeholder(lexicon, value));
        self.flag(F::made_of_words, words::is_made_of_words(lexicon, value));
        self.flag(F::integrity, shapes::is_integrity(lexicon, value));
        self.describe_words(value, covered);
        let lower = value.to_ascii_lowercase();
        let keywords = keywords_in(lexicon, value);
        self.flag(F::contains_fake_word, keywords.contains(Keywords::FAKE));
        self.flag(F::contains_secret_kind, keywords.contains(Keywords::KIND));
        let plain = language::undisguised(value);
        self.flag(
            F::disguised_secret_kind,
            plain != value && keywords_in(lexicon, &plain).contains(Keywords::KIND),
        );
        let keyword = name.keyword(bytes).to_ascii_lowercase();
        let named = bytes[name.span.clone()].to_ascii_lowercase();
        let like = memchr::memmem::find(&lower, &keyword).is_some()
            || memchr::memmem::find(&named, &lower).is_some();
        self.flag(F::like_name, like);
    }

    pub(super) fn describe_words(&mut self, value: &[u8], covered: usize) {
        let share = |text: &[u8], covered: usize| {
            let letters = text.iter().filter(|b| b.is_ascii_alphabetic()).count();
            if letters == 0 { 0.0 } else { covered as f32 / letters as f32 }
        };
        let plain = language::undisguised(value);
        let disguised = if plain == value { covered } else { language::covered(&plain) };
        self.set(F::disguised, share(&plain, disguised));
        let end = value.iter().rev().take_while(|b| !b.is_ascii_alphabetic()).count().min(6);
        let explained = covered + end;
        self.set(F::remainder, value.len().saturating_sub(explained) as f32 / value.len() as f32);
        if let Some(text) = readable(value) {
            self.flag(F::decodes, true);
            self.set(F::decoded_covered, share(&text, language::covered(&text)));
        }
    }
}

/// What the value is base64 of, if that can be read.
fn readable(value: &[u8]) -> Option<Vec<u8>> {
    if value.len() < SHORTEST_BASE64 {
        return None;
    }
    let text = BASE64.decode(value).ok()?;
    let reads = |b: &u8| b.is_ascii_graphic() || matches!(b, b' ' | b'\n' | b'\r' | b'\t');
    text.iter().all(reads).then_some(text)
}
