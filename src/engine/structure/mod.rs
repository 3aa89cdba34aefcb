//! Readers of structure: what a text expresses by its syntax, such as a name and its value.

pub mod assignment;
