//! A policy that is taken from a revision: a pull request cannot approve its own findings. Changes
//! to the policy are listed but ignored until they are part of that revision.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::baseline::{self, Baseline};
use super::config::{FILE, Layer, Origin};
use super::files::Files;
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
    pub proposals: Vec<Proposal>,
    pub vouched: Vouched,
}

/// A change to the policy that the revision does not have.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proposal {
    pub kind: ProposalKind,
    /// Below the repository's root.
    pub path: String,
    /// From 1, if it has one.
    pub line: Option<usize>,
    /// For people; redacted.
    pub what: String,
}

/// The part of the policy that it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ProposalKind {
    Config,
    Baseline,
    Inline,
}

impl ProposalKind {
    pub fn as_str(self) -> &'static str {
        match self {
            ProposalKind::Config => "config",
            ProposalKind::Baseline => "baseline",
            ProposalKind::Inline => "inline",
        }
    }
}

impl fmt::Display for Proposal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = foreign_path(&self.path);
        match self.line {
            Some(line) => write!(f, "{path}:{line}: {}", self.what),
            None => write!(f, "{path}: {}", self.what),
        }
    }
}

/// The credentials that suppression comments of the revision suppress, by path. The credential
/// counts, not the comment: an old comment must not hide a new secret.
#[derive(Clone, Debug, Default)]
pub struct Vouched {
    by_secret: HashMap<Fingerprint, BTreeSet<BString>>,
    /// Paths of the revision that no longer exist: what was suppressed there may have moved.
    gone: BTreeSet<BString>,
}

impl Vouched {
    /// Adds what a suppression comment of the revision suppresses; `is_gone` if its path no longer
    /// exists.
    pub fn add(&mut self, fingerprint: Fingerprint, path: &BStr, is_gone: bool) {
        self.by_secret.entry(fingerprint).or_default().insert(path.to_owned());
        if is_gone {
            self.gone.insert(path.to_owned());
        }
    }

    /// Whether the revision suppresses the credential at that location, or at one that is gone.
    pub fn allows(&self, fingerprint: Fingerprint, occurrence: &Occurrence) -> bool {
        let Some(paths) = self.by_secret.get(&fingerprint) else { return false };
        let here = occurrence.path.as_ref().is_some_and(|path| paths.contains(path));
        here || paths.iter().any(|path| self.gone.contains(path))
    }
}

/// The differences between the configurations at these paths in `then` and in `now`.
pub fn proposed_settings(then: &Files, now: &Files, paths: &[BString]) -> Vec<Proposal> {
    let mut proposals = Vec::new();
    for path in paths {
        let path = path.as_bstr();
        let proposal = |what: String| Proposal {
            kind: ProposalKind::Config,
            path: path.to_string(),
            line: None,
            what,
        };
        let (before, after) = (settings(then, path), settings(now, path));
        let after = match after {
            Ok(after) => after,
            Err(why) => {
                proposals.push(proposal(format!("cannot be read: {why}")));
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
        proposals.extend(added.chain(gone).map(proposal));
    }
    proposals
}

fn settings(files: &Files, path: &BStr) -> Result<BTreeSet<(&'static str, String)>, String> {
    let Some(text) = files.text(path)? else { return Ok(BTreeSet::new()) };
    let (name, folder) = (files.name(path), path.strip_suffix(FILE.as_bytes()));
    let folder = folder.unwrap_or_default().trim_end_with(|letter| letter == '/');
    let origin = if folder.is_empty() { Origin::Repository(name) } else { Origin::Folder(name) };
    let layer = Layer::parse(&text, origin, folder.into()).map_err(|why| why.to_string())?;
    Ok(layer.values().into_iter().collect())
}

/// The entries of a baseline that are not in `then`, or differ there.
pub fn proposed_entries(then: &Baseline, now: &Baseline) -> Vec<Proposal> {
    let new = now.entries.iter().filter(|(id, entry)| then.entries.get(*id) != Some(*entry));
    let proposal = |(id, entry): (&String, &baseline::Entry)| Proposal {
        kind: ProposalKind::Baseline,
        path: baseline::FILE.to_owned(),
        line: None,
        what: format!("marks {id} ({}) as {}", foreign(&entry.rule), entry.disposition.message()),
    };
    new.map(proposal).collect()
}

/// A suppression comment that the revision does not have.
pub(super) fn proposed_allow(
    credential: &Credential,
    occurrence: &Occurrence,
    reason: &str,
) -> Proposal {
    let path = occurrence.path.as_ref().map(|path| path.to_str_lossy().into_owned());
    Proposal {
        kind: ProposalKind::Inline,
        path: path.unwrap_or_else(|| "(no path)".to_owned()),
        line: Some(occurrence.region.start.line),
        what: format!("suppresses {}: {}", credential.fingerprint, foreign(reason)),
    }
}
