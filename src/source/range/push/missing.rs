//! Objects that this clone lacks. In a partial clone they are on a promisor remote.

use super::super::remote::PushRemote;
use super::super::unreadable;
use crate::foreign::foreign_path;
use crate::git::ObjectReader;
use crate::git::object_id::ObjectId;
use crate::git::process::cat_file::MISSING;
use crate::source::{Coverage, Failure};

/// What a missing object is.
#[derive(Debug, Default)]
pub enum MissingObjects {
    /// A failure: the clone is damaged, or another remote than that of the push has it.
    #[default]
    Unread,
    /// It is on this promisor remote, to which the push goes: nothing is sent.
    AlreadyThere(String),
}

impl MissingObjects {
    pub fn of_push(remote: &PushRemote) -> MissingObjects {
        match remote.promisor() {
            Some(name) => MissingObjects::AlreadyThere(name.to_owned()),
            None => MissingObjects::Unread,
        }
    }

    /// The coverage of an object that could not be read, and why it could not.
    pub fn coverage(
        &self,
        objects: &ObjectReader,
        kind: &str,
        id: &ObjectId,
        why: String,
    ) -> Coverage {
        match self {
            _ if !why.ends_with(MISSING) => Coverage::failure(unreadable(kind, id, why)),
            MissingObjects::Unread => {
                let why = format!("cannot be read: {why}; {}", objects.advice());
                Coverage::failure(Failure::new(format!("{kind} {id}"), why))
            }
            MissingObjects::AlreadyThere(remote) => {
                let note = format!(
                    "objects that this partial clone has not fetched were not scanned: {} has them \
                     already",
                    foreign_path(remote)
                );
                Coverage { notes: vec![note], ..Coverage::default() }
            }
        }
    }
}
