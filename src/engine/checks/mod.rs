//! Is a candidate a secret? Offline checks, cheap before dear.
//!
//! A checksum that holds settles the matter, whatever the value looks like. One that does not
//! makes the finding unlikely. Placeholders are nothing at all.

mod azure;
pub mod base32;
mod bech32;
pub mod characters;
pub mod checksum;
pub mod entropy;
pub mod lowered;
mod marvin32;
mod nats;
mod pgp;
pub mod placeholder;
pub mod shapes;
pub mod structure;
pub mod words;

use std::borrow::Cow;

use percent_encoding::percent_decode;

use crate::findings::Verdict;
use crate::rules::lexicon::Lexicon;
use crate::rules::{Confidence, Rule, Trigger};

/// Verdict and confidence of a candidate that is a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Judgement {
    pub verdict: Verdict,
    pub confidence: Confidence,
}

/// Judges the secret's bytes by the rule's checks. `None`: no finding.
///
/// A part of an address is judged as it is written and as it reads (RFC 3986, 2.1).
pub fn judge(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> Option<Judgement> {
    let written = judge_text(rule, lexicon, secret)?;
    if secret.contains(&b'%') && rule.anchors().iter().any(|sign| sign == "://") {
        let read: Cow<'_, [u8]> = percent_decode(secret).into();
        if !read.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        judge_text(rule, lexicon, &read)?;
    }
    Some(written)
}

/// The verdict on one text, however it came to be written so.
fn judge_text(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> Option<Judgement> {
    let checks = &rule.checks;
    if is_never(rule, secret) {
        return None;
    }
    let holds = checks.checksum.map(|checksum| checksum::holds(checksum, secret));
    if holds == Some(true) {
        return Some(Judgement { verdict: Verdict::Valid, confidence: Confidence::Certain });
    }
    if placeholder::stands_for(rule, lexicon, secret)
        || is_public(rule, lexicon, secret)
        || !checks.needs.iter().all(|&kind| characters::holds(kind, secret))
        || checks.min_entropy.is_some_and(|least| entropy::shannon(secret) < least)
    {
        return None;
    }
    if holds == Some(false) {
        return Some(Judgement { verdict: Verdict::Invalid, confidence: Confidence::Low });
    }
    let verdict = match checks.structure {
        Some(structure) if structure::holds(lexicon, structure, secret) => Verdict::Structural,
        Some(_) => return None,
        None => Verdict::Unchecked,
    };
    Some(Judgement { verdict, confidence: rule.confidence })
}

/// Whether the rule says that this value is never reported.
pub fn is_never(rule: &Rule, secret: &[u8]) -> bool {
    rule.checks.never.iter().any(|value| value.as_bytes().eq_ignore_ascii_case(secret))
}

/// A value that only its name would make a secret is none where it is made of words or names
/// its own digest, nor where the rule says so of other public shapes.
fn is_public(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> bool {
    let by_name = matches!(rule.trigger, Trigger::Names(_));
    by_name && (shapes::is_integrity(lexicon, secret) || words::is_made_of_words(lexicon, secret))
        || rule.checks.not.iter().any(|&shape| shapes::has(lexicon, shape, secret))
}
