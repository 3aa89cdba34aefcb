//! The headers of a commit object (`git cat-file commit`).

use bstr::ByteSlice;

use super::object_id::{ObjectFormat, ObjectId};

/// A commit as it is stored. Grafts and `refs/replace` are ignored: what they hide is still in the
/// database.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawCommit {
    pub id: ObjectId,
    pub tree: ObjectId,
    pub parents: Vec<ObjectId>,
    /// The committer's time, in seconds since 1970.
    pub time: i64,
}

impl RawCommit {
    /// Reads the headers of the commit `id`; `None` if there is no tree among them.
    pub fn parse(id: ObjectId, bytes: &[u8]) -> Option<RawCommit> {
        let mut lines = bytes.lines();
        let tree = header(lines.next()?, b"tree ", id.format())?;
        let (mut parents, mut time) = (Vec::new(), 0);
        for line in lines.take_while(|line| !line.is_empty()) {
            if let Some(parent) = header(line, b"parent ", id.format()) {
                parents.push(parent);
            } else if let Some(committer) = line.strip_prefix(b"committer ") {
                time = seconds(committer);
                break;
            }
        }
        Some(RawCommit { id, tree, parents, time })
    }
}

fn header(line: &[u8], name: &[u8], format: ObjectFormat) -> Option<ObjectId> {
    let id = ObjectId::from_hex(line.strip_prefix(name)?)?;
    (id.format() == format).then_some(id)
}

/// The time of a signature, `Name <address> seconds zone`; 0 if it has none.
fn seconds(signature: &[u8]) -> i64 {
    let after = signature.rfind_byte(b'>').map_or(&[][..], |end| &signature[end + 1..]);
    let mut fields = after.split(u8::is_ascii_whitespace).filter(|field| !field.is_empty());
    let seconds = fields.next().and_then(|field| field.to_str().ok());
    seconds.and_then(|text| text.parse().ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_are_read_and_a_message_is_none() {
        let id = ObjectId::new(&[1; 20]).expect("an id");
        let (one, two) = ("a".repeat(40), "b".repeat(40));
        let commit = format!(
            "tree {one}\nparent {two}\nparent {one}\nauthor A <a@b> 5 +0000\n\
             committer C <c> d> 77 -0100\n\nparent {two}\n"
        );
        let read = RawCommit::parse(id, commit.as_bytes()).expect("a commit");
        let named = |text: &str| ObjectId::from_hex(text.as_bytes()).expect("an id");
        assert_eq!((read.tree, read.time), (named(&one), 77));
        assert_eq!(read.parents, [named(&two), named(&one)]);
        for bytes in [&b""[..], b"tree", b"tree abc\n", b"parent x\n", b"\xff\n\n"] {
            assert_eq!(RawCommit::parse(id, bytes), None);
        }
    }
}
