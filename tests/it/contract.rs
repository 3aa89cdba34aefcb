//! The contract of locality, as properties over random texts.
//!
//! A text is composed of the catalogue's examples, parts of them and noise. A scan finds the same
//! in whatever ranges it is split; a trigger is judged the same whatever is outside its window; the
//! report is the same in whatever parts a long input is read.

use crate::support::random;
use crate::support::structures::structure;

use std::ops::Range;

use keysieve::engine::{Detected, Engine, OVERLAP};
use keysieve::findings::{Encoding, FingerprintKey};
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{AFTER, BEFORE, LONGEST, MARGIN};
use random::Random;

const TEXTS: u64 = 60;

fn engine() -> Engine {
    Engine::new(Catalogue::built_in(), FingerprintKey::new(b""))
}

/// Complete and partial examples, with and without line ends between, amid noise.
fn random_text(random: &mut Random, engine: &Engine, pieces: usize) -> Vec<u8> {
    let examples: Vec<String> = engine
        .rules()
        .iter()
        .flat_map(|rule| rule.examples.iter())
        .map(|example| example.replace("<>", ""))
        .collect();
    let mut text = Vec::new();
    for _ in 0..pieces {
        let example = examples[random.below(examples.len())].as_bytes();
        match random.below(7) {
            6 => text.extend(structure(random, 12)),
            0 => text.extend((0..random.below(700)).map(|_| random.below(256) as u8)),
            1 => text.extend((0..random.below(200)).map(|_| b"ab9_/=. \"\n"[random.below(10)])),
            2 => text.extend_from_slice(&example[random.below(example.len())..]),
            3 => text.extend_from_slice(&example[..random.below(example.len())]),
            _ => text.extend_from_slice(example),
        }
        if random.below(3) > 0 {
            text.push(b'\n');
        }
    }
    text
}

/// Adjacent ranges that cover the text.
fn random_cuts(random: &mut Random, length: usize) -> Vec<Range<usize>> {
    let mut cuts: Vec<usize> = (0..random.below(40)).map(|_| random.below(length)).collect();
    cuts.extend([0, length]);
    cuts.sort_unstable();
    cuts.dedup();
    cuts.windows(2).map(|pair| pair[0]..pair[1]).collect()
}

fn sorted(mut detected: Detected) -> Detected {
    detected.findings.sort_by_key(|finding| (finding.trigger, finding.rule, finding.span));
    detected
}

#[test]
fn ranges_that_cover_the_text_find_what_a_whole_scan_finds() {
    let engine = engine();
    let mut random = Random(0x5eed);
    let mut seen = 0;
    for _ in 0..TEXTS {
        let text = random_text(&mut random, &engine, 60);
        let whole = sorted(engine.detect(&text, std::slice::from_ref(&(0..text.len()))));
        let cuts = random_cuts(&mut random, text.len());
        assert_eq!(sorted(engine.detect(&text, &cuts)), whole);
        seen += whole.findings.len();
    }
    assert!(seen > 1000, "the texts contain secrets: {seen}");
}

/// A text with repeated units, some with a byte that breaks the repetition.
fn repeating_text(random: &mut Random, engine: &Engine) -> Vec<u8> {
    let mut text = Vec::new();
    for _ in 0..3 {
        let mut unit = match random.below(3) {
            0 => random_text(random, engine, 1),
            1 => b"password=\"a+/%41&lt; ".to_vec(),
            _ => (0..=random.below(30)).map(|_| b"aA9_/=. \"\n%4+"[random.below(13)]).collect(),
        };
        unit.truncate(1 + random.below(270));
        let repetitions = (2000 + random.below(4000)) / unit.len().max(1);
        let start = text.len();
        text.extend(unit.repeat(repetitions));
        for _ in 0..random.below(3) {
            let offset = start + random.below(text.len() - start);
            if let Some(byte) = text.get_mut(offset) {
                *byte = b"x \n="[random.below(4)];
            }
        }
        text.extend(random_text(random, engine, 3));
    }
    text
}

