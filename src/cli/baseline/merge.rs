//! `keysieve baseline merge`: git's merge driver.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use keysieve::policy::baseline::{Baseline, FILE, Merged, merge};
use keysieve::report::output::sink::eprint_line;
use keysieve::source::open;

use super::save_text;

#[derive(Args)]
pub struct Merge {
    /// The common ancestor; %O of git
    base: PathBuf,
    /// Our side, which is overwritten with the result; %A of git
    ours: PathBuf,
    /// Their side; %B of git
    theirs: PathBuf,
}

impl Merge {
    /// If the baselines cannot be merged nothing is lost: the file then has both sides between
    /// git's conflict markers.
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        match self.merged() {
            Ok(merged) => {
                save_text(&self.ours, &merged.text)?;
                for conflict in &merged.conflicts {
                    eprint_line(&format!("{FILE}: {conflict}"));
                }
                Ok(ExitCode::from(u8::from(!merged.conflicts.is_empty())))
            }
            Err(why) => {
                eprint_line(&format!(
                    "{FILE}: {why:#}; the file has both sides between conflict markers"
                ));
                let text = |file: &Path| {
                    open::named_text(file)
                        .with_context(|| format!("cannot read {}", file.display()))
                };
                let (ours, theirs) = (text(&self.ours)?, text(&self.theirs)?);
                let both = format!("<<<<<<< ours\n{ours}=======\n{theirs}>>>>>>> theirs\n");
                save_text(&self.ours, &both)?;
                Ok(ExitCode::from(1))
            }
        }
    }

    fn merged(&self) -> anyhow::Result<Merged> {
        // If both sides added the file, its ancestor is an empty file.
        let is_empty = std::fs::metadata(&self.base).is_ok_and(|file| file.len() == 0);
        let base = if is_empty { Baseline::default() } else { Baseline::read(&self.base)? };
        let (ours, theirs) = (Baseline::read(&self.ours)?, Baseline::read(&self.theirs)?);
        merge(&base, &ours, &theirs).map_err(anyhow::Error::msg)
    }
}
