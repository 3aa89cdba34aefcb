//! `keysieve scan`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_range;
use keysieve::policy::config::RunMode;
use keysieve::scan;
use keysieve::setup::{Repository, Setup};
use keysieve::source::stdin::Stdin;
use keysieve::source::worktree::Ignored;

use super::engine::EngineArgs;
use super::output::OutputArgs;
use super::policy::PolicyArgs;
use super::progress::Bar;

/// Scan files and folders, or standard input
///
/// Hidden files are scanned, and symbolic links are not followed. `.git` is skipped unless it is
/// named, as in `keysieve scan .git`; `keysieve audit` scans it too. Files matched by .gitignore are
/// skipped unless git tracks them. With --since, commits are scanned instead of files.
#[derive(Args)]
pub struct Scan {
    /// Files or folders to scan; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    paths: Vec<PathBuf>,
    /// Scan only what BASE..HEAD adds (for pull requests), including credentials added and removed again within the range; credentials that BASE already has in the changed files are not reported
    #[arg(long, value_name = "BASE", conflicts_with_all = ["paths", "no_ignore"])]
    since: Option<String>,
    /// Also scan ignored files
    #[arg(long)]
    no_ignore: bool,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    policy: PolicyArgs,
    #[command(flatten)]
    output: OutputArgs,
}

impl Scan {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let repository = Repository::of_scan(&self.paths);
        let (base, notes) = (repository.base.clone(), repository.notes());
        let Setup { engine, policy } =
            self.policy.setup(&self.engine, repository, RunMode::Check)?;
        let mut report = self.engine.in_pool(|| {
            if let Some(base) = &self.since {
                let (environment, bar) =
                    (GitEnvironment::from_process(Path::new(".")), Bar::new("versions"));
                let added = guard_range(&environment, base, "HEAD", &engine, &policy, &bar)?;
                return Ok(added);
            }
            if self.paths == [Path::new("-")] {
                return Ok(scan::scan(&Stdin, &engine, &policy, &Bar::new("files")));
            }
            let (ignored, bar) = (self.ignored()?, Bar::new("files"));
            let paths = &self.paths;
            anyhow::Ok(scan::scan_paths(paths, ignored, base.as_deref(), &engine, &policy, &bar)?)
        })??;
        if self.policy.takes_repository() {
            report.add_notes(&notes, &engine);
        }
        self.output.deliver(&report, None)
    }

    fn ignored(&self) -> anyhow::Result<Ignored> {
        if self.paths.iter().any(|path| path == Path::new("-")) {
            bail!(
                "`-` means standard input and must be the only path; for a file of that name use ./-"
            );
        }
        Ok(if self.no_ignore { Ignored::Scanned } else { Ignored::Skipped })
    }
}
