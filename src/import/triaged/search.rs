//! Finds the secret of an entry by its digest, otherwise by its location.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use bstr::{BString, ByteSlice};

use super::digest::matching_digests;
use super::{Digest, ForeignEntry};
use crate::audit::{AuditError, Options, audit};
use crate::blob::{Blob, LineIndex, Provenance};
use crate::engine::Engine;
use crate::findings::Fingerprint;
use crate::git::GitEnvironment;
use crate::git::{Git, GitError};
use crate::policy::Policy;
use crate::policy::config::Config;
use crate::rules::Confidence;
use crate::source::contents::text_of;
use crate::source::history::{FullReader, History};
use crate::source::worktree::{Ignored, WorkTree, WorkTreeError};
use crate::source::{Failure, Progress, Silent, Source};

/// An entry whose secret was found.
#[derive(Clone, Debug)]
pub struct MappedEntry {
    pub fingerprint: Fingerprint,
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    /// Its paths in the working tree.
    pub paths: BTreeSet<String>,
    /// Its paths in the history only.
    pub past: BTreeSet<String>,
}

/// Why the secret of an entry was not found.
#[derive(Debug, thiserror::Error)]
pub enum Unmapped {
    #[error("unknown commit {commit}; a rebase or squash may have removed it")]
    NoCommit { commit: String },
    #[error("no such file in that commit")]
    NotInCommit,
    #[error("keysieve finds nothing in this file")]
    NoFile,
    #[error("keysieve finds nothing on this line{}", elsewhere(.lines))]
    NotInLine { lines: Vec<usize> },
    #[error("{count} secrets are on this line; add an entry by hand")]
    SeveralInLine { count: usize },
    #[error("keysieve finds a different secret there{}", elsewhere(.lines))]
    OtherSecret { lines: Vec<usize> },
    #[error("it was moved or copied to {}; add an entry by hand", .paths.join(", "))]
    Spread { paths: Vec<String> },
    #[error("keysieve does not find this secret in the working tree or the history")]
    Nowhere,
    #[error("it has no line number")]
    NoLine,
    #[error(transparent)]
    Git(#[from] GitError),
    #[error("cannot read the history: {why}")]
    History { why: String },
}

fn elsewhere(lines: &[usize]) -> String {
    let lines: Vec<String> = lines.iter().take(5).map(ToString::to_string).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!("; there are findings on line {} of that file", lines.join(", "))
}

/// Why the lookup cannot start.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error(transparent)]
    WorkTree(#[from] WorkTreeError),
    #[error("could not scan {}: {}", .0.name, .0.reason)]
    Unread(Failure),
}

/// A finding with its location.
struct LocatedFinding {
    /// Empty for an object of the history; an audit resolves its paths.
    path: String,
    first: usize,
    last: usize,
    fingerprint: Fingerprint,
    rule: usize,
    digests: Vec<Digest>,
}

/// Looks entries up in one repository.
pub struct Search<'e> {
    top: PathBuf,
    engine: &'e Engine,
    /// Findings below this confidence are not reported and need no entry.
    least: Confidence,
    entry_digests: HashSet<Digest>,
    tree: Vec<LocatedFinding>,
    /// The findings in the full history that match digests of entries; read on first use.
    history: OnceLock<Result<Vec<LocatedFinding>, String>>,
}

