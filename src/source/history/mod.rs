//! A git history.

pub mod delta;
mod inherit;
pub mod pack;
