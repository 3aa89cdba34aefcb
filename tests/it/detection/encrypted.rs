//! Values that are encrypted on purpose are not reported.
