//! SARIF 2.1.0, as GitHub code scanning reads it.
//!
//! One run, one rule for each kind of credential found, one result for each occurrence. A result
//! always has a location (an upload without one fails); its path is relative to the repository's
//! root.
//!
//! `primaryLocationLineHash`, GitHub's key for distinguishing alerts, is left to its upload
//! action: that computes the hash of each line itself and prints a value that differs, and its
//! own, to the job's log. The fingerprints here have keysieve's own names: one of the credential,
//! and one of each occurrence that survives edits of its line.

use std::collections::BTreeMap;
use std::collections::HashMap;
use std::io::{self, Write};

use percent_encoding::{AsciiSet, CONTROLS, percent_encode};
use sarif::sarif::{
    ArtifactLocation, Invocation, Location, Message, MultiformatMessageString, Notification,
    PhysicalLocation, PropertyBag, Region, ReportingConfiguration, ReportingDescriptor,
    Result as SarifResult, ResultLevel, Run, RunAutomationDetails, Sarif, Suppression, Tool,
    ToolComponent,
};
use serde_json::{Value, json};

use super::output::{Shown, escape};
use super::{Outcome, Report, Task};
use crate::blob::{self, ObjectPart};
use crate::findings::{
    self, Credential, Fact, HistorySource, Level, Occurrence, OccurrenceSource, PathKind,
};
use crate::rules::{Confidence, Rule, Severity};

/// The permanent URL of the schema; the crate's own constant names a redirect target.
const SCHEMA: &str = "https://json.schemastore.org/sarif-2.1.0.json";

/// Results that GitHub accepts in one run.
const MOST_RESULTS: usize = 25_000;

/// Facts shown in a message; all are in the properties.
const FACTS_SHOWN: usize = 8;

/// Characters that must be encoded in a URI's path (RFC 3986, `pchar` and `/`).
const NOT_IN_A_PATH: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'#')
    .add(b'%')
    .add(b'<')
    .add(b'>')
    .add(b'?')
    .add(b'[')
    .add(b'\\')
    .add(b']')
    .add(b'^')
    .add(b'`')
    .add(b'{')
    .add(b'|')
    .add(b'}')
    .add(b':');

/// Writes the report as one SARIF log, indented.
pub(super) fn write(report: &Shown, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    escape::json(&build_log(report, rules), out)
}

fn build_log(report: &Report, rules: &[Rule]) -> Sarif {
    Sarif::builder()
        .schema(SCHEMA)
        .version(json!("2.1.0"))
        .runs(vec![build_run(report, rules)])
        .build()
}

fn build_run(report: &Report, rules: &[Rule]) -> Run {
    let used = used_rules(report, rules);
    let descriptors: Vec<_> = used.iter().map(|&rule| build_rule(&rules[rule])).collect();
    let (results, omitted) = build_results(report, rules, &used);
    let driver = ToolComponent::builder()
        .name("keysieve")
        .full_name(concat!("keysieve ", env!("CARGO_PKG_VERSION")))
        .version(env!("CARGO_PKG_VERSION"))
        .semantic_version(env!("CARGO_PKG_VERSION"))
        .information_uri(env!("CARGO_PKG_REPOSITORY"))
        .rules(descriptors)
        .build();
    let category = match report.task {
        Task::Scan => "keysieve/scan/",
        Task::Audit => "keysieve/audit/",
        Task::Staged => "keysieve/staged/",
        Task::Range => "keysieve/range/",
    };
    Run::builder()
        .tool(Tool { driver, extensions: None, properties: None })
        .automation_details(RunAutomationDetails::builder().id(category).build())
        .column_kind(json!("unicodeCodePoints"))
        .invocations(vec![build_invocation(report, omitted)])
        .results(results)
        .build()
}

/// The occurrences that become results: code scanning tracks what is in commits, so those that
/// exist only in this clone become results on request only.
fn shown<'c>(report: &Report, found: &'c Credential) -> impl Iterator<Item = &'c Occurrence> {
    let local = report.sarif_local;
    found.occurrences.iter().filter(move |occurrence| local || !occurrence.is_local())
}

/// Indices of the rules that have results, in the catalogue's order.
fn used_rules(report: &Report, rules: &[Rule]) -> Vec<usize> {
    let has_results = |found: &&Credential| shown(report, found).next().is_some();
    let mut used: Vec<usize> =
        report.credentials.iter().filter(has_results).map(|found| found.rule).collect();
    used.sort_by_key(|&rule| &rules[rule].id);
    used.dedup();
    used
}

