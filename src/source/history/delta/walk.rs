//! The walk along a pack's delta trees: every version is built once, from its base's bytes, and
//! passed to a visitor together with what the delta copies.
//!
//! Point 8 of the contract: an explicit stack, since a chain may be 4,095 deep; versions are shared
//! between a parent's frame and its children; the largest subtree comes last and takes the parent's
//! bytes with it, so that a thread holds about log2 of a tree's versions; above a byte budget the
//! oldest are evicted and rebuilt when they are needed. An idle thread gets the largest subtree
//! that another thread has not begun.

use std::sync::Arc;

use super::budget::{Budget, CachedBytes, LARGE, LargePermit};
use super::work_queue::{Work, WorkQueue};
use crate::git::pack::delta::{self, Copy};
use crate::git::pack::{EntryReader, Inflater, NONE, Pack, PackError};

/// Receives each version. Called from all threads, each with its own `Local`.
pub trait PackVisitor: Sync {
    /// What a version passes on to its children.
    type Note: Send + Sync;
    type Local: Default + Send;

    fn version(&self, local: &mut Self::Local, version: Version<'_, Self::Note>) -> Self::Note;

    /// An object that is larger than the limit. The note is for its children.
    fn oversized(&self, local: &mut Self::Local, entry: u32) -> Self::Note;

    /// An entry that cannot be built; `None` if its base could not be built.
    fn lost(&self, local: &mut Self::Local, entry: u32, why: Option<PackError>);
}

/// A version, with what it has from its base.
pub struct Version<'v, N> {
    pub entry: u32,
    pub bytes: &'v [u8],
    pub base: Option<VersionBase<'v, N>>,
}

/// The base of a version's delta.
pub struct VersionBase<'v, N> {
    pub length: usize,
    pub note: &'v N,
    /// What the delta copies from it, contiguous copies merged, in the version's order.
    pub copies: &'v [Copy],
}

/// Walks all trees with these roots, on the threads of the current rayon pool. Returns what each
/// thread accumulated.
pub fn walk<V: PackVisitor>(
    pack: &Pack,
    roots: Vec<u32>,
    visit: &V,
    budget: &Budget,
) -> Vec<V::Local> {
    let work_queue = WorkQueue::new(roots, rayon::current_num_threads());
    rayon::broadcast(|_| {
        let mut walker = Walker {
            pack,
            visit,
            budget,
            work_queue: &work_queue,
            local: V::Local::default(),
            stack: Vec::new(),
            buffers: WalkBuffers::new(pack),
            permit: None,
        };
        let worker = work_queue.worker();
        while let Some(work) = work_queue.pop() {
            walker.tree(work);
        }
        drop(worker);
        walker.local
    })
}

struct Walker<'t, 'w, V: PackVisitor> {
    pack: &'w Pack,
    visit: &'w V,
    budget: &'w Budget,
    work_queue: &'t WorkQueue<Subtree<'w, V::Note>>,
    local: V::Local,
    /// Versions with at least one child still to come.
    stack: Vec<Frame<'w, V::Note>>,
    buffers: WalkBuffers<'w>,
    /// Held from a tree's first large version until the tree is done.
    permit: Option<LargePermit<'w>>,
}

/// A version whose children `next..end` are still to be visited.
struct Frame<'w, N> {
    parent: Parent<'w, N>,
    next: usize,
    end: usize,
}

struct Parent<'w, N> {
    entry: u32,
    note: Arc<N>,
    bytes: Bytes<'w>,
}

/// An entry to be visited with all deltas based on it.
struct Subtree<'w, N> {
    entry: u32,
    parent: Parent<'w, N>,
}

#[derive(Clone)]
enum Bytes<'w> {
    Cached(Arc<CachedBytes<'w>>),
    /// Evicted, to be rebuilt.
    Evicted,
    /// Never built: larger than twice the limit.
    TooLarge,
}

impl<N> Clone for Parent<'_, N> {
    fn clone(&self) -> Self {
        Parent { entry: self.entry, note: self.note.clone(), bytes: self.bytes.clone() }
    }
}

/// The buffers of a thread.
struct WalkBuffers<'w> {
    pack: &'w Pack,
    entries: EntryReader<'w>,
    inflater: Inflater,
    instructions: Vec<u8>,
    copies: Vec<Copy>,
    spare_buffers: Vec<Vec<u8>>,
}

/// Spare buffers: how many, and how large.
const SPARE: usize = 16;
const LARGEST_SPARE: usize = 1 << 20;

