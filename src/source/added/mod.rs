//! What a range of commits adds: every version of every path that one of its commits brings in,
//! whether or not a later one takes it out again, and the commits' messages.
//!
//! The range stands on commits outside it: its base and every parent that it does not hold.
//! What those hold at the paths that the range touches, renamed and deleted ones included, is
//! not new.

mod base;
mod change;
mod push;

use std::collections::{HashMap, HashSet};
use std::io::Read;
use std::sync::{Mutex, MutexGuard, PoisonError};

use bstr::{BString, ByteSlice};
use rayon::prelude::*;

pub use base::RangeError;
pub use change::{Change, Content};
pub use push::Update;

use super::history::commit_ref;
use super::parts::visit_parts;
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::findings::CommitRef;
use crate::git::GitEnvironment;
use crate::git::object::ObjectKind;
use crate::git::object::message;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError, Held, Objects};

/// A commit of the range.
pub struct Commit {
    pub id: ObjectId,
    pub parents: Vec<ObjectId>,
}

/// What a range of commits adds.
pub struct Added {
    git: Git,
    objects: Mutex<Objects>,
    sent: Sent,
    /// What the range is counted from.
    base: Vec<ObjectId>,
    /// Parents before children.
    commits: Vec<Commit>,
    changes: Vec<Change>,
}

/// The commit that a revision names; where it is missing the error says what to fetch.
pub fn commit_of(environment: &GitEnvironment, name: &str) -> Result<ObjectId, RangeError> {
    base::commit(&Git::new(environment), name)
}

/// What the range's newest commits are, and what comes with them.
#[derive(Default)]
struct Sent {
    heads: Vec<ObjectId>,
    /// Annotated tags, for their messages.
    tags: Vec<ObjectId>,
    /// Blobs that a ref or a tag names by themselves.
    blobs: Vec<ObjectId>,
}

impl Added {
    /// What `to` has and `from` has not: the range `from..to`. Both are named as git names
    /// revisions.
    pub fn between(
        environment: &GitEnvironment,
        from: &str,
        to: &str,
    ) -> Result<Added, RangeError> {
        let git = Git::new(environment);
        let base = base::commit(&git, from)?;
        let sent = Sent::named(&git, to)?;
        Added::of(git, sent, vec![base], from)
    }

    /// What the heads have and none of `base` has; `said` names the base.
    fn of(git: Git, sent: Sent, base: Vec<ObjectId>, said: &str) -> Result<Added, RangeError> {
        let commits = commits(&git, &sent.heads, &base)?;
        base::refuse_cut(&git, &commits, said)?;
        let changes = change::changes(&git, &commits)?;
        let objects = Mutex::new(Objects::open(&git)?);
        Ok(Added { git, objects, sent, base, commits, changes })
    }

    /// Every version and every message that the range brings in, each once, as
    /// [`Provenance::Object`].
    pub fn next(&self) -> Versions<'_> {
        let sent = self.sent.blobs.iter().map(|id| Content::Blob(*id));
        let contents = self.changes.iter().filter_map(|change| change.after).chain(sent);
        let note = match (self.commits.is_empty(), self.changes.is_empty()) {
            (true, _) if !self.sent.tags.is_empty() || !self.sent.blobs.is_empty() => None,
            (true, _) => Some("the range holds no commit: nothing to look at"),
            (false, true) => Some("the commits of the range change no file"),
            (false, false) => None,
        };
        let messages = self.commits.iter().map(|commit| commit.id);
        let messages = messages.chain(self.sent.tags.iter().copied()).collect();
        Versions { added: self, messages, note, ..Versions::of(self, contents) }
    }

    /// What the commits that the range stands on hold at the paths it touches.
    pub fn previous(&self) -> Result<Versions<'_>, GitError> {
        let mut paths = change::merged_paths(&self.git, &self.commits)?;
        paths.extend(self.changes.iter().map(|change| change.path.clone()));
        let own: HashSet<ObjectId> = self.commits.iter().map(|commit| commit.id).collect();
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        let mut edge: Vec<ObjectId> =
            parents.filter(|id| !own.contains(id)).chain(&self.base).copied().collect();
        edge.sort_unstable();
        edge.dedup();
        let mut contents = Vec::new();
        for commit in edge {
            contents.extend(change::tree(&self.git, &commit, &paths)?.into_values());
        }
        Ok(Versions::of(self, contents.into_iter()))
    }

    /// What each commit changes, parents before children.
    pub fn changes(&self) -> &[Change] {
        &self.changes
    }

    /// What the newest commits hold at these paths.
    pub fn at_heads(
        &self,
        paths: &HashSet<BString>,
    ) -> Result<Vec<HashMap<BString, Content>>, GitError> {
        self.sent.heads.iter().map(|head| change::tree(&self.git, head, paths)).collect()
    }

    /// Whether an object is sent by itself: a tag, or a blob that a ref names.
    pub fn is_sent_alone(&self, object: &str) -> bool {
        let mut alone = self.sent.tags.iter().chain(&self.sent.blobs);
        alone.any(|id| id.to_string() == object)
    }

    /// A commit of the range as a report names it, its texts as they are.
    pub fn commit(&self, place: usize) -> Result<CommitRef, Failure> {
        let id = self.commits[place].id;
        let (_, bytes) = self.read(&id).map_err(|why| unreadable("commit", &id, why))?;
        Ok(commit_ref(id, &bytes))
    }

    /// The place of the commit whose message an object is.
    pub fn messages(&self) -> HashMap<String, usize> {
        let places = self.commits.iter().enumerate();
        places.map(|(place, commit)| (commit.id.to_string(), place)).collect()
    }

    /// Objects are read one after another, under the lock; they are looked at in parallel.
    fn read(&self, id: &ObjectId) -> Result<(ObjectKind, Vec<u8>), String> {
        self.objects().read(id)
    }

    fn objects(&self) -> MutexGuard<'_, Objects> {
        self.objects.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Versions of files, and messages.
