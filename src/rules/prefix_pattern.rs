//! What every match of a regex begins with: a row of byte sets that can be walked along without
//! a choice. Most places that only look like a secret are turned down by it, before a regex is
//! tried and often before it is compiled.

use std::borrow::Cow;

use regex_syntax::hir::{Class, Hir, HirKind, Repetition};

use super::regex_shape::parts;

/// The beginning of a regex, as far as it leaves no choice.
pub type PrefixPattern = Cow<'static, [PrefixStep]>;

/// So many bytes of a set. Where the number is not fixed, the next step's bytes are none of
/// these, so that all of them belong to this step.
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
        let here = text[..max].iter().position(|&b| !step.bytes.has(b)).unwrap_or(max);
        if here < usize::from(step.min) {
            return false;
        }
        text = &text[here..];
    }
    true
}

/// Reads the opening off a regex.
pub(super) fn prefix(hir: &Hir) -> PrefixPattern {
    let mut steps: Vec<PrefixStep> = Vec::new();
    for part in parts(hir) {
        if !take(part, &mut steps) {
            break;
        }
    }
    // What follows a row of an open number decides its length; without it only the least is sure.
    if let Some(last) = steps.pop() {
        steps.extend((last.min > 0).then_some(PrefixStep { max: last.min, ..last }));
    }
    Cow::Owned(steps)
}

/// Adds a part's steps. `false` where nothing behind it can be told.
fn take(part: &Hir, steps: &mut Vec<PrefixStep>) -> bool {
    match part.kind() {
        HirKind::Empty | HirKind::Look(_) => true,
        HirKind::Literal(literal) => literal.0.iter().all(|&b| {
            let bytes = ByteSet::default().with(b, b);
            push(PrefixStep { bytes, min: 1, max: 1 }, steps)
        }),
        HirKind::Repetition(Repetition { min, max, sub, .. }) => match one_byte(sub) {
            Some(bytes) => {
                let max = max.unwrap_or(u32::MAX).min(u32::from(u16::MAX)) as u16;
                push(PrefixStep { bytes, min: (*min).min(u32::from(max)) as u16, max }, steps)
            }
            None => {
                let first = (*min > 0).then(|| first_bytes(sub)).flatten();
                end_with(first, steps)
            }
        },
        _ => match one_byte(part) {
            Some(bytes) => push(PrefixStep { bytes, min: 1, max: 1 }, steps),
            None => end_with(first_bytes(part), steps),
        },
    }
}

/// Adds a step, and says whether others may follow. Behind a row of an open number only bytes
/// that are not of the row tell where it ends.
fn push(step: PrefixStep, steps: &mut Vec<PrefixStep>) -> bool {
    match steps.last() {
        Some(last) if last.min < last.max && last.bytes.meets(step.bytes) => false,
        // Of two rows in succession of which the first may be empty nothing is lost by an end.
        _ if step.min == 0 && steps.last().is_some_and(|last| last.min < last.max) => false,
        _ => {
            steps.push(step);
            true
        }
    }
}

/// One of these bytes, and no more can be told.
fn end_with(first: Option<ByteSet>, steps: &mut Vec<PrefixStep>) -> bool {
    if let Some(bytes) = first {
        push(PrefixStep { bytes, min: 1, max: 1 }, steps);
    }
    false
}

/// The bytes of a regex that matches one byte.
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

/// What a match begins with; `None` where that may be nothing or is not known.
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
    /// Whether the byte is in it.
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
        ByteSet(std::array::from_fn(|at| self.0[at] | other.0[at]))
    }

    fn meets(self, other: Self) -> bool {
        self.0.iter().zip(other.0).any(|(a, b)| a & b != 0)
    }
}
