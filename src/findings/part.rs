//! Which part of its file or object an occurrence is in.

/// What the lines and columns of an occurrence refer to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum OccurrencePart {
    /// The content of the file, or the message.
    #[default]
    Content,
    /// The content that a pointer file of Git LFS or git-annex refers to.
    PointedContent,
}

impl OccurrencePart {
    /// The name in JSON and SARIF.
    pub fn as_str(self) -> &'static str {
        match self {
            OccurrencePart::Content => "content",
            OccurrencePart::PointedContent => "pointed-content",
        }
    }
}
