//! The output filter: every text that leaves the process goes through it.
//!
//! * [`Filter`] removes the secrets of the run, decoded and as written, field by field. It never
//!   changes keysieve's own text. `filtered` makes the report, and the writers of reports take
//!   a `Shown`, which only this module makes.
//! * [`escape`] escapes what would control a terminal, mislead a reader or give a CI system
//!   commands.
//! * [`sink`] is the only place that writes to standard output, standard error and files.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use bstr::BString;

use super::{PolicyRevision, Report, Task};
use crate::engine::Engine;
use crate::engine::secrets::{Scope, Secrets};
use crate::findings::{
    CommitRef, Credential, Excerpt, Fact, HistorySource, Occurrence, OccurrenceSource, Pushed,
    Suppression, SuppressionKind,
};
use crate::foreign::{Part, parts, unmarked};
use crate::policy::baseline::Baseline;
use crate::policy::revision::PendingChange;
use crate::source::Coverage;

pub mod escape;
pub mod sink;

/// A longer reason, in bytes, may have been cut.
const CUT_REASON: usize = 300;

/// The secrets of a run, which are removed from its texts.
#[derive(Clone)]
pub struct Filter(Arc<Secrets>);

/// Shows nothing of a secret.
impl fmt::Debug for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Filter")
    }
}

impl Filter {
    /// Of all secrets that the engine came across, and those of these credentials.
    pub fn of(engine: &Engine, reported: &[Credential]) -> Filter {
        Filter(Arc::new(engine.secrets(reported)))
    }

    /// A message that may contain texts of the repository ([`crate::foreign`]), without the
    /// secrets of the run and without what the engine finds in it.
    pub fn message(&self, message: &str, engine: &Engine) -> String {
        Pass::new(&self.0, Some(engine)).message(message)
    }

    /// A text that comes from the repository or the user as a whole, without secrets.
    pub fn text(&self, text: &str, engine: &Engine) -> String {
        let mut text = text.to_owned();
        Pass::new(&self.0, Some(engine)).text(&mut text);
        text
    }

    /// A baseline without secrets in its reasons, owners and paths.
    #[must_use]
    pub fn baseline(&self, baseline: Baseline, engine: &Engine) -> Baseline {
        let mut pass = Pass::new(&self.0, Some(engine));
        let filtered = |text: &str, scope| pass.filtered(text, scope);
        baseline.filtered(filtered)
    }

    /// Where a credential was pushed to, without secrets.
    pub fn pushed(&self, pushed: &Pushed, engine: Option<&Engine>) -> Pushed {
        let mut pass = Pass::new(&self.0, engine);
        match pushed {
            Pushed::NotYet => Pushed::NotYet,
            Pushed::To(branch) => Pushed::To(pass.filtered(branch, Scope::Path)),
            Pushed::Unknown(why) => Pushed::Unknown(pass.message(why)),
        }
    }
}

/// The report of what was found, without secrets in the repository's texts.
pub(crate) fn filtered(
    task: Task,
    credentials: Vec<Credential>,
    coverage: Coverage,
    policy: Option<PolicyRevision>,
    engine: &Engine,
) -> Report {
    let filter = Filter::of(engine, &credentials);
    let rules = engine.shared_rules();
    let mut report = Report {
        task,
        credentials,
        coverage,
        policy,
        filter: filter.clone(),
        sarif_local: false,
        rules,
    };
    Pass::new(&filter.0, Some(engine)).report(&mut report);
    report
}

/// Filters a report again, after something was added.
pub fn filter_again(report: &mut Report, engine: &Engine) {
    let filter = Filter::of(engine, &report.credentials);
    report.filter = filter.clone();
    Pass::new(&filter.0, Some(engine)).report(report);
}

/// A report that may be written: what was added after it was made is filtered as well.
pub(super) struct Shown(Report);

impl Shown {
    pub fn of(report: &Report) -> Shown {
        let mut shown = report.clone();
        Pass::new(&report.filter.0, None).report(&mut shown);
        Shown(shown)
    }
}

impl Deref for Shown {
    type Target = Report;

    fn deref(&self) -> &Report {
        &self.0
    }
}

/// One pass over many texts, most of which come more than once.
struct Pass<'a> {
    secrets: &'a Secrets,
    /// Finds other secrets in a text.
    engine: Option<&'a Engine>,
    done: HashMap<(Scope, Vec<u8>), Vec<u8>>,
}

impl<'a> Pass<'a> {
    fn new(secrets: &'a Secrets, engine: Option<&'a Engine>) -> Self {
        Pass { secrets, engine, done: HashMap::new() }
    }

    fn report(&mut self, report: &mut Report) {
        for credential in &mut report.credentials {
            credential.facts.iter_mut().for_each(|fact| self.fact(fact));
            credential.occurrences.iter_mut().for_each(|one| self.occurrence(one));
            credential.occurrences.sort();
            credential.occurrences.dedup();
        }
        self.coverage(&mut report.coverage);
        if let Some(PolicyRevision { revision, pending, commit: _ }) = &mut report.policy {
            *revision = self.filtered(revision, Scope::Path);
            for PendingChange { path, change: what, kind: _, line: _ } in pending {
                *path = self.filtered(path, Scope::Path);
                *what = self.message(what);
            }
        }
    }