impl<'e> Search<'e> {
    /// Scans the working tree at `top`, except for the imported file: it may be a report that shows
    /// the secrets.
    pub fn new(
        top: &Path,
        engine: &'e Engine,
        entries: &[ForeignEntry],
        imported: &Path,
        least: Confidence,
        progress: &dyn Progress,
    ) -> Result<Self, SearchError> {
        let mut search = Search {
            top: top.to_owned(),
            engine,
            least,
            entry_digests: entries.iter().filter_map(|entry| entry.digest).collect(),
            tree: Vec::new(),
            history: OnceLock::new(),
        };
        let imported = imported.canonicalize().ok();
        let imported = imported.as_deref().and_then(|file| file.strip_prefix(top).ok());
        let imported = imported.and_then(Path::to_str);
        let is_imported = |blob: &Blob<'_>| match (blob.provenance.path(), imported) {
            (Some(path), Some(imported)) => path == imported.as_bytes(),
            _ => false,
        };
        let seen = Mutex::new(Vec::new());
        let coverage = WorkTree::list(&[top.to_owned()], Ignored::Skipped)?.visit(
            &|blob| {
                if is_imported(blob) {
                    return;
                }
                let found = search.seen(blob);
                seen.lock().unwrap_or_else(PoisonError::into_inner).extend(found);
            },
            progress,
        );
        if let Some(failure) = coverage.failures.into_iter().next() {
            return Err(SearchError::Unread(failure));
        }
        search.tree = seen.into_inner().unwrap_or_else(PoisonError::into_inner);
        search.tree.sort_by(|a, b| (&a.path, a.first, a.rule).cmp(&(&b.path, b.first, b.rule)));
        Ok(search)
    }

    /// The secret of an entry.
    pub fn find(&self, entry: &ForeignEntry) -> Result<MappedEntry, Unmapped> {
        let path = entry.path.as_deref().map(|path| self.path(path));
        let in_file: Vec<&LocatedFinding> = match &path {
            Some(path) => self.tree.iter().filter(|seen| seen.path == *path).collect(),
            None => Vec::new(),
        };
        if let Some(seen) = entry.digest.and_then(|digest| by_digest(&in_file, digest, entry)) {
            return Ok(self.mapped(seen));
        }
        let lost = match (&entry.commit, &path) {
            (Some(commit), Some(path)) => match self.in_commit(entry, commit, path) {
                Err(lost) => lost,
                mapped => return mapped,
            },
            (None, Some(_)) if entry.digest.is_none() => match by_line(&in_file, entry.line) {
                Err(lost) => lost,
                Ok(seen) => return Ok(self.mapped(seen)),
            },
            (None, Some(_)) if in_file.is_empty() => Unmapped::NoFile,
            (None, Some(_)) => Unmapped::OtherSecret { lines: lines(&in_file) },
            (_, None) => Unmapped::Nowhere,
        };
        match entry.digest.filter(|_| entry.is_of_secret) {
            Some(digest) => self.anywhere(entry, digest)?.ok_or(lost),
            None => Err(lost),
        }
    }

    /// The path relative to the top. A scanner that ran in another folder prefixes it with the path
    /// of the top, or with the name of the repository.
    fn path(&self, written: &str) -> String {
        let exists = |path: &str| self.top.join(path).symlink_metadata().is_ok();
        let below = Path::new(written).strip_prefix(&self.top).ok().and_then(Path::to_str);
        let shorter = written.split_once('/').map(|(_, rest)| rest).filter(|path| exists(path));
        match (below, shorter) {
            (Some(below), _) => below.to_owned(),
            (None, Some(shorter)) if !exists(written) => shorter.to_owned(),
            _ => written.to_owned(),
        }
    }

    /// Finds it in the version of a commit. Nothing moves there, so the location is sufficient if
    /// the other scanner used a different span.
    fn in_commit(
        &self,
        entry: &ForeignEntry,
        commit: &str,
        path: &str,
    ) -> Result<MappedEntry, Unmapped> {
        let git = Git::new(&GitEnvironment::from_folder(&self.top));
        let ask = |name: &str| git.query(&["rev-parse", "--verify", "--quiet", name]);
        if ask(&format!("{commit}^{{commit}}"))?.is_none() {
            return Err(Unmapped::NoCommit {
                commit: commit.get(..7).unwrap_or(commit).to_owned(),
            });
        }
        let Some(id) = ask(&format!("{commit}:{path}"))? else { return Err(Unmapped::NotInCommit) };
        let bytes = git.read(&["cat-file", "blob", &id])?;
        let blob = text_of(&bytes, Provenance::Committed(BString::from(path)));
        let seen = blob.map(|blob| self.seen(&blob)).unwrap_or_default();
        let seen: Vec<&LocatedFinding> = seen.iter().collect();
        let by_digest = entry.digest.and_then(|digest| by_digest(&seen, digest, entry));
        let found = match by_digest {
            Some(found) => found,
            None => by_line(&seen, entry.line)?,
        };
        Ok(self.mapped(found))
    }

    /// Finds it anywhere in the working tree, and in the history for an entry that names a commit.
    fn anywhere(
        &self,
        entry: &ForeignEntry,
        digest: Digest,
    ) -> Result<Option<MappedEntry>, Unmapped> {
        let holds = |seen: &&LocatedFinding| seen.digests.contains(&digest);
        let mut found: Vec<&LocatedFinding> = self.tree.iter().filter(holds).collect();
        let is_past = found.is_empty();
        if is_past && (entry.commit.is_some() || entry.path.is_none()) {
            let history =
                self.history.get_or_init(|| self.read_history().map_err(|why| why.to_string()));
            let history = history.as_ref().map_err(|why| Unmapped::History { why: why.clone() })?;
            found = history.iter().filter(holds).collect();
        }
        let Some(first) = found.first() else { return Ok(None) };
        let same = found.iter().filter(|seen| seen.fingerprint == first.fingerprint);
        let locations: BTreeSet<String> = same.map(|seen| seen.path.clone()).collect();
        // A moved file has one other location. Copies were not triaged.
        if entry.path.is_some() && entry.commit.is_none() && locations.len() > 1 {
            return Err(Unmapped::Spread { paths: locations.into_iter().collect() });
        }
        let (paths, past) =
            if is_past { (BTreeSet::new(), locations) } else { (locations, BTreeSet::new()) };
        Ok(Some(MappedEntry { fingerprint: first.fingerprint, rule: first.rule, paths, past }))
    }

    /// A secret by one of its locations. If that is a past one, the only location to which it can
    /// have moved is added.
    fn mapped(&self, seen: &LocatedFinding) -> MappedEntry {
        let now = self.tree.iter().filter(|other| other.fingerprint == seen.fingerprint);
        let now: BTreeSet<String> = now.map(|seen| seen.path.clone()).collect();
        let this_path = BTreeSet::from([seen.path.clone()]);
        let (paths, past) = match now.len() {
            _ if now.contains(&seen.path) => (this_path, BTreeSet::new()),
            1 => (now, this_path),
            _ => (BTreeSet::new(), this_path),
        };
        MappedEntry { fingerprint: seen.fingerprint, rule: seen.rule, paths, past }
    }

    /// All locations in the full history of secrets with such a digest.
    fn read_history(&self) -> Result<Vec<LocatedFinding>, AuditError> {
        let options = Options::default();
        let history = History::open(&self.top).map_err(AuditError::History)?;
        let by_secret: Mutex<BTreeMap<Fingerprint, Vec<Digest>>> = Mutex::default();
        let gather = |blob: &Blob<'_>| {
            for seen in self.seen(blob).into_iter().filter(|seen| !seen.digests.is_empty()) {
                let mut found = by_secret.lock().unwrap_or_else(PoisonError::into_inner);
                found.entry(seen.fingerprint).or_default().extend(seen.digests);
            }
        };
        FullReader::new(&history, options.max_blob_size).visit(&gather, &Silent);
        let by_secret = by_secret.into_inner().unwrap_or_else(PoisonError::into_inner);
        if by_secret.is_empty() {
            return Ok(Vec::new());
        }
        let policy = Policy { config: Config::of_everything(), ..Policy::default() };
        let report = audit(&self.top, &options, self.engine, &policy, &Silent)?;
        let mut locations = Vec::new();
        for credential in &report.credentials {
            let Some(digests) = by_secret.get(&credential.fingerprint) else { continue };
            locations.extend(credential.occurrences.iter().map(|occurrence| LocatedFinding {
                path: crate::policy::baseline::path_of(occurrence),
                first: occurrence.region.start.line,
                last: occurrence.region.end.line,
                fingerprint: credential.fingerprint,
                rule: credential.rule,
                digests: digests.clone(),
            }));
        }
        Ok(locations)
    }

    /// The findings in a blob.
    fn seen(&self, blob: &Blob<'_>) -> Vec<LocatedFinding> {
        let text = blob.text();
        let findings = self.engine.scan_core(&text.bytes, text.core.clone());
        if findings.is_empty() {
            return Vec::new();
        }
        let lines = LineIndex::new(&text.bytes, blob.slice.start);
        let path = blob.provenance.path().unwrap_or_default().to_str_lossy();
        let findings = findings.iter().filter(|finding| finding.confidence >= self.least);
        findings
            .map(|finding| {
                let region = lines.region(finding.span.start, finding.span.end);
                LocatedFinding {
                    path: path.to_string(),
                    first: region.start.line,
                    last: region.end.line,
                    fingerprint: finding.fingerprint,
                    rule: finding.rule,
                    digests: matching_digests(&text.bytes, finding.span, &self.entry_digests),
                }
            })
            .collect()
    }
}

