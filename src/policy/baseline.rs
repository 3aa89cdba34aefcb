//! The baseline: the triaged credentials of a repository.
//!
//! One entry per credential, identified by its fingerprint, without a line or a commit, and with
//! the rule only as a hint: an entry stays valid when the secret moves or a better rule finds it.
//! Its [`Disposition`] is the result of triage: revoked credentials and false positives never fail
//! again, accepted ones fail in a new location and once they have expired.

mod merge;
mod syntax;

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;

use bstr::ByteSlice;
use jiff::civil::Date;

use crate::engine::secrets::Scope;
use crate::findings::fingerprint::{KEY_VARIABLE, PUBLIC_KEY};
use crate::findings::{
    CommitRef, Credential, Fingerprint, Occurrence, Place, Suppression, SuppressionKind,
};
use crate::foreign::{foreign, foreign_path};
use crate::rules::Rule;
pub use merge::{Merged, merge};
pub use syntax::BaselineError;

/// The name of the file, at the root of a repository.
pub const FILE: &str = ".keysieve-baseline.toml";

/// Number of days before its expiry from which an accepted credential is noted.
const WARNED: i32 = 14;

/// Replaces a secret in a path.
const HIDDEN: &str = "********";

/// The entry in a list of paths for a location without one.
const NAMELESS: &str = "(no path)";

/// Entries by fingerprint, as reports show it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Baseline {
    /// The name of the fingerprint key under which it was written
    /// ([`crate::findings::FingerprintKey::name`]); `None` if the file has none.
    pub key: Option<String>,
    /// Whether it covers the full history, not only the working tree.
    pub history: bool,
    pub entries: BTreeMap<String, Entry>,
}

/// One triaged credential.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// The rule that found it, as a hint for readers.
    pub rule: String,
    pub disposition: Disposition,
    /// The paths that the entry applies to. Without any paths, past ones included, it applies
    /// everywhere.
    pub paths: BTreeSet<String>,
    /// Paths of past versions that the entry applies to.
    pub past: BTreeSet<String>,
}

impl Entry {
    fn is_bound(&self) -> bool {
        !(self.paths.is_empty() && self.past.is_empty())
    }

    fn holds_for(&self, occurrence: &Occurrence) -> bool {
        let path = place(occurrence);
        !self.is_bound()
            || lists(&self.paths, &path)
            || !is_of_now(occurrence) && lists(&self.past, &path)
    }

