//! Objects by their id, from `git cat-file --batch` ("BATCH OUTPUT" in its manual).

use std::io::{self, BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Stdio};

use super::{Git, GitError};
use crate::source::history::id::Id;
use crate::source::history::pack::Kind;

/// A running `git cat-file`, which ends with this.
pub struct Objects {
    child: Child,
    requests: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
}

impl Objects {
    pub fn open(git: &Git) -> Result<Objects, GitError> {
        // What it says on standard error would come between the lines of the report.
        let mut child = git.command(&["cat-file", "--batch"]).stderr(Stdio::null()).spawn()?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        Ok(Objects { child, requests, answers: BufReader::new(answers) })
    }

    /// An object's kind and bytes, which hash to its id; else why there are none.
    pub fn read(&mut self, id: &Id) -> Result<(Kind, Vec<u8>), String> {
        let (kind, bytes) = self.answer(id).map_err(|error| error.to_string())?;
        if id.format().object(kind, &bytes) == *id {
            Ok((kind, bytes))
        } else {
            Err("its bytes do not hash to its id".to_owned())
        }
    }

    fn answer(&mut self, id: &Id) -> io::Result<(Kind, Vec<u8>)> {
        let requests = self.requests.as_mut().ok_or(io::ErrorKind::BrokenPipe)?;
        writeln!(requests, "{id}")?;
        requests.flush()?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let mut fields = header.split_whitespace().skip(1);
        let kind = match fields.next() {
            Some("blob") => Kind::Blob,
            Some("commit") => Kind::Commit,
            Some("tree") => Kind::Tree,
            Some("tag") => Kind::Tag,
            Some("missing") => return Err(io::Error::other("object not found")),
            _ => return Err(io::Error::other("`git cat-file` cannot read it")),
        };
        let size: Option<u64> = fields.next().and_then(|size| size.parse().ok());
        let size = size.ok_or_else(|| io::Error::other("`git cat-file` tells no size"))?;
        let mut bytes = Vec::new();
        self.answers.by_ref().take(size + 1).read_to_end(&mut bytes)?;
        if bytes.pop() != Some(b'\n') || bytes.len() as u64 != size {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        Ok((kind, bytes))
    }
}

impl Drop for Objects {
    fn drop(&mut self) {
        // Git ends where its input does; there is nothing to be done about one that does not.
        drop(self.requests.take());
        let _ = self.child.wait();
    }
}
