//! The audit: a whole history × engine × policy → report.

mod intervals;
mod leaks;
mod places;

use std::path::Path;

use crate::engine::Engine;
use crate::findings::group;
use crate::policy::Policy;
use crate::report::{Report, Task};
use crate::scan::redacted;
use crate::source::history::delta::{Budget, Judge, Manner};
use crate::source::history::{DeltaReader, FullReader, History, HistoryError};
use crate::source::{Progress, Source};
use leaks::Leaks;

/// Why no audit could be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// How a history is read. What is found is the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// As git stores it; only what each delta changes is looked at.
    Delta,
    /// As git stores it; every version is looked at whole.
    Whole,
    /// Object by object: what the others are measured against.
    Full,
}

/// What an audit is to do.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    pub reader: Reader,
    /// Bytes; larger objects are passed over and counted.
    pub max_blob_size: u64,
}

impl Default for Options {
    fn default() -> Self {
        Options { reader: Reader::Delta, max_blob_size: 512 << 20 }
    }
}

/// Bytes of versions that are held for the deltas against them, before some are made twice.
const HELD: usize = 96 << 20;

/// Looks at every object of the repository at or above `repository`, and says of each
/// credential which commits brought it in and took it out.
///
/// What cannot be read is in the report's coverage; an error means that there is no
/// repository to look at. Runs on the threads of the current rayon pool; the report is the
/// same on any number of them.
pub fn audit(
    repository: &Path,
    options: Options,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, AuditError> {
    let history = History::open(repository)?;
    let leaks = Leaks::new(engine);
    let largest = options.max_blob_size;
    let ((sightings, traced), read) = match options.reader {
        Reader::Full => {
            let reader = FullReader::new(&history, largest);
            let read = reader.visit(&|blob| leaks.whole(blob), progress);
            (places::of(&leaks.sorted(), |wanted| reader.trace(wanted), engine), read)
        }
        Reader::Delta | Reader::Whole => {
            let whole = options.reader == Reader::Whole;
            let manner = if whole { Manner::Whole } else { Manner::Changes };
            let reader = DeltaReader::new(&history, manner, Budget::new(largest, HELD));
            let read = reader.read(&leaks, progress);
            (places::of(&leaks.sorted(), |wanted| reader.trace(wanted), engine), read)
        }
    };
    let credentials = policy.apply(group(sightings));
    Ok(Report { task: Task::Audit, credentials, coverage: redacted(read.and(traced), engine) })
}
