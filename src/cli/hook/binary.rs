//! Which keysieve binary an installed hook runs.

use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use keysieve::hook::binary::lifetime::Lifetime;
use keysieve::hook::binary::version;
use keysieve::report::output::sink::eprint_line;

/// The binary that the user names, or this one, if it is there to stay.
pub fn to_install(named: Option<&Path>) -> anyhow::Result<PathBuf> {
    let binary = match named {
        Some(named) => std::path::absolute(named).context("cannot determine the path")?,
        None => std::env::current_exe()
            .context("cannot determine the path of the keysieve binary; name it with --binary")?,
    };
    let shown = binary.display();
    if let Lifetime::Ephemeral(place) = Lifetime::of(&binary) {
        bail!(
            "{shown} is in {place} and will be deleted, and the hook would block every commit \
             then; install keysieve permanently:\n    \
             cargo install --locked --git https://github.com/keysieve/keysieve\n\
             and run `keysieve hook install` with it, or name a permanent copy with --binary PATH"
        );
    }
    if version(&binary).is_none() {
        bail!("{shown} is not a keysieve binary that runs; name one with --binary PATH");
    }
    Ok(binary)
}

/// Prints that the binary may disappear, if it may.
pub fn note_lifetime(binary: &Path) {
    if let Lifetime::Uncertain(place) = Lifetime::of(binary) {
        eprint_line(&format!(
            "note: {} is in {place}; the hook blocks if it finds no keysieve there or on PATH. \
             --binary PATH names another one.",
            binary.display()
        ));
    }
}
