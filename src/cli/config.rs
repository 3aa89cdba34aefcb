//! `keysieve config show` and `config schema`.

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use bstr::BStr;
use clap::{Args, Subcommand, ValueEnum};
use keysieve::engine::decode::DEPTH;
use keysieve::engine::generic::MEDIUM_THRESHOLD;
use keysieve::foreign::foreign;
use keysieve::policy::config::{Config, Setting, schema};
use keysieve::report::output::{escape, sink};
use keysieve::rules::catalogue::Catalogue;
use keysieve::setup::Repository;
use serde_json::json;

use super::engine::EngineArgs;
use super::policy::ConfigArgs;

/// Show the effective configuration and its sources
#[derive(Args)]
pub struct ConfigCommand {
    #[command(subcommand)]
    command: ConfigSubcommand,
}

#[derive(Subcommand)]
enum ConfigSubcommand {
    Show(Show),
    /// Print the JSON Schema of .keysieve.toml, for editors
    Schema,
}

/// Show each effective setting and the file it comes from
#[derive(Args)]
struct Show {
    /// A file or folder of the working tree; the configuration of its folders is included
    #[arg(value_name = "PATH", default_value = ".")]
    path: PathBuf,
    /// Output format
    #[arg(short, long, value_enum, default_value_t = ShowFormat::Human)]
    format: ShowFormat,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum ShowFormat {
    /// Human-readable text
    Human,
    /// JSON
    Json,
}

impl ConfigCommand {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let text = match &self.command {
            ConfigSubcommand::Show(command) => command.text()?,
            ConfigSubcommand::Schema => schema()?,
        };
        sink::print_text(&text)?;
        Ok(ExitCode::SUCCESS)
    }
}

impl Show {
    fn text(&self) -> anyhow::Result<String> {
        let Repository { files, top, .. } = Repository::of_work_tree(&self.path);
        let config_files = self.config.config_files(files, self.engine.layer());
        let mut config = Config::load(config_files)?;
        // Pattern files are not read here, so that their rule ids cannot be checked.
        if config.patterns().is_empty() {
            config.resolve_rules(&Catalogue::built_in())?;
        }
        let path = top.and_then(|top| below(&top, &self.path));
        let settings = config.settings(path.as_deref().map(BStr::new), DEPTH, MEDIUM_THRESHOLD);
        if let Some(fault) = config.faults().into_iter().next() {
            return Err(fault.into());
        }
        Ok(match self.format {
            ShowFormat::Human => human(&settings),
            ShowFormat::Json => {
                let entries: Vec<_> = settings.iter().map(entry).collect();
                let mut text = Vec::new();
                escape::json(&entries, &mut text)?;
                String::from_utf8(text)?
            }
        })
    }
}

/// The path relative to the top of the work tree; for a folder, the path of any file in it.
/// `None` for the top itself.
fn below(top: &Path, path: &Path) -> Option<Vec<u8>> {
    let path = std::fs::canonicalize(path).ok()?;
    let below = path.strip_prefix(top).ok().filter(|below| !below.as_os_str().is_empty())?;
    let parts: Vec<_> = below.iter().map(|part| part.to_string_lossy().into_owned()).collect();
    let below = parts.join("/");
    Some(if path.is_dir() { below + "/*" } else { below }.into_bytes())
}

fn entry(Setting { key, value, origin }: &Setting) -> serde_json::Value {
    let kind = origin.as_ref().map_or("built in", |origin| origin.kind());
    let file = origin.as_ref().map(|origin| origin.file());
    let (value, file) = (text(value), file.map(text));
    json!({ "key": key, "value": value, "origin": kind, "file": file })
}

/// A value or a file name, without secrets.
fn text(text: &str) -> String {
    sink::safe_message(&foreign(text).to_string())
}

/// `key = value  # origin`, in columns.
fn human(settings: &[Setting]) -> String {
    let plain = |text: &str| sink::safe_message(&foreign(escape::escaped(text)).to_string());
    let assignment = |one: &Setting| format!("{} = {}", one.key, plain(&one.value));
    let widest = settings.iter().map(|one| assignment(one).chars().count()).max().unwrap_or(0);
    let line = |one: &Setting| {
        let origin = one.origin.as_ref().map_or("built in".to_owned(), ToString::to_string);
        format!("{:widest$}  {}\n", assignment(one), plain(&origin))
    };
    settings.iter().map(line).collect()
}
