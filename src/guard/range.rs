//! Where in a range of commits a credential was introduced and removed.

use std::collections::BTreeMap;

use bstr::ByteSlice;

use crate::blob::ObjectPart;
use crate::findings::{CommitRef, Fingerprint, HistorySource, Occurrence, OccurrenceSource};
use crate::git::object_id::ObjectId;
use crate::locate::Hit;
use crate::source::range::{CommitRange, FileContent};
use crate::source::{Coverage, Failure};
use crate::timeline::{CommitReader, PathChange, Timeline};

/// Each finding with an occurrence for every time that a commit of the range introduced it. Comes
/// with what could not be read of the commits.
pub fn occurrences(found: Vec<Hit>, added: &CommitRange) -> (Vec<Hit>, Coverage) {
    let mut by_object: BTreeMap<String, Vec<Hit>> = BTreeMap::new();
    for (finding, occurrence) in found {
        if let OccurrenceSource::History(HistorySource { blob, .. }) = &occurrence.source {
            by_object.entry(blob.clone()).or_default().push((finding, occurrence));
        }
    }
    let range = RangeHits { added, by_object: &by_object };
    let mut commits = CommitReader::new(|number| added.commit(number));
    let mut hits = range.in_messages(&mut commits);
    let (in_trees, unlisted) = range.in_trees();
    hits.extend(in_trees);
    let (in_files, mut failures) = range.in_files(&mut commits);
    hits.extend(in_files);
    failures.extend(commits.into_failures());
    failures.extend(unlisted);
    (hits, Coverage { failures, ..Coverage::default() })
}

/// A finding in an object, by the object's id.
type ObjectHit<'a> = (&'a str, &'a Hit);

/// The findings of a range by the objects that they are in.
struct RangeHits<'a> {
    added: &'a CommitRange,
    by_object: &'a BTreeMap<String, Vec<Hit>>,
}

impl<'a> RangeHits<'a> {
    /// The findings in messages, headers, people and names of refs, and in objects that are pushed
    /// without a commit.
    fn in_messages<R>(&self, commits: &mut CommitReader<R>) -> Vec<Hit>
    where
        R: Fn(usize) -> Result<CommitRef, Failure>,
    {
        let messages = self.added.messages();
        let tip_names = self.added.names_of_tips();
        let mut located = Vec::new();
        for (object, hits) in self.by_object {
            // No commit introduces the name of a ref.
            let is_name = |(_, occurrence): &&Hit| occurrence.part == ObjectPart::RefName;
            let (names, hits): (Vec<&Hit>, Vec<&Hit>) = hits.iter().partition(is_name);
            located.extend(names.into_iter().cloned().map(|hit| of_ref_name(object, hit)));
            let Some(&commit) = messages.get(object) else {
                if self.added.is_direct_tip(object) {
                    let named_by =
                        ObjectId::from_hex(object.as_bytes()).and_then(|id| tip_names.get(&id));
                    located
                        .extend(hits.into_iter().cloned().map(|hit| named(hit, named_by.as_ref())));
                }
                continue;
            };
            let introduced = commits.get(commit);
            located.extend(hits.into_iter().cloned().map(|(finding, mut occurrence)| {
                let (introduced, of_object) =
                    (introduced.clone(), HistorySource::of_object(object));
                let source = HistorySource { introduced, ..of_object };
                occurrence.source = OccurrenceSource::History(source);
                (finding, occurrence)
            }));
        }
        located
    }

    /// The findings in trees that are pushed without a commit, at each of their paths.
    fn in_trees(&self) -> (Vec<Hit>, Option<Failure>) {
        let is_selected = |id: &ObjectId| self.by_object.contains_key(&id.to_string());
        let paths = match self.added.paths_in_trees(is_selected) {
            Ok(paths) => paths,
            Err(error) => return (Vec::new(), Some(Failure::new("a pushed tree", error))),
        };
        let hits = paths.iter().flat_map(|(path, id)| {
            let hits = self.hits(&FileContent::Blob(*id));
            hits.map(move |(_, (finding, occurrence))| {
                let path = Some(path.clone());
                (finding.clone(), Occurrence { path, ..occurrence.clone() })
            })
        });
        (hits.collect(), None)
    }

