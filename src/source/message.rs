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
    /// editor: only then does git remove comments, unless `commit.cleanup` says otherwise. If in
    /// doubt, a line is kept.
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
            let are_comments_cut = matches!(cleanup.as_deref(), None | Some("strip" | "default"));
            let mark = Some(mark).filter(|mark| !mark.is_empty() && mark != "auto");
            let verbose =
                git.query(&["config", "--type=bool-or-int", "--get", "commit.verbose"])?;
            let is_verbose = !matches!(verbose.as_deref(), None | Some("false" | "0"));
            let scissors = match cleanup.as_deref() == Some("scissors") || is_verbose {
                true => Scissors::Cut,
                false => Scissors::CutDiff,
            };
            text = cleaned(&text, mark.as_deref(), are_comments_cut, scissors);
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

/// What git does with everything below the scissors line.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Scissors {
    Cut,
    /// It cuts only with `commit -v`, which hooks cannot detect, but which adds a diff after lines
    /// of comments. Everything else is kept.
    CutDiff,
}

fn cleaned(text: &[u8], mark: Option<&str>, are_comments_cut: bool, scissors: Scissors) -> Vec<u8> {
    let mut kept = Vec::with_capacity(text.len());
    let mut rest = text;
    while !rest.is_empty() {
        let line = rest.lines_with_terminator().next().unwrap_or(rest);
        rest = &rest[line.len()..];
        let bare = line.trim_end_with(|end| end == '\n' || end == '\r');
        let comment = mark.and_then(|mark| bare.strip_prefix(mark.as_bytes()));
        let is_scissors =
            comment == Some(SCISSORS) || mark.is_none() && bare.get(1..) == Some(SCISSORS);
        if is_scissors
            && (scissors == Scissors::Cut || is_diff(rest, &bare[..bare.len() - SCISSORS.len()]))
        {
            break;
        }
        let stays = comment.is_none() || !are_comments_cut;
        kept.extend_from_slice(if stays { line } else { b"\n" });
    }
    kept
}

/// Whether there are only comments, and at least one, before a diff.
fn is_diff(text: &[u8], mark: &[u8]) -> bool {
    let mut lines = text.lines().skip_while(|line| line.starts_with(mark));
    text.starts_with(mark) && lines.next().is_none_or(|line| line.starts_with(b"diff --"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const CUT: &str = "# ------------------------ >8 ------------------------\n";

    fn clean(text: &str, mark: Option<&str>, are_cut: bool, scissors: Scissors) -> String {
        let cleaned = cleaned(text.as_bytes(), mark, are_cut, scissors);
        String::from_utf8(cleaned).expect("UTF-8")
    }

    #[test]
    fn comments_and_what_is_below_the_scissors_are_removed() {
        let text = format!("a\n# b\n ; c\n;d\n{CUT}e\n");
        let clean = |mark, are_cut| clean(&text, mark, are_cut, Scissors::Cut);
        assert_eq!(clean(Some("#"), true), "a\n\n ; c\n;d\n");
        assert_eq!(clean(Some("#"), false), "a\n# b\n ; c\n;d\n");
        assert_eq!(clean(None, true), "a\n# b\n ; c\n;d\n");
        assert_eq!(clean(Some(";"), true), text.replace(";d", ""));
    }

    #[test]
    fn in_doubt_only_a_diff_is_below_the_scissors() {
        let clean = |text: &str| clean(text, Some("#"), true, Scissors::CutDiff);
        let diff = format!("a\n{CUT}# Do not modify\ndiff --git a/b b/b\n-c\n");
        assert_eq!(clean(&diff), "a\n");
        assert_eq!(clean(&format!("a\n{CUT}# Do not modify\n")), "a\n");
        assert_eq!(clean(&format!("a\n{CUT}b\n")), "a\n\nb\n");
        assert_eq!(clean(&format!("a\n{CUT}")), "a\n\n");
        assert_eq!(clean(&format!("a\n{CUT}# b\nc\n")), "a\n\n\nc\n");
    }
}
