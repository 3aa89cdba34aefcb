//! Structures that a token's decoded bytes must have. Named in pattern files, written here.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::rules::Structure;

/// Base64url as tokens carry it: without padding, and forgiving about what is left over in
/// the last character, because the judged part may be cut anywhere.
const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 with or without padding.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether the secret's structure is right.
pub fn holds(structure: Structure, secret: &[u8]) -> bool {
    match structure {
        Structure::Jwt => jwt(secret),
        Structure::SendGrid => sendgrid(secret),
        Structure::PypiMacaroon => pypi_macaroon(secret),
        Structure::BasicAuth => basic_auth(secret),
        Structure::AwsKeyId => aws_key_id(secret),
        Structure::PrivateKey => private_key(secret),
    }
    .unwrap_or(false)
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// RFC 7519: the first part is a JSON object that names its algorithm.
fn jwt(secret: &[u8]) -> Option<bool> {
    let start = memchr::memmem::find(secret, b"eyJ")?;
    let header = secret[start..].split(|&b| b == b'.').next()?;
    let header: serde_json::Value = serde_json::from_slice(&decode(header)?).ok()?;
    Some(header.get("alg").is_some_and(serde_json::Value::is_string))
}

/// Parts of 16 and 32 bytes behind `SG.`.
fn sendgrid(secret: &[u8]) -> Option<bool> {
    let mut parts = secret.split(|&b| b == b'.').skip(1);
    let id = decode(parts.next()?)?;
    let key = decode(parts.next()?)?;
    Some(id.len() == 16 && key.len() == 32)
}

/// The first packets of a macaroon, version 2: a version byte 2, then field 1 (location) with
/// its length and a host name. Source: libmacaroons' format document.
fn pypi_macaroon(secret: &[u8]) -> Option<bool> {
    let body = secret.strip_prefix(b"pypi-")?;
    let whole_groups = body.len().min(48) / 4 * 4;
    let macaroon = decode(&body[..whole_groups])?;
    let [2, 1, length, location @ ..] = &macaroon[..] else { return Some(false) };
    let location = location.get(..usize::from(*length))?;
    Some(location.iter().all(|&b| b.is_ascii_alphanumeric() || b == b'.' || b == b'-'))
}

/// RFC 7617: a user and a password, joined by the first colon, both printable.
fn basic_auth(secret: &[u8]) -> Option<bool> {
    let pair = BASE64.decode(secret).ok()?;
    let colon = memchr::memchr(b':', &pair)?;
    let printable = std::str::from_utf8(&pair).ok()?.chars().all(|c| !c.is_control());
    Some(printable && colon + 1 < pair.len())
}

/// The 16 characters behind the 4-letter prefix are base32 (RFC 4648).
fn aws_key_id(secret: &[u8]) -> Option<bool> {
    let body = secret.get(4..)?;
    Some(body.len() == 16 && body.iter().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7')))
}

/// The body's first bytes begin the structure that the header promises: DER (`0x30`), the
/// OpenSSH magic, or an OpenPGP packet; a PEM body with headers (`Proc-Type`) is encrypted
/// and taken at its word. What stands between header and body — line ends, also escaped ones,
/// indents, quotes and joins of a string in code — is no part of the body.
fn private_key(secret: &[u8]) -> Option<bool> {
    let header_end = memchr::memmem::find(&secret[10.min(secret.len())..], b"-----")? + 15;
    let header = &secret[..header_end];
    let contains = |text: &[u8], word: &[u8]| memchr::memmem::find(text, word).is_some();
    if contains(&secret[header_end..], b"4,ENCRYPTED") {
        return Some(true);
    }
    let mut body = Vec::new();
    let mut rest = secret[header_end..].iter();
    while let Some(&b) = rest.next() {
        match b {
            b'\\' => {
                let _escaped = rest.find(|&&b| b != b'\\');
            }
            b':' => return Some(true),
            b'+' | b'/' if body.is_empty() => {}
            b if b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/') => body.push(b),
            b'-' => break,
            _ => {}
        }
    }
    let openssh = contains(header, b"OPENSSH");
    let magic: &[u8] = if openssh { b"b3BlbnNzaC1rZXktdjE" } else { b"M" };
    // `0x30` and then the high bits of a length: base64 of DER begins with M.
    Some(
        contains(header, b"PGP") && body.len() >= 16 || body.starts_with(magic) && body.len() >= 16,
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_jwt_has_a_header_that_names_its_algorithm() {
        let header = BASE64URL.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        assert!(holds(Structure::Jwt, format!("{header}.eyJzdWIi").as_bytes()));
        let other = BASE64URL.encode(br#"{"typ":"JWT"}"#);
        assert!(!holds(Structure::Jwt, format!("{other}.eyJzdWIi").as_bytes()));
        assert!(!holds(Structure::Jwt, b"eyJ!.eyJ"));
    }

    #[test]
    fn basic_auth_is_a_user_and_a_password() {
        for (pair, right) in
            [("ci-bot:pw", true), ("ci-bot:", false), ("no colon", false), ("a\u{1}:b", false)]
        {
            assert_eq!(
                holds(Structure::BasicAuth, BASE64.encode(pair).as_bytes()),
                right,
                "{pair}"
            );
        }
        assert!(!holds(Structure::BasicAuth, b"AuthenticationBackend"));
    }

    #[test]
    fn an_aws_key_id_is_base32() {
        assert!(holds(Structure::AwsKeyId, b"AKIAQWERTYUIOPASDF27"));
        assert!(!holds(Structure::AwsKeyId, b"AKIAQWERTYUIOPASDF28"));
    }

    #[test]
    fn a_private_key_has_a_body() {
        assert!(holds(Structure::PrivateKey, b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"));
        assert!(holds(Structure::PrivateKey, br"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq"));
        assert!(holds(Structure::PrivateKey, br"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq"));
        assert!(holds(
            Structure::PrivateKey,
            b"-----BEGIN EC PRIVATE KEY-----\\n\" +\n  \"MHcCAQEEIIGk0qLo"
        ));
        assert!(holds(
            Structure::PrivateKey,
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
        ));
        assert!(!holds(Structure::PrivateKey, b"-----BEGIN RSA PRIVATE KEY-----\n..."));
        assert!(!holds(
            Structure::PrivateKey,
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"
        ));
    }
}
