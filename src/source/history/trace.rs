//! Who brought a blob in: the walk over all commits, made only if something was found.

use bstr::{BString, ByteSlice};
use git2::{Error, Oid, Repository, Signature};
use jiff::Timestamp;
use jiff::tz::Offset;
use rayon::prelude::*;

use super::changes::{Change, MOST_PLACES, changes};
use super::commits::Commits;
use super::objects::CHUNK;
use super::outlines::{OutlineId, Outlines};
use super::{History, unreadable};
use crate::findings::CommitRef;
use crate::source::Failure;

/// Where wanted objects stand in a history. Commits are named by their places in
/// topological order, wanted objects by their places in the list that was asked for.
pub struct Trace<'h> {
    history: &'h History,
    commits: Commits,
    /// Every change of a wanted blob, by commit, then by path.
    pub changes: Vec<Change>,
    /// The commit that HEAD names.
    pub head: Option<usize>,
    /// Paths of wanted blobs in HEAD's tree.
    pub at_head: Vec<(BString, usize)>,
    /// For each wanted object whether a commit reaches it.
    pub reached: Vec<Reached>,
    pub failures: Vec<Failure>,
}

/// How a commit reaches an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reached {
    /// Its tree leads to it.
    Tree,
    /// The object is the commit itself.
    Commit(usize),
    /// No commit of the database does.
    Never,
}

impl History {
    /// Follows wanted objects through these commits.
    pub(super) fn trace(&self, wanted: &[String], commits: &[Oid]) -> Trace<'_> {
        let ids: Vec<Option<Oid>> = wanted.iter().map(|id| Oid::from_str(id).ok()).collect();
        let commits = Commits::read(&self.handles, commits);
        let outlines = Outlines::new(&ids, &self.damaged);
        let roots = self.roots(&commits, &outlines);
        let mut trace = Trace {
            history: self,
            changes: Vec::new(),
            head: self.head().and_then(|id| commits.place(id)),
            at_head: Vec::new(),
            reached: Vec::new(),
            failures: outlines.failures(),
            commits,
        };
        trace.failures.append(&mut trace.commits.failures);
        trace.compare(&outlines, &roots);
        trace.reached = reached(&ids, &outlines, &trace.commits);
        trace
    }

    /// The outline of each commit's tree.
    fn roots(&self, commits: &Commits, outlines: &Outlines) -> Vec<OutlineId> {
        let chunk = |commits: &[super::commits::Commit]| -> Vec<OutlineId> {
            let outlined = self.handles.with(|repository| {
                Ok(commits.iter().map(|commit| outlines.of(repository, commit.tree)).collect())
            });
            outlined.unwrap_or_else(|why| {
                commits.iter().map(|commit| outlines.unread(commit.tree, &why)).collect()
            })
        };
        let chunks: Vec<_> = commits.list().par_chunks(CHUNK).map(chunk).collect();
        chunks.into_iter().flatten().collect()
    }

    fn head(&self) -> Option<Oid> {
        // An unborn HEAD names no commit.
        self.handles.with(|repository| Ok(repository.head()?.target())).ok().flatten()
    }
}

impl Trace<'_> {
    /// Whether the commit `young` is `old` or descends from it.
    pub fn descends(&self, young: usize, old: usize) -> bool {
        self.commits.descends(young, old)
    }

    /// The commit as a report names it, its texts as they are.
    pub fn commit(&self, place: usize) -> Result<CommitRef, Failure> {
        let id = self.commits.list()[place].id;
        let read = self.history.handles.with(|repository| commit_ref(repository, id));
        read.map_err(|why| unreadable("commit", id, &why))
    }

    fn compare(&mut self, outlines: &Outlines<'_>, roots: &[OutlineId]) {
        let of = |place: usize| {
            let parents = &self.commits.list()[place].parents;
            let before = parents.iter().map(|&parent| roots[parent]).collect();
            changes(outlines, place, before, roots[place])
        };
        let all: Vec<_> = (0..roots.len()).into_par_iter().map(of).collect();
        for (place, changes) in all.into_iter().enumerate() {
            match changes {
                Some(changes) => self.changes.extend(changes),
                None => self.failures.push(self.too_many(place)),
            }
        }
        if let Some(head) = self.head {
            let places = changes(outlines, head, Vec::new(), roots[head]).unwrap_or_default();
            self.at_head =
                places.into_iter().filter_map(|place| Some((place.path, place.after?))).collect();
        }
    }

    fn too_many(&self, place: usize) -> Failure {
        let what = format!("commit {}", self.commits.list()[place].id);
        let why = format!(
            "changes more than {MOST_PLACES} places of what was found; they are not reported. \
             Look at its tree with `git ls-tree`"
        );
        Failure::new(what, why)
    }
}

fn reached(ids: &[Option<Oid>], outlines: &Outlines<'_>, commits: &Commits) -> Vec<Reached> {
    let reached = |(wanted, id): (usize, &Option<Oid>)| {
        let commit = id.and_then(|id| commits.place(id));
        match commit {
            Some(commit) => Reached::Commit(commit),
            None if outlines.reached(wanted) => Reached::Tree,
            None => Reached::Never,
        }
    };
    ids.iter().enumerate().map(reached).collect()
}

fn commit_ref(repository: &Repository, id: Oid) -> Result<CommitRef, Error> {
    let commit = repository.find_commit(id)?;
    let author = commit.author();
    let message = commit.message_bytes();
    Ok(CommitRef {
        date: date(&author),
        id: id.to_string(),
        author: author.name_bytes().to_str_lossy().into_owned(),
        email: author.email_bytes().to_str_lossy().into_owned(),
        summary: message.lines().next().unwrap_or_default().to_str_lossy().into_owned(),
    })
}

/// RFC 3339. A time or an offset beyond what that can say becomes the nearest that it can.
fn date(author: &Signature<'_>) -> String {
    let seconds = author.when().seconds();
    let range = Timestamp::MIN.as_second()..=Timestamp::MAX.as_second();
    let nearest = seconds.clamp(*range.start(), *range.end());
    let time = Timestamp::from_second(nearest).unwrap_or(Timestamp::UNIX_EPOCH);
    let offset = author.when().offset_minutes().saturating_mul(60);
    time.display_with_offset(Offset::from_seconds(offset).unwrap_or(Offset::UTC)).to_string()
}
