//! What a version inherits from its delta's base, and what must be scanned: points 2 to 5 of the
//! contract of locality and inheritance, one function each.
//!
//! A trigger is judged by the bytes from [`BEFORE`] before it to `LONGEST +
//! AFTER` after it. If all of these were copied from the base in one piece, it was judged there. So
//! a version is divided into spans that inherit, each inside one copy and a [`MARGIN`] away from
//! its boundaries, and the rest, which is scanned. Each trigger is in one or the other.

use std::ops::Range;

use super::delta::Detector;
use crate::engine::Detected;
use crate::findings::Finding;
use crate::git::pack::delta::Copy;
use crate::rules::{AFTER, BEFORE, LONGEST, MARGIN};

/// The base of a version.
pub struct DeltaBase<'b> {
    pub length: usize,
    /// The base's findings, before overlaps are settled, by trigger, and its marks.
    pub detected: &'b Detected,
    /// What the version copies, contiguous copies merged, in the version's order.
    pub copies: &'b [Copy],
}

/// Computes a version's findings from its base's. Holds only buffers.
#[derive(Default)]
pub struct Inheritance {
    inherited_spans: Vec<InheritedSpan>,
    rejudged: Vec<usize>,
    ranges: Vec<Range<usize>>,
}

impl Inheritance {
    /// The findings of the version `bytes`, not settled, by trigger, and its marks: the same as a
    /// scan of the whole would give. Base and version are text (point 5).
    pub fn detected(
        &mut self,
        detector: &dyn Detector,
        bytes: &[u8],
        base: &DeltaBase<'_>,
    ) -> Detected {
        let Inheritance { inherited_spans, rejudged, ranges } = self;
        let independent_from = |boundary| detector.independent_from(bytes, boundary);
        inheritable_spans(base.copies, base.length, bytes.len(), independent_from, inherited_spans);
        exclude_runs(inherited_spans, bytes.len(), |pos| detector.decode_start(bytes, pos));
        let end_lookahead = |finding: &Finding| detector.end_lookahead(finding);
        let mut findings = inherited_findings(
            inherited_spans,
            &base.detected.findings,
            bytes.len(),
            end_lookahead,
            rejudged,
        );
        ranges_to_scan(inherited_spans, rejudged, bytes.len(), ranges);
        let new = detector.detect(bytes, ranges);
        findings.extend(new.findings);
        findings.sort_by_key(|finding| finding.trigger);
        let mut marks = inherited_marks(inherited_spans, &base.detected.marks);
        marks.extend(new.marks);
        marks.sort_unstable();
        marks.dedup();
        Detected { findings, marks }
    }
}

/// A span of a version whose triggers were judged in the base.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct InheritedSpan {
    pub version: Range<usize>,
    /// The start of the span in the base.
    pub base: usize,
}

/// Bytes before a copy boundary in which a trigger may see what is after it.
const LOOK_AHEAD: usize = LONGEST + AFTER + 1;
const _: () = assert!(BEFORE + LOOK_AHEAD >= MARGIN);

/// Shorter spans cost more than they save.
const SHORTEST_SPAN: usize = 256;

/// Point 2: the spans of a version that lie a margin inside a copy. The start and the end of a file
/// are copy boundaries on both sides; only if a copy begins at the start of both files, or ends at
/// the end of both, are the surroundings the same and no margin is needed. `copies` are merged and
/// sorted.
///
/// After a boundary a trigger sees across it as far as `independent_from` returns; before a
/// boundary, as far as the longest span and the bytes read after it. Together that is at least a
/// margin.
pub fn inheritable_spans(
    copies: &[Copy],
    base_length: usize,
    length: usize,
    independent_from: impl Fn(usize) -> usize,
    into: &mut Vec<InheritedSpan>,
) {
    into.clear();
    for copy in copies.iter().filter(|copy| copy.length > SHORTEST_SPAN) {
        let at_start = copy.base == 0 && copy.start == 0;
        let at_end = copy.end() == length && copy.base + copy.length == base_length;
        let end = if at_end { length } else { copy.end().saturating_sub(LOOK_AHEAD) };
        if end < copy.start + BEFORE + SHORTEST_SPAN && !at_start {
            continue;
        }
        let start = if at_start { 0 } else { independent_from(copy.start) };
        if end >= start + SHORTEST_SPAN {
            into.push(InheritedSpan {
                version: start..end,
                base: copy.base + (start - copy.start),
            });
        }
    }
}

