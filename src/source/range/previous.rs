//! What existed before a range, at the paths that it touches, as a source.

use std::collections::HashSet;

use bstr::ByteSlice;
use rayon::prelude::*;

use super::commits::Commit;
use super::{CHUNK, CommitRange, FileContent};
use crate::blob::Provenance;
use crate::git::object_id::ObjectId;
use crate::git::tree::diff::NameChange;
use crate::source::names::visit_name;
use crate::source::{Coverage, Failure, Progress, Source, Visitor};

/// What existed before a range, at the paths that it touches.
pub struct RangeBase<'a> {
    pub(super) range: &'a CommitRange,
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
