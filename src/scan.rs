//! The join for a working tree or standard input: source × engine × policy → report.

use std::sync::{Mutex, PoisonError};

use bstr::BString;

use crate::blob::{Blob, LineIndex, Provenance};
use crate::engine::Engine;
use crate::findings::{Effect, Excerpts, Finding, Occurrence, Place, Setting, Span, Step};
use crate::policy::inline::SuppressionComments;
use crate::policy::{Judged, Policy};
use crate::report::output::filtered;
use crate::report::{Report, Standing, Task};
use crate::source::{Coverage, Failure, Progress, Source};

/// Scans every blob of the source.
pub fn scan(
    source: &dyn Source,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report {
    let (sightings, coverage) = look(source, engine, progress);
    let judged = policy.judge(sightings, engine.rules());
    report(Task::Scan, judged, coverage, policy, engine)
}

/// The report of what policy made of the findings, fit to be shown.
pub(crate) fn report(
    task: Task,
    judged: Judged,
    coverage: Coverage,
    policy: &Policy,
    engine: &Engine,
) -> Report {
    let coverage = coverage.and(told(&judged, policy, engine));
    let standing = standing(&judged, policy);
    filtered(task, judged.credentials, coverage, standing, engine)
}

/// The revision that the policy was taken from, and what of it does not hold yet.
fn standing(judged: &Judged, policy: &Policy) -> Option<Standing> {
    let revision = policy.revision.as_ref()?;
    Some(Standing {
        revision: revision.name.clone(),
        commit: revision.commit.clone(),
        proposals: policy.pending_changes(judged),
    })
}

/// What is to be said of what policy did.
fn told(judged: &Judged, policy: &Policy, engine: &Engine) -> Coverage {
    let failures = policy
        .config
        .faults()
        .into_iter()
        .map(|fault| Failure::new("a part of the configuration", fault));
    Coverage {
        failures: failures.collect(),
        notes: policy.notes(judged, engine.rules()),
        ..Coverage::default()
    }
}

/// Everything that the source's blobs hold, each finding with its place. Nothing of it went
/// through the output filter.
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
    let sightings = sightings.into_inner().unwrap_or_else(PoisonError::into_inner);
    (sightings, coverage)
}

/// The blob's findings, each with its place.
pub(crate) fn sightings_in(blob: &Blob<'_>, engine: &Engine) -> Vec<(Finding, Occurrence)> {
    let text = blob.text();
    let core = text.core.clone();
    let near = engine.scan_near(&text.bytes, core.clone());
    let mut findings = near.clone();
    findings.retain(|finding| core.contains(&finding.span.start));
    if findings.is_empty() {
        return Vec::new();
    }
    let excerpts = Excerpts::new(&text.bytes, &near);
    let lines = LineIndex::new(&text.bytes, blob.part.start);
    let allows = SuppressionComments::of(&text.bytes, &findings, &lines, engine.rules());
    let path = blob.provenance.path().map(BString::from);
    let place = match &blob.provenance {
        Provenance::Index(_) | Provenance::Committed(_) => Place::Index,
        Provenance::Stdin => Place::Stdin,
        Provenance::WorkTree(_) => Place::WorkTree,
        Provenance::Object(id) => {
            Place::History { blob: id.clone(), introduced: None, removed: None, at_head: false }
        }
    };
    findings
        .into_iter()
        .map(|mut finding| {
            let excerpt = Some(excerpts.of(&finding));
            let Span { start, end } = finding.span;
            let source = text.source(start..end);
            let offset = blob.part.offset;
            if let Some(step) = text.transcoded().and_then(Step::of_text) {
                finding.encoding = finding.encoding.within(step);
            }
            let region = lines.region(start, end);
            let occurrence = Occurrence {
                path: path.clone(),
                region,
                partners: finding.partner_places(|span| lines.region(span.start, span.end)),
                span: Span { start: source.start + offset, end: source.end + offset },
                encoding: finding.encoding,
                place: place.clone(),
                allows: allows.at(region, finding.rule),
                suppression: None,
                excerpt,
                effect: Effect::default(),
                setting: Setting::default(),
            };
            (finding, occurrence)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::findings::FingerprintKey;
    use crate::report::Format;
    use crate::rules::catalogue::Catalogue;
    use crate::source::{Silent, Visitor};

    /// A source that fails at a file whose name is a secret and would steer a terminal.
    struct Unreadable(String);

    impl Source for Unreadable {
        fn visit(&self, _visit: &Visitor<'_>, _progress: &dyn Progress) -> Coverage {
            let why = format!("{}: permission denied", self.0);
            Coverage::failure(Failure::new(format!("\u{1b}]0;{}", self.0), why))
        }
    }

    #[test]
    fn a_failure_shows_no_secret_and_no_control_character() {
        let token = ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
        let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
        let report = scan(&Unreadable(token.clone()), &engine, &Policy::default(), &Silent);
        for format in [Format::Sarif, Format::Human, Format::Json] {
            let mut shown = Vec::new();
            report.write(format, engine.rules(), &mut shown).unwrap();
            let shown = String::from_utf8(shown).unwrap();
            assert!(!shown.contains(&token), "{shown}");
            assert_eq!(shown.matches("ls-********").count(), 2, "{shown}");
            assert!(!shown.contains("\u{1b}]"), "{shown}");
        }
    }
}
