//! CatFile by their id, from `git cat-file --batch` ("BATCH OUTPUT" in its manual).

use std::io::{self, BufRead, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use super::object::ObjectKind;
use super::object_id::{ObjectHasher, ObjectId};
use super::pipe::Pipe;
use super::process::{Git, GitError, ended_within, stop};

/// Blobs of more bytes are not held whole: some 16 MB.
pub const LONG: u64 = 16 << 20;

/// Why an object cannot be read that is not there at all.
pub const MISSING: &str = "object not found";

/// How long git may take to end once there is nothing more to ask.
const LAST_PATIENCE: Duration = Duration::from_secs(2);

/// A running `git cat-file`, which ends with this.
pub struct CatFile {
    child: Child,
    requests: Option<ChildStdin>,
    answers: Pipe,
}

impl CatFile {
    pub fn open(git: &Git) -> Result<CatFile, GitError> {
        // What it says on standard error would come between the lines of the report.
        let mut child = git.command(&["cat-file", "--batch"]).stderr(Stdio::null()).spawn()?;
        let requests = child.stdin.take();
        let answers = child.stdout.take().ok_or_else(|| io::Error::other("it has no output"))?;
        Ok(CatFile { child, requests, answers: Pipe::new(answers, git.patience()) })
    }

    /// An object's kind and bytes, which hash to its id; else why there are none.
    pub fn read(&mut self, id: &ObjectId) -> Result<(ObjectKind, Vec<u8>), String> {
        let whole = |_, content: &mut dyn Read, _| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|_| bytes)
        };
        self.hand(id, whole)
    }

    /// An object's kind and bytes; `None` where it is larger than `largest` and not a tree.
    pub fn read_up_to(
        &mut self,
        id: &ObjectId,
        largest: u64,
    ) -> Result<Option<(ObjectKind, Vec<u8>)>, String> {
        let mut bytes = Vec::new();
        let (found, is_read) = self.hand(id, |found, content, size| {
            let is_read = size <= largest || found == ObjectKind::Tree;
            if is_read {
                content.read_to_end(&mut bytes)?;
            }
            Ok(is_read)
        })?;
        Ok(is_read.then_some((found, bytes)))
    }

    /// A blob's bytes, or what `look` made of them where they are too many to be held.
    pub fn blob<T>(
        &mut self,
        id: &ObjectId,
        look: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<Held<T>, String> {
        let held = |_, content: &mut dyn Read, size| {
            if size > LONG {
                return look(content).map(Held::Long);
            }
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|_| Held::Whole(bytes))
        };
        match self.hand(id, held)? {
            (ObjectKind::Blob, held) => Ok(held),
            (kind, _) => Err(format!("it is a {} and no blob", kind.name())),
        }
    }

    /// Hands an object's bytes and their number on, and sees that they hash to its id.
    fn hand<T>(
        &mut self,
        id: &ObjectId,
        take: impl FnOnce(ObjectKind, &mut dyn Read, u64) -> io::Result<T>,
    ) -> Result<(ObjectKind, T), String> {
        let (kind, size) =
            self.ask(id).map_err(|error| silent(&error).unwrap_or_else(|| error.to_string()))?;
        let mut content = Content::of(kind, size, id, &mut self.answers);
        let taken = take(kind, &mut content, size).and_then(|taken| Ok((taken, content.end()?)));
        match taken {
            Ok((taken, hash)) if hash == *id => Ok((kind, taken)),
            Ok(_) => Err("its bytes do not hash to its id".to_owned()),
            Err(error) => {
                // What is left of this answer would be taken for the next one.
                self.requests = None;
                Err(silent(&error).unwrap_or_else(|| error.to_string()))
            }
        }
    }

    /// Asks for an object: what comes next are so many bytes of it and a line's end.
    fn ask(&mut self, id: &ObjectId) -> io::Result<(ObjectKind, u64)> {
        let ended = || io::Error::other("`git cat-file` has ended");
        let requests = self.requests.as_mut().ok_or_else(ended)?;
        writeln!(requests, "{id}")?;
        requests.flush()?;
        let mut header = String::new();
        self.answers.read_line(&mut header)?;
        let mut fields = header.split_whitespace().skip(1);
        let kind = match fields.next() {
            Some("missing") => return Err(io::Error::other(MISSING)),
            kind => kind.and_then(ObjectKind::named),
        };
        let kind = kind.ok_or_else(|| io::Error::other("`git cat-file` cannot read it"))?;
        let size: Option<u64> = fields.next().and_then(|size| size.parse().ok());
        Ok((kind, size.ok_or_else(|| io::Error::other("`git cat-file` tells no size"))?))
    }
}

/// What is said of a git that does not answer.
fn silent(error: &io::Error) -> Option<String> {
    let is_silent = error.kind() == io::ErrorKind::TimedOut;
    is_silent.then(|| "`git cat-file` does not answer; see that it ends when you run it".to_owned())
}

/// A blob's bytes, or what came of looking at them.
pub enum Held<T> {
    Whole(Vec<u8>),
    Long(T),
}

/// An object's bytes as git writes them; hashes what is read.
struct Content<'o> {
    answers: &'o mut Pipe,
    left: u64,
    hasher: ObjectHasher,
}

impl<'o> Content<'o> {
    fn of(kind: ObjectKind, size: u64, id: &ObjectId, answers: &'o mut Pipe) -> Self {
        let mut hasher = id.format().hasher();
        hasher.update(format!("{} {size}\0", kind.name()).as_bytes());
        Content { answers, left: size, hasher }
    }

    /// The hash of all of it, what nobody read included.
    fn end(mut self) -> io::Result<ObjectId> {
        io::copy(&mut self, &mut io::sink())?;
        let mut end = [0];
        self.answers.read_exact(&mut end)?;
        match end {
            [b'\n'] => Ok(self.hasher.finish()),
            _ => Err(io::Error::other("`git cat-file` gives more than it says")),
        }
    }
}

impl Read for Content<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.answers.read(&mut buffer[..most])?;
        if read == 0 && most > 0 {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
        self.left -= read as u64;
        self.hasher.update(&buffer[..read]);
        Ok(read)
    }
}

impl Drop for CatFile {
    fn drop(&mut self) {
        // Git ends where its input does; one that does not is stopped.
        drop(self.requests.take());
        if ended_within(&mut self.child, LAST_PATIENCE).is_err() {
            stop(&mut self.child);
        }
    }
}
