//! What a range adds, as a source.

use std::collections::HashSet;

use bstr::{BString, ByteSlice};
use rayon::prelude::*;

use super::commits::{Commit, KnownCommits};
use super::{CHUNK, CommitRange, FileContent};
use crate::blob::{Blob, ObjectPart, Provenance};
use crate::git::object_id::ObjectId;
use crate::git::tree::diff::NameChange;
use crate::source::names::visit_name;
use crate::source::pointer::FetchScope;
use crate::source::{Coverage, Progress, Source, Visitor};

/// What a range adds.
pub struct RangeAdditions<'a> {
    pub(super) range: &'a CommitRange,
}

impl RangeAdditions<'_> {
    /// Scans a commit's texts, and returns the contents that it adds and whether it changes files.
    fn commit(&self, commit: &Commit, visit: &Visitor<'_>) -> (Coverage, Vec<FileContent>, bool) {
        let range = self.range;
        if range.deadline.is_over() {
            return (range.deadline.coverage(), Vec::new(), true);
        }
        let coverage = range.scan_texts(&commit.id, visit);
        match range.diff(commit) {
            Ok(diff) => {
                let unread = diff.unread.iter();
                let unread = unread.map(|(id, why)| {
                    range.missing.coverage(&range.objects, "tree", id, why.clone())
                });
                let coverage = unread.fold(coverage, Coverage::and);
                for path in diff.names_changed(NameChange::Added) {
                    visit_name(path.as_bstr(), |path| added(commit, path), visit);
                }
                (coverage, diff.new_contents().collect(), !diff.is_empty())
            }
            Err(failure) => (coverage.and(Coverage::failure(failure)), Vec::new(), true),
        }
    }

    /// Scans what is pushed without a commit: tags, and blobs and trees that refs refer to; and the
    /// names of new refs.
    fn direct(&self, seen: &mut HashSet<ObjectId>, visit: &Visitor<'_>) -> Coverage {
        let CommitRange { tips, deadline, .. } = self.range;
        for (name, id) in &tips.names {
            let provenance = Provenance::Added { commit: id.to_string(), path: name.clone() };
            visit(&Blob::whole(name, provenance).as_part(ObjectPart::RefName));
        }
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
        let coverage = match self.range.known {
            KnownCommits::Ids(_) => coverage.note_pointers(FetchScope::Current),
            // Who pushes to a server cannot fetch anything there.
            KnownCommits::AllRefs { .. } => Coverage { pointed: Vec::new(), ..coverage },
        };
        coverage.and(Coverage { notes, ..Coverage::default() })
    }
}

fn added(commit: &Commit, path: BString) -> Provenance {
    Provenance::Added { commit: commit.id.to_string(), path }
}
