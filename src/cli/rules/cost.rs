//! What rules cost: the time of a scan with them compared with one without.

use std::io::{self, Write};
use std::time::{Duration, Instant};

use keysieve::engine::Engine;
use keysieve::findings::FingerprintKey;
use keysieve::rules::catalogue::Catalogue;
use keysieve::rules::{Rule, Trigger};

use super::STRONG;

/// Bytes of the generated sample.
const SAMPLE: usize = 1 << 20;

/// A rule is reported as slow if a scan with it takes this many times as long as without it.
const SLOW: f64 = 2.0;

/// Timed scans, of which the fastest counts.
const TRIES: usize = 5;

/// Reports which rules are slow, each measured by itself, and the cost of all of them. A rule with
/// names is measured next to one of the catalogue: what the two share costs nothing more.
pub fn report(rules: &[Rule], sample: &[u8], out: &mut dyn Write) -> io::Result<()> {
    if rules.is_empty() || sample.is_empty() {
        return Ok(());
    }
    let without = time(&[], sample);
    let catalogue = Catalogue::built_in();
    let named = |rule: &&Rule| matches!(rule.trigger, Trigger::Names(_));
    let usual = catalogue.rules().iter().filter(named).max_by_key(|rule| match &rule.trigger {
        Trigger::Names(names) => names.len(),
        _ => 0,
    });
    let usual = usual.map(std::slice::from_ref).unwrap_or_default();
    let with_usual = time(usual, sample);
    // A structure is found by the fragments of the generic rules.
    let is_measured = |rule: &&Rule| !matches!(rule.trigger, Trigger::Reader(_));
    for rule in rules.iter().filter(is_measured) {
        let times = if named(&rule) {
            let both = [usual, std::slice::from_ref(rule)].concat();
            time(&both, sample).div_duration_f64(with_usual)
        } else {
            time(std::slice::from_ref(rule), sample).div_duration_f64(without)
        };
        if times > SLOW {
            let id = &rule.id;
            writeln!(
                out,
                "{STRONG}{id}{STRONG:#}: slow, a scan takes {times:.1} times as long; use a longer \
                 or rarer anchor"
            )?;
        }
    }
    let megabytes = sample.len() as f64 / 1e6;
    let more = time(rules, sample).saturating_sub(without).as_secs_f64() * 1e3 / megabytes;
    writeln!(out, "Cost: +{more:.2} ms/MB, measured on {megabytes:.1} MB.")
}

/// The duration of a scan of the sample.
fn time(rules: &[Rule], sample: &[u8]) -> Duration {
    let mut catalogue = Catalogue::empty();
    // A rule is measured without the other half of its pair, which may be in another file.
    let alone = rules.iter().cloned().map(|mut rule| {
        rule.pair = None;
        rule
    });
    // Only pairs can be refused, and none is left.
    let _ = catalogue.replace(alone);
    let engine = Engine::new(catalogue, FingerprintKey::new(b""));
    let once = |_| {
        let start = Instant::now();
        engine.scan(sample);
        start.elapsed()
    };
    (0..TRIES).map(once).min().unwrap_or_default()
}

/// Text like that of repositories, always the same: code, settings, prose, digests, base64.
pub fn generated_text() -> Vec<u8> {
    const WORDS: &[&str] = &[
        "the", "return", "value", "config", "user", "token", "key", "secret", "password", "self",
        "import", "from", "http", "client", "index", "length", "string", "error", "async", "test",
        "auth", "api", "path", "name", "data", "result", "option", "default", "version", "module",
    ];
    let mut state = 0x2545_f491_4f6c_dd1d_u64;
    let mut next = move |bound: usize| {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        (state % bound as u64) as usize
    };
    let mut text = String::with_capacity(SAMPLE + 256);
    while text.len() < SAMPLE {
        let (a, b) = (WORDS[next(WORDS.len())], WORDS[next(WORDS.len())]);
        match next(8) {
            0 => text.push_str(&format!("    let {a}_{b} = {b}({}, \"{a}\");\n", next(10_000))),
            1 => text.push_str(&format!("{}_{}={a}{}\n", a.to_uppercase(), b, next(1_000_000))),
            2 => text.push_str(&format!("  \"{a}\": \"https://{b}.test/{a}?{b}={}\",\n", next(99))),
            3 => {
                let digits = (0..40).map(|_| char::from(b"0123456789abcdef"[next(16)]));
                let digits: String = digits.collect();
                text.push_str(&format!("{digits}  {a}/{b}\n"));
            }
            4 => {
                const BASE64: &[u8] =
                    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
                text.extend((0..76).map(|_| char::from(BASE64[next(64)])));
                text.push('\n');
            }
            _ => {
                for _ in 0..12 {
                    text.push_str(WORDS[next(WORDS.len())]);
                    text.push(' ');
                }
                text.push('\n');
            }
        }
    }
    text.into_bytes()
}
