//! Copies in the git directory of what commits contain.
//!
//! `git commit -v` leaves the whole difference in `COMMIT_EDITMSG`, `git rerere` whole files with
//! conflicts. Such a copy is judged like its original: what is accepted, excluded or only a warning
//! there does not fail the run because of the copy.

use std::collections::{BTreeMap, HashMap, HashSet};

use crate::findings::{Credential, Finding, Fingerprint, LocalKind, Occurrence, OccurrenceSource};

/// Whether an occurrence may be a copy of one in a commit, in its message or in the name of a branch.
fn is_copy(occurrence: &Occurrence) -> bool {
    let OccurrenceSource::Local { kind, .. } = &occurrence.source else { return false };
    !matches!(kind, LocalKind::Config | LocalKind::Hook | LocalKind::Jj | LocalKind::Other)
}

/// Drops copies of credentials of which every original is excluded, and counts them.
pub fn exclude(
    kept: &mut Vec<(Finding, Occurrence)>,
    excluded: &HashMap<Fingerprint, String>,
    counts: &mut BTreeMap<String, usize>,
) {
    if excluded.is_empty() {
        return;
    }
    let is_original = |(_, occurrence): &&(Finding, Occurrence)| !occurrence.is_local();
    let originals: HashSet<Fingerprint> =
        kept.iter().filter(is_original).map(|(finding, _)| finding.fingerprint).collect();
    kept.retain(|(finding, occurrence)| {
        let why = excluded.get(&finding.fingerprint).filter(|_| is_copy(occurrence));
        match why {
            Some(why) if !originals.contains(&finding.fingerprint) => {
                *counts.entry(why.clone()).or_default() += 1;
                false
            }
            _ => true,
        }
    });
}

/// Suppresses the copies of a credential if all its originals are suppressed; otherwise they have
/// the highest level of these.
pub fn judge(credential: &mut Credential) {
    let originals = || credential.occurrences.iter().filter(|one| !one.is_local());
    let Some(first) = originals().next() else { return };
    let open = originals().filter(|one| one.suppression.is_none());
    let (level, suppression) = (open.map(|one| one.level).min(), first.suppression.clone());
    for copy in credential.occurrences.iter_mut().filter(|one| is_copy(one)) {
        match level {
            Some(level) => copy.level = copy.level.max(level),
            None if copy.suppression.is_none() => copy.suppression = suppression.clone(),
            None => {}
        }
    }
}
