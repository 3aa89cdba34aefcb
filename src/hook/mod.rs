//! Git hooks: where they are, their script, installing, uninstalling and diagnosing them.
//!
//! A hook is a file in the folder that git runs hooks from, or a setting of git's configuration
//! ([`configured`]). It only finds the keysieve binary and runs it; `guard` scans what a commit or
//! push adds.

#![expect(clippy::disallowed_methods, reason = "hooks are files of git's own folder")]

pub mod binary;
pub mod configured;
pub mod doctor;
mod framework;
pub mod global;
mod install;
mod location;
mod manager;
pub mod script;
mod stage;

pub use framework::{HookTarget, IncompleteRange, framework_remote};
pub use install::{ForeignHook, HookError, Installed, Uninstalled, install, uninstall};
pub use location::{HooksFolder, HooksPathOrigin, LocationError, hooks_folder};
pub use manager::Manager;
pub use stage::Stage;
