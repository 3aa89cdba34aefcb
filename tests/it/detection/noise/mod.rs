//! Values that look like secrets and are not, thirty of each kind; and secrets that look alike.

mod chains;
mod code;
mod digests;
mod ids;
mod packages;
mod requests;
mod templates;

use keysieve::rules::Confidence;

use super::{engine, highest_confidence};
use crate::support::random::Random;
use templates::filled;

/// Texts of each template.
const TEXTS: usize = 30;

/// Scans each template with random values; none may be reported above the limit.
fn at_most(limit: Option<Confidence>, templates: &[&str]) {
    let engine = engine();
    let mut random = Random(0x0d15_ea5e);
    for template in templates {
        for _ in 0..TEXTS {
            let text = filled(&mut random, template);
            let found = highest_confidence(&engine, &text);
            assert!(found <= limit, "{found:?} for {template}: {text}");
        }
    }
}

fn quiet(templates: &[&str]) {
    at_most(None, templates);
}

fn low(templates: &[&str]) {
    at_most(Some(Confidence::Low), templates);
}

/// Scans each template with random values; nearly all must be reported at medium or more.
fn reported(templates: &[&str]) {
    let engine = engine();
    let mut random = Random(0x0d15_ea5e);
    for template in templates {
        let found = (0..TEXTS).filter(|_| {
            let text = filled(&mut random, template);
            highest_confidence(&engine, &text) >= Some(Confidence::Medium)
        });
        let found = found.count();
        assert!(found * 100 >= TEXTS * 90, "{found} of {TEXTS} for {template}");
    }
}