fn build_rule(rule: &Rule) -> ReportingDescriptor {
    let text = |text: &str| MultiformatMessageString::builder().text(text).build();
    let configuration = ReportingConfiguration::builder().level(json!(level(rule))).build();
    let mut tags = vec!["security".to_owned(), "secret".to_owned(), tag(&rule.provider)];
    if rule.legacy {
        tags.push("legacy".to_owned());
    }
    let properties = BTreeMap::from([
        ("link-checked".to_owned(), json!(rule.link_checked.as_str())),
        ("precision".to_owned(), json!(precision(rule))),
        ("security-severity".to_owned(), json!(security_severity(rule))),
    ]);
    ReportingDescriptor::builder()
        .id(rule.id.as_ref())
        .name(rule.name.as_ref())
        .short_description(text(&rule.name))
        .full_description(text(&rule.description))
        .help(build_help(rule))
        .help_uri(rule.rotate.as_ref())
        .default_configuration(configuration)
        .properties(PropertyBag::builder().tags(tags).additional_properties(properties).build())
        .build()
}

/// What GitHub shows next to an alert: what leaked and how to rotate it.
fn build_help(rule: &Rule) -> MultiformatMessageString {
    let steps: Vec<String> = rule
        .runbook
        .iter()
        .enumerate()
        .map(|(index, step)| format!("{}. {step}", index + 1))
        .collect();
    let steps = steps.join("\n");
    let text = format!(
        "{}: {}\n\nRotate it at {}\n{steps}\n\nOnce pushed, a credential stays in the history \
         even after it is removed from the file: removing it is not enough.",
        rule.name, rule.description, rule.rotate
    );
    let more: Vec<String> =
        rule.references.iter().map(|reference| format!("- <{reference}>")).collect();
    let more = if more.is_empty() {
        String::new()
    } else {
        format!("\n\n## References\n\n{}", more.join("\n"))
    };
    let markdown = format!(
        "**{}**: {}\n\n## [Rotate it]({})\n\n{steps}\n\nOnce pushed, a credential stays in the \
         history even after it is removed from the file: removing it is not enough.{more}\n",
        rule.name, rule.description, rule.rotate
    );
    MultiformatMessageString::builder().text(text).markdown(markdown).build()
}

/// The results, the most severe first if there are more than GitHub accepts, and the number of
/// omitted ones.
fn build_results(report: &Report, rules: &[Rule], used: &[usize]) -> (Vec<SarifResult>, usize) {
    let index_of: HashMap<usize, usize> =
        used.iter().enumerate().map(|(index, &rule)| (rule, index)).collect();
    let mut credentials: Vec<&Credential> = report.credentials.iter().collect();
    let total: usize = credentials.iter().map(|found| shown(report, found).count()).sum();
    if total > MOST_RESULTS {
        credentials.sort_by_key(|found| std::cmp::Reverse(rules[found.rule].severity));
    }
    let mut occurrences = report.credentials.iter().flat_map(|found| shown(report, found));
    let any_suppressed = occurrences.any(|occurrence| occurrence.suppression.is_some());
    let results = credentials
        .iter()
        .flat_map(|found| {
            let rule = &rules[found.rule];
            let numbers = number_in_file(shown(report, found));
            numbers.zip(shown(report, found)).map(|(number, occurrence)| {
                let index = index_of[&found.rule];
                let mut result = build_result(found, rule, index, occurrence, number);
                result.suppressions = any_suppressed.then(|| build_suppressions(occurrence));
                result
            })
        })
        .take(MOST_RESULTS)
        .collect();
    (results, total.saturating_sub(MOST_RESULTS))
}

/// The number of each occurrence among those of the same credential and path.
fn number_in_file<'c>(
    occurrences: impl Iterator<Item = &'c Occurrence>,
) -> impl Iterator<Item = usize> {
    let mut seen: HashMap<String, usize> = HashMap::new();
    occurrences.map(move |occurrence| {
        let number = seen.entry(uri(occurrence)).or_default();
        *number += 1;
        *number
    })
}

