//! Which part of an object or file a text is: not everything that git keeps is content.

/// The part of an object or file that a text is and in which a credential is found. Lines and
/// columns count from the start of that part.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
#[non_exhaustive]
pub enum ObjectPart {
    /// The content of a file.
    #[default]
    Content,
    /// The content that a pointer file (Git LFS, git-annex) refers to.
    PointedContent,
    /// The message of a commit or an annotated tag.
    Message,
    /// A header of a commit or an annotated tag, such as the merged tag in `mergetag`.
    Header,
    /// The name and email of an author, committer or tagger.
    Identity,
    /// The name of a file or folder.
    FileName,
    /// The name of a ref.
    RefName,
}

impl ObjectPart {
    /// As in the JSON report.
    pub fn as_str(self) -> &'static str {
        match self {
            ObjectPart::Content => "content",
            ObjectPart::PointedContent => "pointed-content",
            ObjectPart::Message => "message",
            ObjectPart::Header => "header",
            ObjectPart::Identity => "identity",
            ObjectPart::FileName => "file-name",
            ObjectPart::RefName => "ref-name",
        }
    }

    /// Whether a location in it has a line and a column. A name has none.
    pub(crate) fn has_lines(self) -> bool {
        !matches!(self, ObjectPart::Identity | ObjectPart::FileName | ObjectPart::RefName)
    }
}
