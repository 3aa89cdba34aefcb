//! Object ids in both of git's formats (`gitformat-pack`, `extensions.objectFormat`).

use std::collections::HashMap;
use std::fmt;
use std::hash::{BuildHasher, Hash, Hasher, RandomState};

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::object::ObjectKind;

/// The hash function of a repository's object ids.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum ObjectFormat {
    #[default]
    Sha1 = 20,
    Sha256 = 32,
}

impl ObjectFormat {
    /// Bytes of an id.
    pub const fn length(self) -> usize {
        self as usize
    }

    /// The id at the start of `bytes`; `None` if they are too short.
    pub fn id(self, bytes: &[u8]) -> Option<ObjectId> {
        ObjectId::new(bytes.get(..self.length())?)
    }

    /// The hash of the concatenated pieces.
    pub fn hash(self, pieces: &[&[u8]]) -> ObjectId {
        let mut hasher = self.hasher();
        pieces.iter().for_each(|piece| hasher.update(piece));
        hasher.finish()
    }

    pub fn hasher(self) -> ObjectHasher {
        match self {
            ObjectFormat::Sha1 => ObjectHasher::Sha1(Sha1::new()),
            ObjectFormat::Sha256 => ObjectHasher::Sha256(Sha256::new()),
        }
    }

    /// The id of an object.
    pub fn object(self, kind: ObjectKind, bytes: &[u8]) -> ObjectId {
        let header = format!("{} {}\0", kind.name(), bytes.len());
        self.hash(&[header.as_bytes(), bytes])
    }
}

/// Computes an object's id from its pieces.
pub enum ObjectHasher {
    Sha1(Sha1),
    Sha256(Sha256),
}

impl ObjectHasher {
    pub fn update(&mut self, piece: &[u8]) {
        match self {
            ObjectHasher::Sha1(hasher) => hasher.update(piece),
            ObjectHasher::Sha256(hasher) => hasher.update(piece),
        }
    }

    pub fn finish(self) -> ObjectId {
        let hash = match self {
            ObjectHasher::Sha1(hasher) => hasher.finalize().to_vec(),
            ObjectHasher::Sha256(hasher) => hasher.finalize().to_vec(),
        };
        ObjectId::new(&hash).expect("a hash of a known length")
    }
}

/// An object's id.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct ObjectId {
    bytes: [u8; ObjectFormat::Sha256.length()],
    format: ObjectFormat,
}

impl ObjectId {
    /// An id of 20 or 32 bytes.
    pub fn new(bytes: &[u8]) -> Option<ObjectId> {
        let format = match bytes.len() {
            20 => ObjectFormat::Sha1,
            32 => ObjectFormat::Sha256,
            _ => return None,
        };
        let mut id = ObjectId { bytes: [0; 32], format };
        id.bytes[..bytes.len()].copy_from_slice(bytes);
        Some(id)
    }

    /// Whether it consists of zeros, which is git's way to write that there is no object.
    pub fn is_zero(&self) -> bool {
        self.as_bytes().iter().all(|&byte| byte == 0)
    }

    /// Parses 40 or 64 hexadecimal digits.
    pub fn from_hex(text: &[u8]) -> Option<ObjectId> {
        let digit = |byte: u8| match byte {
            b'0'..=b'9' => Some(byte - b'0'),
            b'a'..=b'f' | b'A'..=b'F' => Some((byte | 0x20) - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        let length = text.len() / 2;
        for (pair, byte) in text.chunks_exact(2).zip(bytes.get_mut(..length)?) {
            *byte = digit(pair[0])? << 4 | digit(pair[1])?;
        }
        ObjectId::new(&bytes[..length]).filter(|_| text.len().is_multiple_of(2))
    }

    pub fn as_bytes(&self) -> &[u8] {
        &self.bytes[..self.format.length()]
    }

    pub fn format(&self) -> ObjectFormat {
        self.format
    }
}

/// Ids are hashes: eight bytes distinguish them well enough for a hash table.
impl Hash for ObjectId {
    fn hash<H: Hasher>(&self, state: &mut H) {
        state.write_u64(u64::from_ne_bytes(*self.bytes.first_chunk().expect("32 bytes")));
    }
}

/// A map keyed by object ids. Ids are hashes already: one multiplication spreads them, by a random
/// number, since an index may claim any ids.
pub type IdMap<V> = HashMap<ObjectId, V, BuildIdHasher>;

/// Builds the hashers of an [`IdMap`].
#[derive(Clone)]
pub struct BuildIdHasher(u64);

impl Default for BuildIdHasher {
    fn default() -> Self {
        BuildIdHasher(RandomState::new().hash_one(()))
    }
}

impl BuildHasher for BuildIdHasher {
    type Hasher = IdHasher;

    fn build_hasher(&self) -> IdHasher {
        IdHasher(self.0)
    }
}

/// The hasher of an [`IdMap`].
pub struct IdHasher(u64);

impl Hasher for IdHasher {
    fn write_u64(&mut self, first: u64) {
        /// The golden ratio's first 64 bits.
        const SPREAD: u128 = 0x9e37_79b9_7f4a_7c15;
        let product = u128::from(self.0 ^ first) * SPREAD;
        self.0 = product as u64 ^ (product >> 64) as u64;
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|&byte| self.write_u64(byte.into()));
    }

    fn finish(&self) -> u64 {
        self.0
    }
}

impl fmt::Display for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        const DIGITS: &[u8; 16] = b"0123456789abcdef";
        let mut text = [0; 2 * ObjectFormat::Sha256.length()];
        for (pair, byte) in text.chunks_exact_mut(2).zip(self.as_bytes()) {
            pair[0] = DIGITS[usize::from(byte >> 4)];
            pair[1] = DIGITS[usize::from(byte & 15)];
        }
        let text = &text[..2 * self.format.length()];
        f.write_str(str::from_utf8(text).expect("digits are ASCII"))
    }
}

impl fmt::Debug for ObjectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_those_that_git_gives() {
        let empty = "4b825dc642cb6eb9a060e54bf8d69288fbee4904";
        assert_eq!(ObjectFormat::Sha1.object(ObjectKind::Tree, b"").to_string(), empty);
        let empty = "473a0f4c3be8a93681a267e3b1e9a7dcda1185436fe141f7749120a303721813";
        assert_eq!(ObjectFormat::Sha256.object(ObjectKind::Blob, b"").to_string(), empty);
    }

    #[test]
    fn only_whole_ids_are_read() {
        let id = ObjectFormat::Sha1.object(ObjectKind::Blob, b"x");
        assert_eq!(ObjectId::from_hex(id.to_string().as_bytes()), Some(id));
        for text in ["", "0", "12345678", &"g".repeat(40), &"0".repeat(41), &"0".repeat(66)] {
            assert_eq!(ObjectId::from_hex(text.as_bytes()), None, "{text}");
        }
    }
}
