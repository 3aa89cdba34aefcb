//! The entries of a tree object: a mode in octal, a space, a name, a NUL, an id (`git-mktree(1)`
//! shows them as text). Old tools wrote modes with leading zeros.

pub mod diff;
pub mod walk;

use super::object_id::ObjectFormat;

/// One entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TreeEntry<'t> {
    pub kind: EntryKind,
    pub mode: u32,
    pub name: &'t [u8],
    pub id: &'t [u8],
    /// Bytes of the whole entry.
    pub length: usize,
}

/// Bytes of the shortest name in which [`may_contain_id`] expects one.
const SHORTEST: usize = 16;

/// Whether the name of a file or folder is long enough for an id or a token, and has a character that
/// hardly any of these lacks: a digit or a capital letter. Most names are words in lower case.
pub fn may_contain_id(name: &[u8]) -> bool {
    name.len() >= SHORTEST && name.iter().any(|b| b.is_ascii_digit() || b.is_ascii_uppercase())
}

/// The kind of object that an entry's mode indicates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EntryKind {
    Tree,
    /// A file or a symbolic link.
    Blob,
    /// A commit of another repository.
    Submodule,
}

const TYPE: u32 = 0o170000;
const LONGEST_MODE: usize = 12;

impl<'t> TreeEntry<'t> {
    /// Reads the entry at the start of `bytes`; `None` if it is malformed.
    pub fn parse(bytes: &'t [u8], format: ObjectFormat) -> Option<TreeEntry<'t>> {
        let mut mode = 0;
        let mut pos = 0;
        loop {
            match *bytes.get(pos)? {
                digit @ b'0'..=b'7' if pos < LONGEST_MODE => {
                    mode = (mode & 0o777777) << 3 | u32::from(digit - b'0');
                }
                b' ' if pos > 0 => break,
                _ => return None,
            }
            pos += 1;
        }
        let name = bytes.get(pos + 1..)?;
        let name = &name[..memchr::memchr(0, name)?];
        let id_start = pos + 1 + name.len() + 1;
        let id = bytes.get(id_start..id_start + format.length())?;
        let kind = match mode & TYPE {
            0o040000 => EntryKind::Tree,
            0o160000 => EntryKind::Submodule,
            _ => EntryKind::Blob,
        };
        Some(TreeEntry { kind, mode, name, id, length: id_start + format.length() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_are_octal_with_zeros_or_without() {
        let kind = |mode: &str| {
            let bytes = [mode.as_bytes(), b" name\0", &[7; 20], b"more"].concat();
            TreeEntry::parse(&bytes, ObjectFormat::Sha1).map(|entry| {
                assert_eq!((entry.name, entry.id), (&b"name"[..], &[7; 20][..]));
                assert_eq!(entry.length, bytes.len() - 4);
                entry.kind
            })
        };
        assert_eq!(kind("40000"), Some(EntryKind::Tree));
        assert_eq!(kind("040000"), Some(EntryKind::Tree));
        assert_eq!(kind("100644"), Some(EntryKind::Blob));
        assert_eq!(kind("120000"), Some(EntryKind::Blob));
        assert_eq!(kind("160000"), Some(EntryKind::Submodule));
        for mode in ["", "8", "1006440000000", "x"] {
            assert_eq!(kind(mode), None, "{mode}");
        }
        assert_eq!(TreeEntry::parse(b"40000 name\0short", ObjectFormat::Sha1), None);
        assert_eq!(TreeEntry::parse(b"40000 name", ObjectFormat::Sha1), None);
    }
}
