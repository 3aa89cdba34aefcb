//! What a push sends: the lines that git passes to its pre-push hook ("pre-push" in githooks(5)).

pub(super) mod deadline;
pub(super) mod empty;
pub(super) mod missing;
mod received;

use bstr::{BStr, BString, ByteSlice};

use super::CommitRange;
use super::base::RangeError;
use super::commits::KnownCommits;
use super::remote::{PushRemote, PushTarget};
use super::tips::RangeTips;
use crate::foreign::foreign_path;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitEnvironment, ObjectReader};
use missing::MissingObjects;

/// The update of a ref on the receiving side.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The name of the ref on the receiving side.
    pub name: BString,
    /// The id that is sent; `None` if the ref is deleted.
    pub new: Option<ObjectId>,
    /// The id that the receiving side has; `None` if the ref is new.
    pub old: Option<ObjectId>,
}

impl RefUpdate {
    /// Parses the lines of a pre-push hook, `<local ref> <local id> <remote ref> <remote id>` each;
    /// the error is the malformed line.
    pub fn parse(lines: &[u8]) -> Result<Vec<RefUpdate>, &BStr> {
        let update = |line: &[u8]| {
            // A local "ref" may be any revision; the fields are read from the end.
            let mut fields = line.rsplitn_str(4, " ");
            let (old, name, new) = (fields.next()?, fields.next()?, fields.next()?);
            fields.next().and_then(|_| RefUpdate::new(name, old, new))
        };
        lines.lines().map(|line| update(line).ok_or(line.as_bstr())).collect()
    }

    /// Parses the lines of a pre-receive hook, `<old id> <new id> <ref>` each; the error is the
    /// malformed line.
    pub fn parse_received(lines: &[u8]) -> Result<Vec<RefUpdate>, &BStr> {
        let update = |line: &[u8]| {
            let mut fields = line.splitn_str(3, " ");
            let (old, new, name) = (fields.next()?, fields.next()?, fields.next()?);
            RefUpdate::new(name, old, new)
        };
        lines.lines().map(|line| update(line).ok_or(line.as_bstr())).collect()
    }

    /// An update from ids in hexadecimal; zeros are no object.
    pub fn new(name: &[u8], old: &[u8], new: &[u8]) -> Option<RefUpdate> {
        let (old, new) = (ObjectId::from_hex(old)?, ObjectId::from_hex(new)?);
        let existing = |id: ObjectId| (!id.is_zero()).then_some(id);
        let name = BString::from(name);
        (!name.is_empty()).then(|| RefUpdate { name, new: existing(new), old: existing(old) })
    }
}

impl CommitRange {
    /// What these updates send that the remote does not have.
    pub fn pushed(
        environment: &GitEnvironment,
        updates: &[RefUpdate],
        target: &PushTarget,
    ) -> Result<CommitRange, RangeError> {
        let (git, objects) = (Git::new(environment), ObjectReader::open(environment));
        let tips = RangeTips::of_updates(&objects, updates)?;
        let remote = PushRemote::find(&git, target)?;
        let mut known = remote.known(updates);
        let mut notes = Vec::new();
        for update in updates {
            let Some(id) = update.old else { continue };
            match objects.read(&id) {
                Ok(_) => drop(known.insert(id)),
                Err(_) => notes.push(unfetched(update, id, target)),
            }
        }
        if target.is_unknown() && !updates.is_empty() {
            notes.push(UNKNOWN.to_owned());
        }
        let missing = MissingObjects::of_push(&remote);
        let known = KnownCommits::Ids(known.into_iter().collect());
        let range = CommitRange::new(environment, &git, tips, known, REMOTE)?;
        Ok(CommitRange { missing, notes, ..range })
    }

    /// What a revision has that the remote does not have, as far as its tracking refs show; `from`
    /// is a commit that it has.
    pub fn unpushed(
        environment: &GitEnvironment,
        from: Option<&str>,
        to: &str,
        target: &PushTarget,
    ) -> Result<CommitRange, RangeError> {
        let git = Git::new(environment);
        let tips = RangeTips::resolve(environment, to)?;
        let remote = PushRemote::find(&git, target)?;
        let from = from.filter(|_| !remote.is_elsewhere());
        let from = from.map(|from| super::base::commit(environment, from)).transpose()?;
        let is_unknown = target.is_unknown() && from.is_none();
        let notes = is_unknown.then(|| UNKNOWN.to_owned()).into_iter().collect();
        let known = remote.known(&[]).into_iter().chain(from).collect();
        let missing = MissingObjects::of_push(&remote);
        let range = CommitRange::new(environment, &git, tips, KnownCommits::Ids(known), REMOTE)?;
        Ok(CommitRange { missing, notes, ..range })
    }
}

/// The base of a push in messages.
const REMOTE: &str = "the remote's commits";

/// The hook's script, or a hook manager, has not passed on what git says about the remote.
const UNKNOWN: &str = "the remote is unknown, so everything that git's lines do not name counts \
                       as new; pass on the hook's arguments (`keysieve hook install --stage \
                       pre-push` updates its script)";

/// Why everything in a ref counts as new.
fn unfetched(update: &RefUpdate, id: ObjectId, target: &PushTarget) -> String {
    let name = foreign_path(update.name.to_str_lossy());
    format!(
        "{name} on {} is at {id}, which this clone does not have, so everything in it counts as \
         new; fetch it first",
        foreign_path(target.shown())
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_from_their_end_and_else_refused() {
        let (one, none) = ("1".repeat(40), "0".repeat(40));
        let lines = format!("refs/heads/a {one} refs/heads/b {none}\n(delete) {none} r {one}\n");
        let id = ObjectId::from_hex(one.as_bytes());
        let expected = [
            RefUpdate { name: "refs/heads/b".into(), new: id, old: None },
            RefUpdate { name: "r".into(), new: None, old: id },
        ];
        assert_eq!(RefUpdate::parse(lines.as_bytes()).expect("lines"), expected);
        let odd = format!("HEAD^{{/a b}} {one} refs/heads/b {none}\n");
        assert_eq!(RefUpdate::parse(odd.as_bytes()).expect("lines"), expected[..1]);
        assert_eq!(RefUpdate::parse(b"").expect("lines"), []);
        for line in ["x", "\n", &format!("{one} r {none}"), &format!("a {one} b c")] {
            assert!(RefUpdate::parse(line.as_bytes()).is_err(), "{line}");
        }
    }

    #[test]
    fn received_lines_name_the_old_id_first() {
        let (one, none) = ("1".repeat(40), "0".repeat(40));
        let id = ObjectId::from_hex(one.as_bytes());
        let lines = format!("{none} {one} refs/heads/a\n{one} {none} refs/tags/b\n");
        let expected = [
            RefUpdate { name: "refs/heads/a".into(), new: id, old: None },
            RefUpdate { name: "refs/tags/b".into(), new: None, old: id },
        ];
        assert_eq!(RefUpdate::parse_received(lines.as_bytes()).expect("lines"), expected);
        for line in ["x", &format!("{one} {none}"), &format!("{one} {none} ")] {
            assert!(RefUpdate::parse_received(line.as_bytes()).is_err(), "{line}");
        }
    }
}