fn build_result(
    credential: &Credential,
    rule: &Rule,
    rule_index: usize,
    occurrence: &Occurrence,
    number: usize,
) -> SarifResult {
    let warns = occurrence.level == Level::Warning;
    let level = match level(rule) {
        "error" if warns => ResultLevel::Warning,
        "error" => ResultLevel::Error,
        "warning" => ResultLevel::Warning,
        _ => ResultLevel::Note,
    };
    let fingerprint = credential.fingerprint.to_string();
    let mut properties = BTreeMap::from([
        ("confidence".to_owned(), json!(credential.confidence.as_str())),
        ("validation".to_owned(), json!(credential.verdict.as_str())),
        ("redacted".to_owned(), json!(credential.redacted.to_string())),
    ]);
    if occurrence.suppression.is_none() {
        properties.insert("level".to_owned(), json!(if warns { "warning" } else { "error" }));
    }
    if occurrence.part != ObjectPart::Content {
        properties.insert("part".to_owned(), json!(occurrence.part.as_str()));
    }
    if occurrence.path_kind == PathKind::Test {
        properties.insert("testPath".to_owned(), json!(true));
    }
    if !credential.facts.is_empty() {
        properties.insert("facts".to_owned(), build_facts(&credential.facts));
    }
    if let OccurrenceSource::Local { kind, .. } = &occurrence.source {
        properties.insert("local".to_owned(), json!(kind.as_str()));
    }
    properties.extend(build_history(occurrence));
    let mut result = SarifResult::builder()
        .rule_id(rule.id.as_ref())
        .rule_index(rule_index as i64)
        .level(level)
        .message(build_message(credential, rule, occurrence))
        .locations(vec![build_location(occurrence)])
        .partial_fingerprints(BTreeMap::from([
            ("keysieve/credential/v1".to_owned(), fingerprint.clone()),
            ("keysieve/occurrence/v1".to_owned(), format!("{fingerprint}:{number}")),
        ]))
        .properties(PropertyBag::builder().additional_properties(properties).build())
        .build();
    result.related_locations = build_partners(occurrence);
    result
}

/// The suppressions of an occurrence. SARIF requires the list for all results of a run or for
/// none (2.1.0, 3.27.23); an empty list means that the result is not suppressed.
fn build_suppressions(occurrence: &Occurrence) -> Vec<Suppression> {
    let build = |suppression: &findings::Suppression| {
        Suppression::builder()
            .kind(json!(suppression.kind.as_str()))
            .status(json!("accepted"))
            .justification(suppression.reason.as_str())
            .build()
    };
    occurrence.suppression.iter().map(build).collect()
}

fn build_message(credential: &Credential, rule: &Rule, occurrence: &Occurrence) -> Message {
    let introduced = match &occurrence.source {
        OccurrenceSource::History(history) => introduced(history),
        OccurrenceSource::Local { .. } => {
            " In the git directory of this clone, which is never pushed.".to_owned()
        }
        _ => String::new(),
    };
    let part = part_text(occurrence.part);
    let text = format!(
        "{} {} found{part}.{}{introduced} {} Rotate it now: [how to rotate]({}).",
        rule.name,
        credential.redacted,
        fact_text(credential, occurrence),
        rule.description,
        rule.rotate
    );
    Message::builder().text(text).build()
}

/// Where it is, if not in the content of a file.
fn part_text(part: ObjectPart) -> &'static str {
    match part {
        ObjectPart::Content => "",
        ObjectPart::PointedContent => " in the content of a pointer file of Git LFS or git-annex",
        ObjectPart::Message => " in a message",
        ObjectPart::Header => " in the header of an object",
        ObjectPart::Identity => " in the name or email of an author or committer",
        ObjectPart::FileName => " in the name of a file or folder",
        ObjectPart::RefName => " in the name of a ref",
    }
}

/// Which commit introduced it, or what else leads to its object.
fn introduced(history: &HistorySource) -> String {
    let HistorySource { blob, introduced, introduced_by, named_by, .. } = history;
    match (introduced, introduced_by, named_by) {
        (_, _, Some(name)) => format!(" In {}.", escape(name)),
        (Some(commit), ..) => format!(" Introduced in commit {} on {}.", commit.id, commit.date),
        (None, Some(commit), _) => {
            format!(" Introduced in commit {} on {} or earlier.", commit.id, commit.date)
        }
        (None, None, None) => format!(" In unreachable object {blob} (not on any branch or tag)."),
    }
}

/// ` Details: account 123456789012, key id [AKIA…](1).`, where a number links to the related
/// location that has it.
fn fact_text(credential: &Credential, occurrence: &Occurrence) -> String {
    let shown = credential.facts.iter().take(FACTS_SHOWN).map(|fact| {
        let index = occurrence.related.iter().position(|partner| partner.fact == *fact);
        match index {
            Some(index) => format!("{} [{}]({})", fact.label(), escape(&fact.value), index + 1),
            None => format!("{} {}", fact.label(), escape(&fact.value)),
        }
    });
    let shown: Vec<String> = shown.collect();
    if shown.is_empty() { String::new() } else { format!(" Details: {}.", shown.join(", ")) }
}

/// Brackets are links in a message's text (SARIF 2.1.0, 3.11.6).
fn escape(value: &str) -> String {
    value.replace('\\', "\\\\").replace('[', "\\[").replace(']', "\\]")
}

/// A list of values for each name.
fn build_facts(facts: &[Fact]) -> Value {
    let mut by_name: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for fact in facts {
        by_name.entry(&fact.name).or_default().push(&fact.value);
    }
    json!(by_name)
}

