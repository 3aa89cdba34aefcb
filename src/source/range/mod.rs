//! What a range of commits adds: every version of every path that one of its commits adds, even if
//! a later one removes it again, and the commits' messages.
//!
//! The range is based on commits outside it: its base, and every parent that is not in the range.
//! What those contain at the paths that the range touches, including renamed and deleted ones, is
//! not new.

mod base;
mod change;
mod push;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use bstr::{BString, ByteSlice};
use rayon::prelude::*;

pub use crate::git::tree::diff::FileContent;
use crate::git::tree::diff::NameChange;
pub use base::RangeError;
pub use change::RangeChange;
pub use push::RefUpdate;

use super::history::{People, commit_ref, visit_texts};
use super::names::visit_name;
use super::parts::visit_parts;
use super::pointer::{FetchScope, PointedContents};
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::findings::CommitRef;
use crate::git::object_id::ObjectId;
use crate::git::{BlobRead, Git, GitEnvironment, GitError, ObjectReader};

/// A commit of the range.
pub struct Commit {
    pub id: ObjectId,
    pub parents: Vec<ObjectId>,
}

/// What a range of commits adds.
pub struct CommitRange {
    objects: ObjectReader,
    pointed: PointedContents,
    tips: RangeTips,
    /// The commits that the range excludes.
    base: Vec<ObjectId>,
    /// Parents before children.
    commits: Vec<Commit>,
}

/// Commits whose differences are in memory at a time.
const CHUNK: usize = 64;

/// The commit that a revision names; if it is missing, the error names the fetch that is needed.
pub fn commit_of(environment: &GitEnvironment, name: &str) -> Result<ObjectId, RangeError> {
    base::commit(environment, name)
}

/// The newest objects of a range.
#[derive(Default)]
struct RangeTips {
    heads: Vec<ObjectId>,
    /// Annotated tags, for their messages.
    tags: Vec<ObjectId>,
    /// Blobs that a ref or a tag refers to directly.
    blobs: Vec<ObjectId>,
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
        CommitRange::new(environment, &git, tips, vec![base], from)
    }

    /// What the heads have and none of `base` has; `base_name` is the base's name in messages.
    fn new(
        environment: &GitEnvironment,
        git: &Git,
        tips: RangeTips,
        base: Vec<ObjectId>,
        base_name: &str,
    ) -> Result<CommitRange, RangeError> {
        let commits = commits(git, &tips.heads, &base)?;
        base::refuse_shallow_boundary(git, &commits, base_name)?;
        let (objects, pointed) =
            (ObjectReader::open(environment), PointedContents::of(environment));
        Ok(CommitRange { objects, pointed, tips, base, commits })
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
        let mut direct = self.tips.tags.iter().chain(&self.tips.blobs);
        direct.any(|id| id.to_string() == object)
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

    /// The commits outside the range that it is based on.
    fn boundary(&self) -> Vec<ObjectId> {
        let own: HashSet<ObjectId> = self.commits.iter().map(|commit| commit.id).collect();
        let parents = self.commits.iter().flat_map(|commit| &commit.parents);
        let mut boundary: Vec<ObjectId> =
            parents.filter(|id| !own.contains(id)).chain(&self.base).copied().collect();
        boundary.sort_unstable();
        boundary.dedup();
        boundary
    }

    fn scan_blob(&self, id: &ObjectId, visit: &Visitor<'_>) -> Coverage {
        let provenance = Provenance::Object(id.to_string());
        let scan = |content: &mut dyn Read| visit_parts(content, &provenance, visit);
        match self.objects.blob(id, scan) {
            Ok(BlobRead::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(BlobRead::Streamed(coverage)) => coverage,
            Err(why) => Coverage::failure(unreadable("blob", id, why)),
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
        let scanned = blobs.par_iter().map(|id| self.scan_blob(id, visit));
        let scanned = scanned.reduce(Coverage::default, Coverage::and);
        scanned.and(Coverage { special: submodules, ..Coverage::default() })
    }
}

/// What a range adds.
pub struct RangeAdditions<'a> {
    range: &'a CommitRange,
}

impl Source for RangeAdditions<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let CommitRange { commits, tips, .. } = self.range;
        progress.begin(commits.len() as u64);
        let (mut coverage, mut seen) = (Coverage::default(), HashSet::new());
        let mut is_empty = true;
        for chunk in commits.chunks(CHUNK) {
            let one = |commit: &Commit| {
                let coverage = self.range.scan_texts(&commit.id, visit);
                let found = match self.range.diff(commit) {
                    Ok(diff) => {
                        let unread = diff.unread.iter();
                        let failures: Vec<Failure> =
                            unread.map(|(id, why)| unreadable("tree", id, why.clone())).collect();
                        let coverage = coverage.and(Coverage { failures, ..Coverage::default() });
                        for path in diff.names_changed(NameChange::Added) {
                            visit_name(path.as_bstr(), |path| added(commit, path), visit);
                        }
                        (coverage, diff.new_contents().collect(), diff.is_empty())
                    }
                    Err(failure) => (coverage.and(Coverage::failure(failure)), Vec::new(), false),
                };
                progress.step();
                found
            };
            let found: Vec<(Coverage, Vec<FileContent>, bool)> =
                chunk.par_iter().map(one).collect();
            let mut contents = Vec::new();
            for (scanned, new, same) in found {
                coverage = coverage.and(scanned);
                contents.extend(new);
                is_empty &= same;
            }
            coverage =
                coverage.and(self.range.scan_contents(contents.into_iter(), &mut seen, visit));
        }
        let direct = tips.blobs.iter().map(|id| FileContent::Blob(*id));
        coverage = coverage.and(self.range.scan_contents(direct, &mut seen, visit));
        let tags = tips.tags.par_iter().map(|id| self.range.scan_texts(id, visit));
        coverage = coverage.and(tags.reduce(Coverage::default, Coverage::and));
        let note = match (commits.is_empty(), is_empty) {
            (true, _) if !tips.tags.is_empty() || !tips.blobs.is_empty() => None,
            (true, _) => Some("the range contains no commits: nothing to scan"),
            (false, true) => Some("the commits in the range change no files"),
            (false, false) => None,
        };
        let notes = note.map(str::to_owned).into_iter().collect();
        let coverage = self.range.pointed.follow(coverage, u64::MAX, visit);
        let coverage = coverage.note_pointers(FetchScope::Current);
        coverage.and(Coverage { notes, ..Coverage::default() })
    }
}

