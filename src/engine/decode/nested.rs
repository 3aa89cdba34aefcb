//! Scans decoded text, and text that is encoded in it.

use super::decoded::Decoded;
use crate::findings::Finding;

/// Maximum number of nested decoding steps.
pub const DEPTH: usize = 3;
/// All text decoded within one outermost decoding, including itself, has at most this many times
/// its bytes. The budget is per run, never per blob (contract of locality, point 4).
const BUDGET: usize = 4;

/// Scans a text: adds its plain findings to the list and calls the last argument with each decoding
/// of what is encoded in it.
pub type ScanFn<'l> = dyn Fn(&[u8], &mut Vec<Finding>, &mut dyn FnMut(Decoded)) + 'l;

/// Adds the findings in an outermost decoding and in what is encoded in it, up to `depth` steps,
/// with their spans in the bytes that it was decoded from.
pub fn scan_decoded(
    decoded: &Decoded,
    depth: usize,
    scan: &ScanFn<'_>,
    findings: &mut Vec<Finding>,
) {
    let mut budget = decoded.bytes.len() * BUDGET;
    let own_start = findings.len();
    if let Some(depth) = depth.checked_sub(1) {
        scan_inside(decoded, depth, &mut budget, scan, findings);
    }
    for finding in &mut findings[own_start..] {
        finding.trigger = decoded.offset;
    }
}

fn scan_inside(
    decoded: &Decoded,
    depth: usize,
    budget: &mut usize,
    scan: &ScanFn<'_>,
    findings: &mut Vec<Finding>,
) {
    let Some(left) = budget.checked_sub(decoded.bytes.len()) else { return };
    *budget = left;
    let (mut found, mut nested) = (Vec::new(), Vec::new());
    let mut scan_inner = |inner: Decoded| {
        if let Some(depth) = depth.checked_sub(1) {
            scan_inside(&inner, depth, budget, scan, &mut nested);
        }
    };
    match decoded.transcoded() {
        Some(text) => scan_inner(text),
        None => scan(&decoded.bytes, &mut found, &mut scan_inner),
    }
    findings.extend(found.into_iter().chain(nested).filter_map(|finding| {
        let span = decoded.source(finding.span)?;
        Some(Finding { span, encoding: finding.encoding.within(decoded.step), ..finding })
    }));
}