/// Point 4: if a run extends past the end of a span, the span ends before the run, so that the run
/// is scanned whole. `decode_start` returns the start of what reaches over an offset; if it cannot,
/// nothing is inherited.
pub fn exclude_runs(
    inherited_spans: &mut Vec<InheritedSpan>,
    length: usize,
    decode_start: impl Fn(usize) -> Option<usize>,
) {
    let mut is_known = true;
    inherited_spans.retain_mut(|inherited_span| {
        if inherited_span.version.end < length {
            match decode_start(inherited_span.version.end) {
                Some(start) => inherited_span.version.end = start.min(inherited_span.version.end),
                None => is_known = false,
            }
        }
        inherited_span.version.start < inherited_span.version.end
    });
    if !is_known {
        inherited_spans.clear();
    }
}

/// Points 1 and 3: the findings that the spans inherit from the base, as judged there, before
/// overlaps are settled. A finding may extend `end_lookahead` bytes past what its verdict saw, if
/// its rule says so; one that may reach past the end of its span is judged again: its trigger is
/// added to `rejudged`. `findings` are sorted by trigger.
pub fn inherited_findings(
    inherited_spans: &[InheritedSpan],
    findings: &[Finding],
    length: usize,
    end_lookahead: impl Fn(&Finding) -> usize,
    rejudged: &mut Vec<usize>,
) -> Vec<Finding> {
    rejudged.clear();
    let mut inherited = Vec::new();
    if findings.is_empty() {
        return inherited;
    }
    for InheritedSpan { version, base } in inherited_spans {
        let base_end = base + version.len();
        let first = findings.partition_point(|finding| finding.trigger < *base);
        let of_base = findings[first..].iter().take_while(|finding| finding.trigger < base_end);
        let from = inherited.len();
        for finding in of_base {
            let shifted = shifted(finding, *base, version.start);
            let is_whole = version.end == length
                || shifted.trigger.max(shifted.span.end) + end_lookahead(finding) <= version.end;
            if is_whole {
                inherited.push(shifted);
            } else {
                rejudged.push(shifted.trigger);
            }
        }
        // A trigger is judged for all rules or for none.
        let mut pos = 0;
        inherited.retain(|finding| {
            pos += 1;
            pos <= from || rejudged.binary_search(&finding.trigger).is_err()
        });
    }
    rejudged.dedup();
    inherited
}

/// The marks that the spans inherit from the base. They are local, as triggers are.
fn inherited_marks(inherited_spans: &[InheritedSpan], marks: &[usize]) -> Vec<usize> {
    let mut inherited = Vec::new();
    for InheritedSpan { version, base } in inherited_spans {
        let first = marks.partition_point(|mark| mark < base);
        let of_base = marks[first..].iter().take_while(|mark| **mark < base + version.len());
        inherited.extend(of_base.map(|mark| mark - base + version.start));
    }
    inherited
}

fn shifted(finding: &Finding, from: usize, to: usize) -> Finding {
    let mut shifted = finding.clone();
    shifted.trigger = finding.trigger - from + to;
    // A span may begin before its trigger, but by at most a margin.
    shifted.span.start = (finding.span.start + to).saturating_sub(from);
    shifted.span.end = (finding.span.end + to).saturating_sub(from);
    shifted
}

