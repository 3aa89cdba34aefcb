//! One rule as text.

use std::io::{self, Write};

use keysieve::engine::fact_names;
use keysieve::rules::{LinkChecked, Rule, Trigger};

use super::{LINK, STRONG};

/// Everything that a reader of a report needs to know about its rule.
pub fn show(rule: &Rule, out: &mut dyn Write) -> io::Result<()> {
    let legacy = if rule.legacy { ", no longer issued" } else { "" };
    writeln!(out, "{STRONG}{}{STRONG:#} ({}){legacy}", rule.name, rule.id)?;
    writeln!(out, "{}", rule.description)?;
    writeln!(out)?;
    writeln!(out, "Provider:    {}", rule.provider)?;
    writeln!(out, "Severity:    {}", rule.severity)?;
    writeln!(out, "Confidence:  {}{}", rule.confidence, checked(rule))?;
    writeln!(out, "Since:       {}", rule.since)?;
    match &rule.trigger {
        Trigger::Anchors { literals, .. } => writeln!(out, "Anchors:     {}", literals.join(", "))?,
        Trigger::Names(names) => writeln!(out, "Variables:   {}", names.join(", "))?,
        Trigger::Kind(kind) => {
            writeln!(out, "Detection:   machine-learning model on {kind}-like names and values")?
        }
        Trigger::Reader(reader) => {
            writeln!(out, "Detection:   all entries of a {reader}, read as a whole")?;
        }
    }
    if !rule.regex.is_empty() {
        writeln!(out, "Regex:       {}", rule.regex)?;
    }
    let facts = fact_names(rule);
    if !facts.is_empty() {
        writeln!(out, "Details:     {}", facts.join(", "))?;
    }
    if let Some(name) = &rule.public {
        writeln!(out, "Public:      the value is not a secret and is shown as {name}")?;
    }
    if let Some(pair) = &rule.pair {
        let halves = pair.with.iter().map(ToString::to_string);
        let named =
            pair.names.iter().map(|(_, names)| format!("the value of {}", names.join(", ")));
        let halves: Vec<String> = halves.chain(named).collect();
        writeln!(
            out,
            "Pair:        with {}, at most {} bytes apart",
            halves.join("; "),
            pair.within
        )?;
    }
    writeln!(out)?;
    writeln!(out, "Rotation: {LINK}{}{LINK:#} ({})", rule.rotate, link_mark(rule.link_checked))?;
    for (number, step) in rule.runbook.iter().enumerate() {
        writeln!(out, "  {}. {step}", number + 1)?;
    }
    for reference in rule.references.iter() {
        writeln!(out, "Reference: {LINK}{reference}{LINK:#}")?;
    }
    Ok(())
}

/// How a link was checked, in words.
pub fn link_mark(checked: LinkChecked) -> &'static str {
    match checked {
        LinkChecked::Seen => "link seen",
        LinkChecked::Host => "site seen",
        LinkChecked::Memory => "not checked",
    }
}

fn checked(rule: &Rule) -> String {
    match (rule.checks.checksum, rule.checks.structure) {
        (Some(checksum), _) => format!(" (certain if the {checksum} checksum is valid)"),
        (None, Some(structure)) => format!(" (the {structure} structure is checked)"),
        (None, None) => String::new(),
    }
}
