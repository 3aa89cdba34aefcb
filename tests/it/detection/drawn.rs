//! Random parts of which formats consist.

use super::values::Alphabet;
use crate::support::random::Random;

pub fn bytes(random: &mut Random, count: usize) -> Vec<u8> {
    (0..count).map(|_| random.below(256) as u8).collect()
}

/// Hexadecimal digits.
pub fn digits(random: &mut Random, count: usize) -> String {
    Alphabet::Hex.draw(random, count)
}

/// Letters and digits.
pub fn letters(random: &mut Random, count: usize) -> String {
    Alphabet::Alphanumeric.draw(random, count)
}

/// Lower-case letters and digits.
pub fn lower(random: &mut Random, count: usize) -> String {
    Alphabet::Lower.draw(random, count)
}

/// A random UUID (RFC 9562, version 4).
pub fn uuid(random: &mut Random) -> String {
    let [a, b, c, d, e] = [8, 4, 3, 3, 12].map(|count| digits(random, count));
    format!("{a}-{b}-4{c}-a{d}-{e}")
}
