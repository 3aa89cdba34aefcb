//! The baseline: the triaged credentials of a repository.
//!
//! One entry per credential, identified by its fingerprint, without a line or a commit, and with
//! the rule only as a hint: an entry stays valid when the secret moves or a better rule finds it.
//! Its [`Disposition`] is the result of triage: revoked credentials and false positives never fail
//! again, accepted ones fail in a new location and once they have expired.

mod active;
mod merge;
mod paths;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::engine::secrets::Scope;
use crate::findings::fingerprint::{KEY_VARIABLE, PUBLIC_KEY};
use crate::findings::{Credential, Fingerprint, Occurrence};
use crate::foreign::foreign;
use crate::rules::Rule;
pub use active::{ActiveBaseline, Expiry};
pub use merge::{Merged, merge};
pub(crate) use paths::path_of;
use paths::{NO_PATH, contains_path, is_current};
pub use syntax::BaselineError;

/// The name of the file, at the root of a repository.
pub const FILE: &str = ".keysieve-baseline.toml";

/// Entries by fingerprint, as reports show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The name of the fingerprint key under which it was written
    /// ([`crate::findings::FingerprintKey::name`]); `None` if the file has none.
    pub key: Option<String>,
    /// Whether it covers the full history, not only the working tree.
    pub history: bool,
    pub entries: BTreeMap<String, BaselineEntry>,
}

/// One triaged credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BaselineEntry {
    /// The rule that found it, as a hint for readers.
    pub rule: String,
    pub disposition: Disposition,
    /// The paths that the entry applies to. Without any paths, past ones included, it applies
    /// everywhere.
    pub paths: BTreeSet<String>,
    /// Paths of past versions that the entry applies to.
    pub past: BTreeSet<String>,
}

impl BaselineEntry {
    fn has_paths(&self) -> bool {
        !(self.paths.is_empty() && self.past.is_empty())
    }

    fn applies_to(&self, occurrence: &Occurrence) -> bool {
        let path = path_of(occurrence);
        !self.has_paths()
            || contains_path(&self.paths, &path)
            || !is_current(occurrence) && contains_path(&self.past, &path)
    }

    /// Updates the paths after a scan of the whole tree or history. Returns how many were added and
    /// how many are past ones now. The paths of a test value follow moves but not copies.
    fn update_paths(&mut self, now: &BTreeSet<String>, past: &BTreeSet<String>) -> (usize, usize) {
        let is_gone = |path: &&String| path.as_str() != NO_PATH && !now.contains(*path);
        let gone: BTreeSet<String> = self.paths.iter().filter(is_gone).cloned().collect();
        let new: BTreeSet<String> = now.difference(&self.paths).cloned().collect();
        let is_moved = self.has_paths() && !new.is_empty() && new.len() <= gone.len();
        match self.disposition {
            Disposition::Accepted { .. } => {}
            Disposition::TestValue { .. } if is_moved => {}
            _ => return (0, 0),
        }
        self.paths.extend(new.iter().cloned());
        self.paths.retain(|path| !gone.contains(path));
        // A path that is gone is still a path of past versions.
        let listed = self.past.len() + gone.len();
        self.past.extend(gone.iter().chain(past).cloned());
        self.past.retain(|path| !self.paths.contains(path));
        (new.len() + self.past.len().saturating_sub(listed), gone.len())
    }
}

/// The result of triage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Disposition {
    /// It no longer works.
    Revoked { date: Date, evidence: String },
    /// It is not a credential.
    FalsePositive { reason: String },
    /// It is fake, or grants access to nothing.
    TestValue { reason: String },
    /// It is a credential that its owner accepts until a date.
    Accepted { reason: String, owner: String, expires: Date },
}

/// The terms on which credentials are accepted.
#[derive(Clone, Debug)]
pub struct Terms {
    pub reason: String,
    pub owner: String,
    /// The days that their expiry dates are spread over.
    pub days: Vec<Date>,
}

/// A credential to be added to a baseline.
#[derive(Clone, Debug)]
pub struct NewEntry {
    pub fingerprint: Fingerprint,
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    pub paths: BTreeSet<String>,
    /// Paths at which only past versions have it.
    pub past: BTreeSet<String>,
    /// `None` if it is accepted.
    pub disposition: Option<Harmless>,
    /// Redacted; empty to use that of the terms.
    pub reason: String,
}

/// The disposition of a finding that is not a real credential.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Harmless {
    FalsePositive,
    TestValue,
}

impl Baseline {
    /// An empty baseline under the fingerprint key of that name.
    pub fn under(key: &str) -> Self {
        Baseline { key: Some(key.to_owned()), ..Baseline::default() }
    }

    /// Why its entries cannot match under the fingerprint key `here`, if it was written under
    /// another one.
    pub fn other_key(&self, current: &str) -> Option<String> {
        let written = self.key.as_deref().filter(|&key| key != current)?;
        let advice = if written == PUBLIC_KEY {
            format!("unset {KEY_VARIABLE}, or create a new baseline under your own key")
        } else {
            format!("set {KEY_VARIABLE} to that key")
        };
        Some(format!(
            "the baseline was created with the fingerprint key {written}, but the current key is \
             {current}, so none of its entries can match; {advice}"
        ))
    }

    /// The entry of a credential.
    pub fn get(&self, credential: &Credential) -> Option<&BaselineEntry> {
        self.entries.get(&credential.fingerprint.to_string())
    }

