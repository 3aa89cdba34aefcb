//! Generated tokens of every rule's format in every notation are found by the provider's rule, and
//! one with an invalid checksum is never reported as certain.

use std::collections::BTreeMap;

use keysieve::engine::Engine;
use keysieve::findings::{Finding, FingerprintKey, Verdict};
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{AnchorPosition, Confidence, Rule, Trigger};
use support::minted::minted;
use support::notations::{CONTEXTS, NOTATIONS};

use crate::support;

/// Minimum percentage of valid tokens that are found by their provider's rule, of all and in each
/// notation.
const MIN_FOUND: usize = 98;

/// A token in all notations, assigned to the names of its rule, or to any name.
struct WrittenToken {
    rule: usize,
    secret: String,
    /// The notation, and the text.
    texts: Vec<(&'static str, String)>,
}

fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// One token of each rule whose match is only the secret, in all notations. Matches with context
/// are covered by the catalogue's examples.
fn written(rules: &[Rule], change: impl Fn(&mut [u8])) -> Vec<WrittenToken> {
    let mut all = Vec::new();
    for (number, rule) in rules.iter().enumerate() {
        if matches!(rule.trigger, Trigger::Kind(_) | Trigger::Reader(_)) {
            continue;
        }
        let Some(made) = minted(rule, number as u64 + 1) else { continue };
        if made.secret != (0..made.text.len()) || made.text.contains(&b'\n') {
            continue;
        }
        let mut secret = made.text;
        change(&mut secret);
        let secret = String::from_utf8(secret).expect("the catalogue's tokens are ASCII");
        let mut texts = Vec::new();
        for (turn, notation) in NOTATIONS.iter().enumerate() {
            let name = match &rule.trigger {
                Trigger::Names(names) => &names[(number + turn) % names.len()],
                Trigger::Anchors { .. } | Trigger::Kind(_) | Trigger::Reader(_) => "acme_setting",
            };
            texts.push((notation.name, notation.write(name, &secret)));
        }
        if matches!(rule.trigger, Trigger::Anchors { .. }) {
            // A base64 key cannot be a user name: its `/` would be part of the URL's path.
            // A public value is neither a password nor a registry token.
            let fits = |name: &str| match name {
                "clone" => !secret.contains(['+', '/', '=']),
                ".git-credentials" | ".npmrc" => rule.public.is_none(),
                _ => true,
            };
            let contexts = CONTEXTS.iter().filter(|(name, _)| fits(name));
            texts.extend(contexts.map(|(name, write)| (*name, write(&secret))));
        }
        all.push(WrittenToken { rule: number, secret, texts });
    }
    all
}

#[test]
fn valid_tokens_are_found_by_their_providers_rule_in_every_notation() {
    let engine = engine();
    let rules = engine.rules();
    let mut notations: BTreeMap<&str, (usize, Vec<String>)> = BTreeMap::new();
    let tokens = written(rules, |_| {});
    assert!(tokens.len() * 10 > rules.len() * 8, "{} of {}", tokens.len(), rules.len());
    for WrittenToken { rule, texts, .. } in &tokens {
        let provider = &rules[*rule].provider;
        for (notation, text) in texts {
            let is_providers = |finding: &Finding| rules[finding.rule].provider == *provider;
            let (total, missed) = notations.entry(notation).or_default();
            *total += 1;
            if !engine.scan(text.as_bytes()).iter().any(is_providers) {
                missed.push(format!("{} in {text:?}", rules[*rule].id));
            }
        }
    }
    let total: usize = notations.values().map(|(total, _)| total).sum();
    let missed: usize = notations.values().map(|(_, missed)| missed.len()).sum();
    println!("{} of {total} found", total - missed);
    for (notation, (total, missed)) in &notations {
        assert!(missed.len() * 100 <= total * (100 - MIN_FOUND), "{notation}: {missed:#?}");
    }
    assert!(missed * 100 <= total * (100 - MIN_FOUND));
}

#[test]
fn an_invalid_checksum_is_never_certain() {
    let engine = engine();
    let rules = engine.rules();
    let mut broken = 0;
    for WrittenToken { rule, secret, texts } in written(rules, break_checksum) {
        if rules[rule].checks.checksum.is_none() {
            continue;
        }
        broken += 1;
        for (notation, text) in texts {
            for finding in engine.scan(text.as_bytes()) {
                let certain =
                    finding.verdict == Verdict::Valid || finding.confidence == Confidence::Certain;
                assert!(!certain, "{} in {notation}: {secret}", rules[finding.rule].id);
            }
        }
    }
    assert!(broken > 25, "{broken}");
}

/// The second of several credentials: a number follows the name.
#[test]
fn a_numbered_name_is_recognized() {
    let engine = engine();
    let rules = engine.rules();
    let (mut total, mut missed) = (0, Vec::new());
    for WrittenToken { rule, secret, .. } in written(rules, |_| {}) {
        let Trigger::Names(names) = &rules[rule].trigger else { continue };
        for text in [format!("{}_2='{secret}'", names[0]), format!("{}2: \"{secret}\"", names[0])] {
            total += 1;
            let is_providers =
                |finding: &Finding| rules[finding.rule].provider == rules[rule].provider;
            if !engine.scan(text.as_bytes()).iter().any(is_providers) {
                missed.push(format!("{}: {text}", rules[rule].id));
            }
        }
    }
    assert!(total > 200, "{total}");
    assert!(missed.len() * 100 <= total * (100 - MIN_FOUND), "of {total}: {missed:#?}");
}

/// A token pasted twice without a separator; and one whose checksum shows where it ends, followed
/// by a word.
#[test]
fn a_token_directly_followed_by_text_is_found() {
    let engine = engine();
    let rules = engine.rules();
    let (mut total, mut missed) = (0, Vec::new());
    for WrittenToken { rule, secret, .. } in written(rules, |_| {}) {
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
            let is_providers = |finding: &Finding| {
                rules[finding.rule].provider == rules[rule].provider && finding.span.start == 0
            };
            if !found.iter().any(is_providers) {
                missed.push(rules[rule].id.to_string());
            }
        }
    }
    assert!(total > 200, "{total}");
    assert!(missed.len() * 100 <= total * (100 - MIN_FOUND), "of {total}: {missed:#?}");
}

/// Changes a character near the end to another of its kind: in every format it is part of the
/// checksum, or covered by it.
fn break_checksum(token: &mut [u8]) {
    let padding = token.iter().rev().take_while(|&&b| b == b'=').count();
    let index = token.len() - padding - 3;
    token[index] = match token[index] {
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
        b'a' | b'A' => token[index] + 2,
        b @ (b'b'..=b'f' | b'B'..=b'F') => b - 1 + 2 * u8::from(matches!(b, b'b' | b'B')),
        b'z' | b'Z' => token[index] - 1,
        b @ (b'g'..=b'y' | b'G'..=b'Y') => b + 1,
        _ => b'A',
    };
}
