//! What a server receives: the updates that git passes to its pre-receive and update hooks
//! ("pre-receive" in githooks(5)).

use super::super::commits::KnownCommits;
use super::super::tips::RangeTips;
use super::super::{CommitRange, RangeError, RefUpdate};
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitEnvironment, ObjectReader};

impl CommitRange {
    /// What these updates bring that no ref of the repository has. The refs are not updated yet;
    /// in an update hook those of the same push are that have passed it.
    pub fn received(
        environment: &GitEnvironment,
        updates: &[RefUpdate],
    ) -> Result<CommitRange, RangeError> {
        let (git, objects) = (Git::new(environment), ObjectReader::open(environment));
        let tips = RangeTips::of_updates(&objects, updates)?;
        let read = |id: &ObjectId| objects.read(id);
        let before = updates.iter().filter_map(|update| update.old);
        let before = before.filter_map(|id| crate::git::revision::peeled(&read, id).ok());
        let known = KnownCommits::AllRefs { before: before.collect() };
        CommitRange::new(environment, &git, tips, known, "the repository's commits")
    }
}
