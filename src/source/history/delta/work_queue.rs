//! The queue of work for all threads: roots, and subtrees that a busy thread shares.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};

/// A piece of work.
pub enum Work<T> {
    Root(u32),
    Shared(T),
}

/// The queue from which threads pop work. The work is done when all of them wait for more.
pub struct WorkQueue<T> {
    roots: Vec<u32>,
    next: AtomicUsize,
    state: Mutex<QueueState<T>>,
    more: Condvar,
    /// Idle threads, minus shared work that is not taken yet.
    idle: AtomicUsize,
}

struct QueueState<T> {
    shared: Vec<T>,
    waiting: usize,
    /// Threads that may still share work.
    busy: usize,
    /// A thread panicked: no more work is handed out.
    is_abandoned: bool,
}

/// A thread that pops work. If it panics, the others do not wait for it.
pub struct QueueWorker<'t, T>(&'t WorkQueue<T>);

impl<T> Drop for QueueWorker<'_, T> {
    fn drop(&mut self) {
        if std::thread::panicking() {
            let mut state = self.0.lock();
            state.is_abandoned = true;
            drop(state);
            self.0.more.notify_all();
        }
    }
}

impl<T> WorkQueue<T> {
    /// Each of `threads` threads must call [`WorkQueue::pop`] until it returns `None`.
    pub fn new(roots: Vec<u32>, threads: usize) -> Self {
        let (shared, waiting, busy, is_abandoned) = (Vec::new(), 0, threads, false);
        let state = Mutex::new(QueueState { shared, waiting, busy, is_abandoned });
        let (next, idle) = (AtomicUsize::new(0), AtomicUsize::new(0));
        WorkQueue { roots, next, state, more: Condvar::new(), idle }
    }

    /// The next piece of work; waits while other threads may still share some.
    pub fn pop(&self) -> Option<Work<T>> {
        if let Some(&root) = self.roots.get(self.next.fetch_add(1, Ordering::Relaxed)) {
            return Some(Work::Root(root));
        }
        let mut state = self.lock();
        state.busy -= 1;
        state.waiting += 1;
        self.count(&state);
        while state.shared.is_empty() && state.busy > 0 && !state.is_abandoned {
            state = self.more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
        state.waiting -= 1;
        let work = if state.is_abandoned { None } else { state.shared.pop() };
        match work {
            Some(_) => state.busy += 1,
            None => self.more.notify_all(),
        }
        self.count(&state);
        work.map(Work::Shared)
    }

    /// Registers this thread as a worker until the result is dropped.
    pub fn worker(&self) -> QueueWorker<'_, T> {
        QueueWorker(self)
    }

    /// Whether an idle thread has no work to pop. Costs one load.
    #[inline]
    pub fn has_idle_worker(&self) -> bool {
        self.idle.load(Ordering::Relaxed) > 0
    }

    pub fn push(&self, work: T) {
        let mut state = self.lock();
        state.shared.push(work);
        self.count(&state);
        drop(state);
        self.more.notify_one();
    }

    fn count(&self, state: &QueueState<T>) {
        let idle = state.waiting.saturating_sub(state.shared.len());
        self.idle.store(idle, Ordering::Relaxed);
    }

    fn lock(&self) -> MutexGuard<'_, QueueState<T>> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_waits_for_a_thread_that_panicked() {
        let queue = WorkQueue::new((0..40).collect(), 4);
        let ended = std::panic::catch_unwind(|| {
            std::thread::scope(|scope| {
                for _ in 0..4 {
                    scope.spawn(|| {
                        let worker = queue.worker();
                        while let Some(Work::Root(number) | Work::Shared(number)) = queue.pop() {
                            assert!(number != 33, "a fault of a visitor");
                            queue.push(33);
                        }
                        drop(worker);
                    });
                }
            });
        });
        assert!(ended.is_err());
    }

    /// Each piece of work shares all smaller ones; all of them are done once.
    #[test]
    fn shared_work_is_done_before_any_thread_ends() {
        for threads in [1, 2, 7] {
            let queue = WorkQueue::new(vec![12, 11], threads);
            let done = AtomicUsize::new(0);
            std::thread::scope(|scope| {
                for _ in 0..threads {
                    scope.spawn(|| {
                        while let Some(Work::Root(size) | Work::Shared(size)) = queue.pop() {
                            done.fetch_add(1, Ordering::Relaxed);
                            (0..size).for_each(|smaller| queue.push(smaller));
                        }
                    });
                }
            });
            assert_eq!(done.into_inner(), (1 << 12) + (1 << 11));
        }
    }
}
