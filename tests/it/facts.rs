//! Public facts and pairs, from the catalogue's own examples to every form of a report.

use std::fs;
use std::process::Command;

use keysieve::engine::Engine;
use keysieve::findings::{Encoding, Finding, FingerprintKey};
use keysieve::rules::Confidence;
use keysieve::rules::catalogue::Catalogue;
use serde_json::Value;

/// Joined here, so that this file is not a leak itself.
const KEY_ID: [&str; 2] = ["AKIA", "U4QJ7D5TZK3WGC2N"];
const SECRET: [&str; 2] = ["eCVuayCsyX1lP6OchUk0", "kyaetpKK8OF4F5DhR2ig"];

fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

fn ids<'e>(engine: &'e Engine, findings: &[Finding]) -> Vec<&'e str> {
    findings.iter().map(|finding| engine.rules()[finding.rule].id.as_ref()).collect()
}

/// Each fact of a finding as `name value`.
fn facts(finding: &Finding) -> Vec<String> {
    finding.facts.iter().map(|fact| format!("{} {}", fact.name, fact.value)).collect()
}

#[test]
fn no_fact_of_the_catalogue_s_examples_reveals_four_characters_of_the_secret() {
    let engine = engine();
    let mut count = 0;
    for rule in engine.rules() {
        for example in rule.examples.iter() {
            let text = example.replace("<>", "");
            for finding in engine.scan(text.as_bytes()) {
                let found = &engine.rules()[finding.rule];
                if found.public.is_some() || finding.encoding != Encoding::PLAIN {
                    continue;
                }
                let secret = &text.as_bytes()[finding.span.start..finding.span.end];
                // The prefix of a format is public: `sntrys_` and a host's `sentry` share letters.
                let prefix = finding.redacted.to_string().replace('*', "").len();
                let secret = &secret[prefix..];
                for fact in &finding.facts {
                    count += 1;
                    let value = fact.value.as_bytes();
                    let shown = secret.windows(4).find(|part| contains(value, part));
                    assert!(shown.is_none(), "{}: {} reveals a part", found.id, fact.name);
                    assert!(
                        value.len() < 4 || !contains(secret, value),
                        "{}: {} is a part",
                        found.id,
                        fact.name
                    );
                }
            }
        }
    }
    assert!(count > 20, "the examples have facts: {count}");
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    !part.is_empty() && text.windows(part.len()).any(|window| window == part)
}