/// The finding with the digest; of several the one on the line of the entry.
fn by_digest<'s>(
    seen: &[&'s LocatedFinding],
    digest: Digest,
    entry: &ForeignEntry,
) -> Option<&'s LocatedFinding> {
    let holding: Vec<&&LocatedFinding> =
        seen.iter().filter(|seen| seen.digests.contains(&digest)).collect();
    let in_line = holding.iter().find(|seen| entry.line.is_some_and(|line| seen.is_in(line)));
    let is_one = holding.windows(2).all(|two| two[0].fingerprint == two[1].fingerprint);
    let only = holding.first().filter(|_| is_one || entry.is_of_secret);
    in_line.or(only).map(|seen| **seen)
}

/// The only finding on that line.
fn by_line<'s>(
    seen: &[&'s LocatedFinding],
    line: Option<usize>,
) -> Result<&'s LocatedFinding, Unmapped> {
    let line = line.ok_or(Unmapped::NoLine)?;
    let in_line: Vec<&&LocatedFinding> = seen.iter().filter(|seen| seen.is_in(line)).collect();
    let secrets: BTreeSet<Fingerprint> = in_line.iter().map(|seen| seen.fingerprint).collect();
    match (in_line.first(), secrets.len()) {
        (Some(seen), 1) => Ok(seen),
        (Some(_), count) => Err(Unmapped::SeveralInLine { count }),
        (None, _) if seen.is_empty() => Err(Unmapped::NoFile),
        (None, _) => Err(Unmapped::NotInLine { lines: lines(seen) }),
    }
}

fn lines(seen: &[&LocatedFinding]) -> Vec<usize> {
    let lines: BTreeSet<usize> = seen.iter().map(|seen| seen.first).collect();
    lines.into_iter().collect()
}

impl LocatedFinding {
    fn is_in(&self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}
