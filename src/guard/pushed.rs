//! Whether a blocked credential is on a remote already, so that it must be rotated and not just
//! removed.
//!
//! Only searched once something was found, in the remote-tracking branches, and so without a
//! network: a secret that only another clone has pushed is not seen. The search covers the
//! versions of the credential's own paths in the newest commits and at every branch's tip.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::sync::{Mutex, PoisonError};

use bstr::{BString, ByteSlice};

use crate::blob::{Blob, Provenance};
use crate::engine::Engine;
use crate::findings::{Credential, Fingerprint, HistorySource, OccurrenceSource, Pushed};
use crate::git::GitEnvironment;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError, ObjectReader};
use crate::source::Coverage;
use crate::source::contents::text_of;
use crate::source::pointer::{ContentStorage, Pointer};

/// Newest commits of the remotes whose changes to the paths are searched.
pub const COMMITS: usize = 2000;

/// Most versions that are read, the newest first.
const VERSIONS: usize = 200;

/// Most branches whose tips are searched.
const TIPS: usize = 50;

/// Most paths that are searched for.
const PATHS: usize = 100;

/// Whether each credential was pushed.
pub fn pushed(
    environment: &GitEnvironment,
    engine: &Engine,
    credentials: &[Credential],
) -> BTreeMap<Fingerprint, Pushed> {
    let git = Git::new(environment);
    let found = branches(&git).and_then(|branches| {
        if branches.is_empty() {
            return Ok(BTreeMap::new());
        }
        RemoteSearch { environment, git: &git, engine, branches: &branches }.run(credentials)
    });
    let fingerprints = credentials.iter().map(|credential| credential.fingerprint);
    match found {
        Ok(found) => fingerprints
            .map(|one| (one, found.get(&one).cloned().map_or(Pushed::NotYet, Pushed::To)))
            .collect(),
        Err(error) => fingerprints.map(|one| (one, Pushed::Unknown(error.to_string()))).collect(),
    }
}

/// Ids and names of the remote-tracking branches, by name.
fn branches(git: &Git) -> Result<Vec<(String, String)>, GitError> {
    let format = "--format=%(objectname) %(refname:lstrip=2)";
    let output = git.read(&["for-each-ref", format, "refs/remotes"])?;
    let branch = |line: &[u8]| {
        let (id, name) = line.split_once_str(" ")?;
        let name = name.to_str_lossy().into_owned();
        (!name.ends_with("/HEAD")).then(|| (id.to_str_lossy().into_owned(), name))
    };
    Ok(output.lines().filter_map(branch).collect())
}

struct RemoteSearch<'a> {
    environment: &'a GitEnvironment,
    git: &'a Git,
    engine: &'a Engine,
    branches: &'a [(String, String)],
}

