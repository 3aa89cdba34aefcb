//! Is a candidate a secret? Offline checks, cheap ones before expensive ones.
//!
//! A valid checksum decides, whatever the value looks like. An invalid one makes the confidence
//! low. Placeholders are not findings at all.

pub mod base32;
pub mod characters;
pub mod checksum;
pub mod claims;
pub mod entropy;
pub mod lowered;
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
/// A part of a URL is judged as written and percent-decoded (RFC 3986, 2.1).
pub fn judge(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> Option<Judgement> {
    let written = judge_text(rule, lexicon, secret)?;
    if secret.contains(&b'%') && rule.anchors().iter().any(|anchor| anchor == "://") {
        let decoded: Cow<'_, [u8]> = percent_decode(secret).into();
        if !decoded.iter().all(u8::is_ascii_graphic) {
            return None;
        }
        judge_text(rule, lexicon, &decoded)?;
    }
    Some(written)
}

/// Judges one text.
fn judge_text(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> Option<Judgement> {
    let checks = &rule.checks;
    if is_never(rule, secret) {
        return None;
    }
    let is_valid = checks.checksum.map(|checksum| checksum::is_valid(checksum, secret));
    if is_valid == Some(true) {
        return Some(Judgement { verdict: Verdict::Valid, confidence: Confidence::Certain });
    }
    if placeholder::is_placeholder_of(rule, lexicon, secret)
        || is_public(rule, lexicon, secret)
        || !checks.needs.iter().all(|&kind| characters::contains(kind, secret))
        || checks.min_entropy.is_some_and(|least| entropy::shannon(secret) < least)
    {
        return None;
    }
    if is_valid == Some(false) {
        return Some(Judgement { verdict: Verdict::Invalid, confidence: Confidence::Low });
    }
    let verdict = match checks.structure {
        Some(structure) if structure::is_valid(lexicon, structure, secret) => Verdict::Structural,
        Some(_) => return None,
        None => Verdict::Unchecked,
    };
    Some(Judgement { verdict, confidence: rule.confidence })
}

/// Whether the rule lists this value as one that is never reported.
pub fn is_never(rule: &Rule, secret: &[u8]) -> bool {
    rule.checks.never.iter().any(|value| value.as_bytes().eq_ignore_ascii_case(secret))
}

/// A value found by its name is not a secret if it is made of words or names its own digest; of no
/// rule if it has one of the public shapes that the rule excludes.
fn is_public(rule: &Rule, lexicon: &Lexicon, secret: &[u8]) -> bool {
    let by_name = matches!(rule.trigger, Trigger::Names(_));
    by_name && (shapes::is_integrity(lexicon, secret) || words::is_made_of_words(lexicon, secret))
        || rule.checks.not.iter().any(|&shape| shapes::has(lexicon, shape, secret))
}
