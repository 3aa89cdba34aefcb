//! `keysieve scan`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::bail;
use clap::Args;
use keysieve::git::GitEnvironment;
use keysieve::guard::guard_range;
use keysieve::policy::Policy;
use keysieve::policy::config::RunMode;
use keysieve::scan;
use keysieve::setup::Setup;
use keysieve::source::Source;
use keysieve::source::stdin::Stdin;
use keysieve::source::worktree::{Ignored, WorkTree};

use super::engine::EngineArgs;
use super::output::OutputArgs;
use super::policy::{PolicyArgs, Repository};
use super::progress::Bar;

/// Scan files and folders, or standard input
///
/// Hidden files are scanned, .git is not, and symbolic links are not followed. Files matched by
/// .gitignore are skipped unless git tracks them. With --since, commits are scanned instead of
/// files.
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
            let source = self.source(&policy, base.as_deref())?;
            let bar = Bar::new("files");
            anyhow::Ok(scan::scan(&*source, &engine, &policy, &bar))
        })??;
        if self.policy.takes_repository() {
            // The report is filtered already.
            let notes: Vec<String> =
                notes.iter().map(|note| report.filter.message(note, &engine)).collect();
            report.coverage.notes.extend(notes);
        }
        self.output.deliver(&report, engine.rules(), None)
    }

    /// `base` is the folder that paths are relative to if it is not a repository.
    fn source(&self, policy: &Policy, base: Option<&Path>) -> anyhow::Result<Box<dyn Source>> {
        let stdin = Path::new("-");
        if self.paths == [stdin] {
            return Ok(Box::new(Stdin));
        }
        if self.paths.iter().any(|path| path == stdin) {
            bail!(
                "`-` means standard input and must be the only path; for a file of that name use ./-"
            );
        }
        let ignored = if self.no_ignore { Ignored::Scanned } else { Ignored::Skipped };
        let config = &policy.config;
        let tree = WorkTree::list_from(base, &self.paths, ignored)?;
        let tree = tree.exclude(|path| config.exclusion(path).is_some());
        Ok(Box::new(match config.max_file_size() {
            Some(largest) => tree.no_larger_than(largest),
            None => tree,
        }))
    }
}
