//! Keys of Azure, Azure DevOps and Microsoft Entra, all of which contain a checksum.
//!
//! Source of the layouts, signatures and seeds: Microsoft's `security-utilities`. Seeds are
//! eight bytes of ASCII, read as a big-endian number.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use super::marvin32::marvin32;
use crate::engine::checks::base32;

const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::RequireNone),
);

/// Seeds of the keys that Service Bus, Event Hubs and Relay share.
const MESSAGING: &[&[u8; 8]] = &[b"System00", b"Unknown0", b"Send0000", b"Manage00", b"Listen00"];

/// Signature and seeds of each kind of key.
const KINDS: &[(&[u8; 4], &[&[u8; 8]])] = &[
    (b"+ASt", &[b"Default0"]),
    (
        b"ACDb",
        &[
            b"SysAll00",
            b"Resour00",
            b"MastRO00",
            b"SystRO00",
            b"Encryp00",
            b"MastRW00",
            b"SystRW00",
        ],
    ),
    (b"+ABa", &[b"AbAcct00"]),
    (b"+ACR", &[b"ACRDflt0"]),
    (b"AzCa", &[b"Access00"]),
    (b"AzFu", &[b"Master00", b"System00", b"Functi00"]),
    (b"AzSe", &[b"Query000", b"PAdmin00"]),
    (b"+ASb", MESSAGING),
    (b"+AEh", MESSAGING),
    (b"+ARm", MESSAGING),
    (b"AIoT", &[b"IoTHub00", b"DpsKey00", b"Device00"]),
    (b"APIM", &[b"Tenant00", b"IoTHub00", b"Gateway0", b"GitKey00"]),
    (b"AZEG", &[b"SendRecv"]),
    (b"+AMC", &[b"Classic0"]),
];

/// A key with its signature before the last 6 characters: its last 4 bytes are the Marvin32 of
/// those before them, with a seed of the kind of key.
pub fn key(secret: &[u8]) -> Option<bool> {
    let text = &secret[..secret.iter().rposition(|&b| b != b'=')? + 1];
    let (body, _) = text.split_last_chunk::<6>()?;
    let signature = body.last_chunk::<4>()?;
    let (_, seeds) = KINDS.iter().find(|(known, _)| *known == signature)?;
    let bytes = decode(text)?;
    let (payload, check) = bytes.split_last_chunk::<4>()?;
    let check = u32::from_le_bytes(*check);
    Some(seeds.iter().any(|seed| marvin32(u64::from_be_bytes(**seed), payload) == check))
}

/// The common annotated key of 88 characters: bytes 60 to 63 are the Marvin32 of those before
/// them. No checksum could be verified for the form of 84 characters.
pub fn annotated_key(secret: &[u8]) -> Option<bool> {
    let bytes = decode(secret.strip_suffix(b"==")?)?;
    let (payload, check) = bytes.split_last_chunk::<4>()?;
    let seed = u64::from_be_bytes(*b"Default0");
    Some(payload.len() == 60 && marvin32(seed, payload) == u32::from_le_bytes(*check))
}

/// Base64 in either alphabet, without padding.
fn decode(text: &[u8]) -> Option<Vec<u8>> {
    let standard: Vec<u8> = text
        .iter()
        .map(|b| match b {
            b'-' => b'+',
            b'_' => b'/',
            b => *b,
        })
        .collect();
    BASE64.decode(standard).ok()
}

/// A personal access token of Azure DevOps in base32: four of its 32 bytes, scattered, are the
/// CRC-32 of the others, masked by a number for users and another for apps.
pub fn devops_token(secret: &[u8]) -> Option<bool> {
    const MASKS: [u32; 2] = [0xe0b9_692d, 0x1019_f92e];
    let bytes = base32::decode(secret)?;
    let bytes = bytes.first_chunk::<32>()?;
    let payload = [&bytes[..2], &bytes[3..7], &bytes[9..22], &bytes[23..]].concat();
    let check = u32::from_le_bytes([bytes[22], bytes[8], bytes[7], bytes[2]]);
    let hash = crc32fast::hash(&payload);
    Some(MASKS.iter().any(|mask| hash ^ mask == check))
}