impl<'w, V: PackVisitor> Walker<'_, 'w, V> {
    fn tree(&mut self, work: Work<Subtree<'w, V::Note>>) {
        match work {
            Work::Root(entry) => self.enter(entry, None),
            Work::Shared(Subtree { entry, parent }) => self.enter(entry, Some(parent)),
        }
        while let Some(Subtree { entry, parent }) = self.next() {
            // Large versions stay with the thread that holds their permit.
            if self.permit.is_none() && self.work_queue.has_idle_worker() {
                self.share();
            }
            self.enter(entry, Some(parent));
        }
        if self.permit.take().is_some() {
            self.buffers.release_buffers();
        }
    }

    fn take_permit(&mut self, length: u64) {
        if length > LARGE && self.permit.is_none() {
            self.permit = Some(self.budget.large_permit());
        }
    }

    /// The next child of the version on top. The last child takes the version with it.
    fn next(&mut self) -> Option<Subtree<'w, V::Note>> {
        let frame = self.stack.last_mut()?;
        let entry = self.pack.forest.children(frame.parent.entry)[frame.next];
        frame.next += 1;
        let is_last = frame.next == frame.end;
        let parent = if is_last { self.stack.pop()?.parent } else { frame.parent.clone() };
        Some(Subtree { entry, parent })
    }

    /// Shares the largest subtree of the oldest version.
    fn share(&mut self) {
        let Some(frame) = self.stack.first_mut() else { return };
        frame.end -= 1;
        let entry = self.pack.forest.children(frame.parent.entry)[frame.end];
        let parent = frame.parent.clone();
        if frame.next == frame.end {
            self.stack.remove(0);
        }
        self.work_queue.push(Subtree { entry, parent });
    }

    fn enter(&mut self, entry: u32, parent: Option<Parent<'w, V::Note>>) {
        let entered = match parent {
            None => self.root(entry),
            Some(parent) => self.child(entry, parent),
        };
        if let Err(why) = entered {
            self.lose(entry, why);
        }
    }

    fn root(&mut self, entry: u32) -> Result<(), PackError> {
        let length = self.pack.forest.size(entry);
        let Some(is_oversized) = self.measure(entry, length) else { return Ok(()) };
        self.take_permit(length);
        let bytes = CachedBytes::new(self.buffers.inflated(entry)?, self.budget);
        let note = match is_oversized {
            Some(note) => note,
            None => {
                let version = Version { entry, bytes: bytes.bytes(), base: None };
                self.visit.version(&mut self.local, version)
            }
        };
        self.push(entry, note, bytes);
        Ok(())
    }

    fn child(&mut self, entry: u32, mut parent: Parent<'w, V::Note>) -> Result<(), PackError> {
        if matches!(parent.bytes, Bytes::Evicted) {
            let bytes = Bytes::Cached(self.rebuilt(parent.entry)?);
            // For its other children as well.
            if let Some(frame) = self.stack.last_mut()
                && frame.parent.entry == parent.entry
            {
                frame.parent.bytes = bytes.clone();
            }
            parent.bytes = bytes;
        }
        self.buffers.instructions(entry, self.budget)?;
        let (_, length) = delta::lengths(self.buffers.instructions_of(entry))?;
        let Some(is_oversized) = self.measure(entry, length) else { return Ok(()) };
        self.take_permit(length);
        let Bytes::Cached(base) = &parent.bytes else { return Err(PackError::BaseTooLarge) };
        let bytes = self.buffers.applied(entry, base.bytes())?;
        let bytes = CachedBytes::new(bytes, self.budget);
        let note = match is_oversized {
            Some(note) => note,
            None => {
                let copies = &self.buffers.copies;
                let note = parent.note.as_ref();
                let base = VersionBase { length: base.bytes().len(), note, copies };
                let version = Version { entry, bytes: bytes.bytes(), base: Some(base) };
                self.visit.version(&mut self.local, version)
            }
        };
        if let Bytes::Cached(base) = parent.bytes {
            self.buffers.recycle(base);
        }
        self.push(entry, note, bytes);
        Ok(())
    }

    /// Decides by its length what happens to an entry: `None` if it is not built, `Some(Some(_))`
    /// if it is built only for its children, `Some(None)` if it is visited.
    fn measure(&mut self, entry: u32, length: u64) -> Option<Option<V::Note>> {
        if length <= self.budget.largest {
            return Some(None);
        }
        let note = self.visit.oversized(&mut self.local, entry);
        let end = self.pack.forest.children(entry).len();
        if end > 0 && self.budget.allows_as_base(length) {
            return Some(Some(note));
        }
        if end > 0 {
            let parent = Parent { entry, note: Arc::new(note), bytes: Bytes::TooLarge };
            self.stack.push(Frame { parent, next: 0, end });
        }
        None
    }

    /// Pushes a version on the stack if it has children.
    fn push(&mut self, entry: u32, note: V::Note, bytes: CachedBytes<'w>) {
        let end = self.pack.forest.children(entry).len();
        if end == 0 {
            self.buffers.keep(bytes);
            return;
        }
        let parent = Parent { entry, note: Arc::new(note), bytes: Bytes::Cached(Arc::new(bytes)) };
        if self.budget.is_exceeded() {
            for frame in &mut self.stack {
                if matches!(frame.parent.bytes, Bytes::Cached(_)) {
                    frame.parent.bytes = Bytes::Evicted;
                }
            }
        }
        self.stack.push(Frame { parent, next: 0, end });
    }

    /// Rebuilds the bytes of an evicted version, from the nearest cached ancestor.
    fn rebuilt(&mut self, entry: u32) -> Result<Arc<CachedBytes<'w>>, PackError> {
        let forest = &self.pack.forest;
        let mut chain = Vec::new();
        let mut ancestor = entry;
        let mut bytes = loop {
            let available = self.stack.iter().find_map(|frame| match &frame.parent.bytes {
                Bytes::Cached(bytes) if frame.parent.entry == ancestor => Some(bytes.clone()),
                _ => None,
            });
            if let Some(bytes) = available {
                break bytes;
            }
            if forest.parent(ancestor) == NONE {
                let bytes = self.buffers.inflated(ancestor)?;
                break Arc::new(CachedBytes::new(bytes, self.budget));
            }
            chain.push(ancestor);
            ancestor = forest.parent(ancestor);
        };
        for &ancestor in chain.iter().rev() {
            self.buffers.instructions(ancestor, self.budget)?;
            let version = self.buffers.applied(ancestor, bytes.bytes())?;
            let base =
                std::mem::replace(&mut bytes, Arc::new(CachedBytes::new(version, self.budget)));
            self.buffers.recycle(base);
        }
        Ok(bytes)
    }

    /// An entry that cannot be built, and with it all deltas based on it.
    fn lose(&mut self, entry: u32, why: PackError) {
        let (pack, visit) = (self.pack, self.visit);
        visit.lost(&mut self.local, entry, Some(why));
        let mut pending = pack.forest.children(entry).to_vec();
        while let Some(entry) = pending.pop() {
            visit.lost(&mut self.local, entry, None);
            pending.extend(pack.forest.children(entry));
        }
    }
}

