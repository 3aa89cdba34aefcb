//! A rule's match that is not judged yet. Never leaves the engine.

use std::ops::Range;

use crate::findings::Span;

/// Borrows the raw secret; deliberately has no `Debug`.
pub struct Candidate<'b> {
    pub secret: &'b [u8],
    pub span: Span,
    /// For each of the rule's facts, in order, the bytes that its group matched.
    pub facts: Vec<Option<Range<usize>>>,
}