pub struct Versions<'a> {
    added: &'a Added,
    blobs: Vec<ObjectId>,
    submodules: u64,
    messages: Vec<ObjectId>,
    note: Option<&'static str>,
}

impl<'a> Versions<'a> {
    fn of(added: &'a Added, contents: impl Iterator<Item = Content>) -> Versions<'a> {
        let (mut blobs, mut submodules) = (Vec::new(), 0);
        for content in contents {
            match content {
                Content::Blob(id) => blobs.push(id),
                Content::Submodule => submodules += 1,
            }
        }
        blobs.sort_unstable();
        blobs.dedup();
        Versions { added, blobs, submodules, messages: Vec::new(), note: None }
    }

    fn look_at_blob(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let provenance = Provenance::Object(id.to_string());
        let look = |content: &mut dyn Read| visit_parts(content, &provenance, visit);
        let held = self.added.objects().blob(id, look);
        match held {
            Ok(Held::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(Held::Long(coverage)) => coverage,
            Err(why) => Coverage::failure(unreadable("blob", id, why)),
        }
    }

    fn look_at_message(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let (_, object) = match self.added.read(id) {
            Ok(read) => read,
            Err(why) => return Coverage::failure(unreadable("commit", id, why)),
        };
        // A message is a text even where it holds a NUL.
        let bytes = message(&object).replace(b"\0", b" ");
        visit(&Blob::whole(&bytes, Provenance::Object(id.to_string())));
        Coverage { messages: 1, bytes: bytes.len() as u64, ..Coverage::default() }
    }
}

impl Source for Versions<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin((self.blobs.len() + self.messages.len()) as u64);
        let done = |coverage| {
            progress.step();
            coverage
        };
        let blobs = self.blobs.par_iter().map(|id| done(self.look_at_blob(id, visit)));
        let messages = self.messages.par_iter().map(|id| done(self.look_at_message(id, visit)));
        let looked = blobs.chain(messages).reduce(Coverage::default, Coverage::and);
        let notes = self.note.map(str::to_owned).into_iter().collect();
        looked.and(Coverage { special: self.submodules, notes, ..Coverage::default() })
    }
}

/// Parents before children, as `git rev-list` orders them.
fn commits(git: &Git, heads: &[ObjectId], base: &[ObjectId]) -> Result<Vec<Commit>, GitError> {
    // Asked for nothing, git would take the base alone for a question.
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let heads = heads.iter().map(|id| format!("{id}\n"));
    let asked: String = heads.chain(base.iter().map(|id| format!("^{id}\n"))).collect();
    let arguments = ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"];
    let said = git.read_with(&arguments, asked.as_bytes())?;
    let commit = |line: &[u8]| {
        let mut ids = line.split_str(" ").map(ObjectId::from_hex);
        Some(Commit { id: ids.next()??, parents: ids.collect::<Option<_>>()? })
    };
    said.lines().map(commit).collect::<Option<_>>().ok_or_else(|| GitError::Failed {
        command: "rev-list".to_owned(),
        said: "its answer cannot be understood".to_owned(),
    })
}

fn unreadable(kind: &str, id: &ObjectId, why: String) -> Failure {
    let why = format!("cannot be read: {why}; `git fsck` shows what the repository lacks");
    Failure::new(format!("{kind} {id}"), why)
}
