//! Revisions in the syntax of gitrevisions(7), as far as they depend on objects: `~3`, `^2`, and
//! tags of commits.

use super::commit::RawCommit;
use super::object::{ObjectKind, tagged};
use super::object_id::ObjectId;

/// Nested tags are followed, but not forever.
const DEEPEST_TAG: usize = 32;

/// Reads an object; otherwise the reason why it cannot be read.
pub type ReadObject<'r> = dyn Fn(&ObjectId) -> Result<(ObjectKind, Vec<u8>), String> + 'r;

/// A name and the steps after it: `main` and `~3` of `main~3`.
pub fn split(revision: &str) -> (&str, &str) {
    revision.split_at(revision.find(['~', '^']).unwrap_or(revision.len()))
}

/// Follows `~3`, `^2` and the like from an object; `None` for other steps, or if a parent does not
/// exist.
pub fn follow(
    read: &ReadObject<'_>,
    mut id: ObjectId,
    mut steps: &str,
) -> Result<Option<ObjectId>, String> {
    while let Some(step) = steps.chars().next() {
        let digits = &steps[1..];
        let digits = &digits[..digits.find(|c: char| !c.is_ascii_digit()).unwrap_or(digits.len())];
        let number = if digits.is_empty() { Ok(1) } else { digits.parse() };
        let (generations, parent) = match (step, number) {
            ('~', Ok(number)) => (number, 1),
            ('^', Ok(number)) => (1, number),
            _ => return Ok(None),
        };
        steps = &steps[1 + digits.len()..];
        id = peeled(read, id)?;
        for _ in 0..generations {
            let (_, commit) = read(&id).map_err(|why| unread(&id, &why))?;
            let parent: usize = parent;
            let Some(parent) = parent.checked_sub(1) else { break };
            let parsed = RawCommit::parse(id, &commit);
            let parsed = parsed.ok_or_else(|| unread(&id, "it has no tree"))?;
            match parsed.parents.get(parent) {
                Some(parent) => id = *parent,
                None => return Ok(None),
            }
        }
    }
    Ok(Some(id))
}

/// The commit that an object is, or that it is a tag of.
pub fn peeled(read: &ReadObject<'_>, mut id: ObjectId) -> Result<ObjectId, String> {
    for _ in 0..DEEPEST_TAG {
        let (kind, object) = read(&id).map_err(|why| unread(&id, &why))?;
        match (kind, tagged(&object)) {
            (ObjectKind::Commit, _) => return Ok(id),
            (ObjectKind::Tag, Some(tagged)) => id = tagged,
            (kind, _) => return Err(format!("{id} is a {}", kind.name())),
        }
    }
    Err("too many nested tags".to_owned())
}

fn unread(id: &ObjectId, why: &str) -> String {
    format!("object {id} cannot be read: {why}")
}