impl<'w> WalkBuffers<'w> {
    fn new(pack: &'w Pack) -> Self {
        WalkBuffers {
            pack,
            entries: EntryReader::new(pack),
            inflater: Inflater::new(),
            instructions: Vec::new(),
            copies: Vec::new(),
            spare_buffers: Vec::new(),
        }
    }

    /// The object at a root.
    fn inflated(&mut self, entry: u32) -> Result<Vec<u8>, PackError> {
        let size = self.pack.forest.size(entry);
        if size > LARGE {
            return self.entries.inflate_long(entry);
        }
        let compressed = self.entries.compressed(entry)?;
        let mut bytes = self.spare_buffers.pop().unwrap_or_default();
        let length = self.inflater.inflate(compressed, size, &mut bytes)?.len();
        bytes.truncate(length);
        Ok(bytes)
    }

    /// Releases the memory that large versions took.
    fn release_buffers(&mut self) {
        self.entries = EntryReader::new(self.pack);
        self.instructions = Vec::new();
    }

    /// Inflates a delta's instructions. They are not longer than the largest version allowed.
    fn instructions(&mut self, entry: u32, budget: &Budget) -> Result<(), PackError> {
        let size = self.pack.forest.size(entry);
        if !budget.allows_as_base(size) {
            return Err(PackError::Delta("it is larger than the limit"));
        }
        let compressed = self.entries.compressed(entry)?;
        self.inflater.inflate(compressed, size, &mut self.instructions)?;
        Ok(())
    }

    fn instructions_of(&self, entry: u32) -> &[u8] {
        &self.instructions[..self.pack.forest.size(entry) as usize]
    }

    /// The version that the instructions make of `base`; `copies` are theirs afterwards.
    fn applied(&mut self, entry: u32, base: &[u8]) -> Result<Vec<u8>, PackError> {
        let instructions = &self.instructions[..self.pack.forest.size(entry) as usize];
        let mut version = self.spare_buffers.pop().unwrap_or_default();
        delta::apply(instructions, base, &mut self.copies, &mut version)?;
        Ok(version)
    }

    /// Keeps the buffer of a version that is not shared.
    fn recycle(&mut self, bytes: Arc<CachedBytes<'_>>) {
        if let Ok(bytes) = Arc::try_unwrap(bytes) {
            self.keep(bytes);
        }
    }

    /// Keeps a buffer for another version.
    fn keep(&mut self, bytes: CachedBytes<'_>) {
        let bytes = bytes.into_vec();
        if self.spare_buffers.len() < SPARE && bytes.capacity() <= LARGEST_SPARE {
            self.spare_buffers.push(bytes);
        }
    }
}