/// The ranges of a version to scan: everything outside the spans, and the triggers that are judged
/// again. Sorted and disjoint.
pub fn ranges_to_scan(
    inherited_spans: &[InheritedSpan],
    rejudged: &[usize],
    length: usize,
    into: &mut Vec<Range<usize>>,
) {
    into.clear();
    let mut rejudged = rejudged.iter().copied().peekable();
    let mut pos = 0;
    let whole = InheritedSpan { version: length..length, base: 0 };
    for inherited_span in inherited_spans.iter().chain([&whole]) {
        if pos < inherited_span.version.start {
            into.push(pos..inherited_span.version.start);
        }
        while let Some(trigger) = rejudged.next_if(|&trigger| trigger < inherited_span.version.end)
        {
            into.push(trigger..trigger + 1);
        }
        pos = inherited_span.version.end;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: usize = LOOK_AHEAD;
    const B: usize = 700;

    fn inherited_spans(copies: &[Copy], base_length: usize, length: usize) -> Vec<InheritedSpan> {
        let mut inherited_spans = Vec::new();
        inheritable_spans(
            copies,
            base_length,
            length,
            |boundary| boundary + B,
            &mut inherited_spans,
        );
        inherited_spans
    }

    fn ranges(
        inherited_spans: &[InheritedSpan],
        rejudged: &[usize],
        length: usize,
    ) -> Vec<Range<usize>> {
        let mut ranges = Vec::new();
        ranges_to_scan(inherited_spans, rejudged, length, &mut ranges);
        ranges
    }

    #[test]
    fn a_margin_around_each_copy_boundary_is_scanned_and_the_rest_inherited() {
        // 5,000 bytes of which 10 in the middle are replaced by 20.
        let copies = [
            Copy { base: 0, start: 0, length: 2500 },
            Copy { base: 2510, start: 2520, length: 2490 },
        ];
        let found = inherited_spans(&copies, 5000, 5010);
        let expected = [
            InheritedSpan { version: 0..2500 - M, base: 0 },
            InheritedSpan { version: 2520 + B..5010, base: 2510 + B },
        ];
        assert_eq!(found, expected);
        let boundary = 2500 - M..2520 + B;
        assert_eq!(ranges(&found, &[], 5010), std::slice::from_ref(&boundary));
        assert_eq!(ranges(&found, &[7, 4000], 5010), [7..8, boundary, 4000..4001]);
    }

    #[test]
    fn the_ends_of_a_file_are_copy_boundaries_unless_they_are_the_base_s() {
        let cut = [Copy { base: 10, start: 0, length: 4000 }];
        let found = inherited_spans(&cut, 4020, 4000);
        assert_eq!(found, [InheritedSpan { version: B..4000 - M, base: 10 + B }]);
        assert_eq!(ranges(&found, &[], 4000), [0..B, 4000 - M..4000]);
        let same = [Copy { base: 0, start: 0, length: 4000 }];
        let found = inherited_spans(&same, 4000, 4000);
        assert!(ranges(&found, &[], 4000).is_empty());
        let whole = 0..70;
        assert_eq!(ranges(&inherited_spans(&[], 4000, 70), &[], 70), std::slice::from_ref(&whole));
        assert!(ranges(&[], &[], 0).is_empty());
    }

    #[test]
    fn a_run_over_the_end_of_a_span_is_scanned_whole() {
        let copies = [
            Copy { base: 0, start: 0, length: 3000 },
            Copy { base: 3001, start: 3001, length: 2000 },
        ];
        let mut found = inherited_spans(&copies, 6000, 6000);
        exclude_runs(&mut found, 6000, |pos| Some(pos - 300));
        assert_eq!(found[0].version, 0..3000 - M - 300);
        assert_eq!(found[1].version, 3001 + B..5001 - M - 300);
        let mut unknown = found.clone();
        exclude_runs(&mut unknown, 6000, |pos| (pos < 3000).then_some(pos));
        assert_eq!(unknown, []);
        exclude_runs(&mut found, 6000, |_| Some(0));
        assert_eq!(found, []);
    }
}
