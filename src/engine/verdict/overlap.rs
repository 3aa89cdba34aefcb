//! Overlaps, settled over a blob's whole list by stated rules.
//!
//! Where findings overlap, one stays: what a rule with a form of its own is not unlikely to have
//! found or has refused before what a name alone promises, then the surer verdict, then the
//! higher confidence, then the more specific trigger (a token's own beginning before another
//! anchor, that before a name, all of them before the form of a JWT), then the longer span, then
//! the reading with fewer steps of decoding (the plain one before all), then the lower rule id.
//! The order in which findings arrive plays no part.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::findings::Finding;
use crate::rules::Rule;

/// The findings that stay, by span.
pub fn settle(mut findings: Vec<Finding>, rules: &[Rule]) -> Vec<Finding> {
    findings.sort_by_cached_key(|finding| {
        let rule = &rules[finding.rule];
        let (known, specific) = (finding.authority(rule), rule.specificity());
        (
            Reverse((known, finding.verdict, finding.confidence, specific, finding.span.len())),
            finding.encoding,
            finding.rule,
            finding.span.start,
        )
    });
    // Apart, so that the last that begins before a span's end is the one that could overlap it.
    let mut kept: BTreeMap<usize, Finding> = BTreeMap::new();
    for finding in findings {
        let before = kept.range(..finding.span.end).next_back();
        if before.is_none_or(|(_, other)| !other.span.overlaps(&finding.span)) {
            kept.insert(finding.span.start, finding);
        }
    }
    kept.into_values().collect()
}
