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
use crate::source::history::{FullReader, History, HistoryError};
use crate::source::{Progress, Source};
use leaks::Leaks;

/// Why no audit could be made.
#[derive(Debug, thiserror::Error)]
pub enum AuditError {
    #[error(transparent)]
    History(#[from] HistoryError),
}

/// Looks at every object of the repository at or above `repository`, and says of each
/// credential which commits brought it in and took it out.
///
/// What cannot be read is in the report's coverage; an error means that there is no
/// repository to look at. Runs on the threads of the current rayon pool; the report is the
/// same on any number of them.
pub fn audit(
    repository: &Path,
    engine: &Engine,
    policy: &Policy,
    progress: &dyn Progress,
) -> Result<Report, AuditError> {
    let history = History::open(repository)?;
    let leaks = Leaks::default();
    let reader = FullReader::new(&history);
    let read = reader.visit(&|blob| leaks.look(engine, blob), progress);
    let (sightings, traced) = places::of(&leaks.sorted(), &reader, engine);
    let credentials = policy.apply(group(sightings));
    Ok(Report { task: Task::Audit, credentials, coverage: redacted(read.and(traced), engine) })
}
