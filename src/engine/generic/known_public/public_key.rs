//! The public half of a pair of keys, by its form.

use super::super::contains::contains_part;

/// Bytes in which a certificate's version and the beginning of its serial number are.
const CERTIFICATE_HEAD: usize = 40;

/// Whether the value is a public key or a certificate.
pub fn is_public_key(text: &[u8]) -> bool {
    match text.len() {
        56 if text.starts_with(b"RW") => is_minisign(text),
        87 | 88 => is_uncompressed_point(text),
        130 => text.starts_with(b"04") && text.iter().all(u8::is_ascii_hexdigit),
        62.. if text.starts_with(b"age1") => text.iter().all(is_bech32),
        63 if text.starts_with(b"npub1") => text.iter().all(is_bech32),
        CERTIFICATE_HEAD.. if text.starts_with(b"MII") => is_certificate(text),
        _ => false,
    }
}

/// `encryption_key` and `key` of rspamd: 32 bytes in its base32, as private keys are too, whose
/// names say so.
pub fn is_of_rspamd(name: &[u8], text: &[u8]) -> bool {
    text.len() == 52
        && text.iter().all(|b| b"ybndrfg8ejkmcpqxot1uwisza345h769".contains(b))
        && [&b"key"[..], b"encryption_key", b"sign_key", b"pubkey"].contains(&name)
}

/// minisign and signify: `Ed`, an id of eight bytes and 32 bytes in base64.
fn is_minisign(text: &[u8]) -> bool {
    matches!(text[2], b'Q'..=b'T') && text.iter().all(is_base64)
}

/// A point of P-256, which begins with the byte 4: of VAPID (RFC 8292) and of other pairs.
fn is_uncompressed_point(text: &[u8]) -> bool {
    let body = text.strip_suffix(b"=").unwrap_or(text);
    body.len() == 87
        && text[0] == b'B'
        && matches!(text[1], b'A'..=b'P')
        && body.iter().all(|b| is_base64(b) || matches!(b, b'-' | b'_'))
}

/// The version of a certificate (RFC 5280) and the tag of its serial number, at any of the three
/// positions in base64.
fn is_certificate(text: &[u8]) -> bool {
    let head = &text[..CERTIFICATE_HEAD];
    [&b"oAMCAQIC"[..], b"gAwIBAgI", b"ADAgECAg"].iter().any(|part| contains_part(head, part))
}

fn is_base64(b: &u8) -> bool {
    b.is_ascii_alphanumeric() || matches!(b, b'+' | b'/' | b'=')
}

fn is_bech32(b: &u8) -> bool {
    b.is_ascii_lowercase() || b.is_ascii_digit()
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

    #[test]
    fn public_keys_have_a_form() {
        let minisign = STANDARD.encode([&b"Ed"[..], &[0x5a; 40]].concat());
        let point = [&[4][..], &[0x5a; 64]].concat();
        let (padded, plain) = (STANDARD.encode(&point), URL_SAFE_NO_PAD.encode(&point));
        let age = "age1".to_owned() + &"q7rz0pk3lmx9vtn2wbys5hc8jdgf4"[..].repeat(2);
        let certificate = b"\x30\x82\x03\x6b\x30\x82\x02\x53\xa0\x03\x02\x01\x02\x02\x14";
        let certificate = STANDARD.encode([&certificate[..], &[0x5a; 60]].concat());
        for text in [&minisign, &padded, &plain, &age, &certificate] {
            assert!(is_public_key(text.as_bytes()), "{text}");
        }
        let private = STANDARD.encode([0x5a; 32]);
        let scalar = URL_SAFE_NO_PAD.encode([5; 65]);
        for text in [&private, &scalar, &minisign[2..].to_owned()] {
            assert!(!is_public_key(text.as_bytes()), "{text}");
        }
    }

    #[test]
    fn a_public_key_of_rspamd_has_52_characters_and_a_name() {
        let key = "icy63itbhhni8bq15ntp5n5symuixf73s1kp".to_owned() + "jh6skaq4e7nx5fiy";
        assert!(is_of_rspamd(b"encryption_key", key.as_bytes()));
        assert!(!is_of_rspamd(b"privkey", key.as_bytes()));
        assert!(!is_of_rspamd(b"encryption_key", key.replace('y', "0").as_bytes()));
    }
}
