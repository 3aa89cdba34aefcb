//! `keysieve rules check`: checks pattern files and measures their cost.

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
use keysieve::rules::word_list::{WordListError, has_lists_only};
use keysieve::source::open;

use super::{STRONG, cost};
use crate::cli::{BAD, count};

#[derive(Args)]
pub struct CheckRules {
    /// Pattern files; patterns/README.md describes the schema
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Measure the cost on this text instead of a generated one
    #[arg(long, value_name = "FILE")]
    sample: Option<PathBuf>,
}

impl CheckRules {
    /// Exit code 1 if there are errors; each line names the file, the line and what to do.
    pub fn run(&self, out: &mut dyn Write) -> anyhow::Result<ExitCode> {
        let sample = match &self.sample {
            Some(file) => open::named_up_to(file, open::LARGE_LIMIT)
                .with_context(|| format!("cannot read {}", file.display()))?,
            None => cost::generated_text(),
        };
        let mut errors = Vec::new();
        let mut written = Vec::new();
        let mut catalogue = Catalogue::built_in();
        let mut words = 0;
        for file in &self.files {
            let text = open::named_text(file)
                .with_context(|| format!("cannot read the pattern file {}", file.display()))?;
            match catalogue.add_words(&text) {
                Ok(added) => words += added,
                Err(error) => errors.push(PatternError::of_words(file, &error)),
            }
            if has_lists_only(&text) {
                continue;
            }
            match check_each(&text, None) {
                Ok(rules) => written.extend(rules.into_iter().map(|rule| (file.as_path(), rule))),
                Err(error) => errors.push(PatternError::of(file, &error)),
            }
        }
        let mut valid: Vec<(&Path, CheckedRule)> = Vec::new();
        for (file, rule) in written {
            match rule {
                Ok(rule) => valid.push((file, rule)),
                Err(error) => errors.push(PatternError::of(file, &error)),
            }
        }
        valid.sort_by(|(_, a), (_, b)| a.rule.id.cmp(&b.rule.id));
        valid.dedup_by(|(file, CheckedRule { rule, line, .. }), (_, first)| {
            let is_taken = rule.id == first.rule.id;
            if is_taken {
                let message = format!("rule {}: another rule in these files has this id", rule.id);
                errors.push(PatternError { file: file.to_path_buf(), line: Some(*line), message });
            }
            is_taken
        });
        let mut examples = 0;
        match with_rules(catalogue, &valid) {
            Ok(engine) => {
                for (file, rule) in &valid {
                    examples += rule.examples.len() + rule.non_examples.len();
                    errors.extend(check_examples(&engine, file, rule));
                }
            }
            Err(error) => errors.push(PatternError::of(&self.files[0], &error)),
        }
        errors.sort();
        // Both the words and the rules of a file are read, so its syntax errors come twice.
        errors.dedup();
        for PatternError { file, line, message } in &errors {
            let line = line.map(|line| format!(":{line}")).unwrap_or_default();
            writeln!(
                out,
                "{STRONG}{}{line}{STRONG:#}: {BAD}{}{BAD:#}",
                file.display(),
                escape::escaped(message)
            )?;
        }
        let rules: Vec<Rule> = valid.into_iter().map(|(_, written)| written.rule).collect();
        cost::report(&rules, &sample, out)?;
        write!(out, "{}, {}, ", count(rules.len(), "rule"), count(examples, "example"))?;
        if words > 0 {
            write!(out, "{}, ", count(words, "word"))?;
        }
        writeln!(out, "{}.", count(errors.len(), "error"))?;
        Ok(if errors.is_empty() { ExitCode::SUCCESS } else { ExitCode::from(1) })
    }
}

/// An error to fix.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct PatternError {
    file: PathBuf,
    line: Option<usize>,
    message: String,
}

impl PatternError {
    fn of(file: &Path, error: &RuleError) -> Self {
        let (line, message) = match error {
            RuleError::Rule { line, id, why } => (Some(*line), format!("rule {id}: {why}")),
            other => (None, other.to_string()),
        };
        PatternError { file: file.to_owned(), line, message }
    }

    fn of_words(file: &Path, error: &WordListError) -> Self {
        let (line, message) = match error {
            WordListError::Entry { line, list, why } => {
                (Some(*line), format!("[[generic.{list}]]: {why}"))
            }
            other => (None, other.to_string()),
        };
        PatternError { file: file.to_owned(), line, message }
    }
}

/// The rules of the files together with those of the catalogue. A rule replaces a built-in one of the
/// same id, so that a file of the catalogue can be checked.
fn with_rules(
    mut catalogue: Catalogue,
    rules: &[(&Path, CheckedRule)],
) -> Result<Engine, RuleError> {
    catalogue.replace(rules.iter().map(|(_, written)| written.rule.clone()))?;
    Ok(Engine::new(catalogue, FingerprintKey::from_environment()))
}

fn check_examples(engine: &Engine, file: &Path, written: &CheckedRule) -> Vec<PatternError> {
    let CheckedRule { rule, examples, non_examples, .. } = written;
    let error = |line: &usize, kind: &str, why: String| PatternError {
        file: file.to_owned(),
        line: Some(*line),
        message: format!("rule {}, {kind}: {why}", rule.id),
    };
    let of_examples = rule.examples.iter().zip(examples).filter_map(|(text, line)| {
        Some(error(line, "example", check_example(engine, rule, text).err()?))
    });
    let of_non_examples = rule.non_examples.iter().zip(non_examples).filter_map(|(text, line)| {
        Some(error(line, "non-example", check_non_example(engine, rule, text).err()?))
    });
    of_examples.chain(of_non_examples).collect()
}
