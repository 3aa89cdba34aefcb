//! Bech32 (BIP 173), the text form of age's identities.

const ALPHABET: &[u8; 32] = b"qpzry9x8gf2tvdw0s3jn54khce6mua7l";

/// Coefficients of the generator polynomial.
const GENERATOR: [u32; 5] = [0x3b6a_57b2, 0x2650_8e6d, 0x1ea1_19fa, 0x3d42_33dd, 0x2a14_62b3];

/// Whether the last 6 characters are the checksum of the text, in one letter case. The length is
/// not limited, as in age's specification.
pub fn is_valid(text: &[u8]) -> Option<bool> {
    let upper = text.iter().any(u8::is_ascii_uppercase);
    if upper && text.iter().any(u8::is_ascii_lowercase) {
        return Some(false);
    }
    let text = text.to_ascii_lowercase();
    let separator = memchr::memrchr(b'1', &text)?;
    let (prefix, data) = (&text[..separator], &text[separator + 1..]);
    let digit = |b: &u8| ALPHABET.iter().position(|known| known == b).map(|index| index as u8);
    let data: Vec<u8> = data.iter().map(digit).collect::<Option<_>>()?;
    let high = prefix.iter().map(|b| b >> 5);
    let low = prefix.iter().map(|b| b & 31);
    let remainder = high.chain([0]).chain(low).chain(data.iter().copied()).fold(1, step);
    Some(data.len() >= 6 && remainder == 1)
}

fn step(sum: u32, digit: u8) -> u32 {
    let top = sum >> 25;
    let shifted = (sum & 0x1ff_ffff) << 5 ^ u32::from(digit);
    let chosen = GENERATOR.iter().enumerate().filter(|(bit, _)| top >> bit & 1 == 1);
    chosen.fold(shifted, |sum, (_, coefficient)| sum ^ coefficient)
}

#[cfg(test)]
mod tests {
    use super::is_valid;

    #[test]
    fn the_vectors_of_bip_173() {
        for valid in [
            "A12UEL5L",
            "a12uel5l",
            "an83characterlonghumanreadablepartthatcontainsthenumber1andtheexcludedcharactersbio1tt5tgs",
            "abcdef1qpzry9x8gf2tvdw0s3jn54khce6mua7lmqqqxw",
            "split1checkupstagehandshakeupstreamerranterredcaperred2y9e3w",
        ] {
            assert_eq!(is_valid(valid.as_bytes()), Some(true), "{valid}");
        }
        for invalid in ["A12UEL5M", "a12UEL5L", "pzry9x0s0muk", "x1b4n0q5v", "li1dgmt3"] {
            assert_ne!(is_valid(invalid.as_bytes()), Some(true), "{invalid}");
        }
    }
}
