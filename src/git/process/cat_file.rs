//! Objects by their id, from `git cat-file --batch` ("BATCH OUTPUT" in its manual).

use std::io::{self, BufRead, Read, Write};
use std::process::{Child, ChildStdin, Stdio};
use std::time::Duration;

use super::pipe::Pipe;
use super::{Git, GitError, kill, wait_within};
use crate::git::object::ObjectKind;
use crate::git::object_id::{ObjectHasher, ObjectId};

/// Larger blobs are streamed and not kept in memory: some 16 MB.
pub const STREAMED_FROM: u64 = 16 << 20;

/// The reason why a missing object cannot be read.
pub const MISSING: &str = "object not found";

/// How long git may take to exit after its input is closed.
const EXIT_TIMEOUT: Duration = Duration::from_secs(2);

/// A running `git cat-file`; dropping this ends it.
pub struct CatFile {
    child: Child,
    requests: Option<ChildStdin>,
    output: Pipe,
}

impl CatFile {
    pub fn open(git: &Git) -> Result<CatFile, GitError> {
        // Its standard error would be mixed into the report.
        let mut child = git.command(&["cat-file", "--batch"]).stderr(Stdio::null()).spawn()?;
        let requests = child.stdin.take();
        let output =
            child.stdout.take().ok_or_else(|| io::Error::other("its output is not available"))?;
        Ok(CatFile { child, requests, output: Pipe::new(output, git.timeout()) })
    }

    /// An object's kind and content, verified against its id; otherwise the reason why it cannot be
    /// read.
    pub fn read(&mut self, id: &ObjectId) -> Result<(ObjectKind, Vec<u8>), String> {
        let whole = |_, content: &mut dyn Read, _| {
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|_| bytes)
        };
        self.read_verified(id, whole)
    }

    /// An object's kind and content; `None` if it is larger than `largest` and is not a tree.
    pub fn read_up_to(
        &mut self,
        id: &ObjectId,
        largest: u64,
    ) -> Result<Option<(ObjectKind, Vec<u8>)>, String> {
        let mut bytes = Vec::new();
        let (found, is_read) = self.read_verified(id, |found, content, size| {
            let is_read = size <= largest || found == ObjectKind::Tree;
            if is_read {
                content.read_to_end(&mut bytes)?;
            }
            Ok(is_read)
        })?;
        Ok(is_read.then_some((found, bytes)))
    }

    /// A blob's content, or the result of `scan` if it is too large for memory.
    pub fn blob<T>(
        &mut self,
        id: &ObjectId,
        scan: impl FnOnce(&mut dyn Read) -> io::Result<T>,
    ) -> Result<BlobRead<T>, String> {
        let blob_read = |_, content: &mut dyn Read, size| {
            if size > STREAMED_FROM {
                return scan(content).map(BlobRead::Streamed);
            }
            let mut bytes = Vec::new();
            content.read_to_end(&mut bytes).map(|_| BlobRead::Whole(bytes))
        };
        match self.read_verified(id, blob_read)? {
            (ObjectKind::Blob, blob_read) => Ok(blob_read),
            (kind, _) => Err(format!("it is a {}, not a blob", kind.name())),
        }
    }

    /// Passes an object's content and size to `consume`, and verifies that it matches the id.
    fn read_verified<T>(
        &mut self,
        id: &ObjectId,
        consume: impl FnOnce(ObjectKind, &mut dyn Read, u64) -> io::Result<T>,
    ) -> Result<(ObjectKind, T), String> {
        let (kind, size) = self
            .request(id)
            .map_err(|error| timeout_message(&error).unwrap_or_else(|| error.to_string()))?;
        let mut content = ObjectStream::new(kind, size, id, &mut self.output);
        let consumed =
            consume(kind, &mut content, size).and_then(|consumed| Ok((consumed, content.end()?)));
        match consumed {
            Ok((consumed, hash)) if hash == *id => Ok((kind, consumed)),
            Ok(_) => Err("its content does not match its id".to_owned()),
            Err(error) => {
                // The rest of this response would be mistaken for the next one.
                self.requests = None;
                Err(timeout_message(&error).unwrap_or_else(|| error.to_string()))
            }
        }
    }

    /// Requests an object. Its content follows, in the returned number of bytes, and a line feed.
    fn request(&mut self, id: &ObjectId) -> io::Result<(ObjectKind, u64)> {
        let ended = || io::Error::other("`git cat-file` exited unexpectedly");
        let requests = self.requests.as_mut().ok_or_else(ended)?;
        writeln!(requests, "{id}")?;
        requests.flush()?;
        let mut header = String::new();
        self.output.read_line(&mut header)?;
        let mut fields = header.split_whitespace().skip(1);
        let kind = match fields.next() {
            Some("missing") => return Err(io::Error::other(MISSING)),
            kind => kind.and_then(ObjectKind::named),
        };
        let kind = kind.ok_or_else(|| io::Error::other("`git cat-file` cannot read it"))?;
        let size: Option<u64> = fields.next().and_then(|size| size.parse().ok());
        Ok((kind, size.ok_or_else(|| io::Error::other("`git cat-file` printed no size"))?))
    }
}

/// The message for a git that does not respond.
fn timeout_message(error: &io::Error) -> Option<String> {
    let is_silent = error.kind() == io::ErrorKind::TimedOut;
    is_silent.then(|| {
        "`git cat-file` does not respond; check that it finishes when you run it yourself"
            .to_owned()
    })
}

/// A blob's content, or the result of scanning it as a stream.
pub enum BlobRead<T> {
    Whole(Vec<u8>),
    Streamed(T),
}

/// An object's content as git writes it; hashes what is read.
struct ObjectStream<'o> {
    output: &'o mut Pipe,
    left: u64,
    hasher: ObjectHasher,
}

impl<'o> ObjectStream<'o> {
    fn new(kind: ObjectKind, size: u64, id: &ObjectId, output: &'o mut Pipe) -> Self {
        let mut hasher = id.format().hasher();
        hasher.update(format!("{} {size}\0", kind.name()).as_bytes());
        ObjectStream { output, left: size, hasher }
    }

    /// The hash of the whole content, including what was not read.
    fn end(mut self) -> io::Result<ObjectId> {
        io::copy(&mut self, &mut io::sink())?;
        let mut end = [0];
        self.output.read_exact(&mut end)?;
        match end {
            [b'\n'] => Ok(self.hasher.finish()),
            _ => Err(io::Error::other("unexpected trailing data from `git cat-file`")),
        }
    }
}

impl Read for ObjectStream<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let most = usize::try_from(self.left).unwrap_or(usize::MAX).min(buffer.len());
        let read = self.output.read(&mut buffer[..most])?;
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
        // Git exits at the end of its input; otherwise it is killed.
        drop(self.requests.take());
        if wait_within(&mut self.child, EXIT_TIMEOUT).is_err() {
            kill(&mut self.child);
        }
    }
}
