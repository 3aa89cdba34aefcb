//! A rule's match that has not been judged. Never leaves the engine.

use crate::findings::Span;

/// Borrows the raw secret; has no `Debug` on purpose.
pub struct Candidate<'b> {
    pub secret: &'b [u8],
    pub span: Span,
}
