//! Private keys of OpenPGP: are they encrypted with a passphrase? RFC 4880, sections 4.2 and 5.5.3,
//! and RFC 9580 for the newer algorithms.

use base64::Engine as _;

use super::structure::BASE64;

/// Whether the first packet of an armored block is a private key encrypted with a passphrase.
pub fn is_encrypted(block: &[u8]) -> bool {
    let protection = || protection(&packets(block)?);
    protection().is_some_and(|octet| octet != 0)
}

/// The packets of the armor. Lines end with a line end or with an escaped one (`\n`).
fn packets(block: &[u8]) -> Option<Vec<u8>> {
    const BEGIN: &[u8] = b"PGP PRIVATE KEY BLOCK-----";
    let start = memchr::memmem::find(block, BEGIN)? + BEGIN.len();
    let text = block[start..].to_vec();
    let text = String::from_utf8(text).ok()?.replace("\\r", "").replace("\\n", "\n");
    let mut body = String::new();
    for line in text.lines().map(str::trim) {
        // The checksum ends it; headers such as `Version: …` come before it.
        if line.starts_with('=') || line.starts_with('-') {
            break;
        }
        if !line.contains(':') {
            body.push_str(line);
        }
    }
    // A block that was cut off may end anywhere.
    body.truncate(body.len() / 4 * 4);
    BASE64.decode(body).ok()
}

/// The octet after the public part: 0 if the private part is not encrypted.
fn protection(packets: &[u8]) -> Option<u8> {
    let body = first_packet(packets)?;
    let &[version, _, _, _, _, algorithm, ref rest @ ..] = body else { return None };
    // From version 5 on the length of the public part is given.
    let rest = if version > 4 { rest.get(4..)? } else { rest };
    let after = match algorithm {
        1..=3 => numbers(rest, 2)?,
        16 => numbers(rest, 3)?,
        17 => numbers(rest, 4)?,
        19 | 22 => numbers(counted(rest)?, 1)?,
        18 => counted(numbers(counted(rest)?, 1)?)?,
        25 | 27 => rest.get(32..)?,
        26 => rest.get(56..)?,
        28 => rest.get(57..)?,
        _ => return None,
    };
    after.first().copied()
}

/// The body of a packet of tag 5, as far as it is present.
fn first_packet(packets: &[u8]) -> Option<&[u8]> {
    let (&head, rest) = packets.split_first()?;
    let (tag, length) = match head {
        0xc0.. => {
            let octets = match rest.first()? {
                0..192 => 1,
                192..224 => 2,
                _ => 5,
            };
            (head & 0x3f, octets)
        }
        0x80.. => (head >> 2 & 0x0f, 1 << (head & 3)),
        _ => return None,
    };
    (tag == 5).then(|| rest.get(length..))?
}

/// What follows `count` numbers, each preceded by its length in bits.
fn numbers(mut rest: &[u8], count: usize) -> Option<&[u8]> {
    for _ in 0..count {
        let &[high, low, ref body @ ..] = rest else { return None };
        rest = body.get(usize::from(u16::from_be_bytes([high, low])).div_ceil(8)..)?;
    }
    Some(rest)
}

/// What follows a field preceded by its length in octets.
fn counted(rest: &[u8]) -> Option<&[u8]> {
    let (&length, body) = rest.split_first()?;
    body.get(usize::from(length)..)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The private key of RFC 9580's appendix A.4, version 6, without protection: its first
    /// packet, in the armour's base64.
    const PLAIN: &str = "xUsGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laMAGXKB\n\
                         exK+cH6NX1hs5hNhIB00TrJmosgv3mg1ditlsLfC";
    /// The key of appendix A.5, the same one under a passphrase.
    const LOCKED: &str = "xYIGY4d/4xsAAAAg+U2nu0jWCmHlZ3BqZYfQMxmZu52JGggkLq2EVD34laP9JgkC\n\
                          FARdb9ccngltHraRe25uHuyuAQQVtKipJ0+r5jL4dacGWSAheCWPpITYiyfyIOPS";

    fn block(body: &str) -> Vec<u8> {
        ["-----BEGIN PGP PRIVATE", " KEY BLOCK-----\nVersion: 1\n\n", body].concat().into_bytes()
    }

    #[test]
    fn a_passphrase_is_seen() {
        assert_eq!(packets(&block(PLAIN)).as_deref().and_then(protection), Some(0));
        assert!(!is_encrypted(&block(PLAIN)));
        assert!(is_encrypted(&block(LOCKED)));
        assert!(is_encrypted(&block(&LOCKED.replace('\n', "\\n"))));
        assert!(!is_encrypted(b"-----BEGIN RSA"));
    }

    #[test]
    fn older_packets_are_read() {
        // Version 4, RSA with numbers of 9 and 2 bits, old and new heads.
        let packet = [4, 1, 2, 3, 4, 1, 0, 9, 1, 7, 0, 2, 3];
        for head in [&[0x95u8, 0, 14][..], &[0xc5, 14]] {
            assert_eq!(protection(&[head, &packet, &[0]].concat()), Some(0));
            assert_eq!(protection(&[head, &packet, &[254]].concat()), Some(254));
        }
        assert_eq!(protection(&[0x99, 0, 14]), None);
    }
}
