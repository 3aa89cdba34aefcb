//! `keysieve rules import`: custom rules of another scanner, as a pattern file.

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use keysieve::import::{Options, import};
use keysieve::report::output::{escape, sink};
use keysieve::source::open;

use super::STRONG;

#[derive(Args)]
pub struct ImportRules {
    /// A gitleaks configuration with custom [[rules]]
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Write the pattern file to FILE instead of standard output
    #[arg(short, long, value_name = "FILE")]
    output: Option<PathBuf>,
    /// Provider of the credentials [default: the title of FILE]
    #[arg(long, value_name = "NAME")]
    provider: Option<String>,
    /// Page that explains how to rotate these credentials
    #[arg(long, value_name = "URL")]
    rotate: Option<String>,
}

impl ImportRules {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let file = self.file.display();
        let text = open::named_text(&self.file).with_context(|| format!("cannot read {file}"))?;
        if let Some(rotate) = &self.rotate {
            anyhow::ensure!(rotate.starts_with("https://"), "--rotate needs an https:// URL");
        }
        let options = Options { provider: self.provider.clone(), rotate: self.rotate.clone() };
        let imported = import(&text, &options).with_context(|| format!("cannot import {file}"))?;
        match &self.output {
            Some(output) => sink::file(output, |out| out.write_all(imported.file.as_bytes()))
                .with_context(|| format!("cannot write {}", output.display()))?,
            // Every string in it is quoted, so nothing can steer the terminal.
            None => sink::print(|out| out.write_all(imported.file.as_bytes()))?,
        }
        for note in &imported.notes {
            sink::eprint_line(&escape::escaped(note));
        }
        let (carried, rules) = (imported.carried, imported.rules);
        sink::eprint_line(&format!("{STRONG}{carried} of {rules} rules imported.{STRONG:#}"));
        Ok(if carried == rules { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}
