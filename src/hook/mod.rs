//! The hooks: where git looks for them, what they say, how they come and go.
//!
//! A hook itself only finds the keysieve binary and hands over to it; what a commit adds is
//! judged by the guard.

#![expect(clippy::disallowed_methods, reason = "hooks are files of git's own folder")]

pub mod doctor;
mod framework;
pub mod global;
mod install;
mod location;
mod manager;
pub mod proof;
pub mod script;
mod stage;

pub use framework::{HookTarget, IncompleteRange};
pub use install::{ForeignHook, HookError, Installed, Uninstalled, install, uninstall};
pub use location::{HooksFolder, LocationError, Origin, hooks_folder};
pub use manager::Manager;
pub use stage::Stage;
