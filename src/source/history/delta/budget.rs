//! The budget of cached versions, and the permit for building large ones one after another.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, PoisonError};

/// How large versions may be, and how many of their bytes may be cached at a time.
pub struct Budget {
    /// Larger objects are skipped.
    pub largest: u64,
    /// Bytes cached by all threads; above this, ancestors are evicted and rebuilt when they are
    /// needed.
    pub cache_limit: usize,
    live: AtomicUsize,
    /// Whether a thread holds the permit for large versions.
    is_permit_taken: Mutex<bool>,
    permit_released: Condvar,
}

/// Larger versions are read by one thread at a time: memory for them does not grow with threads.
pub const LARGE: u64 = 32 << 20;

/// The permit to build large versions; dropping it releases it.
pub struct LargePermit<'b>(&'b Budget);

impl Drop for LargePermit<'_> {
    fn drop(&mut self) {
        *self.0.is_permit_taken.lock().unwrap_or_else(PoisonError::into_inner) = false;
        self.0.permit_released.notify_one();
    }
}

impl Budget {
    pub fn new(largest: u64, cache_limit: usize) -> Self {
        let (is_permit_taken, permit_released) = (Mutex::new(false), Condvar::new());
        Budget { largest, cache_limit, live: AtomicUsize::new(0), is_permit_taken, permit_released }
    }

    /// Waits until no other thread holds the permit. The thread that holds it waits for no one.
    pub fn large_permit(&self) -> LargePermit<'_> {
        let mut is_taken = self.is_permit_taken.lock().unwrap_or_else(PoisonError::into_inner);
        while *is_taken {
            is_taken = self.permit_released.wait(is_taken).unwrap_or_else(PoisonError::into_inner);
        }
        *is_taken = true;
        LargePermit(self)
    }

    pub fn is_exceeded(&self) -> bool {
        self.live.load(Ordering::Relaxed) > self.cache_limit
    }

    /// A skipped object is still built as the base of deltas, up to twice the limit: versions of
    /// one file have similar sizes.
    pub fn allows_as_base(&self, length: u64) -> bool {
        length <= self.largest.saturating_mul(2)
    }
}

/// A version's bytes, counted until they are dropped.
pub struct CachedBytes<'b> {
    bytes: Vec<u8>,
    counted: usize,
    budget: &'b Budget,
}

impl<'b> CachedBytes<'b> {
    pub fn new(bytes: Vec<u8>, budget: &'b Budget) -> Self {
        let counted = bytes.len();
        budget.live.fetch_add(counted, Ordering::Relaxed);
        CachedBytes { bytes, counted, budget }
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The buffer, for reuse.
    pub fn into_vec(mut self) -> Vec<u8> {
        std::mem::take(&mut self.bytes)
    }
}

impl Drop for CachedBytes<'_> {
    fn drop(&mut self) {
        self.budget.live.fetch_sub(self.counted, Ordering::Relaxed);
    }
}
