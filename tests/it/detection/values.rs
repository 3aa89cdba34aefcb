//! Random values of every alphabet that secrets have.

use crate::support::random::Random;

/// An alphabet of random values.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alphabet {
    Hex,
    Lower,
    Alphanumeric,
    Base64,
    Base64Url,
    Password,
}

impl Alphabet {
    pub const ALL: [Alphabet; 6] = [
        Alphabet::Hex,
        Alphabet::Lower,
        Alphabet::Alphanumeric,
        Alphabet::Base64,
        Alphabet::Base64Url,
        Alphabet::Password,
    ];

    /// The characters, as a generator would draw them.
    pub fn characters(self) -> &'static [u8] {
        const ALL: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        match self {
            Alphabet::Hex => b"0123456789abcdef",
            Alphabet::Lower => b"abcdefghijklmnopqrstuvwxyz0123456789",
            Alphabet::Alphanumeric => ALL,
            Alphabet::Base64 => b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/",
            Alphabet::Base64Url => {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"
            }
            Alphabet::Password => {
                b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789!@#^*_+-=."
            }
        }
    }

    /// A random value of this many characters; it begins and ends with a letter or a digit.
    pub fn draw(self, random: &mut Random, length: usize) -> String {
        let characters = self.characters();
        let plain: Vec<u8> = characters.iter().copied().filter(u8::is_ascii_alphanumeric).collect();
        let one = |random: &mut Random, index: usize| {
            let of = if index == 0 || index + 1 == length { &plain[..] } else { characters };
            char::from(*random.one(of))
        };
        (0..length).map(|index| one(random, index)).collect()
    }
}
