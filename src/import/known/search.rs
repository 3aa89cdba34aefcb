//! Where the secret of an entry stands: by its digest, else by its place.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, OnceLock, PoisonError};

use bstr::{BString, ByteSlice};

use super::digest::held;
use super::{Claim, Digest};
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
pub struct Known {
    pub fingerprint: Fingerprint,
    /// Index of the rule in the engine's catalogue.
    pub rule: usize,
    /// Where the working tree holds it.
    pub paths: BTreeSet<String>,
    /// Where only the history does.
    pub past: BTreeSet<String>,
}

/// Why the secret of an entry was not found.
#[derive(Debug, thiserror::Error)]
pub enum Lost {
    #[error("the repository has no commit {commit}; a rebase or a squash may have taken it away")]
    NoCommit { commit: String },
    #[error("that commit has no such file")]
    NotInCommit,
    #[error("the working tree has no such file in which keysieve finds something")]
    NoFile,
    #[error("keysieve finds nothing in that line{}", elsewhere(.lines))]
    NotInLine { lines: Vec<usize> },
    #[error("{count} secrets stand in that line; say which is meant, by hand")]
    SeveralInLine { count: usize },
    #[error("what keysieve finds there is another secret{}", elsewhere(.lines))]
    OtherSecret { lines: Vec<usize> },
    #[error("it was moved or copied to {}; say which of them are known, by hand", .paths.join(", "))]
    Spread { paths: Vec<String> },
    #[error("keysieve finds no such secret, neither in the working tree nor in the history")]
    Nowhere,
    #[error("it names no line")]
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
    format!("; it finds something in line {} of that file", lines.join(", "))
}

