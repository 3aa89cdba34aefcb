//! Configuration formats in which the value is not right next to its name.
