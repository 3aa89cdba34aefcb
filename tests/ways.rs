//! Made-up tokens of every rule's form in every way of writing: the provider's rule names
//! them, and one whose checksum is broken is never called certain.

#![allow(clippy::disallowed_macros, reason = "a test says what it skips")]

use std::collections::BTreeMap;

use keysieve::engine::Engine;
use keysieve::findings::{Finding, FingerprintKey, Verdict};
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{AnchorPosition, Confidence, Rule, Trigger};
use support::minted::minted;
use support::ways::{PLACES, WAYS};

mod support;

/// Per cent of the valid tokens that must be named, of all and in each way of writing.
const NAMED: usize = 98;

/// A token, and what it is written into: the names of its rule, or whatever name.
struct Written {
    rule: usize,
    secret: String,
    /// How, and what came of it.
    texts: Vec<(&'static str, String)>,
}

fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// One token of each rule whose match is the secret and nothing else, in all ways. Matches
/// that take along what stands beside the secret are left to the catalogue's examples.
fn written(rules: &[Rule], change: impl Fn(&mut [u8])) -> Vec<Written> {
    let mut all = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        if matches!(rule.trigger, Trigger::Kind(_)) {
            continue;
        }
        let Some(made) = minted(rule, number as u64 + 1) else { continue };
        if made.secret != (0..made.text.len()) || made.text.contains(&b'\n') {
            continue;
        }
        let mut secret = made.text;
        change(&mut secret);
        let secret = String::from_utf8(secret).expect("the catalogue is of ASCII");
        let mut texts = Vec::new();
        for (turn, way) in WAYS.iter().enumerate() {
            let name = match &rule.trigger {
                Trigger::Names(names) => &names[(number + turn) % names.len()],
                Trigger::Anchors { .. } | Trigger::Kind(_) => "acme_setting",
            };
            texts.push((way.name, way.write(name, &secret)));
        }
        if matches!(rule.trigger, Trigger::Anchors { .. }) {
            // A key in base64 is no user's name: its `/` would be the address's.
            // What is public is nobody's password, nor the token of a registry.
            let fits = |name: &str| match name {
                "clone" => !secret.contains(['+', '/', '=']),
                ".git-credentials" | ".npmrc" => rule.public.is_none(),
                _ => true,
            };
            let places = PLACES.iter().filter(|(name, _)| fits(name));
            texts.extend(places.map(|(name, write)| (*name, write(&secret))));
        }
        all.push(Written { rule: number, secret, texts });
    }
    all
}

#[test]
fn valid_tokens_are_named_by_their_providers_rule_in_every_way_of_writing() {
    let engine = engine();
    let rules = engine.rules();
    let mut ways: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    let tokens = written(rules, |_| {});
    assert!(tokens.len() * 10 > rules.len() * 8, "{} of {}", tokens.len(), rules.len());
    for Written { rule, texts, .. } in &tokens {
        let provider = &rules[*rule].provider;
        for (way, text) in texts {
            let named = |finding: &Finding| rules[finding.rule].provider == *provider;
            let (total, missed) = ways.entry(way).or_default();
            *total += 1;
            if !engine.scan(text.as_bytes()).iter().any(named) {
                missed.push(format!("{} in {text:?}", rules[*rule].id));
            }
        }
    }
    let total: usize = ways.values().map(|(total, _)| total).sum();
    let missed: usize = ways.values().map(|(_, missed)| missed.len()).sum();
    println!("{} of {total} named", total - missed);
    for (way, (total, missed)) in &ways {
        assert!(missed.len() * 100 <= total * (100 - NAMED), "{way}: {missed:#?}");
    }
    assert!(missed * 100 <= total * (100 - NAMED));
}

#[test]
fn a_broken_checksum_is_never_called_certain() {
    let engine = engine();
    let rules = engine.rules();
    let mut broken = 0;
    for Written { rule, secret, texts } in written(rules, break_checksum) {
        if rules[rule].checks.checksum.is_none() {
            continue;
        }
        broken += 1;
        for (way, text) in texts {
            for finding in engine.scan(text.as_bytes()) {
                let certain =
                    finding.verdict == Verdict::Valid || finding.confidence == Confidence::Certain;
                assert!(!certain, "{} in {way}: {secret}", rules[finding.rule].id);
            }
        }
    }
    assert!(broken > 25, "{broken}");
}

/// Of several credentials the second: a number stands behind the name.
#[test]
fn a_name_with_a_number_is_the_name() {
    let engine = engine();
    let rules = engine.rules();
    let (mut total, mut missed) = (0, Vec::new());
    for Written { rule, secret, .. } in written(rules, |_| {}) {
        let Trigger::Names(names) = &rules[rule].trigger else { continue };
        for text in [format!("{}_2='{secret}'", names[0]), format!("{}2: \"{secret}\"", names[0])] {
            total += 1;
            let named = |finding: &Finding| rules[finding.rule].provider == rules[rule].provider;
            if !engine.scan(text.as_bytes()).iter().any(named) {
                missed.push(format!("{}: {text}", rules[rule].id));
            }
        }
    }
    assert!(total > 200, "{total}");
    assert!(missed.len() * 100 <= total * (100 - NAMED), "of {total}: {missed:#?}");
}

/// A token with a rule's own beginning, pasted twice without anything between; and one whose
/// checksum tells where it ends, with a word behind it.
#[test]
fn a_token_that_goes_on_is_named() {
    let engine = engine();
    let rules = engine.rules();
    let (mut total, mut missed) = (0, Vec::new());
    for Written { rule, secret, .. } in written(rules, |_| {}) {
        let Trigger::Anchors { position: AnchorPosition::TokenStart, .. } = rules[rule].trigger
        else {
            continue;
        };
        let ends_a_word = [r"\b", "]|$)"].iter().any(|end| rules[rule].regex.ends_with(end));
        if !ends_a_word || rules[rule].public.is_some() {
            continue;
        }
        let mut texts = vec![secret.repeat(2)];
        if rules[rule].checks.checksum.is_some() {
            texts.push(format!("{secret}extra"));
        }
        for text in texts {
            total += 1;
            let found = engine.scan(text.as_bytes());
            let named = |finding: &Finding| {
                rules[finding.rule].provider == rules[rule].provider && finding.span.start == 0
            };
            if !found.iter().any(named) {
                missed.push(rules[rule].id.to_string());
            }
        }
    }
    assert!(total > 200, "{total}");
    assert!(missed.len() * 100 <= total * (100 - NAMED), "of {total}: {missed:#?}");
}

/// Changes a character near the end to another of its kind: in every form it is one of the
/// checksum, or one that the checksum covers.
fn break_checksum(token: &mut [u8]) {
    let padding = token.iter().rev().take_while(|&&b| b == b'=').count();
    let at = token.len() - padding - 3;
    token[at] = match token[at] {
        b'9' => b'8',
        b @ b'2'..=b'8' => {
            if b == b'2' {
                b'3'
            } else {
                b - 1
            }
        }
        b'0' => b'1',
        b'1' => b'0',
        b'a' | b'A' => token[at] + 2,
        b @ (b'b'..=b'f' | b'B'..=b'F') => b - 1 + 2 * u8::from(matches!(b, b'b' | b'B')),
        b'z' | b'Z' => token[at] - 1,
        b @ (b'g'..=b'y' | b'G'..=b'Y') => b + 1,
        _ => b'A',
    };
}
