//! A policy that is taken from a revision: a pull request cannot approve its own findings. Changes
//! to the policy are listed but ignored until they are part of that revision.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::baseline::{self, Baseline};
use super::config::{FILE, Layer, Origin};
use super::files::PolicyFiles;
use crate::findings::{Credential, Fingerprint, Occurrence};
use crate::foreign::{foreign, foreign_path};

/// The revision that the policy is taken from.
#[derive(Clone, Debug)]
pub struct Revision {
    /// As the user wrote it.
    pub name: String,
    /// The id of the commit, hexadecimal.
    pub commit: String,
    /// Pending changes to configuration and baseline, sorted.
    pub pending: Vec<PendingChange>,
    pub approved: Approved,
}

/// A change to the policy that the revision does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct PendingChange {
    pub kind: PendingChangeKind,
    /// Below the repository's root.
    pub path: String,
    /// From 1, if it has one.
    pub line: Option<usize>,
    /// For people; redacted.
    pub change: String,
}

/// The part of the policy that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum PendingChangeKind {
    Config,
    Baseline,
    Inline,
}

impl PendingChangeKind {
    pub fn as_str(self) -> &'static str {
        match self {
            PendingChangeKind::Config => "config",
            PendingChangeKind::Baseline => "baseline",
            PendingChangeKind::Inline => "inline",
        }
    }
}

impl fmt::Display for PendingChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = foreign_path(&self.path);
        match self.line {
            Some(line) => write!(f, "{path}:{line} {}", self.change),
            None => write!(f, "{path} {}", self.change),
        }
    }
}

/// The credentials that suppression comments of the revision suppress, by path. The credential
/// counts, not the comment: an old comment must not hide a new secret.
#[derive(Clone, Debug, Default)]
pub struct Approved {
    by_secret: HashMap<Fingerprint, BTreeSet<BString>>,
    /// Paths of the revision that no longer exist: what was suppressed there may have moved.
    gone: BTreeSet<BString>,
}

impl Approved {
    /// Adds what a suppression comment of the revision suppresses; `is_gone` if its path no longer
    /// exists.
    pub fn add(&mut self, fingerprint: Fingerprint, path: &BStr, is_gone: bool) {
        self.by_secret.entry(fingerprint).or_default().insert(path.to_owned());
        if is_gone {
            self.gone.insert(path.to_owned());
        }
    }

    /// Whether the revision suppresses the credential at that location, or at one that is gone.
    pub fn contains(&self, fingerprint: Fingerprint, occurrence: &Occurrence) -> bool {
        let Some(paths) = self.by_secret.get(&fingerprint) else { return false };
        let is_listed = occurrence.path.as_ref().is_some_and(|path| paths.contains(path));
        is_listed || paths.iter().any(|path| self.gone.contains(path))
    }
}

/// The differences between the configurations at these paths in `then` and in `now`.
pub fn pending_config_changes(
    then: &PolicyFiles,
    now: &PolicyFiles,
    paths: &[BString],
) -> Vec<PendingChange> {
    let mut pending = Vec::new();
    for path in paths {
        let path = path.as_bstr();
        let pending_change = |change: String| PendingChange {
            kind: PendingChangeKind::Config,
            path: path.to_string(),
            line: None,
            change,
        };
        let (before, after) = (settings(then, path), settings(now, path));
        let after = match after {
            Ok(after) => after,
            Err(why) => {
                pending.push(pending_change(format!("cannot be read: {why}")));
                continue;
            }
        };
        // The configuration of the revision was read before; if it is invalid, it has no settings.
        let before = before.unwrap_or_default();
        let added = after
            .difference(&before)
            .map(|(key, value)| format!("adds {key} = {}", foreign(value)));
        let gone = before
            .difference(&after)
            .map(|(key, value)| format!("removes {key} = {}", foreign(value)));
        pending.extend(added.chain(gone).map(pending_change));
    }
    pending
}

fn settings(files: &PolicyFiles, path: &BStr) -> Result<BTreeSet<(&'static str, String)>, String> {
    let Some(text) = files.text(path)? else { return Ok(BTreeSet::new()) };
    let (name, folder) = (files.name(path), path.strip_suffix(FILE.as_bytes()));
    let folder = folder.unwrap_or_default().trim_end_with(|letter| letter == '/');
    let origin = if folder.is_empty() { Origin::Repository(name) } else { Origin::Folder(name) };
    let layer = Layer::parse(&text, origin, folder.into()).map_err(|why| why.to_string())?;
    Ok(layer.values().into_iter().collect())
}

/// The entries of a baseline that are not in `then`, or differ there.
pub fn pending_baseline_changes(then: &Baseline, now: &Baseline) -> Vec<PendingChange> {
    let new = now.entries.iter().filter(|(id, entry)| then.entries.get(*id) != Some(*entry));
    let pending_change = |(id, entry): (&String, &baseline::BaselineEntry)| PendingChange {
        kind: PendingChangeKind::Baseline,
        path: baseline::FILE.to_owned(),
        line: None,
        change: format!("marks {id} ({}) as {}", foreign(&entry.rule), entry.disposition.message()),
    };
    new.map(pending_change).collect()
}

/// A suppression comment that the revision does not have.
pub(super) fn pending_suppression(
    credential: &Credential,
    occurrence: &Occurrence,
    reason: &str,
) -> PendingChange {
    let path = occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned());
    PendingChange {
        kind: PendingChangeKind::Inline,
        path: path.unwrap_or_else(|| "(no path)".to_owned()),
        line: Some(occurrence.region.start.line),
        change: format!("suppresses {}: {}", credential.fingerprint, foreign(reason)),
    }
}
