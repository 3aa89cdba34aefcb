//! Values that are public by design do not stop a commit.
