//! What a range of commits adds: every version of every path that one of its commits adds, even if
//! a later one removes it again, and the commits' messages.
//!
//! The range is based on commits outside it: its base, and every parent that is not in the range.
//! What those contain at the paths that the range touches, including renamed and deleted ones, is
//! not new.

mod base;
mod change;
mod deadline;
mod empty_push;
mod missing;
mod push;
mod received;
mod refspec;
mod remote;
mod remote_url;
mod tips;

use std::collections::{HashMap, HashSet};
use std::io::Read;

use bstr::{BString, ByteSlice};
use rayon::prelude::*;

pub use crate::git::tree::diff::FileContent;
use crate::git::tree::diff::NameChange;
pub use base::RangeError;
pub use change::RangeChange;
pub use deadline::{Deadline, TIME_LIMIT};
pub use empty_push::EmptyPush;
pub use push::RefUpdate;
pub use remote::{PushRemote, PushTarget};

use super::history::{People, commit_ref, visit_texts};
use super::names::visit_name;
use super::parts::visit_parts;
use super::pointer::{FetchScope, PointedContents};
use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};
use crate::findings::CommitRef;
use crate::git::object_id::ObjectId;
use crate::git::tree::walk::TreeWalkError;
use crate::git::{BlobRead, Git, GitEnvironment, GitError, ObjectReader, revision};
use missing::MissingObjects;
use tips::RangeTips;

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
    known: KnownCommits,
    /// Parents before children.
    commits: Vec<Commit>,
    missing: MissingObjects,
    deadline: Deadline,
    /// For the reader of the report.
    notes: Vec<String>,
}

/// The commits that a range excludes.
enum KnownCommits {
    Ids(Vec<ObjectId>),
    /// All refs of the repository; `before` are the commits that refs were at.
    AllRefs {
        before: Vec<ObjectId>,
    },
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
            base::refuse_shallow_boundary(git, &commits, base_name)?;
        }
        Ok(CommitRange {
            objects: ObjectReader::open(environment),
            pointed: PointedContents::of(environment),
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
        let scan = |content: &mut dyn Read| visit_parts(content, &provenance, visit);
        match self.objects.blob(id, scan) {
            Ok(BlobRead::Whole(bytes)) => admit(&Blob::whole(&bytes, provenance), visit),
            Ok(BlobRead::Streamed(coverage)) => coverage,
            Err(why) => self.missing.coverage("blob", id, why),
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

/// What a range adds.
pub struct RangeAdditions<'a> {
    range: &'a CommitRange,
}

impl RangeAdditions<'_> {
    /// Scans a commit's texts, and returns the contents that it adds and whether it changes files.
    fn commit(&self, commit: &Commit, visit: &Visitor<'_>) -> (Coverage, Vec<FileContent>, bool) {
        let range = self.range;
        if range.deadline.is_over() {
            return (range.deadline.coverage(), Vec::new(), false);
        }
        let coverage = range.scan_texts(&commit.id, visit);
        match range.diff(commit) {
            Ok(diff) => {
                let unread = diff.unread.iter();
                let unread =
                    unread.map(|(id, why)| range.missing.coverage("tree", id, why.clone()));
                let coverage = unread.fold(coverage, Coverage::and);
                for path in diff.names_changed(NameChange::Added) {
                    visit_name(path.as_bstr(), |path| added(commit, path), visit);
                }
                (coverage, diff.new_contents().collect(), !diff.is_empty())
            }
            Err(failure) => (coverage.and(Coverage::failure(failure)), Vec::new(), true),
        }
    }

    /// Scans what is pushed without a commit: tags, and blobs and trees that refs refer to.
    fn direct(&self, seen: &mut HashSet<ObjectId>, visit: &Visitor<'_>) -> Coverage {
        let CommitRange { tips, deadline, .. } = self.range;
        let blobs = tips.direct_blobs().map(FileContent::Blob);
        let coverage = self.range.scan_contents(blobs, seen, visit);
        let scan = |id| match deadline.is_over() {
            true => deadline.coverage(),
            false => self.range.scan_texts(id, visit),
        };
        let tags = tips.tags.par_iter().map(scan);
        coverage.and(tags.reduce(Coverage::default, Coverage::and))
    }

    fn note(&self, is_changed: bool) -> Option<&'static str> {
        let CommitRange { commits, tips, .. } = self.range;
        match (commits.is_empty(), is_changed) {
            (true, _) if !tips.are_commits() => None,
            (true, _) => Some("the range contains no commits: nothing to scan"),
            (false, false) => Some("the commits in the range change no files"),
            (false, true) => None,
        }
    }
}

impl Source for RangeAdditions<'_> {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        let CommitRange { commits, .. } = self.range;
        progress.begin(commits.len() as u64);
        let (mut coverage, mut seen) = (Coverage::default(), HashSet::new());
        let mut is_changed = false;
        for chunk in commits.chunks(CHUNK) {
            let one = |commit: &Commit| {
                let found = self.commit(commit, visit);
                progress.step();
                found
            };
            let found: Vec<(Coverage, Vec<FileContent>, bool)> =
                chunk.par_iter().map(one).collect();
            let mut contents = Vec::new();
            for (scanned, new, changes) in found {
                coverage = coverage.and(scanned);
                contents.extend(new);
                is_changed |= changes;
            }
            coverage =
                coverage.and(self.range.scan_contents(contents.into_iter(), &mut seen, visit));
        }
        coverage = coverage.and(self.direct(&mut seen, visit));
        let notes = self.note(is_changed).map(str::to_owned).into_iter().collect();
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
fn commits(git: &Git, heads: &[ObjectId], known: &KnownCommits) -> Result<Vec<Commit>, GitError> {
    // Without a head git would list the base.
    if heads.is_empty() {
        return Ok(Vec::new());
    }
    let mut revisions: String = heads.iter().map(|id| format!("{id}\n")).collect();
    // The heads exist; what is excluded and missing is not known.
    let arguments =
        ["rev-list", "--topo-order", "--reverse", "--parents", "--ignore-missing", "--stdin"];
    let output = match known {
        KnownCommits::Ids(known) => {
            revisions.extend(known.iter().map(|id| format!("^{id}\n")));
            git.read_with(&arguments, revisions.as_bytes())?
        }
        // What only hidden refs have is not visible to others. Git before 2.39 cannot exclude them.
        KnownCommits::AllRefs { .. } => {
            let all = |known: &[&str]| {
                git.read_with(&[&arguments[..], known].concat(), revisions.as_bytes())
            };
            match all(&["--not", "--exclude-hidden=receive", "--all"]) {
                Err(GitError::Failed { .. }) => all(&["--not", "--all"])?,
                listed => listed?,
            }
        }
    };
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
