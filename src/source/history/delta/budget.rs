//! Bytes of versions that are held for their deltas, and how many of them there are.

use std::sync::atomic::{AtomicUsize, Ordering};

/// How large versions may be, and how much of them may be held at a time.
pub struct Budget {
    /// Larger objects are passed over.
    pub largest: u64,
    /// Bytes held over all threads, past which ancestors are let go of and made again when
    /// they are needed.
    pub held: usize,
    live: AtomicUsize,
}

impl Budget {
    pub fn new(largest: u64, held: usize) -> Self {
        Budget { largest, held, live: AtomicUsize::new(0) }
    }

    pub fn is_exceeded(&self) -> bool {
        self.live.load(Ordering::Relaxed) > self.held
    }

    /// An object that is passed over is still made for the sake of deltas against it, up to
    /// twice the limit: versions of one file are of like lengths.
    pub fn allows_as_base(&self, length: u64) -> bool {
        length <= self.largest.saturating_mul(2)
    }
}

/// A version's bytes, counted while they live.
pub struct Held<'b> {
    bytes: Vec<u8>,
    counted: usize,
    budget: &'b Budget,
}

impl<'b> Held<'b> {
    pub fn new(bytes: Vec<u8>, budget: &'b Budget) -> Self {
        let counted = bytes.len();
        budget.live.fetch_add(counted, Ordering::Relaxed);
        Held { bytes, counted, budget }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The memory, to be used again.
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for Held<'_> {
    fn drop(&mut self) {
        self.budget.live.fetch_sub(self.counted, Ordering::Relaxed);
    }
}
