//! Structures that the decoded bytes of a token must have. Named in pattern files, written here.

use base64::Engine as _;
use base64::alphabet::{STANDARD, URL_SAFE};
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};

use crate::rules::Structure;
use crate::rules::lexicon::Lexicon;
use crate::rules::word_list::WordList;

/// Base64url as in tokens: without padding, and with any extra bits in the last character, because
/// the judged part may end anywhere.
pub(in crate::engine) const BASE64URL: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_allow_trailing_bits(true)
        .with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Base64 with or without padding.
pub(in crate::engine) const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// Whether the secret has the structure.
pub fn is_valid(lexicon: &Lexicon, structure: Structure, secret: &[u8]) -> bool {
    match structure {
        Structure::Jwt => jwt(secret),
        Structure::SendGrid => sendgrid(secret),
        Structure::PypiMacaroon => pypi_macaroon(secret),
        Structure::BasicAuth => basic_auth(secret),
        Structure::AwsKeyId => aws_key_id(lexicon, secret),
        Structure::DiscordBot => discord_bot(secret),
        Structure::JfrogApiKey => jfrog_api_key(secret),
        Structure::JfrogReference => jfrog_reference(secret),
        Structure::SentryOrg => json_object(secret, b"sntrys_", &["url", "org"]),
        Structure::GrafanaKey => json_object(secret, b"glc_", &["n", "k"]),
        Structure::ServiceAccountJwt => service_account_jwt(secret),
        Structure::PrivateKey => private_key(secret),
    }
    .unwrap_or(false)
}

fn decode(text: &[u8]) -> Option<Vec<u8>> {
    BASE64URL.decode(text).ok()
}

/// RFC 7519: the first part is a JSON object that names its algorithm.
fn jwt(secret: &[u8]) -> Option<bool> {
    let header = secret[jwt_start(secret)?..].split(|&b| b == b'.').next()?;
    let header: serde_json::Value = serde_json::from_slice(&decode(header)?).ok()?;
    Some(header.get("alg").is_some_and(serde_json::Value::is_string))
}

/// Where the header begins, after a prefix.
pub(super) fn jwt_start(secret: &[u8]) -> Option<usize> {
    memchr::memmem::find(secret, b"eyJ")
}

/// Parts of 16 and 32 bytes after `SG.`.
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

/// The 16 characters after the 4-letter prefix are base32 (RFC 4648), and the account in them is
/// not an example. Ids from before 2019, with `I` or `J` first, contain no account.
fn aws_key_id(lexicon: &Lexicon, secret: &[u8]) -> Option<bool> {
    let body = secret.get(4..)?;
    let names_account = !matches!(body.first(), Some(b'I' | b'J'));
    let account = aws_account(body)?;
    let is_account = |known: &str| known.parse() == Ok(account);
    let is_real = !names_account || !lexicon.any(WordList::ExampleAwsAccounts, is_account);
    let base32 = body.iter().all(|b| matches!(b, b'A'..=b'Z' | b'2'..=b'7'));
    Some(body.len() == 16 && base32 && is_real)
}

/// The account is 40 of the first 48 bits: all but the highest and the seven lowest.
fn aws_account(body: &[u8]) -> Option<u64> {
    let digits = body.get(..10)?.iter().try_fold(0u64, |number, b| {
        let digit = match b {
            b'A'..=b'Z' => b - b'A',
            b'2'..=b'7' => b - b'2' + 26,
            _ => return None,
        };
        Some(number << 5 | u64::from(digit))
    })?;
    Some((digits >> 2 & 0x7fff_ffff_ff80) >> 7)
}

/// The part before the first dot is base64url of decimal digits. Source: Discord's reference
/// on snowflakes.
fn discord_bot(secret: &[u8]) -> Option<bool> {
    let id = decode(secret.split(|&b| b == b'.').next()?)?;
    Some((17..=20).contains(&id.len()) && id.iter().all(u8::is_ascii_digit))
}

/// 73 characters of base58 are 54 bytes.
fn jfrog_api_key(secret: &[u8]) -> Option<bool> {
    const BASE58: &[u8; 58] = b"123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz";
    // The number's digits in base 256, lowest first.
    let mut bytes: Vec<u8> = Vec::new();
    for b in secret {
        let mut carry = BASE58.iter().position(|known| known == b)? as u32;
        for byte in &mut bytes {
            carry += u32::from(*byte) * 58;
            *byte = carry as u8;
            carry >>= 8;
        }
        if carry > 0 {
            bytes.push(carry as u8);
        }
    }
    Some(bytes.len() == 54)
}

