//! The objects of a history that contain findings.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::blob::{Blob, BlobText, ObjectPart, Provenance};
use crate::engine::{Detected, Engine};
use crate::findings::Finding;
use crate::locate::{Location, Locator};
use crate::source::history::delta::Detector;

/// An object with its findings and their locations, by span.
pub struct Leak {
    /// Id of the object, hexadecimal; empty if it is a name.
    pub object: String,
    pub findings: Vec<(Finding, Location)>,
}

/// Collects leaks from all threads of an audit.
pub struct Leaks<'e> {
    engine: &'e Engine,
    found: Mutex<Vec<Leak>>,
}

impl<'e> Leaks<'e> {
    pub fn new(engine: &'e Engine) -> Self {
        Leaks { engine, found: Mutex::default() }
    }

    /// All of them, by id.
    pub fn sorted(self) -> Vec<Leak> {
        let mut leaks = self.found.into_inner().unwrap_or_else(PoisonError::into_inner);
        // Parts of one object come in any order.
        leaks.sort_by(|a, b| a.object.cmp(&b.object));
        leaks.dedup_by(|part, first| {
            let is_same = part.object == first.object;
            if is_same {
                first.findings.append(&mut part.findings);
                first.findings.sort_by_key(|(_, location)| (location.part, location.span));
            }
            is_same
        });
        leaks
    }

    /// Lines are counted only for objects with findings. A content that several pointer files refer
    /// to is a leak of each.
    fn keep(&self, blob: &Blob<'_>, text: &BlobText<'_>, findings: Vec<Finding>) {
        if findings.is_empty() {
            return;
        }
        let findings = located(blob, text, findings, self.engine);
        let mut found = self.found.lock().unwrap_or_else(PoisonError::into_inner);
        for provenance in blob.provenance.reported() {
            if let Provenance::Object(object) = provenance {
                found.push(Leak { object: object.clone(), findings: findings.clone() });
            }
        }
    }
}

impl Leak {
    /// The findings in the name of a file, folder or ref; `None` if there are none.
    pub fn in_name(name: &[u8], part: ObjectPart, engine: &Engine) -> Option<Leak> {
        let findings = engine.scan(name);
        if findings.is_empty() {
            return None;
        }
        let blob = Blob::whole(name, Provenance::Object(String::new())).as_part(part);
        let findings = located(&blob, &BlobText::plain(name), findings, engine);
        Some(Leak { object: String::new(), findings })
    }
}

fn located(
    blob: &Blob<'_>,
    text: &BlobText<'_>,
    findings: Vec<Finding>,
    engine: &Engine,
) -> Vec<(Finding, Location)> {
    let locator = Locator::new(blob, text, &findings, engine);
    let located = findings.into_iter().map(|mut finding| {
        let location = locator.locate(&mut finding);
        (finding, location)
    });
    located.collect()
}

impl Detector for Leaks<'_> {
    fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Detected {
        self.engine.detect(bytes, ranges)
    }

    fn decode_start(&self, bytes: &[u8], offset: usize) -> Option<usize> {
        self.engine.decode_start(bytes, offset)
    }

    fn independent_from(&self, bytes: &[u8], offset: usize) -> usize {
        self.engine.independent_from(bytes, offset)
    }

    fn end_lookahead(&self, finding: &Finding) -> usize {
        self.engine.end_lookahead(finding)
    }

    fn found(&self, blob: &Blob<'_>, detected: Detected) {
        let findings = self.engine.settle_detected(blob.bytes, detected);
        self.keep(blob, &BlobText::plain(blob.bytes), findings);
    }

    fn whole(&self, blob: &Blob<'_>) {
        let text = blob.text();
        let findings = self.engine.scan_core(&text.bytes, text.core.clone());
        self.keep(blob, &text, findings);
    }
}
