//! What a push sends: the lines that git passes to its pre-push hook ("pre-push" in githooks(5)).

use bstr::{BStr, ByteSlice};

use super::base::RangeError;
use super::{CommitRange, RangeTips};
use crate::git::GitEnvironment;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError, ObjectReader};

/// The update of a ref, by the ids on both sides.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefUpdate {
    /// The id that is sent; `None` if the ref is deleted.
    local: Option<ObjectId>,
    /// The id on the remote; `None` if the ref is new.
    remote: Option<ObjectId>,
}

impl RefUpdate {
    /// Parses the lines, `<local ref> <local id> <remote ref> <remote id>` each; the error is the
    /// malformed line.
    pub fn parse(lines: &[u8]) -> Result<Vec<RefUpdate>, &BStr> {
        let update = |line: &[u8]| {
            // A local "ref" may be any revision; the ids are read from the end.
            let mut fields = line.rsplitn_str(4, " ");
            let remote = ObjectId::from_hex(fields.next()?)?;
            let local = ObjectId::from_hex(fields.nth(1)?)?;
            let existing = |id: ObjectId| id.as_bytes().iter().any(|&byte| byte != 0).then_some(id);
            fields.next().map(|_| RefUpdate { local: existing(local), remote: existing(remote) })
        };
        lines.lines().map(|line| update(line).ok_or(line.as_bstr())).collect()
    }
}

impl CommitRange {
    /// What these updates send that is neither on a remote-tracking ref nor on the remote's refs.
    pub fn pushed(
        environment: &GitEnvironment,
        updates: &[RefUpdate],
    ) -> Result<CommitRange, RangeError> {
        let git = Git::new(environment);
        let objects = ObjectReader::open(environment);
        let mut tips = RangeTips::default();
        for local in updates.iter().filter_map(|update| update.local) {
            tips.add(&objects, local)?;
        }
        let base = pushed_commits(&git, updates)?;
        CommitRange::new(environment, &git, tips, base, "the remote's commits")
    }

    /// What a revision has that no remote-tracking ref has.
    pub fn unpushed(
        environment: &GitEnvironment,
        revision: &str,
    ) -> Result<CommitRange, RangeError> {
        let git = Git::new(environment);
        let tips = RangeTips::resolve(environment, revision)?;
        let base = pushed_commits(&git, &[])?;
        CommitRange::new(environment, &git, tips, base, "the remote's commits")
    }
}

impl RangeTips {
    /// Resolves a name: a commit, or a tag with its message, whose id the pre-commit framework
    /// passes as the end of a range.
    pub(super) fn resolve(
        environment: &GitEnvironment,
        name: &str,
    ) -> Result<RangeTips, RangeError> {
        let git = Git::new(environment);
        let commit = super::base::commit(environment, name)?;
        let id = git.object_id(name)?.unwrap_or(commit);
        if id == commit {
            return Ok(RangeTips { heads: vec![commit], ..RangeTips::default() });
        }
        let mut tips = RangeTips::default();
        tips.add(&ObjectReader::open(environment), id)?;
        Ok(tips)
    }

    /// Adds a commit, or a tag with everything that it refers to.
    fn add(&mut self, objects: &ObjectReader, mut id: ObjectId) -> Result<(), GitError> {
        loop {
            let failed = |message: &str| GitError::Failed {
                command: "cat-file".to_owned(),
                message: format!("object {id}: {message}"),
            };
            let (kind, bytes) = objects.read(&id).map_err(|why| failed(&why))?;
            match kind {
                ObjectKind::Commit => self.heads.push(id),
                ObjectKind::Blob => self.blobs.push(id),
                ObjectKind::Tree => {
                    return Err(failed("a bare tree is pushed, which keysieve does not scan"));
                }
                ObjectKind::Tag => {
                    self.tags.push(id);
                    let named = bytes.lines().next().and_then(|line| line.strip_prefix(b"object "));
                    let named = named.and_then(ObjectId::from_hex);
                    id = named.ok_or_else(|| failed("the tag does not name an object"))?;
                    continue;
                }
            }
            return Ok(());
        }
    }
}

/// The commits that are known to be on a remote. Commits that are not in this clone cannot be used.
fn pushed_commits(git: &Git, updates: &[RefUpdate]) -> Result<Vec<ObjectId>, GitError> {
    let refs = git.read(&["for-each-ref", "--format=%(objectname)", "refs/remotes"])?;
    let mut base: Vec<ObjectId> = refs.lines().filter_map(ObjectId::from_hex).collect();
    for remote in updates.iter().filter_map(|update| update.remote) {
        base.extend(git.object_id(&format!("{remote}^{{commit}}"))?);
    }
    base.sort_unstable();
    base.dedup();
    Ok(base)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_from_their_end_and_else_refused() {
        let (one, none) = ("1".repeat(40), "0".repeat(40));
        let lines = format!("refs/heads/a {one} refs/heads/b {none}\n(delete) {none} r {one}\n");
        let id = ObjectId::from_hex(one.as_bytes());
        let expected =
            [RefUpdate { local: id, remote: None }, RefUpdate { local: None, remote: id }];
        assert_eq!(RefUpdate::parse(lines.as_bytes()).expect("lines"), expected);
        let odd = format!("HEAD^{{/a b}} {one} refs/heads/b {none}\n");
        assert_eq!(RefUpdate::parse(odd.as_bytes()).expect("lines"), expected[..1]);
        assert_eq!(RefUpdate::parse(b"").expect("lines"), []);
        for line in ["x", "\n", &format!("{one} r {none}"), &format!("a {one} b c")] {
            assert!(RefUpdate::parse(line.as_bytes()).is_err(), "{line}");
        }
    }
}
