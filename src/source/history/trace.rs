//! Who brought a blob in: the walk over all commits; and what the history names and lacks.

use bstr::BString;
use rayon::prelude::*;

use super::changes::{Change, MOST_PLACES, changes};
use super::commits::Commits;
use super::connectivity::{Missing, Named};
use super::graph::Graph;
use super::outlines::{EMPTY, OutlineId, Outlines};
use super::range::Range;
use super::signature::commit_ref;
use super::{History, unusable};
use crate::findings::CommitRef;
use crate::git::commit::RawCommit;
use crate::git::object_id::ObjectId;
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
    /// Not by its own id, or not from the range that was asked for.
    Elsewhere,
}

/// What a reader met that names other objects.
#[derive(Default)]
pub(super) struct Met {
    pub commits: Vec<RawCommit>,
    pub names: Vec<Named>,
}

/// Reads all trees, given what is looked for in them.
pub(super) type Survey<'s> = dyn Fn(&[ObjectId]) -> Graph + 's;

impl History {
    /// Follows wanted objects through these commits, and looks after what is missing.
    pub(super) fn trace(&self, wanted: &[String], met: Met, survey: &Survey<'_>) -> Trace<'_> {
        let ids: Vec<Option<ObjectId>> =
            wanted.iter().map(|id| ObjectId::from_hex(id.as_bytes())).collect();
        // What is no id is never found.
        let nothing = self.store.format.hash(&[]);
        let known: Vec<ObjectId> = ids.iter().map(|id| id.unwrap_or(nothing)).collect();
        let graph = survey(&known);
        let mut failures = graph.failures.clone();
        failures.extend(self.missing(&met, &graph, survey));
        let commits = Commits::of(met.commits);
        let mut outlines = Outlines::new(&graph, self.store.len(), wanted.len());
        let tree = |commit: &super::commits::Commit| self.store.locate(&commit.tree);
        let trees: Vec<Option<u32>> = commits.list().par_iter().map(tree).collect();
        let root = |tree: Option<u32>| tree.map_or(EMPTY, |tree| outlines.of(tree));
        let roots: Vec<OutlineId> = trees.into_iter().map(root).collect();
        let head = self.refs.head.and_then(|id| commits.place(id));
        let (changes, at_head, reached) = (Vec::new(), Vec::new(), Vec::new());
        let mut trace = Trace { history: self, commits, changes, head, at_head, reached, failures };
        trace.compare(&outlines, &roots);
        trace.reached = reached_by(&ids, &outlines, &trace.commits);
        trace
    }

    fn missing(&self, met: &Met, graph: &Graph, survey: &Survey<'_>) -> Vec<Failure> {
        let names: Vec<&Named> = self.refs.names.iter().chain(&met.names).collect();
        let mut missing =
            Missing::of(&self.store, &met.commits, &names, graph, &self.lacks.shallow);
        let unexplained = missing.unexplained();
        if !unexplained.is_empty() {
            missing.explain(&unexplained, &survey(&unexplained), &self.store);
        }
        missing.failures(self.lacks.is_partial, self.store.is_part_unknown)
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
        let read = self.history.store.read(&id, u64::MAX);
        let (_, bytes) = read.map_err(|why| unusable("commit", &id, why))?;
        Ok(commit_ref(id, &bytes))
    }

    /// Keeps what the commits of a range brought in and took out. How many they are.
    pub fn select(&mut self, range: &Range) -> usize {
        let chosen = range.of(&self.commits);
        self.changes.retain(|change| chosen[change.commit]);
        for reached in &mut self.reached {
            let is_told = matches!(*reached, Reached::Commit(commit) if chosen[commit]);
            if !is_told {
                *reached = Reached::Elsewhere;
            }
        }
        chosen.into_iter().filter(|chosen| *chosen).count()
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

fn reached_by(
    ids: &[Option<ObjectId>],
    outlines: &Outlines<'_>,
    commits: &Commits,
) -> Vec<Reached> {
    let reached = |(wanted, id): (usize, &Option<ObjectId>)| {
        let commit = id.and_then(|id| commits.place(id));
        match commit {
            Some(commit) => Reached::Commit(commit),
            None if outlines.reached(wanted) => Reached::Tree,
            None => Reached::Never,
        }
    };
    ids.iter().enumerate().map(reached).collect()
}
