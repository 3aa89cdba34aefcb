//! Fake tokens that pass their checks. Built here, so that no file of the project contains one.

use md5::{Digest, Md5};

/// A LocalStack auth token, different for each seed; its last four digits are the checksum.
pub fn localstack_auth_token(seed: u64) -> String {
    let mut letters = letters(seed);
    let mut group = |length: usize| letters.by_ref().take(length).collect::<String>();
    let groups = [group(8), group(4), group(4), group(4), group(8)];
    let payload = groups.join("-");
    let digest = Md5::digest(payload.as_bytes());
    format!("ls-{payload}{:02x}{:02x}", digest[0], digest[1])
}

/// Endless letters, from Knuth's linear congruential generator (MMIX).
fn letters(seed: u64) -> impl Iterator<Item = char> {
    let next = |state: &u64| {
        Some(state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407))
    };
    std::iter::successors(next(&seed), next).map(|state| {
        let letter = (state >> 33) % 52;
        char::from(if letter < 26 { b'a' + letter as u8 } else { b'A' + (letter - 26) as u8 })
    })
}

/// A password without a format, which only a name next to it identifies.
pub fn password() -> String {
    ["tR7x", "q9Lw2m"].concat()
}

/// A password of six bytes, as in a URL.
pub fn short_password() -> String {
    ["hq7", "Tz2"].concat()
}
