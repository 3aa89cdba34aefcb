//! Standard input as one blob.

use std::io;

use super::slices::visit_slices;
use super::{Coverage, Failure, Progress, Source, Visitor};
use crate::blob::Provenance;

/// Standard input, read to its end, in parts if it is long.
pub struct Stdin;

impl Source for Stdin {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(1);
        let coverage = visit_slices(io::stdin().lock(), &Provenance::Stdin, visit)
            .unwrap_or_else(|why| Coverage::failure(Failure::new("standard input", why)));
        progress.step();
        coverage
    }
}