/// `reftkn:`, the version's two digits, the expiry in seconds and an identifier, joined by `:`.
fn jfrog_reference(secret: &[u8]) -> Option<bool> {
    let text = BASE64.decode(secret).ok()?;
    let mut parts = text.strip_prefix(b"reftkn:")?.split(|&b| b == b':');
    let version = parts.next()?;
    let expiry = parts.next()?;
    let number = |part: &[u8]| part.iter().all(u8::is_ascii_digit);
    Some(version.len() == 2 && number(version) && !expiry.is_empty() && number(expiry))
}

/// After the prefix, if there is one, and before a `_`, base64 of a JSON object that has the
/// members.
fn json_object(secret: &[u8], prefix: &[u8], members: &[&str]) -> Option<bool> {
    let body = secret.strip_prefix(prefix).unwrap_or(secret);
    let body = body.split(|&b| b == b'_').next()?;
    let object: serde_json::Value = serde_json::from_slice(&BASE64.decode(body).ok()?).ok()?;
    Some(members.iter().all(|member| object.get(member).is_some()))
}

/// A JWT whose payload, as far as it is in the judged part, contains a claim of Kubernetes.
fn service_account_jwt(secret: &[u8]) -> Option<bool> {
    let payload = secret.split(|&b| b == b'.').nth(1)?;
    let payload = decode(&payload[..payload.len() / 4 * 4])?;
    let contains = |claim: &[u8]| memchr::memmem::find(&payload, claim).is_some();
    Some(jwt(secret)? && (contains(b"\"kubernetes.io") || contains(b"kubernetes/serviceaccount")))
}

