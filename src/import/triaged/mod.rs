//! Maps the entries of another scanner's baseline, ignore file or report to findings.
//!
//! Such a file identifies a secret by location or digest, a keysieve baseline by fingerprint. So
//! each entry is looked up in the working tree, in the commit that it names, or by its digest in
//! the full history. If it cannot be mapped the reason is returned.

mod digest;
mod entry;
mod formats;
mod search;

pub use digest::Digest;
pub use entry::{ForeignDisposition, ForeignEntry};
pub use formats::entries;
pub use search::{MappedEntry, Search, SearchError, Unmapped};

/// Why a file of another scanner cannot be parsed. No message shows a value.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error("line {line} {what}")]
    Line { line: usize, what: String },
    #[error("{what}")]
    Form { what: String },
}

impl ForeignError {
    /// An error on a line, counted from 0.
    fn line(number: usize, what: &str) -> Self {
        ForeignError::Line { line: number + 1, what: what.to_owned() }
    }

    fn form(what: &str) -> Self {
        ForeignError::Form { what: what.to_owned() }
    }
}
