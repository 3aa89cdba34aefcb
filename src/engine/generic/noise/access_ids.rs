//! Ids of access keys at services that follow Amazon S3: the public half of a pair.

use super::Place;
use crate::rules::NameKind;

/// Characters of an id of MinIO and Ceph.
const LENGTH: usize = 20;

/// Bytes after a value in which its secret half may be named.
const NEAR: usize = 64;

/// Whether the value is the id of an access key: `AccessKey: …` of MinIO and Ceph, or any value of
/// such a name next to `secretKey`.
pub fn is_access_id(place: &Place) -> bool {
    let Place { bytes, name, text, .. } = place;
    let is = |word: &[u8], known: &str| word.eq_ignore_ascii_case(known.as_bytes());
    let names_access = |word: &[u8]| is(word, "access") || is(word, "accesskey");
    let names_secret = |word: &[u8]| is(word, "secret") || is(word, "secretkey");
    let has_form = || {
        text.len() == LENGTH && text.iter().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit())
    };
    name.kind == NameKind::Key
        && name.each_word(bytes).any(names_access)
        && !name.each_word(bytes).any(names_secret)
        && (has_form() || is_next_to_secret(place))
}

/// Whether `secret key` or `secret access key` is nearby, in any notation.
fn is_next_to_secret(place: &Place) -> bool {
    let after = place.after();
    [place.before(), &after[..after.len().min(NEAR)]].into_iter().any(|text| {
        let letters: Vec<u8> =
            text.iter().filter(|b| !b" _-.".contains(b)).map(u8::to_ascii_lowercase).collect();
        ["secretkey", "secretaccesskey"]
            .iter()
            .any(|name| memchr::memmem::find(&letters, name.as_bytes()).is_some())
    })
}

#[cfg(test)]
mod tests {
    use super::super::Name;
    use super::*;
    use crate::rules::lexicon::Lexicon;

    #[test]
    fn the_id_is_the_half_without_the_word_secret() {
        for (text, fragment, expected) in [
            ("accessKey: v1x9\nsecretKey: w2y8", "Key: v", true),
            ("AWS_SECRET_ACCESS_KEY=w2y8 AWS_ACCESS_KEY=v1x9", "KEY=v", true),
            ("access_key = V1X9V1X9V1X9V1X9V1X9", "key", true),
            ("accessKey: v1x9\nsecret: w2y8", "Key: v", false),
            ("api_key: v1x9\nsecret_key: w2y8", "key: v", false),
            ("aws_secret_access_key = v1x9", "key", false),
        ] {
            let start = text.find(fragment).unwrap();
            let lexicon = Lexicon::default();
            let name = Name::around(text.as_bytes(), start..start + 3, &lexicon).unwrap();
            let value = text.find("v1x9").or(text.find("V1X9")).unwrap();
            let end = text[value..].find(['\n', ' ']).map_or(text.len(), |length| value + length);
            let value = value..end;
            let place = Place::of(text.as_bytes(), &name, &value);
            assert_eq!(is_access_id(&place), expected, "{text}");
        }
    }
}