/// The first bytes of the body begin the structure that the header names: DER (`0x30`), the
/// OpenSSH magic, or an OpenPGP packet. A PEM body with headers (`Proc-Type`) is encrypted and
/// accepted as it is. What is between header and body (line ends, also escaped ones, indents,
/// quotes and concatenations of a string in code) is not part of the body.
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
    // `0x30` and then the high bits of a length: base64 of DER begins with M. An OpenSSH key
    // with another header was relabeled for a program that required it.
    let openssh = body.starts_with(b"b3BlbnNzaC1rZXktdjE");
    let der = body.starts_with(b"M") && !contains(header, b"OPENSSH");
    Some(body.len() >= 16 && (contains(header, b"PGP") || openssh || der))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_valid(structure: Structure, secret: &[u8]) -> bool {
        super::is_valid(&Lexicon::default(), structure, secret)
    }

    #[test]
    fn a_jwt_has_a_header_that_names_its_algorithm() {
        let header = BASE64URL.encode(br#"{"alg":"HS256","typ":"JWT"}"#);
        assert!(is_valid(Structure::Jwt, format!("{header}.eyJzdWIi").as_bytes()));
        let other = BASE64URL.encode(br#"{"typ":"JWT"}"#);
        assert!(!is_valid(Structure::Jwt, format!("{other}.eyJzdWIi").as_bytes()));
        assert!(!is_valid(Structure::Jwt, b"eyJ!.eyJ"));
    }

    #[test]
    fn basic_auth_is_a_user_and_a_password() {
        for (pair, right) in
            [("ci-bot:pw", true), ("ci-bot:", false), ("no colon", false), ("a\u{1}:b", false)]
        {
            assert_eq!(
                is_valid(Structure::BasicAuth, BASE64.encode(pair).as_bytes()),
                right,
                "{pair}"
            );
        }
        assert!(!is_valid(Structure::BasicAuth, b"AuthenticationBackend"));
    }

    #[test]
    fn an_aws_key_id_is_base32() {
        assert!(is_valid(Structure::AwsKeyId, b"AKIAQWERTYUIOPASDF27"));
        assert!(!is_valid(Structure::AwsKeyId, b"AKIAQWERTYUIOPASDF28"));
        // The vector of LocalStack's documentation, and the account of AWS's.
        assert_eq!(aws_account(b"QAAAAAAVNCBMPNSG"), Some(42));
        assert_eq!(aws_account(b"RZPUZDIKGB2VALC4"), Some(123_456_789_012));
        assert!(!is_valid(Structure::AwsKeyId, ["AKIA", "RZPUZDIKGB2VALC4"].concat().as_bytes()));
        assert!(!is_valid(Structure::AwsKeyId, b"ASIAQAAAAAAAKWERTYUI"));
    }

    #[test]
    fn a_private_key_has_a_body() {
        assert!(is_valid(
            Structure::PrivateKey,
            b"-----BEGIN RSA PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"
        ));
        assert!(is_valid(Structure::PrivateKey, br"-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkq"));
        assert!(is_valid(
            Structure::PrivateKey,
            br"-----BEGIN PRIVATE KEY-----\\nMIIEvQIBADANBgkq"
        ));
        assert!(is_valid(
            Structure::PrivateKey,
            b"-----BEGIN EC PRIVATE KEY-----\\n\" +\n  \"MHcCAQEEIIGk0qLo"
        ));
        assert!(is_valid(
            Structure::PrivateKey,
            b"-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-128-CBC,"
        ));
        assert!(!is_valid(Structure::PrivateKey, b"-----BEGIN RSA PRIVATE KEY-----\n..."));
        assert!(!is_valid(
            Structure::PrivateKey,
            b"-----BEGIN OPENSSH PRIVATE KEY-----\nMIIEpAIBAAKCAQEA"
        ));
    }

    #[test]
    fn a_discord_token_begins_with_an_id() {
        let id = BASE64URL.encode("918273645546372819").replace('=', "");
        assert!(is_valid(Structure::DiscordBot, format!("{id}.a1b2c3.d4e5f6").as_bytes()));
        assert!(!is_valid(Structure::DiscordBot, b"bm90YW51bWJlcm5vdGFudW1i.a1b2c3"));
    }

    #[test]
    fn jfrog_keys_are_base58_and_references_are_marked() {
        let key = ["AKCp", "ZGjvSi7RTixFiJ1EjGe5pZQUeLFp7QcfcqtVsko4zHav1AU4W1DrD7CWyVztXXKa52rsm"]
            .concat();
        assert!(is_valid(Structure::JfrogApiKey, key.as_bytes()));
        assert!(!is_valid(Structure::JfrogApiKey, &key.as_bytes()[..70]));
        assert!(!is_valid(Structure::JfrogApiKey, key.replace('A', "0").as_bytes()));
        let reference =
            |text: &str| is_valid(Structure::JfrogReference, BASE64.encode(text).as_bytes());
        assert!(reference("reftkn:01:1798761600:q8ZpLs4Vt1"));
        assert!(!reference("reftkn:1798761600"));
    }

    #[test]
    fn sentry_and_grafana_keys_contain_json() {
        let sentry = BASE64.encode(r#"{"iat":1.5,"url":"https://sentry.test","org":"acme"}"#);
        assert!(is_valid(Structure::SentryOrg, format!("sntrys_{sentry}_q8ZpLs4Vt1").as_bytes()));
        let grafana = BASE64.encode(r#"{"o":"1","n":"ci","k":"q8ZpLs4Vt1"}"#);
        assert!(is_valid(Structure::GrafanaKey, format!("glc_{grafana}").as_bytes()));
        assert!(is_valid(Structure::GrafanaKey, grafana.as_bytes()));
        assert!(!is_valid(Structure::SentryOrg, format!("sntrys_{grafana}_q8ZpLs4Vt1").as_bytes()));
        assert!(!is_valid(Structure::GrafanaKey, b"glc_eyJ"));
    }

    #[test]
    fn a_service_account_is_of_kubernetes() {
        let part = |json: &str| BASE64URL.encode(json).replace('=', "");
        let header = part(r#"{"alg":"RS256","kid":"k1"}"#);
        let token = |payload: &str| format!("{header}.{}", part(payload));
        let bound = token(r#"{"exp":1,"kubernetes.io":{"namespace":"ci"}}"#);
        assert!(is_valid(Structure::ServiceAccountJwt, bound.as_bytes()));
        let other = token(r#"{"iss":"https://id.acme.test"}"#);
        assert!(!is_valid(Structure::ServiceAccountJwt, other.as_bytes()));
    }
}