    /// Adds credentials without an entry as accepted, and updates the paths of accepted ones.
    /// `credentials` are all credentials of the tree or the history. Returns how many credentials
    /// and how many paths were added, and how many paths are past ones now.
    pub fn accept(
        &mut self,
        credentials: &[Credential],
        rules: &[Rule],
        terms: &Terms,
    ) -> (usize, usize, usize) {
        let (mut more_paths, mut past_paths, mut added) = (0, 0, Vec::new());
        for credential in credentials {
            let (now, past): (Vec<&Occurrence>, Vec<_>) =
                credential.open().partition(|occurrence| is_current(occurrence));
            let paths_of = |list: Vec<&Occurrence>| list.into_iter().map(path_of).collect();
            let (paths, past): (BTreeSet<String>, BTreeSet<String>) =
                (paths_of(now), paths_of(past));
            let past = past.difference(&paths).cloned().collect();
            match self.entries.get_mut(&credential.fingerprint.to_string()) {
                Some(entry) => {
                    let (more, gone) = entry.update_paths(&paths, &past);
                    more_paths += more;
                    past_paths += gone;
                }
                None => added.push(NewEntry {
                    fingerprint: credential.fingerprint,
                    rule: credential.rule,
                    paths,
                    past,
                    disposition: None,
                    reason: String::new(),
                }),
            }
        }
        let (new, _) = self.add(added, rules, terms);
        (new, more_paths, past_paths)
    }

    /// Adds credentials without an entry by their disposition, otherwise as accepted, and new paths
    /// to accepted entries. The expiry dates of new entries are spread over the days, the most
    /// severe first. Returns how many credentials and how many paths were added.
    pub fn add(&mut self, added: Vec<NewEntry>, rules: &[Rule], terms: &Terms) -> (usize, usize) {
        let (mut new, mut new_paths) = (Vec::new(), 0);
        for one in added {
            let Some(entry) = self.entries.get_mut(&one.fingerprint.to_string()) else {
                new.push(one);
                continue;
            };
            if matches!(entry.disposition, Disposition::Accepted { .. }) {
                let listed = entry.paths.len() + entry.past.len();
                entry.paths.extend(one.paths);
                entry.past.extend(one.past.difference(&entry.paths).cloned());
                new_paths += entry.paths.len() + entry.past.len() - listed;
            }
        }
        new.sort_by_key(|one| (std::cmp::Reverse(rules[one.rule].severity), one.fingerprint));
        let last = new.len().saturating_sub(1).max(1);
        let count = new.len();
        for (index, one) in new.into_iter().enumerate() {
            let spread = index * terms.days.len().saturating_sub(1) / last;
            let Some(&expires) = terms.days.get(spread) else { continue };
            let reason = if one.reason.is_empty() { terms.reason.clone() } else { one.reason };
            let owner = terms.owner.clone();
            let disposition = match one.disposition {
                None => Disposition::Accepted { reason, owner, expires },
                Some(Harmless::FalsePositive) => Disposition::FalsePositive { reason },
                Some(Harmless::TestValue) => Disposition::TestValue { reason },
            };
            let everywhere = matches!(disposition, Disposition::FalsePositive { .. });
            let entry = BaselineEntry {
                rule: rules[one.rule].id.to_string(),
                disposition,
                paths: if everywhere { BTreeSet::new() } else { one.paths },
                past: if everywhere { BTreeSet::new() } else { one.past },
            };
            self.entries.insert(one.fingerprint.to_string(), entry);
        }
        (count, new_paths)
    }

    /// Fingerprints and rules of the entries whose credential is not among those found. A revoked
    /// credential has usually left the tree, so it is stale only if the history was scanned.
    pub fn stale(&self, found: &[Credential], history: bool) -> Vec<(String, String)> {
        let found: BTreeSet<String> = found.iter().map(|one| one.fingerprint.to_string()).collect();
        let kept = |entry: &BaselineEntry| {
            !history && matches!(entry.disposition, Disposition::Revoked { .. })
        };
        let stale = self.entries.iter().filter(|(id, entry)| !found.contains(*id) && !kept(entry));
        stale.map(|(id, entry)| (id.clone(), entry.rule.clone())).collect()
    }

    /// The baseline with `filter` applied to free text and to paths.
    #[must_use]
    pub(crate) fn filtered(mut self, mut filter: impl FnMut(&str, Scope) -> String) -> Self {
        for entry in self.entries.values_mut() {
            for text in entry.disposition.texts() {
                *text = filter(text, Scope::Text);
            }
            for paths in [&mut entry.paths, &mut entry.past] {
                *paths = paths.iter().map(|path| filter(path, Scope::Path)).collect();
            }
        }
        self
    }
}

impl Disposition {
    fn texts(&mut self) -> Vec<&mut String> {
        match self {
            Disposition::Revoked { evidence: text, .. }
            | Disposition::FalsePositive { reason: text }
            | Disposition::TestValue { reason: text } => vec![text],
            Disposition::Accepted { reason, owner, .. } => vec![reason, owner],
        }
    }

    /// As written in a baseline.
    fn name(&self) -> &'static str {
        match self {
            Disposition::Revoked { .. } => "revoked",
            Disposition::FalsePositive { .. } => "false-positive",
            Disposition::TestValue { .. } => "test-value",
            Disposition::Accepted { .. } => "accepted",
        }
    }

    /// As text, with the words of users marked as such.
    pub(super) fn message(&self) -> String {
        let because = |what: &str, reason: &str| {
            if reason.is_empty() { what.to_owned() } else { format!("{what}: {}", foreign(reason)) }
        };
        match self {
            Disposition::Revoked { date, evidence } => {
                format!("revoked on {date}: {}", foreign(evidence))
            }
            Disposition::FalsePositive { reason } => because("false positive", reason),
            Disposition::TestValue { reason } => because("test value", reason),
            Disposition::Accepted { reason, owner, expires } => {
                format!("accepted until {expires} by {}: {}", foreign(owner), foreign(reason))
            }
        }
    }
}
