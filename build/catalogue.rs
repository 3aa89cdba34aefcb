//! Embeds the catalogue as Rust constants, so that nothing of it is parsed at run time. Bytes that
//! are decoded at start-up would compile sooner, but every run of the hook would pay for them.

use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use crate::rules::{self, Pair, PrefixStep, Rule, RuleStrings, Trigger};

/// Writes `catalogue.rs`: the rules, sorted by id.
pub fn write(rules: &[Rule], out: &Path) {
    let mut code = String::from("pub static BUILT_IN: &[Rule] = &[\n");
    for rule in rules {
        code.push_str("    Rule {\n");
        write_rule(&mut code, rule);
        code.push_str("    },\n");
    }
    code.push_str("];\n");
    fs::write(out.join("catalogue.rs"), code).expect("OUT_DIR can be written");
}

/// The fields of a rule as Rust expressions.
fn write_rule(code: &mut String, rule: &Rule) {
    let Rule {
        id,
        aliases,
        since,
        provider,
        name,
        description,
        severity,
        confidence,
        legacy,
        trigger,
        regex,
        prefix,
        before,
        unless,
        near,
        unless_near,
        extends,
        checks,
        public,
        facts,
        pair,
        rotate,
        link_checked,
        runbook,
        references,
        examples,
        non_examples,
    } = rule;
    let trigger = match trigger {
        Trigger::Anchors { literals, position, shortest, longest, max_before, at_word_start } => {
            format!(
                "Trigger::Anchors {{ literals: {}, position: AnchorPosition::{position:?}, shortest: {shortest}, \
             longest: {longest}, max_before: {max_before}, at_word_start: {at_word_start} }}",
                list(literals)
            )
        }
        Trigger::Names(names) => format!("Trigger::Names({})", list(names)),
        Trigger::Kind(kind) => format!("Trigger::Kind(NameKind::{kind:?})"),
        Trigger::Reader(reader) => format!("Trigger::Reader(StructureReader::{reader:?})"),
    };
    let checks = format!(
        "Checks {{ min_entropy: {:?}, needs: {}, not: {}, checksum: {}, structure: {}, \
         never: {} }}",
        checks.min_entropy,
        variants("CharKind", &checks.needs),
        variants("PublicShape", &checks.not),
        option("Checksum", checks.checksum.map(|c| format!("{c:?}"))),
        option("Structure", checks.structure.map(|s| format!("{s:?}"))),
        list(&checks.never)
    );
    let extends = option("TailRule", extends.map(|e| format!("{e:?}")));
    let mut field = |name: &str, value: String| {
        writeln!(code, "        {name}: {value},").expect("writing to a String");
    };
    field("id", text(id));
    field("aliases", list(aliases));
    field("since", text(since));
    field("provider", text(provider));
    field("name", text(name));
    field("description", text(description));
    field("severity", format!("Severity::{severity:?}"));
    field("confidence", format!("Confidence::{confidence:?}"));
    field("legacy", legacy.to_string());
    field("trigger", trigger);
    field("regex", text(regex));
    field("prefix", steps(prefix));
    field("before", optional_text(before.as_ref()));
    field("unless", optional_text(unless.as_ref()));
    field("near", optional_text(near.as_ref()));
    field("unless_near", optional_text(unless_near.as_ref()));
    field("extends", extends);
    field("checks", checks);
    field("public", optional_text(public.as_ref()));
    field("facts", list(facts));
    let pair = pair.as_ref().map(|Pair { with, names, within }| {
        let names: Vec<String> = names
            .iter()
            .map(|(fact, names)| format!("({}, {})", text(fact), list(names)))
            .collect();
        let names = format!("Cow::Borrowed(&[{}])", names.join(", "));
        format!("Some(Pair {{ with: {}, names: {names}, within: {within} }})", list(with))
    });
    field("pair", pair.unwrap_or_else(|| "None".to_owned()));
    field("link_checked", format!("LinkChecked::{link_checked:?}"));
    field("rotate", text(rotate));
    field("runbook", list(runbook));
    field("references", list(references));
    field("examples", list(examples));
    field("non_examples", list(non_examples));
}

fn steps(prefix: &[PrefixStep]) -> String {
    let step = |PrefixStep { bytes, min, max }: &PrefixStep| {
        format!("PrefixStep {{ bytes: ByteSet({:?}), min: {min}, max: {max} }}", bytes.0)
    };
    let steps: Vec<String> = prefix.iter().map(step).collect();
    format!("Cow::Borrowed(&[{}])", steps.join(", "))
}

fn text(text: &str) -> String {
    format!("RuleString::Borrowed({text:?})")
}

fn optional_text(value: Option<&rules::RuleString>) -> String {
    value.map_or_else(|| "None".to_owned(), |value| format!("Some({})", text(value)))
}

fn list(texts: &RuleStrings) -> String {
    let items: Vec<String> = texts.iter().map(|item| text(item)).collect();
    format!("RuleStrings::Borrowed(&[{}])", items.join(", "))
}

fn variants<T: std::fmt::Debug>(kind: &str, values: &[T]) -> String {
    let values: Vec<String> = values.iter().map(|value| format!("{kind}::{value:?}")).collect();
    format!("Cow::Borrowed(&[{}])", values.join(", "))
}

fn option(kind: &str, variant: Option<String>) -> String {
    variant.map_or_else(|| "None".to_owned(), |variant| format!("Some({kind}::{variant})"))
}
