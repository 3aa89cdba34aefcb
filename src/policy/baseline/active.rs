//! A baseline applied to the findings of a run: it suppresses what is triaged and notes what has
//! expired or is found in new locations.

use std::collections::BTreeSet;
use std::path::PathBuf;

use jiff::civil::Date;

use super::paths::{NO_PATH, contains_path, is_current, path_of};
use super::{Baseline, BaselineEntry, Disposition};
use crate::findings::{
    CommitRef, Credential, HistorySource, Occurrence, OccurrenceSource, Suppression,
    SuppressionKind,
};
use crate::foreign::{foreign, foreign_path};

/// Number of days before its expiry from which an accepted credential is noted.
const NOTED_DAYS: i32 = 14;

/// The baseline of a run.
#[derive(Clone, Debug)]
pub struct ActiveBaseline {
    pub baseline: Baseline,
    pub today: Date,
    pub expiry: Expiry,
    /// The top of the work tree, if it has one; a listed file that is gone from it may have moved.
    pub root: Option<PathBuf>,
}

/// What happens to an accepted credential that has expired.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Expiry {
    /// The credential fails again, as in CI.
    Fails,
    /// It is only noted: it must not block the commit of something else.
    Warns,
}

impl ActiveBaseline {
    /// Suppresses baselined occurrences and returns notes, as [`crate::policy::Policy`] does for
    /// the whole policy.
    pub fn suppress(&self, credentials: &mut [Credential]) -> Vec<String> {
        for credential in credentials.iter_mut() {
            self.apply(credential);
        }
        credentials.iter().filter_map(|credential| self.note(credential)).collect()
    }

    /// Suppresses the occurrences of a credential that its entry applies to.
    pub(in crate::policy) fn apply(&self, credential: &mut Credential) {
        let Some(entry) = self.baseline.get(credential) else { return };
        if self.is_expired(entry) && self.expiry == Expiry::Fails {
            return;
        }
        let moved = self.moved(entry, credential);
        let followed = followed(entry, credential);
        let baselined =
            Suppression { kind: SuppressionKind::External, reason: entry.disposition.message() };
        for (index, occurrence) in credential.occurrences.iter_mut().enumerate() {
            let is_moved = moved.contains(&path_of(occurrence)) || followed.contains(&index);
            let is_baselined = is_moved || entry.applies_to(occurrence);
            if occurrence.suppression.is_none() && is_baselined {
                occurrence.suppression = Some(baselined.clone());
            }
        }
    }

    /// The paths to which the credential was moved: paths that are not listed, at most as many as
    /// listed ones are gone from the work tree.
    fn moved(&self, entry: &BaselineEntry, credential: &Credential) -> BTreeSet<String> {
        let Some(root) = &self.root else { return BTreeSet::new() };
        let gone = |path: &&String| {
            path.as_str() != NO_PATH && std::fs::symlink_metadata(root.join(path)).is_err()
        };
        let gone = entry.paths.iter().filter(gone).count();
        let new = credential.occurrences.iter().filter(|one| is_current(one)).map(path_of);
        let new: BTreeSet<String> = new.filter(|path| !contains_path(&entry.paths, path)).collect();
        if new.len() <= gone { new } else { BTreeSet::new() }
    }

    /// Whether an acceptance has expired; its last day still counts.
    pub fn is_expired(&self, entry: &BaselineEntry) -> bool {
        matches!(entry.disposition, Disposition::Accepted { expires, .. } if expires < self.today)
    }

    /// A note on the entry of a credential, if there is something to note.
    pub(in crate::policy) fn note(&self, credential: &Credential) -> Option<String> {
        let entry = self.baseline.get(credential)?;
        let id = format!("{} ({})", credential.fingerprint, foreign(&entry.rule));
        if let Some(note) = self.expiry_note(&id, entry) {
            return Some(note);
        }
        let new: BTreeSet<String> = credential.open().map(path_of).collect();
        (!new.is_empty()).then(|| {
            let new: Vec<String> = new.iter().map(|path| foreign_path(path).to_string()).collect();
            let disposition = entry.disposition.message();
            format!("{id}: the baseline entry does not cover {} ({disposition})", new.join(", "))
        })
    }

    /// A note that an acceptance has expired, or expires within two weeks.
    pub fn expiry_note(&self, id: &str, entry: &BaselineEntry) -> Option<String> {
        let Disposition::Accepted { owner, expires, .. } = &entry.disposition else { return None };
        let owner = foreign(owner);
        let left = self.today.until(*expires).ok()?.get_days();
        match left {
            ..0 => Some(format!("{id}: acceptance by {owner} expired on {expires}")),
            0..=NOTED_DAYS => Some(format!(
                "{id}: acceptance by {owner} expires on {expires} ({left} {} left)",
                if left == 1 { "day" } else { "days" }
            )),
            _ => None,
        }
    }
}

/// The occurrences in a history to which a credential was moved from baselined ones, commit by
/// commit: a commit that removes it from at least as many baselined locations as it adds it to.
fn followed(entry: &BaselineEntry, credential: &Credential) -> BTreeSet<usize> {
    let moves = |occurrence: &Occurrence| match &occurrence.source {
        OccurrenceSource::History(HistorySource { introduced, removed, .. }) => {
            let id = |commit: &Option<CommitRef>| commit.as_ref().map(|commit| commit.id.clone());
            (id(introduced), id(removed))
        }
        _ => (None, None),
    };
    let moves: Vec<_> = credential.occurrences.iter().map(moves).collect();
    let listed = |index: &usize| entry.applies_to(&credential.occurrences[*index]);
    let mut baselined: BTreeSet<usize> = (0..moves.len()).filter(listed).collect();
    let mut waiting: Vec<usize> = baselined.iter().copied().collect();
    while let Some(index) = waiting.pop() {
        let Some(commit) = &moves[index].1 else { continue };
        let from =
            baselined.iter().filter(|&&index| moves[index].1.as_ref() == Some(commit)).count();
        let to: Vec<usize> =
            (0..moves.len()).filter(|&index| moves[index].0.as_ref() == Some(commit)).collect();
        if to.len() <= from {
            waiting.extend(to.into_iter().filter(|&index| baselined.insert(index)));
        }
    }
    baselined
}
