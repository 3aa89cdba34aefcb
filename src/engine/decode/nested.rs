//! Decodings within decodings.

use super::decoded::Decoded;
use crate::findings::Finding;

/// Steps of decoding, one within the other, at most.
pub const DEPTH: usize = 3;
/// All that is decoded within one outermost decoding, itself included, has at most so many
/// times its bytes. Counted for each run, never for a blob (contract of locality, point 4).
const BUDGET: usize = 4;

/// Looks through a text: puts what stands in it as it is into the list, hands what is encoded
/// in it to the second argument.
pub type Look<'l> = dyn Fn(&[u8], &mut Vec<Finding>, &mut dyn FnMut(Decoded)) + 'l;

/// Findings in an outermost decoding, and in what is encoded in it, `steps` deep in all, with the
/// spans that they have in the bytes that it was decoded from.
pub fn outermost(decoded: &Decoded, steps: usize, look: &Look<'_>, findings: &mut Vec<Finding>) {
    let mut budget = decoded.bytes.len() * BUDGET;
    let first = findings.len();
    if let Some(deeper) = steps.checked_sub(1) {
        inside(decoded, deeper, &mut budget, look, findings);
    }
    for finding in &mut findings[first..] {
        finding.trigger = decoded.at;
    }
}

fn inside(
    decoded: &Decoded,
    deeper: usize,
    budget: &mut usize,
    look: &Look<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(left) = budget.checked_sub(decoded.bytes.len()) else { return };
    *budget = left;
    let (mut found, mut nested) = (Vec::new(), Vec::new());
    let mut go_on = |inner: Decoded| {
        if let Some(deeper) = deeper.checked_sub(1) {
            inside(&inner, deeper, budget, look, &mut nested);
        }
    };
    match decoded.transcoded() {
        Some(text) => go_on(text),
        None => look(&decoded.bytes, &mut found, &mut go_on),
    }
    findings.extend(found.into_iter().chain(nested).filter_map(|finding| {
        let span = decoded.source(finding.span)?;
        Some(Finding { span, encoding: finding.encoding.within(decoded.step), ..finding })
    }));
}
