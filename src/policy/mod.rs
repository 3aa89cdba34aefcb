//! What is baselined or suppressed, what fails and what is excluded. Policy begins after detection:
//! it sees findings with their locations and never bytes, except for the suppression comments next
//! to a finding ([`inline`]).

pub mod baseline;
pub mod comment;
pub mod config;
pub mod files;
mod foreign;
pub mod inline;
mod local_copies;
mod release;
pub mod revision;
mod syntax_error;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use baseline::ActiveBaseline;
use bstr::ByteSlice;
use config::{Config, RunMode, TestFindings};
use revision::{PendingChange, Revision, pending_suppression};

use crate::findings::{
    Credential, Finding, Fingerprint, Level, Occurrence, OccurrenceSource, PathKind, group,
};
use crate::foreign::foreign_path;
use crate::rules::{Confidence, Rule};

/// Which findings are reported, and which of them fail.
#[derive(Clone, Debug, Default)]
pub struct Policy {
    pub config: Config,
    /// Whether the run is a check or a hook.
    pub mode: RunMode,
    /// Whether suppression comments are honored.
    pub inline: Inline,
    /// The baseline, if there is one.
    pub baseline: Option<ActiveBaseline>,
    /// The revision that the repository's policy is taken from.
    pub revision: Option<Arc<Revision>>,
}

/// Whether suppression comments are honored.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Inline {
    #[default]
    Honored,
    /// As if there were none.
    Ignored,
    /// Only those that [`Policy::revision`] has.
    FromRevision,
}

/// The markers of other scanners' ignore comments.
pub fn foreign_markers() -> impl Iterator<Item = &'static str> {
    foreign::written()
}

/// The findings after policy.
#[derive(Clone, Debug, Default)]
pub struct Judged {
    /// Those that are reported, with the level of each location.
    pub credentials: Vec<Credential>,
    /// Number of excluded locations, by what excludes them.
    pub excluded: BTreeMap<String, usize>,
}

impl Policy {
    /// Drops excluded findings, groups the rest into credentials, and decides for each location
    /// whether it is baselined, suppressed or fails.
    pub fn judge(&self, found: Vec<(Finding, Occurrence)>, rules: &[Rule]) -> Judged {
        let mut judged = Judged::default();
        let mut kept = Vec::with_capacity(found.len());
        let mut excluded = HashMap::new();
        for (finding, mut occurrence) in found {
            match self.exclusion(&finding, &occurrence, rules) {
                Some(why) => {
                    excluded.entry(finding.fingerprint).or_insert_with(|| why.clone());
                    *judged.excluded.entry(why).or_default() += 1;
                }
                None => {
                    occurrence.path_kind = self.path_kind(&occurrence);
                    kept.push((finding, occurrence));
                }
            }
        }
        local_copies::exclude(&mut kept, &excluded, &mut judged.excluded);
        judged.credentials = group(kept, rules);
        let least = self.config.min_confidence();
        judged.credentials.retain(|credential| credential.confidence >= least);
        let foreign = self.config.honors_ignore_comments();
        for credential in &mut judged.credentials {
            for occurrence in &mut credential.occurrences {
                occurrence.suppression =
                    inline::suppression(&occurrence.suppression_comments, credential.rule, foreign)
                        .filter(|_| self.honors_comments(credential.fingerprint, occurrence));
                occurrence.level =
                    self.level(&rules[credential.rule], credential.confidence, occurrence);
            }
            if let Some(baseline) = &self.baseline {
                baseline.apply(credential);
            }
            local_copies::judge(credential);
        }
        judged
    }

    /// Notes on what [`Policy::judge`] did, sorted.
    pub fn notes(&self, judged: &Judged, rules: &[Rule]) -> Vec<String> {
        let credentials = &judged.credentials;
        let mut notes = Vec::new();
        if let Some(revision) = &self.revision {
            let Revision { name, commit, .. } = &**revision;
            let pending = self.pending_changes(judged);
            notes.push(format!(
                "policy taken from {} ({}); {}",
                foreign_path(name),
                &commit[..commit.len().min(10)],
                match pending.is_empty() {
                    true => "this branch does not change it",
                    false => "changes to it in this branch are ignored",
                },
            ));
            notes.extend(pending.iter().map(|one| format!("ignored until merged: {one}")));
        }
        if self.inline != Inline::Ignored {
            notes.extend(credentials.iter().flat_map(|found| inline::notes(found, rules)));
            notes.extend(inline::foreign_note(credentials, self.config.honors_ignore_comments()));
        }
        if let Some(baseline) = &self.baseline {
            notes.extend(credentials.iter().filter_map(|credential| baseline.note(credential)));
        }
        notes.extend(judged.excluded.iter().map(|(why, count)| {
            let findings = if *count == 1 { "finding" } else { "findings" };
            format!("{count} {findings} excluded by {why}")
        }));
        notes.sort();
        notes.dedup();
        notes
    }

    /// Changes to the policy that the revision does not have, sorted.
    pub fn pending_changes(&self, judged: &Judged) -> Vec<PendingChange> {
        let Some(revision) = &self.revision else { return Vec::new() };
        let foreign = self.config.honors_ignore_comments();
        let mut pending = revision.pending.clone();
        for credential in &judged.credentials {
            for occurrence in &credential.occurrences {
                let would =
                    inline::suppression(&occurrence.suppression_comments, credential.rule, foreign);
                let Some(would) = would else { continue };
                if !self.honors_comments(credential.fingerprint, occurrence) {
                    pending.push(pending_suppression(credential, occurrence, &would.reason));
                }
            }
        }
        pending.sort();
        pending.dedup();
        pending
    }

    fn honors_comments(&self, fingerprint: Fingerprint, occurrence: &Occurrence) -> bool {
        match (self.inline, &self.revision) {
            (Inline::Honored, _) => true,
            (Inline::Ignored, _) | (Inline::FromRevision, None) => false,
            (Inline::FromRevision, Some(revision)) => {
                revision.approved.contains(fingerprint, occurrence)
            }
        }
    }

    fn exclusion(
        &self,
        finding: &Finding,
        occurrence: &Occurrence,
        rules: &[Rule],
    ) -> Option<String> {
        let path = occurrence.path.as_ref()?.as_bstr();
        let id = &rules[finding.rule].id;
        if !self.config.is_on(id, Some(path)) {
            return Some(format!("rules.disable = {id} in the configuration of its folder"));
        }
        match occurrence.is_local() {
            true => self.config.written_exclusion(path),
            false => self.config.exclusion(path),
        }
    }

    /// A path in the git directory contains the names of branches, which are not those of folders.
    fn path_kind(&self, occurrence: &Occurrence) -> PathKind {
        match &occurrence.path {
            _ if occurrence.is_local() => PathKind::Regular,
            Some(path) if self.config.is_test(path.as_bstr()) => PathKind::Test,
            _ => PathKind::Regular,
        }
    }

    fn level(&self, rule: &Rule, confidence: Confidence, occurrence: &Occurrence) -> Level {
        let path = occurrence.path.as_ref().map(|path| path.as_bstr());
        let (least, severity) = self.config.threshold(path, self.mode);
        let is_of_test = occurrence.path_kind == PathKind::Test
            && path.is_some_and(|path| self.config.test_findings(path) == TestFindings::Warn);
        let is_of_job =
            matches!(occurrence.source, OccurrenceSource::Local { ci_checkout: true, .. });
        let is_warning = confidence < least || rule.severity < severity || is_of_test || is_of_job;
        if is_warning || release::is_new(rule) { Level::Warning } else { Level::Error }
    }
}
