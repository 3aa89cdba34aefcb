//! Readers of structure: what a text expresses by its syntax, such as a name and its value.
//!
//! [`assignment`] reads a name that has its value next to it, in the engine's window. [`readers`]
//! read what has a meaning only as a whole: they run on whole blobs, from the offsets that [`mark`]
//! finds in the window.

pub mod assignment;
pub mod mark;
pub mod readers;