/// The public halves of a pair, numbered from 1.
fn build_partners(occurrence: &Occurrence) -> Option<Vec<Location>> {
    let numbered = occurrence.related.iter().zip(1..);
    let locations: Vec<Location> = numbered
        .map(|(partner, id)| {
            let message = Message::builder().text(format!("The {}.", partner.fact.label())).build();
            let location = build_physical_location(occurrence, partner.region);
            Location::builder().id(id).message(message).physical_location(location).build()
        })
        .collect();
    (!locations.is_empty()).then_some(locations)
}

fn build_history(occurrence: &Occurrence) -> BTreeMap<String, Value> {
    let OccurrenceSource::History(history) = &occurrence.source else { return BTreeMap::new() };
    let HistorySource { blob, introduced, introduced_by, removed, at_head, named_by } = history;
    let mut properties =
        BTreeMap::from([("blob".to_owned(), json!(blob)), ("atHead".to_owned(), json!(at_head))]);
    if let Some(name) = named_by {
        properties.insert("namedBy".to_owned(), json!(name));
    }
    let commits =
        [("introduced", introduced), ("introducedBy", introduced_by), ("removed", removed)];
    for (name, commit) in commits {
        if let Some(commit) = commit {
            let facts = json!({
                "id": commit.id,
                "date": commit.date,
                "author": commit.author,
                "email": commit.email,
                "summary": commit.summary,
            });
            properties.insert(name.to_owned(), facts);
        }
    }
    properties
}

fn build_location(occurrence: &Occurrence) -> Location {
    let location = build_physical_location(occurrence, occurrence.region);
    Location::builder().physical_location(location).build()
}

fn build_physical_location(occurrence: &Occurrence, region: blob::Region) -> PhysicalLocation {
    let blob::Region { start, end } = region;
    let region = Region::builder()
        .start_line(start.line as i64)
        .start_column(start.column as i64)
        .end_line(end.line as i64)
        .end_column(end.column as i64)
        .build();
    let artifact =
        ArtifactLocation::builder().uri(uri(occurrence)).uri_base_id("%SRCROOT%").build();
    PhysicalLocation::builder().artifact_location(artifact).region(region).build()
}

/// The path, percent-encoded, or a name in its place if there is none.
fn uri(occurrence: &Occurrence) -> String {
    match (&occurrence.path, &occurrence.source) {
        (Some(path), _) => percent_encode(path, NOT_IN_A_PATH).to_string(),
        (None, OccurrenceSource::History(history)) => format!("git-object/{}", history.blob),
        (None, _) => "stdin".to_owned(),
    }
}

fn build_invocation(report: &Report, omitted: usize) -> Invocation {
    let notification = |level: &str, text: String| {
        Notification::builder()
            .level(json!(level))
            .message(Message::builder().text(text).build())
            .build()
    };
    let coverage = &report.coverage;
    let mut notifications: Vec<Notification> = coverage
        .failures
        .iter()
        .map(|failure| {
            notification("error", format!("Could not scan {}: {}", failure.name, failure.reason))
        })
        .collect();
    notifications.extend(coverage.notes.iter().map(|note| notification("note", note.clone())));
    let all = report.credentials.iter().flat_map(|found| &found.occurrences);
    let local = all.filter(|occurrence| occurrence.is_local() && !report.sarif_local).count();
    if local > 0 {
        let results = if local == 1 { "1 result" } else { &format!("{local} results") };
        let text = format!(
            "{results} in files of the git directory omitted, which exist only in this clone; \
             --sarif-local includes them, and --format human lists them."
        );
        notifications.push(notification("note", text));
    }
    if omitted > 0 {
        let text = format!(
            "{omitted} results of the lowest severity are omitted; a run has at most {MOST_RESULTS}."
        );
        notifications.push(notification("warning", text));
    }
    Invocation::builder()
        .execution_successful(report.outcome() != Outcome::Incomplete)
        .tool_execution_notifications(notifications)
        .build()
}

fn level(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Critical | Severity::High => "error",
        Severity::Medium => "warning",
        Severity::Low => "note",
    }
}

/// A rule with a checksum has no false positives.
fn precision(rule: &Rule) -> &'static str {
    if rule.checks.checksum.is_some() {
        return "very-high";
    }
    match rule.confidence {
        Confidence::Certain => "very-high",
        Confidence::High => "high",
        Confidence::Medium => "medium",
        Confidence::Low => "low",
    }
}

/// Within the bands that GitHub calls critical, high, medium and low.
fn security_severity(rule: &Rule) -> &'static str {
    match rule.severity {
        Severity::Critical => "9.5",
        Severity::High => "8.0",
        Severity::Medium => "5.5",
        Severity::Low => "2.0",
    }
}

/// A provider's name as a tag: lower case, words joined by hyphens.
fn tag(provider: &str) -> String {
    let words: Vec<String> = provider.split_whitespace().map(str::to_lowercase).collect();
    words.join("-")
}
