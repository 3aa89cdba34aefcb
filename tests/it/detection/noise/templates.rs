//! Texts with gaps for random values: `{hex:40}`, `{base64:32}`, `{uuid}`.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

use crate::support::random::Random;

const HEX: &[u8] = b"0123456789abcdef";
const CAPITALS: &[u8] = b"0123456789ABCDEF";
const LOWER: &[u8] = b"abcdefghijklmnopqrstuvwxyz0123456789";
const UPPER: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789";
const DIGITS: &[u8] = b"0123456789";
const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LETTERS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE58: &[u8] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
const BECH32: &[u8] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// The template with a random value in each gap.
pub fn filled(random: &mut Random, template: &str) -> String {
    let mut text = String::new();
    let mut rest = template;
    while let Some((before, after)) = rest.split_once('{') {
        text.push_str(before);
        match after.split_once('}').and_then(|(gap, rest)| Some((value(random, gap)?, rest))) {
            Some((value, after)) => {
                text.push_str(&value);
                rest = after;
            }
            None => {
                text.push('{');
                rest = after;
            }
        }
    }
    text + rest
}

/// A random value for a gap; `None` if the braces are those of the text.
fn value(random: &mut Random, gap: &str) -> Option<String> {
    let (kind, length) = match gap.split_once(':') {
        Some((kind, length)) => (kind, length.parse().ok()?),
        None => (gap, 0),
    };
    let mut drawn = |alphabet: &[u8], length: usize| {
        (0..length).map(|_| char::from(*random.one(alphabet))).collect::<String>()
    };
    Some(match kind {
        "hex" => drawn(HEX, length),
        "HEX" => drawn(CAPITALS, length),
        "lower" => drawn(LOWER, length),
        "upper" => drawn(UPPER, length),
        "digits" => drawn(DIGITS, length),
        "alnum" => drawn(ALL, length),
        "name" => drawn(LETTERS, 1) + &drawn(ALL, length - 1),
        "base58" => drawn(BASE58, length),
        "bech32" => drawn(BECH32, length),
        "version" => [drawn(DIGITS, 1), drawn(DIGITS, 2), drawn(DIGITS, 1)].join("."),
        "uuid" => [8, 4, 4, 4, 12].map(|length| drawn(HEX, length)).join("-"),
        "base64" => STANDARD.encode((0..length).map(|_| random.draw() as u8).collect::<Vec<_>>()),
        _ => return None,
    })
}