    /// One occurrence for each line that a commit introduced, as the first version has it, until a
    /// commit removes it.
    fn in_files<R>(&self, commits: &mut CommitReader<R>) -> (Vec<Hit>, Vec<Failure>)
    where
        R: Fn(usize) -> Result<CommitRef, Failure>,
    {
        let (changes, mut failures) =
            self.added.changes(|content: &FileContent| self.hits(content).next().is_some());
        // Of a range the commits count as one line: each knows of all before it.
        let mut timeline = Timeline::new(true, |_, _| true);
        for change in &changes {
            let path = change.path.as_bstr();
            let (before, after) = self.copies(&change.before, change.after.as_ref());
            timeline.add(PathChange { path, commit: change.commit, before, after });
        }
        timeline.mark_present(|path, credential| {
            let contents = self.added.at_heads(&path.to_owned()).unwrap_or_else(|failure| {
                failures.push(failure);
                Vec::new()
            });
            let mut hits = contents.iter().flat_map(|content| self.hits(content));
            hits.any(|(_, (finding, _))| finding.fingerprint == credential)
        });
        let mut hits = Vec::new();
        for interval in timeline.into_intervals() {
            let (object, (finding, occurrence)) = interval.first;
            let (_, (_, version)) = interval.latest;
            let path = Some(interval.path.to_owned());
            let source = OccurrenceSource::History(interval.source(object, commits));
            let mut occurrence = Occurrence { path, source, ..occurrence.clone() };
            occurrence.suppression_comments.clone_from(&version.suppression_comments);
            hits.push((finding.clone(), occurrence));
        }
        (hits, failures)
    }

    /// The credentials before and after a change. One that was in the file before is not new,
    /// however many copies are added: its copies count as the same.
    fn copies(
        &self,
        before: &[FileContent],
        after: Option<&FileContent>,
    ) -> (BTreeMap<Fingerprint, usize>, BTreeMap<Fingerprint, Vec<ObjectHit<'a>>>) {
        let mut copies: BTreeMap<Fingerprint, Vec<ObjectHit<'a>>> = BTreeMap::new();
        for hit in after.into_iter().flat_map(|content| self.hits(content)) {
            let (_, (finding, _)) = hit;
            copies.entry(finding.fingerprint).or_default().push(hit);
        }
        let before = before.iter().flat_map(|content| self.hits(content));
        let before = before.map(|(_, (finding, _))| finding.fingerprint);
        let before = before.map(|one| (one, copies.get(&one).map_or(1, Vec::len))).collect();
        (before, copies)
    }

    fn hits(&self, content: &FileContent) -> impl Iterator<Item = ObjectHit<'a>> + use<'a> {
        let hits = match content {
            FileContent::Blob(id) => self.by_object.get_key_value(&id.to_string()),
            FileContent::Submodule(_) => None,
        };
        hits.into_iter().flat_map(|(object, hits)| hits.iter().map(move |hit| (&**object, hit)))
    }
}

/// A finding in the name of a ref, which is not a path.
fn of_ref_name(object: &str, (finding, mut occurrence): Hit) -> Hit {
    let named_by = occurrence.path.take().map(|name| format!("ref {name}"));
    let source = HistorySource { named_by, ..HistorySource::of_object(object) };
    occurrence.source = OccurrenceSource::History(source);
    (finding, occurrence)
}

/// A hit in an object, with the name of what refers to it.
fn named((finding, mut occurrence): Hit, by: Option<&String>) -> Hit {
    if let OccurrenceSource::History(source) = &mut occurrence.source {
        source.named_by = by.cloned();
    }
    (finding, occurrence)
}
