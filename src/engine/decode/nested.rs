//! Decodings within decodings.

use std::ops::Range;

use super::decoded::Decoded;
use crate::findings::Finding;

/// Steps of decoding, one within the other.
const DEPTH: usize = 3;
/// All that is decoded within one outermost decoding, itself included, has at most so many
/// times its bytes. Counted for each run, never for a blob (contract of locality, point 4).
const BUDGET: usize = 4;

/// Looks for findings in every text that is encoded in `bytes` and begins in `range`, and in
/// what is encoded in those; gives them the spans that they have in `bytes`.
pub fn detect(
    bytes: &[u8],
    range: Range<usize>,
    look: &dyn Fn(&[u8], &mut Vec<Finding>),
    findings: &mut Vec<Finding>,
) {
    super::each(bytes, range, &mut |decoded| {
        let mut budget = decoded.bytes.len() * BUDGET;
        let first = findings.len();
        inside(&decoded, 1, &mut budget, look, findings);
        for finding in &mut findings[first..] {
            finding.trigger = decoded.at;
        }
    });
}

fn inside(
    decoded: &Decoded,
    depth: usize,
    budget: &mut usize,
    look: &dyn Fn(&[u8], &mut Vec<Finding>),
    findings: &mut Vec<Finding>,
) {
    let Some(left) = budget.checked_sub(decoded.bytes.len()) else { return };
    *budget = left;
    let mut found = Vec::new();
    match decoded.transcoded() {
        Some(text) if depth < DEPTH => inside(&text, depth + 1, budget, look, &mut found),
        Some(_) => {}
        None => {
            look(&decoded.bytes, &mut found);
            if depth < DEPTH {
                super::each(&decoded.bytes, 0..decoded.bytes.len(), &mut |inner| {
                    inside(&inner, depth + 1, budget, look, &mut found);
                });
            }
        }
    }
    findings.extend(found.into_iter().filter_map(|finding| {
        let span = decoded.source(finding.span)?;
        Some(Finding { span, encoding: finding.encoding.within(decoded.step), ..finding })
    }));
}
