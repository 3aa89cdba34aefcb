//! `keysieve baseline import`: the entries of another scanner's baseline.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use keysieve::engine::Engine;
use keysieve::findings::{Fingerprint, OtherScanner};
use keysieve::foreign::foreign;
use keysieve::import::triaged::{ForeignDisposition, ForeignEntry, Search, entries};
use keysieve::policy::baseline::{Baseline, FILE, Harmless, NewEntry};
use keysieve::report::output::Filter;
use keysieve::report::output::escape::escaped;
use keysieve::report::output::sink::{self, print_line};
use keysieve::rules::Confidence;
use keysieve::setup::{Repository, Setup};
use keysieve::source::open;
use keysieve::source::worktree::work_tree_top;

use super::{NEXT, read, save, terms};
use crate::cli::count;
use crate::cli::engine::EngineArgs;
use crate::cli::policy::ConfigArgs;
use crate::cli::progress::Bar;

#[derive(Args)]
pub struct Import {
    /// Scanner that produced the file
    #[arg(long, value_enum, value_name = "SCANNER")]
    from: ScannerName,
    /// A .gitleaksignore, .betterleaksignore, .secrets.baseline, kingfisher baseline or JSON report
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Person or team responsible for the accepted findings
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Why the findings are accepted, if FILE gives no reason [default: "imported from FILE"]
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Import all entries with this disposition [default: as in FILE, otherwise accepted until an expiry date]
    #[arg(long = "as", value_enum, value_name = "DISPOSITION")]
    disposition: Option<ImportAs>,
    /// Number of days until the last new entry expires; the most severe expire after 30
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(i32).range(1..=3650))]
    within: i32,
    /// The repository or a folder in it
    #[arg(long, value_name = "FOLDER", default_value = ".")]
    repository: PathBuf,
    #[command(flatten)]
    engine: EngineArgs,
    #[command(flatten)]
    config: ConfigArgs,
}

#[derive(Clone, Copy, ValueEnum)]
enum ScannerName {
    Gitleaks,
    Betterleaks,
    DetectSecrets,
    Kingfisher,
    Trufflehog,
}

#[derive(Clone, Copy, ValueEnum)]
enum ImportAs {
    Accepted,
    FalsePositive,
    TestValue,
}

impl From<ScannerName> for OtherScanner {
    fn from(name: ScannerName) -> OtherScanner {
        match name {
            ScannerName::Gitleaks => OtherScanner::Gitleaks,
            ScannerName::Betterleaks => OtherScanner::Betterleaks,
            ScannerName::DetectSecrets => OtherScanner::DetectSecrets,
            ScannerName::Kingfisher => OtherScanner::Kingfisher,
            ScannerName::Trufflehog => OtherScanner::Trufflehog,
        }
    }
}

impl Import {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let shown = self.file.display();
        let text = open::named_up_to(&self.file, open::LARGE_LIMIT)
            .with_context(|| format!("cannot read {shown}"))?;
        let scanner = OtherScanner::from(self.from);
        let entries = entries(scanner, &String::from_utf8_lossy(&text))
            .with_context(|| format!("cannot read {shown} as a {} file", scanner.as_str()))?;
        let top = work_tree_top(&self.repository).with_context(|| {
            format!("{} is not in the work tree of a git repository", self.repository.display())
        })?;
        let repository = Repository::of_work_tree(&self.repository);
        let Setup { engine, policy } =
            self.config.setup_without_baseline(&self.engine, repository)?;
        let file = top.join(FILE);
        let mut baseline = match file.exists() {
            true => read(&file, Some(&top), &engine)?,
            false => Baseline::under(engine.key_name()),
        };
        let mapping = self.map_entries(&entries, &top, &engine, policy.config.min_confidence())?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let reason = self.reason.clone().unwrap_or_else(|| format!("imported from {name}"));
        let terms = terms(&reason, &self.owner, self.within, self.engine.today())?;
        let credentials = mapping.by_secret.len();
        let of_past = mapping.by_secret.values().filter(|one| one.paths.is_empty()).count();
        let new_entries = mapping.by_secret.into_values().collect();
        let (new, new_paths) = baseline.add(new_entries, engine.rules(), &terms);
        baseline.key = Some(engine.key_name().to_owned());
        if of_past > 0 && !baseline.history {
            baseline.history = true;
            print_line(&format!(
                "Credentials found only in the history: {of_past}; the baseline now covers the history."
            ))?;
        }
        save(&file, baseline, &engine)?;
        let (imported, all) = (entries.len() - mapping.unmapped, entries.len());
        print_line(&format!(
            "Wrote {} with {imported} of {all} entries imported: {} ({new} new) and {}. {NEXT}",
            file.display(),
            count(credentials, "credential"),
            count(new_paths, "new location")
        ))?;
        Ok(ExitCode::from(u8::from(mapping.unmapped > 0)))
    }

    /// Maps the entries to findings, and lists those without one.
    fn map_entries(
        &self,
        entries: &[ForeignEntry],
        top: &Path,
        engine: &Engine,
        least: Confidence,
    ) -> anyhow::Result<Mapping> {
        let mut mapping = Mapping::default();
        let bar = Bar::new("files");
        let results = self.engine.in_pool(|| {
            let search = Search::new(top, engine, entries, &self.file, least, &bar)?;
            anyhow::Ok(entries.iter().map(|entry| search.find(entry)).collect::<Vec<_>>())
        })??;
        sink::remember(&Filter::of(engine, &[]));
        for (entry, result) in entries.iter().zip(results) {
            match result {
                Err(reason) => {
                    mapping.unmapped += 1;
                    let name = foreign(escaped(&entry.name));
                    print_line(&format!("not imported: {name}: {}", escaped(&reason.to_string())))?;
                }
                Ok(mapped) => {
                    let disposition = match (self.disposition, entry.disposition) {
                        (Some(ImportAs::FalsePositive), _)
                        | (None, ForeignDisposition::NotASecret) => Some(Harmless::FalsePositive),
                        (Some(ImportAs::TestValue), _) => Some(Harmless::TestValue),
                        (Some(ImportAs::Accepted), _) | (None, ForeignDisposition::Triaged) => None,
                    };
                    let new_entry = NewEntry {
                        fingerprint: mapped.fingerprint,
                        rule: mapped.rule,
                        paths: mapped.paths,
                        past: mapped.past,
                        disposition,
                        reason: entry.reason.clone(),
                    };
                    mapping.add(new_entry);
                }
            }
        }
        Ok(mapping)
    }
}

#[derive(Default)]
struct Mapping {
    by_secret: BTreeMap<Fingerprint, NewEntry>,
    unmapped: usize,
}

impl Mapping {
    /// Merges the entries of one credential. If their dispositions differ it is accepted: what is
    /// a false positive in one location may be a secret in another.
    fn add(&mut self, new_entry: NewEntry) {
        let Some(entry) = self.by_secret.get_mut(&new_entry.fingerprint) else {
            self.by_secret.insert(new_entry.fingerprint, new_entry);
            return;
        };
        entry.paths.extend(new_entry.paths);
        entry.past.extend(new_entry.past);
        if entry.disposition != new_entry.disposition {
            entry.disposition = None;
        }
        if entry.reason.is_empty() {
            entry.reason = new_entry.reason;
        }
    }
}
