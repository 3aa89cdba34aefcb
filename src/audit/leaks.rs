//! Objects that hold findings.

use std::ops::Range;
use std::sync::{Mutex, PoisonError};

use crate::blob::{Blob, LineIndex, Provenance, Region, Text};
use crate::engine::Engine;
use crate::findings::{Allow, Finding, PartnerPlace, Span, Step};
use crate::policy::inline::Allows;
use crate::source::history::delta::Judge;

/// An object with its findings, by span, and where in its text they stand.
pub struct Leak {
    /// ObjectId of the object, hexadecimal.
    pub object: String,
    pub findings: Vec<(Finding, Spot)>,
}

/// Where in a text a finding stands, what makes a pair with it, and what allows it there.
#[derive(Clone)]
pub struct Spot {
    pub region: Region,
    pub partners: Vec<PartnerPlace>,
    pub allows: Vec<Allow>,
}

/// Gathers leaks from all threads of an audit.
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
                first.findings.sort_by_key(|(finding, _)| finding.span);
            }
            is_same
        });
        leaks
    }

    /// Only an object with findings has its lines counted. Lines are those of the text, spans
    /// those of the object.
    fn keep(&self, blob: &Blob<'_>, text: &Text<'_>, findings: Vec<Finding>) {
        let Provenance::Object(object) = &blob.provenance else { return };
        if findings.is_empty() {
            return;
        }
        let lines = LineIndex::new(&text.bytes, blob.part.start);
        let allows = Allows::of(&text.bytes, &findings, &lines, self.engine.rules());
        let place = |mut finding: Finding| {
            let region = |span: Span| lines.region(span.start, span.end);
            let (here, partners) = (region(finding.span), finding.partner_places(region));
            let allows = allows.at(here, finding.rule);
            let spot = Spot { region: here, partners, allows };
            if let Some(step) = text.transcoded().and_then(Step::of_text) {
                let Range { start, end } = text.source(finding.span.start..finding.span.end);
                let offset = blob.part.offset;
                finding.span = Span { start: start + offset, end: end + offset };
                finding.encoding = finding.encoding.within(step);
            }
            (finding, spot)
        };
        let findings = findings.into_iter().map(place).collect();
        let leak = Leak { object: object.clone(), findings };
        self.found.lock().unwrap_or_else(PoisonError::into_inner).push(leak);
    }
}

impl Judge for Leaks<'_> {
    fn detect(&self, bytes: &[u8], ranges: &[Range<usize>]) -> Vec<Finding> {
        self.engine.detect(bytes, ranges)
    }

    fn decode_start(&self, bytes: &[u8], at: usize) -> Option<usize> {
        self.engine.entry(bytes, at)
    }

    fn independent_from(&self, bytes: &[u8], at: usize) -> usize {
        self.engine.free(bytes, at)
    }

    fn end_lookahead(&self, finding: &Finding) -> usize {
        self.engine.reach(finding)
    }

    fn found(&self, blob: &Blob<'_>, findings: Vec<Finding>) {
        self.keep(blob, &Text::plain(blob.bytes), self.engine.settle(blob.bytes, findings));
    }

    fn whole(&self, blob: &Blob<'_>) {
        let text = blob.text();
        let findings = self.engine.scan_core(&text.bytes, text.core.clone());
        self.keep(blob, &text, findings);
    }
}
