//! What the tests share: real git repositories, made-up tokens.

// Each test binary takes its part of it.
#![allow(dead_code)]

pub mod audited;
pub mod repository;
pub mod tokens;
