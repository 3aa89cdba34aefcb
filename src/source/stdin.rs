//! Standard input as one blob.

use std::io::{self, Read};

use super::{Coverage, Failure, Progress, Source, Visitor, admit};
use crate::blob::{Blob, Provenance};

/// Standard input, read to its end.
pub struct Stdin;

impl Source for Stdin {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(1);
        let mut bytes = Vec::new();
        let coverage = match io::stdin().lock().read_to_end(&mut bytes) {
            Ok(_) => admit(&Blob { bytes: &bytes, provenance: Provenance::Stdin }, visit),
            Err(error) => Coverage::failure(Failure::new("standard input", error)),
        };
        progress.step();
        coverage
    }
}
