//! The audit: a whole history × engine × policy → report.

mod ci_checkout;
mod leaks;
mod local;
mod occurrences;
mod submodules;

use std::path::Path;

use crate::engine::Engine;
use crate::locate::Hit;
use crate::policy::Policy;
use crate::report::{Report, Task};
use crate::source::history::delta::{Budget, Detector, ScanMode};
use crate::source::history::{DeltaReader, FullReader, History, HistoryError, RangeSyntax};
use crate::source::local::SkippedKinds;
use crate::source::{Coverage, Failure, Progress, Source};
use leaks::Leaks;
use occurrences::{Tracer, in_ref_names, occurrences};

/// Why the audit could not run.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// How a history is read. The findings are the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ReadMode {
    /// As git stores it; only what each delta changes is scanned.
    Delta,
    /// As git stores it; every version is scanned whole.
    Whole,
    /// Object by object: the reference for the others.
    Full,
}

/// Options of an audit.
#[derive(Clone, Debug)]
pub struct Options {
    pub reader: ReadMode,
    /// Bytes; larger objects are skipped and counted.
    pub max_blob_size: u64,
    /// The commits whose findings are reported.
    pub range: RangeSyntax,
    /// Whether submodules are audited too.
    pub recurse_submodules: bool,
    /// Whether a shallow clone is incomplete.
    pub require_complete: bool,
    /// Which files of the git directory, beside its objects, are skipped; `None` if none is part
    /// of the audit. Nor is any if a range is given: no commit contains them.
    pub local: Option<SkippedKinds>,
}

impl Default for Options {
    fn default() -> Self {
        Options {
            reader: ReadMode::Delta,
            max_blob_size: 512 << 20,
            range: RangeSyntax::default(),
            recurse_submodules: false,
            require_complete: false,
            local: Some(SkippedKinds::None),
        }
    }
}

/// Bytes of versions that are cached for the deltas against them; beyond, some are rebuilt.
const CACHE: usize = 96 << 20;

/// Submodules of submodules are followed this far.
const DEEPEST_SUBMODULE: usize = 32;

/// Scans every object of the repository at or above `repository`, and finds the commits that
/// introduced and removed each credential.
///
/// What cannot be read is in the report's coverage; an error means that there is no repository,
/// or that the range names nothing in it. Runs on the threads of the current rayon pool; the
/// report is the same for any number of them.
pub fn audit(
    repository: &Path,
    options: &Options,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, AuditError> {
    let history = History::open(repository)?;
    let (mut hits, coverage) = read_history(&history, options, engine, progress)?;
    let submodules = submodules::audit(&history, options, engine, progress, 0);
    let local = match &options.local {
        Some(skipped) if options.range == RangeSyntax::default() => {
            let followed = &submodules.followed;
            local::audit(&history, skipped, options.max_blob_size, followed, engine)
        }
        _ => Default::default(),
    };
    hits.extend(submodules.hits.into_iter().chain(local.0));
    let judged = policy.judge(hits, engine.rules());
    let coverage = coverage.and(submodules.coverage).and(local.1);
    Ok(Report::new(Task::Audit, judged, coverage, policy, engine))
}

/// Every occurrence of every finding of one history.
fn read_history(
    history: &History,
    options: &Options,
    engine: &Engine,
    progress: &dyn Progress,
) -> Result<(Vec<Hit>, Coverage), AuditError> {
    let range = history.range(&options.range)?;
    let leaks = Leaks::new(engine);
    let largest = options.max_blob_size;
    let ((mut hits, traced), read) = match options.reader {
        ReadMode::Full => {
            let reader = FullReader::new(history, largest);
            let read = reader.visit(&|blob| leaks.whole(blob), progress);
            let trace: Tracer<'_, '_> = &|objects, names| reader.trace(objects, names);
            (occurrences(leaks.sorted(), trace, range.as_ref(), engine), read)
        }
        ReadMode::Delta | ReadMode::Whole => {
            let whole = options.reader == ReadMode::Whole;
            let mode = if whole { ScanMode::Whole } else { ScanMode::Changes };
            let reader = DeltaReader::new(history, mode, Budget::new(largest, CACHE));
            let read = reader.read(&leaks, progress);
            let trace: Tracer<'_, '_> = &|objects, names| reader.trace(objects, names);
            (occurrences(leaks.sorted(), trace, range.as_ref(), engine), read)
        }
    };
    if range.is_none() {
        hits.extend(in_ref_names(history, engine));
    }
    let mut coverage = read.and(traced);
    if options.require_complete && history.is_shallow() {
        let why =
            "--require-complete is set, but this is a shallow clone; run `git fetch --unshallow`";
        coverage.failures.push(Failure::new("the complete history", why));
    }
    Ok((hits, coverage))
}