#[test]
fn every_rule_with_a_pair_finds_both_halves_together() {
    let engine = engine();
    let paired: Vec<&str> = engine
        .rules()
        .iter()
        .filter(|rule| rule.pair.as_ref().is_some_and(|pair| !pair.with.is_empty()))
        .map(|rule| rule.id.as_ref())
        .collect();
    assert!(paired.len() >= 10, "{paired:?}");
    for rule in engine.rules().iter().filter(|rule| paired.contains(&rule.id.as_ref())) {
        let pair = rule.pair.as_ref().unwrap();
        let half = engine.rules().iter().find(|half| half.id == pair.with[0]).unwrap();
        let example = |texts: &[std::borrow::Cow<'static, str>]| texts[0].replace("<>", "");
        let alone = example(&rule.examples);
        let both = format!("{}\n{alone}\n", example(&half.examples));
        // Some examples contain their other half.
        let is_paired = engine.scan(alone.as_bytes()).iter().any(|it| !it.related.is_empty());
        let found = engine.scan(if is_paired { alone.as_bytes() } else { both.as_bytes() });
        // Another rule that is more specific for both together may find the pair.
        let secret = found.iter().find(|found| !found.related.is_empty());
        let secret = secret.unwrap_or_else(|| panic!("{}: {:?}", rule.id, ids(&engine, &found)));
        assert_eq!(found.len(), 1, "{}: {:?}", rule.id, ids(&engine, &found));
        assert!(secret.confidence >= Confidence::High, "{}", rule.id);
        let public = half.public.as_ref().unwrap();
        assert!(secret.facts.iter().any(|fact| fact.name == *public), "{}", rule.id);
    }
}

#[test]
fn a_pair_is_one_finding_with_both_locations() {
    let engine = engine();
    let (id, secret) = (KEY_ID.concat(), SECRET.concat());
    let text =
        format!("aws_secret_access_key = {secret}\nregion = eu-1\naws_access_key_id = {id}\n");
    let found = engine.scan(text.as_bytes());
    assert_eq!(ids(&engine, &found), ["aws-secret-access-key"]);
    assert_eq!(found[0].confidence, Confidence::High);
    assert_eq!(facts(&found[0]), ["account 336102104935", &format!("key_id {id}")]);
    let [half] = &found[0].related[..] else { panic!("one public half") };
    assert_eq!(&text[half.span.start..half.span.end], id);
}

#[test]
fn halves_that_are_too_far_apart_are_two_findings() {
    let engine = engine();
    let (id, secret) = (KEY_ID.concat(), SECRET.concat());
    let text = |gap: usize| {
        let name = "aws_secret_access_key=";
        let filler = "#\n".repeat((gap - name.len()) / 2);
        format!("{id}\n{filler}{name}{secret}\n")
    };
    let near = engine.scan(text(511).as_bytes());
    assert_eq!(ids(&engine, &near), ["aws-secret-access-key"]);
    let far = engine.scan(text(515).as_bytes());
    assert_eq!(ids(&engine, &far), ["aws-access-key-id", "aws-secret-access-key"]);
    assert_eq!([far[0].confidence, far[1].confidence], [Confidence::Medium; 2]);
    assert!(far[1].facts.is_empty() && far[1].related.is_empty());
}

#[test]
fn each_secret_is_paired_with_the_nearest_half() {
    let engine = engine();
    let secret = SECRET.concat();
    let other: String = secret.chars().rev().collect();
    let (first, second) = (KEY_ID.concat(), ["AKIA", "W7MZQ2XH4LPDT6RB"].concat());
    let text = format!(
        "[one]\nid = {first}\naws_secret_key = {secret}\n\n[two]\nid = {second}\naws_secret_key = {other}\n"
    );
    let found = engine.scan(text.as_bytes());
    assert_eq!(found.len(), 2, "{:?}", ids(&engine, &found));
    for (finding, id) in found.iter().zip([first, second]) {
        assert!(facts(finding).contains(&format!("key_id {id}")), "{:?}", facts(finding));
    }
}

#[test]
fn facts_of_urls_and_connection_strings_are_reported() {
    let engine = engine();
    for (text, expected) in [
        (
            ["postgres://app:bOi0Pdzp", "IiDd07nI@db.acme.test:5432/app"],
            &["host db.acme.test", "user app"][..],
        ),
        // The user is the password or its beginning: one reveals the other.
        (["postgres://bOi0Pdzp:bOi0Pdzp", "IiDd07nI@db.acme.test/app"], &["host db.acme.test"]),
        // A token instead of the user.
        (
            ["https://q8ZpLs4Vt1mNc7Rw2XyK5d:bOi0Pdzp", "IiDd07nI@git.acme.test/a.git"],
            &["host git.acme.test"],
        ),
        (["<username>ci</username>\n<pass", "word>bOi0PdzpIiDd07nI</password>"], &["user ci"]),
        (
            [
                "Endpoint=sb://acme.servicebus.windows.net/;SharedAccessKeyName=send;\
                 SharedAccess",
                "Key=hPxo+SyOHdC2GArWZzelJf7dob8fEDO1rxMaIO9WQKu=",
            ],
            &["host sb://acme.servicebus.windows.net/", "key_name send"],
        ),
    ] {
        let text = text.concat();
        let found = engine.scan(text.as_bytes());
        assert_eq!(found.len(), 1, "{text}: {:?}", ids(&engine, &found));
        assert_eq!(facts(&found[0]), expected, "{text}");
    }
}

/// A secret that one rule finds is not shown as a fact of another rule's finding.
#[test]
fn a_secret_in_a_fact_is_redacted() {
    let engine = engine();
    let token = ["ls-", "fAKeToKe-0000-0000-0000-eXamPle0f207"].concat();
    let text = format!("https://{token}:{}@git.acme.test/a.git", ["bOi0Pdzp", "IiDd07nI"].concat());
    for finding in engine.scan(text.as_bytes()) {
        assert!(!facts(&finding).iter().any(|fact| fact.contains(&token[3..])));
    }
}

#[test]
fn every_report_format_has_facts_and_pairs() {
    let folder = tempfile::tempdir().unwrap();
    let id = KEY_ID.concat();
    let text = format!("[default]\nkey = {id}\naws_secret_access_key = {}\n", SECRET.concat());
    fs::write(folder.path().join("credentials"), text).unwrap();
    let scan = |format: &str| {
        let output = Command::new(env!("CARGO_BIN_EXE_keysieve"))
            .args(["scan", "--format", format, "."])
            .current_dir(folder.path())
            .output()
            .unwrap();
        assert_eq!(output.status.code(), Some(1));
        String::from_utf8(output.stdout).unwrap()
    };
    let human = scan("human");
    assert!(human.contains(&format!("\n  account 336102104935 · key id {id}\n")), "{human}");
    assert!(human.contains("credentials:3:25\n"), "{human}");
    assert!(human.contains("^\n    with the key id at 2:7\n"), "{human}");
    assert!(human.contains("1 credential in 1 location."), "{human}");

    let json: Value = serde_json::from_str(&scan("json")).unwrap();
    let credential = &json["credentials"][0];
    assert_eq!(credential["facts"][1]["fact"], "key_id");
    assert_eq!(credential["facts"][1]["value"], id.as_str());
    let half = &credential["occurrences"][0]["related"][0];
    assert_eq!((&half["fact"], &half["start"]["line"]), (&"key_id".into(), &2.into()));

    let sarif: Value = serde_json::from_str(&scan("sarif")).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(result["properties"]["facts"]["account"][0], "336102104935");
    let related = &result["relatedLocations"][0];
    assert_eq!(related["id"], 1);
    assert_eq!(related["physicalLocation"]["region"]["startLine"], 2);
    let message = result["message"]["text"].as_str().unwrap();
    assert!(message.contains(&format!("account 336102104935, key id [{id}](1)")), "{message}");
    for shown in [human, json.to_string(), sarif.to_string()] {
        assert!(!shown.contains(SECRET[0]) && !shown.contains(SECRET[1]));
    }
}