    fn coverage(&mut self, coverage: &mut Coverage) {
        for failure in &mut coverage.failures {
            failure.name = self.named(&failure.name);
            failure.reason = self.message(&failure.reason);
        }
        for note in &mut coverage.notes {
            *note = self.message(note);
        }
        for skipped in &mut coverage.skipped {
            let name = self.secrets.hide(&skipped.name, Scope::Path);
            skipped.name = match self.engine {
                Some(engine) => engine.redact_as(&name, Scope::Path).into(),
                None => name.into(),
            };
        }
        coverage.skipped.sort();
        coverage.failures.sort();
        coverage.failures.dedup();
        coverage.notes.sort();
        coverage.notes.dedup();
    }

    fn occurrence(&mut self, occurrence: &mut Occurrence) {
        if let Some(path) = &mut occurrence.path {
            *path = BString::from(self.bytes(path, Scope::Path));
        }
        occurrence.related.iter_mut().for_each(|partner| self.fact(&mut partner.fact));
        occurrence.suppression_comments.iter_mut().for_each(|allow| self.reason(&mut allow.reason));
        match &mut occurrence.suppression {
            Some(Suppression { kind: SuppressionKind::InSource, reason }) => self.reason(reason),
            // The parts that people wrote are marked.
            Some(Suppression { reason, .. }) => *reason = self.message(reason),
            None => {}
        }
        if let Some(excerpt) = &mut occurrence.excerpt {
            self.excerpt(excerpt);
        }
        if let OccurrenceSource::History(history) = &mut occurrence.source {
            let HistorySource { introduced, introduced_by, removed, .. } = history;
            let commits = [introduced, introduced_by, removed].into_iter().flatten();
            commits.for_each(|commit| self.commit(commit));
            if let Some(name) = &mut history.named_by {
                *name = self.filtered(name, Scope::Path);
            }
        }
    }

    /// The findings in the line itself are redacted already.
    fn excerpt(&mut self, excerpt: &mut Excerpt) {
        let Excerpt { before, after, cut_before, cut_after, secret: _ } = excerpt;
        if *cut_before {
            *before = self.secrets.cut_start(before).to_owned();
        }
        if *cut_after {
            *after = self.secrets.cut_end(after).to_owned();
        }
        for part in [before, after] {
            let hidden = self.secrets.hide(part.as_bytes(), Scope::Text);
            *part = String::from_utf8_lossy(&hidden).into_owned();
        }
    }

    fn commit(&mut self, commit: &mut CommitRef) {
        let CommitRef { author, email, summary, date: _, id: _ } = commit;
        [author, email, summary].into_iter().for_each(|text| self.text(text));
    }

    fn fact(&mut self, fact: &mut Fact) {
        let hidden = self.secrets.hide(fact.value.as_bytes(), Scope::Text);
        fact.value = String::from_utf8_lossy(&hidden).into_owned();
    }

    fn reason(&mut self, reason: &mut String) {
        if reason.len() > CUT_REASON {
            *reason = self.secrets.cut_end(reason).to_owned();
        }
        *reason = self.message_in(reason, Scope::Text);
    }

    fn text(&mut self, text: &mut String) {
        *text = self.filtered(text, Scope::Text);
    }

    /// The name of a failure: mostly a path.
    fn named(&mut self, name: &str) -> String {
        self.message_in(name, Scope::Path)
    }

    fn message(&mut self, message: &str) -> String {
        self.message_in(message, Scope::Own)
    }

    /// A message whose unmarked parts are of that kind.
    fn message_in(&mut self, message: &str, unmarked_scope: Scope) -> String {
        let parts = parts(message).into_iter().map(|part| match part {
            Part::Own(text) => self.hidden(text, unmarked_scope),
            Part::Text(text) => self.filtered(text, Scope::Text),
            Part::Path(text) => self.filtered(text, Scope::Path),
        });
        let hidden: String = parts.collect();
        // A secret that is one only because of the words around it.
        match self.engine {
            Some(engine) => {
                let found = engine.redact_as(hidden.as_bytes(), unmarked_scope);
                String::from_utf8_lossy(&found).into_owned()
            }
            None => hidden,
        }
    }

    fn hidden(&self, text: &str, scope: Scope) -> String {
        String::from_utf8_lossy(&self.secrets.hide(text.as_bytes(), scope)).into_owned()
    }

    fn filtered(&mut self, text: &str, scope: Scope) -> String {
        String::from_utf8_lossy(&self.bytes(unmarked(text).as_bytes(), scope)).into_owned()
    }

    fn bytes(&mut self, text: &[u8], scope: Scope) -> Vec<u8> {
        if let Some(done) = self.done.get(&(scope, text.to_vec())) {
            return done.clone();
        }
        let mut shown = self.secrets.hide(text, scope);
        if let Some(engine) = self.engine {
            shown = engine.redact_as(&shown, scope);
        }
        self.done.insert((scope, text.to_vec()), shown.clone());
        shown
    }
}
