//! The join for a working tree or standard input: source × engine × policy → report.

use std::sync::Mutex;

use bstr::BString;

use crate::blob::{Blob, LineIndex, Provenance};
use crate::engine::Engine;
use crate::findings::{Finding, Occurrence, Place, Span, Step, group};
use crate::policy::Policy;
use crate::report::{Report, Task};
use crate::source::{Progress, Source};

/// Scans every blob of the source.
pub fn scan(
    source: &dyn Source,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report {
    let sightings = Mutex::new(Vec::new());
    let coverage = source.visit(
        &|blob| {
            let found = sightings_in(blob, engine);
            if !found.is_empty() {
                sightings.lock().unwrap_or_else(|held| held.into_inner()).extend(found);
            }
        },
        progress,
    );
    let sightings = sightings.into_inner().unwrap_or_else(|held| held.into_inner());
    Report { task: Task::Scan, credentials: policy.apply(group(sightings)), coverage }
}

/// The blob's findings, each with its place.
pub fn sightings_in(blob: &Blob<'_>, engine: &Engine) -> Vec<(Finding, Occurrence)> {
    let Some(text) = blob.text() else { return Vec::new() };
    let findings = engine.scan(&text.bytes);
    if findings.is_empty() {
        return Vec::new();
    }
    let lines = LineIndex::new(&text.bytes);
    let path = blob.provenance.path().map(|path| BString::from(engine.redact(path)));
    let place = match blob.provenance {
        Provenance::Index(_) | Provenance::Committed(_) => Place::Index,
        Provenance::Stdin => Place::Stdin,
        Provenance::WorkTree(_) | Provenance::Object(_) => Place::WorkTree,
    };
    findings
        .into_iter()
        .map(|mut finding| {
            let region = lines.region(finding.span.start, finding.span.end);
            let source = text.source(finding.span.start..finding.span.end);
            finding.span = Span { start: source.start, end: source.end };
            if text.is_transcoded() {
                finding.encoding = finding.encoding.within(Step::Utf16);
            }
            let occurrence = Occurrence {
                path: path.clone(),
                region,
                span: finding.span,
                encoding: finding.encoding,
                place: place.clone(),
            };
            (finding, occurrence)
        })
        .collect()
}
