//! Nothing hangs, ends abruptly or takes all memory.
