//! A rule's match that has not been judged. Never leaves the engine.

use std::ops::Range;

use crate::findings::Span;

/// Borrows the raw secret; has no `Debug` on purpose.
pub struct Candidate<'b> {
    pub secret: &'b [u8],
    pub span: Span,
    /// Of each of the rule's facts the bytes that its group took, in the rule's order.
    pub facts: Vec<Option<Range<usize>>>,
}
