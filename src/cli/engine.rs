//! Options about how we look: rules and threads.

use std::path::PathBuf;

use anyhow::Context;
use bstr::BString;
use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use keysieve::policy::config::{Layer, Origin, PatternFile};
use keysieve::report::output::sink;
use keysieve::rules::catalogue::Catalogue;

#[derive(Args)]
pub struct EngineArgs {
    /// Add the rules of a pattern file of your own (may be given several times)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    patterns: Vec<PathBuf>,
    /// Report unlikely credentials too, such as tokens whose checksum does not hold
    #[arg(long, help_heading = "Rules")]
    show_unlikely: bool,
    /// Honour the inline marks of gitleaks, betterleaks, trufflehog, kingfisher and detect-secrets too
    #[arg(long, help_heading = "Policy")]
    foreign_allows: bool,
    /// Take this for the time by which tokens and a baseline's entries have expired, as in 2026-01-31T00:00:00Z [default: now]
    #[arg(long, value_name = "RFC3339", help_heading = "Rules")]
    now: Option<Timestamp>,
    /// Use this many threads, one for each processor at most [default: one for each processor]
    #[arg(long, value_name = "N", help_heading = "Speed", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

impl EngineArgs {
    /// The built-in catalogue and the user's own rules.
    pub fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let mut catalogue = Catalogue::built_in();
        for file in &self.patterns {
            keysieve::setup::add_pattern_file(&mut catalogue, file)?;
        }
        Ok(catalogue)
    }

    /// What is said on the command line, as the nearest layer of the configuration.
    pub fn layer(&self) -> Layer {
        let patterns = self.patterns.iter().cloned().map(PatternFile::Disk).collect();
        Layer {
            show_unlikely: self.show_unlikely.then_some(true),
            foreign_allows: self.foreign_allows.then_some(true),
            patterns,
            ..Layer::empty(Origin::CommandLine, BString::default())
        }
    }

    /// The clock that is asked for, in seconds since 1970.
    pub fn now(&self) -> Option<i64> {
        self.now.map(Timestamp::as_second)
    }

    /// The day by which what is accepted has expired, in UTC.
    pub fn today(&self) -> Date {
        self.now.unwrap_or_else(Timestamp::now).to_zoned(TimeZone::UTC).date()
    }

    /// Runs `work` with as many threads as were asked for.
    pub fn in_pool<T: Send>(&self, work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
        let threads = self.threads.map_or(0, bounded);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .context("cannot start threads; try --threads 1")?;
        Ok(pool.install(work))
    }
}

/// As many threads as the machine can run at the same time, where more are asked for: each has
/// its share of memory and gains nothing.
fn bounded(threads: u16) -> usize {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = usize::from(threads);
    if threads > most {
        sink::eprint_line(&format!(
            "note: --threads {threads} is more than this machine runs at the same time; it is {most}"
        ));
    }
    threads.min(most)
}
