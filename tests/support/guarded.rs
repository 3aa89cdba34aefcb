//! Runs the guard on a test's repository, and checks each time that it changes nothing there.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::SystemTime;

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::git::GitEnvironment;
use keysieve::guard::{GuardError, guard_in};
use keysieve::policy::Policy;
use keysieve::report::{Outcome, Report};
use keysieve::rules::catalogue::Catalogue;
use keysieve::source::Silent;
use sha2::{Digest, Sha256};

use super::repository::TempRepo;
use super::tokens::localstack_auth_token as token;

pub fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// The guard's report on the next commit at the top of the repository's work tree.
pub fn guarded(repository: &TempRepo) -> Report {
    try_guarded(repository, &GitEnvironment::from_folder(&repository.path())).unwrap()
}

/// The guard's report with these variables of git. All files under the repository's home must be
/// unchanged.
pub fn try_guarded(
    repository: &TempRepo,
    environment: &GitEnvironment,
) -> Result<Report, GuardError> {
    let before = listing(repository.home());
    let report = guard_in(environment, &engine(), &Policy::default(), &Silent);
    let after = listing(repository.home());
    let changed: Vec<_> = before.iter().filter(|(path, is)| after.get(*path) != Some(is)).collect();
    assert!(changed.is_empty() && before.len() == after.len(), "{changed:?}");
    report
}

/// `path:line` of all occurrences in a report.
pub fn locations(report: &Report) -> Vec<String> {
    let occurrences = report.credentials.iter().flat_map(|credential| &credential.occurrences);
    occurrences
        .map(|occurrence| {
            format!("{}:{}", occurrence.path.as_ref().unwrap(), occurrence.region.start.line)
        })
        .collect()
}

/// A line of an env file with the token for a seed.
pub fn secret(seed: u64) -> String {
    format!("LOCALSTACK_AUTH_TOKEN={}\n", token(seed))
}

pub fn assert_clean(report: &Report) {
    assert_eq!((report.outcome(), locations(report)), (Outcome::Clean, vec![]), "{report:?}");
}

pub fn assert_found(report: &Report, expected: &[&str]) {
    assert_eq!(report.outcome(), Outcome::Found, "{report:?}");
    assert_eq!(locations(report), expected);
}

/// The modification time and a hash of the content of each file and folder.
pub fn listing(folder: &Path) -> BTreeMap<PathBuf, (SystemTime, Vec<u8>)> {
    let mut listing = BTreeMap::new();
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let metadata = path.symlink_metadata().unwrap();
        let mut hash = Vec::new();
        if metadata.is_dir() {
            listing.extend(self::listing(&path));
        } else if metadata.is_file() {
            hash = Sha256::digest(std::fs::read(&path).unwrap()).to_vec();
        }
        listing.insert(path, (metadata.modified().unwrap(), hash));
    }
    listing
}
