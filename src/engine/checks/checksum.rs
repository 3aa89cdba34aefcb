//! Checksums that tokens contain. Named in pattern files, written here; those of a family of keys
//! or with their own encoding have files of their own.

mod azure;
mod bech32;
mod marvin32;
mod nats;

use md5::{Digest, Md5};

use crate::rules::Checksum;

const BASE62: &[u8; 62] = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const BASE36: &[u8; 36] = b"0123456789abcdefghijklmnopqrstuvwxyz";

/// Whether the checksum of the secret is valid.
pub fn is_valid(checksum: Checksum, secret: &[u8]) -> bool {
    match checksum {
        Checksum::Md5Hex4 => md5_hex4(secret),
        Checksum::Crc32Base62 => crc32_base62(secret),
        Checksum::GitlabRoutable => gitlab_routable(secret),
        Checksum::Atlassian => atlassian(secret),
        Checksum::Cloudflare => cloudflare(secret),
        Checksum::Grafana => grafana(secret),
        Checksum::AzureKey => azure::key(secret),
        Checksum::AzureAnnotatedKey => azure::annotated_key(secret),
        Checksum::AzureDevopsToken => azure::devops_token(secret),
        Checksum::EntraSecret => azure::entra_secret(secret),
        Checksum::Bech32 => bech32::is_valid(secret),
        Checksum::NatsSeed => nats::seed(secret),
    }
    .unwrap_or(false)
}

/// LocalStack: after the first `-`, the last 4 characters are the first 4 hex digits of the
/// MD5 of all before them, dashes included. Source: the official client's licensing module.
fn md5_hex4(secret: &[u8]) -> Option<bool> {
    let dash = memchr::memchr(b'-', secret)?;
    let (payload, check) = secret[dash + 1..].split_last_chunk::<4>()?;
    let digest = Md5::digest(payload);
    let expected = format!("{:02x}{:02x}", digest[0], digest[1]);
    Some(expected.as_bytes() == check)
}

/// GitHub, npm, NetBird and Polar: after the last `_`, the last 6 characters are the CRC-32 of
/// those before them in base 62, padded with `0`. Sources: GitHub's engineering blog, 2021-04-05;
/// NetBird's `personal_access_token.go`; Polar's `kit/crypto.py`.
fn crc32_base62(secret: &[u8]) -> Option<bool> {
    let underscore = memchr::memrchr(b'_', secret)?;
    let (payload, check) = secret[underscore + 1..].split_last_chunk::<6>()?;
    Some(in_base(crc32fast::hash(payload), BASE62, 6) == check)
}

/// GitLab routable tokens: `….01.` (version; absent in the first generation), then 2 digits of
/// the length of the payload and 7 of the CRC-32 of all before them, in base 36; the prefix is
/// hashed too. Source: GitLab's `routable_token.rb`.
fn gitlab_routable(secret: &[u8]) -> Option<bool> {
    let (payload, check) = secret.split_last_chunk::<7>()?;
    Some(in_base(crc32fast::hash(payload), BASE36, 7) == check)
}

/// Atlassian: the last 8 characters are the CRC-32 of all before them, prefix and `=` included,
/// in hexadecimal. Verified on published samples of `ATATT`.
fn atlassian(secret: &[u8]) -> Option<bool> {
    let (payload, check) = secret.split_last_chunk::<8>()?;
    Some(hex(crc32fast::hash(payload)).eq_ignore_ascii_case(check))
}

/// Cloudflare: after the `_`, the last 8 characters are the CRC-32 of the 40 before them, in
/// hexadecimal. Verified on the samples of its documentation.
fn cloudflare(secret: &[u8]) -> Option<bool> {
    let underscore = memchr::memchr(b'_', secret)?;
    let (payload, check) = secret[underscore + 1..].split_last_chunk::<8>()?;
    Some(hex(crc32fast::hash(payload)) == check)
}

/// Grafana: after the last `_`, the CRC-32 of all before it, prefix included, as 4
/// little-endian bytes in hexadecimal. Source: `satokengen/tokengen.go`.
fn grafana(secret: &[u8]) -> Option<bool> {
    let (payload, check) = secret.split_last_chunk::<8>()?;
    let payload = payload.strip_suffix(b"_")?;
    Some(hex(crc32fast::hash(payload).swap_bytes()) == check)
}

/// 8 lower-case hexadecimal digits.
fn hex(value: u32) -> Vec<u8> {
    in_base(value, &BASE36[..16], 8)
}

/// `value` in the base of the digits, `width` digits wide, padded with the zero digit.
pub(super) fn in_base(mut value: u32, digits: &[u8], width: usize) -> Vec<u8> {
    let base = digits.len() as u32;
    let mut text = vec![digits[0]; width];
    for digit in text.iter_mut().rev() {
        *digit = digits[(value % base) as usize];
        value /= base;
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn localstack_auth_token() {
        // A fake token with valid check digits.
        let token = ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
        assert!(is_valid(Checksum::Md5Hex4, token.as_bytes()));
        let broken = token.replace("f207", "f208");
        assert!(!is_valid(Checksum::Md5Hex4, broken.as_bytes()));
        assert!(!is_valid(Checksum::Md5Hex4, b"ls"));
    }

    #[test]
    fn github_token() {
        let payload = [b'a'; 30];
        let check = in_base(crc32fast::hash(&payload), BASE62, 6);
        let token = [b"ghp_", &payload[..], &check[..]].concat();
        assert!(is_valid(Checksum::Crc32Base62, &token));
        let swapped = token.iter().rev().copied().collect::<Vec<u8>>();
        assert!(!is_valid(Checksum::Crc32Base62, &swapped));
    }

    #[test]
    fn crc32_in_hexadecimal() {
        // Fake tokens from a second implementation of the CRC, in Python.
        let atlassian = ["ATATT3xFfGF0", "hliVTSfGEVtXTlU6kY-0dgR6q04uZJOXrpzpCJuKJv7_PIiiu-M4clOcApFZYbpM1dnN2E3DNYPV7iRK2qAA93bJQD1zu94bCIqZbfuHSO0NMmqFNFdLvcrBDy9l9Qns8QRtSZvCRzaGnR3jeBnToFdG97-h9EoXNtZc0okebG9=77824F87"].concat();
        let cloudflare = ["cfut_", "nDM6AMsLkQNPbJVXzZBETZT6n6Q4cdknbtVHLM5f9c10da0a"].concat();
        let grafana = ["glsa_", "pYyto07CZn8H0voZlYL4vMYKJi17PumM_3bdb9c0b"].concat();
        for (checksum, token) in [
            (Checksum::Atlassian, &atlassian),
            (Checksum::Cloudflare, &cloudflare),
            (Checksum::Grafana, &grafana),
        ] {
            assert!(is_valid(checksum, token.as_bytes()), "{checksum}");
            let (body, check) = token.split_at(token.len() - 8);
            let reversed: String = check.chars().rev().collect();
            assert!(!is_valid(checksum, [body, &reversed].concat().as_bytes()), "{checksum}");
            assert!(!is_valid(checksum, b"_"), "{checksum}");
        }
    }

    #[test]
    fn numbers_are_padded_in_their_base() {
        assert_eq!(in_base(0, BASE62, 6), b"000000");
        assert_eq!(in_base(61, BASE62, 6), b"00000z");
        assert_eq!(in_base(u32::MAX, BASE62, 6), b"4gfFC3");
        assert_eq!(in_base(u32::MAX, BASE36, 7), b"1z141z3");
    }
}
