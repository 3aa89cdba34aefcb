//! Seeds of NATS's nkeys.

use crate::engine::checks::base32;

/// Base32 of two bytes of kind, 32 of the key and a CRC-16 (XMODEM) of them, little-endian.
/// Source: `nats-io/nkeys`, `crc16.go` and `strkey.go`.
pub fn seed(secret: &[u8]) -> Option<bool> {
    let bytes = base32::decode(secret)?;
    let (payload, check) = bytes.split_last_chunk::<2>()?;
    Some(payload.len() == 34 && crc16(payload) == u16::from_le_bytes(*check))
}

/// CRC-16/XMODEM: polynomial 0x1021, from 0.
fn crc16(bytes: &[u8]) -> u16 {
    bytes.iter().fold(0, |crc, &b| {
        (0..8).fold(crc ^ u16::from(b) << 8, |crc, _| {
            if crc & 0x8000 == 0 { crc << 1 } else { crc << 1 ^ 0x1021 }
        })
    })
}

#[cfg(test)]
mod tests {
    use super::{crc16, seed};

    #[test]
    fn the_check_value_of_the_crc_catalogue() {
        assert_eq!(crc16(b"123456789"), 0x31c3);
    }

    #[test]
    fn a_seed_ends_with_its_checksum() {
        // From a second implementation, in Python.
        let fake = ["SU", "AEK7DWT445QZCBTHAOLPN47PEFWN6OSHF54H6BWDVGWRHRGBBW3V7D4E"].concat();
        assert_eq!(seed(fake.as_bytes()), Some(true));
        let broken = fake.replace("LPN4", "AAAA");
        assert_eq!(seed(broken.as_bytes()), Some(false));
        assert_eq!(seed(b"SUAA"), Some(false));
    }
}
