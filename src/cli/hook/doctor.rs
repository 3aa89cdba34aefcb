//! `keysieve hook doctor`.

mod checks;
mod config_checks;
mod json;

use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use keysieve::git::GitEnvironment;
use keysieve::git::repository::jj;
use keysieve::hook::Stage;
use keysieve::hook::doctor::{Diagnosis, Health};
use keysieve::report::output::sink;

use super::StageName;
use checks::{CheckState, DoctorCheck, DoctorChecks};

/// Show which hook git runs and test it with a fake secret
///
/// The test commits a fake secret in a temporary repository with the same hooks; the repository
/// itself is not changed. Exit codes: 0 protected, 1 not protected, 2 unknown, for example because
/// another hook blocks every commit.
#[derive(Args)]
pub struct Doctor {
    /// Stage at which git runs the hook
    #[arg(long, value_enum, default_value_t)]
    stage: StageName,
    /// Output format
    #[arg(short, long, value_enum, default_value_t)]
    format: DoctorFormat,
}

#[derive(Clone, Copy, Default, ValueEnum)]
enum DoctorFormat {
    /// Human-readable text
    #[default]
    Human,
    /// JSON
    Json,
}

impl Doctor {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let stage: Stage = self.stage.into();
        let current_folder =
            std::env::current_dir().context("cannot determine the current folder")?;
        let jj = jj::workspace(&current_folder);
        if jj.is_some_and(|workspace| !workspace.has_git) {
            return self.of_jj(stage);
        }
        let diagnosis = Diagnosis::of(&GitEnvironment::from_process(&current_folder), stage)
            .context("cannot determine which hook git runs; is this a git repository?")?;
        let checks = DoctorChecks::of(&diagnosis);
        let (code, summary) = match diagnosis.health() {
            Health::Protected => (0, "Protected."),
            Health::NotProtected => (1, "Not protected."),
            Health::Unknown => (2, "Unknown."),
        };
        match self.format {
            DoctorFormat::Human => write_human(stage, &checks, code, summary)?,
            DoctorFormat::Json => json::write(&diagnosis, &checks)?,
        }
        Ok(ExitCode::from(code))
    }

    /// In a jj repository without `.git` there is nothing to try.
    fn of_jj(&self, stage: Stage) -> anyhow::Result<ExitCode> {
        let checks = [DoctorCheck::of_jj()];
        match self.format {
            DoctorFormat::Human => write_human(stage, &checks, 1, "Not protected.")?,
            DoctorFormat::Json => json::write_jj(stage, &checks)?,
        }
        Ok(ExitCode::from(1))
    }
}

fn write_human(
    stage: Stage,
    checks: &[DoctorCheck],
    code: u8,
    summary: &str,
) -> std::io::Result<()> {
    sink::print(|out| {
        writeln!(out, "The {} hook of this repository:", stage.name())?;
        for DoctorCheck { state, message } in checks {
            let style = state.style();
            let word = if *state == CheckState::Fail { "FAIL" } else { state.word() };
            writeln!(out, "  {style}{word:<8}{style:#}{message}")?;
        }
        let style =
            [CheckState::Ok, CheckState::Fail, CheckState::Unknown][usize::from(code)].style();
        writeln!(out, "{style}{summary}{style:#}")
    })
}