    /// Updates the paths after a scan of the whole tree or history. Returns how many were added and
    /// how many are past ones now. The paths of a test value follow moves but not copies.
    fn relist(&mut self, now: &BTreeSet<String>, past: &BTreeSet<String>) -> (usize, usize) {
        let is_gone = |path: &&String| path.as_str() != NAMELESS && !now.contains(*path);
        let gone: BTreeSet<String> = self.paths.iter().filter(is_gone).cloned().collect();
        let new: BTreeSet<String> = now.difference(&self.paths).cloned().collect();
        let is_moved = self.is_bound() && !new.is_empty() && new.len() <= gone.len();
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

/// What happens to an accepted credential that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The credential fails again, as in CI.
    Fails,
    /// It is only noted: it must not block the commit of something else.
    Warns,
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
pub struct Learned {
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

/// A baseline at work.
#[derive(Clone, Debug)]
pub struct Known {
    pub baseline: Baseline,
    pub today: Date,
    pub expiry: Expiry,
    /// The top of the work tree, where it is known; a listed file that is gone from it may have
    /// moved.
    pub root: Option<PathBuf>,
}

impl Baseline {
    /// An empty baseline under the fingerprint key of that name.
    pub fn under(key: &str) -> Self {
        Baseline { key: Some(key.to_owned()), ..Baseline::default() }
    }

    /// Why its entries cannot match under the fingerprint key `here`, if it was written under
    /// another one.
    pub fn other_key(&self, here: &str) -> Option<String> {
        let written = self.key.as_deref().filter(|&key| key != here)?;
        let advice = if written == PUBLIC_KEY {
            format!("unset {KEY_VARIABLE}, or create a new baseline under your own key")
        } else {
            format!("set {KEY_VARIABLE} to that key")
        };
        Some(format!(
            "the baseline was created with the fingerprint key {written}, but the current key is \
             {here}, so none of its entries can match; {advice}"
        ))
    }

    /// The entry of a credential.
    pub fn get(&self, credential: &Credential) -> Option<&Entry> {
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
        let (mut came, mut went, mut learned) = (0, 0, Vec::new());
        for credential in credentials {
            let (now, past): (Vec<&Occurrence>, Vec<_>) =
                credential.open().partition(|occurrence| is_of_now(occurrence));
            let places = |list: Vec<&Occurrence>| list.into_iter().map(place).collect();
            let (paths, past): (BTreeSet<String>, BTreeSet<String>) = (places(now), places(past));
            let past = past.difference(&paths).cloned().collect();
            match self.entries.get_mut(&credential.fingerprint.to_string()) {
                Some(entry) => {
                    let (more, gone) = entry.relist(&paths, &past);
                    (came, went) = (came + more, went + gone);
                }
                None => learned.push(Learned {
                    fingerprint: credential.fingerprint,
                    rule: credential.rule,
                    paths,
                    past,
                    disposition: None,
                    reason: String::new(),
                }),
            }
        }
        let (new, _) = self.learn(learned, rules, terms);
        (new, came, went)
    }

    /// Adds credentials without an entry by their disposition, otherwise as accepted, and new paths
    /// to accepted entries. The expiry dates of new entries are spread over the days, the most
    /// severe first. Returns how many credentials and how many paths were added.
    pub fn learn(
        &mut self,
        learned: Vec<Learned>,
        rules: &[Rule],
        terms: &Terms,
    ) -> (usize, usize) {
        let (mut new, mut places) = (Vec::new(), 0);
        for one in learned {
            let Some(entry) = self.entries.get_mut(&one.fingerprint.to_string()) else {
                new.push(one);
                continue;
            };
            if matches!(entry.disposition, Disposition::Accepted { .. }) {
                let listed = entry.paths.len() + entry.past.len();
                entry.paths.extend(one.paths);
                entry.past.extend(one.past.difference(&entry.paths).cloned());
                places += entry.paths.len() + entry.past.len() - listed;
            }
        }
        new.sort_by_key(|one| (std::cmp::Reverse(rules[one.rule].severity), one.fingerprint));
        let last = new.len().saturating_sub(1).max(1);
        let count = new.len();
        for (at, one) in new.into_iter().enumerate() {
            let spread = at * terms.days.len().saturating_sub(1) / last;
            let Some(&expires) = terms.days.get(spread) else { continue };
            let reason = if one.reason.is_empty() { terms.reason.clone() } else { one.reason };
            let owner = terms.owner.clone();
            let disposition = match one.disposition {
                None => Disposition::Accepted { reason, owner, expires },
                Some(Harmless::FalsePositive) => Disposition::FalsePositive { reason },
                Some(Harmless::TestValue) => Disposition::TestValue { reason },
            };
            let everywhere = matches!(disposition, Disposition::FalsePositive { .. });
            let entry = Entry {
                rule: rules[one.rule].id.to_string(),
                disposition,
                paths: if everywhere { BTreeSet::new() } else { one.paths },
                past: if everywhere { BTreeSet::new() } else { one.past },
            };
            self.entries.insert(one.fingerprint.to_string(), entry);
        }
        (count, places)
    }

    /// Fingerprints and rules of the entries whose credential is not among those found. A revoked
    /// credential has usually left the tree, so it is stale only if the history was scanned.
    pub fn stale(&self, found: &[Credential], history: bool) -> Vec<(String, String)> {
        let found: BTreeSet<String> = found.iter().map(|one| one.fingerprint.to_string()).collect();
        let kept =
            |entry: &Entry| !history && matches!(entry.disposition, Disposition::Revoked { .. });
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
    fn word(&self) -> &'static str {
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

impl Known {
    /// Suppresses baselined occurrences and returns notes, as [`super::Policy`] does for the whole
    /// policy.
    pub fn settle(&self, credentials: &mut [Credential]) -> Vec<String> {
        for credential in credentials.iter_mut() {
            self.apply(credential);
        }
        credentials.iter().filter_map(|credential| self.note(credential)).collect()
    }

    /// Suppresses the occurrences of a credential that its entry applies to.
    pub(super) fn apply(&self, credential: &mut Credential) {
        let Some(entry) = self.baseline.get(credential) else { return };
        if self.is_over(entry) && self.expiry == Expiry::Fails {
            return;
        }
        let moved = self.moved(entry, credential);
        let followed = followed(entry, credential);
        let known =
            Suppression { kind: SuppressionKind::External, reason: entry.disposition.message() };
        for (at, occurrence) in credential.occurrences.iter_mut().enumerate() {
            let is_moved = moved.contains(&place(occurrence)) || followed.contains(&at);
            let is_known = is_moved || entry.holds_for(occurrence);
            if occurrence.suppression.is_none() && is_known {
                occurrence.suppression = Some(known.clone());
            }
        }
    }

    /// The paths to which the credential was moved: paths that are not listed, at most as many as
    /// listed ones are gone from the work tree.
    fn moved(&self, entry: &Entry, credential: &Credential) -> BTreeSet<String> {
        let Some(root) = &self.root else { return BTreeSet::new() };
        let gone = |path: &&String| {
            path.as_str() != NAMELESS && std::fs::symlink_metadata(root.join(path)).is_err()
        };
        let gone = entry.paths.iter().filter(gone).count();
        let new = credential.occurrences.iter().filter(|one| is_of_now(one)).map(place);
        let new: BTreeSet<String> = new.filter(|path| !lists(&entry.paths, path)).collect();
        if new.len() <= gone { new } else { BTreeSet::new() }
    }

    /// Whether an acceptance has expired; its last day still counts.
    pub fn is_over(&self, entry: &Entry) -> bool {
        matches!(entry.disposition, Disposition::Accepted { expires, .. } if expires < self.today)
    }

    /// A note on the entry of a credential, if there is something to note.
    pub(super) fn note(&self, credential: &Credential) -> Option<String> {
        let entry = self.baseline.get(credential)?;
        let id = format!("{} ({})", credential.fingerprint, foreign(&entry.rule));
        if let Some(note) = self.expiry_note(&id, entry) {
            return Some(note);
        }
        let new: BTreeSet<String> = credential.open().map(place).collect();
        (!new.is_empty()).then(|| {
            let new: Vec<String> = new.iter().map(|path| foreign_path(path).to_string()).collect();
            let disposition = entry.disposition.message();
            format!("{id} is {disposition}, but not in {}", new.join(", "))
        })
    }

    /// A note that an acceptance has expired, or expires within two weeks.
    pub fn expiry_note(&self, id: &str, entry: &Entry) -> Option<String> {
        let Disposition::Accepted { owner, expires, .. } = &entry.disposition else { return None };
        let owner = foreign(owner);
        let left = self.today.until(*expires).ok()?.get_days();
        match left {
            ..0 => Some(format!("{id}: acceptance by {owner} expired on {expires}")),
            0..=WARNED => Some(format!(
                "{id}: acceptance by {owner} expires on {expires} ({left} {} left)",
                if left == 1 { "day" } else { "days" }
            )),
            _ => None,
        }
    }
}

/// The occurrences in a history to which a credential was moved from baselined ones, commit by
/// commit: a commit that removes it from at least as many baselined locations as it adds it to.
fn followed(entry: &Entry, credential: &Credential) -> BTreeSet<usize> {
    let moves = |occurrence: &Occurrence| match &occurrence.place {
        Place::History { introduced, removed, .. } => {
            let id = |commit: &Option<CommitRef>| commit.as_ref().map(|commit| commit.id.clone());
            (id(introduced), id(removed))
        }
        _ => (None, None),
    };
    let moves: Vec<_> = credential.occurrences.iter().map(moves).collect();
    let listed = |at: &usize| entry.holds_for(&credential.occurrences[*at]);
    let mut known: BTreeSet<usize> = (0..moves.len()).filter(listed).collect();
    let mut waiting: Vec<usize> = known.iter().copied().collect();
    while let Some(at) = waiting.pop() {
        let Some(commit) = &moves[at].1 else { continue };
        let from = known.iter().filter(|&&at| moves[at].1.as_ref() == Some(commit)).count();
        let to: Vec<usize> =
            (0..moves.len()).filter(|&at| moves[at].0.as_ref() == Some(commit)).collect();
        if to.len() <= from {
            waiting.extend(to.into_iter().filter(|&at| known.insert(at)));
        }
    }
    known
}

/// The path of an occurrence, as a baseline lists it.
pub(crate) fn place(occurrence: &Occurrence) -> String {
    let path = occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned());
    path.unwrap_or_else(|| NAMELESS.to_owned())
}

/// Whether a list contains a path. A secret in a path is hidden in the list, and may be hidden in the
/// path or not: another run finds other secrets.
fn lists(paths: &BTreeSet<String>, path: &str) -> bool {
    paths.contains(path) || paths.iter().any(|listed| is_hidden_form(listed, path))
}

/// Whether `listed` is the path with secrets hidden in it.
fn is_hidden_form(listed: &str, path: &str) -> bool {
    let Some((before, behind)) = listed.split_once(HIDDEN) else { return listed == path };
    let Some(rest) = path.strip_prefix(before) else { return false };
    let folder_end = rest.find('/').unwrap_or(rest.len());
    let ends = rest.char_indices().map(|(at, _)| at).chain([rest.len()]);
    ends.filter(|&at| at > 0 && at <= folder_end).any(|at| is_hidden_form(behind, &rest[at..]))
}

/// Whether an occurrence is a current one, not in a past version.
fn is_of_now(occurrence: &Occurrence) -> bool {
    match occurrence.place {
        Place::WorkTree | Place::Index => true,
        Place::History { at_head, .. } => at_head,
        Place::Stdin => false,
    }
}
