//! What is found and what is not: generated values in many syntaxes and files, and values that are
//! encrypted, public by design or no secrets at all.

#![allow(dead_code, reason = "each module takes what it needs")]

mod drawn;
mod encrypted;
mod escapes;
mod forms;
mod matrix;
mod noise;
mod notations;
mod public;
mod rate;
mod structure;
mod values;

use keysieve::engine::Engine;
use keysieve::findings::{Finding, FingerprintKey};
use keysieve::rules::Confidence;
use keysieve::rules::catalogue::Catalogue;

/// The built-in rules with the default settings.
fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// The highest confidence of a finding that overlaps the value.
fn confidence_of(findings: &[Finding], text: &str, value: &str) -> Option<Confidence> {
    let start = text.find(value)?;
    let end = start + value.len();
    let overlaps = |finding: &&Finding| finding.span.start < end && start < finding.span.end;
    findings.iter().filter(overlaps).map(|finding| finding.confidence).max()
}

/// The highest confidence of all findings in the text.
fn highest_confidence(engine: &Engine, text: &str) -> Option<Confidence> {
    engine.scan(text.as_bytes()).iter().map(|finding| finding.confidence).max()
}
