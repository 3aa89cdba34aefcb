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

use bstr::ByteSlice;
use rayon::prelude::*;

pub use crate::git::diff::Content;
pub use base::RangeError;
pub use change::Change;
pub use push::Update;

use super::history::commit_ref;
use super::parts::visit_parts;
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::findings::CommitRef;
use crate::git::object::message;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitEnvironment, GitError, Held, ObjectReader};

/// A commit of the range.
pub struct Commit {
    pub id: ObjectId,
    pub parents: Vec<ObjectId>,
}

/// What a range of commits adds.
pub struct Added {
    objects: ObjectReader,
    sent: Sent,
    /// What the range is counted from.
    base: Vec<ObjectId>,
    /// Parents before children.
    commits: Vec<Commit>,
}

/// Commits whose differences are held at a time.
const CHUNK: usize = 64;

/// The commit that a revision names; where it is missing the error says what to fetch.
pub fn commit_of(environment: &GitEnvironment, name: &str) -> Result<ObjectId, RangeError> {
    base::commit(environment, name)
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
        let base = base::commit(environment, from)?;
        let sent = Sent::named(environment, to)?;
        Added::of(environment, &git, sent, vec![base], from)
    }

    /// What the heads have and none of `base` has; `said` names the base.
    fn of(
        environment: &GitEnvironment,
        git: &Git,
        sent: Sent,
        base: Vec<ObjectId>,
        said: &str,
    ) -> Result<Added, RangeError> {
        let commits = commits(git, &sent.heads, &base)?;
        base::refuse_cut(git, &commits, said)?;
        Ok(Added { objects: ObjectReader::open(environment), sent, base, commits })
    }

    /// Every version and every message that the range adds, each once, as
    /// [`Provenance::Object`].
    pub fn next(&self) -> Next<'_> {
        Next { added: self }
    }

    /// What the commits that the range is based on hold at the paths it touches: its base, and
    /// every parent that is not in it.
    pub fn previous(&self) -> Previous<'_> {
        Previous { added: self }
    }

    /// The number of commits in the range; a commit's place is below that.
    pub fn len(&self) -> usize {
        self.commits.len()
    }

    pub fn is_empty(&self) -> bool {
        self.commits.is_empty()
    }

    /// Whether an object is sent by itself: a tag, or a blob that a ref names.
    pub fn is_sent_alone(&self, object: &str) -> bool {
        let mut alone = self.sent.tags.iter().chain(&self.sent.blobs);
        alone.any(|id| id.to_string() == object)
    }

    /// A commit of the range as a report names it, its texts as they are.
    pub fn commit(&self, place: usize) -> Result<CommitRef, Failure> {
        let id = self.commits[place].id;
        let (_, bytes) = self.objects.read(&id).map_err(|why| unreadable("commit", &id, why))?;
        Ok(commit_ref(id, &bytes))
    }

    /// The place of the commit whose message an object is.
    pub fn messages(&self) -> HashMap<String, usize> {
        let places = self.commits.iter().enumerate();
        places.map(|(place, commit)| (commit.id.to_string(), place)).collect()
    }

    /// The commits outside of the range that it is based on.
    fn edge(&self) -> Vec<ObjectId> {
        let own: HashSet<ObjectId> = self.commits.iter().map(|commit| commit.id).collect();
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        let mut edge: Vec<ObjectId> =
            parents.filter(|id| !own.contains(id)).chain(&self.base).copied().collect();
        edge.sort_unstable();
        edge.dedup();
        edge
    }

    fn scan_blob(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let provenance = Provenance::Object(id.to_string());
        let look = |content: &mut dyn Read| visit_parts(content, &provenance, visit);
        match self.objects.blob(id, look) {
            Ok(Held::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(Held::Long(coverage)) => coverage,
            Err(why) => Coverage::failure(unreadable("blob", id, why)),
        }
    }

    fn scan_message(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let (_, object) = match self.objects.read(id) {
            Ok(read) => read,
            Err(why) => return Coverage::failure(unreadable("commit", id, why)),
        };
        // A message is a text even where it holds a NUL.
        let bytes = message(&object).replace(b"\0", b" ");
        visit(&Blob::whole(&bytes, Provenance::Object(id.to_string())));
        Coverage { messages: 1, bytes: bytes.len() as u64, ..Coverage::default() }
    }

    /// Scans the blobs among contents that were not seen before.
    fn scan_contents(
        &self,
        contents: impl Iterator<Item = Content>,
        seen: &mut HashSet<ObjectId>,
        visit: &Visitor<'_>,
    ) -> Coverage {
        let (mut blobs, mut submodules) = (Vec::new(), 0);
        for content in contents {
            match content {
                Content::Blob(id) if seen.insert(id) => blobs.push(id),
                Content::Blob(_) => {}
                Content::Submodule(_) => submodules += 1,
            }
        }
        let scanned = blobs.par_iter().map(|id| self.scan_blob(id, visit));
        let scanned = scanned.reduce(Coverage::default, Coverage::and);
        scanned.and(Coverage { special: submodules, ..Coverage::default() })
    }
}

