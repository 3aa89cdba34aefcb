//! What another scanner's baseline, ignore file or report knows, found again to be known here.
//!
//! Such a file names a place, or a digest, and a baseline of ours the secret itself. So each
//! entry is looked up: in the working tree, in the commit that it names, or by its digest in the
//! whole history. What is found gets its fingerprint; of what is not, it is said why.

mod claim;
mod digest;
mod formats;
mod search;

pub use claim::{Claim, Said};
pub use digest::Digest;
pub use formats::claims;
pub use search::{Known, Lost, Search, SearchError};

/// Why a file of another scanner cannot be read. No message shows a value.
#[derive(Debug, thiserror::Error)]
pub enum ForeignError {
    #[error("line {line} {what}")]
    Line { line: usize, what: String },
    #[error("{what}")]
    Form { what: String },
}

impl ForeignError {
    /// Of a line, counted from 0.
    fn line(number: usize, what: &str) -> Self {
        ForeignError::Line { line: number + 1, what: what.to_owned() }
    }

    fn form(what: &str) -> Self {
        ForeignError::Form { what: what.to_owned() }
    }
}
