//! `keysieve audit`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, ValueEnum};
use keysieve::audit::{Options, Reader, audit};

use super::engine::EngineArgs;
use super::output::OutputArgs;
use super::progress::Bar;

/// Audit a whole git history: everything that the repository holds
///
/// Looks at each version of each file once, at the messages of commits and tags, at what
/// stashes, reflogs and unreachable objects keep, and says of each credential which commit
/// brought it in, by whom and when, and whether it is still there.
#[derive(Args)]
pub struct Audit {
    /// The repository, or a folder in it; bare ones too
    #[arg(value_name = "REPO", default_value = ".")]
    repository: PathBuf,
    /// Pass over files larger than this many MB (2^20 bytes)
    #[arg(long, value_name = "MB", default_value_t = 512, value_parser = clap::value_parser!(u64).range(1..=1 << 20))]
    max_blob_size: u64,
    /// How the history is read; the report is the same
    #[arg(long, value_enum, default_value_t = HistoryReader::Delta, hide = true)]
    history_reader: HistoryReader,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    output: OutputArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum HistoryReader {
    Delta,
    Whole,
    Full,
}

impl From<HistoryReader> for Reader {
    fn from(reader: HistoryReader) -> Reader {
        match reader {
            HistoryReader::Delta => Reader::Delta,
            HistoryReader::Whole => Reader::Whole,
            HistoryReader::Full => Reader::Full,
        }
    }
}

impl Audit {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let engine = self.engine.engine()?;
        let policy = self.engine.policy();
        let report = self.engine.in_pool(|| {
            let bar = Bar::new("objects");
            let reader = self.history_reader.into();
            let options = Options { reader, max_blob_size: self.max_blob_size << 20 };
            audit(&self.repository, options, &engine, &policy, &bar)
        })??;
        self.output.deliver(&report, engine.rules(), None)
    }
}
