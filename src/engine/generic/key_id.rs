//! The id of an access key, next to its secret: `accessKey: … secretKey: …`, as S3 and the services
//! that are compatible with it write their pairs.

use std::ops::Range;

use super::name::Name;
use crate::rules::{AFTER, BEFORE, NameKind};

/// Whether the value is the public half of a pair whose secret half is named nearby.
pub fn is_key_id(bytes: &[u8], name: &Name, value: &Range<usize>) -> bool {
    let mut words = name.each_word(bytes);
    let is = |word: &[u8], known: &str| word.eq_ignore_ascii_case(known.as_bytes());
    let names_access = |word: &[u8]| is(word, "access") || is(word, "accesskey");
    if name.kind != NameKind::Key || !words.any(names_access) {
        return false;
    }
    let names_secret = |word: &[u8]| is(word, "secret") || is(word, "secretkey");
    let first = name.fragment.saturating_sub(BEFORE - 1).min(name.span.start);
    let after = &bytes[value.end..bytes.len().min(value.end + AFTER - 16)];
    !name.each_word(bytes).any(names_secret)
        && (names_secret_key(&bytes[first..name.span.start]) || names_secret_key(after))
}

/// Whether the text contains `secret key` or `secret access key` in any notation.
fn names_secret_key(text: &[u8]) -> bool {
    let letters: Vec<u8> =
        text.iter().filter(|b| !b" _-.".contains(b)).map(u8::to_ascii_lowercase).collect();
    ["secretkey", "secretaccesskey"]
        .iter()
        .any(|name| memchr::memmem::find(&letters, name.as_bytes()).is_some())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::lexicon::Lexicon;

    #[test]
    fn the_id_is_the_half_without_the_word_secret() {
        for (text, fragment, expected) in [
            ("accessKey: v1x9\nsecretKey: w2y8", "Key: v", true),
            ("AWS_SECRET_ACCESS_KEY=w2y8 AWS_ACCESS_KEY=v1x9", "KEY=v", true),
            ("accessKey: v1x9\nsecretKey: w2y8", "Key: w", false),
            ("AWS_SECRET_ACCESS_KEY=v1x9 AWS_ACCESS_KEY=w2y8", "KEY=v", false),
            ("accessKey: v1x9\nsecret: w2y8", "Key: v", false),
            ("api_key: v1x9\nsecret_key: w2y8", "key: v", false),
        ] {
            let start = text.find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::around(text.as_bytes(), start..start + 3, &lexicon).unwrap();
            let value = text.find("v1x9").or(text.find("w2y8")).unwrap();
            assert_eq!(is_key_id(text.as_bytes(), &name, &(value..value + 4)), expected, "{text}");
        }
    }
}
