//! `keysieve rules check`: is a pattern file right, and what does it cost?

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::Context;
use clap::Args;
use keysieve::engine::Engine;
use keysieve::engine::examples::{check_example, check_non_example};
use keysieve::findings::FingerprintKey;
use keysieve::report::output::escape;
use keysieve::rules::Rule;
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::check::{CheckedRule, RuleError, check_each};
use keysieve::source::open;

use super::{STRONG, cost};
use crate::cli::BAD;

#[derive(Args)]
pub struct Check {
    /// Files with the schema of patterns/README.md
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Measure the time on this text instead of a made-up one
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,
}

impl Check {
    /// Exit code 1 where something is wrong; each line says in which file, where, and what to do.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
        let sample = match &self.sample {
            Some(file) => open::named_up_to(file, open::LARGE_LIMIT)
                .with_context(|| format!("cannot read {}", file.display()))?,
            None => cost::made_up_text(),
        };
        let mut wrong = Vec::new();
        let mut written = Vec::new();
        for file in &self.files {
            let text = open::named_text(file)
                .with_context(|| format!("cannot read the pattern file {}", file.display()))?;
            match check_each(&text, None) {
                Ok(rules) => written.extend(rules.into_iter().map(|rule| (file.as_path(), rule))),
                Err(error) => wrong.push(Wrong::of(file, &error)),
            }
        }
        let mut right: Vec<(&Path, CheckedRule)> = Vec::new();
        for (file, rule) in written {
            match rule {
                Ok(rule) => right.push((file, rule)),
                Err(error) => wrong.push(Wrong::of(file, &error)),
            }
        }
        right.sort_by(|(_, a), (_, b)| a.rule.id.cmp(&b.rule.id));
        right.dedup_by(|(file, CheckedRule { rule, line, .. }), (_, first)| {
            let is_taken = rule.id == first.rule.id;
            if is_taken {
                let what = format!("rule {}: another rule of these files has this id", rule.id);
                wrong.push(Wrong { file: file.to_path_buf(), line: Some(*line), what });
            }
            is_taken
        });
        let mut texts = 0;
        match with_built_in(&right) {
            Ok(engine) => {
                for (file, rule) in &right {
                    texts += rule.examples.len() + rule.non_examples.len();
                    wrong.extend(try_texts(&engine, file, rule));
                }
            }
            Err(error) => wrong.push(Wrong::of(&self.files[0], &error)),
        }
        wrong.sort();
        for Wrong { file, line, what } in &wrong {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            writeln!(
                out,
                "{STRONG}{}{line}{STRONG:#}: {BAD}{}{BAD:#}",
                file.display(),
                escape::escaped(what)
            )?;
        }
        let rules: Vec<Rule> = right.into_iter().map(|(_, written)| written.rule).collect();
        cost::tell(&rules, &sample, out)?;
        let (count, problems) = (rules.len(), wrong.len());
        writeln!(out, "{count} rules, {texts} texts, {problems} wrong.")?;
        Ok(if wrong.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// Something to be mended.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Wrong {
    file: PathBuf,
    line: Option<usize>,
    what: String,
}

impl Wrong {
    fn of(file: &Path, error: &RuleError) -> Self {
        let (line, what) = match error {
            RuleError::Rule { line, id, why } => (Some(*line), format!("rule {id}: {why}")),
            other => (None, other.to_string()),
        };
        Wrong { file: file.to_owned(), line, what }
    }
}

/// The files' rules beside the built-in ones, or in their place: a file of the built-in
/// catalogue may be checked, too.
fn with_built_in(rules: &[(&Path, CheckedRule)]) -> Result<Engine, RuleError> {
    let mut catalogue = Catalogue::built_in();
    catalogue.replace(rules.iter().map(|(_, written)| written.rule.clone()))?;
    Ok(Engine::new(catalogue, FingerprintKey::from_environment()))
}

fn try_texts(engine: &Engine, file: &Path, written: &CheckedRule) -> Vec<Wrong> {
    let CheckedRule { rule, examples, non_examples, .. } = written;
    let wrong = |line: &usize, kind: &str, why: String| Wrong {
        file: file.to_owned(),
        line: Some(*line),
        what: format!("rule {}, {kind}: {why}", rule.id),
    };
    let of_examples = rule.examples.iter().zip(examples).filter_map(|(text, line)| {
        Some(wrong(line, "example", check_example(engine, rule, text).err()?))
    });
    let of_non_examples = rule.non_examples.iter().zip(non_examples).filter_map(|(text, line)| {
        Some(wrong(line, "non-example", check_non_example(engine, rule, text).err()?))
    });
    of_examples.chain(of_non_examples).collect()
}
