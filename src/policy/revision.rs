//! A policy that is taken from a revision: a change cannot approve itself. What it adds to the
//! policy is told and does not hold until it is a part of that revision.

use std::collections::{BTreeSet, HashMap};
use std::fmt;

use bstr::{BStr, BString, ByteSlice};

use super::baseline::{self, Baseline};
use super::config::{FILE, Layer, Origin};
use super::files::Files;
use crate::findings::{Credential, Fingerprint, Occurrence};
use crate::foreign::{foreign, foreign_path};

/// The revision that a policy is of.
#[derive(Clone, Debug)]
pub struct Revision {
    /// As it was asked for.
    pub name: String,
    /// The commit's id, hexadecimal.
    pub commit: String,
    /// What the change adds to configuration and baseline, sorted.
    pub proposals: Vec<Proposal>,
    pub vouched: Vouched,
}

/// Something that a change would have hold.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Proposal {
    pub kind: ProposalKind,
    /// Below the repository's root.
    pub path: String,
    /// From 1, where it has one.
    pub line: Option<usize>,
    /// For people; redacted.
    pub what: String,
}

/// Where it would be said.
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

/// The credentials that inline allows of the revision allow, by the paths where they do. It is
/// the credential that counts: behind an old allow a new secret must not hide.
#[derive(Clone, Debug, Default)]
pub struct Vouched {
    by_secret: HashMap<Fingerprint, BTreeSet<BString>>,
    /// Paths of the revision that are gone: what was allowed there may have moved.
    gone: BTreeSet<BString>,
}

impl Vouched {
    /// Adds what an allow of the revision allows; `is_gone` says that its path is no more.
    pub fn add(&mut self, fingerprint: Fingerprint, path: &BStr, is_gone: bool) {
        self.by_secret.entry(fingerprint).or_default().insert(path.to_owned());
        if is_gone {
            self.gone.insert(path.to_owned());
        }
    }

    /// Whether the revision allows the credential in that place, or in one that is gone.
    pub fn allows(&self, fingerprint: Fingerprint, occurrence: &Occurrence) -> bool {
        let Some(paths) = self.by_secret.get(&fingerprint) else { return false };
        let here = occurrence.path.as_ref().is_some_and(|path| paths.contains(path));
        here || paths.iter().any(|path| self.gone.contains(path))
    }
}

/// What the configuration at these paths says in `now` and not in `then`, and the other way
/// round.
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
        // That of the revision was read before, or is in nobody's way.
        let before = before.unwrap_or_default();
        let added = after
            .difference(&before)
            .map(|(key, value)| format!("adds {key} = {}", foreign(value)));
        let gone = before
            .difference(&after)
            .map(|(key, value)| format!("drops {key} = {}", foreign(value)));
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
    Ok(layer.said().into_iter().collect())
}

/// The entries of a baseline that are not in `then`, or say something else there.
pub fn proposed_entries(then: &Baseline, now: &Baseline) -> Vec<Proposal> {
    let new = now.entries.iter().filter(|(id, entry)| then.entries.get(*id) != Some(*entry));
    let proposal = |(id, entry): (&String, &baseline::Entry)| Proposal {
        kind: ProposalKind::Baseline,
        path: baseline::FILE.to_owned(),
        line: None,
        what: format!("{id} ({}) is {}", foreign(&entry.rule), entry.disposition.message()),
    };
    new.map(proposal).collect()
}

/// An inline allow that the revision does not have.
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
        what: format!("allows {}: {}", credential.fingerprint, foreign(reason)),
    }
}
