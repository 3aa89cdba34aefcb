//! Every format that the catalogue was made from has its rule, or the reason why it has none:
//! `tests/support/coverage.tsv`, one format a line.

#![allow(clippy::unwrap_used, reason = "what helps a test fails as a test does")]

use std::collections::HashMap;

use keysieve::engine::Engine;
use keysieve::engine::examples::SPLIT_MARKER;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use support::minted::drawn;

mod support;

const TABLE: &str = include_str!("support/coverage.tsv");

/// Values drawn of each shape, and how many of them may go unnamed: one without a digit, where
/// the rule asks for one, or a walk over the keyboard.
const DRAWN: u64 = 10;
const UNNAMED: usize = 1;

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
fn every_format_has_a_rule_that_exists_or_a_reason() {
    let catalogue = Catalogue::built_in();
    let rows = rows();
    assert_eq!(rows.len(), 464);
    for row in rows {
        assert!(row.rules.is_empty() == row.reason.is_some(), "{}", row.format);
        for id in row.rules {
            let known = catalogue.rules().iter().any(|rule| rule.id == id);
            assert!(known, "{}: there is no rule {id}", row.format);
        }
    }
}

#[test]
fn every_legacy_format_is_covered_by_a_rule_that_says_so() {
    let catalogue = Catalogue::built_in();
    let legacy: Vec<Row> = rows().into_iter().filter(|row| row.legacy).collect();
    assert_eq!(legacy.len(), 42);
    for row in legacy {
        let says_so =
            |id: &&'static str| catalogue.rules().iter().any(|rule| rule.id == **id && rule.legacy);
        assert!(row.rules.iter().any(says_so), "{}", row.format);
    }
}

#[test]
fn values_of_every_shape_are_named() {
    let engine = Engine::new(Catalogue::built_in(), FingerprintKey::new(b""));
    let by_id: HashMap<&str, usize> =
        engine.rules().iter().enumerate().map(|(at, rule)| (rule.id.as_ref(), at)).collect();
    let (mut tried, mut unnamed) = (0, Vec::new());
    for row in rows() {
        let Some(shape) = row.shape else { continue };
        tried += 1;
        let wanted: Vec<usize> = row.rules.iter().map(|id| by_id[id]).collect();
        let rules: Vec<_> = wanted.iter().map(|&rule| &engine.rules()[rule]).collect();
        let shape = shape.replace(SPLIT_MARKER, "");
        let texts: Vec<Vec<u8>> = (1..=DRAWN).map(|seed| drawn(&shape, seed, &rules)).collect();
        let named = |text: &&Vec<u8>| {
            engine.scan(text).iter().any(|finding| wanted.contains(&finding.rule))
        };
        let missed: Vec<_> = texts.iter().filter(|text| !named(text)).collect();
        let shown: Vec<_> = missed.iter().map(|text| String::from_utf8_lossy(text)).collect();
        if missed.len() > UNNAMED {
            unnamed.push(format!("{}: {shown:?}", row.format));
        }
    }
    assert!(unnamed.is_empty(), "{unnamed:#?}");
    assert!(tried >= 280, "{tried}");
}
