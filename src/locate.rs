//! From findings to occurrences: where in its file each finding is.
//!
//! The engine gives the span of a finding in the text that it read. Here it gets its lines and
//! columns, its span in the bytes as they are stored, and the suppression comments next to it.
//! `scan`, `guard` and `audit` all locate their findings here. Nothing here went through the
//! output filter.

use std::sync::{Mutex, PoisonError};

use bstr::BString;

use crate::blob::{Blob, BlobText, LineIndex, ObjectPart, Provenance, Region};
use crate::engine::Engine;
use crate::findings::{
    Encoding, Excerpts, Finding, HistorySource, Level, Occurrence, OccurrenceSource, PathKind,
    RelatedLocation, Span, Step, SuppressionComment,
};
use crate::policy::inline::SuppressionComments;
use crate::source::{Coverage, Progress, Source};

/// A finding with its occurrence.
pub type Hit = (Finding, Occurrence);

/// Where in a file a finding is.
#[derive(Clone, Debug)]
pub struct Location {
    pub region: Region,
    /// In the file's bytes as they are stored.
    pub span: Span,
    pub encoding: Encoding,
    /// Public halves of the credential nearby.
    pub related: Vec<RelatedLocation>,
    /// The suppression comments next to it.
    pub suppression_comments: Vec<SuppressionComment>,
    pub part: ObjectPart,
}

impl Location {
    /// The occurrence of the finding in a file.
    pub fn occurrence(self, path: Option<BString>, source: OccurrenceSource) -> Occurrence {
        let Location { region, span, encoding, related, suppression_comments, part } = self;
        Occurrence {
            path,
            part,
            region,
            span,
            encoding,
            source,
            related,
            suppression_comments,
            suppression: None,
            excerpt: None,
            level: Level::default(),
            path_kind: PathKind::default(),
        }
    }
}

/// Locates the findings of one text.
pub struct Locator<'t> {
    text: &'t BlobText<'t>,
    /// Where in the file the blob's bytes begin.
    offset: usize,
    lines: LineIndex<'t>,
    comments: SuppressionComments,
    part: ObjectPart,
}

impl<'t> Locator<'t> {
    /// `text` is the blob's text, `findings` are all that are located in it, by span.
    pub fn new(
        blob: &Blob<'_>,
        text: &'t BlobText<'t>,
        findings: &[Finding],
        engine: &Engine,
    ) -> Locator<'t> {
        let lines = LineIndex::new(&text.bytes, blob.slice.start);
        let comments = SuppressionComments::of(&text.bytes, findings, &lines, engine.rules());
        Locator { text, offset: blob.slice.offset, lines, comments, part: part_of(blob) }
    }

    /// Locates a finding, and adds the text's own encoding to the finding's.
    pub fn locate(&self, finding: &mut Finding) -> Location {
        let region_of = |span: Span| self.lines.region(span.start, span.end);
        let region = region_of(finding.span);
        let source = self.text.source_range(finding.span.start..finding.span.end);
        if let Some(step) = self.text.transcoded_from().and_then(Step::from_text_encoding) {
            finding.encoding = finding.encoding.within(step);
        }
        Location {
            region,
            span: Span { start: source.start + self.offset, end: source.end + self.offset },
            encoding: finding.encoding,
            related: finding.related_locations(region_of),
            suppression_comments: self.comments.at(region, finding.rule),
            part: self.part,
        }
    }
}

/// What of its object or file a blob is.
fn part_of(blob: &Blob<'_>) -> ObjectPart {
    match blob.provenance {
        Provenance::Pointed(_) => ObjectPart::PointedContent,
        _ => blob.part,
    }
}

/// All findings in the source's blobs, each with its occurrence.
pub fn find_all(
    source: &dyn Source,
    engine: &Engine,
    progress: &dyn Progress,
) -> (Vec<Hit>, Coverage) {
    let hits = Mutex::new(Vec::new());
    let coverage = source.visit(
        &|blob| {
            let found = find_in(blob, engine);
            if !found.is_empty() {
                hits.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            }
        },
        progress,
    );
    (hits.into_inner().unwrap_or_else(PoisonError::into_inner), coverage)
}

/// The blob's findings, each with its occurrence and the line that it is in.
pub fn find_in(blob: &Blob<'_>, engine: &Engine) -> Vec<Hit> {
    let text = blob.text();
    let core = text.core.clone();
    let near = engine.scan_near(&text.bytes, core.clone());
    let mut findings = near.clone();
    findings.retain(|finding| core.contains(&finding.span.start));
    if findings.is_empty() {
        return Vec::new();
    }
    let excerpts = Excerpts::new(&text.bytes, &near);
    let locator = Locator::new(blob, &text, &findings, engine);
    let hits = |mut finding: Finding| {
        let excerpt = Some(excerpts.excerpt(&finding));
        let location = locator.locate(&mut finding);
        let hit = move |provenance: &Provenance| {
            let path = provenance.path().map(BString::from);
            let occurrence = location.clone().occurrence(path, source_of(provenance));
            (finding.clone(), Occurrence { excerpt: excerpt.clone(), ..occurrence })
        };
        blob.provenance.reported().iter().map(hit)
    };
    findings.into_iter().flat_map(hits).collect()
}

fn source_of(provenance: &Provenance) -> OccurrenceSource {
    match provenance {
        Provenance::Index(_) | Provenance::Committed(_) => OccurrenceSource::Index,
        Provenance::Stdin => OccurrenceSource::Stdin,
        Provenance::WorkTree(_) => OccurrenceSource::WorkTree,
        Provenance::Object(id) | Provenance::Added { commit: id, .. } => {
            OccurrenceSource::History(HistorySource::of_object(id))
        }
        // Pointers are followed once: a content is never a pointer file.
        Provenance::Pointed(files) => files.first().map_or(OccurrenceSource::Stdin, source_of),
    }
}
