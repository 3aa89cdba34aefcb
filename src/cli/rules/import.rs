//! `keysieve rules import`: custom rules of another scanner, as a pattern file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use keysieve::import::{Options, import};
use keysieve::report::output::{escape, sink};
use keysieve::source::open;

use super::STRONG;

/// What cannot be carried over is said on standard error. Exit code 1 where a rule was left out.
#[derive(Args)]
pub struct Import {
    /// A gitleaks configuration with [[rules]] of your own
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the pattern file here instead of to standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Whose rules these are [default: the title of FILE]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Page where these credentials are rotated
    #[arg(long, value_name = "URL")]
    rotate: Option<String>,
}

impl Import {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let file = self.file.display();
        let text = open::named_text(&self.file).with_context(|| format!("cannot read {file}"))?;
        if let Some(rotate) = &self.rotate {
            anyhow::ensure!(rotate.starts_with("https://"), "--rotate takes an https:// link");
        }
        let options = Options { provider: self.provider.clone(), rotate: self.rotate.clone() };
        let imported = import(&text, &options).with_context(|| format!("cannot import {file}"))?;
        match &self.output {
            Some(output) => sink::file(output, |out| out.write_all(imported.file.as_bytes()))
                .with_context(|| format!("cannot write {}", output.display()))?,
            // Each text of it is quoted, so that none steers.
            None => sink::print(|out| out.write_all(imported.file.as_bytes()))?,
        }
        for note in &imported.notes {
            sink::eprint_line(&escape::escaped(note));
        }
        let (carried, rules) = (imported.carried, imported.rules);
        sink::eprint_line(&format!("{STRONG}{carried} of {rules} rules carried over.{STRONG:#}"));
        Ok(if carried == rules { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
