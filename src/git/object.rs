//! What all objects have in common: their kinds, and the message of a commit or a tag.

use super::object_id::ObjectId;

/// The kind of an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
pub enum ObjectKind {
    Commit = 1,
    Tree = 2,
    Blob = 3,
    Tag = 4,
}

impl ObjectKind {
    /// Git's name for it.
    pub fn name(self) -> &'static str {
        match self {
            ObjectKind::Commit => "commit",
            ObjectKind::Tree => "tree",
            ObjectKind::Blob => "blob",
            ObjectKind::Tag => "tag",
        }
    }

    /// The kind with this name in git.
    pub fn named(name: &str) -> Option<ObjectKind> {
        [ObjectKind::Commit, ObjectKind::Tree, ObjectKind::Blob, ObjectKind::Tag]
            .into_iter()
            .find(|k| k.name() == name)
    }
}

/// The id of the object that a tag refers to.
pub fn tagged(tag: &[u8]) -> Option<ObjectId> {
    let line = tag.split(|&byte| byte == b'\n').next().unwrap_or_default();
    line.strip_prefix(b"object ").and_then(ObjectId::from_hex)
}

/// The message of a commit or a tag: everything after the first empty line. The headers before it
/// contain ids, names and signatures.
pub fn message(object: &[u8]) -> &[u8] {
    memchr::memmem::find(object, b"\n\n").map_or(&[], |end| &object[end + 2..])
}
