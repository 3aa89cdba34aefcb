//! Every example and non-example of the catalogue, each a named test through the real engine.

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::Rule;
use keysieve::rules::catalogue::Catalogue;
use libtest_mimic::{Arguments, Failed, Trial};

/// Taken out of an example before it is run, so that the catalogue is no leak itself.
const SEAM: &str = "<>";

fn main() {
    let engine: &'static Engine =
        Box::leak(Box::new(Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))));
    let mut trials = Vec::new();
    for (index, rule) in engine.rules().iter().enumerate() {
        for (number, example) in rule.examples.iter().enumerate() {
            trials.push(Trial::test(format!("{}::example_{number}", rule.id), move || {
                finds_exactly_the_secret(engine, index, example)
            }));
        }
        for (number, text) in rule.non_examples.iter().enumerate() {
            trials.push(Trial::test(format!("{}::non_example_{number}", rule.id), move || {
                finds_nothing(engine, text)
            }));
        }
    }
    libtest_mimic::run(&Arguments::from_args(), trials).exit();
}

/// One finding, of this rule, whose span is the secret: it holds the seam and ends where the
/// word ends.
fn finds_exactly_the_secret(engine: &Engine, rule: usize, example: &str) -> Result<(), Failed> {
    let text = example.replace(SEAM, "");
    let findings = engine.scan(text.as_bytes());
    let seen: Vec<(&Rule, &str)> = findings
        .iter()
        .map(|finding| (&engine.rules()[finding.rule], &text[finding.span.start..finding.span.end]))
        .collect();
    let [(found, secret)] = seen[..] else {
        let ids: Vec<&str> = seen.iter().map(|(rule, _)| rule.id.as_ref()).collect();
        return Err(format!("one finding expected, got {ids:?} in {text:?}").into());
    };
    let wanted = &engine.rules()[rule];
    if found.id != wanted.id {
        return Err(format!("{} found it, not {}", found.id, wanted.id).into());
    }
    // The seam stands inside the secret, which tells independently where that is.
    let seam = example.find(SEAM).ok_or("an example holds the seam <> inside its secret")?;
    let start = secret.as_ptr() as usize - text.as_ptr() as usize;
    if seam <= start || seam >= start + secret.len() {
        return Err(format!("the span {secret:?} does not hold the seam").into());
    }
    if !engine.scan(example.as_bytes()).is_empty() {
        return Err("the seam does not break the secret: the file itself would be a leak".into());
    }
    // A span that stops short of the secret, or begins late, leaves word characters beside it.
    let is_word = |b: &u8| b.is_ascii_alphanumeric() || *b == b'_';
    let before = text.as_bytes()[..start].last();
    let after = text.as_bytes().get(start + secret.len());
    if before.is_some_and(is_word) || after.is_some_and(is_word) {
        return Err(format!("the secret goes on beside the span {secret:?}").into());
    }
    Ok(())
}

fn finds_nothing(engine: &Engine, text: &str) -> Result<(), Failed> {
    let text = text.replace(SEAM, "");
    let findings = engine.scan(text.as_bytes());
    let ids: Vec<&str> =
        findings.iter().map(|finding| engine.rules()[finding.rule].id.as_ref()).collect();
    if ids.is_empty() { Ok(()) } else { Err(format!("found {ids:?} in {text:?}").into()) }
}
