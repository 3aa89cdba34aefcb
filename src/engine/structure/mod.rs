//! Readers of structure: what a text says with its syntax, as a name and its value.

pub mod assignment;
