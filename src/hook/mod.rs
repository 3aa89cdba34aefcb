//! The pre-commit hook: where git looks for it, what it says, how it comes and goes.
//!
//! The hook itself only finds the keysieve binary and hands over to it; what a commit adds is
//! judged by the guard.

mod framework;
mod install;
mod location;
pub mod script;

pub use framework::{Asked, HalfARange};
pub use install::{ForeignHook, HookError, Installed, Uninstalled, install, uninstall};
pub use location::{HooksFolder, LocationError, Origin, hooks_folder};
