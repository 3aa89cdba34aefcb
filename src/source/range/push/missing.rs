//! Objects that this clone lacks. In a partial clone they are on a promisor remote.

use super::super::remote::PushRemote;
use super::super::unreadable;
use crate::git::object_id::ObjectId;
use crate::git::process::cat_file::MISSING;
use crate::source::{Coverage, Failure};

/// What a missing object is.
#[derive(Debug, Default)]
pub enum MissingObjects {
    /// A failure: the clone is damaged.
    #[default]
    Damaged,
    /// A failure: another remote than that of the push has it.
    Unfetched,
    /// It is on this promisor remote, to which the push goes: nothing is sent.
    AlreadyThere(String),
}

impl MissingObjects {
    pub fn of_push(remote: &PushRemote) -> MissingObjects {
        match remote.promisor() {
            Some(name) => MissingObjects::AlreadyThere(name.to_owned()),
            None if remote.is_partial_clone() => MissingObjects::Unfetched,
            None => MissingObjects::Damaged,
        }
    }

    /// The coverage of an object that could not be read, and why it could not.
    pub fn coverage(&self, kind: &str, id: &ObjectId, why: String) -> Coverage {
        match self {
            _ if !why.ends_with(MISSING) => Coverage::failure(unreadable(kind, id, why)),
            MissingObjects::Damaged => Coverage::failure(unreadable(kind, id, why)),
            MissingObjects::Unfetched => {
                let advice = "this partial clone has not fetched it; run `git backfill` (git 2.49 \
                              or newer) or `git fetch --refetch --no-filter`";
                Coverage::failure(Failure::new(format!("{kind} {id}"), advice))
            }
            MissingObjects::AlreadyThere(remote) => {
                let remote = crate::foreign::foreign_path(remote);
                let note = format!(
                    "objects that this partial clone has not fetched were not scanned: {remote} \
                     has them already"
                );
                Coverage { notes: vec![note], ..Coverage::default() }
            }
        }
    }
}
