//! Settles overlaps among all findings of a blob.
//!
//! Of overlapping findings one is kept: first by the authority of the rule (see
//! [`Finding::authority`]), then the better verdict, then the higher confidence, then the more
//! specific trigger (a token's prefix before another anchor, that before a name, all before the
//! format of a JWT), then the longer span, then the fewer steps of decoding, then the lower rule
//! id. The order of the input does not matter.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use crate::findings::Finding;
use crate::rules::Rule;

/// The findings that are kept, by span.
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
    // Kept findings do not overlap, so only the last that begins before a span's end can overlap
    // it.
    let mut kept: BTreeMap<usize, Finding> = BTreeMap::new();
    for finding in findings {
        let before = kept.range(..finding.span.end).next_back();
        if before.is_none_or(|(_, other)| !other.span.overlaps(&finding.span)) {
            kept.insert(finding.span.start, finding);
        }
    }
    kept.into_values().collect()
}
