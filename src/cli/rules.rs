//! `keysieve rules`: what is looked for, told, checked and brought in.

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

/// Show what keysieve looks for
#[derive(Args)]
pub struct Rules {
    #[command(subcommand)]
    command: RulesCommand,
}

#[derive(Subcommand)]
enum RulesCommand {
    /// List all rules, a line each
    List {
        /// Form of the list
        #[arg(short, long, value_enum, default_value_t = ListFormat::Human)]
        format: ListFormat,
        #[command(flatten)]
        engine: EngineArgs,
    },
    /// Show one rule: what it finds, what that can do, how it is rotated
    Show {
        /// The rule's id, as `rules list` and reports name it
        id: String,
        #[command(flatten)]
        engine: EngineArgs,
    },
    /// Check pattern files: schema, reach, every example through the real engine, and time
    Check(check::Check),
    /// Bring custom rules of a gitleaks configuration into a pattern file
    Import(import::Import),
}

#[derive(Clone, Copy, ValueEnum)]
enum ListFormat {
    /// For people
    Human,
    /// For programs, with everything that is known of a rule
    Json,
    /// A page of documentation
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
                let rule = catalogue.get(id).with_context(|| {
                    format!("there is no rule {id:?}; `keysieve rules list` names them all")
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