/// A client secret of Microsoft Entra with `8Q~`: the last 3 characters are the first 3 of the
/// Marvin32 of those before them, in base 66, 6 digits wide.
pub fn entra_secret(secret: &[u8]) -> Option<bool> {
    const DIGITS: &[u8; 66] = b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ1234567890.-_~";
    let (payload, check) = secret.split_last_chunk::<3>()?;
    let hash = marvin32(u64::from_be_bytes(*b"AadPwd00"), payload);
    Some(super::in_base(hash, DIGITS, 6).starts_with(check))
}

#[cfg(test)]
mod tests {
    use super::*;

    // Fake keys from a second implementation, in Python.

    /// The checksum is valid, and no longer once the first character is another.
    fn assert_checked(check: fn(&[u8]) -> Option<bool>, parts: [&str; 2]) {
        let mut text = parts.concat().into_bytes();
        assert_eq!(check(&text), Some(true), "{}", parts[1]);
        text[0] = if text[0] == b'k' { b'j' } else { b'k' };
        assert_eq!(check(&text), Some(false), "{}", parts[1]);
    }

    #[test]
    fn a_key_is_checked_with_the_seeds_of_its_signature() {
        for parts in [
            [
                "3Xv6keLYvMdv1rQznNk9hUgg00qrllBEpqnpNC2KRlix8GC0H8DJDZEnZYm7w2JP2RKM1V5npfvX+A",
                "StYqYQkQ==",
            ],
            [
                "IJwXdLB4TbqHKiHzbDEDmajDZk6aP4uIwWRi74/GqggQdlTLj7RBiWlW+EZzBYPieMm/Hnb+yK8JAC",
                "Db4rNYYg==",
            ],
            ["4DKz+xBHm1YwFzXAJIzIQImVKGilpKZAaRlRCy3pkU+A", "CRCqA7fV"],
            ["nsn5Ysl6heEnZo4RXIM9quL0IPzQeL4Cc+A", "SbLmsq2Y="],
            ["BHBJgRQLXikMZphbI0MdFiFMSTs_BZMNkxC_wR2ED-AiAz", "Fugs7ujA=="],
            ["WYjfFBWuk4p3taPKDnXKA8Xkumq5Ty0X7VQl54Ic9uAz", "SeBZImiS"],
        ] {
            assert_checked(key, parts);
        }
        assert_eq!(key(b"=="), None);
        assert_eq!(key(b"AzFuAAAAAA"), Some(false));
    }

    #[test]
    fn an_annotated_key_of_88_characters_is_checked() {
        assert_checked(
            annotated_key,
            [
                "VPv5Xu3HfF3vpO33gRqsjE3U2YcbIwEpcye5XkO65yWaC4SKdD1sJQ",
                "QJ99CFvrANoxE8K0WMjIsVAZDO5CDYuw==",
            ],
        );
        assert_eq!(annotated_key(b"AAAA"), None);
    }

    #[test]
    fn tokens_of_azure_devops_are_a_users_or_an_apps() {
        assert_checked(devops_token, ["bd5tfu56ftvygssuky4xc27rrx", "jknhi5etw4ki4fxdge7fd7wr5q"]);
        assert_checked(devops_token, ["3e42cfsp4st5aesuxtcvq63tip", "5kvrwrnwrpyzz3uqmfbgmg6yqq"]);
        assert_eq!(devops_token(b"abc"), None);
    }

    #[test]
    fn an_entra_secret_ends_with_its_checksum() {
        assert_checked(entra_secret, ["8y58Q", "~YvaSvz7-v6pALc9REM0Ag3Ui26SydMgdmu"]);
        assert_checked(entra_secret, ["k4j8Q", "~lhx-FA4833f6gJTx2tSgKpGJ1kkcaAF"]);
        assert_eq!(entra_secret(b"8"), None);
    }
}
