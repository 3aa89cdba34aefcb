//! The join for a working tree or standard input: source × engine × policy → report.

use std::sync::{Mutex, PoisonError};

use bstr::BString;

use crate::blob::{Blob, LineIndex, Provenance};
use crate::engine::Engine;
use crate::findings::{Finding, Occurrence, Place, Span, group};
use crate::policy::Policy;
use crate::report::{Report, Task};
use crate::source::{Coverage, Progress, Source};

/// Scans every blob of the source.
pub fn scan(
    source: &dyn Source,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report {
    let (sightings, coverage) = look(source, engine, progress);
    Report { task: Task::Scan, credentials: policy.apply(group(sightings)), coverage }
}

/// Everything that the source's blobs hold, each finding with its place.
pub fn look(
    source: &dyn Source,
    engine: &Engine,
    progress: &dyn Progress,
) -> (Vec<(Finding, Occurrence)>, Coverage) {
    let sightings = Mutex::new(Vec::new());
    let coverage = source.visit(
        &|blob| {
            let found = sightings_in(blob, engine);
            if !found.is_empty() {
                sightings.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            }
        },
        progress,
    );
    (sightings.into_inner().unwrap_or_else(PoisonError::into_inner), coverage)
}

/// The blob's findings, each with its place.
fn sightings_in(blob: &Blob<'_>, engine: &Engine) -> Vec<(Finding, Occurrence)> {
    let findings = engine.scan_core(blob.bytes, blob.part.core.clone());
    if findings.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(blob.bytes, blob.part.start);
    let path = blob.provenance.path().map(|path| BString::from(engine.redact(path)));
    let place = match blob.provenance {
        Provenance::Index(_) | Provenance::Committed(_) => Place::Index,
        Provenance::Stdin => Place::Stdin,
        Provenance::WorkTree(_) | Provenance::Object(_) => Place::WorkTree,
    };
    findings
        .into_iter()
        .map(|finding| {
            let Span { start, end } = finding.span;
            let offset = blob.part.offset;
            let occurrence = Occurrence {
                path: path.clone(),
                region: lines.region(start, end),
                span: Span { start: start + offset, end: end + offset },
                encoding: finding.encoding,
                place: place.clone(),
            };
            (finding, occurrence)
        })
        .collect()
}
