//! The output of a child process, read with a timeout.

use std::io::{self, BufRead, Read};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// Bytes that are read at a time.
const CHUNK: usize = 64 << 10;

/// Chunks in the queue.
const WAITING: usize = 4;

/// Reads a pipe on its own thread. A read that waits longer than `timeout` fails with
/// [`io::ErrorKind::TimedOut`].
pub struct Pipe {
    chunks: Receiver<io::Result<Vec<u8>>>,
    chunk: Vec<u8>,
    /// Bytes of the chunk that are consumed.
    done: usize,
    timeout: Duration,
}

impl Pipe {
    pub fn new(source: impl Read + Send + 'static, timeout: Duration) -> Pipe {
        let (sender, chunks) = sync_channel(WAITING);
        // It ends with the pipe or with the reader, whichever is first.
        std::thread::spawn(move || forward(source, &sender));
        Pipe { chunks, chunk: Vec::new(), done: 0, timeout }
    }
}

fn forward(mut source: impl Read, sender: &SyncSender<io::Result<Vec<u8>>>) {
    loop {
        let mut chunk = vec![0; CHUNK];
        let read = match source.read(&mut chunk) {
            Ok(0) => return,
            Ok(read) => {
                chunk.truncate(read);
                Ok(chunk)
            }
            Err(why) if why.kind() == io::ErrorKind::Interrupted => continue,
            Err(why) => Err(why),
        };
        let is_last = read.is_err();
        if sender.send(read).is_err() || is_last {
            return;
        }
    }
}

impl Read for Pipe {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(buffer)?;
        self.consume(read);
        Ok(read)
    }
}

impl BufRead for Pipe {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.done == self.chunk.len() {
            self.done = 0;
            self.chunk = match self.chunks.recv_timeout(self.timeout) {
                Ok(chunk) => chunk?,
                Err(RecvTimeoutError::Disconnected) => Vec::new(),
                Err(RecvTimeoutError::Timeout) => {
                    self.chunk.clear();
                    return Err(io::ErrorKind::TimedOut.into());
                }
            };
        }
        Ok(&self.chunk[self.done..])
    }

    fn consume(&mut self, read: usize) {
        self.done += read;
    }
}