impl RemoteSearch<'_> {
    /// A branch for each of the credentials that were pushed.
    fn run(&self, credentials: &[Credential]) -> Result<BTreeMap<Fingerprint, String>, GitError> {
        let mut branch_of = BTreeMap::new();
        let mut paths = BTreeSet::new();
        let mut commits: BTreeMap<&str, Option<String>> = BTreeMap::new();
        for credential in credentials {
            for occurrence in &credential.occurrences {
                paths.extend(occurrence.path.clone());
                let OccurrenceSource::History(HistorySource { introduced: Some(commit), .. }) =
                    &occurrence.source
                else {
                    continue;
                };
                let branch = match commits.get(&*commit.id) {
                    Some(branch) => branch.clone(),
                    None => self.branch_with(&commit.id)?,
                };
                commits.insert(&commit.id, branch.clone());
                if let Some(branch) = branch {
                    branch_of.insert(credential.fingerprint, branch);
                }
            }
        }
        let paths: Vec<BString> = paths.into_iter().take(PATHS).collect();
        let mut unresolved: HashSet<Fingerprint> =
            credentials.iter().map(|credential| credential.fingerprint).collect();
        unresolved.retain(|one| !branch_of.contains_key(one));
        if paths.is_empty() || unresolved.is_empty() {
            return Ok(branch_of);
        }
        let objects = ObjectReader::open(self.environment);
        let pointed = ContentStorage::of(self.environment);
        for (blob, commit) in self.versions(&paths)? {
            let Ok((_, bytes)) = objects.read(&blob) else { continue };
            for finding in self.found(&bytes, &pointed) {
                if unresolved.remove(&finding)
                    && let Some(branch) = self.branch_with(&commit)?
                {
                    branch_of.insert(finding, branch);
                }
            }
            if unresolved.is_empty() {
                break;
            }
        }
        Ok(branch_of)
    }

    /// The credentials in a version, or in the content that it points to.
    fn found(&self, bytes: &[u8], pointed: &ContentStorage) -> Vec<Fingerprint> {
        let fingerprints = |blob: &Blob<'_>| {
            let findings = self.engine.scan(&blob.text().bytes).into_iter();
            findings.map(|finding| finding.fingerprint).collect::<Vec<_>>()
        };
        let Some(blob) = text_of(bytes, Provenance::Stdin) else { return Vec::new() };
        let found = Mutex::new(fingerprints(&blob));
        if let Some(pointer) = Pointer::detect(bytes) {
            let pointer = Coverage::pointer(pointer, Provenance::Stdin);
            pointed.follow(pointer, u64::MAX, &|blob| {
                found.lock().unwrap_or_else(PoisonError::into_inner).extend(fingerprints(blob));
            });
        }
        found.into_inner().unwrap_or_else(PoisonError::into_inner)
    }

    /// The versions of the paths on the remotes, newest first, each with a commit that has it.
    fn versions(&self, paths: &[BString]) -> Result<Vec<(ObjectId, String)>, GitError> {
        let paths: Vec<&str> = paths.iter().filter_map(|path| path.to_str().ok()).collect();
        let mut seen = HashSet::new();
        let mut versions = Vec::new();
        let mut add = |id: &[u8], commit: &str| {
            let id = ObjectId::from_hex(id).filter(|id| !id.is_zero());
            if let Some(id) = id.filter(|id| seen.insert(*id)) {
                versions.push((id, commit.to_owned()));
            }
        };
        for (tip, _) in self.branches.iter().take(TIPS) {
            let arguments = ["ls-tree", "-z", "--full-tree", tip, "--"];
            let output = self.git.read(&[&arguments[..], &paths].concat())?;
            for entry in output.split_str("\0") {
                // `<mode> blob <id>TAB<path>`
                let mut fields = entry.split(|byte| b" \t".contains(byte)).skip(1);
                if fields.next() == Some(b"blob") {
                    fields.next().into_iter().for_each(|id| add(id, tip));
                }
            }
        }
        let count = format!("--max-count={COMMITS}");
        let commits = self.git.read(&["rev-list", &count, "--remotes"])?;
        let arguments =
            ["diff-tree", "--stdin", "--root", "-r", "-m", "-z", "--no-renames", "--raw", "--"];
        let exact: Vec<String> = paths.iter().map(|path| format!(":(top,literal){path}")).collect();
        let exact = exact.iter().map(String::as_str);
        let arguments: Vec<&str> = arguments.into_iter().chain(exact).collect();
        let output = self.git.read_with(&arguments, &commits)?;
        let mut commit = String::new();
        let mut entries = output.split_str("\0");
        while let Some(entry) = entries.next() {
            // A commit's id, then `:<mode> <mode> <id> <id> <status>` and a path of each change.
            if let Some(change) = entry.strip_prefix(b":") {
                change.split_str(" ").nth(3).into_iter().for_each(|id| add(id, &commit));
                entries.next();
            } else {
                commit = entry.to_str_lossy().trim().to_owned();
            }
        }
        versions.truncate(VERSIONS);
        Ok(versions)
    }

    /// A branch that contains the commit: the first by name, `main` and `master` before all others.
    fn branch_with(&self, commit: &str) -> Result<Option<String>, GitError> {
        let (contains, format) = (format!("--contains={commit}"), "--format=%(refname:lstrip=2)");
        let output = self.git.read(&["for-each-ref", &contains, format, "refs/remotes"])?;
        let names = output.lines().map(|name| name.to_str_lossy().into_owned());
        let usual = |name: &String| {
            let branch = name.split_once('/').map_or("", |(_, branch)| branch);
            (branch != "main", branch != "master", branch == "HEAD")
        };
        Ok(names.min_by_key(|name| (usual(name), name.clone())))
    }
}
