//! Reads the policy of a revision, and what a change would add to it.

use std::collections::{BTreeSet, HashSet};
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};
use rayon::prelude::*;

use crate::blob::Provenance;
use crate::engine::Engine;
use crate::git::GitEnvironment;
use crate::git::commit::RawCommit;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::tree::diff::{self, FileContent};
use crate::git::tree::walk::TreeWalk;
use crate::git::{BlobRead, Git, GitError, ObjectReader};
use crate::locate::find_in;
use crate::policy::baseline::{self, Baseline};
use crate::policy::files::PolicyFiles;
use crate::policy::inline::{self, MARKER};
use crate::policy::revision::{
    Approved, PendingChange, Revision, pending_baseline_changes, pending_config_changes,
};
use crate::policy::{config, foreign_markers};
use crate::source::contents::text_of;
use crate::source::range::{RangeError, commit_of};

/// A commit that the policy is taken from.
pub struct PinnedPolicy {
    git: Git,
    name: String,
    commit: ObjectId,
    objects: Arc<ObjectReader>,
    walk: TreeWalk,
    files: PolicyFiles,
    /// The paths of the configuration files there.
    paths: Vec<BString>,
}

impl PinnedPolicy {
    /// Finds the commit that a revision names; if it is missing the error says what to fetch.
    pub fn find(environment: &GitEnvironment, name: &str) -> Result<PinnedPolicy, RangeError> {
        let git = Git::new(environment);
        let commit = commit_of(environment, name)?;
        let objects = Arc::new(ObjectReader::open(environment));
        let tree = tree_of(&objects, &commit)?;
        let walk = TreeWalk::read(&|id| objects.read_as(ObjectKind::Tree, id), tree)?;
        let is_config = |name: &[u8], _: &ObjectId| name == config::FILE.as_bytes();
        let paths = walk.paths(is_config)?.into_iter().map(|(path, _)| path).collect();
        let reader = objects.clone();
        let files = PolicyFiles::new(format!("{name}:"), move |path: &BStr| {
            let read = |id: &ObjectId| reader.read_as(ObjectKind::Tree, id);
            match diff::content_at(&read, tree, path)? {
                Some(FileContent::Blob(id)) => reader.read_as(ObjectKind::Blob, &id).map(Some),
                Some(FileContent::Submodule(_)) | None => Ok(None),
            }
        });
        Ok(PinnedPolicy { git, name: name.to_owned(), commit, objects, walk, files, paths })
    }

    /// The files of the commit.
    pub fn files(&self) -> PolicyFiles {
        self.files.clone()
    }

    /// The policy changes of the scanned files, `now`, and what the commit's suppression comments
    /// suppress.
    pub fn revision(
        &self,
        engine: &Engine,
        now: Option<&PolicyFiles>,
        foreign: bool,
    ) -> Result<Revision, RangeError> {
        let mut pending = match now {
            Some(now) => self.pending(now)?,
            None => Vec::new(),
        };
        pending.sort();
        Ok(Revision {
            name: self.name.clone(),
            commit: self.commit.to_string(),
            pending,
            approved: self.approved(engine, now, foreign)?,
        })
    }

    fn pending(&self, now: &PolicyFiles) -> Result<Vec<PendingChange>, GitError> {
        let pattern = format!(":(top,glob)**/{}", config::FILE);
        let listed = ["ls-files", "-z", "--full-name", "--cached", "--others", "--", &pattern];
        // A bare repository has no index.
        let listed = self.git.read(&listed).unwrap_or_default();
        let listed = listed.split_str("\0").filter(|path| !path.is_empty()).map(BString::from);
        let root = BString::from(config::FILE);
        let all: BTreeSet<BString> =
            self.paths.iter().cloned().chain(listed).chain([root]).collect();
        let all: Vec<BString> = all.into_iter().collect();
        let mut pending = pending_config_changes(&self.files, now, &all);
        let path = BStr::new(baseline::FILE);
        let then = Baseline::of(&self.files, path).ok().flatten().unwrap_or_default();
        // One that cannot be read adds nothing.
        if let Ok(Some(now)) = Baseline::of(now, path) {
            pending.extend(pending_baseline_changes(&then, &now));
        }
        Ok(pending)
    }

    /// What the suppression comments of the commit suppress.
    fn approved(
        &self,
        engine: &Engine,
        now: Option<&PolicyFiles>,
        foreign: bool,
    ) -> Result<Approved, RangeError> {
        let markers: Vec<&str> =
            std::iter::once(MARKER).chain(foreign_markers().filter(|_| foreign)).collect();
        let marked = |id: &ObjectId| -> Option<Result<ObjectId, RangeError>> {
            let has_marker = |bytes: &[u8]| {
                markers
                    .iter()
                    .any(|marker| memchr::memmem::find(bytes, marker.as_bytes()).is_some())
            };
            // A blob that is too large for memory is not searched for comments.
            match self.objects.blob(id, |_| Ok(())) {
                Ok(BlobRead::Whole(bytes)) => has_marker(&bytes).then_some(Ok(*id)),
                Ok(BlobRead::Streamed(())) => None,
                Err(why) => Some(Err(unread("blob", id, &why).into())),
            }
        };
        let blobs: Vec<ObjectId> = self.walk.blobs().into_iter().collect();
        let marked: HashSet<ObjectId> =
            blobs.par_iter().filter_map(marked).collect::<Result<_, _>>()?;
        let mut approved = Approved::default();
        for (path, id) in self.walk.paths(|_, id| marked.contains(id))? {
            let path = path.as_bstr();
            let bytes = self.objects.read_as(ObjectKind::Blob, &id);
            let bytes = bytes.map_err(|why| unread("blob", &id, &why))?;
            let is_gone = now.is_some_and(|now| matches!(now.read(path), Ok(None)));
            let blob = text_of(&bytes, Provenance::Committed(path.to_owned()));
            let Some(blob) = blob else { continue };
            for (finding, occurrence) in find_in(&blob, engine) {
                let path = occurrence.path.as_ref().map(|path| path.as_bstr());
                let allowed =
                    inline::suppression(&occurrence.suppression_comments, finding.rule, foreign);
                if let (Some(path), true) = (path, allowed.is_some()) {
                    approved.add(finding.fingerprint, path, is_gone);
                }
            }
        }
        Ok(approved)
    }
}

/// The tree of a commit.
pub(super) fn tree_of(objects: &ObjectReader, commit: &ObjectId) -> Result<ObjectId, GitError> {
    let bytes = objects.read_as(ObjectKind::Commit, commit);
    let bytes = bytes.map_err(|why| unread("commit", commit, &why))?;
    let parsed = RawCommit::parse(*commit, &bytes);
    Ok(parsed.ok_or_else(|| unread("commit", commit, "it has no tree"))?.tree)
}

fn unread(kind: &str, id: &ObjectId, why: &str) -> GitError {
    let message = format!("cannot read {kind} {id}: {why}; run `git fsck` to see what is damaged");
    GitError::Failed { command: "cat-file".to_owned(), message }
}
