//! `keysieve rules list` and `keysieve rules show ID`.

use std::io::{self, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use clap::{Args, Subcommand};
use keysieve::engine::Engine;
use keysieve::engine::examples::{check_example, check_non_example};
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{Rule, Trigger};

use super::engine::EngineArgs;

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
    /// Check pattern files: schema, reach, and every example through the real engine
    Check {
        /// Files with the schema of patterns/README.md
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
    },
}

impl Rules {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let mut out = anstream::stdout().lock();
        let written = match &self.command {
            RulesCommand::List { engine } => list(engine.catalogue()?.rules(), &mut out),
            RulesCommand::Show { id, engine } => {
                let catalogue = engine.catalogue()?;
                let rule = catalogue.get(id).with_context(|| {
                    format!("there is no rule {id:?}; `keysieve rules list` names them all")
                })?;
                show(rule, &mut out)
            }
            RulesCommand::Check { files } => return check(files),
        };
        match written {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(error.into()),
            _ => Ok(ExitCode::SUCCESS),
        }
    }
}

/// A file of the built-in catalogue may be checked too: its rules stand in for those of the
/// same id.
fn check(files: &[PathBuf]) -> anyhow::Result<ExitCode> {
    let mut catalogue = Catalogue::built_in();
    let mut checked = Vec::new();
    for file in files {
        checked.extend(catalogue.replace_file(file)?);
    }
    let engine = Engine::new(catalogue, FingerprintKey::from_environment());
    let mut out = anstream::stdout().lock();
    let (mut texts, mut wrong) = (0, 0);
    for rule in engine.rules().iter().filter(|rule| checked.contains(&rule.id.to_string())) {
        let examples = rule.examples.iter().map(|text| check_example(&engine, rule, text));
        let non_examples = rule.non_examples.iter().map(|text| check_non_example(&engine, text));
        let examples = ("example", examples.collect::<Vec<_>>());
        let non_examples = ("non-example", non_examples.collect::<Vec<_>>());
        for (kind, results) in [examples, non_examples] {
            texts += results.len();
            for (number, why) in results.into_iter().enumerate() {
                if let Err(why) = why {
                    wrong += 1;
                    writeln!(out, "{STRONG}{}{STRONG:#} {kind} {}: {why}", rule.id, number + 1)?;
                }
            }
        }
    }
    writeln!(out, "{} rules, {texts} texts, {wrong} wrong.", checked.len())?;
    Ok(if wrong == 0 { ExitCode::SUCCESS } else { ExitCode::from(1) })
}

fn list(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let width = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let legacy = if rule.legacy { " (legacy)" } else { "" };
        writeln!(
            out,
            "{STRONG}{:width$}{STRONG:#}  {:8}  {}{legacy}",
            rule.id, rule.severity, rule.name
        )?;
    }
    Ok(())
}

fn show(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let legacy = if rule.legacy { ", no longer issued" } else { "" };
    writeln!(out, "{STRONG}{}{STRONG:#} ({}){legacy}", rule.name, rule.id)?;
    writeln!(out, "{}", rule.description)?;
    writeln!(out)?;
    writeln!(out, "Provider:    {}", rule.provider)?;
    writeln!(out, "Severity:    {}", rule.severity)?;
    writeln!(out, "Confidence:  {}{}", rule.confidence, checked(rule))?;
    writeln!(out, "Since:       {}", rule.since)?;
    match &rule.trigger {
        Trigger::Anchors { literals, .. } => writeln!(out, "Found by:    {}", literals.join(", "))?,
        Trigger::Names(names) => writeln!(out, "Found by:    the value of {}", names.join(", "))?,
    }
    writeln!(out, "Shape:       {}", rule.regex)?;
    writeln!(out)?;
    writeln!(out, "Rotate it: {LINK}{}{LINK:#}", rule.rotate)?;
    for (number, step) in rule.runbook.iter().enumerate() {
        writeln!(out, "  {}. {step}", number + 1)?;
    }
    for reference in rule.references.iter() {
        writeln!(out, "Read more: {LINK}{reference}{LINK:#}")?;
    }
    Ok(())
}

fn checked(rule: &Rule) -> String {
    match (rule.checks.checksum, rule.checks.structure) {
        (Some(checksum), _) => format!(" (certain where the checksum {checksum} holds)"),
        (None, Some(structure)) => format!(" (the structure {structure} is checked)"),
        (None, None) => String::new(),
    }
}
