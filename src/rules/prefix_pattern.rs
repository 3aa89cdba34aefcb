//! The prefix of a regex as a sequence of byte sets that can be matched without backtracking. It
//! rejects most candidates that only look like a secret before the regex is tried, and often before
//! it is compiled.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::regex_shape::concat_parts;

/// The prefix of a regex, up to the first part that would need backtracking.
pub type PrefixPattern = Cow<'static, [PrefixStep]>;

/// `min` to `max` bytes of a set. If the number is not fixed, the next step's set shares no byte
/// with this one, so that the step can take all bytes that match.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PrefixStep {
    pub bytes: ByteSet,
    pub min: u16,
    pub max: u16,
}

/// A set of bytes, one bit each.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct ByteSet(pub [u64; 4]);

/// Whether a match may begin where `text` does. `false` is certain, `true` is not.
pub fn may_match(prefix: &[PrefixStep], mut text: &[u8]) -> bool {
    for step in prefix {
        let max = text.len().min(usize::from(step.max));
        let count = text[..max].iter().position(|&b| !step.bytes.has(b)).unwrap_or(max);
        if count < usize::from(step.min) {
            return false;
        }
        text = &text[count..];
    }
    true
}

/// The prefix pattern of a regex.
pub(super) fn prefix_pattern(hir: &Hir) -> PrefixPattern {
    let mut steps: Vec<PrefixStep> = Vec::new();
    for part in concat_parts(hir) {
        if !add_part(part, &mut steps) {
            break;
        }
    }
    // The length of a repetition is decided by what follows; without that only its minimum is
    // known.
    if let Some(last) = steps.pop() {
        steps.extend((last.min > 0).then_some(PrefixStep { max: last.min, ..last }));
    }
    Cow::Owned(steps)
}

/// Adds a part's steps. Returns `false` if the parts after it cannot be added.
fn add_part(part: &Hir, steps: &mut Vec<PrefixStep>) -> bool {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|&b| {
            let bytes = ByteSet::default().with(b, b);
            push_step(PrefixStep { bytes, min: 1, max: 1 }, steps)
        }),
        HirKind::Repetition(Repetition { min, max, sub, .. }) => match one_byte(sub) {
            Some(bytes) => {
                let max = max.unwrap_or(u32::MAX).min(u32::from(u16::MAX)) as u16;
                push_step(PrefixStep { bytes, min: (*min).min(u32::from(max)) as u16, max }, steps)
            }
            None => {
                let first = (*min > 0).then(|| first_bytes(sub)).flatten();
                push_last(first, steps)
            }
        },
        _ => match one_byte(part) {
            Some(bytes) => push_step(PrefixStep { bytes, min: 1, max: 1 }, steps),
            None => push_last(first_bytes(part), steps),
        },
    }
}

/// Adds a step and returns whether others may follow. After a repetition of variable length, only
/// bytes that are not in its set mark its end.
fn push_step(step: PrefixStep, steps: &mut Vec<PrefixStep>) -> bool {
    match steps.last() {
        Some(last) if last.min < last.max && last.bytes.meets(step.bytes) => false,
        // After a repetition of variable length, an optional step ends the pattern.
        _ if step.min == 0 && steps.last().is_some_and(|last| last.min < last.max) => false,
        _ => {
            steps.push(step);
            true
        }
    }
}

/// Adds the set of the first bytes as the last step.
fn push_last(first: Option<ByteSet>, steps: &mut Vec<PrefixStep>) -> bool {
    if let Some(bytes) = first {
        push_step(PrefixStep { bytes, min: 1, max: 1 }, steps);
    }
    false
}

/// The byte set of a regex that matches exactly one byte.
fn one_byte(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Literal(literal) => match *literal.0 {
            [b] => Some(ByteSet::default().with(b, b)),
            _ => None,
        },
        HirKind::Class(Class::Bytes(class)) => {
            let with = |set: ByteSet, range: &regex_syntax::hir::ClassBytesRange| {
                set.with(range.start(), range.end())
            };
            Some(class.iter().fold(ByteSet::default(), with))
        }
        HirKind::Capture(capture) => one_byte(&capture.sub),
        _ => None,
    }
}

/// The bytes that a match can begin with; `None` if it may be empty or the set is unknown.
fn first_bytes(hir: &Hir) -> Option<ByteSet> {
    match hir.kind() {
        HirKind::Literal(literal) => literal.0.first().map(|&b| ByteSet::default().with(b, b)),
        HirKind::Repetition(repetition) if repetition.min > 0 => first_bytes(&repetition.sub),
        HirKind::Capture(capture) => first_bytes(&capture.sub),
        HirKind::Concat(subs) => first_bytes(subs.first()?),
        HirKind::Alternation(subs) => {
            subs.iter().map(first_bytes).reduce(|a, b| Some(a?.or(b?))).flatten()
        }
        _ => one_byte(hir),
    }
}

impl ByteSet {
    /// Whether the set contains the byte.
    #[inline]
    pub fn has(&self, b: u8) -> bool {
        self.0[usize::from(b >> 6)] >> (b & 63) & 1 == 1
    }

    fn with(self, first: u8, last: u8) -> Self {
        (first..=last).fold(self, |ByteSet(mut bits), b| {
            bits[usize::from(b >> 6)] |= 1 << (b & 63);
            ByteSet(bits)
        })
    }

    fn or(self, other: Self) -> Self {
        ByteSet(std::array::from_fn(|word| self.0[word] | other.0[word]))
    }

    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}
