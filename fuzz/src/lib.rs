//! Fuzz targets. `tests/mutations.rs` runs the same functions on any toolchain.

pub mod targets;
