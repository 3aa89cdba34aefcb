//! A repository does not steer what is shown or read.