/// What existed before a range, at the paths that it touches.
pub struct RangeBase<'a> {
    range: &'a CommitRange,
}

impl Source for RangeBase<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let CommitRange { commits, .. } = self.range;
        progress.begin(commits.len() as u64);
        let (mut coverage, mut seen) = (Coverage::default(), HashSet::new());
        let boundary: Result<Vec<ObjectId>, Failure> =
            self.range.boundary().iter().map(|commit| self.range.tree_of(commit)).collect();
        let boundary = match boundary {
            Ok(boundary) => boundary,
            Err(failure) => return Coverage::failure(failure),
        };
        for chunk in commits.chunks(CHUNK) {
            let one = |commit: &Commit| {
                let diff = self.range.diff(commit)?;
                for path in diff.names_changed(NameChange::Removed) {
                    visit_name(path.as_bstr(), Provenance::Committed, visit);
                }
                let read = self.range.reading_trees();
                let trees = boundary.iter().flat_map(|tree| diff.contents_in(&read, *tree));
                progress.step();
                Ok(trees.collect())
            };
            let found: Vec<Result<HashSet<FileContent>, Failure>> =
                chunk.par_iter().map(one).collect();
            let mut contents = HashSet::new();
            for found in found {
                match found {
                    Ok(found) => contents.extend(found),
                    Err(failure) => coverage = coverage.and(Coverage::failure(failure)),
                }
            }
            let contents = contents.into_iter();
            coverage = coverage.and(self.range.scan_contents(contents, &mut seen, visit));
        }
        self.range.pointed.follow(coverage, u64::MAX, visit)
    }
}

fn added(commit: &Commit, path: BString) -> Provenance {
    Provenance::Added { commit: commit.id.to_string(), path }
}

/// Parents before children, as `git rev-list` orders them.
fn commits(git: &Git, heads: &[ObjectId], base: &[ObjectId]) -> Result<Vec<Commit>, GitError> {
    // Without a head git would list the base.
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let heads = heads.iter().map(|id| format!("{id}\n"));
    let revisions: String = heads.chain(base.iter().map(|id| format!("^{id}\n"))).collect();
    let arguments = ["rev-list", "--topo-order", "--reverse", "--parents", "--stdin"];
    let output = git.read_with(&arguments, revisions.as_bytes())?;
    let commit = |line: &[u8]| {
        let mut ids = line.split_str(" ").map(ObjectId::from_hex);
        Some(Commit { id: ids.next()??, parents: ids.collect::<Option<_>>()? })
    };
    output.lines().map(commit).collect::<Option<_>>().ok_or_else(|| GitError::Failed {
        command: "rev-list".to_owned(),
        message: "unexpected output".to_owned(),
    })
}

fn unreadable(kind: &str, id: &ObjectId, why: String) -> Failure {
    let why = format!("cannot be read: {why}; run `git fsck` for details");
    Failure::new(format!("{kind} {id}"), why)
}
