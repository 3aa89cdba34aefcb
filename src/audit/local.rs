//! The findings in files of the git directory, which exist only in this clone.

use std::collections::BTreeSet;
use std::sync::{Mutex, PoisonError};

use rayon::prelude::*;

use super::ci_checkout::JobTokens;
use crate::engine::Engine;
use crate::findings::{Occurrence, OccurrenceSource};
use crate::locate::{Hit, find_in};
use crate::source::Coverage;
use crate::source::history::History;
use crate::source::local::{LocalFile, LocalFiles, SkippedKinds};

/// Scans the files of the git directory beside its objects, and not again what pointer files have led
/// to: those of the history, which must have been read, and those of its submodules, `followed`.
/// Larger files than `largest` bytes are skipped and counted.
pub fn audit(
    history: &History,
    skipped: &SkippedKinds,
    largest: u64,
    followed: &BTreeSet<String>,
    engine: &Engine,
) -> (Vec<Hit>, Coverage) {
    let Some(folders) = history.git_folders() else { return Default::default() };
    let followed = history.pointed().followed().into_iter().chain(followed.iter().cloned());
    let followed = followed.collect();
    let files = LocalFiles::list(&folders, skipped).without_pointed(&followed);
    let tokens = JobTokens::from_process(engine);
    let scan = |file: &LocalFile| scan_file(file, largest, &tokens, engine);
    let (hits, covered) = files.files().par_iter().map(scan).reduce(Default::default, |a, b| {
        let ((mut hits, covered), (more, also)) = (a, b);
        hits.extend(more);
        (hits, Coverage::and(covered, also))
    });
    (hits, files.listing().clone().and(covered))
}

fn scan_file(
    file: &LocalFile,
    largest: u64,
    tokens: &JobTokens,
    engine: &Engine,
) -> (Vec<Hit>, Coverage) {
    let found = Mutex::new(Vec::new());
    let coverage = file.visit(largest, &|blob| {
        let hits = find_in(blob, engine).into_iter().map(|(finding, occurrence)| {
            let rule = &engine.rules()[finding.rule];
            let ci_checkout = tokens.is_of_checkout(blob, &occurrence, &finding, rule, file.kind);
            let source = OccurrenceSource::Local { kind: file.kind, ci_checkout };
            // An audit shows no lines.
            (finding, Occurrence { source, excerpt: None, ..occurrence })
        });
        found.lock().unwrap_or_else(PoisonError::into_inner).extend(hits);
    });
    (found.into_inner().unwrap_or_else(PoisonError::into_inner), coverage)
}
