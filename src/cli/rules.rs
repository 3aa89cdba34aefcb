//! `keysieve rules`: lists, shows, checks and imports rules.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use clap::{Args, Subcommand, ValueEnum};
use keysieve::report::output::sink;
use keysieve::rules::Rule;
use keysieve::rules::catalogue::Catalogue;

use super::engine::EngineArgs;

mod check;
mod cost;
mod import;
mod list;
mod show;

const STRONG: Style = Style::new().bold();
const LINK: Style = AnsiColor::Cyan.on_default().underline();

/// List, show, check and import rules
#[derive(Args)]
pub struct Rules {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Subcommand)]
enum RulesCommand {
    /// List all rules
    List {
        /// Output format
        #[arg(short, long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
        #[command(flatten)]
        engine: EngineArgs,
    },
    /// Show one rule: what it detects, the impact of a leak, and the rotation steps
    Show {
        /// Id of the rule, as in `rules list` and reports
        id: String,
        #[command(flatten)]
        engine: EngineArgs,
    },
    /// Check pattern files: schema, limits, every example, and cost
    Check(check::CheckRules),
    /// Convert custom gitleaks rules to a keysieve pattern file
    ///
    /// Rules that cannot be converted are listed on standard error; the exit code is then 1.
    Import(import::ImportRules),
}

#[derive(Clone, Copy, ValueEnum)]
enum ListFormat {
    /// Human-readable text
    Human,
    /// JSON, with every field of a rule
    Json,
    /// Markdown, as in docs/rules.md
    Markdown,
}

impl Rules {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut text = Vec::new();
        let (code, catalogue) = match &self.command {
            RulesCommand::List { format, engine } => {
                let catalogue = engine.catalogue()?;
                match format {
                    ListFormat::Human => list::human(catalogue.rules(), &mut text),
                    ListFormat::Json => list::json(catalogue.rules(), &mut text),
                    ListFormat::Markdown => list::markdown(catalogue.rules(), &mut text),
                }?;
                (ExitCode::SUCCESS, Some(catalogue))
            }
            RulesCommand::Show { id, engine } => {
                let catalogue = engine.catalogue()?;
                let rule = catalogue.resolve(id).with_context(|| {
                    format!("unknown rule {id:?}; run `keysieve rules list` for all rules")
                })?;
                show::show(rule, &mut text)?;
                (ExitCode::SUCCESS, Some(catalogue))
            }
            RulesCommand::Check(command) => (command.run(&mut text)?, None),
            RulesCommand::Import(command) => return command.run(),
        };
        let is_own = |catalogue: Catalogue| catalogue.rules().iter().all(Rule::is_built_in);
        if catalogue.is_some_and(is_own) {
            sink::print(|out| out.write_all(&text))?;
        } else {
            sink::print_text(&String::from_utf8(text)?)?;
        }
        Ok(code)
    }
}
