//! Redaction: replaces the secrets in texts that a report must show.

use super::Engine;
use super::secrets::{Scope, Secrets, may_be_our_own};
use crate::findings::{Credential, Fact, Finding};

impl Engine {
    /// `text` with every secret in it replaced by its redacted form: for paths, names and messages
    /// that a report must show.
    pub fn redact(&self, text: &[u8]) -> Vec<u8> {
        replace_findings(text, self.settled_findings(text).into_iter())
    }

    /// [`Engine::redact`], for a text of that kind.
    pub fn redact_as(&self, text: &[u8], scope: Scope) -> Vec<u8> {
        if scope != Scope::Own {
            return self.redact(text);
        }
        let is_foreign =
            |finding: &Finding| !may_be_our_own(&text[finding.span.start..finding.span.end]);
        replace_findings(text, self.settled_findings(text).into_iter().filter(is_foreign))
    }

    /// Redacts a fact. It is text of the repository, and what is public in one credential may be
    /// the secret of another, such as the user name in a URL.
    pub(super) fn redact_fact(&self, fact: &mut Fact) {
        let is_secret = |finding: &Finding| self.rule(finding.rule).public.is_none();
        let found = self.settled_findings(fact.value.as_bytes()).into_iter().filter(is_secret);
        let redacted = replace_findings(fact.value.as_bytes(), found);
        fact.value = String::from_utf8_lossy(&redacted).into_owned();
    }

    /// The secrets of everything scanned so far: those of findings that are reported by default,
    /// and those of the `reported` credentials of low confidence.
    pub fn secrets(&self, reported: &[Credential]) -> Secrets {
        for credential in reported {
            if self.rule(credential.rule).public.is_none() {
                self.judge.seen.confirm(credential.fingerprint, &credential.redacted);
            }
        }
        self.judge.seen.secrets()
    }

    /// Makes a finding's secret one that no output shows. Findings of low confidence that are not
    /// reported are not confirmed: their value may be any word.
    pub(super) fn confirm(&self, finding: &Finding) {
        if self.rule(finding.rule).public.is_none() {
            self.judge.seen.confirm(finding.fingerprint, &finding.redacted);
        }
    }
}

/// `text` with each finding replaced by its redacted form.
fn replace_findings(text: &[u8], findings: impl Iterator<Item = Finding>) -> Vec<u8> {
    let mut redacted = Vec::with_capacity(text.len());
    let mut done = 0;
    for finding in findings {
        redacted.extend_from_slice(&text[done..finding.span.start]);
        redacted.extend_from_slice(finding.redacted.to_string().as_bytes());
        done = finding.span.end;
    }
    redacted.extend_from_slice(&text[done..]);
    redacted
}
