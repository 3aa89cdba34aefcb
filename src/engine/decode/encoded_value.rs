//! A value that is encoded text as a whole, as in a Kubernetes Secret.

use super::run::base64::decode_base64;
use super::run::hex::decode_hex_digits;
use super::run::run_at;
use super::text_check;
use crate::findings::Step;

/// Minimum length. Shorter values decode to text too often by chance: of random values of twelve
/// characters one in seven thousand does.
const SHORTEST: usize = 12;

/// The text that the value encodes, without a final line end (`echo … | base64`). Unlike in a run,
/// every byte of it must be text.
pub fn decode_value(value: &[u8]) -> Option<(Vec<u8>, Step)> {
    if value.len() < SHORTEST || run_at(value, 0).len() != value.len() {
        return None;
    }
    let base64 = || {
        let ends_whole = value.len().is_multiple_of(4) || !value.ends_with(b"=");
        decode_base64(value).filter(|_| ends_whole && value.len() % 4 != 1)
    };
    let hex = || {
        let mut bytes = vec![0; value.len() / 2];
        (value.len().is_multiple_of(2) && decode_hex_digits(value, &mut bytes)).then_some(bytes)
    };
    let text = |bytes: Vec<u8>, step| {
        let length = bytes.trim_ascii_end().len();
        let plain = length > 0 && bytes.iter().all(|&b| text_check::is_plain(b));
        plain.then(|| (bytes[..length].to_vec(), step))
    };
    base64()
        .and_then(|bytes| text(bytes, Step::Base64))
        .or_else(|| hex().and_then(|bytes| text(bytes, Step::Hex)))
}

/// The bytes of base64 that may be on several lines; `None` if it is none.
pub fn decode_data(text: &[u8]) -> Option<Vec<u8>> {
    let digits: Vec<u8> = text.iter().copied().filter(|b| !b.is_ascii_whitespace()).collect();
    let is_whole = !digits.is_empty() && digits.len().is_multiple_of(4);
    is_whole.then(|| decode_base64(&digits)).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_value_that_encodes_text_is_decoded() {
        let expected = (b"hunter2horse".to_vec(), Step::Base64);
        assert_eq!(decode_value(b"aHVudGVyMmhvcnNl"), Some(expected.clone()));
        assert_eq!(decode_value(b"aHVudGVyMmhvcnNlCg=="), Some(expected.clone()));
        assert_eq!(decode_value(b"aHVudGVyMmhvcnNlCg"), Some(expected));
        assert_eq!(
            decode_value(b"68756e74657232686f727365"),
            Some((b"hunter2horse".to_vec(), Step::Hex))
        );
        for other in
            ["aHVudGVyMmhvcnNl!", "correcthorse", "q7Rz0Pk3Lm7Rz0Pk", "aHVudGVyMmhvcnNlCg="]
        {
            assert_eq!(decode_value(other.as_bytes()), None, "{other}");
        }
    }
}
