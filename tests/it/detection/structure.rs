//! Tables, manifests and statements, read as a whole.
