//! Nothing is reported clean that was not scanned.