/// What a range adds.
pub struct Next<'a> {
    added: &'a Added,
}

impl Source for Next<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let Added { commits, sent, .. } = self.added;
        progress.begin(commits.len() as u64);
        let (mut coverage, mut seen) = (Coverage::default(), HashSet::new());
        let mut is_empty = true;
        for chunk in commits.chunks(CHUNK) {
            let one = |commit: &Commit| {
                let coverage = self.added.scan_message(&commit.id, visit);
                let found = match self.added.diff(commit) {
                    Ok(diff) => {
                        let unread = diff.unread.iter();
                        let failures: Vec<Failure> =
                            unread.map(|(id, why)| unreadable("tree", id, why.clone())).collect();
                        let coverage = coverage.and(Coverage { failures, ..Coverage::default() });
                        (coverage, diff.new_contents().collect(), diff.is_empty())
                    }
                    Err(failure) => (coverage.and(Coverage::failure(failure)), Vec::new(), false),
                };
                progress.step();
                found
            };
            let found: Vec<(Coverage, Vec<Content>, bool)> = chunk.par_iter().map(one).collect();
            let mut contents = Vec::new();
            for (scanned, new, same) in found {
                coverage = coverage.and(scanned);
                contents.extend(new);
                is_empty &= same;
            }
            coverage =
                coverage.and(self.added.scan_contents(contents.into_iter(), &mut seen, visit));
        }
        let alone = sent.blobs.iter().map(|id| Content::Blob(*id));
        coverage = coverage.and(self.added.scan_contents(alone, &mut seen, visit));
        let tags = sent.tags.par_iter().map(|id| self.added.scan_message(id, visit));
        coverage = coverage.and(tags.reduce(Coverage::default, Coverage::and));
        let note = match (commits.is_empty(), is_empty) {
            (true, _) if !sent.tags.is_empty() || !sent.blobs.is_empty() => None,
            (true, _) => Some("the range holds no commit: nothing to look at"),
            (false, true) => Some("the commits of the range change no file"),
            (false, false) => None,
        };
        let notes = note.map(str::to_owned).into_iter().collect();
        coverage.and(Coverage { notes, ..Coverage::default() })
    }
}

/// What was there before a range, at the paths that it touches.
pub struct Previous<'a> {
    added: &'a Added,
}

impl Source for Previous<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let Added { commits, .. } = self.added;
        progress.begin(commits.len() as u64);
        let (mut coverage, mut seen) = (Coverage::default(), HashSet::new());
        let edge: Result<Vec<ObjectId>, Failure> =
            self.added.edge().iter().map(|commit| self.added.tree_of(commit)).collect();
        let edge = match edge {
            Ok(edge) => edge,
            Err(failure) => return Coverage::failure(failure),
        };
        for chunk in commits.chunks(CHUNK) {
            let one = |commit: &Commit| {
                let diff = self.added.diff(commit)?;
                let read = self.added.reading_trees();
                let trees = edge.iter().flat_map(|tree| diff.contents_in(&read, *tree));
                progress.step();
                Ok(trees.collect())
            };
            let found: Vec<Result<HashSet<Content>, Failure>> = chunk.par_iter().map(one).collect();
            let mut contents = HashSet::new();
            for found in found {
                match found {
                    Ok(found) => contents.extend(found),
                    Err(failure) => coverage = coverage.and(Coverage::failure(failure)),
                }
            }
            let contents = contents.into_iter();
            coverage = coverage.and(self.added.scan_contents(contents, &mut seen, visit));
        }
        coverage
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
