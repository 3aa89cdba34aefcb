//! The three-way merge of baselines, entry by entry, for git's merge driver.
//!
//! If only one side changed an entry, that side wins. If both did, the entry is merged field by
//! field: paths that either side added or removed, and the earlier of two expiry dates. If the
//! sides disagree, both are in the file between git's conflict markers; the file is not a valid
//! baseline until a user resolves the conflict.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::syntax::write_entry;
use super::{Baseline, BaselineEntry, Disposition};

/// The result of a merge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Merged {
    /// The text of the file, with conflict markers if there are conflicts.
    pub text: String,
    /// The conflicts: a sentence each, by fingerprint.
    pub conflicts: Vec<String>,
}

/// Merges two baselines with the common ancestor `base`. The error is why they cannot be merged.
pub fn merge(base: &Baseline, ours: &Baseline, theirs: &Baseline) -> Result<Merged, String> {
    let key = match (&ours.key, &theirs.key) {
        (Some(ours), Some(theirs)) if ours != theirs => {
            return Err(format!(
                "one side was created with the fingerprint key {ours}, the other with {theirs}; \
                 recreate one of them with the other's key"
            ));
        }
        (ours, theirs) => ours.clone().or_else(|| theirs.clone()),
    };
    let history = ours.history || theirs.history;
    let mut merged = Merged {
        text: Baseline { key, history, ..Baseline::default() }.head(),
        conflicts: Vec::new(),
    };
    let ids: BTreeSet<&String> = ours.entries.keys().chain(theirs.entries.keys()).collect();
    for id in ids {
        let sides = (ours.entries.get(id), theirs.entries.get(id));
        match entry(base.entries.get(id), sides.0, sides.1) {
            Ok(Some(entry)) => merged.write(id, Some(&entry)),
            Ok(None) => {}
            Err(why) => {
                merged.conflicts.push(format!("{id}: {why}"));
                merged.text.push_str("\n<<<<<<< ours");
                merged.write(id, sides.0);
                merged.text.push_str("=======");
                merged.write(id, sides.1);
                merged.text.push_str(">>>>>>> theirs\n");
            }
        }
    }
    Ok(merged)
}

impl Merged {
    fn write(&mut self, id: &str, entry: Option<&BaselineEntry>) {
        match entry {
            // Writing to a string cannot fail.
            Some(entry) => write_entry(&mut self.text, id, entry).unwrap_or_default(),
            None => {
                let _ = writeln!(self.text);
            }
        }
    }
}

/// The merged entry of one credential; `None` if it is removed.
fn entry(
    base: Option<&BaselineEntry>,
    ours: Option<&BaselineEntry>,
    theirs: Option<&BaselineEntry>,
) -> Result<Option<BaselineEntry>, String> {
    if let Some(one) = either(&base, &ours, &theirs) {
        return Ok(one.cloned());
    }
    let (Some(ours), Some(theirs)) = (ours, theirs) else {
        return Err("one side removed it, the other changed it".to_owned());
    };
    let base_disposition = base.map(|base| &base.disposition);
    let disposition = disposition(base_disposition, &ours.disposition, &theirs.disposition)?;
    let of = |list: fn(&BaselineEntry) -> &BTreeSet<String>| {
        paths(&base.map(|base| list(base).clone()).unwrap_or_default(), list(ours), list(theirs))
    };
    // A hint for readers.
    let rule = ours.rule.clone();
    let mut entry =
        BaselineEntry { rule, disposition, paths: of(|one| &one.paths), past: of(|one| &one.past) };
    let takes_paths =
        matches!(entry.disposition, Disposition::Accepted { .. } | Disposition::TestValue { .. });
    if !takes_paths {
        (entry.paths, entry.past) = (BTreeSet::new(), BTreeSet::new());
    } else if ours.has_paths() && theirs.has_paths() && !entry.has_paths() {
        return Err("each side removed the paths that the other kept".to_owned());
    }
    entry.past = entry.past.difference(&entry.paths).cloned().collect();
    Ok(Some(entry))
}

/// The value that both sides agree on, or that only one of them changed.
fn either<T: PartialEq + Copy>(base: &T, ours: &T, theirs: &T) -> Option<T> {
    if ours == theirs || theirs == base {
        Some(*ours)
    } else if ours == base {
        Some(*theirs)
    } else {
        None
    }
}

