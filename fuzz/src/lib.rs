//! Fuzz targets. `tests/it/mutations.rs` runs the same functions on any toolchain.

pub mod targets;
