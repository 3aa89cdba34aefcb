//! Values that look like secrets and are not.