fn disposition(
    base: Option<&Disposition>,
    ours: &Disposition,
    theirs: &Disposition,
) -> Result<Disposition, String> {
    if let Some(Some(one)) = either(&base, &Some(ours), &Some(theirs)) {
        return Ok(one.clone());
    }
    let differ = || format!("one side has {}, the other {}", ours.name(), theirs.name());
    let (
        Disposition::Accepted { reason, owner, expires },
        Disposition::Accepted { reason: their_reason, owner: their_owner, expires: their_expiry },
    ) = (ours, theirs)
    else {
        return Err(differ());
    };
    let (old_reason, old_owner) = match base {
        Some(Disposition::Accepted { reason, owner, .. }) => (Some(reason), Some(owner)),
        _ => (None, None),
    };
    let reason = either(&old_reason, &Some(reason), &Some(their_reason)).flatten();
    let owner = either(&old_owner, &Some(owner), &Some(their_owner)).flatten();
    let (Some(reason), Some(owner)) = (reason, owner) else {
        return Err("the sides accept it with different reasons or owners".to_owned());
    };
    let (reason, owner) = (reason.clone(), owner.clone());
    Ok(Disposition::Accepted { reason, owner, expires: *expires.min(their_expiry) })
}

/// The paths that either side added, and the old ones that neither side removed.
fn paths(
    base: &BTreeSet<String>,
    ours: &BTreeSet<String>,
    theirs: &BTreeSet<String>,
) -> BTreeSet<String> {
    let all = ours.union(theirs);
    let kept =
        |path: &&String| (ours.contains(*path) && theirs.contains(*path)) || !base.contains(*path);
    all.filter(kept).cloned().collect()
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use super::*;

    fn accepted(expires: &str, owner: &str, paths: &str) -> Baseline {
        let text = format!(
            "version = 1\n[credential.0123456789]\nrule = \"r\"\ndisposition = \"accepted\"\n\
             reason = \"x\"\nowner = \"{owner}\"\nexpires = {expires}\npaths = [{paths}]\n"
        );
        Baseline::of_text(&text, Path::new("x")).unwrap()
    }

    fn merged(
        base: &Baseline,
        ours: &Baseline,
        theirs: &Baseline,
    ) -> Result<Baseline, Vec<String>> {
        let merged = merge(base, ours, theirs).unwrap();
        let parsed = Baseline::of_text(&merged.text, Path::new("x"));
        assert_eq!(parsed.is_ok(), merged.conflicts.is_empty(), "{}", merged.text);
        parsed.map_err(|_| merged.conflicts)
    }

    #[test]
    fn fields_are_merged_and_what_differs_is_a_conflict() {
        let none = Baseline::default();
        let base = accepted("2026-03-01", "Ann", "\"a\", \"b\"");
        let ours = accepted("2026-05-01", "Ann", "\"a\", \"c\"");
        let theirs = accepted("2026-04-01", "Ben", "\"a\", \"b\", \"d\"");
        let expected = accepted("2026-04-01", "Ben", "\"a\", \"c\", \"d\"");
        assert_eq!(merged(&base, &ours, &theirs), Ok(expected.clone()));
        assert_eq!(merged(&base, &theirs, &ours), Ok(expected));
        assert_eq!(merged(&base, &base, &none), Ok(none.clone()), "removed");
        assert_eq!(merged(&none, &ours, &ours), Ok(ours.clone()), "added by both");
        let why = "0123456789: one side removed it, the other changed it";
        assert_eq!(merged(&base, &ours, &none), Err(vec![why.to_owned()]));
        let why = "0123456789: the sides accept it with different reasons or owners";
        assert_eq!(merged(&none, &ours, &theirs), Err(vec![why.to_owned()]));
    }

    #[test]
    fn two_keys_are_not_merged() {
        let (one, other) = (Baseline::under("0a0a"), Baseline::under("0b0b"));
        assert!(merge(&Baseline::default(), &one, &other).is_err());
        assert!(merge(&Baseline::default(), &one, &Baseline::default()).is_ok());
    }
}
