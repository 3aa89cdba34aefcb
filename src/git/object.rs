//! What objects have in common: their kinds; the message, headers and people of commits and tags.

use bstr::ByteSlice;

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

/// The name in a tag object; its ref may have another one.
pub fn tag_name(tag: &[u8]) -> &[u8] {
    headers(tag).lines().find_map(|line| line.strip_prefix(b"tag ")).unwrap_or_default()
}

/// The message of a commit or a tag: everything after the first empty line.
pub fn message(object: &[u8]) -> &[u8] {
    memchr::memmem::find(object, b"\n\n").map_or(&[], |end| &object[end + 2..])
}

/// The headers of a commit or a tag: everything before the first empty line.
fn headers(object: &[u8]) -> &[u8] {
    memchr::memmem::find(object, b"\n\n").map_or(object, |end| &object[..end + 1])
}

/// Headers that contain an id or one word.
const SHORT: [&[u8]; 5] = [b"tree ", b"parent ", b"object ", b"type ", b"encoding "];

/// Headers that contain a person ([`identities`]) and a time.
const PEOPLE: [&[u8]; 3] = [b"author ", b"committer ", b"tagger "];

/// No name of an encoding is longer.
const LONGEST_WORD: usize = 20;

/// Whether a header contains nothing but an id, a word, or a person and a time, as git writes it.
fn is_usual(line: &[u8]) -> bool {
    let value = |names: &[&[u8]]| names.iter().find_map(|name| line.strip_prefix(*name));
    if let Some(value) = value(&SHORT) {
        let value = value.trim_ascii_end();
        return value.len() <= LONGEST_WORD || value.iter().all(u8::is_ascii_hexdigit);
    }
    let is_of_time = |byte: &u8| byte.is_ascii_digit() || b"+- \r\n".contains(byte);
    value(&PEOPLE).is_some_and(|person| {
        person.rfind_byte(b'>').is_none_or(|end| person[end + 1..].iter().all(is_of_time))
    })
}

/// The other headers of a commit or a tag, such as `mergetag`, which contains a whole tag, and
/// `gpgsig`; without the space that begins a continuation line. Empty in most.
pub fn other_headers(object: &[u8]) -> Vec<u8> {
    let mut other = Vec::new();
    for line in headers(object).lines_with_terminator() {
        let continued = line.strip_prefix(b" ");
        let is_usual = continued.is_none() && is_usual(line);
        if !is_usual {
            other.extend_from_slice(continued.unwrap_or(line));
        }
    }
    other
}

/// The names and emails of the people in a commit or a tag: `Name <email>`, as they are stored.
pub fn identities(object: &[u8]) -> impl Iterator<Item = &[u8]> {
    headers(object).lines().filter_map(|line| {
        let person = PEOPLE.iter().find_map(|name| line.strip_prefix(*name))?;
        // The time follows.
        Some(person.rfind_byte(b'>').map_or(person, |end| &person[..=end]))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_neither_an_id_nor_a_person_is_another_header() {
        let commit = b"tree 1\nparent 2\nauthor A <a@b> 1 +0000\ncommitter C <c> d> 2 +0000\n\
                       mergetag object 3\n tag v1\n \n signed\nencoding latin1\nx y\n\nnot z\n";
        assert_eq!(other_headers(commit), b"mergetag object 3\ntag v1\n\nsigned\nx y\n");
        let people: Vec<&[u8]> = identities(commit).collect();
        assert_eq!(people, [&b"A <a@b>"[..], b"C <c> d>"]);
        assert_eq!(other_headers(b"tree 1\nauthor A\n\nm"), b"");
        // What git would not write.
        let (long, odd) = ("x".repeat(LONGEST_WORD + 1), "author A <a> x 1 +0000\n");
        let commit = format!("tree {long}\nparent 1\n y\n{odd}encoding {long}\n\nm");
        let expected = format!("tree {long}\ny\n{odd}encoding {long}\n");
        assert_eq!(other_headers(commit.as_bytes()), expected.as_bytes());
        let tag = b"object 1\ntype commit\ntag v1\ntagger T <t> 1 +0000";
        assert_eq!(other_headers(tag), b"tag v1\n");
        assert_eq!(identities(tag).next(), Some(&b"T <t>"[..]));
    }
}
