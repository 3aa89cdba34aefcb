//! The guard: what a change adds × engine × policy → report.
//!
//! A credential is new if no parent has it at a path that the change touches. One that was moved,
//! or was in the edited file before, is an old leak, which is the audit's task: it does not block
//! a commit that did not introduce it.

pub mod pushed;
mod range;

use std::collections::HashSet;
use std::path::Path;

use crate::engine::Engine;
use crate::findings::Fingerprint;
use crate::git::GitEnvironment;
use crate::git::GitError;
use crate::locate::find_all;
use crate::policy::{Judged, Policy};
use crate::report::{Report, Task};
use crate::scan::scan;
use crate::source::agent::ToolCall;
use crate::source::index::{Staged, StagedError};
use crate::source::message::Message;
use crate::source::range::{CommitRange, Deadline, PushTarget, RangeError, RefUpdate};
use crate::source::{Coverage, Progress, Silent, Source};

/// Why the guard could not run. A hook then blocks the commit or push.
#[derive(Debug, thiserror::Error)]
pub enum GuardError {
    #[error(transparent)]
    Staged(#[from] StagedError),
    #[error(transparent)]
    Range(#[from] RangeError),
    #[error(transparent)]
    Git(#[from] GitError),
}

/// The credentials that the next commit would add to the repository around `folder`, which git's
/// own variables may redirect ([`GitEnvironment::from_process`]).
pub fn guard(
    folder: &Path,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    guard_in(&GitEnvironment::from_process(folder), engine, policy, progress)
}

/// [`guard`] with git's variables as given.
pub fn guard_in(
    environment: &GitEnvironment,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    Ok(guard_staged(&Staged::open(environment)?, engine, policy, progress))
}

/// The credentials in all tracked files, with a note about it: for when nothing is staged.
pub fn guard_tracked(
    environment: &GitEnvironment,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    let mut report = scan(&Staged::tracked(environment)?.next(), engine, policy, progress);
    let note = "nothing is staged: scanned all tracked files, including unchanged ones";
    // The source's own note says that an index equal to HEAD adds nothing.
    report.coverage.notes.retain(|note| !note.contains("nothing to "));
    report.coverage.notes.push(note.to_owned());
    Ok(report)
}

/// [`guard_in`], for a change that is read already.
pub fn guard_staged(
    staged: &Staged,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Report {
    let (found, coverage) = find_all(&staged.next(), engine, progress);
    let mut judged = policy.judge(found, engine.rules());
    let unread = retain_new(&mut judged, staged, engine);
    Report::new(Task::Staged, judged, coverage.and(unread), policy, engine)
}

/// The credentials that the commits of `from..to` add, including those that a later commit of the
/// range removes: everyone who fetches the range has them.
pub fn guard_range(
    environment: &GitEnvironment,
    from: &str,
    to: &str,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    added_by(&CommitRange::between(environment, from, to)?, engine, policy, progress)
}

/// The credentials that a push sends and the remote does not have: in commits, in their messages
/// and in those of annotated tags, in trees and blobs that refs refer to.
pub fn guard_push(
    environment: &GitEnvironment,
    updates: &[RefUpdate],
    target: &PushTarget,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    let range = CommitRange::pushed(environment, updates, target)?;
    let mut report = added_by(&range, engine, policy, progress)?;
    // They explain why something is reported.
    if !report.credentials.is_empty() {
        report.add_notes(range.notes(), engine);
    }
    if updates.is_empty() {
        let note = "git listed no refs to update: nothing is pushed";
        report.coverage.notes = vec![note.to_owned()];
    }
    Ok(report)
}

/// [`guard_push`] of a revision, whose refs on the remote are unknown; `from` is a revision that
/// the remote has.
pub fn guard_unpushed(
    environment: &GitEnvironment,
    (from, to): (Option<&str>, &str),
    target: &PushTarget,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    let range = CommitRange::unpushed(environment, from, to, target)?;
    let mut report = added_by(&range, engine, policy, progress)?;
    if !report.credentials.is_empty() {
        report.add_notes(range.notes(), engine);
    }
    Ok(report)
}

/// The credentials that a push brings to this repository, which no ref of it has; what is not
/// reached before the deadline is a failure.
pub fn guard_received(
    environment: &GitEnvironment,
    updates: &[RefUpdate],
    deadline: Deadline,
    engine: &Engine,
    policy: &Policy,
) -> Result<Report, GuardError> {
    let range = CommitRange::received(environment, updates)?.until(deadline);
    added_by(&range, engine, policy, &Silent)
}

/// The credentials in the message of the commit that is being made.
pub fn guard_message(message: &Message, engine: &Engine, policy: &Policy) -> Report {
    Report { task: Task::Staged, ..scan(message, engine, policy, &Silent) }
}

/// The credentials that a coding agent's tool call adds: in what it writes and was not in the file
/// before, and in the command that it runs.
pub fn guard_call(call: &ToolCall, engine: &Engine, policy: &Policy) -> Report {
    let (mut found, coverage) = find_all(call, engine, &Silent);
    let previous: HashSet<Fingerprint> = call
        .previous()
        .flat_map(|text| engine.scan(text))
        .map(|finding| finding.fingerprint)
        .collect();
    found.retain(|(finding, _)| !previous.contains(&finding.fingerprint));
    let judged = policy.judge(found, engine.rules());
    Report::new(Task::Staged, judged, coverage, policy, engine)
}

fn added_by(
    added: &CommitRange,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, GuardError> {
    let (mut found, mut coverage) = find_all(&added.next(), engine, progress);
    if !found.is_empty() {
        let (previous, unchecked) = fingerprints(&added.previous(), engine);
        found.retain(|(finding, _)| !previous.contains(&finding.fingerprint));
        let (located, unread) = range::occurrences(found, added);
        found = located;
        if !found.is_empty() {
            coverage.failures.extend(unchecked.failures);
        }
        coverage = coverage.and(unread);
    }
    let judged = policy.judge(found, engine.rules());
    Ok(Report::new(Task::Range, judged, coverage, policy, engine))
}

/// Keeps the credentials that no parent has. Returns what could not be scanned of the parents, if
/// some credentials are left; they are not read if nothing was found.
fn retain_new(judged: &mut Judged, staged: &Staged, engine: &Engine) -> Coverage {
    let credentials = &mut judged.credentials;
    if credentials.is_empty() {
        return Coverage::default();
    }
    let (previous, coverage) = fingerprints(&staged.previous(), engine);
    credentials.retain(|credential| !previous.contains(&credential.fingerprint));
    let failures = if credentials.is_empty() { Vec::new() } else { coverage.failures };
    Coverage { failures, ..Coverage::default() }
}

/// The fingerprints of everything found in a source, and what was scanned.
fn fingerprints(source: &dyn Source, engine: &Engine) -> (HashSet<Fingerprint>, Coverage) {
    let (found, coverage) = find_all(source, engine, &Silent);
    (found.iter().map(|(finding, _)| finding.fingerprint).collect(), coverage)
}