/// Why nothing can be looked up.
#[derive(Debug, thiserror::Error)]
pub enum SearchError {
    #[error(transparent)]
    WorkTree(#[from] WorkTreeError),
    #[error("cannot look at {}: {}", .0.what, .0.why)]
    Unread(Failure),
}

/// Something that keysieve finds.
struct Seen {
    /// Empty for an object of the history, whose paths an audit tells.
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
    /// Below it a finding is not reported, and need not be known.
    least: Confidence,
    wanted: HashSet<Digest>,
    tree: Vec<Seen>,
    /// What the whole history holds of the wanted digests; read when first asked for.
    history: OnceLock<Result<Vec<Seen>, String>>,
}

impl<'e> Search<'e> {
    /// Looks at the working tree whose top is `top`, but for the file of the claims: it may be a
    /// report that shows the secrets.
    pub fn new(
        top: &Path,
        engine: &'e Engine,
        claims: &[Claim],
        told_in: &Path,
        least: Confidence,
        progress: &dyn Progress,
    ) -> Result<Self, SearchError> {
        let mut search = Search {
            top: top.to_owned(),
            engine,
            least,
            wanted: claims.iter().filter_map(|claim| claim.digest).collect(),
            tree: Vec::new(),
            history: OnceLock::new(),
        };
        let told_in = told_in.canonicalize().ok();
        let told_in = told_in.as_deref().and_then(|file| file.strip_prefix(top).ok());
        let told_in = told_in.and_then(Path::to_str);
        let is_told_in = |blob: &Blob<'_>| match (blob.provenance.path(), told_in) {
            (Some(path), Some(told_in)) => path == told_in.as_bytes(),
            _ => false,
        };
        let seen = Mutex::new(Vec::new());
        let coverage = WorkTree::list(&[top.to_owned()], Ignored::LeftOut)?.visit(
            &|blob| {
                if is_told_in(blob) {
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
    pub fn find(&self, claim: &Claim) -> Result<Known, Lost> {
        let path = claim.path.as_deref().map(|path| self.path(path));
        let here: Vec<&Seen> = match &path {
            Some(path) => self.tree.iter().filter(|seen| seen.path == *path).collect(),
            None => Vec::new(),
        };
        if let Some(seen) = claim.digest.and_then(|digest| by_digest(&here, digest, claim)) {
            return Ok(self.known(seen));
        }
        let lost = match (&claim.commit, &path) {
            (Some(commit), Some(path)) => match self.in_commit(claim, commit, path) {
                Err(lost) => lost,
                known => return known,
            },
            (None, Some(_)) if claim.digest.is_none() => match by_line(&here, claim.line) {
                Err(lost) => lost,
                Ok(seen) => return Ok(self.known(seen)),
            },
            (None, Some(_)) if here.is_empty() => Lost::NoFile,
            (None, Some(_)) => Lost::OtherSecret { lines: lines(&here) },
            (_, None) => Lost::Nowhere,
        };
        match claim.digest.filter(|_| claim.is_of_secret) {
            Some(digest) => self.anywhere(claim, digest)?.ok_or(lost),
            None => Err(lost),
        }
    }

    /// A place that a scanner told from another folder: with the path to the top before it, or
    /// the name of the repository.
    fn path(&self, told: &str) -> String {
        let is_there = |path: &str| self.top.join(path).symlink_metadata().is_ok();
        let below = Path::new(told).strip_prefix(&self.top).ok().and_then(Path::to_str);
        let shorter = told.split_once('/').map(|(_, rest)| rest).filter(|path| is_there(path));
        match (below, shorter) {
            (Some(below), _) => below.to_owned(),
            (None, Some(shorter)) if !is_there(told) => shorter.to_owned(),
            _ => told.to_owned(),
        }
    }

    /// In the version that a commit has: nothing moves there, so that the place will do where
    /// the other scanner cut the secret differently.
    fn in_commit(&self, claim: &Claim, commit: &str, path: &str) -> Result<Known, Lost> {
        let git = Git::new(&GitEnvironment::of_folder(&self.top));
        let ask = |name: &str| git.ask(&["rev-parse", "--verify", "--quiet", name]);
        if ask(&format!("{commit}^{{commit}}"))?.is_none() {
            return Err(Lost::NoCommit { commit: commit.get(..7).unwrap_or(commit).to_owned() });
        }
        let Some(id) = ask(&format!("{commit}:{path}"))? else { return Err(Lost::NotInCommit) };
        let bytes = git.read(&["cat-file", "blob", &id])?;
        let blob = text_of(&bytes, Provenance::Committed(BString::from(path)));
        let seen = blob.map(|blob| self.seen(&blob)).unwrap_or_default();
        let seen: Vec<&Seen> = seen.iter().collect();
        let by_digest = claim.digest.and_then(|digest| by_digest(&seen, digest, claim));
        let found = match by_digest {
            Some(found) => found,
            None => by_line(&seen, claim.line)?,
        };
        Ok(self.known(found))
    }

    /// Wherever the working tree holds it; the history too, for what was told of one.
    fn anywhere(&self, claim: &Claim, digest: Digest) -> Result<Option<Known>, Lost> {
        let holds = |seen: &&Seen| seen.digests.contains(&digest);
        let mut found: Vec<&Seen> = self.tree.iter().filter(holds).collect();
        let is_past = found.is_empty();
        if is_past && (claim.commit.is_some() || claim.path.is_none()) {
            let history =
                self.history.get_or_init(|| self.read_history().map_err(|why| why.to_string()));
            let history = history.as_ref().map_err(|why| Lost::History { why: why.clone() })?;
            found = history.iter().filter(holds).collect();
        }
        let Some(first) = found.first() else { return Ok(None) };
        let same = found.iter().filter(|seen| seen.fingerprint == first.fingerprint);
        let places: BTreeSet<String> = same.map(|seen| seen.path.clone()).collect();
        // A file that was moved stands at one other place. A copy was not known.
        if claim.path.is_some() && claim.commit.is_none() && places.len() > 1 {
            return Err(Lost::Spread { paths: places.into_iter().collect() });
        }
        let (paths, past) =
            if is_past { (BTreeSet::new(), places) } else { (places, BTreeSet::new()) };
        Ok(Some(Known { fingerprint: first.fingerprint, rule: first.rule, paths, past }))
    }

    /// A secret by one of its places, which may be of the past: then the only place to which it
    /// can have moved is known too.
    fn known(&self, seen: &Seen) -> Known {
        let now = self.tree.iter().filter(|other| other.fingerprint == seen.fingerprint);
        let now: BTreeSet<String> = now.map(|seen| seen.path.clone()).collect();
        let here = BTreeSet::from([seen.path.clone()]);
        let (paths, past) = match now.len() {
            _ if now.contains(&seen.path) => (here, BTreeSet::new()),
            1 => (now, here),
            _ => (BTreeSet::new(), here),
        };
        Known { fingerprint: seen.fingerprint, rule: seen.rule, paths, past }
    }

    /// All places of the secrets of the whole history that have a wanted digest.
    fn read_history(&self) -> Result<Vec<Seen>, AuditError> {
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
        let mut places = Vec::new();
        for credential in &report.credentials {
            let Some(digests) = by_secret.get(&credential.fingerprint) else { continue };
            places.extend(credential.occurrences.iter().map(|occurrence| Seen {
                path: crate::policy::baseline::place(occurrence),
                first: occurrence.region.start.line,
                last: occurrence.region.end.line,
                fingerprint: credential.fingerprint,
                rule: credential.rule,
                digests: digests.clone(),
            }));
        }
        Ok(places)
    }

    /// What a blob holds.
    fn seen(&self, blob: &Blob<'_>) -> Vec<Seen> {
        let text = blob.text();
        let findings = self.engine.scan_core(&text.bytes, text.core.clone());
        if findings.is_empty() {
            return Vec::new();
        }
        let lines = LineIndex::new(&text.bytes, blob.part.start);
        let path = blob.provenance.path().unwrap_or_default().to_str_lossy();
        let findings = findings.iter().filter(|finding| finding.confidence >= self.least);
        findings
            .map(|finding| {
                let region = lines.region(finding.span.start, finding.span.end);
                Seen {
                    path: path.to_string(),
                    first: region.start.line,
                    last: region.end.line,
                    fingerprint: finding.fingerprint,
                    rule: finding.rule,
                    digests: held(&text.bytes, finding.span, &self.wanted),
                }
            })
            .collect()
    }
}

/// The one that has the digest; of several the one in the entry's line.
fn by_digest<'s>(seen: &[&'s Seen], digest: Digest, claim: &Claim) -> Option<&'s Seen> {
    let holding: Vec<&&Seen> = seen.iter().filter(|seen| seen.digests.contains(&digest)).collect();
    let in_line = holding.iter().find(|seen| claim.line.is_some_and(|line| seen.is_in(line)));
    let is_one = holding.windows(2).all(|two| two[0].fingerprint == two[1].fingerprint);
    let only = holding.first().filter(|_| is_one || claim.is_of_secret);
    in_line.or(only).map(|seen| **seen)
}

/// The only one that stands in that line.
fn by_line<'s>(seen: &[&'s Seen], line: Option<usize>) -> Result<&'s Seen, Lost> {
    let line = line.ok_or(Lost::NoLine)?;
    let in_line: Vec<&&Seen> = seen.iter().filter(|seen| seen.is_in(line)).collect();
    let secrets: BTreeSet<Fingerprint> = in_line.iter().map(|seen| seen.fingerprint).collect();
    match (in_line.first(), secrets.len()) {
        (Some(seen), 1) => Ok(seen),
        (Some(_), count) => Err(Lost::SeveralInLine { count }),
        (None, _) if seen.is_empty() => Err(Lost::NoFile),
        (None, _) => Err(Lost::NotInLine { lines: lines(seen) }),
    }
}

fn lines(seen: &[&Seen]) -> Vec<usize> {
    let lines: BTreeSet<usize> = seen.iter().map(|seen| seen.first).collect();
    lines.into_iter().collect()
}

impl Seen {
    fn is_in(&self, line: usize) -> bool {
        (self.first..=self.last).contains(&line)
    }
}
