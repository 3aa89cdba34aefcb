//! Options of the report: format, destination, exit code.

use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use keysieve::foreign::foreign_path;
use keysieve::report::output::sink;
use keysieve::report::{Detail, Format, Outcome, Report, Screen};
use terminal_size::{Height, Width};

/// The most columns of a terminal that the human-readable report uses: longer lines are hard to
/// read.
const WIDEST: usize = 100;
const NARROWEST: usize = 40;

#[derive(Args)]
pub struct OutputArgs {
    /// Output format [default: from the extension of FILE; otherwise human on a terminal and in the hook, SARIF when piped]
    #[arg(short, long, value_enum, help_heading = "Report")]
    format: Option<FormatName>,
    /// Write the report to FILE instead of standard output
    #[arg(short, long, value_name = "FILE", help_heading = "Report")]
    output: Option<PathBuf>,
    /// Exit with 0 even if credentials were found (still 2 if something could not be scanned)
    #[arg(long, help_heading = "Report")]
    exit_zero: bool,
    /// List skipped files by name (JSON always does)
    #[arg(short, long, help_heading = "Report")]
    verbose: bool,
}

/// Where the human-readable report of a hook goes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Stream {
    Stdout,
    /// Of a push, whose standard output is git's: `git push --porcelain`. Nothing is written if
    /// there is nothing to report.
    StderrIfEventful,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatName {
    /// SARIF 2.1.0, for GitHub code scanning and other tools
    Sarif,
    /// Human-readable text
    Human,
    /// JSON, one entry per credential
    Json,
}

impl OutputArgs {
    /// Writes the report and turns its outcome into the exit code.
    pub fn deliver(&self, report: &Report, otherwise: Option<Format>) -> anyhow::Result<ExitCode> {
        let human = |screen, out: &mut dyn Write| report.write_on(screen, Format::Human, out);
        self.deliver_by(report, otherwise, human).map(ExitCode::from)
    }

    /// The report of a hook: for people, unless another format is given.
    pub fn deliver_on(
        &self,
        stream: Stream,
        report: &Report,
        human: impl FnOnce(Screen, &mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<ExitCode> {
        self.deliver_code(stream, report, human).map(ExitCode::from)
    }

    /// [`OutputArgs::deliver_on`], with the exit code as a number.
    pub fn deliver_code(
        &self,
        stream: Stream,
        report: &Report,
        human: impl FnOnce(Screen, &mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<u8> {
        if stream == Stream::Stdout || self.format.is_some() || self.output.is_some() {
            return self.deliver_by(report, Some(Format::Human), human);
        }
        sink::remember(&report.filter);
        if self.verbose || report.is_eventful() {
            sink::eprint(|out| human(self.screen(), out));
        }
        Ok(self.exit_code(report))
    }

    /// [`OutputArgs::deliver`] with another human-readable report.
    fn deliver_by(
        &self,
        report: &Report,
        otherwise: Option<Format>,
        human: impl FnOnce(Screen, &mut dyn Write) -> io::Result<()>,
    ) -> anyhow::Result<u8> {
        sink::remember(&report.filter);
        let screen = self.screen();
        let write = |out: &mut dyn Write| match self.chosen_format(otherwise) {
            Format::Human => human(screen, out),
            format => report.write_on(screen, format, out),
        };
        match &self.output {
            Some(file) => sink::file(file, write).with_context(|| {
                format!("cannot write the report to {}", foreign_path(file.display()))
            })?,
            None => {
                sink::print(write).context("cannot write the report to standard output")?;
            }
        }
        Ok(self.exit_code(report))
    }

    fn exit_code(&self, report: &Report) -> u8 {
        match report.outcome() {
            Outcome::Clean => 0,
            Outcome::Found if self.exit_zero => 0,
            Outcome::Found => 1,
            _ => 2,
        }
    }

    /// Whether the report is SARIF.
    pub fn is_sarif(&self) -> bool {
        self.chosen_format(None) == Format::Sarif
    }

    /// The terminal that the report goes to. Git gives its hooks standard error as standard
    /// output; both are the same terminal.
    fn screen(&self) -> Screen {
        let size = terminal_size::terminal_size().filter(|_| self.output.is_none());
        let detail = if self.verbose { Detail::Names } else { Detail::Counts };
        let screen = size.map_or_else(Screen::default, |(Width(width), Height(height))| Screen {
            width: usize::from(width).clamp(NARROWEST, WIDEST),
            height: usize::from(height),
            ..Screen::default()
        });
        Screen { detail, ..screen }
    }

    fn chosen_format(&self, otherwise: Option<Format>) -> Format {
        if let Some(name) = self.format {
            return match name {
                FormatName::Sarif => Format::Sarif,
                FormatName::Human => Format::Human,
                FormatName::Json => Format::Json,
            };
        }
        let ending = self.output.as_deref().and_then(Path::extension).and_then(|e| e.to_str());
        match ending {
            Some("sarif") => Format::Sarif,
            Some("json") => Format::Json,
            Some("txt" | "text" | "log") => Format::Human,
            _ => otherwise.unwrap_or_else(|| {
                let terminal = self.output.is_none() && sink::is_terminal();
                if terminal { Format::Human } else { Format::Sarif }
            }),
        }
    }
}
