//! Reads the policy of a revision, and what a change adds to it.

use std::collections::{BTreeSet, HashMap};
use std::sync::{Mutex, PoisonError};

use bstr::{BStr, BString, ByteSlice};

use crate::blob::{Blob, Provenance};
use crate::engine::Engine;
use crate::git::GitEnvironment;
use crate::git::object_id::ObjectId;
use crate::git::{Git, GitError, Objects};
use crate::policy::baseline::{self, Baseline};
use crate::policy::files::Files;
use crate::policy::inline::{self, MARK};
use crate::policy::revision::{Proposal, Revision, Vouched, proposed_entries, proposed_settings};
use crate::policy::{config, foreign_marks};
use crate::scan::sightings_in;
use crate::source::added::{RangeError, commit_of};

/// A commit whose policy is taken.
pub struct Standing {
    git: Git,
    name: String,
    commit: ObjectId,
    files: Files,
    /// The paths of the configuration's files there.
    paths: Vec<BString>,
}

impl Standing {
    /// Finds the commit that a revision names; where it is missing the error says what to fetch.
    pub fn find(environment: &GitEnvironment, name: &str) -> Result<Standing, RangeError> {
        let git = Git::new(environment);
        let commit = commit_of(environment, name)?;
        let tree = tree(&git, &commit)?;
        let is_config = |path: &&BString| is_config(path.as_bstr());
        let mut paths: Vec<BString> = tree.keys().filter(is_config).cloned().collect();
        paths.sort();
        let objects = Mutex::new(Objects::open(&git)?);
        let files = Files::new(format!("{name}:"), move |path: &BStr| {
            let Some(id) = tree.get(path) else { return Ok(None) };
            let mut objects = objects.lock().unwrap_or_else(PoisonError::into_inner);
            objects.read(id).map(|(_, bytes)| Some(bytes))
        });
        Ok(Standing { git, name: name.to_owned(), commit, files, paths })
    }

    /// The files of the commit.
    pub fn files(&self) -> Files {
        self.files.clone()
    }

    /// What of the policy is known now and is not of the commit, and what is allowed there.
    /// `now` are the files as they are looked at.
    pub fn revision(
        &self,
        engine: &Engine,
        now: Option<&Files>,
        foreign: bool,
    ) -> Result<Revision, GitError> {
        let mut proposals = match now {
            Some(now) => self.proposals(now)?,
            None => Vec::new(),
        };
        proposals.sort();
        Ok(Revision {
            name: self.name.clone(),
            commit: self.commit.to_string(),
            proposals,
            vouched: self.vouched(engine, now, foreign)?,
        })
    }

    fn proposals(&self, now: &Files) -> Result<Vec<Proposal>, GitError> {
        let pattern = format!(":(top,glob)**/{}", config::FILE);
        let listed = ["ls-files", "-z", "--full-name", "--cached", "--others", "--", &pattern];
        // A bare repository has none.
        let listed = self.git.read(&listed).unwrap_or_default();
        let listed = listed.split_str("\0").filter(|path| !path.is_empty()).map(BString::from);
        let root = BString::from(config::FILE);
        let all: BTreeSet<BString> =
            self.paths.iter().cloned().chain(listed).chain([root]).collect();
        let all: Vec<BString> = all.into_iter().collect();
        let mut proposals = proposed_settings(&self.files, now, &all);
        let path = BStr::new(baseline::FILE);
        let then = Baseline::of(&self.files, path).ok().flatten().unwrap_or_default();
        // One that cannot be read adds nothing.
        if let Ok(Some(now)) = Baseline::of(now, path) {
            proposals.extend(proposed_entries(&then, &now));
        }
        Ok(proposals)
    }

    /// What the inline allows of the commit allow.
    fn vouched(
        &self,
        engine: &Engine,
        now: Option<&Files>,
        foreign: bool,
    ) -> Result<Vouched, GitError> {
        let commit = self.commit.to_string();
        let mut arguments = vec!["grep", "-l", "-z", "-a", "-F", "--full-name", "--no-color"];
        arguments.extend(["-e", MARK]);
        if foreign {
            arguments.extend(foreign_marks().flat_map(|mark| ["-e", mark]));
        }
        arguments.extend([commit.as_str(), "--", ":/"]);
        // It says no where nothing matches, and has nothing to say then.
        let found = match self.git.read(&arguments) {
            Err(GitError::Failed { said, .. }) if said.is_empty() => Vec::new(),
            found => found?,
        };
        let mut vouched = Vouched::default();
        for path in found.split_str("\0") {
            let Some(path) = path.strip_prefix(format!("{commit}:").as_bytes()) else { continue };
            let path = path.as_bstr();
            let Ok(Some(bytes)) = self.files.read(path) else { continue };
            let is_gone = now.is_some_and(|now| matches!(now.read(path), Ok(None)));
            let blob = Blob::whole(&bytes, Provenance::Committed(path.to_owned()));
            for (finding, occurrence) in sightings_in(&blob, engine) {
                let path = occurrence.path.as_ref().map(|path| path.as_bstr());
                let allowed = inline::suppression(&occurrence.allows, finding.rule, foreign);
                if let (Some(path), true) = (path, allowed.is_some()) {
                    vouched.add(finding.fingerprint, path, is_gone);
                }
            }
        }
        Ok(vouched)
    }
}

fn is_config(path: &BStr) -> bool {
    path == config::FILE || path.ends_with(format!("/{}", config::FILE).as_bytes())
}

/// The blobs of a commit by their paths.
fn tree(git: &Git, commit: &ObjectId) -> Result<HashMap<BString, ObjectId>, GitError> {
    let said = git.read(&["ls-tree", "-r", "-z", "--full-tree", &commit.to_string()])?;
    let entry = |entry: &[u8]| {
        let (facts, path) = entry.split_once_str("\t")?;
        let mut facts = facts.split_str(" ").skip(1);
        let is_blob = facts.next()? == b"blob";
        is_blob.then_some((BString::from(path), ObjectId::from_hex(facts.next()?)?))
    };
    Ok(said.split_str("\0").filter_map(entry).collect())
}
