//! Random values under credential names in every syntax.
