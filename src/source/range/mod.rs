//! What a range of commits adds: every version of every path that one of its commits adds, even if
//! a later one removes it again, and the commits' messages.
//!
//! The range is based on commits outside it: its base, and every parent that is not in the range.
//! What those contain at the paths that the range touches, including renamed and deleted ones, is
//! not new.

mod additions;
mod base;
mod change;
mod commits;
mod previous;
mod push;
mod remote;
mod tips;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use bstr::BString;
use rayon::prelude::*;

pub use crate::git::tree::diff::FileContent;
pub use additions::RangeAdditions;
pub use base::RangeError;
pub use change::RangeChange;
pub use commits::Commit;
pub use previous::RangeBase;
pub use push::RefUpdate;
pub use push::deadline::{Deadline, TIME_LIMIT};
pub use push::empty::EmptyPush;
pub use remote::{PushRemote, PushTarget};

use super::history::{People, commit_ref, visit_texts};
use super::pointer::ContentStorage;
use super::slices::visit_slices;
use super::{Coverage, Failure, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::findings::CommitRef;
use crate::git::history::names::ObjectNames;
use crate::git::object_id::ObjectId;
use crate::git::tree::walk::TreeWalkError;
use crate::git::{BlobRead, Git, GitEnvironment, ObjectReader, revision};
use commits::{KnownCommits, commits};
use push::missing::MissingObjects;
use tips::RangeTips;

/// What a range of commits adds.
pub struct CommitRange {
    objects: ObjectReader,
    pointed: ContentStorage,
    tips: RangeTips,
    known: KnownCommits,
    /// Parents before children.
    commits: Vec<Commit>,
    missing: MissingObjects,
    deadline: Deadline,
    /// For the reader of the report.
    notes: Vec<String>,
}

/// Commits whose differences are in memory at a time.
const CHUNK: usize = 64;

/// Known commits, other than parents, that are searched for what is new.
const MOST_COMPARED: usize = 200;

/// The commit that a revision names; if it is missing, the error names the fetch that is needed.
pub fn commit_of(environment: &GitEnvironment, name: &str) -> Result<ObjectId, RangeError> {
    base::commit(environment, name)
}

impl CommitRange {
    /// What `to` has and `from` does not: the range `from..to`, in git's revision syntax.
    pub fn between(
        environment: &GitEnvironment,
        from: &str,
        to: &str,
    ) -> Result<CommitRange, RangeError> {
        let git = Git::new(environment);
        let base = base::commit(environment, from)?;
        let tips = RangeTips::resolve(environment, to)?;
        CommitRange::new(environment, &git, tips, KnownCommits::Ids(vec![base]), from)
    }

    /// What the heads have and is not known; `base_name` is the name of what is, in messages.
    fn new(
        environment: &GitEnvironment,
        git: &Git,
        tips: RangeTips,
        known: KnownCommits,
        base_name: &str,
    ) -> Result<CommitRange, RangeError> {
        let commits = commits(git, &tips.heads, &known)?;
        // A server has the parents that a shallow clone lacks; else they count as nothing.
        if let KnownCommits::Ids(_) = known {
            base::refuse_shallow_boundary(git, environment, &commits, base_name)?;
        }
        Ok(CommitRange {
            objects: ObjectReader::open(environment),
            pointed: ContentStorage::of(environment),
            tips,
            known,
            commits,
            missing: MissingObjects::default(),
            deadline: Deadline::default(),
            notes: Vec::new(),
        })
    }

    /// The same range, of which only what is reached before the deadline is scanned.
    #[must_use]
    pub fn until(self, deadline: Deadline) -> CommitRange {
        CommitRange { deadline, ..self }
    }

    /// Notes on what counts as new.
    pub fn notes(&self) -> &[String] {
        &self.notes
    }

    /// Every version and every message that the range adds, each once, as [`Provenance::Object`].
    pub fn next(&self) -> RangeAdditions<'_> {
        RangeAdditions { range: self }
    }

    /// What the base of the range contains at the paths it touches: the excluded commits, and every
    /// parent outside the range.
    pub fn previous(&self) -> RangeBase<'_> {
        RangeBase { range: self }
    }

    /// The number of commits in the range; a commit's position is below that.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Whether an object is pushed directly: a tag, or a blob that a ref refers to.
    pub fn is_direct_tip(&self, object: &str) -> bool {
        self.tips.contain(object)
    }

    /// The names of what is pushed directly: `tag v1.0`, `ref refs/notes/keys`.
    pub fn names_of_tips(&self) -> ObjectNames {
        self.tips.object_names()
    }

    /// The paths of selected blobs in trees that are pushed directly.
    pub fn paths_in_trees(
        &self,
        is_selected: impl Fn(&ObjectId) -> bool,
    ) -> Result<Vec<(BString, ObjectId)>, TreeWalkError> {
        self.tips.paths(is_selected)
    }

    /// A commit of the range as a report shows it, with its texts unchanged.
    pub fn commit(&self, position: usize) -> Result<CommitRef, Failure> {
        let id = self.commits[position].id;
        let (_, bytes) = self.objects.read(&id).map_err(|why| unreadable("commit", &id, why))?;
        Ok(commit_ref(id, &bytes))
    }

    /// The position of the commit for each message's object.
    pub fn messages(&self) -> HashMap<String, usize> {
        let positions = self.commits.iter().enumerate();
        positions.map(|(position, commit)| (commit.id.to_string(), position)).collect()
    }

    /// The commits outside the range that it is based on. Not all of many refs are compared.
    fn boundary(&self) -> Vec<ObjectId> {
        let own: HashSet<ObjectId> = self.commits.iter().map(|commit| commit.id).collect();
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        let (KnownCommits::Ids(known) | KnownCommits::AllRefs { before: known }) = &self.known;
        let known = known.iter().take(MOST_COMPARED).filter_map(|id| self.commit_of(id));
        let mut boundary: Vec<ObjectId> =
            parents.filter(|id| !own.contains(id)).copied().chain(known).collect();
        boundary.sort_unstable();
        boundary.dedup();
        boundary
    }

    /// The commit that an object is, or that it is a tag of; `None` if it is something else. One that
    /// cannot be read fails later.
    fn commit_of(&self, id: &ObjectId) -> Option<ObjectId> {
        let read = |id: &ObjectId| self.objects.read(id);
        match (revision::peeled(&read, *id), read(id)) {
            (Ok(commit), _) => Some(commit),
            (Err(_), Ok(_)) => None,
            (Err(_), Err(_)) => Some(*id),
        }
    }

    fn scan_blob(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let provenance = Provenance::Object(id.to_string());
        let scan = |content: &mut dyn Read| visit_slices(content, &provenance, visit);
        match self.objects.blob(id, scan) {
            Ok(BlobRead::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(BlobRead::Streamed(coverage)) => coverage,
            Err(why) => self.missing.coverage(&self.objects, "blob", id, why),
        }
    }

    /// Scans the message and the headers of a commit or a tag.
    fn scan_texts(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let (_, object) = match self.objects.read(id) {
            Ok(read) => read,
            Err(why) => return Coverage::failure(unreadable("commit", id, why)),
        };
        let mut people = People::default();
        people.add(*id, 0, &object);
        visit_texts(id, &object, visit).and(people.visit(visit))
    }

    /// Scans the blobs among contents that were not seen before.
    fn scan_contents(
        &self,
        contents: impl Iterator<Item = FileContent>,
        seen: &mut HashSet<ObjectId>,
        visit: &Visitor<'_>,
    ) -> Coverage {
        let (mut blobs, mut submodules) = (Vec::new(), 0);
        for content in contents {
            match content {
                FileContent::Blob(id) if seen.insert(id) => blobs.push(id),
                FileContent::Blob(_) => {}
                FileContent::Submodule(_) => submodules += 1,
            }
        }
        let scan = |id| match self.deadline.is_over() {
            true => self.deadline.coverage(),
            false => self.scan_blob(id, visit),
        };
        let scanned = blobs.par_iter().map(scan);
        let scanned = scanned.reduce(Coverage::default, Coverage::and);
        scanned.and(Coverage { special: submodules, ..Coverage::default() })
    }
}

fn unreadable(kind: &str, id: &ObjectId, why: String) -> Failure {
    let why = format!("cannot be read: {why}; run `git fsck` for details");
    Failure::new(format!("{kind} {id}"), why)
}
