//! `keysieve audit`.

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Args;
use keysieve::audit::audit;

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
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Audit {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let engine = self.engine.engine()?;
        let policy = self.engine.policy();
        let report = self.engine.in_pool(|| {
            let bar = Bar::new("objects");
            audit(&self.repository, &engine, &policy, &bar)
        })??;
        self.output.deliver(&report, engine.rules(), None)
    }
}
