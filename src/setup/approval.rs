//! The policy of a commit that a push is judged by: what is pushed must not approve itself.
//!
//! [`super::revision`] reads a whole tree, to list what a pull request changes about its policy. A
//! server has milliseconds: files are read when they are needed, and suppression comments only
//! where something was found.

use std::collections::BTreeSet;
use std::sync::Arc;

use bstr::{BStr, BString, ByteSlice};

use super::revision::tree_of;
use crate::blob::Provenance;
use crate::engine::Engine;
use crate::git::object::ObjectKind;
use crate::git::object_id::ObjectId;
use crate::git::tree::diff::{self, FileContent};
use crate::git::{GitEnvironment, GitError, ObjectReader};
use crate::locate::find_in;
use crate::policy::files::PolicyFiles;
use crate::policy::inline;
use crate::policy::revision::Approved;
use crate::report::Report;
use crate::source::contents::text_of;

/// The files of a commit.
pub struct PolicyCommit {
    objects: Arc<ObjectReader>,
    tree: ObjectId,
    name: String,
}

impl PolicyCommit {
    pub fn open(environment: &GitEnvironment, commit: ObjectId) -> Result<PolicyCommit, GitError> {
        let objects = Arc::new(ObjectReader::open(environment));
        let tree = tree_of(&objects, &commit)?;
        let digits = commit.to_string();
        Ok(PolicyCommit { objects, tree, name: digits[..digits.len().min(10)].to_owned() })
    }

    /// The files of the commit.
    pub fn files(&self) -> PolicyFiles {
        let (objects, tree) = (self.objects.clone(), self.tree);
        PolicyFiles::new(format!("{}:", self.name), move |path: &BStr| read(&objects, tree, path))
    }

    /// Suppresses the findings that suppression comments of this commit suppress, at the same path.
    /// Returns how many suppression comments of the push were ignored.
    pub fn settle(&self, report: &mut Report, engine: &Engine, foreign: bool) -> usize {
        let approved = self.approved(report, engine, foreign);
        suppress(report, &approved, foreign)
    }

    /// What the commit's comments suppress in the files that something was found in.
    fn approved(&self, report: &Report, engine: &Engine, foreign: bool) -> Approved {
        let occurrences = report.credentials.iter().flat_map(|credential| credential.open());
        let commented = occurrences.filter(|one| !one.suppression_comments.is_empty());
        let paths: BTreeSet<BString> = commented.filter_map(|one| one.path.clone()).collect();
        let mut approved = Approved::default();
        for path in &paths {
            // What cannot be read approves nothing.
            let Ok(Some(bytes)) = read(&self.objects, self.tree, path.as_bstr()) else { continue };
            let Some(blob) = text_of(&bytes, Provenance::Committed(path.clone())) else { continue };
            for (finding, occurrence) in find_in(&blob, engine) {
                let comments = &occurrence.suppression_comments;
                if inline::suppression(comments, finding.rule, foreign).is_some() {
                    approved.add(finding.fingerprint, path.as_bstr(), false);
                }
            }
        }
        approved
    }
}

/// Ignores the suppression comments of a push to a repository without a commit. Returns their
/// number.
pub fn ignore_comments(report: &mut Report, foreign: bool) -> usize {
    suppress(report, &Approved::default(), foreign)
}

fn suppress(report: &mut Report, approved: &Approved, foreign: bool) -> usize {
    let mut ignored = 0;
    for credential in &mut report.credentials {
        let (fingerprint, rule) = (credential.fingerprint, credential.rule);
        let open = credential.occurrences.iter_mut().filter(|one| one.suppression.is_none());
        for occurrence in open {
            let would = inline::suppression(&occurrence.suppression_comments, rule, foreign);
            match would {
                Some(would) if approved.contains(fingerprint, occurrence) => {
                    occurrence.suppression = Some(would);
                }
                would => ignored += usize::from(would.is_some()),
            }
        }
    }
    ignored
}

fn read(objects: &ObjectReader, tree: ObjectId, path: &BStr) -> Result<Option<Vec<u8>>, String> {
    let read = |id: &ObjectId| objects.read_as(ObjectKind::Tree, id);
    match diff::content_at(&read, tree, path)? {
        Some(FileContent::Blob(id)) => objects.read_as(ObjectKind::Blob, &id).map(Some),
        Some(FileContent::Submodule(_)) | None => Ok(None),
    }
}
