//! The time limit of a scan: a server stops a hook that takes too long, and what was not scanned must
//! be reported before that.

use std::time::{Duration, Instant};

use crate::source::{Coverage, Failure};

/// The name of the failure for what was not reached in time.
pub const TIME_LIMIT: &str = "the rest of the push";

/// When scanning ends; by default never.
#[derive(Clone, Copy, Debug, Default)]
pub struct Deadline(Option<(Instant, Duration)>);

impl Deadline {
    /// So long after the start.
    pub fn after(start: Instant, limit: Duration) -> Deadline {
        Deadline(Some((start, limit)))
    }

    pub fn is_over(&self) -> bool {
        self.0.is_some_and(|(start, limit)| start.elapsed() >= limit)
    }

    /// Of something that was not scanned because the time was over.
    pub fn coverage(&self) -> Coverage {
        Coverage::failure(self.failure())
    }

    /// What a report says about it.
    pub fn failure(&self) -> Failure {
        let seconds = self.0.map_or(0.0, |(_, limit)| limit.as_secs_f64());
        Failure::new(
            TIME_LIMIT,
            format!(
                "the time limit of {seconds} s was reached (--time-limit); push fewer commits at a \
                 time"
            ),
        )
    }
}
