//! The command line, one command per file.

use std::process::ExitCode;

use anstyle::{AnsiColor, Style};
use clap::{Parser, Subcommand};
use keysieve::report::output::sink;

mod audit;
mod baseline;
mod config;
mod engine;
mod hook;
mod output;
mod policy;
mod progress;
mod rules;
mod scan;

/// How errors are marked.
pub const BAD: Style = AnsiColor::Red.on_default().bold();

/// Finds leaked tokens, API keys, private keys and passwords, and shows how to rotate them.
///
/// Exit codes: 0 no blocking findings, 1 blocking findings, 2 something could not be scanned or
/// the command failed. The output never contains a secret.
#[derive(Parser)]
#[command(name = "keysieve", version, max_term_width = 100, arg_required_else_help = true)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    Scan(scan::Scan),
    Audit(audit::Audit),
    Hook(hook::Hook),
    Baseline(baseline::BaselineCommand),
    Config(config::ConfigCommand),
    Rules(rules::Rules),
}

/// Parses the command line and runs the command.
pub fn run() -> anyhow::Result<ExitCode> {
    let cli = match Cli::try_parse() {
        Ok(cli) => cli,
        Err(error) => return explain(&error),
    };
    match cli.command {
        Command::Scan(command) => command.run(),
        Command::Audit(command) => command.run(),
        Command::Hook(command) => command.run(),
        Command::Baseline(command) => command.run(),
        Command::Config(command) => command.run(),
        Command::Rules(command) => command.run(),
    }
}

/// `1 rule`, `2 rules`.
fn count(number: usize, noun: &str) -> String {
    format!("{number} {noun}{}", if number == 1 { "" } else { "s" })
}

/// Help goes to standard output, errors in the command line to standard error.
fn explain(error: &clap::Error) -> anyhow::Result<ExitCode> {
    let text = error.render();
    if error.use_stderr() {
        sink::print_usage_error(&text.ansi().to_string(), &text.to_string());
    } else {
        sink::print(|out| write!(out, "{}", text.ansi()))?;
    }
    Ok(ExitCode::from(u8::try_from(error.exit_code()).unwrap_or(2)))
}
