//! Objects that hold findings.

use std::sync::{Mutex, PoisonError};

use crate::blob::{Blob, LineIndex, Provenance, Region};
use crate::engine::Engine;
use crate::findings::Finding;

/// An object with its findings, by span, and where in its text they stand.
pub struct Leak {
    /// Id of the object, hexadecimal.
    pub object: String,
    pub findings: Vec<(Finding, Region)>,
}

/// Gathers leaks from all threads of a scan.
#[derive(Default)]
pub struct Leaks(Mutex<Vec<Leak>>);

impl Leaks {
    /// Scans one object. Only one with findings has its lines counted.
    pub fn look(&self, engine: &Engine, blob: &Blob<'_>) {
        let findings = engine.scan(blob.bytes);
        let Provenance::Object(object) = &blob.provenance else { return };
        if findings.is_empty() {
            return;
        }
        let lines = LineIndex::new(blob.bytes, blob.part.start);
        let place = |finding: Finding| {
            let region = lines.region(finding.span.start, finding.span.end);
            (finding, region)
        };
        let findings = findings.into_iter().map(place).collect();
        let leak = Leak { object: object.clone(), findings };
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(leak);
    }

    /// All of them, by id.
    pub fn sorted(self) -> Vec<Leak> {
        let mut leaks = self.0.into_inner().unwrap_or_else(PoisonError::into_inner);
        leaks.sort_unstable_by(|a, b| a.object.cmp(&b.object));
        leaks
    }
}
