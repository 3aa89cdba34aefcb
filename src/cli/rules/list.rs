//! All rules: for people, for programs, as a page of documentation.

use std::io::{self, Write};

use keysieve::engine::fact_names;
use keysieve::report::output::steer;
use keysieve::rules::{Rule, RuleString, Trigger};
use serde::Serialize;

use super::STRONG;
use super::show::link_mark;

/// A line each.
pub fn human(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
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

/// One JSON array; its fields are described in `docs/json.md`.
pub fn json(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let entries: Vec<RuleEntry<'_>> = rules.iter().map(RuleEntry::new).collect();
    escape::json(&entries, out)
}

#[derive(Serialize)]
struct RuleEntry<'r> {
    id: &'r str,
    since: &'r str,
    provider: &'r str,
    name: &'r str,
    description: &'r str,
    legacy: bool,
    severity: &'static str,
    confidence: &'static str,
    anchors: &'r [RuleString],
    names: &'r [RuleString],
    regex: &'r str,
    checksum: Option<&'static str>,
    structure: Option<&'static str>,
    public: Option<&'r str>,
    facts: Vec<&'r str>,
    pair: Option<PairEntry<'r>>,
    rotate: &'r str,
    link_checked: &'static str,
    runbook: &'r [RuleString],
    references: &'r [RuleString],
}

#[derive(Serialize)]
struct PairEntry<'r> {
    with: &'r [RuleString],
    beside: Vec<NamedEntry<'r>>,
    within: usize,
}

#[derive(Serialize)]
struct NamedEntry<'r> {
    fact: &'r str,
    names: &'r [RuleString],
}

impl<'r> RuleEntry<'r> {
    fn new(rule: &'r Rule) -> Self {
        let (anchors, names): (&[RuleString], &[RuleString]) = match &rule.trigger {
            Trigger::Anchors { literals, .. } => (literals, &[]),
            Trigger::Names(names) => (&[], names),
            Trigger::Kind(_) => (&[], &[]),
        };
        let pair = rule.pair.as_ref().map(|pair| PairEntry {
            with: &pair.with,
            beside: pair.names.iter().map(|(fact, names)| NamedEntry { fact, names }).collect(),
            within: pair.within,
        });
        RuleEntry {
            id: &rule.id,
            since: &rule.since,
            provider: &rule.provider,
            name: &rule.name,
            description: &rule.description,
            legacy: rule.legacy,
            severity: rule.severity.as_str(),
            confidence: rule.confidence.as_str(),
            anchors,
            names,
            regex: &rule.regex,
            checksum: rule.checks.checksum.map(|checksum| checksum.as_str()),
            structure: rule.checks.structure.map(|structure| structure.as_str()),
            public: rule.public.as_deref(),
            facts: fact_names(rule),
            pair,
            rotate: &rule.rotate,
            link_checked: rule.link_checked.as_str(),
            runbook: &rule.runbook,
            references: &rule.references,
        }
    }
}

/// A section a provider, a row a rule.
pub fn markdown(rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut sorted: Vec<&Rule> = rules.iter().collect();
    sorted.sort_by_key(|rule| (rule.provider.to_lowercase(), &rule.id));
    let providers = sorted.chunk_by(|a, b| a.provider == b.provider);
    writeln!(out, "# What keysieve looks for\n")?;
    writeln!(
        out,
        "{} rules for {} providers, as `keysieve rules list --format markdown` writes them; this \
         page is not edited by hand. `keysieve rules show ID` tells one with the steps of its \
         rotation.\n",
        rules.len(),
        providers.clone().count()
    )?;
    writeln!(
        out,
        "*Sure* says how sure a finding is before its checks: a right checksum makes it certain, a \
         wrong one unlikely. *Tells* are the public facts that a report shows. Behind a link stands \
         how it was checked.\n"
    )?;
    for provider in providers {
        writeln!(out, "## {}\n", provider[0].provider)?;
        writeln!(out, "| rule | what leaks | severity | sure | tells | rotate |")?;
        writeln!(out, "|---|---|---|---|---|---|")?;
        for rule in provider {
            writeln!(out, "{}", row(rule))?;
        }
        writeln!(out)?;
    }
    Ok(())
}

fn row(rule: &Rule) -> String {
    let legacy = if rule.legacy { " (no longer issued)" } else { "" };
    let check = match (rule.checks.checksum, rule.checks.structure) {
        (Some(_), _) => ", checksum",
        (None, Some(_)) => ", structure",
        (None, None) => "",
    };
    let cells = [
        format!("`{}`", rule.id),
        format!("{}{legacy}: {}", rule.name, rule.description),
        rule.severity.to_string(),
        format!("{}{check}", rule.confidence),
        fact_names(rule).join(", ").replace('_', " "),
        format!("[{}]({})", link_mark(rule.link_checked), rule.rotate),
    ];
    // A bar would end the cell, and a link's angle brackets would vanish.
    let cells = cells.map(|cell| cell.replace('|', "\\|").replace('<', "&lt;"));
    format!("| {} |", cells.join(" | "))
}
