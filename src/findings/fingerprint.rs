//! The stable, keyed, truncated identity of a secret.
//!
//! A fingerprint is the HMAC-SHA-256 of the secret (decoded, unescaped) under a key. Only its first
//! 40 bits are ever published, for two reasons:
//!
//! * Forty bits are far fewer than a random key has: about 700,000 of the 62^10 ten-character keys
//!   share each published fingerprint, so that even an attacker who tries them all cannot know
//!   which one it was.
//! * Forty bits are enough to distinguish credentials: among 10,000 of them the odds of one
//!   accidental collision are 1 in 20,000. Within one run 128 bits are compared.
//!
//! A password chosen by a human has fewer than forty bits and can be confirmed by anyone who knows
//! the key (docs/fingerprints.md has the numbers).
//! Set [`KEY_VARIABLE`] to a secret of your organization if reports leave it. Without it the key is
//! the same everywhere: one derived from the repository would differ between a shallow clone in
//! CI, a full clone and a repository without commits, and every reader of the repository would
//! know it, too.

use std::fmt;

use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// Environment variable with an organization's fingerprint key.
pub const KEY_VARIABLE: &str = "KEYSIEVE_FINGERPRINT_KEY";

/// Digits of the published form, 4 bits each.
const PUBLISHED_DIGITS: usize = 10;

/// Identity of a secret; its `Display` form is the published one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Fingerprint([u8; 16]);

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for byte in &self.0[..PUBLISHED_DIGITS / 2] {
            write!(f, "{byte:02x}")?;
        }
        Ok(())
    }
}

impl Fingerprint {
    /// The shard of a table with `count` shards that it belongs to.
    pub(crate) fn shard(&self, count: usize) -> usize {
        usize::from(self.0[0]) % count
    }
}

/// The published form: the rest is not logged either.
impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The name of the public default key.
pub const PUBLIC_KEY: &str = "public";

/// Key under which secrets are fingerprinted.
#[derive(Clone)]
pub struct FingerprintKey {
    mac: Hmac<Sha256>,
    name: String,
}

/// Shows the key's name.
impl fmt::Debug for FingerprintKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "FingerprintKey({})", self.name)
    }
}

impl FingerprintKey {
    /// A key of any length; an empty one is the public default.
    pub fn new(key: &[u8]) -> Self {
        // Domain and version: another use of the same key has other values.
        let mac = |domain: &[u8]| {
            let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("HMAC takes any key");
            mac.update(domain);
            mac
        };
        let check: [u8; 32] = mac(b"keysieve/key-check/v1\0").finalize().into_bytes().into();
        let name = match key {
            b"" => PUBLIC_KEY.to_owned(),
            _ => format!("{:02x}{:02x}", check[0], check[1]),
        };
        FingerprintKey { mac: mac(b"keysieve/credential/v1\0"), name }
    }

    /// Identifies the key: [`PUBLIC_KEY`], or 16 bits derived from it, too few to reconstruct it.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The key of the environment, or the public default.
    pub fn from_environment() -> Self {
        let key = std::env::var_os(KEY_VARIABLE).unwrap_or_default();
        FingerprintKey::new(key.as_encoded_bytes())
    }

    /// The fingerprint of a secret.
    pub fn fingerprint(&self, secret: &[u8]) -> Fingerprint {
        let mut mac = self.mac.clone();
        mac.update(secret);
        let digest: [u8; 32] = mac.finalize().into_bytes().into();
        let mut id = [0; 16];
        id.copy_from_slice(&digest[..16]);
        Fingerprint(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_form_is_short_and_depends_on_key_and_secret() {
        let public = FingerprintKey::new(b"");
        let ours = FingerprintKey::new(b"an organization's own");
        let shown = public.fingerprint(b"one").to_string();
        assert_eq!(shown.len(), PUBLISHED_DIGITS);
        assert_eq!(shown, public.fingerprint(b"one").to_string());
        assert_ne!(shown, public.fingerprint(b"two").to_string());
        assert_ne!(shown, ours.fingerprint(b"one").to_string());
        assert_eq!(shown, format!("{:?}", public.fingerprint(b"one")));
        assert_eq!((public.name(), ours.name().len()), (PUBLIC_KEY, 4));
        assert_ne!(ours.name(), FingerprintKey::new(b"another's").name());
    }
}
