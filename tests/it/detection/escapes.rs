//! Tokens behind escapes, colours and joins are found.
