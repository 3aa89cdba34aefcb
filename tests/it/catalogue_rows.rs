//! Every published format has a rule, or a reason why it has no rule: `tests/support/coverage.tsv`,
//! one format per line.

use std::collections::HashMap;

use keysieve::engine::Engine;
use keysieve::engine::examples::SPLIT_MARKER;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use support::minted::drawn;

use crate::support;

const TABLE: &str = include_str!("../support/coverage.tsv");

/// Random values of each shape, and how many of them may be missed: one without a required digit,
/// or a sequence of adjacent keys.
const DRAWN: u64 = 10;
const MAX_MISSED: usize = 1;

struct Row {
    format: &'static str,
    legacy: bool,
    rules: Vec<&'static str>,
    shape: Option<&'static str>,
    reason: Option<&'static str>,
}

fn rows() -> Vec<Row> {
    let given = |text: &'static str| (text != "-").then_some(text);
    let lines = TABLE.lines().filter(|line| !line.starts_with('#')).skip(1);
    lines
        .map(|line| {
            let fields: Vec<&str> = line.split('\t').collect();
            let [format, _provider, _kind, legacy, rules, shape, reason] = fields[..] else {
                panic!("not seven fields: {line}");
            };
            Row {
                format,
                legacy: legacy == "yes",
                rules: given(rules).map(|ids| ids.split(' ').collect()).unwrap_or_default(),
                shape: given(shape),
                reason: given(reason),
            }
        })
        .collect()
}

#[test]
fn every_format_has_an_existing_rule_or_a_reason() {
    let catalogue = Catalogue::built_in();
    let rows = rows();
    assert_eq!(rows.len(), 464);
    for row in rows {
        assert!(row.rules.is_empty() == row.reason.is_some(), "{}", row.format);
        for id in row.rules {
            let known = catalogue.rules().iter().any(|rule| rule.id == id);
            assert!(known, "{}: unknown rule {id}", row.format);
        }
    }
}

#[test]
fn every_legacy_format_has_a_legacy_rule() {
    let catalogue = Catalogue::built_in();
    let legacy: Vec<Row> = rows().into_iter().filter(|row| row.legacy).collect();
    assert_eq!(legacy.len(), 42);
    for row in legacy {
        let is_legacy =
            |id: &&'static str| catalogue.rules().iter().any(|rule| rule.id == **id && rule.legacy);
        assert!(row.rules.iter().any(is_legacy), "{}", row.format);
    }
}

#[test]
fn values_of_every_shape_are_found() {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    let by_id: HashMap<&str, usize> =
        engine.rules().iter().enumerate().map(|(index, rule)| (rule.id.as_ref(), index)).collect();
    let (mut tried, mut incomplete) = (0, Vec::new());
    for row in rows() {
        let Some(shape) = row.shape else { continue };
        tried += 1;
        let expected: Vec<usize> = row.rules.iter().map(|id| by_id[id]).collect();
        let rules: Vec<_> = expected.iter().map(|&rule| &engine.rules()[rule]).collect();
        let shape = shape.replace(SPLIT_MARKER, "");
        let texts: Vec<Vec<u8>> = (1..=DRAWN).map(|seed| drawn(&shape, seed, &rules)).collect();
        let is_found = |text: &&Vec<u8>| {
            engine.scan(text).iter().any(|finding| expected.contains(&finding.rule))
        };
        let missed: Vec<_> = texts.iter().filter(|text| !is_found(text)).collect();
        let shown: Vec<_> = missed.iter().map(|text| String::from_utf8_lossy(text)).collect();
        if missed.len() > MAX_MISSED {
            incomplete.push(format!("{}: {shown:?}", row.format));
        }
    }
    assert!(incomplete.is_empty(), "{incomplete:#?}");
    assert!(tried >= 280, "{tried}");
}
