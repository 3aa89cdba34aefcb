//! The message of the commit in progress, without the lines that git will remove.

use std::path::{Path, PathBuf};

use bstr::{BString, ByteSlice};

use super::open::{self, OpenError};
use super::{Coverage, Progress, Source, Visitor};
use crate::blob::{Blob, Provenance};
use crate::git::GitEnvironment;
use crate::git::{Git, GitError};

/// The text after the comment character of the line below which git cuts (`wt-status.c`).
const SCISSORS: &[u8] = b" ------------------------ >8 ------------------------";

/// The end of the comment below that line.
const HINT: &[u8] = b"Everything below it will be ignored.";

/// A message. Lines that git removes are empty, so that the others keep their numbers.
pub struct Message {
    path: BString,
    text: Vec<u8>,
}

/// A message that cannot be scanned.
#[derive(Debug, thiserror::Error)]
pub enum MessageError {
    #[error("cannot read the message file {}: {why}; pass the file that git passes to its \
             commit-msg hook", path.display())]
    Read { path: PathBuf, why: OpenError },
    #[error(transparent)]
    Git(#[from] GitError),
}

impl Message {
    /// Reads the file that git passes to its commit-msg hook. `edited` is whether it comes from an
    /// editor: only then does git remove lines. A hook cannot see `--cleanup`, but git's own
    /// comments, in English, say what will be removed. If in doubt, a line is kept.
    pub fn read(
        environment: &GitEnvironment,
        path: &Path,
        edited: bool,
    ) -> Result<Message, MessageError> {
        let mut text = open::named_up_to(&environment.folder.join(path), open::LARGE_LIMIT)
            .map_err(|why| MessageError::Read { path: path.to_owned(), why })?;
        if edited {
            let git = Git::new(environment);
            let setting = |name| git.query(&["config", "--get", name]);
            let cleanup = setting("commit.cleanup")?;
            let mark = match setting("core.commentString")? {
                Some(mark) => mark,
                None => setting("core.commentChar")?.unwrap_or_else(|| "#".to_owned()),
            };
            let mark = Some(mark).filter(|mark| !mark.is_empty() && mark != "auto");
            let are_comments_cut = matches!(cleanup.as_deref(), None | Some("strip" | "default"))
                && mark.as_ref().is_some_and(|mark| says_ignored(&text, mark));
            text = cleaned(&text, mark.as_deref(), are_comments_cut);
        }
        Ok(Message { path: BString::from(path.as_os_str().as_encoded_bytes()), text })
    }
}

impl Source for Message {
    fn visit(&self, visit: &Visitor<'_>, progress: &dyn Progress) -> Coverage {
        progress.begin(1);
        // A message is text even if it contains a NUL.
        let text = self.text.replace(b"\0", b" ");
        visit(&Blob::whole(&text, Provenance::WorkTree(self.path.clone())));
        progress.step();
        Coverage { messages: 1, bytes: text.len() as u64, ..Coverage::default() }
    }
}

/// Whether a comment of git says that comments will be removed. With `--cleanup=whitespace` it says
/// that they "will be kept" (`builtin/commit.c`).
fn says_ignored(text: &[u8], mark: &str) -> bool {
    let hint = format!("with '{mark}' will be ignored");
    text.lines().any(|line| line.starts_with_str(mark) && line.contains_str(&hint))
}

fn cleaned(text: &[u8], mark: Option<&str>, are_comments_cut: bool) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.lines_with_terminator().next().unwrap_or(rest);
        rest = &rest[line.len()..];
        let bare = line.trim_end_with(|end| end == '\n' || end == '\r');
        let comment = mark.and_then(|mark| bare.strip_prefix(mark.as_bytes()));
        let is_scissors =
            comment == Some(SCISSORS) || mark.is_none() && bare.get(1..) == Some(SCISSORS);
        if is_scissors && is_cut(rest, &bare[..bare.len() - SCISSORS.len()]) {
            break;
        }
        let stays = comment.is_none() || !are_comments_cut;
        kept.extend_from_slice(if stays { line } else { b"\n" });
    }
    kept
}

/// Whether git removes the text below a scissors line: if its comments say so, in English, or if
/// there are only comments, and at least one, before a diff.
fn is_cut(text: &[u8], mark: &[u8]) -> bool {
    let comments = text.lines().take_while(|line| line.starts_with(mark));
    let mut lines = text.lines().skip_while(|line| line.starts_with(mark));
    let is_said = comments.into_iter().any(|line| line.ends_with(HINT));
    is_said
        || text.starts_with(mark) && lines.next().is_none_or(|line| line.starts_with(b"diff --"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "# ------------------------ >8 ------------------------\n";

    fn clean(text: &str, mark: Option<&str>, are_cut: bool) -> String {
        let cleaned = cleaned(text.as_bytes(), mark, are_cut);
        String::from_utf8(cleaned).expect("UTF-8")
    }

    #[test]
    fn comments_are_removed_if_git_says_so() {
        let text = "a\n# b\n ; c\n;d\n";
        assert_eq!(clean(text, Some("#"), true), "a\n\n ; c\n;d\n");
        assert_eq!(clean(text, Some("#"), false), text);
        assert_eq!(clean(text, None, true), text);
        assert_eq!(clean(text, Some(";"), true), text.replace(";d", ""));
        let ignored = b"a\n# Please enter a message. Lines starting\n# with '#' will be ignored.\n";
        assert!(says_ignored(ignored, "#"));
        assert!(!says_ignored(ignored, ";"));
        assert!(!says_ignored(b"with '#' will be ignored", "#"));
        assert!(!says_ignored(b"# with '#' will be kept; you may remove them", "#"));
    }

    #[test]
    fn in_doubt_only_a_diff_is_below_the_scissors() {
        let clean = |text: &str| clean(text, Some("#"), true);
        let diff = format!("a\n{CUT}# Nicht anfassen\ndiff --git a/b b/b\n-c\n");
        assert_eq!(clean(&diff), "a\n");
        let hint = "# Do not modify.\n# Everything below it will be ignored.\n";
        assert_eq!(clean(&format!("a\n{CUT}{hint}b\n")), "a\n");
        assert_eq!(clean(&format!("a\n{CUT}# Do not modify\n")), "a\n");
        assert_eq!(clean(&format!("a\n{CUT}b\n")), "a\n\nb\n");
        assert_eq!(clean(&format!("a\n{CUT}")), "a\n\n");
        assert_eq!(clean(&format!("a\n{CUT}# b\nc\n")), "a\n\n\nc\n");
    }
}
