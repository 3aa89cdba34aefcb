//! Which values are declared: given to their name by a call, a pair or a function that means the
//! same as an assignment, such as `setenv("NAME", "v")`, `.name("v")` and `getName() { return "v" }`.
//! The features describe them as `NAME = "v"`, because a language's way to write this says nothing
//! about the value.

use std::ops::Range;

use super::contains::contains_part;
use super::name::Name;
use super::words::Words;
use crate::rules::BEFORE;
use crate::rules::is_word_byte;
use crate::rules::word_list::WordList;

/// Bytes between a name and its value that are read, at most.
const LONGEST_GAP: usize = 64;

/// Letters of the name of a call that are read, at most.
const LONGEST_CALL: usize = 32;

/// Whether the value is a literal that a call, a pair or a function gives to the name.
pub fn is_declared(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let gap = &bytes[name.gap(value)];
    let is_before_name = value.start < name.span.start;
    is_quoted(bytes, value)
        && gap.len() <= LONGEST_GAP
        && (is_before_name || !compares(gap) && is_joined(bytes, name, gap))
        && !asserts(bytes, name)
}

/// Whether the value has a quote on either side, which may be escaped.
fn is_quoted(bytes: &[u8], value: &Range<usize>) -> bool {
    let quote = value.start.checked_sub(1).map(|offset| bytes[offset]);
    let rest = &bytes[value.end..];
    let close = rest.iter().find(|&&b| b != b'\\').copied();
    quote.is_some_and(|quote| matches!(quote, b'"' | b'\'' | b'`') && close == Some(quote))
}

fn compares(gap: &[u8]) -> bool {
    gap.windows(2).any(|two| matches!(two, b"==" | b"!="))
}

/// Whether what is between the name and the value gives one to the other.
fn is_joined(bytes: &[u8], name: &Name, gap: &[u8]) -> bool {
    // Erlang's atoms and Ruby's symbols are literals without quotes.
    let before = name.span.start.checked_sub(1).map(|offset| bytes[offset]);
    let is_literal = matches!(gap.first(), Some(b'"' | b'\'' | b'`' | b'\\'))
        || matches!(before, Some(b'{' | b':'));
    let returns = || gap.windows(6).any(|word| word == b"return");
    let open = gap.iter().position(|b| b"(,=:>?|".contains(b));
    match open.map(|open| gap[open]) {
        Some(b',') => is_literal,
        Some(b'(') if open == Some(0) => gives(bytes, name) || returns(),
        Some(b'(') | None => is_literal || returns(),
        Some(_) => false,
    }
}

/// Whether a call with the name of a credential takes its value, and is not one that looks for it.
fn gives(bytes: &[u8], name: &Name) -> bool {
    let named = &bytes[name.span.clone()];
    let member = named.iter().rposition(|&b| b == b'.').map_or(0, |dot| dot + 1);
    let mut words = Words { bytes, span: name.span.start + member..name.span.end };
    !words.next().is_some_and(|word| name.lexicon.has(WordList::ReadingWords, &bytes[word]))
}

/// Whether the name is an argument of a call that asserts something.
fn asserts(bytes: &[u8], name: &Name) -> bool {
    let before = &bytes[name.fragment.saturating_sub(BEFORE - 1)..name.span.start];
    let Some(open) = before.iter().rposition(|b| matches!(b, b'(' | b'\n' | b';' | b'{')) else {
        return false;
    };
    let call = &before[open.saturating_sub(LONGEST_CALL)..open];
    let from = call.iter().rposition(|b| !is_word_byte(*b) && *b != b'.').map_or(0, |at| at + 1);
    let is_in = |part: &str| contains_part(&call[from..], part.as_bytes());
    before[open] == b'(' && name.lexicon.any(WordList::AssertionParts, is_in)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lexicon::Lexicon;

    fn declared(text: &str) -> bool {
        let (fragment, value) = (text.find("oken").unwrap(), text.find("v1x9").unwrap());
        let lexicon = Lexicon::default();
        let name = Name::around(text.as_bytes(), fragment..fragment + 4, &lexicon).unwrap();
        is_declared(text.as_bytes(), &name, &(value..value + 4))
    }

    #[test]
    fn calls_pairs_and_functions_declare() {
        for text in [
            "setenv(\"API_Token\", \"v1x9\", 1)",
            "define( 'API_Token', 'v1x9' );",
            "client.setToken(\"v1x9\");",
            ".token(\"v1x9\").build()",
            "getToken() { return \"v1x9\"; }",
            "request.setValue(\"v1x9\", forKey: \"Token\")",
            "{api_token, \"v1x9\"}",
            "set :api_token, \"v1x9\"",
            "os.environ.get(\"API_Token\", \"v1x9\")",
            "buildConfigField \"String\", \"API_Token\", \"\\\"v1x9\\\"\"",
        ] {
            assert!(declared(text), "{text}");
        }
    }

    #[test]
    fn assertions_comparisons_and_other_calls_do_not() {
        for text in [
            "assertEquals(\"token\", \"v1x9\")",
            "expect(\"token\", \"v1x9\")",
            "store.getToken(\"v1x9\")",
            "validate_token('v1x9')",
            "compare(token, \"v1x9\")",
            "token == \"v1x9\"",
            "token = v1x9\n",
            "token = \"v1x9\"",
        ] {
            assert!(!declared(text), "{text}");
        }
    }
}
