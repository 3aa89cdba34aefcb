//! Options of the engine: rules, confidence, clock and threads.

use std::path::PathBuf;

use anyhow::Context;
use bstr::BString;
use clap::Args;
use clap::builder::{PossibleValuesParser, TypedValueParser};
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use keysieve::policy::config::{Layer, Origin, PatternFile};
use keysieve::report::output::sink;
use keysieve::rules::Confidence;
use keysieve::rules::catalogue::Catalogue;

#[derive(Args)]
pub struct EngineArgs {
    /// Add custom rules from a pattern file (repeatable)
    #[arg(long, value_name = "FILE", help_heading = "Rules")]
    patterns: Vec<PathBuf>,
    /// Minimum confidence that is reported; `low` includes findings such as tokens with an invalid checksum [default: medium, or as configured]
    #[arg(long, value_parser = confidence(), value_name = "LEVEL", help_heading = "Policy")]
    min_confidence: Option<Confidence>,
    /// Also honor the ignore comments of gitleaks, betterleaks, trufflehog, kingfisher and detect-secrets
    #[arg(long, help_heading = "Policy")]
    honor_ignore_comments: bool,
    /// Evaluate expiry dates as of this time, for example 2026-01-31T00:00:00Z [default: now]
    #[arg(long, value_parser = time, value_name = "RFC3339", help_heading = "Policy")]
    now: Option<Timestamp>,
    /// Number of threads, at most one per processor [default: one per processor]
    #[arg(long, value_name = "N", help_heading = "Speed", value_parser = clap::value_parser!(u16).range(1..))]
    threads: Option<u16>,
}

/// A time in RFC 3339 format.
fn time(text: &str) -> Result<Timestamp, &'static str> {
    text.parse().map_err(|_| "expected a time such as 2026-01-31T00:00:00Z")
}

/// A level of confidence, by its name.
pub fn confidence() -> impl TypedValueParser<Value = Confidence> {
    let names = Confidence::ALL.iter().map(|confidence| confidence.as_str());
    PossibleValuesParser::new(names)
        .map(|name| Confidence::from_name(&name).expect("one of their names"))
}

impl EngineArgs {
    /// The built-in catalogue and the custom rules of `--patterns`.
    pub fn catalogue(&self) -> anyhow::Result<Catalogue> {
        let mut catalogue = Catalogue::built_in();
        for file in &self.patterns {
            keysieve::setup::add_pattern_file(&mut catalogue, file)?;
        }
        Ok(catalogue)
    }

    /// The options as the most specific layer of the configuration.
    pub fn layer(&self) -> Layer {
        let patterns = self.patterns.iter().cloned().map(PatternFile::Disk).collect();
        Layer {
            min_confidence: self.min_confidence,
            honor_ignore_comments: self.honor_ignore_comments.then_some(true),
            patterns,
            ..Layer::empty(Origin::CommandLine, BString::default())
        }
    }

    /// The time given by `--now`, in seconds since 1970.
    pub fn now(&self) -> Option<i64> {
        self.now.map(Timestamp::as_second)
    }

    /// The day on which expiry dates are evaluated, in UTC.
    pub fn today(&self) -> Date {
        self.now.unwrap_or_else(Timestamp::now).to_zoned(TimeZone::UTC).date()
    }

    /// Runs `work` in a pool of `--threads` threads.
    pub fn in_pool<T: Send>(&self, work: impl FnOnce() -> T + Send) -> anyhow::Result<T> {
        let threads = self.threads.map_or(0, bounded);
        let pool = rayon::ThreadPoolBuilder::new()
            .num_threads(threads)
            .build()
            .context("cannot start threads; try --threads 1")?;
        Ok(pool.install(work))
    }
}

/// At most as many threads as the machine can run at the same time: more would need memory and
/// gain nothing.
fn bounded(threads: u16) -> usize {
    let most = std::thread::available_parallelism().map_or(1, usize::from);
    let threads = usize::from(threads);
    if threads > most {
        sink::eprint_line(&format!(
            "note: --threads {threads} is more than this machine can run at once; using {most}"
        ));
    }
    threads.min(most)
}
