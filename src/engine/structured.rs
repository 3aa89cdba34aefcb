//! Values that only a structure of the whole blob names, each judged in a small window of its own:
//! `name = "value"`.

use super::checks::shapes::{is_hex_digest, is_uuid};
use super::prefilter::repeat::EventOutcome;
use super::structure::readers::{Holder, NamedValue, each_value};
use super::{Engine, Pass};
use crate::findings::Finding;
use crate::rules::{NameKind, Trigger};

/// Shortest value that is judged.
const SHORTEST: usize = 4;

/// Longest value that is judged. Of a longer one the window would show only the beginning.
const LONGEST: usize = 320;

impl Engine {
    /// The findings of the structures around the marks, which are sorted. The whole blob must be in
    /// view: what is outside is not read.
    pub fn read_structures(&self, bytes: &[u8], marks: &[usize]) -> Vec<Finding> {
        let mut findings = Vec::new();
        each_value(bytes, marks, &mut |named| match named.holder {
            Holder::Column => findings.extend(self.named_value(&named)),
            Holder::SecretData | Holder::SecretText => {
                findings.extend(self.secret_entry(bytes, &named));
            }
        });
        findings
    }

    /// The findings in a value under its name.
    fn named_value(&self, named: &NamedValue<'_>) -> impl Iterator<Item = Finding> {
        let found = self.in_window(&named.name, &named.value.text).into_iter();
        found.filter(|finding| !self.is_stored_value(finding, named)).map(|finding| {
            let span = named.value.source(finding.span.start..finding.span.end);
            Finding { span, trigger: named.mark, ..finding }
        })
    }

    /// Whether a table stores such a value in place of the secret, or to look something up: a digest
    /// of a password, a UUID as a key.
    fn is_stored_value(&self, finding: &Finding, named: &NamedValue<'_>) -> bool {
        let text = &named.value.text;
        match self.rule(finding.rule).trigger {
            Trigger::Kind(NameKind::Password) => is_hex_digest(text),
            Trigger::Kind(NameKind::Key) => {
                is_uuid(text) && named.name.eq_ignore_ascii_case(b"key")
            }
            _ => false,
        }
    }

    /// The findings in a value under a name, with their spans in the value.
    pub(super) fn in_window(&self, name: &[u8], value: &[u8]) -> Vec<Finding> {
        let Some(window) = window(name, value) else { return Vec::new() };
        let mut findings = Vec::new();
        let mut pass = Pass { findings: &mut findings, marks: None };
        let whole = 0..window.len();
        self.scan_range(&window, whole, &mut pass, &mut |_| EventOutcome::Unproductive);
        let start = name.len() + BETWEEN.len() + 1;
        findings.retain_mut(|finding| {
            let is_inside = start <= finding.span.start && finding.span.end <= start + value.len();
            if is_inside {
                finding.span.start -= start;
                finding.span.end -= start;
            }
            is_inside
        });
        findings
    }
}

/// What is between a name and its quoted value.
const BETWEEN: &[u8] = b" = ";

/// `name = "value"`, with a quote that the value does not contain.
fn window(name: &[u8], value: &[u8]) -> Option<Vec<u8>> {
    let is_judged = (SHORTEST..=LONGEST).contains(&value.len())
        && !value.contains(&b'\n')
        && value.last() != Some(&b'\\');
    let quote = [b"\"", b"'", b"`"].into_iter().find(|quote| !value.contains(&quote[0]))?;
    is_judged.then(|| [name, BETWEEN, quote, value, quote, b"\n"].concat())
}