#[test]
fn nothing_is_missed_in_repetitive_text() {
    let engine = engine();
    let mut random = Random(0xabab);
    let mut seen = 0;
    for _ in 0..TEXTS {
        let text = repeating_text(&mut random, &engine);
        let whole = sorted(engine.detect(&text, std::slice::from_ref(&(0..text.len()))));
        // Ranges too short to contain a unit and its repetition.
        let step = 1 + random.below(200);
        let cuts: Vec<Range<usize>> = (0..text.len())
            .step_by(step)
            .map(|start| start..text.len().min(start + step))
            .collect();
        assert_eq!(sorted(engine.detect(&text, &cuts)), whole);
        seen += whole.findings.len();
    }
    assert!(seen > 1000, "the texts contain secrets: {seen}");
}

#[test]
fn a_verdict_depends_on_nothing_outside_its_window() {
    let engine = engine();
    let mut random = Random(0xfeed);
    for _ in 0..TEXTS {
        let text = random_text(&mut random, &engine, 30);
        for finding in engine.detect(&text, std::slice::from_ref(&(0..text.len()))).findings {
            let (trigger, rule) = (finding.trigger, &engine.rules()[finding.rule]);
            // The ends of a text are copy boundaries; a body that continues after the judged part
            // is not part of the verdict; encoded text depends on its run, wherever that ends.
            let plain = finding.encoding == Encoding::PLAIN;
            if trigger <= BEFORE || engine.end_lookahead(&finding) > 0 || !plain {
                continue;
            }
            let (start, end) = (trigger - BEFORE - 1, trigger + LONGEST + AFTER + 1);
            if end > text.len() {
                continue;
            }
            let noise = |random: &mut Random, length: usize| -> Vec<u8> {
                (0..length).map(|_| random.below(256) as u8).collect()
            };
            let mut other = noise(&mut random, MARGIN);
            let offset = trigger - start + other.len();
            other.extend_from_slice(&text[start..end]);
            other.extend(noise(&mut random, MARGIN));
            let again = engine.detect(&other, std::slice::from_ref(&(offset..offset + 1)));
            let same = again.findings.iter().any(|other| {
                other.rule == finding.rule
                    && other.fingerprint == finding.fingerprint
                    && other.verdict == finding.verdict
                    && other.confidence == finding.confidence
                    && other.span.len() == finding.span.len()
            });
            assert!(same, "{} is judged differently in other surroundings", rule.id);
        }
    }
}

/// A mark depends on nothing outside its window either.
#[test]
fn marks_are_local() {
    let engine = engine();
    let mut random = Random(0x3a2);
    let mut seen = 0;
    for _ in 0..TEXTS {
        let text = random_text(&mut random, &engine, 30);
        for mark in engine.detect(&text, std::slice::from_ref(&(0..text.len()))).marks {
            if mark <= BEFORE || mark + LONGEST + AFTER + 1 > text.len() {
                continue;
            }
            let part = &text[mark - BEFORE..mark + LONGEST + AFTER];
            let other = [&[b'x'; MARGIN], part, &[b'x'; MARGIN]].concat();
            let offset = MARGIN + BEFORE;
            let again = engine.detect(&other, std::slice::from_ref(&(offset..offset + 1)));
            assert_eq!(again.marks, [offset]);
            seen += 1;
        }
    }
    assert!(seen > 100, "the texts contain structures: {seen}");
}

#[test]
fn the_findings_of_a_core_are_those_of_the_whole() {
    let engine = engine();
    let mut random = Random(0xc0de);
    for _ in 0..TEXTS {
        let text = random_text(&mut random, &engine, 40);
        let whole = engine.scan(&text);
        let mut parts = Vec::new();
        for core in random_cuts(&mut random, text.len()) {
            let start = core.start.saturating_sub(OVERLAP);
            let end = text.len().min(core.end + OVERLAP);
            let local = core.start - start..core.end - start;
            parts.extend(engine.scan_core(&text[start..end], local).into_iter().map(|finding| {
                let related = finding.related.len();
                let span = (finding.span.start + start, finding.span.end + start);
                (span, finding.fingerprint, finding.confidence, finding.facts, related)
            }));
        }
        let whole: Vec<_> = whole
            .into_iter()
            .map(|found| {
                let (span, related) = ((found.span.start, found.span.end), found.related.len());
                (span, found.fingerprint, found.confidence, found.facts, related)
            })
            .collect();
        assert_eq!(parts, whole);
    }
}
