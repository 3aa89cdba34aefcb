//! `keysieve baseline import`: what another scanner knows.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::{Args, ValueEnum};
use keysieve::engine::Engine;
use keysieve::findings::{Fingerprint, Scanner};
use keysieve::foreign::foreign;
use keysieve::import::known::{Claim, Said, Search, claims};
use keysieve::policy::baseline::{Baseline, FILE, Harmless, Learned};
use keysieve::report::output::Filter;
use keysieve::report::output::sink::{self, say};
use keysieve::report::output::steer::plain;
use keysieve::rules::Confidence;
use keysieve::setup::Setup;
use keysieve::source::open;
use keysieve::source::worktree::top_of;

use super::{NEXT, read, save, terms};
use crate::cli::engine::EngineArgs;
use crate::cli::policy::{ConfigArgs, Repository};
use crate::cli::progress::Bar;

/// Each entry's secret is found again, in the working tree, in the commit that it names or by its
/// digest in the history, and gets an entry by its fingerprint. What could not be found is told
/// with the reason. Exit code 1 where there is such a one.
#[derive(Args)]
pub struct Import {
    /// Whose file it is
    #[arg(long, value_enum, value_name = "SCANNER")]
    from: ScannerName,
    /// A .gitleaksignore, .betterleaksignore, .secrets.baseline, kingfisher baseline, or a report as JSON
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Who answers for what is accepted
    #[arg(long, value_name = "NAME")]
    owner: String,
    /// Why it is accepted, where FILE does not say [default: that FILE had it]
    #[arg(long, value_name = "TEXT")]
    reason: Option<String>,
    /// Take all of it for this [default: what FILE says of each, else accepted for a time]
    #[arg(long = "as", value_enum, value_name = "DISPOSITION")]
    taken_for: Option<TakenFor>,
    /// Days after which the last of the new entries expires; the most severe expire after 30
    #[arg(long, value_name = "DAYS", default_value_t = 180, value_parser = clap::value_parser!(i32).range(1..=3650))]
    within: i32,
    /// A folder of the repository
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
enum TakenFor {
    Accepted,
    FalsePositive,
    TestValue,
}

impl From<ScannerName> for Scanner {
    fn from(name: ScannerName) -> Scanner {
        match name {
            ScannerName::Gitleaks => Scanner::Gitleaks,
            ScannerName::Betterleaks => Scanner::Betterleaks,
            ScannerName::DetectSecrets => Scanner::DetectSecrets,
            ScannerName::Kingfisher => Scanner::Kingfisher,
            ScannerName::Trufflehog => Scanner::Trufflehog,
        }
    }
}

impl Import {
    pub fn run(&self) -> anyhow::Result<ExitCode> {
        let shown = self.file.display();
        let text = open::named_up_to(&self.file, open::LARGE_LIMIT)
            .with_context(|| format!("cannot read {shown}"))?;
        let scanner = Scanner::from(self.from);
        let told = claims(scanner, &String::from_utf8_lossy(&text)).with_context(|| {
            format!("{shown} is no file of {} that can be read", scanner.as_str())
        })?;
        let top = top_of(&self.repository).with_context(|| {
            format!("{} is in no work tree of a repository", self.repository.display())
        })?;
        let standing = Repository::of_work_tree(&self.repository);
        let Setup { engine, policy } =
            self.config.setup_without_baseline(&self.engine, standing)?;
        let file = top.join(FILE);
        let mut baseline = match file.exists() {
            true => read(&file, Some(&top), &engine)?,
            false => Baseline::under(engine.key_name()),
        };
        let found = self.find(&told, &top, &engine, policy.config.min_confidence())?;
        let name = self.file.file_name().unwrap_or_default().to_string_lossy();
        let reason = self.reason.clone().unwrap_or_else(|| format!("known by {name}"));
        let terms = terms(&reason, &self.owner, self.within, self.engine.today())?;
        let credentials = found.by_secret.len();
        let of_past = found.by_secret.values().filter(|one| one.paths.is_empty()).count();
        let learned = found.by_secret.into_values().collect();
        let (new, places) = baseline.learn(learned, engine.rules(), &terms);
        baseline.key = Some(engine.key_name().to_owned());
        if of_past > 0 && !baseline.history {
            baseline.history = true;
            let told = "only the history holds: the baseline tells of the history now.";
            say(&format!("{of_past} {told}"))?;
        }
        save(&file, baseline, &engine)?;
        let (carried, all) = (told.len() - found.lost, told.len());
        say(&format!(
            "Wrote {}: {carried} of {all} entries carried over, {credentials} credentials, {new} of \
             them new, {places} new places. {NEXT}",
            file.display()
        ))?;
        Ok(ExitCode::from(u8::from(found.lost > 0)))
    }

    /// What is found again; what is not is told.
    fn find(
        &self,
        told: &[Claim],
        top: &Path,
        engine: &Engine,
        least: Confidence,
    ) -> anyhow::Result<Found> {
        let mut found = Found::default();
        let bar = Bar::new("files");
        let answers = self.engine.in_pool(|| {
            let search = Search::new(top, engine, told, &self.file, least, &bar)?;
            anyhow::Ok(told.iter().map(|claim| search.find(claim)).collect::<Vec<_>>())
        })??;
        sink::remember(&Filter::of(engine, &[]));
        for (claim, answer) in told.iter().zip(answers) {
            match answer {
                Err(lost) => {
                    found.lost += 1;
                    let name = foreign(plain(&claim.name));
                    say(&format!("not found: {name}: {}", plain(&lost.to_string())))?;
                }
                Ok(known) => {
                    let disposition = match (self.taken_for, claim.said) {
                        (Some(TakenFor::FalsePositive), _) | (None, Said::NoSecret) => {
                            Some(Harmless::FalsePositive)
                        }
                        (Some(TakenFor::TestValue), _) => Some(Harmless::TestValue),
                        (Some(TakenFor::Accepted), _) | (None, Said::Known) => None,
                    };
                    let learned = Learned {
                        fingerprint: known.fingerprint,
                        rule: known.rule,
                        paths: known.paths,
                        past: known.past,
                        disposition,
                        reason: claim.reason.clone(),
                    };
                    found.add(learned);
                }
            }
        }
        Ok(found)
    }
}

#[derive(Default)]
struct Found {
    by_secret: BTreeMap<Fingerprint, Learned>,
    lost: usize,
}

impl Found {
    /// One credential of all entries that tell of it. Where they differ it is accepted: what is
    /// no secret in one place may be one in another.
    fn add(&mut self, learned: Learned) {
        let Some(known) = self.by_secret.get_mut(&learned.fingerprint) else {
            self.by_secret.insert(learned.fingerprint, learned);
            return;
        };
        known.paths.extend(learned.paths);
        known.past.extend(learned.past);
        if known.disposition != learned.disposition {
            known.disposition = None;
        }
        if known.reason.is_empty() {
            known.reason = learned.reason;
        }
    }
}
